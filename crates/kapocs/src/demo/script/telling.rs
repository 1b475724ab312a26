//! One telling of a story: its turns become steps with times and final texts.

use super::{
    Act, Attachment, Conversation, Note, Page, Priority, Received, Reply, Status, Step,
    calendar::{DAY, HOUR, MINUTE, SECOND, at_work, awake, morning, span, working_time_before},
    ending::ending,
    frame::{Decks, Place, Voice, answer, quoted, signature},
    material::{CastChannel, Material, Story, Turn},
    people::{Customer, Manner},
    values::{Subject, Values},
    wording::{choose, fill, slug, without_accents},
};
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};

pub(super) struct Telling<'a> {
    material: &'a Material,
    story: &'a Story,
    customer: &'a Customer,
    channel: &'a CastChannel,
    decks: &'a mut Decks,
    rng: StdRng,
    values: Values,
    /// The how-manieth telling of the story: chooses its wordings.
    take: usize,
    now: i64,
    /// Where the last step left off.
    at: i64,
    assignee: String,
    touched: bool,
    heard: usize,
    last_answer: Option<(i64, String)>,
    steps: Vec<Step>,
}

impl<'a> Telling<'a> {
    pub fn new(subject: Subject<'a>, take: usize, now: i64, decks: &'a mut Decks, mut rng: StdRng) -> Self {
        let Subject { material, story, customer, start, .. } = subject;
        let values = Values::new(&subject, &mut rng);
        let pool =
            if story.agents.is_empty() { &material.cast.team(&story.team).answering } else { &story.agents };
        let assignee = pool.choose(&mut rng).cloned().unwrap_or_default();
        let channel = material.cast.channel(&story.channel);
        Self {
            material,
            story,
            customer,
            channel,
            decks,
            rng,
            values,
            take,
            now,
            at: start - SECOND,
            assignee,
            touched: false,
            heard: 0,
            last_answer: None,
            steps: Vec::new(),
        }
    }

    pub fn tell(mut self) -> Conversation {
        let mut told_to_its_end = true;
        let unfinished = self.is_work_in_progress();
        for turn in &self.story.turn {
            if turn.chance.is_some_and(|chance| !self.rng.random_bool(chance)) {
                break;
            }
            let at = self.time_of(turn);
            if at > self.now {
                told_to_its_end = false;
                break;
            }
            self.turn(turn, at);
            if unfinished && self.leaves_it_here(turn) {
                told_to_its_end = false;
                break;
            }
        }
        if told_to_its_end {
            self.close();
        }
        self.conversation()
    }

    /// Some of the last days' mail still waits for its answer.
    fn is_work_in_progress(&mut self) -> bool {
        let mail =
            self.story.turn[0].ago.is_none() && !self.channel.is_chat() && self.story.end == Status::Closed;
        mail && self.at > self.now - 60 * HOUR && self.rng.random_bool(0.7)
    }

    /// After a message of the customer: somebody may have taken it, nobody has answered.
    fn leaves_it_here(&mut self, turn: &Turn) -> bool {
        if turn.heard.is_empty() || (self.heard == 1 && self.rng.random_bool(0.4)) {
            return false;
        }
        let at = at_work(&mut self.rng, self.at + 40 * MINUTE);
        if at < self.now && self.rng.random_bool(0.45) {
            self.touch(at);
        }
        true
    }

    fn conversation(mut self) -> Conversation {
        let at = self.at;
        let subject = self.wording(&self.story.subject).map(|subject| {
            let subject = self.fill(subject, at);
            if self.customer.manner == Manner::Unaccented { without_accents(&subject) } else { subject }
        });
        Conversation {
            story: self.story.id.clone(),
            topic: self.story.topic.clone(),
            locale: self.story.lang,
            channel: self.story.channel.clone(),
            person: self.customer.person.key,
            subject,
            page: self.page(),
            ending: ending(&self.steps, &self.channel.team, self.now),
            steps: self.steps,
        }
    }

    fn page(&self) -> Option<Page> {
        let title = self.values.get("product", self.at).filter(|_| self.channel.is_chat())?;
        let folder = self.story.lang.as_str();
        Some(Page { url: format!("https://mecsesbolt.example/{folder}/{}", slug(&title, "-")), title })
    }

    /// A colleague's turns fall in working hours, a customer's by day; in a chat both are there.
    fn time_of(&mut self, turn: &Turn) -> i64 {
        if let Some(ago) = &turn.ago {
            return working_time_before(self.now, span(ago));
        }
        let Some(after) = &turn.after else {
            return self.at + SECOND;
        };
        let spread = if span(after) >= 3 * DAY { 1.0..1.1 } else { 0.7..1.4 };
        let wait = (span(after) as f64 * self.rng.random_range(spread)) as i64;
        let at = (self.at + wait).max(self.at + SECOND);
        match turn.heard.is_empty() {
            _ if self.channel.is_chat() || turn.auto => at,
            true => at_work(&mut self.rng, at),
            false => awake(&mut self.rng, at),
        }
    }

    fn turn(&mut self, turn: &'a Turn, at: i64) {
        if !turn.heard.is_empty() {
            return self.hear(turn, at);
        }
        if let (Some(priority), Some(_)) = (turn.priority, &turn.ago) {
            return self.mark_unseen(priority, at);
        }
        self.touch(at);
        let by = turn.by.clone().unwrap_or_else(|| self.assignee.clone());
        if let Some(priority) = turn.priority.filter(|priority| *priority != self.story.priority) {
            self.step(at, Act::Priority { by: Some(by.clone()), priority });
        }
        if let Some(to) = &turn.assign {
            self.assignee.clone_from(to);
            self.step(at, Act::Assign { by: to.clone(), to: to.clone() });
        }
        if !turn.note.is_empty() {
            self.note(turn, &by, at);
        }
        if !turn.out.is_empty() {
            self.answer(turn, &by, at);
        }
        if let Some(time) = &turn.snooze {
            self.snooze(span(time), by, at);
        }
    }

    fn step(&mut self, at: i64, act: Act) {
        self.at = at.max(self.at + SECOND / 1000);
        self.steps.push(Step { at: self.at, act });
    }

    /// Urgency the workspace's own rules see in a message nobody has opened.
    fn mark_unseen(&mut self, priority: Priority, at: i64) {
        self.step(at, Act::Priority { by: None, priority });
        for tag in &self.story.tags {
            self.step(at, Act::Tag { by: None, tag: tag.clone() });
        }
    }

    /// Before the first answer or note somebody takes the conversation and sorts it.
    fn touch(&mut self, at: i64) {
        if self.touched {
            return;
        }
        self.touched = true;
        let reading = if self.channel.is_chat() { 6 * SECOND } else { self.rng.random_range(3..14) * MINUTE };
        let opened = at - reading;
        let by = self.assignee.clone();
        self.step(opened, Act::Assign { by: by.clone(), to: by.clone() });
        if self.story.priority != Priority::Normal {
            self.step(opened, Act::Priority { by: Some(by.clone()), priority: self.story.priority });
        }
        for tag in &self.story.tags {
            self.step(opened, Act::Tag { by: Some(by.clone()), tag: tag.clone() });
        }
    }

    fn hear(&mut self, turn: &'a Turn, at: i64) {
        let core = self.wording(&turn.heard).unwrap_or_default();
        let casual = core.starts_with('~');
        let core = self.fill(core.trim_start_matches('~').trim(), at);
        let place = self.place(self.heard == 0);
        let text = match turn.frame {
            Some(_) => core,
            None => {
                let voice = Voice { customer: self.customer, locale: self.story.lang };
                let text = voice.say(&core, casual, place, self.decks, &mut self.rng);
                self.fill(&text, at)
            }
        };
        let received = Received {
            text,
            signature: self.signature(turn),
            quoted: self.quoted(turn),
            cc: turn.cc.clone(),
            attachments: self.attachments(turn, at),
            automatic: turn.auto,
        };
        self.heard += 1;
        self.step(at, Act::Receive(received));
        if self.heard == 1 && self.story.team != self.channel.team {
            self.step(at, Act::Team { by: None, team: self.story.team.clone() });
        }
    }

    fn answer(&mut self, turn: &'a Turn, by: &str, at: i64) {
        let agent = self.material.cast.agent(by);
        self.values.set("agent", agent.name.clone());
        self.values.set("agent_first", agent.first.clone());
        let core = self.wording(&turn.out).unwrap_or_default();
        let place = self.place(self.last_answer.is_none());
        let text = answer(agent, core, place, &mut self.rng);
        let text = self.fill(&text, at);
        let is_last = std::ptr::eq(turn, &self.story.turn[self.story.turn.len() - 1]);
        let closes = is_last
            && self.story.end == Status::Closed
            && !self.channel.is_chat()
            && self.rng.random_bool(0.4);
        self.last_answer = Some((at, text.clone()));
        let attachments = self.attachments(turn, at);
        self.step(at, Act::Reply(Reply { by: by.to_owned(), text, attachments, closes }));
    }

    fn note(&mut self, turn: &'a Turn, by: &str, at: i64) {
        let lead = if by == "reka" { "anna" } else { "reka" };
        self.values.set("mention_lead", format!("@{}", self.material.cast.agent(lead).name));
        let core = self.wording(&turn.note).unwrap_or_default();
        let text = self.fill(core, at);
        let mentioned = |name: &str| text.contains(&format!("@{name}"));
        let agents = self.material.cast.agent.iter();
        let mentions = agents.filter(|agent| mentioned(&agent.name)).map(|agent| agent.key.clone()).collect();
        self.step(at, Act::Note(Note { by: by.to_owned(), text, mentions }));
    }

    fn snooze(&mut self, length: i64, by: String, at: i64) {
        self.step(at, Act::Snooze { by, until: morning(at + length) });
    }

    /// What is done gets closed; what waits too long for its customer as well.
    fn close(&mut self) {
        let closed =
            matches!(self.steps.last(), Some(Step { act: Act::Reply(Reply { closes: true, .. }), .. }));
        let answered_last = self.steps.iter().rev().find_map(|step| match step.act {
            Act::Receive(_) => Some(false),
            Act::Reply(_) => Some(true),
            _ => None,
        });
        let wait = match (self.story.end, answered_last) {
            (Status::Closed, _) if self.channel.is_chat() => self.rng.random_range(3..14) * MINUTE,
            (Status::Closed, Some(true)) => self.rng.random_range(40..150) * HOUR,
            (Status::Closed, _) => self.rng.random_range(20..220) * MINUTE,
            (Status::Waiting, _) if self.story.turn[0].ago.is_none() => 8 * DAY,
            _ => return,
        };
        let at = self.at + wait;
        let at = if self.channel.is_chat() { at } else { at_work(&mut self.rng, at) };
        if !closed && at <= self.now {
            let by = self.assignee.clone();
            self.step(at, Act::Close { by });
        }
    }

    fn place(&self, first: bool) -> Place {
        match (self.channel.is_chat(), first) {
            (true, true) => Place::ChatOpening,
            (true, false) => Place::Chat,
            (false, true) => Place::Opening,
            (false, false) => Place::Later,
        }
    }

    fn signature(&mut self, turn: &Turn) -> Option<String> {
        let is_company = self.customer.person.company.is_some();
        let signs = turn.signature || (is_company && turn.frame.is_none() && self.rng.random_bool(0.85));
        signature(&self.customer.person, &self.customer.phone).filter(|_| signs && !self.channel.is_chat())
    }

    fn quoted(&mut self, turn: &Turn) -> Option<String> {
        let address = self.channel.address.as_ref()?;
        let (at, answer) = self.last_answer.as_ref()?;
        let quotes = turn.quote || (!turn.auto && self.rng.random_bool(0.45));
        quotes.then(|| quoted(self.story.lang, *at, address, answer))
    }

    fn attachments(&mut self, turn: &Turn, at: i64) -> Vec<Attachment> {
        let named = |name: &String| Attachment { name: self.fill(name, at), media_type: media_type(name) };
        turn.attach.iter().map(named).collect()
    }

    fn wording<'t>(&self, wordings: &'t [String]) -> Option<&'t str> {
        wordings.get(self.take.checked_rem(wordings.len())?).map(String::as_str)
    }

    fn fill(&mut self, text: &str, at: i64) -> String {
        let chosen = choose(text, &mut self.rng);
        let (values, decks, locale) = (&self.values, &mut self.decks, self.story.lang);
        fill(&chosen, |key| match key {
            "thanks" | "ty" => Some(decks.deal(locale, key)),
            _ => values.get(key, at),
        })
    }
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("jpg") => "image/jpeg",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("pdf") => "application/pdf",
        Some("html") => "text/html",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    }
}

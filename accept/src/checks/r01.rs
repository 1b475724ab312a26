//! R01: what was acknowledged is there, once, however often the program is killed under load.

mod collect;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

use collect::{Protocol, Source};

use crate::{
    check::{Error, Guard, Outcome},
    client::Client,
    engine::Engine,
    program::Program,
    report::Report,
    smtp::{Courier, letter},
    world::{Visitor, chat, conversation, listening, receiver, wait},
};

/// As many as fit a commit; `KAPOCS_KILLS` asks for others, as the nightly run does.
const KILLS: u32 = 20;
const ADDRESS: &str = "segitseg@mecses.example";
/// Nothing is killed before so much was acknowledged in its life: every kill hits a busy server.
const PER_LIFE: usize = 50;

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    for engine in Engine::BOTH {
        examine(engine, guard, &mut report).await?;
    }
    Ok(report)
}

/// What was sent: the word in it, and by which way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Way {
    Api,
    Chat,
    Mail,
    Collect(Protocol),
}

impl Way {
    fn all() -> Vec<Self> {
        let collected = Protocol::ALL.map(Self::Collect);
        [[Self::Api, Self::Chat, Self::Mail], collected].concat()
    }

    /// What must be found of a message that was sent.
    fn words(self, id: Uuid) -> Vec<String> {
        match self {
            Self::Collect(protocol) => protocol.words(id),
            Self::Api | Self::Chat | Self::Mail => vec![id.to_string()],
        }
    }
}

/// The state of every message that was ever sent.
#[derive(Default)]
struct Ledger {
    acknowledged: Mutex<BTreeMap<Uuid, Way>>,
    /// Sent without an answer: repeated by the next life's senders, as a real client would.
    open: Mutex<Vec<(Uuid, Way)>>,
}

impl Ledger {
    /// The next message of a way: one without an answer first.
    fn next(&self, way: Way) -> Uuid {
        let mut open = self.open.lock().expect("no panic while held");
        match open.iter().position(|(_, of)| *of == way) {
            Some(index) => open.swap_remove(index).0,
            None => Uuid::new_v4(),
        }
    }

    fn note(&self, id: Uuid, way: Way, acknowledged: bool) {
        if acknowledged {
            self.acknowledged.lock().expect("no panic while held").insert(id, way);
        } else {
            self.open.lock().expect("no panic while held").push((id, way));
        }
    }

    fn count(&self) -> usize {
        self.acknowledged.lock().expect("no panic while held").len()
    }
}

struct Place {
    admin: Client,
    conversation: String,
    visitor: Visitor,
    port: u16,
    source: Source,
}

async fn examine(engine: Engine, guard: Guard, report: &mut Report) -> Result<(), Error> {
    let mut program = Program::start_with(engine, &[("RATE_LIMITS", "false")]).await?;
    let admin = program.admin();
    let (_, key) = chat(&admin, "Csevegés", None).await?;
    let (_, port) = receiver(&admin, ADDRESS).await?;
    let (conversation, visitor) = conversation(&admin, &key, "Az első üzenet").await?;
    let source = Source::open(&admin).await?;
    let place = Arc::new(Place { admin, conversation, visitor, port, source });
    let ledger = Arc::new(Ledger::default());
    let kills = env::var("KAPOCS_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS);
    for _ in 0..kills {
        live_and_die(&mut program, &place, &ledger).await?;
        program.restart().await?;
        listening(port).await?;
    }
    finish(&place, &ledger).await?;
    if guard == Guard::Off {
        lose_one(&program, &ledger).await?;
    }
    judge(engine, &program, &place, &ledger, kills, report).await
}

/// Sends by all ways at once and kills the program in the midst of it.
async fn live_and_die(program: &mut Program, place: &Arc<Place>, ledger: &Arc<Ledger>) -> Result<(), Error> {
    let stop = Arc::new(AtomicBool::new(false));
    let mut senders = JoinSet::new();
    for way in [Way::all(), Way::all()].concat() {
        let (place, ledger, stop) = (Arc::clone(place), Arc::clone(ledger), Arc::clone(&stop));
        senders.spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let id = ledger.next(way);
                let acknowledged = send(&place, way, id).await.unwrap_or(false);
                ledger.note(id, way, acknowledged);
            }
        });
    }
    let (before, given_up) = (ledger.count(), Instant::now() + Duration::from_secs(10));
    while ledger.count() < before + PER_LIFE && Instant::now() < given_up {
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    program.kill9().await?;
    // Jobs of the dead are leased for a minute and a half, which we do not want to wait.
    program.database().execute("UPDATE jobs SET run_at = 0 WHERE state = 'running'").await?;
    stop.store(true, Ordering::Relaxed);
    senders.join_all().await;
    Ok(())
}

async fn send(place: &Place, way: Way, id: Uuid) -> Result<bool, Error> {
    match way {
        Way::Api => {
            let path = format!("/api/v1/conversations/{}/messages", place.conversation);
            let body = json!({ "kind": "note", "text": format!("szó {id}"), "client_id": id });
            Ok(place.admin.post(&path, body).await?.is_good())
        }
        Way::Chat => place.visitor.say(id, &format!("szó {id}")).await,
        Way::Mail => {
            // Every mail from somebody else: one sender's flood would be held back.
            let from = format!("f{}@pelda.example", id.simple());
            let mail =
                letter(&from, ADDRESS, &format!("szó {id}"), &id.to_string(), "Kérem, hívjanak vissza.");
            Ok(Courier::connect(place.port).await?.deliver(&from, ADDRESS, &mail).await? == 250)
        }
        Way::Collect(protocol) => place.source.send(protocol, id).await,
    }
}

/// Sends what never got an answer until it has one.
async fn finish(place: &Place, ledger: &Ledger) -> Result<(), Error> {
    let open = std::mem::take(&mut *ledger.open.lock().expect("no panic while held"));
    for (id, way) in open {
        if !send(place, way, id).await? {
            return Err(format!("{way:?} {id} is refused when it is sent again").into());
        }
        ledger.note(id, way, true);
    }
    Ok(())
}

/// The control: one acknowledged message and one acknowledged call vanish from the database.
async fn lose_one(program: &Program, ledger: &Ledger) -> Result<(), Error> {
    let sent = ledger.acknowledged.lock().expect("no panic while held").clone();
    let of = |wanted: Way| sent.iter().find(|(_, way)| **way == wanted).map(|(id, _)| *id);
    let chat = of(Way::Chat).ok_or("no chat message was acknowledged")?;
    let call = of(Way::Collect(Protocol::One)).ok_or("no call was acknowledged")?;
    let database = program.database();
    for sql in [
        format!("DELETE FROM messages WHERE text LIKE '%{chat}%'"),
        format!("DELETE FROM facts WHERE name = 'event:R01' AND payload LIKE '%{call}%'"),
    ] {
        let lost = database.execute(&sql).await?;
        if lost != 1 {
            return Err(format!("{lost} rows are deleted instead of one: {sql}").into());
        }
    }
    Ok(())
}

async fn judge(
    engine: Engine,
    program: &Program,
    place: &Place,
    ledger: &Ledger,
    kills: u32,
    report: &mut Report,
) -> Result<(), Error> {
    let sent = ledger.acknowledged.lock().expect("no panic while held").clone();
    let mails = sent.values().filter(|way| **way == Way::Mail).count();
    // A mail is acknowledged once it is kept; it becomes a conversation a moment later.
    let arrived = wait(Duration::from_secs(30), || async {
        let all = place.admin.all("/api/v1/conversations?view=all").await?;
        let subjects: Vec<String> = all.iter().filter_map(|c| word(c["subject"].as_str()?)).collect();
        Ok((subjects.len() >= mails).then_some(subjects))
    });
    let arrived = arrived.await?;
    let mut found = match arrived {
        Some(subjects) => subjects,
        None => {
            let all = place.admin.all("/api/v1/conversations?view=all").await?;
            all.iter().filter_map(|c| word(c["subject"].as_str()?)).collect()
        }
    };
    found.extend(texts(place).await?);
    found.extend(place.source.told(&place.admin).await?);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for word in found {
        *counts.entry(word).or_default() += 1;
    }
    let words = |(id, way): (&Uuid, &Way)| way.words(*id);
    for way in Way::all() {
        let of_way: Vec<String> = sent.iter().filter(|(_, of)| **of == way).flat_map(words).collect();
        let lost: Vec<&String> = of_way.iter().filter(|word| !counts.contains_key(*word)).collect();
        report.assert(format!("{engine}: {way:?}: the load was a load"), of_way.len() > 30, of_way.len());
        report.assert_none(
            format!("{engine}: {way:?}: whatever was acknowledged is there after {kills} kills"),
            &lost,
        );
    }
    let doubled: Vec<&String> = counts.iter().filter(|(_, count)| **count > 1).map(|(id, _)| id).collect();
    report.assert_none(
        format!("{engine}: none is there twice, though the unanswered were sent again"),
        &doubled,
    );
    let known: BTreeSet<String> = sent.iter().flat_map(words).collect();
    let strangers: Vec<&String> = counts.keys().filter(|word| !known.contains(*word)).collect();
    report.assert_none(format!("{engine}: nothing is there that was not sent"), &strangers);
    let doctor = program.command(&["doctor"]).output().await?;
    report.assert(
        format!("{engine}: the doctor finds the database whole"),
        doctor.status.success(),
        doctor.status,
    );
    Ok(())
}

/// The words of all messages of the one conversation, oldest last.
async fn texts(place: &Place) -> Result<Vec<String>, Error> {
    let path = format!("/api/v1/conversations/{}/messages?limit=200", place.conversation);
    let (mut words, mut before) = (Vec::new(), String::new());
    loop {
        let page = place.admin.get(&format!("{path}{before}")).await?.good()?.json();
        let items = page["items"].as_array().cloned().unwrap_or_default();
        words.extend(items.iter().filter_map(|message| word(message["text"].as_str()?)));
        match &page["next"] {
            serde_json::Value::Null => return Ok(words),
            next => before = format!("&before={}", next.to_string().trim_matches('"')),
        }
    }
}

fn word(text: &str) -> Option<String> {
    text.strip_prefix("szó ").map(str::to_owned)
}

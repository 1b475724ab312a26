use super::*;
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::LazyLock,
};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 24 * 3600 * SECOND;

/// A Wednesday morning, a Sunday evening, a winter afternoon and a night.
const MOMENTS: [i64; 4] = [1_791_969_600, 1_792_353_600, 1_799_161_200, 1_784_610_600];

static DEMOS: LazyLock<Vec<(i64, Demo)>> = LazyLock::new(|| {
    let runs = MOMENTS.iter().flat_map(|moment| (1..=3).map(move |seed| (seed, moment * SECOND)));
    runs.map(|(seed, now)| (now, script(seed, now))).collect()
});

fn demo() -> Demo {
    script(1, MOMENTS[0] * SECOND)
}

fn many() -> impl Iterator<Item = (i64, &'static Demo)> {
    DEMOS.iter().map(|(now, demo)| (*now, demo))
}

fn message(step: &Step) -> Option<&str> {
    match &step.act {
        Act::Receive(received) => Some(&received.text),
        Act::Reply(reply) => Some(&reply.text),
        Act::Note(note) => Some(&note.text),
        _ => None,
    }
}

fn texts(conversation: &Conversation) -> impl Iterator<Item = &str> {
    conversation.steps.iter().filter_map(message)
}

fn last_message(conversation: &Conversation) -> (i64, &str) {
    let mut messages = conversation.steps.iter().filter_map(|step| Some((step.at, message(step)?)));
    messages.next_back().expect("a conversation has a message")
}

/// The list's second line.
fn preview(conversation: &Conversation) -> String {
    last_message(conversation).1.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(140).collect()
}

fn newest_first(demo: &Demo) -> Vec<&Conversation> {
    let mut conversations: Vec<&Conversation> = demo.conversations.iter().collect();
    conversations.sort_by_key(|conversation| std::cmp::Reverse(last_message(conversation).0));
    conversations
}

#[test]
fn the_same_seed_and_moment_tell_the_same_demo() {
    assert_eq!(demo(), demo());
    assert_ne!(demo(), script(2, MOMENTS[0] * SECOND));
}

#[test]
fn three_hundred_people_have_four_hundred_conversations() {
    for (_, demo) in many() {
        assert!((300..=380).contains(&demo.people.len()), "{} people", demo.people.len());
        assert!((400..=440).contains(&demo.conversations.len()));
        let hungarian = demo.conversations.iter().filter(|c| c.locale == Locale::Hu).count();
        let share = hungarian * 100 / demo.conversations.len();
        assert!((65..=75).contains(&share), "{share} % Hungarian");
    }
}

#[test]
fn no_placeholder_or_choice_is_left_in_a_text() {
    for (_, demo) in many() {
        for conversation in &demo.conversations {
            let attached = conversation.steps.iter().flat_map(|step| match &step.act {
                Act::Receive(received) => received.attachments.as_slice(),
                Act::Reply(reply) => &reply.attachments,
                _ => &[],
            });
            let all = texts(conversation)
                .chain(conversation.subject.as_deref())
                .chain(attached.map(|a| a.name.as_str()));
            for text in all {
                assert!(!text.contains(['{', '}', '[', ']', '|', '~']), "{}: {text}", conversation.story);
                assert!(!text.trim().is_empty() && !text.contains("  "), "{}: {text}", conversation.story);
            }
        }
    }
}

#[test]
fn the_first_fifty_rows_of_the_inbox_all_read_differently() {
    for (_, demo) in many() {
        let mut seen = HashMap::new();
        for conversation in newest_first(demo).into_iter().take(50) {
            let preview = preview(conversation);
            let before = seen.insert(preview.clone(), &conversation.story);
            assert!(before.is_none(), "{preview:?} in {before:?} and {}", conversation.story);
        }
    }
}

#[test]
fn no_sentence_of_the_matter_stands_twice_in_the_first_fifty_rows() {
    for (_, demo) in many() {
        let mut seen = HashSet::new();
        for conversation in newest_first(demo).into_iter().take(50) {
            let preview = preview(conversation);
            let sentences = preview.split_inclusive(['.', '!', '?']).map(str::trim);
            for sentence in sentences.filter(|sentence| sentence.split(' ').count() > 6) {
                assert!(seen.insert(sentence.to_owned()), "{}: {sentence}", conversation.story);
            }
        }
    }
}

#[test]
fn time_goes_forward_and_never_beyond_now() {
    for (now, demo) in many() {
        for conversation in &demo.conversations {
            let times: Vec<i64> = conversation.steps.iter().map(|step| step.at).collect();
            assert!(times.is_sorted_by(|a, b| a < b), "{}: {times:?}", conversation.story);
            assert!(times.iter().all(|at| *at <= now), "{} is in the future", conversation.story);
            assert!(times[0] >= now - 50 * DAY, "{} is too old", conversation.story);
        }
        let starts: Vec<i64> = demo.conversations.iter().map(|c| c.steps[0].at).collect();
        assert!(starts.is_sorted());
    }
}

#[test]
fn every_conversation_begins_with_its_customer() {
    for conversation in demo().conversations {
        assert!(matches!(conversation.steps[0].act, Act::Receive(_)), "{}", conversation.story);
    }
}

#[test]
fn hungarian_answers_are_written_with_hungarian_letters_and_english_ones_without() {
    for conversation in demo().conversations {
        for step in &conversation.steps {
            let Act::Reply(reply) = &step.act else { continue };
            let letters = reply.text.contains(['ő', 'ű', 'á', 'é', 'í', 'ö', 'ü', 'ó', 'ú']);
            match conversation.locale {
                Locale::Hu => assert!(letters, "{}", reply.text),
                Locale::En => assert_eq!(reply.by, "oliver", "{}", reply.text),
            }
        }
    }
}

#[test]
fn articles_fit_the_words_after_them() {
    for (_, demo) in many() {
        for conversation in demo.conversations.iter().filter(|c| c.locale == Locale::Hu) {
            for text in texts(conversation) {
                let words: Vec<&str> = text.split_whitespace().collect();
                for pair in words.windows(2) {
                    let vowel = pair[1]
                        .to_lowercase()
                        .starts_with(['a', 'á', 'e', 'é', 'i', 'o', 'ó', 'ö', 'ő', 'u', 'ú', 'ü', 'ű']);
                    let wrong = matches!((pair[0], vowel), ("a" | "A", true) | ("az" | "Az", false));
                    let spoken = pair[1].starts_with(|c: char| c.is_ascii_digit() || "MN".contains(c));
                    let pronoun = pair[0].eq_ignore_ascii_case("az");
                    assert!(!wrong || spoken || pronoun, "{}: {} {}", conversation.story, pair[0], pair[1]);
                }
            }
        }
    }
}

#[test]
fn names_and_addresses_belong_to_one_person_each() {
    let demo = demo();
    let (mut names, mut addresses) = (HashSet::new(), HashSet::new());
    for (key, person) in demo.people.iter().enumerate() {
        assert_eq!(person.key, key);
        assert!(person.name.iter().all(|name| names.insert(name)), "{:?}", person.name);
        if let Some(email) = &person.email {
            assert!(addresses.insert(email), "{email}");
            let reserved = [".example", "@example.com", "@example.org", "@example.net"];
            assert!(reserved.iter().any(|end| email.ends_with(end)) && email.is_ascii(), "{email}");
        }
        assert!(person.phone.iter().all(|phone| phone.contains(" 555 ") || phone.starts_with("+353 20 91")));
    }
}

#[test]
fn steps_name_only_what_the_demo_has() {
    for (_, demo) in many() {
        let agents: BTreeSet<&str> = demo.agents.iter().map(|agent| agent.key.as_str()).collect();
        for conversation in &demo.conversations {
            let channel =
                demo.channels.iter().find(|c| c.key == conversation.channel).expect("a known channel");
            let person = &demo.people[conversation.person];
            assert_eq!(person.locale, conversation.locale);
            assert!(channel.kind == ChannelKind::Chat || person.email.is_some(), "{}", conversation.story);
            assert_eq!(
                channel.kind == ChannelKind::Chat,
                conversation.subject.is_none(),
                "{}",
                conversation.story
            );
            for step in &conversation.steps {
                match &step.act {
                    Act::Reply(reply) => assert!(agents.contains(reply.by.as_str())),
                    Act::Note(note) => assert!(
                        note.mentions.iter().all(|key| agents.contains(key.as_str()) && *key != note.by)
                    ),
                    Act::Assign { to, .. } => assert!(agents.contains(to.as_str())),
                    Act::Team { team, .. } => assert!(demo.teams.iter().any(|t| t.key == *team)),
                    Act::Tag { tag, .. } => assert!(demo.tags.iter().any(|t| t.name == *tag), "{tag}"),
                    _ => {}
                }
            }
        }
    }
}

#[test]
fn agents_in_quiet_conversations_answer_in_working_hours() {
    let demo = demo();
    let told_long_ago = demo.conversations.iter().filter(|c| !c.story.starts_with("recent-"));
    for conversation in told_long_ago {
        for step in conversation.steps.iter().filter(|step| matches!(step.act, Act::Reply(_))) {
            let time = calendar::local(step.at);
            let weekend = time.weekday().to_monday_zero_offset() >= 5;
            assert!(!weekend && (8..18).contains(&time.hour()), "{} at {time}", conversation.story);
        }
    }
}

#[test]
fn the_inbox_is_alive_in_every_state() {
    for (_, demo) in many() {
        let count = |status| demo.conversations.iter().filter(|c| c.ending.status == status).count();
        assert!(count(Status::New) >= 8, "{} new", count(Status::New));
        assert!(count(Status::Open) >= 6, "{} open", count(Status::Open));
        assert!(count(Status::Waiting) >= 8, "{} waiting", count(Status::Waiting));
        assert!(count(Status::Snoozed) >= 2, "{} snoozed", count(Status::Snoozed));
        assert!(count(Status::Closed) >= 300, "{} closed", count(Status::Closed));
        let long = demo.conversations.iter().filter(|c| texts(c).count() >= 4).count();
        assert!(long * 100 / demo.conversations.len() >= 28, "{long} longer threads");
    }
}

#[test]
fn the_top_of_the_inbox_is_worth_a_picture() {
    let demo = demo();
    let recent: Vec<&Conversation> =
        demo.conversations.iter().filter(|c| c.story.starts_with("recent-")).collect();
    let by = |story: &str| *recent.iter().find(|c| c.story == story).expect("a recent story");
    assert_eq!(recent.len(), 12);
    assert_eq!(by("recent-urgent").ending.priority, Priority::Urgent);
    assert_eq!(by("recent-urgent").ending.assignee, None);
    assert_eq!(by("recent-chat-waiting").ending.status, Status::New);
    assert_eq!(by("recent-snoozed").ending.status, Status::Snoozed);
    assert!(texts(by("recent-long-thread")).count() >= 9);
    let mention = by("recent-mention").steps.iter().find_map(|step| match &step.act {
        Act::Note(note) => Some(note.mentions.clone()),
        _ => None,
    });
    assert_eq!(mention, Some(vec!["anna".to_owned(), "reka".to_owned()]));
}

#[test]
fn a_mail_answered_from_a_mail_program_carries_signature_and_quote() {
    let demo = demo();
    let thread = demo.conversations.iter().find(|c| c.story == "recent-long-thread").expect("the thread");
    let Some(Act::Receive(last)) = thread.steps.last().map(|step| &step.act) else {
        panic!("the customer wrote last")
    };
    let body = last.body();
    assert!(body.contains("\n-- \nSzentesi Bálint\n"), "{body}");
    assert!(
        body.contains("ezt írta (időpont: ") && body.contains("\n> Ahogy ígértem, itt a látványterv"),
        "{body}"
    );
}

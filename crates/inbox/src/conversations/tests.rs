//! What conversations promise, on both engines.

use std::{sync::atomic::Ordering, time::Duration};

use kernel::{Caller, Clock, Code, ConversationId};
use rand::{Rng, SeedableRng, rngs::StdRng};
use store::Jobs;

use super::{
    ListQuery, MessageKind, NewMessage, Priority, Snooze, Status, actions, find, list, messages, reply, views,
};
use crate::{
    deliveries,
    port::Inbound,
    test_db::{Office, handle, offices},
};

mod merging;
mod spam;

async fn receive(office: &Office, inbound: Inbound) -> ConversationId {
    office
        .write(&office.system, move |tx| actions::receive(tx, &inbound))
        .await
        .expect("received")
        .conversation
}

async fn answer(
    office: &Office,
    caller: &Caller,
    id: ConversationId,
    new: NewMessage,
) -> kernel::Result<super::MessageView> {
    let registry = office.registry.clone();
    office.write(caller, move |tx| reply(tx, &registry, id, &new)).await
}

fn saying(text: &str) -> NewMessage {
    NewMessage { text: text.into(), ..NewMessage::default() }
}

async fn status(office: &Office, id: ConversationId) -> Status {
    office.read(&office.system, move |read| find(read, id)).await.status
}

#[tokio::test]
async fn an_answer_makes_the_conversation_mine_and_waiting_and_the_next_letter_opens_it() {
    for office in offices().await {
        let first = office.letter("eszter@vevo.example", "Törött bögre", "Eltört a bögre.");
        let (id, known) = (receive(&office, first.clone()).await, first.external_id.clone().expect("an id"));
        assert_eq!(status(&office, id).await, Status::New);
        answer(&office, &office.bence, id, saying("Küldjük az újat.")).await.expect("answered");
        let after = office.read(&office.system, move |read| find(read, id)).await;
        assert_eq!((after.status, after.assignee), (Status::Waiting, office.bence.user()));
        let mut next = office.letter("eszter@vevo.example", "Re: Törött bögre", "Köszönöm!");
        next.thread.references = vec![known];
        assert_eq!(receive(&office, next).await, id);
        assert_eq!(status(&office, id).await, Status::Open);
    }
}

#[tokio::test]
async fn a_stranger_who_names_our_letter_opens_a_linked_conversation_and_joins_none() {
    for office in offices().await {
        let first = office.letter("eszter@vevo.example", "Törött bögre", "Eltört a bögre.");
        let (id, known) = (receive(&office, first.clone()).await, first.external_id.clone().expect("an id"));
        let mut foreign = office.letter("idegen@masik.example", "Re: Törött bögre", "Nekem is!");
        foreign.thread.references = vec![known.clone()];
        let other = receive(&office, foreign).await;
        assert_ne!(other, id);
        let links: i64 = office
            .read(&office.system, move |read| {
                let workspace = read.workspace();
                let sql = "SELECT COUNT(*) FROM conversation_links WHERE workspace_id = $1 AND conversation_id = $2";
                read.one(sql, store::params![workspace, other])?.get(0)
            })
            .await;
        assert_eq!(links, 1);
        let mut copied = office.letter("eszter@vevo.example", "Re: Törött bögre", "Másolatban is.");
        copied.thread.references = vec![known];
        copied.cc = vec![handle("ferj@masik2.example")];
        assert_eq!(receive(&office, copied).await, id);
        let mut from_cc = office.letter("ferj@masik2.example", "Re: Törött bögre", "Én is olvastam.");
        from_cc.thread.references = vec![first.external_id.expect("an id")];
        assert_eq!(receive(&office, from_cc).await, id, "whoever was in copy takes part");
    }
}

#[tokio::test]
async fn a_forged_letter_brings_nobody_into_a_conversation() {
    for office in offices().await {
        let first = office.letter("eszter@vevo.example", "Törött bögre", "Eltört a bögre.");
        let (id, known) = (receive(&office, first.clone()).await, first.external_id.expect("an id"));
        let forged = |from: &str, cc: &str, verified: bool| {
            let mut letter = office.letter(from, "Re: Törött bögre", "Én vagyok az.");
            letter.thread.references = vec![known.clone()];
            letter.cc = vec![handle(cc)];
            letter.sender_verified = Some(verified);
            letter
        };
        let count = || async {
            let sql = "SELECT COUNT(*) FROM participants WHERE workspace_id = $1 AND conversation_id = $2";
            let count = move |read: &mut store::Read<'_>| {
                let workspace = read.workspace();
                read.one(sql, store::params![workspace, id])?.get::<i64>(0)
            };
            office.read(&office.system, count).await
        };
        let as_customer = receive(&office, forged("eszter@vevo.example", "kem@masik.example", false)).await;
        assert_eq!(as_customer, id, "shown in its place, with its mark");
        for colleague in ["bence@mecses.example", "fonok@vevo.example"] {
            let apart = receive(&office, forged(colleague, "kem@masik.example", false)).await;
            assert_ne!(apart, id, "{colleague}");
        }
        assert_eq!(count().await, 1);
        let change = people::access::users::UserChange { disabled: Some(true), ..Default::default() };
        let bence = office.bence.user().expect("a user");
        let disable = move |tx: &mut store::Tx<'_>| people::access::users::change(tx, bence, &change, None);
        office.write(&office.anna, disable).await.expect("disabled");
        let gone = receive(&office, forged("bence@mecses.example", "kem@masik.example", true)).await;
        assert_ne!(gone, id, "who has left is no colleague");
        assert_eq!(count().await, 1);
        receive(&office, forged("eszter@vevo.example", "ferj@vevo.example", true)).await;
        assert_eq!(count().await, 2, "the customer's own word counts");
    }
}

#[tokio::test]
async fn whoever_refers_to_a_letter_and_copies_its_author_does_not_draw_the_next_one_to_himself() {
    for office in offices().await {
        let first = office.letter("eszter@vevo.example", "Törött bögre", "Eltört a bögre.");
        let (id, known) = (receive(&office, first.clone()).await, first.external_id.expect("an id"));
        let mut trap = office.letter("csalo@masik.example", "Re: Törött bögre", "Ide írj tovább!");
        trap.thread.references = vec![known.clone()];
        trap.cc = vec![handle("eszter@vevo.example")];
        assert_ne!(receive(&office, trap).await, id);
        let mut next = office.letter("eszter@vevo.example", "Re: Törött bögre", "Küldtem képet is.");
        next.thread.references = vec![known];
        assert_eq!(receive(&office, next).await, id);
    }
}

#[tokio::test]
async fn an_answer_quotes_neither_a_machine_nor_somebody_who_came_in_by_another_way() {
    for office in offices().await {
        let first = office.letter("eszter@vevo.example", "Törött bögre", "Eltört a bögre.");
        let id = receive(&office, first).await;
        let mut code = office.letter("noreply@bank.example", "Az Ön kódja", "A kód: 482913");
        code.thread.tokens = vec![(id, "plus-address")];
        code.automatic = true;
        assert_eq!(receive(&office, code).await, id);
        let mut link = office.letter("csapat@bank.example", "Meghívó", "https://bank.example/belepes/482913");
        link.thread.tokens = vec![(id, "plus-address")];
        assert_eq!(receive(&office, link).await, id);
        let sent = answer(&office, &office.bence, id, saying("Küldjük.")).await.expect("answered");
        let (message, channel) = (sent.id.parse().expect("an id"), office.channel);
        let outgoing = office
            .read(&office.system, move |read| {
                let channel = crate::channels::find(read, channel)?;
                super::project::outgoing(read, &channel, message, vec!["eszter@vevo.example".into()])
            })
            .await;
        assert_eq!(outgoing.quote.expect("a quote").2, "Eltört a bögre.");
    }
}

#[tokio::test]
async fn a_machine_neither_reopens_nor_makes_anybody_wait() {
    for office in offices().await {
        let first = office.letter("eszter@vevo.example", "Kérdés", "Nyitva vannak?");
        let (id, known) = (receive(&office, first.clone()).await, first.external_id.expect("an id"));
        office.write(&office.bence, move |tx| actions::close(tx, id)).await.expect("closed");
        let mut away = office.letter("eszter@vevo.example", "Házon kívül", "Szabadságon vagyok.");
        away.thread.references = vec![known];
        away.automatic = true;
        assert_eq!(receive(&office, away).await, id);
        let after = office.read(&office.system, move |read| find(read, id)).await;
        assert_eq!((after.status, after.waiting_since), (Status::Closed, None));
        assert_eq!(after.message_count, 2);
    }
}

#[tokio::test]
async fn an_answer_taken_back_leaves_no_trace_but_a_draft() {
    for office in offices().await {
        let id = receive(&office, office.letter("eszter@vevo.example", "Kérdés", "Nyitva vannak?")).await;
        let before = office.read(&office.system, move |read| find(read, id)).await;
        let sent = answer(&office, &office.bence, id, saying("Igen, hatig.")).await.expect("answered");
        assert_eq!(sent.delivery.as_ref().map(|delivery| delivery.state.as_str()), Some("held"));
        let message = sent.id.parse().expect("an id");
        let draft =
            office.write(&office.bence, move |tx| actions::undo(tx, id, message)).await.expect("undone");
        assert_eq!(draft.text, "Igen, hatig.");
        let after = office.read(&office.system, move |read| find(read, id)).await;
        assert_eq!(
            (after.status, after.assignee, after.preview),
            (before.status, before.assignee, before.preview)
        );
        office.db.clock().advance(Duration::from_secs(60));
        let (db, registry) = (office.db.clone(), office.registry.clone());
        let jobs = Jobs::new(&office.db)
            .on(deliveries::DELIVER, move |job| deliveries::jobs::deliver(db.clone(), registry.clone(), job));
        assert_eq!(jobs.run_due().await.expect("runs"), 0, "nothing is left to send");
    }
}

#[tokio::test]
async fn an_answer_is_sent_after_its_pause_and_can_then_no_longer_be_taken_back() {
    for office in offices().await {
        let id = receive(&office, office.letter("eszter@vevo.example", "Kérdés", "Nyitva vannak?")).await;
        let sent = answer(&office, &office.bence, id, saying("Igen, hatig.")).await.expect("answered");
        office.db.clock().advance(Duration::from_secs(60));
        let (db, registry) = (office.db.clone(), office.registry.clone());
        let jobs = Jobs::new(&office.db)
            .on(deliveries::DELIVER, move |job| deliveries::jobs::deliver(db.clone(), registry.clone(), job));
        assert_eq!(jobs.run_due().await.expect("runs"), 1);
        let message = sent.id.parse().expect("an id");
        let late = office.write(&office.bence, move |tx| actions::undo(tx, id, message)).await;
        assert_eq!(late.expect_err("refused").code, Code::TooLateToUndo);
        let states = office.read(&office.system, move |read| deliveries::of_message(read, message)).await;
        assert_eq!(states[0].state, "sent");
    }
}

#[tokio::test]
async fn the_second_of_two_answers_written_at_once_is_held_up() {
    for office in offices().await {
        let id = receive(&office, office.letter("eszter@vevo.example", "Kérdés", "Nyitva vannak?")).await;
        let seen = NewMessage { seen_seq: Some(1), ..saying("Igen, hatig.") };
        answer(&office, &office.bence, id, seen.clone()).await.expect("the first goes");
        answer(&office, &office.bence, id, seen.clone()).await.expect("nobody is in their own way");
        let second = answer(&office, &office.nora, id, seen.clone()).await.expect_err("the second waits");
        assert_eq!(second.code, Code::AnsweredMeanwhile);
        answer(&office, &office.nora, id, NewMessage { anyway: true, ..seen })
            .await
            .expect("unless she insists");
    }
}

#[tokio::test]
async fn a_repetition_with_one_client_id_is_one_message() {
    for office in offices().await {
        let id = receive(&office, office.letter("eszter@vevo.example", "Kérdés", "Nyitva vannak?")).await;
        let new = NewMessage { client_id: Some(uuid::Uuid::now_v7()), ..saying("Igen.") };
        let one = answer(&office, &office.bence, id, new.clone()).await.expect("sent");
        let two = answer(&office, &office.bence, id, new).await.expect("the same");
        assert_eq!(one.id, two.id);
        assert_eq!(office.read(&office.system, move |read| find(read, id)).await.message_count, 2);
    }
}

#[tokio::test]
async fn what_a_private_team_has_is_not_there_for_others() {
    for office in offices().await {
        let id = receive(&office, office.letter("eszter@vevo.example", "Számla", "Hibás a számla.")).await;
        let team = office.private_team;
        office.write(&office.anna, move |tx| actions::set_team(tx, id, Some(team))).await.expect("moved");
        let hidden = office.db.read(&office.bence, move |read| find(read, id)).await;
        assert_eq!(hidden.expect_err("hidden").code, Code::NotFound);
        let refused = office.write(&office.bence, move |tx| actions::close(tx, id)).await;
        assert_eq!(refused.expect_err("hidden").code, Code::NotFound);
        let all =
            |views: Vec<views::View>| views.into_iter().find(|view| view.key == "all").map(|view| view.count);
        assert_eq!(all(office.read(&office.bence, views::list).await), Some(0));
        assert_eq!(all(office.read(&office.nora, views::list).await), Some(1));
        let query = ListQuery { limit: 50, ..ListQuery::default() };
        assert!(office.read(&office.bence, move |read| list(read, &query)).await.is_empty());
    }
}

/// What a client that reads on, or page by page, puts together is the whole thread, each line at its place.
#[tokio::test]
async fn a_thread_read_in_parts_is_the_thread() {
    for office in offices().await {
        let id = receive(&office, office.letter("eszter@vevo.example", "Számla", "Hibás a számla.")).await;
        for step in 0..6 {
            let level = if step % 2 == 0 { Priority::High } else { Priority::Low };
            office.db.clock().advance(Duration::from_secs(1));
            office.write(&office.anna, move |tx| actions::set_priority(tx, id, level)).await.expect("set");
            if step == 2 || step == 4 {
                office.db.clock().advance(Duration::from_secs(1));
                answer(&office, &office.bence, id, saying("Utánanézünk.")).await.expect("answered");
            }
        }
        let lines = |part: Vec<super::MessageView>| -> Vec<(i64, String)> {
            part.into_iter().map(|line| (line.seq, line.id)).collect()
        };
        let part = async |before: Option<i64>, after: Option<i64>, limit: usize| {
            let read = move |read: &mut store::Read<'_>| messages(read, "", id, before, after, limit);
            office.read(&office.anna, read).await
        };
        let whole = lines(part(None, None, 50).await.0);
        let last = whole.last().expect("lines").0;
        let fresh = lines(part(None, Some(last), 50).await.0);
        let known: Vec<_> =
            whole.iter().filter(|line| line.0 == last && line.1.starts_with("fact:")).collect();
        assert_eq!(fresh.iter().collect::<Vec<_>>(), known, "after the last message: what happened after it");
        let (mut paged, mut before) = (Vec::new(), None);
        loop {
            let (page, next) = part(before, None, 1).await;
            paged.splice(0..0, lines(page));
            let Some(next) = next else { break };
            before = Some(next);
        }
        assert_eq!(paged, whole);
    }
}

#[tokio::test]
async fn a_sleeping_conversation_wakes_at_its_time_and_says_so() {
    for office in offices().await {
        let id = receive(&office, office.letter("eszter@vevo.example", "Kérdés", "Nyitva vannak?")).await;
        let until = office.db.clock().now() + Duration::from_secs(3_600);
        let snooze = Snooze { until: Some(until), until_reply: false };
        office.write(&office.bence, move |tx| actions::snooze(tx, id, &snooze)).await.expect("asleep");
        assert_eq!(status(&office, id).await, Status::Snoozed);
        let db = office.db.clone();
        let jobs =
            Jobs::new(&office.db).on(super::snooze::WAKE, move |job| super::snooze::wake(db.clone(), job));
        assert_eq!(jobs.run_due().await.expect("too early"), 0);
        office.db.clock().advance(Duration::from_secs(3_601));
        assert_eq!(jobs.run_due().await.expect("runs"), 1);
        let awake = office.read(&office.system, move |read| find(read, id)).await;
        assert_eq!((awake.status, awake.woken), (Status::New, true));
    }
}

#[tokio::test]
async fn a_message_that_does_not_belong_here_moves_out_with_its_answers() {
    for office in offices().await {
        let first = office.letter("eszter@vevo.example", "Kérdés", "Nyitva vannak?");
        let id = receive(&office, first.clone()).await;
        let mut second = office.letter("eszter@vevo.example", "Más ügy", "A másik rendelésemről van szó.");
        second.thread.references = vec![first.external_id.expect("an id")];
        assert_eq!(receive(&office, second.clone()).await, id);
        let thread = office.read(&office.system, move |read| messages(read, "", id, None, None, 50)).await.0;
        let moved = thread.iter().rfind(|message| message.kind == MessageKind::In).expect("two letters");
        let message = moved.id.parse().expect("an id");
        let fresh =
            office.write(&office.bence, move |tx| actions::separate(tx, id, message)).await.expect("moved");
        let mut third = office.letter("eszter@vevo.example", "Re: Más ügy", "Van hír?");
        third.thread.references = vec![second.external_id.expect("an id")];
        assert_eq!(receive(&office, third).await, fresh, "an answer follows its message");
    }
}

/// Counters are kept, never counted: after any walk they must be what counting would say.
#[tokio::test]
async fn the_counters_of_views_always_equal_a_recount() {
    for office in offices().await {
        let mut random = StdRng::seed_from_u64(20_261_121);
        let mut ids = Vec::new();
        for n in 0..12 {
            let letter = office.letter(&format!("vevo{n}@example.org"), "Kérdés", "Mikor jön?");
            ids.push(receive(&office, letter).await);
        }
        for _ in 0..150 {
            let id = ids[random.random_range(0..ids.len())];
            let (act, user, team) = (random.random_range(0..10), office.bence.user(), office.private_team);
            let until = office.db.clock().now() + Duration::from_secs(600);
            office
                .write(&office.anna, move |tx| match act {
                    0 => actions::close(tx, id),
                    1 => actions::reopen(tx, id),
                    2 => actions::assign(tx, id, user),
                    3 => actions::assign(tx, id, None),
                    4 => actions::set_team(tx, id, Some(team)),
                    5 => actions::set_team(tx, id, None),
                    6 => actions::mark_spam(tx, id),
                    7 => actions::unmark_spam(tx, id),
                    8 => actions::snooze(tx, id, &Snooze { until: Some(until), until_reply: false }),
                    _ => actions::set_priority(tx, id, Priority::High),
                })
                .await
                .expect("acts");
        }
        let (kept, counted) = office.read(&office.system, views::recount).await;
        assert_eq!(kept, counted);
    }
}

#[tokio::test]
async fn an_answer_whose_channel_was_deleted_says_so_and_leaves_no_job_behind() {
    for office in offices().await {
        let id = receive(&office, office.letter("eszter@vevo.example", "Kérdés", "Nyitva vannak?")).await;
        let sent = answer(&office, &office.bence, id, saying("Igen, hatig.")).await.expect("answered");
        let channel = office.channel;
        office.write(&office.anna, move |tx| crate::channels::delete(tx, channel)).await.expect("deleted");
        office.db.clock().advance(Duration::from_secs(60));
        let (db, registry) = (office.db.clone(), office.registry.clone());
        let jobs = Jobs::new(&office.db)
            .on(deliveries::DELIVER, move |job| deliveries::jobs::deliver(db.clone(), registry.clone(), job));
        assert_eq!(jobs.run_due().await.expect("runs"), 1);
        let message = sent.id.parse().expect("an id");
        let rows = office.read(&office.system, move |read| deliveries::of_message(read, message)).await;
        assert_eq!(rows[0].state, "failed");
        assert_eq!(status(&office, id).await, Status::Open, "it is back on its author's desk");
        office.db.clock().advance(Duration::from_secs(7_200));
        assert_eq!(jobs.run_due().await.expect("nothing is left"), 0);
    }
}

/// On PostgreSQL whoever waits for a conversation began before the one it waits for; so does a clock set back.
#[tokio::test]
async fn a_message_stands_after_the_one_that_was_kept_before_it_whatever_the_clock_says() {
    for office in offices().await {
        let Clock::Manual(micros) = office.db.clock().clone() else { panic!("held by the test") };
        let letter = office.letter("eszter@vevo.example", "Törött bögre", "Első");
        let id = receive(&office, letter).await;
        for text in ["Második", "Harmadik"] {
            micros.fetch_sub(1_000_000, Ordering::SeqCst);
            answer(&office, &office.bence, id, saying(text)).await.expect("answered");
        }
        let (page, _) = office.read(&office.system, move |read| messages(read, "", id, None, None, 50)).await;
        let said = page.iter().filter(|item| item.kind != MessageKind::Event);
        assert_eq!(said.map(|item| item.text.as_str()).collect::<Vec<_>>(), ["Első", "Második", "Harmadik"]);
        let numbers = page.iter().map(|item| item.seq).collect::<Vec<_>>();
        assert!(numbers.is_sorted(), "what happened stands where it did: {numbers:?}");
    }
}

use std::time::Duration;

use kernel::{Actor, Caller, NewFact, Role, TeamId, UserId};
use serde_json::json;
use store::params;

use super::{conversation, mail, visitor};
use crate::{
    persons::{get, merge, resolve, timeline},
    test_db::{TestDb, engines},
};

async fn happen(t: &TestDb, name: &'static str, person: kernel::PersonId) {
    t.db.clock().advance(Duration::from_secs(1));
    t.write(move |tx| tx.record(NewFact::new(name).person(person).payload(json!({ "n": 1 })))).await;
}

#[tokio::test]
async fn a_timeline_after_a_merge_holds_what_both_did_newest_first() {
    for t in engines().await {
        let (a, b) =
            t.write(|tx| Ok((resolve(tx, &mail("a@pelda.hu"))?, resolve(tx, &visitor("v-1"))?))).await;
        happen(&t, "message.received", a).await;
        happen(&t, "page.viewed", b).await;
        happen(&t, "message.sent", a).await;
        t.db.clock().advance(Duration::from_secs(1));
        t.write(move |tx| merge(tx, a, b, "test")).await;
        happen(&t, "page.viewed", b).await;
        for id in [a, b] {
            let items = t.read(move |read| timeline(read, id, &[], None, 50)).await;
            let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
            assert_eq!(
                names,
                [
                    "page.viewed",
                    "person.merged",
                    "message.sent",
                    "page.viewed",
                    "message.received",
                    "person.created",
                    "person.created",
                ]
            );
            assert_eq!(items[0].actor.kind, "system");
        }
        let only = t.read(move |read| timeline(read, b, &["page.viewed".into()], None, 50)).await;
        assert_eq!(only.len(), 2);
    }
}

#[tokio::test]
async fn a_timeline_is_paged_without_gap_or_repetition() {
    for t in engines().await {
        let id = t.write(|tx| resolve(tx, &mail("a@pelda.hu"))).await;
        // All at one moment: the number of the fact decides.
        t.write(move |tx| (0..20).try_for_each(|_| tx.record(NewFact::new("page.viewed").person(id)))).await;
        let mut cursors = Vec::new();
        let mut before = None;
        loop {
            let page = t.read(move |read| timeline(read, id, &[], before, 6)).await;
            let Some(last) = page.last() else { break };
            before = Some(last.place);
            cursors.extend(page.iter().map(|item| item.cursor.clone()));
        }
        assert_eq!(cursors.len(), 21);
        cursors.dedup();
        assert_eq!(cursors.len(), 21);
    }
}

#[tokio::test]
async fn a_colleague_sees_nothing_of_a_private_teams_conversation() {
    for t in engines().await {
        let (team, member) = (TeamId::new(), UserId::new());
        let id = t.write(|tx| resolve(tx, &mail("a@pelda.hu"))).await;
        let (open, private) = (conversation(id, None, 1042), conversation(id, Some(team), 1043));
        t.write(move |tx| {
            let (workspace, now) = (tx.workspace(), tx.now());
            tx.execute(
                "INSERT INTO teams (workspace_id, id, name, private, created_at) VALUES ($1, $2, 'HR', 1, $3)",
                params![workspace, team, now],
            )?;
            tx.execute(
                "INSERT INTO team_members (workspace_id, team_id, user_id) VALUES ($1, $2, $3)",
                params![workspace, team, member],
            )?;
            for one in [&open, &private] {
                one.insert(tx)?;
                tx.record(NewFact::new("conversation.created").person(id).conversation(one.id))?;
            }
            Ok(())
        })
        .await;
        let agent = |user| Caller { actor: Actor::User(user), role: Role::Agent, ..t.caller.clone() };
        for (caller, conversations) in [(agent(member), 2), (agent(UserId::new()), 1), (t.caller.clone(), 2)]
        {
            let names = ["conversation.created".to_owned()];
            let items =
                t.db.read(&caller, move |read| timeline(read, id, &names, None, 50)).await.expect("read");
            assert_eq!(items.len(), conversations);
            let last = items.last().and_then(|item| item.conversation.clone()).expect("a conversation");
            assert_eq!((last.number.as_str(), last.subject.as_str()), ("K-1042", "Hol a csomagom?"));
            let person = t.db.read(&caller, move |read| get(read, id)).await.expect("read");
            assert_eq!(person.conversation_count, conversations as i64);
            assert_eq!(person.open_conversations, conversations as i64);
        }
    }
}

#[tokio::test]
async fn conversations_of_both_are_counted_after_a_merge() {
    for t in engines().await {
        let (a, b) =
            t.write(|tx| Ok((resolve(tx, &mail("a@pelda.hu"))?, resolve(tx, &mail("b@pelda.hu"))?))).await;
        t.write(move |tx| {
            conversation(a, None, 1).insert(tx)?;
            conversation(b, None, 2).insert(tx)?;
            merge(tx, a, b, "test")
        })
        .await;
        assert_eq!(t.read(move |read| get(read, a)).await.conversation_count, 2);
    }
}

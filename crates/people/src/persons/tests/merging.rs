use std::time::Duration;

use serde_json::{Map, json};
use store::{Read, params};

use super::{mail, typed, visitor};
use crate::{
    persons::{
        Handle, IdentityKind, PersonChange, brief, canonical, change, claim, component, get, merge, resolve,
        verify,
    },
    test_db::{TestDb, engines},
};

fn count_edges(read: &mut Read<'_>) -> kernel::Result<i64> {
    let workspace = read.workspace();
    read.one("SELECT COUNT(*) FROM person_edges WHERE workspace_id = $1", params![workspace])?.get(0)
}

#[tokio::test]
async fn a_proved_address_makes_visitor_and_writer_one_person() {
    for t in engines().await {
        let writer = t.write(|tx| resolve(tx, &mail("anna@pelda.hu"))).await;
        t.db.clock().advance(Duration::from_secs(60));
        let chatter = t
            .write(|tx| {
                let id = resolve(tx, &Handle { name: Some("Anna".into()), ..visitor("v-1") })?;
                claim(tx, id, &typed("anna@pelda.hu"))?;
                Ok(id)
            })
            .await;
        assert_ne!(writer, chatter);
        let survivor = t.write(move |tx| verify(tx, chatter, &typed("anna@pelda.hu"))).await;
        assert_eq!(survivor, writer, "both unproved: the older stays");
        let person = t.read(move |read| get(read, chatter)).await;
        assert_eq!((person.id, person.merged_into), (writer, Some(writer)));
        assert_eq!(person.name.as_deref(), Some("Anna"), "what only the other knew is kept");
        let emails: Vec<_> = person.identities.iter().filter(|one| one.kind == IdentityKind::Email).collect();
        assert!(emails.len() == 1 && emails[0].verified);
        assert_eq!(t.write(|tx| resolve(tx, &visitor("v-1"))).await, writer);
        assert_eq!(t.write(|tx| resolve(tx, &mail("anna@pelda.hu"))).await, writer);
        assert!(t.facts().await.ends_with(&["person.merged".into(), "person.identified".into()]));
    }
}

#[tokio::test]
async fn the_identified_person_survives_the_older_one() {
    for t in engines().await {
        let older = t.write(|tx| resolve(tx, &visitor("v-1"))).await;
        t.db.clock().advance(Duration::from_secs(60));
        let proved = || Handle { verified: true, ..mail("anna@pelda.hu") };
        let identified = t.write(move |tx| resolve(tx, &proved())).await;
        let survivor = t.write(move |tx| verify(tx, older, &typed("anna@pelda.hu"))).await;
        assert_eq!(survivor, identified);
    }
}

#[tokio::test]
async fn a_proof_nobody_else_has_merges_nobody() {
    for t in engines().await {
        let (one, other) = t
            .write(|tx| {
                let (one, other) = (resolve(tx, &visitor("v-1"))?, resolve(tx, &visitor("v-2"))?);
                claim(tx, other, &typed("anna@pelda.hu"))?;
                verify(tx, one, &typed("anna@pelda.hu"))?;
                verify(tx, one, &typed("anna@pelda.hu"))?;
                Ok((one, other))
            })
            .await;
        assert_eq!(t.read(move |read| canonical(read, other)).await, other, "a claim is not pulled in");
        assert_eq!(t.write(|tx| resolve(tx, &mail("anna@pelda.hu"))).await, one);
        let identified = t.facts().await.iter().filter(|name| *name == "person.identified").count();
        assert_eq!(identified, 1);
    }
}

#[tokio::test]
async fn a_merged_id_resolves_for_ever_through_further_merges() {
    for t in engines().await {
        let ids = t
            .write(|tx| {
                let ids = ["a", "b", "c", "d"].map(|name| mail(&format!("{name}@pelda.hu")));
                ids.iter().map(|one| resolve(tx, one)).collect::<kernel::Result<Vec<_>>>()
            })
            .await;
        let [a, b, c, d] = ids[..] else { unreachable!("four people") };
        t.write(move |tx| {
            merge(tx, d, c, "test")?;
            merge(tx, c, b, "test")?;
            // Named by losers, they still mean the survivors.
            merge(tx, d, a, "test")
        })
        .await;
        for id in [a, b, c, d] {
            assert_eq!(t.read(move |read| canonical(read, id)).await, a);
            assert_eq!(t.read(move |read| get(read, id)).await.identities.len(), 4);
            let mut all = t.read(move |read| component(read, id)).await;
            assert_eq!(all[0], a);
            all.sort_unstable();
            assert_eq!(all, ids);
        }
        let briefs = t.read(move |read| brief(read, &[a, d])).await;
        assert_eq!((briefs[&a].id, briefs[&d].id), (a, a));
        assert_eq!(briefs[&d].email.as_deref(), Some("a@pelda.hu"));
    }
}

#[tokio::test]
async fn merging_again_changes_nothing() {
    for t in engines().await {
        let (a, b) =
            t.write(|tx| Ok((resolve(tx, &mail("a@pelda.hu"))?, resolve(tx, &mail("b@pelda.hu"))?))).await;
        for _ in 0..2 {
            t.write(move |tx| merge(tx, a, b, "test")).await;
            t.write(move |tx| merge(tx, b, a, "test")).await;
            t.write(move |tx| merge(tx, a, a, "test")).await;
        }
        assert_eq!(t.read(count_edges).await, 1);
        assert_eq!(t.facts().await, ["person.created", "person.created", "person.merged"]);
    }
}

#[tokio::test]
async fn merges_at_the_same_time_end_with_one_person() {
    for t in engines().await {
        let ids = t
            .write(|tx| {
                let handles = (0..8).map(|n| mail(&format!("p{n}@pelda.hu")));
                handles.map(|one| resolve(tx, &one)).collect::<kernel::Result<Vec<_>>>()
            })
            .await;
        let merges: Vec<_> = (0..8)
            .map(|n| {
                let (db, caller) = (t.db.clone(), t.caller.clone());
                let (one, next) = (ids[n], ids[(n + 1) % 8]);
                tokio::spawn(async move { db.write(&caller, move |tx| merge(tx, one, next, "test")).await })
            })
            .collect();
        for merge in merges {
            merge.await.expect("joins").expect("merges");
        }
        let first = ids[0];
        let survivor = t.read(move |read| canonical(read, first)).await;
        let all = t.read(move |read| component(read, first)).await;
        assert_eq!((all.len(), all[0]), (8, survivor));
        assert_eq!(t.read(count_edges).await, 8, "each reason is kept");
    }
}

#[tokio::test]
async fn of_two_persons_made_one_the_newer_word_wins_and_the_rest_is_added() {
    for t in engines().await {
        let (a, b) =
            t.write(|tx| Ok((resolve(tx, &mail("a@pelda.hu"))?, resolve(tx, &mail("b@pelda.hu"))?))).await;
        let traits = |json: serde_json::Value| -> Option<Map<_, _>> { json.as_object().cloned() };
        let ours = PersonChange { traits: traits(json!({ "size": "M" })), ..Default::default() };
        let theirs = PersonChange {
            name: Some(Some("Béla".into())),
            traits: traits(json!({ "size": "L", "city": "Szeged" })),
            ..Default::default()
        };
        t.write(move |tx| change(tx, b, &theirs, "agent")).await;
        t.db.clock().advance(Duration::from_secs(60));
        t.write(move |tx| change(tx, a, &ours, "agent")).await;
        t.write(move |tx| merge(tx, a, b, "test")).await;
        let person = t.read(move |read| get(read, b)).await;
        assert_eq!(person.name.as_deref(), Some("Béla"));
        assert_eq!(json!(person.traits), json!({ "size": "M", "city": "Szeged" }));
    }
}

#[tokio::test]
async fn a_person_of_another_workspace_cannot_be_merged() {
    for t in engines().await {
        let ours = t.write(|tx| resolve(tx, &mail("a@pelda.hu"))).await;
        let other = kernel::Caller::system(kernel::WorkspaceId::new(), "test");
        let theirs = t.db.write(&other, |tx| resolve(tx, &mail("a@pelda.hu"))).await.expect("resolved");
        let refused = t.db.write(&t.caller, move |tx| merge(tx, ours, theirs, "test")).await;
        assert_eq!(refused.expect_err("refused").code, kernel::Code::NotFound);
        assert_eq!(edges(&t).await, 0);
    }
}

async fn edges(t: &TestDb) -> i64 {
    t.read(count_edges).await
}

//! Identity as a function of its edges: any order, any split, and back again.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{PersonId, Timestamp, WorkspaceId};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};
use serde_json::{Map, Value as Json, json};
use store::{Read, Tx, params};

use crate::{
    persons::{IdentityKind, Link, Said, Sighting, describe, get, merge, retract, sight},
    test_db::{TestDb, engines},
};

/// A call of an SDK: whom it names, when it was made, what it says of them.
#[derive(Clone, Debug)]
struct Call {
    number: i64,
    at: i64,
    ids: Vec<(IdentityKind, String)>,
    traits: Map<String, Json>,
}

impl Call {
    fn new(number: i64, ids: &[(IdentityKind, &str)]) -> Self {
        let ids = ids.iter().map(|(kind, value)| (*kind, (*value).to_owned())).collect();
        Self { number, at: number, ids, traits: Map::new() }
    }

    fn take(&self, tx: &mut Tx<'_>) -> kernel::Result<super::super::Sighted> {
        let (at, message_id) = (Timestamp(self.at * 1_000_000), format!("m-{:04}", self.number));
        let sighting =
            Sighting { ids: &self.ids, at, message_id: &message_id, reason: "identify", source: "sdk" };
        let sighted = sight(tx, &sighting)?;
        describe(tx, sighted.home, &self.traits, &Said { at, message_id: &message_id, source: "sdk" })?;
        Ok(sighted)
    }
}

fn user(value: &str) -> (IdentityKind, &str) {
    (IdentityKind::External, value)
}

fn device(value: &str) -> (IdentityKind, &str) {
    (IdentityKind::Anonymous, value)
}

/// Who is who, and what is known of them, without the ids of rows.
type Picture = BTreeMap<BTreeSet<String>, Json>;

fn picture(read: &mut Read<'_>, prefix: &str) -> kernel::Result<Picture> {
    let workspace = read.workspace();
    let sql = "SELECT person_id, kind, value FROM identities WHERE workspace_id = $1 AND leads = 1";
    let mut groups: BTreeMap<PersonId, BTreeSet<String>> = BTreeMap::new();
    for row in read.rows(sql, params![workspace])? {
        let value: String = row.get(2)?;
        if let Some(value) = value.strip_prefix(prefix) {
            groups.entry(row.get(0)?).or_default().insert(format!("{}:{value}", row.get::<String>(1)?));
        }
    }
    groups.into_iter().map(|(id, values)| Ok((values, json!(get(read, id)?.traits)))).collect()
}

async fn tell(t: &TestDb, calls: &[Call]) -> Vec<Vec<Link>> {
    let calls = calls.to_vec();
    t.write(move |tx| calls.iter().map(|call| Ok(call.take(tx)?.links)).collect()).await
}

/// A short story with few ids, so that they meet often: devices shared, people on several devices.
fn story(seed: u64, prefix: &str) -> Vec<Call> {
    let mut dice = StdRng::seed_from_u64(seed);
    (0..dice.random_range(2..8))
        .map(|number| {
            let mut ids = Vec::new();
            if dice.random_bool(0.6) {
                ids.push((IdentityKind::External, format!("{prefix}u{}", dice.random_range(0..3))));
            }
            if ids.is_empty() || dice.random_bool(0.8) {
                ids.push((IdentityKind::Anonymous, format!("{prefix}d{}", dice.random_range(0..3))));
            }
            if dice.random_bool(0.2) {
                ids.push((IdentityKind::Anonymous, format!("{prefix}d{}", dice.random_range(0..3))));
            }
            let mut traits = Map::new();
            if dice.random_bool(0.5) {
                traits.insert("plan".into(), json!(dice.random_range(0..3)));
            }
            // Several calls of one moment are not rare.
            Call { number, at: dice.random_range(0..6), ids, traits }
        })
        .collect()
}

/// `KAPOCS_HISTORIES` histories (200 when not given), each told in the order of its moments, and again in another
/// order, in other portions, with repetitions.
#[tokio::test]
async fn the_same_calls_in_any_order_and_any_portions_make_the_same_people() {
    let histories: u64 = std::env::var("KAPOCS_HISTORIES").ok().and_then(|n| n.parse().ok()).unwrap_or(200);
    for mut t in engines().await {
        for seed in 0..histories {
            // Of its own: what a story cost is not the length of all before it.
            t.caller.workspace = WorkspaceId::new();
            let mut in_order = story(seed, &format!("{seed}a-"));
            in_order.sort_by_key(|call| (call.at, call.number));
            tell(&t, &in_order).await;
            let mut dice = StdRng::seed_from_u64(seed + 1);
            let mut shuffled = story(seed, &format!("{seed}b-"));
            shuffled.extend(story(seed, &format!("{seed}b-")).into_iter().take(2));
            shuffled.shuffle(&mut dice);
            let cut = dice.random_range(0..=shuffled.len());
            tell(&t, &shuffled[..cut]).await;
            tell(&t, &shuffled[cut..]).await;
            let (a, b) = (format!("{seed}a-"), format!("{seed}b-"));
            let told = t.read(move |read| Ok((picture(read, &a)?, picture(read, &b)?))).await;
            assert_eq!(told.0, told.1, "history {seed}: {:#?}", story(seed, ""));
        }
    }
}

#[tokio::test]
async fn whoever_signs_in_brings_their_anonymous_past_and_the_shared_browser_stays_with_the_first() {
    for t in engines().await {
        let calls = [
            Call::new(1, &[device("d1")]),
            Call::new(2, &[user("anna"), device("d1")]),
            Call::new(3, &[user("anna"), device("d2")]),
            // Béla signs in on Anna's browser.
            Call::new(4, &[user("bela"), device("d1")]),
        ];
        let links = tell(&t, &calls).await;
        assert!(matches!(links[1][..], [Link::Joined(_)]));
        assert_eq!(links[3], [Link::Refused("external")]);
        let people = t.read(|read| picture(read, "")).await;
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(
            people.into_keys().collect::<BTreeSet<_>>(),
            BTreeSet::from([
                names(&["external:anna", "anonymous:d1", "anonymous:d2"]),
                names(&["external:bela"])
            ])
        );
        assert!(t.facts().await.contains(&"person.merge_refused".to_owned()));
    }
}

/// All that is kept of persons, byte for byte, but for the log of edges itself.
fn everything(read: &mut Read<'_>) -> kernel::Result<Vec<String>> {
    let workspace = read.workspace();
    let mut all = Vec::new();
    for sql in [
        "SELECT id, name, locale, traits, search, merged_into, last_seen_at FROM persons WHERE workspace_id = $1 ORDER BY id",
        "SELECT kind, value, home_id, person_id, verified, leads FROM identities WHERE workspace_id = $1 ORDER BY kind, value, home_id",
        "SELECT home_id, name, value, at, message_id FROM person_traits WHERE workspace_id = $1 ORDER BY home_id, name",
    ] {
        all.extend(read.rows(sql, params![workspace])?.iter().map(|row| format!("{row:?}")));
    }
    Ok(all)
}

#[tokio::test]
async fn what_was_merged_is_taken_apart_to_the_byte_and_stays_apart() {
    for t in engines().await {
        let mut anna = Call::new(1, &[user("anna"), device("d1")]);
        anna.traits = json!({ "plan": "gold", "city": "Pécs" }).as_object().cloned().unwrap();
        let mut other = Call::new(2, &[device("d2")]);
        other.traits = json!({ "plan": "free" }).as_object().cloned().unwrap();
        tell(&t, &[anna, other.clone()]).await;
        let before = t.read(everything).await;
        let joining = Call::new(3, &[user("anna"), device("d2")]);
        tell(&t, std::slice::from_ref(&joining)).await;
        let joined = t.read(|read| picture(read, "")).await;
        assert_eq!(
            joined.values().next(),
            Some(&json!({ "plan": "free", "city": "Pécs" })),
            "the newer word"
        );
        assert_eq!(joined.len(), 1);

        let edge: i64 = t
            .read(|read| {
                let workspace = read.workspace();
                let sql = "SELECT seq FROM person_edges WHERE workspace_id = $1 AND message_id = 'm-0003'";
                read.one(sql, params![workspace])?.get(0)
            })
            .await;
        t.write(move |tx| retract(tx, edge)).await;
        let after = t.read(everything).await;
        // Anna was seen by the third call: that stays a fact.
        let but_for_the_sighting = |rows: Vec<String>| {
            rows.into_iter().map(|row| row.replace("3000000", "1000000")).collect::<Vec<_>>()
        };
        assert_eq!(but_for_the_sighting(after), but_for_the_sighting(before));
        assert_eq!(tell(&t, &[joining]).await[0], [Link::KeptApart], "the same call again joins nobody");
        assert_eq!(t.read(|read| picture(read, "")).await.len(), 2);
    }
}

#[tokio::test]
async fn a_colleague_may_join_what_a_limit_keeps_apart() {
    for t in engines().await {
        let calls = [Call::new(1, &[user("anna")]), Call::new(2, &[user("anna2")])];
        let homes: Vec<PersonId> = t
            .write({
                let calls = calls.clone();
                move |tx| calls.iter().map(|call| Ok(call.take(tx)?.home)).collect()
            })
            .await;
        let (a, b) = (homes[0], homes[1]);
        t.write(move |tx| merge(tx, a, b, "agent")).await;
        assert_eq!(t.read(|read| picture(read, "")).await.len(), 1);
        // Their next browser is theirs all the same; a third account on it is somebody else.
        tell(&t, &[Call::new(3, &[user("anna"), device("phone")])]).await;
        assert_eq!(t.read(|read| picture(read, "")).await.len(), 1);
        tell(&t, &[Call::new(4, &[user("anna3"), device("phone")])]).await;
        assert_eq!(t.read(|read| picture(read, "")).await.len(), 2);
    }
}

/// One browser in a shop window: a thousand people sign in on it, nobody becomes anybody else.
#[tokio::test]
async fn people_behind_one_shared_id_are_never_one() {
    for t in engines().await {
        let calls: Vec<Call> = (1..=60)
            .map(|number| Call {
                number,
                at: number,
                ids: vec![
                    (IdentityKind::External, format!("u{number}")),
                    (IdentityKind::Anonymous, "kiosk".into()),
                ],
                traits: Map::new(),
            })
            .collect();
        tell(&t, &calls).await;
        assert_eq!(t.read(|read| picture(read, "")).await.len(), 60);
    }
}

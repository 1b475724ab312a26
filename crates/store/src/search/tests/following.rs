//! The index follows the facts, through crashes, damage and rebuilds.

use std::{path::PathBuf, time::Duration};

use kernel::FactCursor;
use serde_json::json;

use super::{Change, Desk, Order, Query, Running, id, numbers, open_search};
use crate::{SetAside, tests::engines};

fn generations(desk: &Desk) -> Vec<PathBuf> {
    let versions = desk.db.db.data().join("search");
    let version =
        std::fs::read_dir(versions).expect("there").next().expect("one version").expect("reads").path();
    std::fs::read_dir(version).expect("there").map(|entry| entry.expect("reads").path()).collect()
}

#[tokio::test]
async fn what_is_written_is_found_soon_on_both_databases() {
    for db in engines().await {
        let mut desk = Desk::on(db).await;
        desk.put(&desk.message(1, "első")).await;
        desk.caught_up().await;
        let began = std::time::Instant::now();
        desk.put(&desk.message(2, "második")).await;
        desk.caught_up().await;
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        assert_eq!(desk.find("második").await, [2]);
        desk.running.stop().await;
    }
}

#[tokio::test]
async fn a_changed_document_is_found_by_its_new_words_only() {
    let desk = Desk::with_messages(&["régi szöveg"]).await;
    desk.put(&desk.message(1, "új tartalom")).await;
    desk.caught_up().await;
    assert!(desk.find("régi").await.is_empty());
    assert_eq!(desk.find("tartalom").await, [1]);
}

#[tokio::test]
async fn a_removed_document_and_all_of_a_removed_conversation_are_gone() {
    let desk = Desk::with_messages(&["csomag", "csomag"]).await;
    for n in [3, 4] {
        let mut message = desk.message(n, "csomag");
        message.parent = id(77);
        desk.put(&message).await;
    }
    desk.record(desk.workspace(), json!({ "remove": 1 })).await;
    desk.record(desk.workspace(), json!({ "remove_parent": 77 })).await;
    desk.caught_up().await;
    assert_eq!(desk.find("csomag").await, [2]);
}

#[tokio::test]
async fn after_a_crash_nothing_is_lost_and_nothing_is_there_twice() {
    for db in engines().await {
        let mut desk = Desk::on(db).await;
        for round in 0..5_u64 {
            for n in 1..=20 {
                desk.put(&desk.message(round * 20 + n, "csomag")).await;
            }
            // The first may be committed; the rest is on its way, somewhere.
            desk.running.crash().await;
            desk.reopen().await;
        }
        desk.caught_up().await;
        let query = Query { limit: 200, order: Order::Newest, ..desk.query("csomag") };
        let found = numbers(&desk.hits(Query { collapse_by_parent: false, ..query }).await);
        assert_eq!(found, (1..=100).rev().collect::<Vec<_>>());
        desk.running.stop().await;
    }
}

#[tokio::test]
async fn what_was_applied_but_not_committed_is_applied_again_after_a_crash() {
    let mut desk = Desk::with_messages(&["csomag"]).await;
    let committed = desk.search.cursor();
    desk.running.crash().await;
    desk.put(&desk.message(2, "csomag")).await;
    let change = Change::Put(desk.message(2, "csomag"));
    let beyond = FactCursor { seq: committed.seq + 1, ..committed };
    desk.search.with_indexer(move |indexer| indexer.apply(vec![change], beyond)).await.expect("applied");
    desk.reopen().await;
    desk.caught_up().await;
    let all = Query { collapse_by_parent: false, ..desk.query("csomag") };
    assert_eq!(numbers(&desk.hits(all).await), [2, 1]);
}

#[tokio::test]
async fn after_a_stop_it_goes_on_from_its_cursor_and_not_from_the_first_fact() {
    let mut desk = Desk::with_messages(&["csomag", "csomag"]).await;
    desk.record(desk.workspace(), json!({ "nothing": true })).await;
    desk.caught_up().await;
    let reached = desk.search.cursor();
    desk.running.stop().await;
    desk.search = open_search(&desk.db.db).await;
    assert_eq!(desk.search.cursor(), reached);
    assert_eq!(desk.find("csomag").await, [2, 1], "searchable before it follows");
    desk.running = Running::start(&desk.search);
    desk.put(&desk.message(3, "csomag")).await;
    desk.caught_up().await;
    assert_eq!(desk.find("csomag").await, [3, 2, 1]);
}

#[tokio::test]
async fn a_fact_that_cannot_be_projected_is_set_aside_and_its_neighbours_go_on() {
    for db in engines().await {
        let mut desk = Desk::on(db).await;
        desk.put(&desk.message(1, "csomag")).await;
        desk.record(desk.workspace(), json!({ "poison": true })).await;
        desk.put(&desk.message(2, "csomag")).await;
        desk.caught_up().await;
        assert_eq!(desk.find("csomag").await, [2, 1]);
        let aside = desk.db.db.read(&desk.db.caller, SetAside::list).await.expect("lists");
        assert_eq!(aside.iter().map(|aside| aside.reactor.as_str()).collect::<Vec<_>>(), ["search"]);
        desk.running.stop().await;
    }
}

#[tokio::test]
async fn a_rebuilt_index_answers_as_the_live_one_did() {
    let desk = Desk::new().await;
    for n in 0..300 {
        let body = ["csomag érkezett", "a csomagot várom", "számla a csomaghoz"][n % 3];
        let mut message = desk.message(n as u64 % 200, body);
        message.parent = id(n as u64 % 40);
        desk.put(&message).await;
    }
    desk.record(desk.workspace(), json!({ "remove_parent": 7 })).await;
    desk.record(desk.workspace(), json!({ "remove": 11 })).await;
    desk.caught_up().await;
    let queries =
        ["csomag ", "számla cso", "csomagot -számla", "\"csomag érkezett\"", "csomga "].map(|text| {
            let query = Query { limit: 200, ..desk.query(text) };
            [Query { collapse_by_parent: false, ..query.clone() }, Query { order: Order::Newest, ..query }]
        });
    let mut before = Vec::new();
    for query in queries.as_flattened() {
        before.push(desk.hits(query.clone()).await);
    }
    desk.search.rebuild().await.expect("rebuilt");
    let mut kept = before.iter();
    for query in queries.as_flattened() {
        let (before, after) = (kept.next().expect("one each"), desk.hits(query.clone()).await);
        assert!(!before.items.is_empty());
        assert_eq!(after.items, before.items, "{}", query.text);
        assert_eq!((after.next, after.corrected), (before.next, before.corrected));
    }
    assert_eq!(generations(&desk).len(), 1, "the old files are gone");
}

#[tokio::test]
async fn while_it_is_rebuilt_searches_are_answered_and_new_documents_come_in() {
    let mut desk = Desk::with_messages(&["egyetlen"]).await;
    for thousand in 0..5_u64 {
        desk.record(desk.workspace(), json!({ "thousand_from": 1_000 + thousand * 1_000 })).await;
    }
    desk.caught_up().await;
    let search = desk.search.clone();
    let rebuilding = tokio::spawn(async move { search.rebuild().await });
    let mut n = 100_000;
    while !rebuilding.is_finished() {
        n += 1;
        desk.put(&desk.message(n, "friss")).await;
        desk.caught_up().await;
        assert_eq!(desk.find("friss").await[0], n);
        assert_eq!(desk.find("egyetlen").await, [1]);
    }
    rebuilding.await.expect("joins").expect("rebuilt");
    let progress = desk.search.progress().await.expect("reads");
    assert!(!progress.rebuilding && (progress.share() - 1.0).abs() < f64::EPSILON);
    desk.running.stop().await;
    desk.reopen().await;
    desk.put(&desk.message(n + 1, "friss")).await;
    desk.caught_up().await;
    assert_eq!(desk.find("friss").await[0], n + 1);
}

#[tokio::test]
async fn an_unfinished_rebuild_is_thrown_away() {
    let mut desk = Desk::with_messages(&["csomag"]).await;
    let search = desk.search.clone();
    let folder = generations(&desk)[0].parent().expect("in a folder").to_owned();
    super::super::generation::Generation::create(&folder, 2)
        .and_then(|generation| {
            let mut indexer =
                super::super::generation::Indexer::new(generation.into(), FactCursor::default());
            indexer.commit(super::super::generation::Commit::Unfinished)
        })
        .expect("begun");
    drop(search);
    desk.running.stop().await;
    desk.reopen().await;
    assert_eq!(desk.find("csomag").await, [1]);
    assert_eq!(generations(&desk), [folder.join("1")]);
}

async fn reopened_after(damage: impl Fn(&Desk)) -> Desk {
    let mut desk = Desk::with_messages(&["csomag", "számla"]).await;
    desk.running.stop().await;
    damage(&desk);
    desk.reopen().await;
    desk.caught_up().await;
    assert_eq!(desk.find("csomag").await, [1]);
    desk
}

#[tokio::test]
async fn a_damaged_or_missing_index_is_built_anew() {
    reopened_after(|desk| std::fs::remove_dir_all(desk.db.db.data().join("search")).expect("removed")).await;
    reopened_after(|desk| {
        std::fs::write(generations(desk)[0].join("meta.json"), "{").expect("written");
    })
    .await;
    reopened_after(|desk| {
        for file in std::fs::read_dir(&generations(desk)[0]).expect("there") {
            let file = file.expect("reads").path();
            if file.extension().is_some_and(|kind| kind == "term" || kind == "idx") {
                std::fs::write(file, "short").expect("written");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_index_of_another_version_goes_away() {
    let desk = reopened_after(|desk| {
        let old = desk.db.db.data().join("search/v0/1");
        std::fs::create_dir_all(&old).expect("created");
        std::fs::write(old.join("meta.json"), "{}").expect("written");
    })
    .await;
    assert!(!desk.db.db.data().join("search/v0").exists());
}

#[tokio::test]
async fn an_index_that_is_ahead_of_a_restored_database_is_built_anew() {
    let mut desk = Desk::with_messages(&["csomag", "elveszett"]).await;
    desk.running.stop().await;
    let lose = |tx: &mut crate::Tx<'_>| tx.execute("DELETE FROM facts WHERE seq > 1", &[]);
    desk.db.db.system("test", lose).await.expect("restored");
    desk.reopen().await;
    desk.caught_up().await;
    assert_eq!(desk.find("csomag").await, [1]);
    assert!(desk.find("elveszett").await.is_empty());
}

#[tokio::test]
async fn damage_that_a_search_meets_is_healed() {
    let mut desk = Desk::with_messages(&["csomag", "számla"]).await;
    desk.running.stop().await;
    for file in std::fs::read_dir(&generations(&desk)[0]).expect("there") {
        let file = file.expect("reads").path();
        if file.extension().is_some_and(|kind| kind == "store") {
            let mut bytes = std::fs::read(&file).expect("reads");
            bytes[..8].fill(0xff);
            std::fs::write(file, bytes).expect("written");
        }
    }
    desk.reopen().await;
    assert!(desk.search.find(desk.query("csomag")).await.is_err(), "opening does not read everything");
    let healed = async {
        while desk.search.find(desk.query("csomag")).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), healed).await.expect("healed in time");
    assert_eq!(desk.find("csomag").await, [1]);
}

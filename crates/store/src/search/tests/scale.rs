//! How fast it is; the numbers are printed, not judged.

use std::time::{Duration, Instant};

use kernel::{Timestamp, WorkspaceId};
use serde_json::json;

use super::{Access, AccessFilter, Desk, Document, DocumentKind, Order, Query, id};

const WORDS: &[&str] = &[
    "a",
    "csomag",
    "rendelés",
    "számla",
    "kérem",
    "köszönöm",
    "szállítás",
    "fizetés",
    "hiba",
    "jelszó",
    "fiók",
    "garancia",
    "termék",
    "visszaküldés",
    "időpont",
    "ügyfél",
    "delivery",
    "invoice",
    "order",
    "refund",
];
const ENDINGS: &[&str] = &["", "t", "k", "ban", "hoz", "m", "mat", "kat", "val", "ról"];

/// A message of about 300 letters: often the same words, sometimes rare ones.
pub(super) fn message(workspace: WorkspaceId, n: u64) -> Document {
    let mut state = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let mut word = || {
        let skew = next(1_000);
        if skew < 700 {
            let (word, ending) = (next(skew % 20 + 1), next(10));
            format!("{}{}", WORDS[index(word)], ENDINGS[index(ending)])
        } else {
            format!("szo{:x}", next(40_000))
        }
    };
    let body = (0..40).map(|_| word()).collect::<Vec<_>>().join(" ");
    Document {
        workspace,
        kind: DocumentKind::Message,
        id: id(n),
        parent: id(n / 4),
        access: Access::Everyone,
        title: format!("{} {}", word(), word()),
        body,
        exact: vec![format!("K-{}", n / 4)],
        at: Timestamp::from_seconds(i64::try_from(n).expect("small")),
    }
}

fn index(n: u64) -> usize {
    usize::try_from(n).expect("small")
}

/// `KAPOCS_TEST_SEARCH_THOUSANDS=1000` for a million.
#[tokio::test]
async fn a_hundred_thousand_messages_are_searched_quickly() {
    let thousands = std::env::var("KAPOCS_TEST_SEARCH_THOUSANDS").ok().and_then(|text| text.parse().ok());
    let thousands: u64 = thousands.unwrap_or(if cfg!(debug_assertions) { 5 } else { 100 });
    let desk = Desk::new().await;
    let began = Instant::now();
    for thousand in 0..thousands {
        desk.record(desk.workspace(), json!({ "thousand_from": thousand * 1_000 })).await;
    }
    tokio::time::timeout(Duration::from_secs(3_600), desk.search.caught_up())
        .await
        .expect("in time")
        .expect("reads");
    let rate = thousands as f64 * 1_000.0 / began.elapsed().as_secs_f64();
    let segments = desk.search.current().searcher().segment_readers().len();
    println!("{segments} segments");
    println!("{thousands},000 documents at {rate:.0} a second");
    for text in [
        "csomag ",
        "cso",
        "sz",
        "csomag számla rend",
        "\"csomag számla\"",
        "csomga ",
        "K-17",
        "szo1a2b ",
        "a -hiba ",
    ] {
        for order in [Order::Relevance, Order::Newest] {
            let access = AccessFilter::Teams(vec![kernel::TeamId::new()]);
            let query = Query { limit: 20, order, access, ..desk.query(text) };
            let mut times = Vec::new();
            for _ in 0..100 {
                let began = Instant::now();
                desk.hits(query.clone()).await;
                times.push(began.elapsed());
            }
            times.sort_unstable();
            println!("{text:24}{order:?}: median {:?}, p99 {:?}", times[50], times[98]);
        }
    }
    assert!(!desk.find("csomag ").await.is_empty());
}

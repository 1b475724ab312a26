//! How fast it is; the numbers are printed, not judged.

use std::time::{Duration, Instant};

use kernel::{Timestamp, WorkspaceId};
use serde_json::json;

use super::{Access, AccessFilter, Desk, Document, DocumentKind, Order, Query, id};

/// From the most frequent on.
const WORDS: &[&str] = &[
    "a",
    "az",
    "és",
    "hogy",
    "nem",
    "is",
    "meg",
    "egy",
    "kérem",
    "csomag",
    "the",
    "rendelés",
    "to",
    "számla",
    "köszönöm",
    "szállítás",
    "fizetés",
    "hiba",
    "jelszó",
    "fiók",
    "garancia",
    "termék",
    "invoice",
    "időpont",
];
const ENDINGS: &[&str] = &["", "", "t", "k", "ban", "hoz", "m", "mat", "val", "ról"];
const SYLLABLES: &[&str] = &[
    "ba", "ke", "lo", "ri", "ta", "ne", "vi", "sza", "gyo", "mu", "fe", "da", "po", "hu", "je", "csi", "ro",
    "la",
];
const VOCABULARY: f64 = 60_000.0;

/// A message of about 300 letters whose words are as frequent as in a language: the n-th word n times more seldom
/// than the first.
pub(super) fn message(workspace: WorkspaceId, n: u64) -> Document {
    let mut state = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut word = || {
        let share = (next() >> 11) as f64 / (1_u64 << 53) as f64;
        let rank = VOCABULARY.powf(share) as usize - 1;
        format!("{}{}", nth_word(rank), ENDINGS[next() as usize % ENDINGS.len()])
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

fn nth_word(mut rank: usize) -> String {
    if let Some(word) = WORDS.get(rank) {
        return (*word).to_owned();
    }
    let mut word = String::new();
    while rank > 0 {
        word.push_str(SYLLABLES[rank % SYLLABLES.len()]);
        rank /= SYLLABLES.len();
    }
    word
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
    let mut all = Vec::new();
    for text in [
        "csomag ",
        "cso",
        "ba",
        "számla csom",
        "\"kérem a csomag\"",
        "csomga ",
        "szállitsá ",
        "K-17",
        "bakelo ",
        "a ",
        "jelszó -hiba ",
        "garanciális időpont ",
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
            all.extend_from_slice(&times);
            times.sort_unstable();
            println!("{text:24}{order:?}: median {:?}, p99 {:?}", times[50], times[98]);
        }
    }
    all.sort_unstable();
    println!("all: median {:?}, p99 {:?}", all[all.len() / 2], all[all.len() * 99 / 100]);
    assert!(!desk.find("csomag ").await.is_empty());
}

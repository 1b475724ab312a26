//! How well the pairs found agree with the truth.

use std::collections::HashMap;

use intelligence::duplicates::{Band, Findings, Found};
use serde::Serialize;

/// The line `eval` prints.
#[derive(Debug, Serialize)]
pub struct Report {
    pub task: &'static str,
    /// Records worked.
    pub n: usize,
    /// Pairs that are true, found, and true among the found.
    pub pairs: usize,
    pub found: usize,
    pub correct: usize,
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
    pub auto_pairs: usize,
    pub auto_precision: f64,
    pub auto_recall: f64,
    pub review_pairs: usize,
    pub review_recall: f64,
    pub compared: usize,
    pub skipped_keys: usize,
    pub train_ms: f64,
    pub us_per_row: f64,
    pub model_bytes: usize,
    pub seed: u64,
    pub version: &'static str,
}

/// How many pairs are one person: within one list, or across two when the place is given where the second begins.
pub fn true_pairs(persons: &[String], second: Option<usize>) -> usize {
    let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
    for (at, person) in persons.iter().enumerate() {
        let count = counts.entry(person).or_default();
        match second {
            Some(second) if at < second => count.0 += 1,
            _ => count.1 += 1,
        }
    }
    let pairs = |(a, b): &(usize, usize)| if second.is_some() { a * b } else { b * b.saturating_sub(1) / 2 };
    counts.values().map(pairs).sum()
}

pub fn score(findings: &Findings, persons: &[String], truth: usize) -> Report {
    let count = |wanted: &dyn Fn(&Found) -> bool| {
        let found: Vec<&Found> = findings.pairs.iter().filter(|pair| wanted(pair)).collect();
        (found.len(), found.iter().filter(|pair| persons[pair.a] == persons[pair.b]).count())
    };
    let (found, correct) = count(&|pair| pair.joined);
    let (auto_pairs, auto_correct) = count(&|pair| pair.band == Band::Auto);
    let (review_pairs, review_correct) = count(&|pair| pair.band == Band::Review);
    Report {
        task: "dedupe",
        n: persons.len(),
        pairs: truth,
        found,
        correct,
        precision: share(correct, found),
        recall: share(correct, truth),
        f1: share(2 * correct, found + truth),
        auto_pairs,
        auto_precision: share(auto_correct, auto_pairs),
        auto_recall: share(auto_correct, truth),
        review_pairs,
        review_recall: share(review_correct, truth),
        compared: findings.compared,
        skipped_keys: findings.skipped_keys,
        train_ms: 0.0,
        us_per_row: 0.0,
        model_bytes: 0,
        seed: 0,
        version: env!("CARGO_PKG_VERSION"),
    }
}

/// Of nothing, nothing was missed.
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { rounded(part as f64 / whole as f64) }
}

pub fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

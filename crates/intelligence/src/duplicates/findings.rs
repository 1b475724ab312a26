//! What comes out: pairs with probability, band and reasons, and the groups they make.

use serde::{Deserialize, Serialize};

use super::{
    blocks::Pair,
    comparisons::Comparisons,
    groups::{self, Grouping},
    learn::Correction,
    level::{Comparison, Dimension, Level},
    weights::{Logs, Weights},
};

/// From this probability on a pair may be merged without asking: at least 98 of 100 are right.
const AUTO: f32 = 0.95;
/// From this probability on a person should have a look.
const REVIEW: f32 = 0.15;

/// What should be done with a pair.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    Auto,
    Review,
    No,
}

/// One line of an explanation: what was compared, how well it agrees, and what that adds to the log-odds.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// How common duplicates are at all.
    Prior {
        weight: f32,
    },
    Field {
        dimension: Dimension,
        level: Level,
        weight: f32,
    },
    /// The two may live together.
    Household {
        weight: f32,
    },
    /// The two came together through other records of the group, or others could be meant too.
    Group {
        weight: f32,
    },
}

/// Two records that may describe one person.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Found {
    pub a: usize,
    pub b: usize,
    pub probability: f32,
    pub band: Band,
    /// Whether the two are in one group: the decision.
    pub joined: bool,
    pub reasons: Vec<Reason>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Findings {
    /// In the order of the records; pairs of the band `No` are left out unless they are in one group.
    pub pairs: Vec<Found>,
    /// The group of each record: the place of its first record.
    pub groups: Vec<usize>,
    pub compared: usize,
    /// Keys that too many records share to be of use.
    pub skipped_keys: usize,
    pub model: Model,
}

/// Everything that was learned.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Model {
    pub weights: Weights,
    pub correction: Option<Correction>,
}

pub fn find(mut comparisons: Comparisons, seed: u64, correction: Option<&Correction>) -> Findings {
    let weights = comparisons.weights(seed);
    let (logs, join) = match correction {
        Some(correction) => (weights.logs().corrected(correction), correction.join),
        None => (weights.logs(), groups::JOIN),
    };
    let grouping = groups::group(&mut comparisons, &logs, join);
    Findings {
        pairs: pairs(&mut comparisons, &logs, &grouping),
        groups: labels(&grouping, &comparisons.order),
        compared: comparisons.compared.len(),
        skipped_keys: comparisons.candidates.skipped_blocks,
        model: Model { weights, correction: correction.cloned() },
    }
}

pub fn learn(
    mut comparisons: Comparisons,
    seed: u64,
    same: impl Fn(usize, usize) -> Option<bool>,
) -> Correction {
    let base = comparisons.weights(seed).logs();
    let order = &comparisons.order;
    let pairs = comparisons.candidates.pairs.iter().zip(&comparisons.compared);
    let decided = |(a, b): &Pair| same(order[*a as usize], order[*b as usize]);
    let labelled: Vec<(Comparison, bool)> =
        pairs.filter_map(|(pair, comparison)| Some((*comparison, decided(pair)?))).collect();
    Correction::fit(&base, &labelled, groups::JOIN)
}

/// The group of each record of the list, by the place of its first record.
fn labels(grouping: &Grouping, order: &[usize]) -> Vec<usize> {
    let mut first = vec![usize::MAX; order.len()];
    for (at, label) in grouping.labels.iter().enumerate() {
        let first = &mut first[*label as usize];
        *first = order[at].min(*first);
    }
    let mut labels = vec![0; order.len()];
    for (at, label) in grouping.labels.iter().enumerate() {
        labels[order[at]] = first[*label as usize];
    }
    labels
}

fn pairs(comparisons: &mut Comparisons, logs: &Logs, grouping: &Grouping) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for (pair, probability) in &grouping.joined {
        let comparison = comparisons.compare(*pair);
        found.push(describe(logs, *pair, &comparison, *probability, true));
    }
    for (pair, comparison) in comparisons.candidates.pairs.iter().zip(&comparisons.compared) {
        let probability = groups::chance(logs.log_odds(comparison));
        if probability >= REVIEW && grouping.labels[pair.0 as usize] != grouping.labels[pair.1 as usize] {
            // The groups were kept apart, so no pair of theirs is certain.
            found.push(describe(logs, *pair, comparison, probability.min(AUTO - 0.01), false));
        }
    }
    for pair in &mut found {
        let (a, b) = (comparisons.order[pair.a], comparisons.order[pair.b]);
        (pair.a, pair.b) = (a.min(b), a.max(b));
    }
    found.sort_by_key(|found| (found.a, found.b));
    found
}

fn describe(
    logs: &Logs,
    (a, b): (u32, u32),
    comparison: &Comparison,
    probability: f32,
    joined: bool,
) -> Found {
    let band = match probability {
        p if joined && p >= AUTO => Band::Auto,
        p if p >= REVIEW => Band::Review,
        _ => Band::No,
    };
    Found {
        a: a as usize,
        b: b as usize,
        probability,
        band,
        joined,
        reasons: reasons(logs, comparison, probability),
    }
}

/// All that adds up to the log-odds of the probability, in the order of the dimensions.
fn reasons(logs: &Logs, comparison: &Comparison, probability: f32) -> Vec<Reason> {
    let mut reasons = vec![Reason::Prior { weight: logs.prior() }];
    let said = Dimension::ALL.into_iter().filter(|dimension| comparison.level(*dimension) != Level::Missing);
    reasons.extend(said.map(|dimension| Reason::Field {
        dimension,
        level: comparison.level(dimension),
        weight: logs.weight(comparison, dimension),
    }));
    let household = logs.household_doubt(comparison);
    if household < -0.01 {
        reasons.push(Reason::Household { weight: household });
    }
    let certain = probability.clamp(1e-6, 1.0 - 1e-6);
    let group = (certain / (1.0 - certain)).ln() - logs.log_odds(comparison);
    if group.abs() > 0.01 && probability < 1.0 - 1e-6 {
        reasons.push(Reason::Group { weight: group });
    }
    reasons
}

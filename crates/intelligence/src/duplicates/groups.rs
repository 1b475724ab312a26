//! From pairs to people: groups of records, joined step by step, the surest first.
//!
//! Two groups are weighed as wholes: in each dimension the mean over the pairs that say something. So nothing chains:
//! one strong pair does not carry a contradiction along, and one silent pair does not dilute a strong one. What is left
//! is weak evidence, mostly the name alone; there the people of the same name compete for the record.

use std::collections::{BTreeMap, BinaryHeap};

use super::{
    blocks::Pair,
    comparisons::Comparisons,
    weights::{Evidence, Logs},
};

/// Pairs below these log-odds are no reason to look at two groups.
const FLOOR: f32 = -4.0;
/// From this chance on groups are joined without asking who else could be meant.
const SURE: f32 = 0.9;
/// The chance from which on the remaining pairs are joined: where the expected F1 is best.
pub const JOIN: f32 = 0.25;

struct Groups<'a> {
    comparisons: &'a mut Comparisons,
    logs: &'a Logs,
    members: Vec<Vec<u32>>,
    /// For each group its neighbours with the log-odds of being one.
    odds: Vec<BTreeMap<u32, f32>>,
    joined: Vec<(Pair, f32)>,
}

/// An offer to join two groups; the higher goes first, equals by place.
#[derive(PartialEq)]
struct Offer {
    score: f32,
    pair: Pair,
}

impl Eq for Offer {}
impl Ord for Offer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.score.total_cmp(&other.score).then_with(|| other.pair.cmp(&self.pair))
    }
}
impl PartialOrd for Offer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Who belongs together, and how sure that is.
pub struct Grouping {
    /// The group of each record: the place of its first record.
    pub labels: Vec<u32>,
    /// The pairs that came together, with the chance at which their groups were joined.
    pub joined: Vec<(Pair, f32)>,
}

/// Joins the records to groups, down to the chance `least`.
pub fn group(comparisons: &mut Comparisons, logs: &Logs, least: f32) -> Grouping {
    let count = comparisons.len();
    let mut groups = Groups {
        members: (0..count)
            .map(|at| vec![u32::try_from(at).expect("records are counted in 32 bits")])
            .collect(),
        odds: vec![BTreeMap::new(); count],
        comparisons,
        logs,
        joined: Vec::new(),
    };
    groups.start();
    groups.join(SURE, Groups::chance);
    groups.join(least, Groups::chance_among_rivals);
    let labels = groups.labels();
    groups.joined.sort_unstable_by_key(|(pair, _)| *pair);
    Grouping { labels, joined: groups.joined }
}

impl Groups<'_> {
    fn start(&mut self) {
        for (pair, compared) in self.comparisons.candidates.pairs.iter().zip(&self.comparisons.compared) {
            let odds = self.logs.log_odds(compared);
            if odds > FLOOR {
                self.odds[pair.0 as usize].insert(pair.1, odds);
                self.odds[pair.1 as usize].insert(pair.0, odds);
            }
        }
    }

    fn odds_of(&self, (a, b): Pair) -> Option<f32> {
        self.odds[a as usize].get(&b).copied()
    }

    fn chance(&self, pair: Pair) -> Option<f32> {
        self.odds_of(pair).map(chance)
    }

    /// The chance that `a` and `b` are one, when each may also belong to another group that the other contradicts.
    fn chance_among_rivals(&self, (a, b): Pair) -> Option<f32> {
        let odds = self.odds_of((a, b))?;
        let rivals = self.rivals(a, b) + self.rivals(b, a);
        Some(1.0 / (1.0 + (1.0 + rivals) * (-odds).exp()))
    }

    /// The odds of `a` with all other groups, as far as these are not `b` too.
    fn rivals(&self, a: u32, b: u32) -> f32 {
        let others = self.odds[a as usize].iter().filter(|(other, _)| **other != b);
        others
            .map(|(other, odds)| {
                let with_b = self.odds_of((*other, b)).map_or(0.0, chance);
                odds.min(40.0).exp() * (1.0 - with_b)
            })
            .sum()
    }

    fn join(&mut self, least: f32, score: impl Fn(&Self, Pair) -> Option<f32>) {
        let mut offers: BinaryHeap<Offer> = BinaryHeap::new();
        let offer = |groups: &Self, pair: Pair, offers: &mut BinaryHeap<Offer>| {
            if let Some(score) = score(groups, pair).filter(|score| *score >= least) {
                offers.push(Offer { score, pair });
            }
        };
        for a in 0..self.odds.len() as u32 {
            for b in self.odds[a as usize].keys().copied().filter(|b| *b > a) {
                offer(self, (a, b), &mut offers);
            }
        }
        while let Some(best) = offers.pop() {
            // What was offered earlier may have changed since: it is offered anew.
            match score(self, best.pair) {
                Some(now) if now == best.score => {
                    self.note(best.pair, now);
                    self.merge(best.pair);
                    let a = best.pair.0;
                    for b in self.odds[a as usize].keys().copied().collect::<Vec<_>>() {
                        offer(self, (a.min(b), a.max(b)), &mut offers);
                    }
                }
                _ => offer(self, best.pair, &mut offers),
            }
        }
    }

    fn note(&mut self, (a, b): Pair, chance: f32) {
        let others = &self.members[b as usize];
        let pairs =
            self.members[a as usize].iter().flat_map(|x| others.iter().map(|y| (*x.min(y), *x.max(y))));
        let scope = self.comparisons.scope;
        self.joined.extend(pairs.filter(|pair| scope.allows(*pair)).map(|pair| (pair, chance)));
    }

    /// Takes `b` into `a` and weighs the whole against all neighbours.
    fn merge(&mut self, (a, b): Pair) {
        let moved = std::mem::take(&mut self.members[b as usize]);
        self.members[a as usize].extend(moved);
        let of_b = std::mem::take(&mut self.odds[b as usize]);
        let of_a = std::mem::take(&mut self.odds[a as usize]);
        let mut neighbours: Vec<u32> =
            of_a.into_keys().chain(of_b.into_keys()).filter(|n| *n != a && *n != b).collect();
        neighbours.sort_unstable();
        neighbours.dedup();
        for other in neighbours {
            self.odds[other as usize].remove(&a);
            self.odds[other as usize].remove(&b);
            let odds = self.weigh(a, other);
            if odds > FLOOR {
                self.odds[other as usize].insert(a, odds);
                self.odds[a as usize].insert(other, odds);
            }
        }
    }

    fn weigh(&mut self, a: u32, b: u32) -> f32 {
        let mut mean = Evidence::default();
        for x in &self.members[a as usize] {
            for y in &self.members[b as usize] {
                let pair = (*x.min(y), *x.max(y));
                if self.comparisons.scope.allows(pair) {
                    mean.add(self.logs, &self.comparisons.compare(pair));
                }
            }
        }
        mean.log_odds(self.logs)
    }

    fn labels(&self) -> Vec<u32> {
        let mut labels = vec![0; self.members.len()];
        for members in &self.members {
            let first = members.iter().min().copied().unwrap_or(0);
            members.iter().for_each(|member| labels[*member as usize] = first);
        }
        labels
    }
}

/// Log-odds as a chance.
pub fn chance(odds: f32) -> f32 {
    1.0 / (1.0 + (-odds).exp())
}

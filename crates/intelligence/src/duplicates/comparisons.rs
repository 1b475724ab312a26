//! All records of a task read, and all pairs worth a look compared.

use super::{
    blocks::{self, Candidates, Pair, Scope},
    compare::Comparer,
    level::Comparison,
    prepared::{self, Prepared},
    record::Record,
    weights::{Background, Weights},
};

/// Random pairs looked at, at most, to learn what strangers have in common.
const SAMPLE: f64 = 40_000.0;

pub struct Comparisons {
    /// Where each record stood. They are worked in the order of what they say, so that the order of the list does not
    /// matter.
    pub order: Vec<usize>,
    comparer: Comparer,
    records: Vec<Prepared>,
    pub scope: Scope,
    pub candidates: Candidates,
    /// One for each candidate.
    pub compared: Vec<Comparison>,
}

impl Comparisons {
    pub fn within(records: &[Record]) -> Self {
        Self::new(sorted(records, 0), Scope::Within)
    }

    /// The places of the second list go on after the first.
    pub fn across(left: &[Record], right: &[Record]) -> Self {
        let mut both = sorted(left, 0);
        both.extend(sorted(right, left.len()));
        Self::new(both, Scope::Across(left.len()))
    }

    fn new(records: Vec<(usize, &Record)>, scope: Scope) -> Self {
        let (lexicon, prepared) = prepared::prepare(records.iter().map(|(_, record)| *record));
        let candidates = blocks::candidates(&lexicon, &prepared, scope);
        let mut comparer = Comparer::new(lexicon);
        let pairs = candidates.pairs.iter();
        let compared =
            pairs.map(|(a, b)| comparer.compare(&prepared[*a as usize], &prepared[*b as usize])).collect();
        let order = records.iter().map(|(at, _)| *at).collect();
        Self { order, comparer, records: prepared, scope, candidates, compared }
    }

    pub fn len(&self) -> usize {
        self.records.len()
    }

    pub fn compare(&mut self, (a, b): Pair) -> Comparison {
        self.comparer.compare(&self.records[a as usize], &self.records[b as usize])
    }

    pub fn weights(&mut self, seed: u64) -> Weights {
        let universe = self.scope.universe(self.records.len());
        let background = self.background(seed);
        Weights::learn(&self.compared, &background, universe, self.records.len())
    }

    /// Random pairs that are no candidates.
    fn background(&mut self, seed: u64) -> Background {
        let count = self.records.len() as u64;
        let mut state = seed;
        let mut draw = || ((u128::from(next(&mut state)) * u128::from(count)) >> 64) as u32;
        let sample = self.scope.universe(self.records.len()).min(SAMPLE) as usize;
        let pairs: Vec<Pair> = (0..sample)
            .map(|_| (draw(), draw()))
            .map(|(a, b)| (a.min(b), a.max(b)))
            .filter(|pair| self.scope.allows(*pair) && self.candidates.pairs.binary_search(pair).is_err())
            .collect();
        Background::of(pairs.into_iter().map(|pair| self.compare(pair)))
    }
}

fn sorted(records: &[Record], first: usize) -> Vec<(usize, &Record)> {
    let mut sorted: Vec<(usize, &Record)> = (first..).zip(records).collect();
    sorted.sort_by(|(_, a), (_, b)| (&a.fields, &a.id).cmp(&(&b.fields, &b.id)));
    sorted
}

/// SplitMix64: small, and the same everywhere.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

//! Agreement on a rare value says more than agreement on a common one.

use super::prepared::{Lexicon, Term};

/// How often the values of one sort are met.
pub struct Frequencies {
    counts: Vec<u32>,
    counted_as: Vec<u32>,
    total: f64,
    /// The chance that two records agree by accident.
    collision: f64,
}

impl Frequencies {
    /// Frequencies in which an error counts as often as what was meant.
    fn meant(mut self, meant: impl Fn(Term) -> Term) -> Self {
        self.counted_as = (0..self.counts.len() as Term)
            .map(|term| self.count(term).max(self.count(meant(term))))
            .collect();
        self
    }

    fn of(counts: &[u32]) -> Self {
        let total: f64 = counts.iter().map(|c| f64::from(*c)).sum();
        let squares: f64 = counts.iter().map(|c| f64::from(*c).powi(2)).sum();
        Self {
            counts: counts.to_vec(),
            counted_as: counts.to_vec(),
            total: total.max(1.0),
            collision: squares / total.powi(2).max(1.0),
        }
    }

    pub fn count(&self, term: Term) -> u32 {
        self.counts.get(term as usize).copied().unwrap_or(0)
    }

    /// How much more (or less, when negative) agreement on this value says than agreement on the usual one;
    /// the natural logarithm of a factor. The record at hand is left out of the count.
    pub fn rarity(&self, term: Term) -> f32 {
        let count = self.counted_as.get(term as usize).copied().unwrap_or(0);
        if self.collision == 0.0 {
            return 0.0;
        }
        let others = (f64::from(count) - 1.0).max(0.5);
        (self.collision * self.total / others).ln() as f32
    }

    /// For values that should be one person's: the more records share it, the less it says.
    pub fn shared(&self, term: Term) -> f32 {
        -(f64::from(self.count(term)) - 1.0).max(1.0).ln() as f32
    }
}

pub struct Rarities {
    pub surnames: Frequencies,
    pub given: Frequencies,
    pub emails: Frequencies,
    pub hosts: Frequencies,
    pub phones: Frequencies,
    pub postcodes: Frequencies,
    pub cities: Frequencies,
    pub streets: Frequencies,
    pub states: Frequencies,
    pub dates: Frequencies,
    pub nationals: Frequencies,
}

impl Rarities {
    pub fn of(lexicon: &Lexicon) -> Self {
        Self {
            surnames: Frequencies::of(&lexicon.surnames).meant(|word| lexicon.meant(word)),
            given: Frequencies::of(&lexicon.given).meant(|word| formal(lexicon, lexicon.meant(word))),
            emails: Frequencies::of(lexicon.emails.counts()),
            hosts: Frequencies::of(lexicon.hosts.counts()),
            phones: Frequencies::of(lexicon.phones.counts()),
            postcodes: Frequencies::of(lexicon.postcodes.counts()),
            cities: Frequencies::of(lexicon.cities.counts()),
            streets: Frequencies::of(lexicon.streets.counts()),
            states: Frequencies::of(lexicon.states.counts()),
            dates: Frequencies::of(lexicon.dates.counts()),
            nationals: Frequencies::of(lexicon.nationals.counts()),
        }
    }
}

fn formal(lexicon: &Lexicon, word: Term) -> Term {
    lexicon.formal(word).first().copied().unwrap_or(word)
}

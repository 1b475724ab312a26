//! Which records describe the same person.
//!
//! Read (`prepared`) → pairs worth a look (`blocks`) → compared field by field (`compare`) → weighed (`weights`,
//! learned without labels; `learn` corrects them by people's decisions) → decided as groups (`groups`).

mod address;
mod blocks;
mod compare;
mod comparisons;
mod contact;
mod findings;
mod given_names;
mod groups;
mod learn;
mod level;
mod misspelt;
mod name;
mod prepared;
mod rarity;
mod record;
mod spelling;
#[cfg(test)]
mod tests;
mod text;
mod weights;

pub use findings::{Band, Findings, Found, Model, Reason};
pub use learn::Correction;
pub use level::{Dimension, Level};
pub use record::{Field, Kind, Record};
pub use weights::Weights;

use comparisons::Comparisons;

/// Finds the records of one list that describe the same person.
pub fn within(records: &[Record], seed: u64, correction: Option<&Correction>) -> Findings {
    findings::find(Comparisons::within(records), seed, correction)
}

/// Finds the records of two lists that describe the same person; the places of the second go on after the first.
pub fn across(left: &[Record], right: &[Record], seed: u64, correction: Option<&Correction>) -> Findings {
    findings::find(Comparisons::across(left, right), seed, correction)
}

/// Learns from decided pairs: `same` tells for two places of the list, or nothing when nobody has decided.
pub fn learn(records: &[Record], seed: u64, same: impl Fn(usize, usize) -> Option<bool>) -> Correction {
    findings::learn(Comparisons::within(records), seed, same)
}

//! Which pairs are compared at all: records that share one of many keys, never all with all.

use std::{
    collections::BTreeSet,
    hash::{Hash, Hasher},
};

use rustc_hash::{FxHashSet, FxHasher};

use super::{
    prepared::{Lexicon, Prepared, Term},
    text::deletions,
};

/// Two records, by their place in the list.
pub type Pair = (u32, u32);

/// Keys shared by more records than this say nothing; their pairs are found by other keys.
const LARGEST: usize = 300;

/// Whose pairs are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// All records among themselves.
    Within,
    /// Records before this place with records from this place on.
    Across(usize),
}

impl Scope {
    pub fn allows(self, (a, b): Pair) -> bool {
        match self {
            Self::Within => a != b,
            Self::Across(from) => (a.min(b) as usize) < from && (a.max(b) as usize) >= from,
        }
    }

    /// The number of all pairs there are.
    pub fn universe(self, records: usize) -> f64 {
        match self {
            Self::Within => records as f64 * (records as f64 - 1.0) / 2.0,
            Self::Across(from) => from as f64 * (records - from) as f64,
        }
    }
}

#[derive(Debug, Default)]
pub struct Candidates {
    /// Smaller place first, in order, each once.
    pub pairs: Vec<Pair>,
    /// Keys that were skipped because too many records share them.
    pub skipped_blocks: usize,
}

pub fn candidates(lexicon: &Lexicon, records: &[Prepared], scope: Scope) -> Candidates {
    let mut keyed: Vec<(u64, u32)> = Vec::new();
    for (at, record) in records.iter().enumerate() {
        let at = u32::try_from(at).expect("fewer than 2^32 records");
        let mut keys = Keys { lexicon, out: FxHashSet::default() };
        keys.all(record);
        keyed.extend(keys.out.into_iter().map(|key| (key, at)));
    }
    keyed.sort_unstable();
    let mut found = Candidates::default();
    for block in keyed.chunk_by(|a, b| a.0 == b.0) {
        if block.len() > LARGEST {
            found.skipped_blocks += 1;
            continue;
        }
        for (i, (_, a)) in block.iter().enumerate() {
            found
                .pairs
                .extend(block[i + 1..].iter().map(|(_, b)| (*a, *b)).filter(|pair| scope.allows(*pair)));
        }
    }
    found.pairs.sort_unstable();
    found.pairs.dedup();
    found
}

struct Keys<'a> {
    lexicon: &'a Lexicon,
    out: FxHashSet<u64>,
}

impl Keys<'_> {
    fn add(&mut self, key: impl Hash) {
        let mut hasher = FxHasher::default();
        key.hash(&mut hasher);
        self.out.insert(hasher.finish());
    }

    fn all(&mut self, record: &Prepared) {
        self.contacts(record);
        self.names(record);
        self.addresses(record);
    }

    fn contacts(&mut self, record: &Prepared) {
        record.phones.iter().for_each(|phone| self.add(("phone", phone)));
        record.nationals.iter().for_each(|id| self.add(("national", id)));
        for email in &record.emails {
            self.add(("email", email));
            let text = self.lexicon.emails.text(*email);
            let local = text.split('@').next().unwrap_or(text);
            self.add(("local", local));
            deletions(local).for_each(|d| self.add(("local", d)));
        }
        if let Some(date) = record.date {
            self.add(("date", date));
        }
    }

    fn names(&mut self, record: &Prepared) {
        let text = |term: Term| self.lexicon.words.text(term).to_owned();
        let meant = |term: &Term| [*term, self.lexicon.meant(*term)];
        let surnames: BTreeSet<String> = record.surname.iter().flat_map(meant).map(text).collect();
        let given = record.given.iter().flat_map(meant);
        let given: BTreeSet<String> =
            given.flat_map(|term| self.lexicon.formal(term)).map(|term| text(*term)).collect();
        for (family, own) in surnames.iter().flat_map(|family| given.iter().map(move |own| (family, own))) {
            self.add(("name", family.min(own), family.max(own)));
            let whole = [family.as_str(), own.as_str()].concat();
            self.add(("nearly", &whole));
            deletions(&whole).for_each(|d| self.add(("nearly", d)));
            self.add(("initial", family, own.chars().next()));
            self.add(("stem", own, family.chars().take(2).collect::<String>()));
        }
        for word in surnames.iter().chain(&given) {
            self.add(("place", word, record.postcode));
            self.add(("street", word, record.street));
            self.add(("date", word, record.date.map(|date| self.lexicon.dates.text(date).get(..6))));
        }
    }

    fn addresses(&mut self, record: &Prepared) {
        if let (Some(street), Some(_)) = (record.street, record.number) {
            self.add(("address", street, record.number));
        }
        if let (Some(street), Some(postcode)) = (record.street, record.postcode) {
            self.add(("street", street, postcode));
        }
        if let (Some(number), Some(postcode)) = (record.number, record.postcode) {
            self.add(("number", number, postcode));
        }
        if let (Some(extra), Some(postcode)) = (record.extra, record.postcode) {
            self.add(("extra", extra, postcode));
        }
    }
}

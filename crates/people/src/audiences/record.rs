//! The events that one slot remembers of one person: always a function of the events alone, whatever order they came in.

use jiff::tz::TimeZone;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

use super::{
    condition::Literal,
    plan::{Bounds, Keep, Slot},
    window::Presences,
};

/// The order in which events happened: by their moment, then by their id.
pub(super) type Position = (i64, i64);

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Entry(
    pub i64,
    pub i64,
    #[serde(default, skip_serializing_if = "Option::is_none")] pub Option<Literal>,
);

impl Entry {
    pub fn position(&self) -> Position {
        (self.0, self.1)
    }

    pub fn at(&self) -> Timestamp {
        Timestamp(self.0)
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Record {
    /// In the order of their positions.
    #[serde(rename = "e")]
    pub entries: Vec<Entry>,
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub fold: Option<Box<Fold>>,
    /// The newest event that was let go for want of room.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<i64>,
}

/// What older events of a window without end add up to.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Fold {
    #[serde(rename = "n")]
    pub numbers: u64,
    /// Millionths; a text, as JSON numbers are too small.
    #[serde(rename = "s", with = "as_text")]
    pub sum: i128,
    #[serde(rename = "lo")]
    pub min: Option<Literal>,
    #[serde(rename = "hi")]
    pub max: Option<Literal>,
    #[serde(rename = "a")]
    pub first: Option<Entry>,
}

impl Fold {
    fn add(&mut self, entry: Entry) {
        if let Some(Literal::Number(number)) = &entry.2 {
            self.numbers += 1;
            self.sum = self.sum.saturating_add(number.millionths());
            let value = || Some(Literal::Number(*number));
            self.min = self.min.take().into_iter().chain(value()).min();
            self.max = self.max.take().into_iter().chain(value()).max();
        }
        if self.first.as_ref().is_none_or(|first| entry.position() < first.position()) {
            self.first = Some(entry);
        }
    }
}

/// What a slot needs to know to settle its record.
pub(super) struct Rules<'p> {
    pub slot: &'p Slot,
    pub zone: &'p TimeZone,
    pub bounds: Bounds,
    /// No moment before this one is asked for any more.
    pub horizon: Timestamp,
}

impl Rules<'_> {
    fn presences(&self) -> Presences<'_> {
        Presences::new(self.slot.frame, self.zone)
    }
}

impl Record {
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.fold.is_none() && self.lost.is_none()
    }

    /// True when it may have changed something.
    pub fn insert(&mut self, entry: Entry, rules: &Rules<'_>) -> bool {
        let Some(presence) = rules.presences().of(entry.at()) else { return false };
        if presence.leave <= rules.horizon {
            return false;
        }
        // Events mostly come in order.
        let place = match self.entries.last() {
            Some(last) if last.position() < entry.position() => Err(self.entries.len()),
            _ => self.entries.binary_search_by_key(&entry.position(), Entry::position),
        };
        let Err(place) = place else { return false };
        self.entries.insert(place, entry);
        self.settle(rules);
        true
    }

    /// Lets go what cannot matter any more from the horizon on.
    pub fn settle(&mut self, rules: &Rules<'_>) {
        self.expire(rules);
        match rules.slot.keep {
            Keep::Newest(count) => self.keep_newest(count, rules),
            Keep::Distinct => self.keep_distinct(rules),
            Keep::Folded => self.fold(rules),
            Keep::All => {}
        }
        self.fit(rules);
    }

    fn expire(&mut self, rules: &Rules<'_>) {
        if rules.slot.frame.is_for_ever() {
            return;
        }
        let mut presences = rules.presences();
        let gone =
            self.entries.iter().take_while(|entry| presences.leave(entry.at()) <= rules.horizon).count();
        self.entries.drain(..gone);
        if self.lost.is_some_and(|lost| rules.presences().leave(Timestamp(lost)) <= rules.horizon) {
            self.lost = None;
        }
    }

    /// Keeps the newest of those that count already, and of those that will begin to count together.
    fn keep_newest(&mut self, count: usize, rules: &Rules<'_>) {
        if self.entries.len() <= count {
            return;
        }
        let mut presences = rules.presences();
        let (mut group, mut in_group) = (None, 0);
        let mut kept: Vec<bool> = Vec::with_capacity(self.entries.len());
        for entry in self.entries.iter().rev() {
            let enter = presences.of(entry.at()).map_or(rules.horizon, |presence| presence.enter);
            let enter = enter.max(rules.horizon);
            if group != Some(enter) {
                (group, in_group) = (Some(enter), 0);
            }
            in_group += 1;
            kept.push(in_group <= count);
        }
        let mut kept = kept.into_iter().rev();
        self.entries.retain(|_| kept.next().unwrap_or(true));
    }

    /// Of those that count already, a newer one of the same value stays longer.
    fn keep_distinct(&mut self, rules: &Rules<'_>) {
        let entered = self.entered(rules);
        let mut newest: HashMap<&Literal, Position> = HashMap::new();
        for entry in &self.entries[..entered] {
            if let Some(value) = &entry.2 {
                newest.insert(value, entry.position());
            }
        }
        if newest.len() == entered {
            return;
        }
        let kept: HashSet<Position> = newest.into_values().collect();
        let first_ahead = self.entries.get(entered).map(Entry::position);
        self.entries.retain(|entry| {
            first_ahead.is_some_and(|ahead| entry.position() >= ahead) || kept.contains(&entry.position())
        });
    }

    fn fold(&mut self, rules: &Rules<'_>) {
        // The newest stays: it may be asked for by itself.
        let beyond = self.entered(rules).saturating_sub(rules.bounds.unfolded.max(1));
        for entry in self.entries.drain(..beyond) {
            self.fold.get_or_insert_default().add(entry);
        }
    }

    fn fit(&mut self, rules: &Rules<'_>) {
        let beyond = self.entries.len().saturating_sub(rules.bounds.entries);
        if let Some(last) = self.entries.drain(..beyond).next_back() {
            self.lost = self.lost.max(Some(last.0));
        }
    }

    /// How many count already, or did.
    fn entered(&self, rules: &Rules<'_>) -> usize {
        let mut presences = rules.presences();
        let mut ahead = 0;
        for entry in self.entries.iter().rev() {
            match presences.of(entry.at()) {
                Some(presence) if presence.enter > rules.horizon => ahead += 1,
                _ => break,
            }
        }
        self.entries.len() - ahead
    }
}

mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub fn serialize<S: Serializer>(value: &i128, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i128, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

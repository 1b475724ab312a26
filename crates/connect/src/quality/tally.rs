//! What the calls of one request add to the numbers of their day.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use ::store::Tx;
use jiff::tz::TimeZone;
use kernel::{PersonId, Result, Timestamp, WorkspaceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store;
use crate::collect::countable;

/// Numbers of one measure and day.
pub const MOST_NAMES: usize = 500;
/// Calls kept behind one number of a day.
const MOST_SAMPLES: u8 = 5;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// All calls understood, by their kind.
    Calls,
    /// Sent twice.
    Duplicates,
    /// By the reason.
    Refused,
    /// By the event.
    SetAside,
    /// By the event, the property and the rule.
    Violations,
    /// By the event.
    Unplanned,
    /// Addresses and numbers that are none: `email`, `phone`.
    Invalid,
    /// Addresses and numbers that several people claim: `email`, `phone`.
    Conflicts,
}

impl Measure {
    pub const ALL: [Self; 8] = [
        Self::Calls,
        Self::Duplicates,
        Self::Refused,
        Self::SetAside,
        Self::Violations,
        Self::Unplanned,
        Self::Invalid,
        Self::Conflicts,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Duplicates => "duplicates",
            Self::Refused => "refused",
            Self::SetAside => "set_aside",
            Self::Violations => "violations",
            Self::Unplanned => "unplanned",
            Self::Invalid => "invalid",
            Self::Conflicts => "conflicts",
        }
    }

    fn has_samples(self) -> bool {
        !matches!(self, Self::Calls | Self::Duplicates)
    }
}

/// What is counted.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Key {
    pub measure: Measure,
    /// `track:Order Completed`, `identify:`; a reason; a trait; a kind of call. Empty: everything beyond [`MOST_NAMES`].
    pub subject: String,
    pub property: String,
    pub rule: String,
}

impl Key {
    pub fn of(measure: Measure, subject: impl Into<String>) -> Self {
        Self { measure, subject: subject.into(), property: String::new(), rule: String::new() }
    }

    /// As the database can keep it; two senders' names that become one are one number.
    fn countable(mut self) -> Self {
        for text in [&mut self.subject, &mut self.property] {
            if let Cow::Owned(short) = countable(text) {
                *text = short;
            }
        }
        self
    }
}

/// A call behind a number.
#[derive(Clone, Debug)]
pub struct Sample {
    pub received_at: Timestamp,
    pub person: Option<PersonId>,
    pub call: Arc<str>,
}

/// How many calls were kept behind which numbers of the day, so that the further ones cost nothing. In memory: after a
/// restart a few more are kept.
#[derive(Clone, Default)]
pub struct Samples(Arc<Mutex<HashMap<WorkspaceId, Day>>>);

#[derive(Clone, Default)]
struct Day {
    day: i64,
    kept: HashMap<Key, u8>,
}

impl Samples {
    fn of(&self, workspace: WorkspaceId, day: i64, keys: impl Iterator<Item = Key>) -> Known {
        let days = self.0.lock().expect("no panic while held");
        let known = days.get(&workspace).filter(|known| known.day == day);
        let kept = |key: Key| known.and_then(|known| known.kept.get(&key)).map(|kept| (key, *kept));
        let mut names: HashMap<Measure, usize> = HashMap::new();
        let counted = known.into_iter().flat_map(|known| known.kept.keys());
        counted.for_each(|key| *names.entry(key.measure).or_default() += 1);
        Known { kept: keys.filter_map(kept).collect(), names }
    }

    /// Whether no further call is kept behind a number of the day.
    fn has_enough(&self, workspace: WorkspaceId, day: i64, key: &Key) -> bool {
        let days = self.0.lock().expect("no panic while held");
        let known = days.get(&workspace).filter(|known| known.day == day);
        known.and_then(|known| known.kept.get(key)).is_some_and(|kept| *kept >= MOST_SAMPLES)
    }

    fn note(&self, workspace: WorkspaceId, day: i64, kept: &HashMap<Key, u8>) {
        let mut days = self.0.lock().expect("no panic while held");
        let today = days.entry(workspace).or_default();
        if today.day < day {
            *today = Day { day, kept: HashMap::new() };
        }
        if today.day == day {
            for (key, more) in kept {
                let kept = today.kept.entry(key.clone()).or_default();
                *kept = kept.saturating_add(*more);
            }
        }
    }
}

/// What is known of a day before a request is counted.
struct Known {
    kept: HashMap<Key, u8>,
    names: HashMap<Measure, usize>,
}

impl Known {
    /// The key as the database keeps it, or the one of its measure that has no name.
    fn named(&mut self, key: Key) -> Key {
        if self.kept.contains_key(&key) {
            return key;
        }
        let names = self.names.entry(key.measure).or_default();
        if *names >= MOST_NAMES {
            return Key::of(key.measure, "");
        }
        *names += 1;
        self.kept.insert(key.clone(), 0);
        key
    }
}

/// The numbers of one request.
pub struct Tally {
    day: i64,
    workspace: WorkspaceId,
    known: Samples,
    counts: BTreeMap<Key, (i64, Vec<Sample>)>,
}

impl Tally {
    pub fn new(tx: &Tx<'_>, zone: &TimeZone, samples: &Samples) -> Self {
        Self::of(day_of(tx.now(), zone), tx.workspace(), samples)
    }

    fn of(day: i64, workspace: WorkspaceId, samples: &Samples) -> Self {
        Self { day, workspace, known: samples.clone(), counts: BTreeMap::new() }
    }

    pub fn count(&mut self, key: Key) {
        self.counts.entry(key.countable()).or_default().0 += 1;
    }

    /// Counts, and keeps the call if there are few behind that number.
    pub fn count_with(&mut self, key: Key, sample: impl FnOnce() -> Sample) {
        let key = key.countable();
        // What would not be kept is not even written out.
        let has_room = key.measure.has_samples() && !self.known.has_enough(self.workspace, self.day, &key);
        let (count, samples) = self.counts.entry(key).or_default();
        *count += 1;
        if has_room && samples.len() < usize::from(MOST_SAMPLES) {
            samples.push(sample());
        }
    }

    /// Adds everything to the numbers of the day: few statements, whatever the number of calls.
    pub fn write(self, tx: &mut Tx<'_>) -> Result<()> {
        let Self { day, workspace, known: samples, .. } = &self;
        let (day, workspace, samples) = (*day, *workspace, samples.clone());
        let mut known = samples.of(workspace, day, self.counts.keys().cloned());
        let mut counts: BTreeMap<Key, i64> = BTreeMap::new();
        let mut kept: HashMap<Key, u8> = HashMap::new();
        let mut rows = Vec::new();
        for (key, (count, calls)) in self.counts {
            let named = known.named(key);
            *counts.entry(named.clone()).or_default() += count;
            let before = known.kept.get(&named).copied().unwrap_or(MOST_SAMPLES);
            let more = kept.entry(named.clone()).or_default();
            for call in calls {
                if before + *more < MOST_SAMPLES {
                    *more += 1;
                    rows.push((named.clone(), call));
                }
            }
        }
        store::add(tx, day, &counts)?;
        store::keep(tx, day, &rows)?;
        tx.after_commit(move || samples.note(workspace, day, &kept));
        Ok(())
    }
}

/// Days since 1970-01-01, by the calendar of a time zone.
pub fn day_of(moment: Timestamp, zone: &TimeZone) -> i64 {
    let at = jiff::Timestamp::from_microsecond(moment.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let date = at.to_zoned(zone.clone()).date();
    let epoch = jiff::civil::date(1970, 1, 1);
    i64::from((date - epoch).get_days())
}

/// `2026-11-22`
pub fn date_of(day: i64) -> String {
    let days = jiff::Span::new().try_days(day).unwrap_or_default();
    jiff::civil::date(1970, 1, 1).checked_add(days).map_or_else(|_| String::new(), |date| date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_where_the_workspace_is() {
        let zone = TimeZone::get("Europe/Budapest").unwrap();
        let at = |text: &str| Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_microsecond());
        let (late, next) =
            (day_of(at("2026-11-22T22:59:59Z"), &zone), day_of(at("2026-11-22T23:00:00Z"), &zone));
        assert_eq!((date_of(late).as_str(), date_of(next).as_str()), ("2026-11-22", "2026-11-23"));
        assert_eq!(day_of(at("1970-01-01T12:00:00Z"), &TimeZone::UTC), 0);
    }

    #[test]
    fn names_beyond_the_most_are_one_number() {
        let (samples, workspace) = (Samples::default(), WorkspaceId::new());
        let key = |at: usize| Key::of(Measure::Unplanned, format!("track:{at}"));
        let mut known = samples.of(workspace, 1, (0..MOST_NAMES + 5).map(key));
        let named: Vec<Key> = (0..MOST_NAMES + 5).map(|at| known.named(key(at))).collect();
        assert_eq!(named.iter().filter(|key| key.subject.is_empty()).count(), 5);
        assert_eq!(known.named(key(3)), key(3), "what is counted already goes on being counted");
        assert_eq!(known.named(Key::of(Measure::Refused, "no_event")).subject, "no_event");
    }

    #[test]
    fn names_that_the_database_would_make_one_are_one_number() {
        let mut tally = Tally::of(0, WorkspaceId::new(), &Samples::default());
        for name in ["track:a\0", "track:a\u{fffd}"] {
            tally.count(Key { property: "é".repeat(5_000), ..Key::of(Measure::Violations, name) });
        }
        let counts: Vec<_> = tally.counts.iter().map(|(key, (count, _))| (key, *count)).collect();
        assert_eq!((counts.len(), counts[0].1), (1, 2));
        assert_eq!(counts[0].0.property.chars().count(), 200);
    }

    #[test]
    fn a_call_is_written_out_only_for_a_number_that_keeps_it() {
        let (samples, workspace) = (Samples::default(), WorkspaceId::new());
        let full = Key::of(Measure::Violations, "track:full");
        samples.note(workspace, 1, &HashMap::from([(full.clone(), MOST_SAMPLES)]));
        let (mut tally, mut written) = (Tally::of(1, workspace, &samples), 0);
        for key in [&full, &Key::of(Measure::Violations, "track:new")] {
            for _ in 0..9 {
                tally.count_with(key.clone(), || {
                    written += 1;
                    Sample { received_at: Timestamp(0), person: None, call: "{}".into() }
                });
            }
        }
        assert_eq!(written, 5);
        assert_eq!(tally.counts[&full].0, 9, "counted all the same");
    }

    #[test]
    fn samples_of_yesterday_do_not_count_today() {
        let (samples, workspace, key) =
            (Samples::default(), WorkspaceId::new(), Key::of(Measure::Refused, "no_event"));
        samples.note(workspace, 1, &HashMap::from([(key.clone(), 5)]));
        assert_eq!(samples.of(workspace, 1, [key.clone()].into_iter()).kept[&key], 5);
        assert!(samples.of(workspace, 2, [key.clone()].into_iter()).kept.is_empty());
        samples.note(workspace, 2, &HashMap::from([(key.clone(), 1)]));
        samples.note(workspace, 1, &HashMap::from([(key.clone(), 3)]));
        assert_eq!(
            samples.of(workspace, 2, [key.clone()].into_iter()).kept[&key],
            1,
            "a late writer of yesterday"
        );
    }
}

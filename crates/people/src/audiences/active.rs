//! The events of a record that count at a moment, and the moments at which they become others.

use jiff::tz::TimeZone;
use kernel::Timestamp;

use super::{
    outcome::{Outcome, earlier},
    record::{Entry, Record},
    window::{Frame, Presence, Presences},
};

/// A window's view of a record, at one moment after the other. As neither `enter` nor `leave` runs backwards, what
/// counts is always a stretch of neighbours.
pub(super) struct Active<'r> {
    pub entries: &'r [Entry],
    presences: Vec<Presence>,
    from: usize,
    to: usize,
}

impl<'r> Active<'r> {
    pub fn at(record: Option<&'r Record>, frame: Frame, zone: &TimeZone, now: Timestamp) -> Self {
        let entries = record.map_or(&[][..], |record| &record.entries);
        let mut presences = Presences::new(frame, zone);
        let never = Presence { enter: Timestamp(i64::MAX), leave: Timestamp(i64::MAX) };
        let presences = entries.iter().map(|entry| presences.of(entry.at()).unwrap_or(never)).collect();
        let mut active = Self { entries, presences, from: 0, to: 0 };
        active.move_to(now);
        active
    }

    /// What counts now.
    pub fn entries(&self) -> &'r [Entry] {
        &self.entries[self.from..self.to.max(self.from)]
    }

    /// Goes on to the next moment at which something begins or ceases to count.
    pub fn step(&mut self) -> Option<Timestamp> {
        let leave = (self.from < self.to).then(|| self.presences[self.from].leave);
        let enter = self.presences.get(self.to).map(|next| next.enter);
        let next = earlier(leave, enter).filter(|next| next.0 != i64::MAX)?;
        self.move_to(next);
        Some(next)
    }

    /// The outcome of a test of what counts. After `patience` changes that change nothing, the last is named: better too
    /// early than long sought.
    pub fn outcome(&mut self, patience: usize, test: impl Fn(&'r [Entry]) -> bool) -> Outcome {
        let holds = test(self.entries());
        let mut changes_at = None;
        for _ in 0..patience {
            changes_at = self.step();
            if changes_at.is_none() || test(self.entries()) != holds {
                break;
            }
        }
        Outcome::until(holds, changes_at)
    }

    fn move_to(&mut self, now: Timestamp) {
        while self.presences.get(self.to).is_some_and(|next| next.enter <= now) {
            self.to += 1;
        }
        while self.presences.get(self.from).is_some_and(|oldest| oldest.leave <= now) {
            self.from += 1;
        }
    }
}

/// Whether nothing that still counts had to be let go.
pub(super) fn is_complete(record: Option<&Record>, frame: Frame, zone: &TimeZone, now: Timestamp) -> bool {
    let lost = record.and_then(|record| record.lost);
    lost.is_none_or(|lost| Presences::new(frame, zone).leave(Timestamp(lost)) <= now)
}

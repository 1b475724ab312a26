//! What an evaluation says, and how outcomes are joined.

use kernel::Timestamp;
use serde::Serialize;

/// Whether a condition holds, and until when that is sure.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Outcome {
    pub holds: bool,
    /// Before this moment nothing changes without a new fact; never too late, at times too early (then ask again).
    /// Absent: time alone never changes it.
    pub changes_at: Option<Timestamp>,
    /// False when a person did so much that older events had to be let go while they still counted.
    pub complete: bool,
}

impl Outcome {
    pub(super) fn fixed(holds: bool) -> Self {
        Self { holds, changes_at: None, complete: true }
    }

    pub(super) fn until(holds: bool, changes_at: Option<Timestamp>) -> Self {
        Self { holds, changes_at, complete: true }
    }

    #[must_use]
    pub(super) fn negated(self) -> Self {
        Self { holds: !self.holds, ..self }
    }

    /// Of at least one.
    pub(super) fn any(parts: impl Iterator<Item = Self>) -> Self {
        Self::all(parts.map(Self::negated)).negated()
    }

    /// Of every one. While all hold, the first to change changes the whole; else every part that does not hold would
    /// have to change first, so the last of them is awaited.
    pub(super) fn all(parts: impl Iterator<Item = Self>) -> Self {
        let (mut first, mut last) = (None, Some(Timestamp(i64::MIN)));
        let (mut holds, mut complete) = (true, true);
        for part in parts {
            complete &= part.complete;
            if part.holds {
                first = earlier(first, part.changes_at);
            } else {
                holds = false;
                last = last.zip(part.changes_at).map(|(a, b)| a.max(b));
                if last.is_none() {
                    break;
                }
            }
        }
        Self { holds, changes_at: if holds { first } else { last }, complete }
    }
}

pub(super) fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

//! When an event counts.
//!
//! Every window turns an event's moment into one interval of "now": the event counts from `enter` on, until before
//! `leave`. Both never run backwards for later events, so the events that count at a moment are neighbours.

use jiff::{ToSpan as _, civil::Date, tz::TimeZone};
use kernel::Timestamp;
use serde::Serialize;

use super::{
    condition::{Calendar, Window},
    time::{NEVER, date_of, start_of},
};

/// A window with its dates resolved in the workspace's time zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub(super) enum Frame {
    Ever,
    Last(i64),
    Range(i64, i64),
    Calendar(Calendar),
}

impl Frame {
    pub fn of(window: &Window, zone: &TimeZone) -> Self {
        match window {
            Window::Ever => Self::Ever,
            Window::Last(span) => Self::Last(span.micros()),
            Window::Calendar(calendar) => Self::Calendar(*calendar),
            Window::Between { from, before } => Self::Range(
                from.map_or(i64::MIN, |from| from.start(zone).0),
                before.map_or(i64::MAX, |before| before.start(zone).0),
            ),
        }
    }

    /// The frame of what may still follow an event of this frame after at most `micros`.
    pub fn followed_by(self, micros: i64) -> Self {
        match self {
            Self::Range(from, before) => Self::Range(from, before.saturating_add(micros)),
            other => other,
        }
    }

    /// Whether what is in it stays in it.
    pub fn is_for_ever(self) -> bool {
        matches!(self, Self::Ever | Self::Range(..))
    }
}

/// The interval of "now" during which an event counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Presence {
    pub enter: Timestamp,
    pub leave: Timestamp,
}

/// Works out presences, best in the order of time: neighbours are often of one calendar period.
pub(super) struct Presences<'z> {
    frame: Frame,
    zone: &'z TimeZone,
    period: Option<Period>,
}

#[derive(Clone, Copy)]
struct Period {
    start: Timestamp,
    end: Timestamp,
    end_of_next: Timestamp,
}

impl<'z> Presences<'z> {
    pub fn new(frame: Frame, zone: &'z TimeZone) -> Self {
        Self { frame, zone, period: None }
    }

    /// None when it never counts.
    pub fn of(&mut self, at: Timestamp) -> Option<Presence> {
        match self.frame {
            Frame::Ever => Some(Presence { enter: at, leave: NEVER }),
            Frame::Last(span) => Some(Presence { enter: at, leave: Timestamp(at.0.saturating_add(span)) }),
            Frame::Range(from, before) => {
                (from <= at.0 && at.0 < before).then_some(Presence { enter: at, leave: NEVER })
            }
            Frame::Calendar(calendar) => {
                let period = self.period(calendar, at);
                Some(if is_current(calendar) {
                    Presence { enter: at, leave: period.end }
                } else {
                    Presence { enter: period.end, leave: period.end_of_next }
                })
            }
        }
    }

    pub fn leave(&mut self, at: Timestamp) -> Timestamp {
        self.of(at).map_or(at, |presence| presence.leave)
    }

    fn period(&mut self, calendar: Calendar, at: Timestamp) -> Period {
        if let Some(known) = self.period
            && known.start <= at
            && at < known.end
        {
            return known;
        }
        let found = period_of(calendar, at, self.zone);
        self.period = Some(found);
        found
    }
}

fn is_current(calendar: Calendar) -> bool {
    matches!(calendar, Calendar::Today | Calendar::ThisWeek | Calendar::ThisMonth | Calendar::ThisYear)
}

/// The period an event is of. Where clocks are set back over midnight a date comes twice; the day then begins when it
/// begins first, and does not end again.
fn period_of(calendar: Calendar, at: Timestamp, zone: &TimeZone) -> Period {
    let mut date = date_of(at, zone);
    if let Ok(tomorrow) = date.tomorrow()
        && start_of(tomorrow, zone) <= at
    {
        date = tomorrow;
    }
    let first = first_day(calendar, date);
    let next = next_first(calendar, first);
    let after = next.and_then(|next| next_first(calendar, next));
    let start = |date: Option<Date>| date.map_or(NEVER, |date| start_of(date, zone));
    Period { start: start_of(first, zone), end: start(next), end_of_next: start(after) }
}

fn first_day(calendar: Calendar, date: Date) -> Date {
    match calendar {
        Calendar::Today | Calendar::Yesterday => date,
        Calendar::ThisWeek | Calendar::LastWeek => {
            let since_monday = i64::from(date.weekday().to_monday_zero_offset());
            date.saturating_sub(since_monday.days())
        }
        Calendar::ThisMonth | Calendar::LastMonth => date.first_of_month(),
        Calendar::ThisYear | Calendar::LastYear => date.first_of_year(),
    }
}

fn next_first(calendar: Calendar, first: Date) -> Option<Date> {
    let step = match calendar {
        Calendar::Today | Calendar::Yesterday => 1.day(),
        Calendar::ThisWeek | Calendar::LastWeek => 1.week(),
        Calendar::ThisMonth | Calendar::LastMonth => 1.month(),
        Calendar::ThisYear | Calendar::LastYear => 1.year(),
    };
    first.checked_add(step).ok()
}

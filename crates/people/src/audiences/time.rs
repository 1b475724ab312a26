//! Durations, moments and dates as conditions name them.

use std::{fmt, str::FromStr};

use jiff::{civil::Date, tz::TimeZone};
use kernel::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Beyond every moment.
pub(super) const NEVER: Timestamp = Timestamp(i64::MAX);

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
}

impl Unit {
    pub const ALL: [Self; 5] = [Self::Second, Self::Minute, Self::Hour, Self::Day, Self::Week];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    fn seconds(self) -> i64 {
        match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
            Self::Week => 604_800,
        }
    }
}

/// An exact duration, in the words of its author. A day is always 24 hours, whatever the clocks do meanwhile.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    pub count: u32,
    pub unit: Unit,
}

impl Span {
    pub const fn new(count: u32, unit: Unit) -> Self {
        Self { count, unit }
    }

    pub fn micros(self) -> i64 {
        i64::from(self.count).saturating_mul(self.unit.seconds() * 1_000_000)
    }

    pub(super) fn after(self, moment: Timestamp) -> Timestamp {
        Timestamp(moment.0.saturating_add(self.micros()))
    }

    pub(super) fn before(self, moment: Timestamp) -> Timestamp {
        Timestamp(moment.0.saturating_sub(self.micros()))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.count == 1 { "" } else { "s" };
        write!(f, "{} {}{plural}", self.count, self.unit.as_str())
    }
}

/// A day of the workspace's calendar, or a moment to the microsecond.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum When {
    Date(Date),
    Moment(Timestamp),
}

impl When {
    /// Reads `2026-11-22`, `2026-11-22T10:00:00Z` (any offset).
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() == "2026-11-22".len() {
            return Date::from_str(text).ok().map(Self::Date);
        }
        Timestamp::parse(text).map(Self::Moment)
    }

    /// Where it begins.
    pub(super) fn start(self, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Date(date) => start_of(date, zone),
            Self::Moment(moment) => moment,
        }
    }

    /// The first moment that is after it.
    pub(super) fn end(self, zone: &TimeZone) -> Timestamp {
        match self {
            Self::Date(date) => date.tomorrow().map_or(NEVER, |next| start_of(next, zone)),
            Self::Moment(moment) => Timestamp(moment.0.saturating_add(1)),
        }
    }

    pub(super) fn date(self, zone: &TimeZone) -> Date {
        match self {
            Self::Date(date) => date,
            Self::Moment(moment) => date_of(moment, zone),
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => date.fmt(f),
            Self::Moment(moment) => clamped(*moment).fmt(f),
        }
    }
}

impl Serialize for When {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("expected a date or an RFC 3339 time"))
    }
}

fn clamped(moment: Timestamp) -> jiff::Timestamp {
    let end = if moment.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    jiff::Timestamp::from_microsecond(moment.0).unwrap_or(end)
}

pub(super) fn date_of(moment: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(clamped(moment)).date()
}

/// The first moment of a day, also where midnight is skipped.
pub(super) fn start_of(date: Date, zone: &TimeZone) -> Timestamp {
    date.to_zoned(zone.clone()).map_or(NEVER, |start| Timestamp(start.timestamp().as_microsecond()))
}

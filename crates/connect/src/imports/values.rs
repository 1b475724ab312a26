//! What a cell says: numbers, dates and yes or no, as Hungarians and others write them.

use jiff::{
    Timestamp as Moment,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use kernel::Timestamp;
use serde_json::{Value as Json, json};

use super::{Separator, ValueType};

/// How numbers and times of one file are read.
#[derive(Clone, Debug)]
pub(super) struct Manner {
    /// `1,234` is a little more than one: so write those whose separator is not the comma.
    pub decimal_comma: bool,
    pub zone: TimeZone,
}

impl Manner {
    pub(super) fn of(separator: Separator, zone: &str) -> Self {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        Self { decimal_comma: separator != Separator::Comma, zone }
    }
}

/// The value of a cell that is not empty; `None` when it is none of its type.
pub(super) fn read(cell: &Json, value_type: ValueType, manner: &Manner) -> Option<Json> {
    match (cell, value_type) {
        (Json::Number(_), ValueType::Number) | (Json::Bool(_), ValueType::Boolean) => Some(cell.clone()),
        (Json::String(text), ValueType::Json) => {
            Some(serde_json::from_str(text).unwrap_or_else(|_| cell.clone()))
        }
        (_, ValueType::Json) => Some(cell.clone()),
        _ => {
            let text = text(cell);
            let text = text.trim();
            match value_type {
                ValueType::Number => number(text, manner.decimal_comma),
                ValueType::Boolean => boolean(text).map(Json::Bool),
                ValueType::Date => date(text, &manner.zone).map(Json::String),
                ValueType::Text | ValueType::Json => Some(json!(text)),
            }
        }
    }
}

/// A cell as text; of JSON that is no text, its JSON.
pub(super) fn text(cell: &Json) -> String {
    match cell {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

pub(super) fn is_empty(cell: &Json) -> bool {
    cell.is_null() || cell.as_str().is_some_and(|text| text.trim().is_empty())
}

pub(super) fn number(text: &str, decimal_comma: bool) -> Option<Json> {
    let bare: String =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}' | '\'')).collect();
    let bare = bare.replace('−', "-");
    let groups = |sign: char| {
        let digits = bare.trim_start_matches(['-', '+']);
        let mut parts = digits.split(sign);
        let first = parts.next().unwrap_or_default();
        let is_group = |part: &str| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit());
        (1..=3).contains(&first.len()) && parts.all(is_group)
    };
    let plain = match (bare.rfind(','), bare.rfind('.')) {
        (Some(comma), Some(point)) if comma > point => bare.replace('.', "").replace(',', "."),
        (Some(_), Some(_)) => bare.replace(',', ""),
        (Some(_), None) if bare.matches(',').count() > 1 || (!decimal_comma && groups(',')) => {
            bare.replace(',', "")
        }
        (Some(_), None) => bare.replace(',', "."),
        (None, Some(_)) if bare.matches('.').count() > 1 && groups('.') => bare.replace('.', ""),
        _ => bare,
    };
    let is_plain = plain.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'));
    if !is_plain || !plain.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Of more digits it is the number of a card or an account, and not every program keeps it whole.
    if plain.bytes().filter(u8::is_ascii_digit).count() > 15 {
        return None;
    }
    if let Ok(whole) = plain.parse::<i64>() {
        return Some(json!(whole));
    }
    let number: f64 = plain.parse().ok()?;
    number.is_finite().then(|| json!(number))
}

pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "igen" | "i" | "igaz" | "yes" | "y" | "true" | "t" | "1" | "x" | "van" => Some(true),
        "nem" | "n" | "hamis" | "no" | "false" | "f" | "0" | "nincs" => Some(false),
        _ => None,
    }
}

/// A day as `2026-11-21`, a moment as RFC 3339 in UTC.
pub(super) fn date(text: &str, zone: &TimeZone) -> Option<String> {
    if let Some(day) = day(text) {
        return Some(day.to_string());
    }
    moment(text, zone).map(|at| at.to_string())
}

/// The moment a text names; a day is its beginning in the zone.
pub(super) fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    let found = if let Ok(moment) = text.parse::<Moment>() {
        moment
    } else if matches!(text.len(), 9 | 10 | 13) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Seconds from 1973 to 2286, and the milliseconds of 2001 to 2286.
        let number: i64 = text.parse().ok()?;
        if text.len() == 13 { Moment::from_millisecond(number) } else { Moment::from_second(number) }.ok()?
    } else {
        let (day, time) = day_and_time(text)?;
        zone.to_timestamp(DateTime::from_parts(day, time)).ok()?
    };
    (found.as_microsecond() >= OLDEST).then(|| Timestamp(found.as_microsecond()))
}

/// 1900-01-01T00:00:00Z: what claims to be older is a mistake in writing.
const OLDEST: i64 = -2_208_988_800_000_000;

fn day_and_time(text: &str) -> Option<(Date, Time)> {
    if let Some(day) = day(text) {
        return Some((day, Time::midnight()));
    }
    let (before, time) = text.trim().rsplit_once([' ', 'T'])?;
    let mut parts = time.split(':');
    let hour: i8 = parts.next()?.parse().ok()?;
    let minute: i8 = parts.next()?.parse().ok()?;
    let second: i8 = parts.next().map_or(Some(0), |second| second.split(['.', ',']).next()?.parse().ok())?;
    if parts.next().is_some() {
        return None;
    }
    Some((day(before)?, Time::new(hour, minute, second, 0).ok()?))
}

/// `2026-11-21`, `2026. 11. 21.`, `2026.11.21`, `2026/11/21`, `21.11.2026`.
fn day(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.trim().trim_end_matches('.').split(['-', '.', '/']).map(str::trim).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let number = |part: &str| {
        let fits = !part.is_empty() && part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        if fits { part.parse::<i16>().ok() } else { None }
    };
    let (year, month, day) = if a.len() == 4 {
        (number(a)?, number(b)?, number(c)?)
    } else if c.len() == 4 && text.contains('.') {
        // With points the day comes first everywhere; with slashes it depends on who writes, so that is nothing.
        (number(c)?, number(b)?, number(a)?)
    } else {
        return None;
    };
    if !(1900..=9998).contains(&year) {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> TimeZone {
        TimeZone::get("Europe/Budapest").expect("known")
    }

    #[test]
    fn numbers_are_read_as_they_are_written_here_and_there() {
        for (text, comma, expected) in [
            ("1 234,5", true, json!(1234.5)),
            ("1\u{a0}234", true, json!(1234)),
            ("1,234", true, json!(1.234)),
            ("1,234", false, json!(1234)),
            ("1,5", false, json!(1.5)),
            ("1,234.50", false, json!(1234.5)),
            ("1.234,50", true, json!(1234.5)),
            ("1.234.567", true, json!(1_234_567)),
            ("1,234,567", true, json!(1_234_567)),
            ("2.75", true, json!(2.75)),
            ("−12", true, json!(-12)),
        ] {
            assert_eq!(number(text, comma), Some(expected), "{text}");
        }
        for text in
            ["", "-", "12 Ft", "NaN", "inf", "1e5", "0x10", "1-2", "1234567890123456", "1177 3016 1111 1018"]
        {
            assert_eq!(number(text, true), None, "{text}");
        }
    }

    #[test]
    fn dates_and_moments_are_read_in_the_time_zone_of_the_workspace() {
        for (text, expected) in [
            ("2026-11-21", "2026-11-21"),
            ("2026. 11. 21.", "2026-11-21"),
            ("2026.11.21.", "2026-11-21"),
            ("2026/1/2", "2026-01-02"),
            ("21.11.2026", "2026-11-21"),
            ("2026. 11. 21. 9:05", "2026-11-21T08:05:00.000Z"),
            ("2026-07-01 12:00:30", "2026-07-01T10:00:30.000Z"),
            ("2026-11-21T09:05:00+01:00", "2026-11-21T08:05:00.000Z"),
            ("1700000000", "2023-11-14T22:13:20.000Z"),
            ("1700000000000", "2023-11-14T22:13:20.000Z"),
        ] {
            assert_eq!(date(text, &zone()).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "tegnap",
            "20261121",
            "123456789012",
            "1177301611111018",
            "11/12/2026",
            "2026-13-01",
            "2026-02-30",
            "0026-11-21",
            "12",
            "2026-11-21 25:00",
        ] {
            assert_eq!(date(text, &zone()), None, "{text}");
        }
    }

    #[test]
    fn yes_and_no_are_understood_in_both_languages() {
        for text in ["Igen", "yes", "TRUE", "1", "x"] {
            assert_eq!(boolean(text), Some(true), "{text}");
        }
        for text in ["nem", "No", "hamis", "0"] {
            assert_eq!(boolean(text), Some(false), "{text}");
        }
        assert_eq!(boolean("talán"), None);
    }
}

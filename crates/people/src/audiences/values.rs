//! Tests of JSON values, where time plays no part.

use jiff::{civil::DateTime, tz::TimeZone};
use kernel::Timestamp;
use serde_json::Value;
use std::str::FromStr;

use super::{
    condition::{EventFilter, Literal, PropertyTest, Test},
    number::Number,
    time::When,
};

/// Texts longer than this are no value of a measure.
const LONGEST_TEXT: usize = 300;

/// Whether an event's properties pass all tests of a filter.
pub(super) fn passes(filter: &EventFilter, properties: &Value, zone: &TimeZone) -> bool {
    filter.tests.iter().all(|test| passes_one(test, properties, zone))
}

fn passes_one(test: &PropertyTest, properties: &Value, zone: &TimeZone) -> bool {
    let found = |wanted: &Test| {
        any_at(properties, &test.property, &mut |value| any_element(value, |one| matches(wanted, one, zone)))
    };
    match &test.test {
        Test::IsNot(literal) => !found(&Test::Is(literal.clone())),
        Test::Absent => !found(&Test::Exists),
        wanted => found(wanted),
    }
}

/// Whether a value, or one of its elements, passes.
pub(super) fn holds(test: &Test, value: Option<&Value>, zone: &TimeZone) -> bool {
    let found =
        |wanted: &Test| value.is_some_and(|value| any_element(value, |one| matches(wanted, one, zone)));
    match test {
        Test::IsNot(literal) => !found(&Test::Is(literal.clone())),
        Test::Absent => !found(&Test::Exists),
        wanted => found(wanted),
    }
}

/// Whether a single value passes; `IsNot` and `Absent` are asked the other way round.
fn matches(test: &Test, value: &Value, zone: &TimeZone) -> bool {
    match test {
        Test::Is(literal) => same(literal, value),
        Test::OneOf(literals) => literals.iter().any(|literal| same(literal, value)),
        Test::Contains(part) => value.as_str().is_some_and(|text| lower(text).contains(&lower(part))),
        Test::StartsWith(start) => value.as_str().is_some_and(|text| begins(text, start)),
        Test::Exists => !value.is_null(),
        Test::LessThan(_) | Test::AtMost(_) | Test::MoreThan(_) | Test::AtLeast(_) | Test::Between { .. } => {
            number(value).and_then(|number| compares(test, number)).unwrap_or(false)
        }
        Test::Before(when) => moment(value, zone).is_some_and(|(start, _)| start < when.start(zone)),
        Test::After(when) => moment(value, zone).is_some_and(|(start, _)| start >= when.end(zone)),
        Test::IsNot(_) | Test::Absent => false,
        Test::WithinLast(_) | Test::WithinNext(_) | Test::Anniversary { .. } => false,
    }
}

/// What a test says of a number; None when it is no comparison.
fn compares(test: &Test, number: Number) -> Option<bool> {
    match test {
        Test::LessThan(limit) => Some(number < *limit),
        Test::AtMost(limit) => Some(number <= *limit),
        Test::MoreThan(limit) => Some(number > *limit),
        Test::AtLeast(limit) => Some(number >= *limit),
        Test::Between { from, to } => Some(*from <= number && number <= *to),
        _ => None,
    }
}

/// Whether a figure passes. A sum may be larger than what JSON carries exactly, and is compared as it is.
pub(super) fn figure_holds(test: &Test, figure: Option<&Literal>, zone: &TimeZone) -> bool {
    if let Some(Literal::Number(number)) = figure
        && let Some(answer) = compares(test, *number)
    {
        return answer;
    }
    holds(test, figure.map(json).as_ref(), zone)
}

fn same(literal: &Literal, value: &Value) -> bool {
    match (literal, value) {
        (Literal::Bool(wanted), Value::Bool(found)) => wanted == found,
        (Literal::Number(wanted), Value::Number(found)) => Number::from_json(found) == Some(*wanted),
        (Literal::Text(wanted), Value::String(found)) => same_text(wanted, found),
        _ => false,
    }
}

/// Case is not told apart: what people type differs in it, and means the same.
fn same_text(one: &str, other: &str) -> bool {
    one == other || letters(one).eq(letters(other))
}

fn begins(text: &str, start: &str) -> bool {
    let mut text = letters(text);
    letters(start).all(|letter| text.next() == Some(letter))
}

fn lower(text: &str) -> String {
    letters(text).collect()
}

/// Letter by letter, unlike `str::to_lowercase`, which writes a sigma at the end of a word in another way.
fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

fn number(value: &Value) -> Option<Number> {
    value.as_number().and_then(Number::from_json)
}

/// The moment at which a date or time begins, and itself.
pub(super) fn moment(value: &Value, zone: &TimeZone) -> Option<(Timestamp, When)> {
    let text = value.as_str()?;
    // Most texts are no dates: told by the first letters.
    if !text.starts_with(|c: char| c.is_ascii_digit()) || text.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    let when = When::parse(text).or_else(|| local(text, zone))?;
    Some((when.start(zone), when))
}

/// A time without its zone is meant in the workspace's.
fn local(text: &str, zone: &TimeZone) -> Option<When> {
    let zoned = DateTime::from_str(text).ok()?.to_zoned(zone.clone()).ok()?;
    Some(When::Moment(Timestamp(zoned.timestamp().as_microsecond())))
}

fn any_element(value: &Value, test: impl FnMut(&Value) -> bool) -> bool {
    match value {
        Value::Array(elements) => elements.iter().any(test),
        single => std::iter::once(single).any(test),
    }
}

/// Whether a value at the path passes. A key that has the whole path for its name comes before the parts.
fn any_at(value: &Value, path: &str, test: &mut dyn FnMut(&Value) -> bool) -> bool {
    match value {
        Value::Object(fields) => match (fields.get(path), path.split_once('.')) {
            (Some(found), _) => test(found),
            (None, Some((key, rest))) => fields.get(key).is_some_and(|inner| any_at(inner, rest, test)),
            (None, None) => false,
        },
        Value::Array(elements) => elements.iter().any(|element| any_at(element, path, test)),
        _ => false,
    }
}

/// The single value at a path, as a measure takes it: lists, objects and long texts are none.
pub(super) fn scalar_at(properties: &Value, path: &str) -> Option<Literal> {
    let mut found = None;
    let mut value = properties;
    let mut rest = path;
    while found.is_none() {
        let fields = value.as_object()?;
        match (fields.get(rest), rest.split_once('.')) {
            (Some(inner), _) => found = Some(inner),
            (None, Some((key, after))) => (value, rest) = (fields.get(key)?, after),
            (None, None) => return None,
        }
    }
    literal(found?)
}

fn literal(value: &Value) -> Option<Literal> {
    match value {
        Value::Bool(flag) => Some(Literal::Bool(*flag)),
        Value::Number(number) => Number::from_json(number).map(Literal::Number),
        Value::String(text) if text.chars().count() <= LONGEST_TEXT => Some(Literal::Text(text.clone())),
        _ => None,
    }
}

/// A literal as JSON, to be tested like any other value.
fn json(literal: &Literal) -> Value {
    match literal {
        Literal::Bool(flag) => Value::Bool(*flag),
        Literal::Number(number) => serde_json::to_value(number).unwrap_or(Value::Null),
        Literal::Text(text) => Value::String(text.clone()),
    }
}

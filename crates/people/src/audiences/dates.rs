//! Tests of a person's values, those too whose answer changes as time passes.

use jiff::{ToSpan as _, civil::Date, tz::TimeZone};
use kernel::Timestamp;
use serde_json::Value;

use super::{
    condition::Test,
    outcome::Outcome,
    time::{Span, date_of, start_of},
    values::{self, moment},
};

/// The outcome of a test of an attribute at a moment.
pub(super) fn evaluate(test: &Test, value: Option<&Value>, now: Timestamp, zone: &TimeZone) -> Outcome {
    if !test.is_temporal() {
        return Outcome::fixed(values::holds(test, value, zone));
    }
    match value {
        Some(Value::Array(elements)) => Outcome::any(elements.iter().map(|one| single(test, one, now, zone))),
        Some(one) => single(test, one, now, zone),
        None => Outcome::fixed(false),
    }
}

fn single(test: &Test, value: &Value, now: Timestamp, zone: &TimeZone) -> Outcome {
    let Some((start, when)) = moment(value, zone) else { return Outcome::fixed(false) };
    match test {
        Test::WithinLast(span) => between(now, start, span.after(start)),
        Test::WithinNext(span) => within_next(now, start, *span),
        Test::Anniversary { within_days } => anniversary(when.date(zone), *within_days, now, zone),
        _ => Outcome::fixed(false),
    }
}

/// In (now, now + span]: from `start − span` on, before `start`.
fn within_next(now: Timestamp, start: Timestamp, span: Span) -> Outcome {
    between(now, span.before(start), start)
}

fn between(now: Timestamp, from: Timestamp, before: Timestamp) -> Outcome {
    match () {
        () if now < from => Outcome::until(false, (from < before).then_some(from)),
        () if now < before => Outcome::until(true, Some(before)),
        () => Outcome::fixed(false),
    }
}

fn anniversary(date: Date, within: u16, now: Timestamp, zone: &TimeZone) -> Outcome {
    let today = date_of(now, zone);
    let holds = near(date, today, within);
    // Within 365 days every date is always near; then nothing is found and nothing awaited.
    let turn = turns(date, today, within).find(|turn| near(date, *turn, within) != holds);
    Outcome::until(holds, turn.map(|turn| start_of(turn, zone).max(Timestamp(now.0.saturating_add(1)))))
}

fn near(date: Date, today: Date, within: u16) -> bool {
    let Ok(last) = today.checked_add(i64::from(within).days()) else { return false };
    (today.year()..=last.year())
        .filter_map(|year| return_in(date, year))
        .any(|day| today <= day && day <= last)
}

/// The days after today on which nearness may begin or end, in their order.
fn turns(date: Date, today: Date, within: u16) -> impl Iterator<Item = Date> {
    let years = today.year()..=today.year().saturating_add(3);
    let mut turns: Vec<Date> = years
        .filter_map(|year| return_in(date, year))
        .flat_map(|day| [day.checked_sub(i64::from(within).days()).ok(), day.tomorrow().ok()])
        .flatten()
        .filter(|turn| *turn > today)
        .collect();
    turns.sort();
    turns.into_iter()
}

/// The 29th of February is kept on the 28th in years without it.
fn return_in(date: Date, year: i16) -> Option<Date> {
    let day = Date::new(year, date.month(), date.day());
    day.or_else(|_| Date::new(year, date.month(), 28)).ok()
}

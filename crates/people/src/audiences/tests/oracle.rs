//! The same answers the slow and simple way: from the whole history, at one moment, without any memory.

use std::collections::BTreeSet;

use jiff::{ToSpan as _, civil::Date, tz::TimeZone};
use serde_json::{Map, Value};

use super::generate::Happening;
use crate::audiences::{
    AudienceId, Calendar, Condition, EventFilter, Figure, Literal, Measure, Number, Sequence, StepKind, Test,
    Times, When, Window,
};

/// All that is known of a person at a moment.
pub struct World<'w> {
    pub zone: &'w TimeZone,
    pub events: &'w [Happening],
    pub attributes: &'w Map<String, Value>,
    pub members: &'w BTreeSet<AudienceId>,
    pub now: i64,
}

impl World<'_> {
    pub fn holds(&self, condition: &Condition) -> bool {
        match condition {
            Condition::All(parts) => parts.iter().all(|part| self.holds(part)),
            Condition::Any(parts) => parts.iter().any(|part| self.holds(part)),
            Condition::None(parts) => !parts.iter().any(|part| self.holds(part)),
            Condition::Attribute(one) => self.passes(&one.test, &listed(self.attributes.get(&one.name))),
            Condition::Count(count) => {
                let found = self.found(&count.of, &count.window).len();
                match count.times {
                    Times::AtLeast(n) => found >= n as usize,
                    Times::AtMost(n) => found <= n as usize,
                    Times::Exactly(n) => found == n as usize,
                }
            }
            Condition::Measure(measure) => {
                let value = self.figure(measure);
                self.passes(&measure.test, &value.iter().collect::<Vec<_>>())
            }
            Condition::Sequence(sequence) => self.follows(sequence, 0, (i64::MIN, i64::MIN)),
            Condition::Member(member) => self.members.contains(&member.audience),
        }
    }

    fn found(&self, filter: &EventFilter, window: &Window) -> Vec<&Happening> {
        let mut found: Vec<&Happening> = self
            .events
            .iter()
            .filter(|event| self.is_of(event, filter) && self.is_in(window, event.at))
            .collect();
        found.sort_by_key(|event| (event.at, event.id));
        found.dedup_by_key(|event| event.id);
        found
    }

    fn is_of(&self, event: &Happening, filter: &EventFilter) -> bool {
        event.name == filter.name
            && filter.tests.iter().all(|one| self.passes(&one.test, &along(&event.properties, &one.property)))
    }

    fn is_in(&self, window: &Window, at: i64) -> bool {
        let start = |when: When| match when {
            When::Moment(moment) => moment.0,
            When::Date(date) => date.to_zoned(self.zone.clone()).unwrap().timestamp().as_microsecond(),
        };
        let fits = match window {
            Window::Ever => true,
            Window::Last(span) => at > self.now - span.micros(),
            Window::Between { from, before } => {
                from.is_none_or(|from| start(from) <= at) && before.is_none_or(|before| at < start(before))
            }
            Window::Calendar(calendar) => same_period(*calendar, self.date(at), self.date(self.now)),
        };
        at <= self.now && fits
    }

    fn date(&self, at: i64) -> Date {
        self.zone.to_datetime(jiff::Timestamp::from_microsecond(at).unwrap()).date()
    }

    fn figure(&self, measure: &Measure) -> Option<Value> {
        let values: Vec<Value> = self
            .found(&measure.of, &measure.window)
            .into_iter()
            .filter_map(|event| scalar(&event.properties, &measure.property))
            .collect();
        let millionths: Vec<i128> = values.iter().filter_map(number).collect();
        let of = |millionths: i128| serde_json::json!(millionths as f64 / 1e6);
        match measure.figure {
            Figure::Sum => Some(of(millionths.iter().sum())),
            Figure::Min => millionths.iter().min().map(|found| of(*found)),
            Figure::Max => millionths.iter().max().map(|found| of(*found)),
            Figure::Average if millionths.is_empty() => None,
            Figure::Average => Some(of(millionths.iter().sum::<i128>().div_euclid(millionths.len() as i128))),
            Figure::First => values.first().cloned(),
            Figure::Last => values.last().cloned(),
            Figure::Unique => {
                let unique: BTreeSet<String> = values.iter().map(Value::to_string).collect();
                Some(serde_json::json!(unique.len()))
            }
        }
    }

    /// Tries every way through the steps.
    fn follows(&self, sequence: &Sequence, index: usize, after: (i64, i64)) -> bool {
        let Some(step) = sequence.steps.get(index) else { return true };
        let latest = step.within.map_or(i64::MAX, |within| after.0.saturating_add(within.micros()));
        let mut candidates = self.events.iter().filter(|event| {
            let place = (event.at, event.id);
            event.at <= self.now && place > after && event.at <= latest && self.is_of(event, &step.of)
        });
        match step.kind {
            StepKind::Did => candidates.any(|event| {
                self.is_in(&sequence.window, event.at)
                    && self.follows(sequence, index + 1, (event.at, event.id))
            }),
            StepKind::DidNot => {
                latest <= self.now
                    && candidates.next().is_none()
                    && self.follows(sequence, index + 1, (latest, i64::MAX))
            }
        }
    }

    fn passes(&self, test: &Test, values: &[&Value]) -> bool {
        match test {
            Test::IsNot(literal) => !self.passes(&Test::Is(literal.clone()), values),
            Test::Absent => !self.passes(&Test::Exists, values),
            _ => values.iter().any(|value| self.passes_one(test, value)),
        }
    }

    fn passes_one(&self, test: &Test, value: &Value) -> bool {
        let is = |literal: &Literal| match literal {
            Literal::Bool(wanted) => value.as_bool() == Some(*wanted),
            Literal::Number(wanted) => number(value) == Some(millionths(*wanted)),
            Literal::Text(wanted) => value.as_str().is_some_and(|found| lower(found) == lower(wanted)),
        };
        let text = value.as_str().map(lower);
        let compare = |fits: &dyn Fn(i128) -> bool| number(value).is_some_and(fits);
        match test {
            Test::Is(literal) => is(literal),
            Test::OneOf(literals) => literals.iter().any(is),
            Test::Contains(part) => text.is_some_and(|text| text.contains(&lower(part))),
            Test::StartsWith(part) => text.is_some_and(|text| text.starts_with(&lower(part))),
            Test::Exists => !value.is_null(),
            Test::LessThan(limit) => compare(&|found| found < millionths(*limit)),
            Test::AtMost(limit) => compare(&|found| found <= millionths(*limit)),
            Test::MoreThan(limit) => compare(&|found| found > millionths(*limit)),
            Test::AtLeast(limit) => compare(&|found| found >= millionths(*limit)),
            Test::Between { from, to } => {
                compare(&|found| millionths(*from) <= found && found <= millionths(*to))
            }
            Test::IsNot(_) | Test::Absent => unreachable!("asked the other way round"),
            dated => self.passes_dated(dated, value),
        }
    }

    fn passes_dated(&self, test: &Test, value: &Value) -> bool {
        let Some(when) = value.as_str().and_then(When::parse) else { return false };
        let midnight = |date: Date| date.to_zoned(self.zone.clone()).unwrap().timestamp().as_microsecond();
        let (at, date) = match when {
            When::Date(date) => (midnight(date), date),
            When::Moment(moment) => (moment.0, self.date(moment.0)),
        };
        match test {
            Test::Before(When::Date(limit)) => at < midnight(*limit),
            Test::Before(When::Moment(limit)) => at < limit.0,
            Test::After(When::Date(limit)) => at >= midnight(limit.tomorrow().unwrap()),
            Test::After(When::Moment(limit)) => at > limit.0,
            Test::WithinLast(span) => self.now - span.micros() < at && at <= self.now,
            Test::WithinNext(span) => self.now < at && at <= self.now + span.micros(),
            Test::Anniversary { within_days } => (0..=i64::from(*within_days)).any(|days| {
                let day = self.date(self.now).checked_add(days.days()).unwrap();
                let kept = if date.day() == 29 && date.month() == 2 && !day.in_leap_year() {
                    28
                } else {
                    date.day()
                };
                (day.month(), day.day()) == (date.month(), kept)
            }),
            _ => unreachable!("no test of a date"),
        }
    }
}

fn same_period(calendar: Calendar, date: Date, today: Date) -> bool {
    let week = |date: Date| (date.iso_week_date().year(), date.iso_week_date().week());
    let month = |date: Date| (date.year(), date.month());
    match calendar {
        Calendar::Today => date == today,
        Calendar::Yesterday => date == today.yesterday().unwrap(),
        Calendar::ThisWeek => week(date) == week(today),
        Calendar::LastWeek => week(date) == week(today.checked_sub(1.week()).unwrap()),
        Calendar::ThisMonth => month(date) == month(today),
        Calendar::LastMonth => month(date) == month(today.first_of_month().yesterday().unwrap()),
        Calendar::ThisYear => date.year() == today.year(),
        Calendar::LastYear => date.year() == today.year() - 1,
    }
}

fn listed(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(elements)) => elements.iter().collect(),
        other => other.into_iter().collect(),
    }
}

/// Everything at the end of a path, lists taken apart.
fn along<'v>(value: &'v Value, path: &str) -> Vec<&'v Value> {
    let mut found = vec![value];
    for key in path.split('.') {
        found =
            found.into_iter().flat_map(|value| listed(Some(value))).filter_map(|one| one.get(key)).collect();
    }
    found.into_iter().flat_map(|value| listed(Some(value))).collect()
}

fn scalar(properties: &Value, path: &str) -> Option<Value> {
    let mut found = properties;
    for key in path.split('.') {
        found = found.get(key)?;
    }
    (found.is_boolean() || found.is_number() || found.is_string()).then(|| found.clone())
}

fn number(value: &Value) -> Option<i128> {
    value.as_f64().map(|number| (number * 1e6).round() as i128)
}

fn millionths(number: Number) -> i128 {
    (number.to_string().parse::<f64>().unwrap() * 1e6).round() as i128
}

fn lower(text: &str) -> String {
    text.to_lowercase()
}

//! Writes a condition as text.

use std::fmt::Write as _;

use super::{AudienceNames, lex};
use crate::audiences::condition::{
    AudienceId, Condition, Count, EventFilter, Literal, Measure, PropertyTest, Sequence, Step, StepKind,
    Test, Times, Window,
};

/// The condition in words; [`super::parse`] reads it back.
pub fn print(condition: &Condition, names: &dyn AudienceNames) -> String {
    match condition {
        Condition::All(parts) => group("all of", parts, names),
        Condition::Any(parts) => group("any of", parts, names),
        Condition::None(parts) => group("none of", parts, names),
        Condition::Attribute(attribute) => format!("{} {}", name(&attribute.name), test(&attribute.test)),
        Condition::Count(found) => count(found),
        Condition::Measure(found) => measure(found),
        Condition::Sequence(found) => sequence(found),
        Condition::Member(member) => audience(member.audience, names),
    }
}

fn group(word: &str, parts: &[Condition], names: &dyn AudienceNames) -> String {
    let parts: Vec<String> = parts.iter().map(|part| print(part, names)).collect();
    format!("{word} ({})", parts.join(", "))
}

fn audience(id: AudienceId, names: &dyn AudienceNames) -> String {
    match names.name(id).filter(|name| names.id(name) == Some(id)) {
        Some(name) => format!("in audience {}", quoted(&name)),
        None => format!("in audience id {}", quoted(&id.to_string())),
    }
}

fn count(count: &Count) -> String {
    let of = event(&count.of.name);
    let did = match count.times {
        Times::AtLeast(1) => format!("did {of}"),
        Times::AtMost(0) => format!("did not {of}"),
        Times::AtLeast(n) => format!("did {of} at least {}", times(n)),
        Times::AtMost(n) => format!("did {of} at most {}", times(n)),
        Times::Exactly(n) => format!("did {of} exactly {}", times(n)),
    };
    format!("{did}{}{}", window(&count.window), tests(&count.of))
}

fn times(n: u32) -> String {
    if n == 1 { "1 time".to_owned() } else { format!("{n} times") }
}

fn measure(measure: &Measure) -> String {
    let figure = measure.figure.as_str();
    let (property, of) = (name(&measure.property), event(&measure.of.name));
    let (window, tests) = (window(&measure.window), tests(&measure.of));
    format!("{figure} of {property} over ({of}{window}{tests}) {}", test(&measure.test))
}

fn sequence(sequence: &Sequence) -> String {
    let steps: Vec<String> = sequence.steps.iter().map(step).collect();
    format!("in order ({}){}", steps.join(", "), window(&sequence.window))
}

fn step(step: &Step) -> String {
    let did = if step.kind == StepKind::Did { "did" } else { "did not" };
    let within = step.within.map(|within| format!(" within {within}")).unwrap_or_default();
    format!("{did} {}{within}{}", event(&step.of.name), tests(&step.of))
}

/// A customer's event stands in quotes, a fact of ours without.
fn event(name: &str) -> String {
    match name.strip_prefix("event:") {
        Some(event) => quoted(event),
        None => name.to_owned(),
    }
}

fn window(window: &Window) -> String {
    match window {
        Window::Ever => String::new(),
        Window::Last(span) => format!(" in the last {span}"),
        Window::Calendar(calendar) => format!(" {}", calendar.as_str()),
        Window::Between { from: None, before: None } => " at any time".to_owned(),
        Window::Between { from, before } => {
            let from = from.map(|from| format!(" since {from}")).unwrap_or_default();
            let before = before.map(|before| format!(" before {before}")).unwrap_or_default();
            from + &before
        }
    }
}

fn tests(filter: &EventFilter) -> String {
    let tests: Vec<String> = filter.tests.iter().map(property_test).collect();
    if tests.is_empty() { String::new() } else { format!(" where {}", tests.join(" and ")) }
}

fn property_test(found: &PropertyTest) -> String {
    format!("{} {}", name(&found.property), test(&found.test))
}

fn test(test: &Test) -> String {
    match test {
        Test::Is(value) => format!("is {}", literal(value)),
        Test::IsNot(value) => format!("is not {}", literal(value)),
        Test::OneOf(values) => {
            let values: Vec<String> = values.iter().map(literal).collect();
            format!("is one of ({})", values.join(", "))
        }
        Test::Contains(part) => format!("contains {}", quoted(part)),
        Test::StartsWith(start) => format!("starts with {}", quoted(start)),
        Test::Exists => "exists".to_owned(),
        Test::Absent => "is absent".to_owned(),
        Test::LessThan(limit) => format!("< {limit}"),
        Test::AtMost(limit) => format!("<= {limit}"),
        Test::MoreThan(limit) => format!("> {limit}"),
        Test::AtLeast(limit) => format!(">= {limit}"),
        Test::Between { from, to } => format!("is between {from} and {to}"),
        Test::Before(when) => format!("is before {when}"),
        Test::After(when) => format!("is after {when}"),
        Test::WithinLast(span) => format!("is within the last {span}"),
        Test::WithinNext(span) => format!("is within the next {span}"),
        Test::Anniversary { within_days: 0 } => "has its anniversary today".to_owned(),
        Test::Anniversary { within_days: 1 } => "has its anniversary within 1 day".to_owned(),
        Test::Anniversary { within_days } => format!("has its anniversary within {within_days} days"),
    }
}

fn literal(value: &Literal) -> String {
    match value {
        Literal::Bool(flag) => flag.to_string(),
        Literal::Number(number) => number.to_string(),
        Literal::Text(text) => quoted(text),
    }
}

fn name(name: &str) -> String {
    if lex::is_plain_name(name) { name.to_owned() } else { quoted(name) }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {
                let _infallible = write!(quoted, "\\u{{{:x}}}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

//! What a condition may be at most, and what makes no sense.

use std::fmt;

use super::{
    condition::{
        Condition, Count, EventFilter, Literal, Measure, Sequence, Step, StepKind, Test, Times, Window,
    },
    time::Span,
};

pub const MAX_DEPTH: usize = 8;
pub const MAX_NODES: usize = 200;
pub const MAX_TIMES: u32 = 500;
pub const MAX_STEPS: usize = 10;
pub const MAX_TESTS: usize = 20;
pub const MAX_CHOICES: usize = 500;
pub const MAX_TEXT: usize = 300;
pub const MAX_NAME: usize = 200;
/// Ten years, leap days included.
pub const MAX_SPAN_DAYS: u32 = 3_653;
pub const MAX_ANNIVERSARY_DAYS: u16 = 365;

/// Where in the condition (`all[1].count.where[0]`) and what is wrong there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invalid {
    pub path: String,
    pub problem: Problem,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Problem {
    TooDeep,
    TooManyNodes,
    TooManySteps,
    TooManyTests,
    TooManyChoices,
    TooManyTimes,
    TextTooLong,
    SpanTooLong,
    SpanEmpty,
    RangeBackwards,
    NameEmpty,
    NameTooLong,
    /// Neither `event:…` nor a fact of ours (`page.viewed`).
    NotAFact,
    NoSteps,
    /// The first step must be a `did` without `within`.
    BadFirstStep,
    /// A `did not` without `within`.
    StepWithoutEnd,
    /// The test changes as time passes, and is not of an attribute.
    TemporalTest,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {}", self.problem, if self.path.is_empty() { "the top" } else { &self.path })
    }
}

impl std::error::Error for Invalid {}

impl Condition {
    /// Whether the condition is within the limits and makes sense.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.nodes() > MAX_NODES {
            return Err(Invalid { path: String::new(), problem: Problem::TooManyNodes });
        }
        check(self, 1).map_err(|at| Invalid { path: at.path.join("."), problem: at.problem })
    }

    fn nodes(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) | Self::None(parts) => {
                1 + parts.iter().map(Self::nodes).sum::<usize>()
            }
            Self::Sequence(sequence) => 1 + sequence.steps.len(),
            _ => 1,
        }
    }
}

/// A problem and the way to it.
struct At {
    path: Vec<String>,
    problem: Problem,
}

type Checked = Result<(), At>;

fn ensure(fine: bool, problem: Problem) -> Checked {
    if fine { Ok(()) } else { Err(At { path: Vec::new(), problem }) }
}

fn inside(name: &str, checked: Checked) -> Checked {
    checked.map_err(|mut at| {
        at.path.insert(0, name.to_owned());
        at
    })
}

fn each<T>(name: &str, items: &[T], check: impl Fn(&T) -> Checked) -> Checked {
    items.iter().enumerate().try_for_each(|(index, item)| inside(&format!("{name}[{index}]"), check(item)))
}

fn check(condition: &Condition, depth: usize) -> Checked {
    ensure(depth <= MAX_DEPTH, Problem::TooDeep)?;
    let group = |name, parts: &[Condition]| each(name, parts, |part| check(part, depth + 1));
    match condition {
        Condition::All(parts) => group("all", parts),
        Condition::Any(parts) => group("any", parts),
        Condition::None(parts) => group("none", parts),
        Condition::Attribute(attribute) => {
            inside("attribute", name(&attribute.name).and_then(|()| test(&attribute.test)))
        }
        Condition::Count(count) => inside("count", check_count(count)),
        Condition::Measure(measure) => inside("measure", check_measure(measure)),
        Condition::Sequence(sequence) => inside("sequence", check_sequence(sequence)),
        Condition::Member(_) => Ok(()),
    }
}

fn check_count(count: &Count) -> Checked {
    let (Times::AtLeast(n) | Times::AtMost(n) | Times::Exactly(n)) = count.times;
    ensure(n <= MAX_TIMES, Problem::TooManyTimes)?;
    window(&count.window)?;
    filter(&count.of)
}

fn check_measure(measure: &Measure) -> Checked {
    name(&measure.property)?;
    window(&measure.window)?;
    filter(&measure.of)?;
    inside("test", lasting(&measure.test))
}

fn check_sequence(sequence: &Sequence) -> Checked {
    ensure(!sequence.steps.is_empty(), Problem::NoSteps)?;
    ensure(sequence.steps.len() <= MAX_STEPS, Problem::TooManySteps)?;
    let first = &sequence.steps[0];
    let begins = first.kind == StepKind::Did && first.within.is_none();
    inside("steps[0]", ensure(begins, Problem::BadFirstStep))?;
    window(&sequence.window)?;
    each("steps", &sequence.steps, step)
}

fn step(step: &Step) -> Checked {
    ensure(step.kind == StepKind::Did || step.within.is_some(), Problem::StepWithoutEnd)?;
    step.within.map_or(Ok(()), span)?;
    filter(&step.of)
}

fn filter(filter: &EventFilter) -> Checked {
    ensure(filter.name.chars().count() <= MAX_NAME, Problem::NameTooLong)?;
    ensure(is_fact(&filter.name), Problem::NotAFact)?;
    ensure(filter.tests.len() <= MAX_TESTS, Problem::TooManyTests)?;
    each("where", &filter.tests, |one| name(&one.property).and_then(|()| lasting(&one.test)))
}

fn is_fact(name: &str) -> bool {
    let word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    match name.strip_prefix("event:") {
        Some(event) => !event.is_empty(),
        None => name.contains('.') && name.split('.').all(word),
    }
}

fn name(name: &str) -> Checked {
    ensure(!name.is_empty(), Problem::NameEmpty)?;
    ensure(name.chars().count() <= MAX_NAME, Problem::NameTooLong)
}

fn lasting(found: &Test) -> Checked {
    ensure(!found.is_temporal(), Problem::TemporalTest)?;
    test(found)
}

fn test(test: &Test) -> Checked {
    match test {
        Test::Is(value) | Test::IsNot(value) => literal(value),
        Test::OneOf(values) => {
            ensure(values.len() <= MAX_CHOICES, Problem::TooManyChoices)?;
            values.iter().try_for_each(literal)
        }
        Test::Contains(part) | Test::StartsWith(part) => text(part),
        Test::Between { from, to } => ensure(from <= to, Problem::RangeBackwards),
        Test::WithinLast(length) | Test::WithinNext(length) => span(*length),
        Test::Anniversary { within_days } => {
            ensure(*within_days <= MAX_ANNIVERSARY_DAYS, Problem::SpanTooLong)
        }
        _ => Ok(()),
    }
}

fn literal(value: &Literal) -> Checked {
    if let Literal::Text(value) = value { text(value) } else { Ok(()) }
}

fn text(text: &str) -> Checked {
    ensure(text.chars().count() <= MAX_TEXT, Problem::TextTooLong)
}

fn window(window: &Window) -> Checked {
    match window {
        Window::Last(length) => inside("window", span(*length)),
        // Whether a date is before a moment depends on the time zone; such a range may be empty, and is allowed.
        _ => Ok(()),
    }
}

fn span(span: Span) -> Checked {
    ensure(span.count > 0, Problem::SpanEmpty)?;
    let most = i64::from(MAX_SPAN_DAYS) * 86_400_000_000;
    ensure(span.micros() <= most, Problem::SpanTooLong)
}

//! The language of audiences: a tree of what must be true of a person.

pub use kernel::AudienceId;
use serde::{Deserialize, Serialize};

use super::{
    number::Number,
    time::{Span, When},
};

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// Every one of them; of none at all: everybody.
    All(Vec<Self>),
    /// At least one of them; of none at all: nobody.
    Any(Vec<Self>),
    /// Not a single one of them.
    None(Vec<Self>),
    Attribute(Attribute),
    Count(Count),
    Measure(Measure),
    Sequence(Sequence),
    Member(Member),
}

/// What is true of the person now: a trait, or a value of another room such as `inbox.open_conversations`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    pub name: String,
    pub test: Test,
}

/// How often something happened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    pub of: EventFilter,
    #[serde(default)]
    pub window: Window,
    pub times: Times,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Times {
    AtLeast(u32),
    AtMost(u32),
    Exactly(u32),
}

/// A figure of a property over what happened. Without a single value a sum and a number of distinct values are 0;
/// the others are absent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    pub figure: Figure,
    pub property: String,
    pub of: EventFilter,
    #[serde(default)]
    pub window: Window,
    pub test: Test,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    Sum,
    Min,
    Max,
    /// To the millionth, rounded down.
    Average,
    First,
    Last,
    /// How many different values.
    Unique,
}

impl Figure {
    pub const ALL: [Self; 7] =
        [Self::Sum, Self::Min, Self::Max, Self::Average, Self::First, Self::Last, Self::Unique];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Min => "min",
            Self::Max => "max",
            Self::Average => "average",
            Self::First => "first",
            Self::Last => "last",
            Self::Unique => "unique",
        }
    }
}

/// Steps one after the other. The events of all steps that did happen are within the window.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    pub steps: Vec<Step>,
    #[serde(default)]
    pub window: Window,
}

/// A step's moment is that of its event; of a `did not` the end of its duration. The next step is after it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub kind: StepKind,
    pub of: EventFilter,
    /// At most so long after the moment of the step before. A `did not` needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Span>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    Did,
    DidNot,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub audience: AudienceId,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventFilter {
    /// The fact's name: `event:Order Completed`, `page.viewed`.
    pub name: String,
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<PropertyTest>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PropertyTest {
    /// A dotted path; on its way through lists every element is looked at.
    pub property: String,
    pub test: Test,
}

/// A test of a value. A list passes when one of its elements does; `is_not` and `absent` when none fails them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Test {
    Is(Literal),
    /// Also when there is no value.
    IsNot(Literal),
    OneOf(Vec<Literal>),
    Contains(String),
    StartsWith(String),
    Exists,
    Absent,
    LessThan(Number),
    AtMost(Number),
    MoreThan(Number),
    AtLeast(Number),
    /// Both ends included.
    Between {
        from: Number,
        to: Number,
    },
    Before(When),
    After(When),
    WithinLast(Span),
    WithinNext(Span),
    /// The day of the year returns within so many days; 0 is today.
    Anniversary {
        within_days: u16,
    },
}

impl Test {
    /// Whether the passing of time alone can change what it says.
    pub fn is_temporal(&self) -> bool {
        matches!(self, Self::WithinLast(_) | Self::WithinNext(_) | Self::Anniversary { .. })
    }
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Literal {
    Bool(bool),
    Number(Number),
    Text(String),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Window {
    #[default]
    Ever,
    /// After now − span, up to and including now.
    Last(Span),
    /// By the calendar of the workspace's time zone.
    Calendar(Calendar),
    /// From the first on, before the second.
    Between {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<When>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<When>,
    },
}

/// Weeks begin on Monday.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calendar {
    Today,
    Yesterday,
    ThisWeek,
    LastWeek,
    ThisMonth,
    LastMonth,
    ThisYear,
    LastYear,
}

impl Calendar {
    pub const ALL: [Self; 8] = [
        Self::Today,
        Self::Yesterday,
        Self::ThisWeek,
        Self::LastWeek,
        Self::ThisMonth,
        Self::LastMonth,
        Self::ThisYear,
        Self::LastYear,
    ];

    /// As it is said.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Yesterday => "yesterday",
            Self::ThisWeek => "this week",
            Self::LastWeek => "last week",
            Self::ThisMonth => "this month",
            Self::LastMonth => "last month",
            Self::ThisYear => "this year",
            Self::LastYear => "last year",
        }
    }
}

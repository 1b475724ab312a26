//! Why a person is, or is not, in an audience.

use kernel::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::{
    condition::{AudienceId, Condition, Literal},
    evaluate::View,
    figures,
    outcome::Outcome,
    plan::{Bound, Keep},
    sequence,
    text::{AudienceNames, print},
};

/// So many of the last events are named.
const NAMED_EVENTS: usize = 5;

/// A condition with its outcome and what decided it, and those of its parts.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Explanation {
    /// The condition in words; of a group only what it asks of its parts.
    pub text: String,
    #[serde(flatten)]
    pub outcome: Outcome,
    pub because: Because,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Self>,
}

/// The figures that decided.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// So many of the parts hold.
    Parts {
        holding: usize,
    },
    Attribute {
        value: Option<Value>,
    },
    /// `or_more`: no more than so many are remembered, as no more are asked for.
    Count {
        found: usize,
        or_more: bool,
        latest: Vec<Timestamp>,
    },
    Measure {
        value: Option<Literal>,
        latest: Vec<Timestamp>,
    },
    /// The latest moment each step was reached at; the first step without one was never reached.
    Sequence {
        reached: Vec<Timestamp>,
    },
    Member {
        is_member: bool,
    },
}

impl View<'_> {
    /// None when the plan does not know the audience.
    pub fn explain(&self, audience: AudienceId, names: &dyn AudienceNames) -> Option<Explanation> {
        let planned = self.plan.planned(audience)?;
        Some(self.explanation(&planned.condition, &planned.bound, names))
    }

    fn explanation(&self, condition: &Condition, bound: &Bound, names: &dyn AudienceNames) -> Explanation {
        let outcome = self.outcome(condition, bound);
        let (text, parts) = match (condition, bound) {
            (Condition::All(parts), Bound::Group(bounds)) => ("all of", (parts, bounds)),
            (Condition::Any(parts), Bound::Group(bounds)) => ("any of", (parts, bounds)),
            (Condition::None(parts), Bound::Group(bounds)) => ("none of", (parts, bounds)),
            (leaf, Bound::Leaf(slots)) => {
                let because = self.because(leaf, slots);
                return Explanation { text: print(leaf, names), outcome, because, parts: Vec::new() };
            }
            _ => unreachable!("a plan binds groups to groups"),
        };
        let both = parts.0.iter().zip(parts.1);
        let parts: Vec<_> = both.map(|(part, bound)| self.explanation(part, bound, names)).collect();
        let because = Because::Parts { holding: parts.iter().filter(|part| part.outcome.holds).count() };
        Explanation { text: text.to_owned(), outcome, because, parts }
    }

    fn because(&self, leaf: &Condition, slots: &[usize]) -> Because {
        match leaf {
            Condition::Attribute(attribute) => {
                Because::Attribute { value: self.attributes.value(&attribute.name).cloned() }
            }
            Condition::Count(_) => self.because_of_count(slots),
            Condition::Measure(measure) => {
                let slot = self.slot(slots);
                let value = figures::value(measure, slot, self);
                Because::Measure { value, latest: figures::events(slot, self).take(NAMED_EVENTS).collect() }
            }
            Condition::Sequence(sequence) => {
                Because::Sequence { reached: sequence::moments(sequence, &self.slots(slots), self) }
            }
            Condition::Member(member) => {
                Because::Member { is_member: self.memberships.contains(&member.audience) }
            }
            Condition::All(_) | Condition::Any(_) | Condition::None(_) => Because::Parts { holding: 0 },
        }
    }

    fn because_of_count(&self, slots: &[usize]) -> Because {
        let slot = self.slot(slots);
        let found = figures::events(slot, self).count();
        let or_more = matches!(slot.keep, Keep::Newest(count) if found >= count);
        let latest = figures::events(slot, self).take(NAMED_EVENTS).collect();
        Because::Count { found, or_more: or_more || !figures::complete(slot, self), latest }
    }
}

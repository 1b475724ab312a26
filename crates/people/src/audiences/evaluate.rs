//! Whether a person is in an audience, now and until when.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Timestamp;
use serde_json::{Map, Value};

use super::{
    condition::{AudienceId, Condition},
    dates, figures,
    outcome::Outcome,
    plan::{Bound, Plan, Slot},
    sequence,
    state::{Outdated, PersonState},
};

/// The values of a person now: traits, and what other rooms know (`inbox.open_conversations`).
pub trait Attributes {
    fn value(&self, name: &str) -> Option<&Value>;
}

impl Attributes for Map<String, Value> {
    fn value(&self, name: &str) -> Option<&Value> {
        self.get(name)
    }
}

impl Attributes for BTreeMap<String, Value> {
    fn value(&self, name: &str) -> Option<&Value> {
        self.get(name)
    }
}

/// One person at one moment.
#[derive(Clone, Copy)]
pub struct View<'v> {
    pub(super) plan: &'v Plan,
    pub(super) state: &'v PersonState,
    pub(super) now: Timestamp,
    pub(super) attributes: &'v dyn Attributes,
    pub(super) memberships: &'v BTreeSet<AudienceId>,
}

impl<'v> View<'v> {
    /// A `now` before the state's horizon is taken for the horizon: a person's clock does not run backwards.
    pub fn new(
        plan: &'v Plan,
        state: &'v PersonState,
        now: Timestamp,
        attributes: &'v dyn Attributes,
        memberships: &'v BTreeSet<AudienceId>,
    ) -> Result<Self, Outdated> {
        if !state.fits(plan) {
            return Err(Outdated);
        }
        Ok(Self { plan, state, now: now.max(state.horizon()), attributes, memberships })
    }

    /// None when the plan does not know the audience.
    pub fn evaluate(&self, audience: AudienceId) -> Option<Outcome> {
        let planned = self.plan.planned(audience)?;
        Some(self.outcome(&planned.condition, &planned.bound))
    }

    pub(super) fn outcome(&self, condition: &Condition, bound: &Bound) -> Outcome {
        match (condition, bound) {
            (Condition::All(parts), Bound::Group(bounds)) => Outcome::all(self.outcomes(parts, bounds)),
            (Condition::Any(parts), Bound::Group(bounds)) => Outcome::any(self.outcomes(parts, bounds)),
            (Condition::None(parts), Bound::Group(bounds)) => {
                Outcome::any(self.outcomes(parts, bounds)).negated()
            }
            (leaf, Bound::Leaf(slots)) => self.leaf(leaf, slots),
            _ => unreachable!("a plan binds groups to groups"),
        }
    }

    fn outcomes(&self, parts: &[Condition], bounds: &[Bound]) -> impl Iterator<Item = Outcome> {
        parts.iter().zip(bounds).map(|(part, bound)| self.outcome(part, bound))
    }

    fn leaf(&self, leaf: &Condition, slots: &[usize]) -> Outcome {
        match leaf {
            Condition::Attribute(attribute) => {
                let value = self.attributes.value(&attribute.name);
                dates::evaluate(&attribute.test, value, self.now, &self.plan.zone)
            }
            Condition::Count(count) => figures::count(count, self.slot(slots), self),
            Condition::Measure(measure) => figures::measure(measure, self.slot(slots), self),
            Condition::Sequence(sequence) => sequence::evaluate(sequence, &self.slots(slots), self),
            Condition::Member(member) => Outcome::fixed(self.memberships.contains(&member.audience)),
            Condition::All(_) | Condition::Any(_) | Condition::None(_) => {
                unreachable!("a plan binds groups to groups")
            }
        }
    }

    pub(super) fn slots(&self, slots: &[usize]) -> Vec<&'v Slot> {
        slots.iter().map(|slot| &self.plan.slots[*slot]).collect()
    }

    pub(super) fn slot(&self, slots: &[usize]) -> &'v Slot {
        &self.plan.slots[slots[0]]
    }
}

//! What is remembered of one person, kept up to date fact by fact.

use std::{collections::BTreeSet, fmt};

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    condition::AudienceId,
    plan::{Plan, Slot},
    record::{Entry, Record, Rules},
    values,
};

/// A fact as audiences see it.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    pub at: Timestamp,
    /// When it came to us: the person's clock is at least here.
    pub received_at: Timestamp,
    /// Unique in the workspace; tells the order within one microsecond.
    pub id: i64,
    /// The fact's name: `event:Order Completed`, `page.viewed`.
    pub name: &'a str,
    /// A JSON object.
    pub properties: &'a Value,
}

/// What is remembered of one person for a plan. The same events give the same state in any order, once it was pruned
/// to the same moment and unless room ran out ([`PersonState::overflowed`]); an event that comes twice counts once as long as it is remembered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PersonState {
    #[serde(rename = "p")]
    plan: u64,
    /// The clock of the person: the latest arrival of what mattered.
    #[serde(rename = "h")]
    horizon: i64,
    /// Records that hold anything, by their slots' keys, in their order.
    #[serde(rename = "s")]
    records: Vec<(u64, Record)>,
}

/// The state was made for another plan: rebuild it, or let it follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outdated;

impl fmt::Display for Outdated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the state was made for another set of audiences")
    }
}

impl std::error::Error for Outdated {}

impl PersonState {
    pub fn new(plan: &Plan) -> Self {
        Self { plan: plan.fingerprint, horizon: i64::MIN, records: Vec::new() }
    }

    /// From all facts of a person, in any order: after a merge, an un-merge, or for a new plan.
    pub fn rebuild<'e>(plan: &Plan, events: impl IntoIterator<Item = Event<'e>>) -> Self {
        let mut state = Self::new(plan);
        for event in events {
            state.take(plan, &event, None);
        }
        state
    }

    pub fn fits(&self, plan: &Plan) -> bool {
        self.plan == plan.fingerprint
    }

    /// Takes in a fact; the answer is the audiences that may have changed by it.
    pub fn observe(&mut self, plan: &Plan, event: &Event<'_>) -> Result<BTreeSet<AudienceId>, Outdated> {
        if !self.fits(plan) {
            return Err(Outdated);
        }
        Ok(self.take(plan, event, None))
    }

    /// Goes over from one plan to the next. `history` are the person's facts, at least those named by
    /// [`Plan::event_names`] of the new plan; of what both plans remember, nothing is read again.
    pub fn follow<'e>(
        &mut self,
        old: &Plan,
        new: &Plan,
        history: impl IntoIterator<Item = Event<'e>>,
    ) -> Result<(), Outdated> {
        if !self.fits(old) {
            return Err(Outdated);
        }
        let keys = |plan: &Plan| plan.slots.iter().map(|slot| slot.key).collect::<BTreeSet<u64>>();
        let (before, after) = (keys(old), keys(new));
        self.records.retain(|(key, _)| after.contains(key));
        self.plan = new.fingerprint;
        for event in history {
            self.take(new, &event, Some(&before));
        }
        Ok(())
    }

    /// Lets go what cannot matter from `now` on. Never needed for right answers; it frees room.
    pub fn prune(&mut self, plan: &Plan, now: Timestamp) {
        self.horizon = self.horizon.max(now.0);
        let horizon = Timestamp(self.horizon);
        for slot in &plan.slots {
            if let Ok(index) = self.place(slot) {
                self.records[index].1.settle(&rules(plan, slot, horizon));
            }
        }
        self.records.retain(|(_, record)| !record.is_empty());
    }

    /// No moment before this one can be asked for.
    pub fn horizon(&self) -> Timestamp {
        Timestamp(self.horizon)
    }

    /// Whether events had to be let go that may still count.
    pub fn overflowed(&self) -> bool {
        self.records.iter().any(|(_, record)| record.lost.is_some())
    }

    pub(super) fn record(&self, slot: &Slot) -> Option<&Record> {
        self.place(slot).ok().map(|index| &self.records[index].1)
    }

    fn place(&self, slot: &Slot) -> Result<usize, usize> {
        self.records.binary_search_by_key(&slot.key, |(key, _)| *key)
    }

    fn take(&mut self, plan: &Plan, event: &Event<'_>, but: Option<&BTreeSet<u64>>) -> BTreeSet<AudienceId> {
        let mut touched = BTreeSet::new();
        for slot in plan.slots_of(event.name).iter().map(|index| &plan.slots[*index]) {
            if but.is_some_and(|known| known.contains(&slot.key)) || !slot.takes(event.properties, &plan.zone)
            {
                continue;
            }
            self.horizon = self.horizon.max(event.received_at.0);
            if self.remember(plan, slot, event) {
                touched.extend(slot.audiences());
            }
        }
        touched
    }

    fn remember(&mut self, plan: &Plan, slot: &Slot, event: &Event<'_>) -> bool {
        let value = match &slot.property {
            Some(path) => match values::scalar_at(event.properties, path) {
                Some(value) => Some(value),
                None => return false,
            },
            None => None,
        };
        let place = self.place(slot);
        let index = place.unwrap_or_else(|index| {
            self.records.insert(index, (slot.key, Record::default()));
            index
        });
        let record = &mut self.records[index].1;
        let rules = rules(plan, slot, Timestamp(self.horizon));
        let changed = record.insert(Entry(event.at.0, event.id, value), &rules);
        if record.is_empty() {
            self.records.remove(index);
        }
        changed
    }
}

fn rules<'p>(plan: &'p Plan, slot: &'p Slot, horizon: Timestamp) -> Rules<'p> {
    Rules { slot, zone: &plan.zone, bounds: plan.bounds, horizon }
}

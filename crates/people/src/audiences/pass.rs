//! What follows for some persons: their memory brought up to date, their answers given, their entering and leaving
//! told. Whoever runs a pass holds the reader's cursor, so a person's memory is always of the facts up to there.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{AudienceId, Fact, FactCursor, NewFact, PersonId, Result, Timestamp};
use serde_json::{Map, Value as Json, json};
use store::{NewJob, Read, Tx};

use super::{
    Event, PersonState, Plan, View,
    store::{self as rows, Kept, Told},
};
use crate::persons::{self, Person};

/// The work that looks again when time alone may have changed something.
pub(super) const DUE: &str = "audiences.due";

/// What touched a person.
#[derive(Default)]
pub(super) struct Touched<'f> {
    /// The memory is made anew from the facts: the person was joined or parted.
    pub anew: bool,
    /// Oldest first.
    pub facts: Vec<&'f Fact>,
}

pub(super) struct Pass<'p> {
    pub plan: &'p Plan,
    /// All facts up to here are worked with this pass.
    pub through: FactCursor,
    /// The answers are those of this moment.
    pub moment: Timestamp,
    /// Why answers change that no fact of the person changed: `time`, `publication`.
    pub because: &'static str,
}

/// A change of membership.
struct Change {
    audience: AudienceId,
    person: PersonId,
    entered: bool,
    payload: Json,
}

impl Pass<'_> {
    pub fn run(&self, tx: &mut Tx<'_>, touched: &BTreeMap<PersonId, Touched<'_>>) -> Result<()> {
        let ids: Vec<PersonId> = touched.keys().copied().collect();
        let mut states = rows::states(tx, &ids)?;
        let mut memberships = rows::memberships(tx, &ids)?;
        let (mut kept, mut changes) = (Vec::with_capacity(ids.len()), Vec::new());
        let current = persons::canonical_of(tx, &ids)?;
        for person in persons::many(tx, &ids)? {
            // Merged a moment ago: the fact of it is still to be read, and hands over what is kept.
            if current.get(&person.id) != Some(&person.id) {
                continue;
            }
            let touch = &touched[&person.id];
            let state = self.remembered(tx, person.id, touch, states.remove(&person.id))?;
            let mut member_of = memberships.remove(&person.id).unwrap_or_default();
            let changes_at = self.answer(&person, &state, &mut member_of, touch, &mut changes);
            kept.push(Kept { person: person.id, state, changes_at });
        }
        rows::keep(tx, &kept)?;
        self.tell(tx, changes)
    }

    fn remembered(
        &self,
        tx: &mut Tx<'_>,
        person: PersonId,
        touch: &Touched<'_>,
        state: Option<PersonState>,
    ) -> Result<PersonState> {
        let mut state = match state {
            Some(mut state) if state.fits(self.plan) && !touch.anew => {
                for fact in &touch.facts {
                    let event = Event {
                        at: fact.at,
                        received_at: fact.received_at,
                        id: fact.cursor.seq,
                        name: &fact.name,
                        properties: properties(&fact.payload),
                    };
                    // It fits: that was looked at.
                    let _ = state.observe(self.plan, &event);
                }
                state
            }
            _ => from_history(tx, self.plan, person, Some(self.through))?,
        };
        state.prune(self.plan, self.moment);
        Ok(state)
    }

    /// Asks all audiences, notes what changed, and says when to ask again.
    fn answer(
        &self,
        person: &Person,
        state: &PersonState,
        member_of: &mut BTreeSet<AudienceId>,
        touch: &Touched<'_>,
        changes: &mut Vec<Change>,
    ) -> Option<Timestamp> {
        let attributes = attributes(person);
        let mut changes_at: Option<Timestamp> = None;
        for audience in self.plan.audiences() {
            let view = View::new(self.plan, state, self.moment, &attributes, member_of);
            let outcome = view.ok().and_then(|view| view.evaluate(audience));
            let Some(outcome) = outcome else { continue };
            if outcome.holds != member_of.contains(&audience) {
                if outcome.holds {
                    member_of.insert(audience);
                } else {
                    member_of.remove(&audience);
                }
                let payload = self.reason(touch);
                changes.push(Change { audience, person: person.id, entered: outcome.holds, payload });
            }
            // A guess may be early, but asking never stands still.
            let next = outcome.changes_at.map(|at| at.max(self.moment + std::time::Duration::from_micros(1)));
            changes_at = [changes_at, next].into_iter().flatten().min();
        }
        changes_at
    }

    fn reason(&self, touch: &Touched<'_>) -> Json {
        let joined = touch.facts.iter().rfind(|fact| joins_or_parts(&fact.name));
        match joined.or(touch.facts.last()) {
            Some(fact) if joined.is_some() => json!({ "because": fact.name }),
            Some(fact) => json!({ "because": "fact", "fact": fact.name, "seq": fact.cursor.seq }),
            None => json!({ "because": self.because }),
        }
    }

    fn tell(&self, tx: &mut Tx<'_>, changes: Vec<Change>) -> Result<()> {
        let entered: Vec<_> =
            changes.iter().filter(|change| change.entered).map(|one| (one.audience, one.person)).collect();
        rows::enter(tx, &entered, self.moment)?;
        let mut left: BTreeMap<AudienceId, Vec<PersonId>> = BTreeMap::new();
        let mut counts: BTreeMap<AudienceId, i64> = BTreeMap::new();
        for change in &changes {
            *counts.entry(change.audience).or_default() += if change.entered { 1 } else { -1 };
            if !change.entered {
                left.entry(change.audience).or_default().push(change.person);
            }
        }
        for (audience, persons) in left {
            rows::leave(tx, audience, &persons)?;
        }
        for (audience, change) in counts {
            rows::count(tx, audience, change)?;
        }
        let facts = changes.into_iter().map(|change| {
            let name = if change.entered { "audience.entered" } else { "audience.left" };
            let mut payload = change.payload;
            payload["audience"] = json!(change.audience);
            NewFact::new(name).person(change.person).at(self.moment).payload(payload)
        });
        tx.record_all(facts.collect())
    }
}

/// What it sets off is no deed of the person.
pub(super) fn joins_or_parts(fact: &str) -> bool {
    matches!(fact, "person.merged" | "person.separated")
}

/// Has the program look again at the next moment at which time alone may change something.
pub(super) fn wake_when_due(tx: &mut Tx<'_>) -> Result<()> {
    match rows::next_due(tx)? {
        Some(next) => tx.enqueue(NewJob::new(DUE, Json::Null).at(next).key(DUE)),
        None => Ok(()),
    }
}

/// The memory of a person made from their facts, up to a place in the log.
pub(super) fn from_history(
    read: &mut Read<'_>,
    plan: &Plan,
    person: PersonId,
    through: Option<FactCursor>,
) -> Result<PersonState> {
    let names: Vec<&str> = plan.event_names().collect();
    if names.is_empty() {
        return Ok(PersonState::new(plan));
    }
    let homes = persons::component(read, person)?;
    let told = rows::history(read, &homes, &names, through)?;
    Ok(PersonState::rebuild(plan, told.iter().map(event)))
}

fn event(told: &Told) -> Event<'_> {
    Event {
        at: told.at,
        received_at: told.received_at,
        id: told.seq,
        name: &told.name,
        properties: properties(&told.payload),
    }
}

/// What a program of the customer's said of an event; of our own facts, all they say.
fn properties(payload: &Json) -> &Json {
    payload.get("properties").unwrap_or(payload)
}

/// What is true of a person now, by name.
pub(super) fn attributes(person: &Person) -> Map<String, Json> {
    let mut all = person.traits.clone();
    let mut set = |name: &str, value: Option<Json>| {
        if let Some(value) = value {
            all.insert(name.to_owned(), value);
        }
    };
    set("name", person.name.as_ref().map(|name| json!(name)));
    set("locale", person.locale.as_ref().map(|locale| json!(locale)));
    set("email", person.email.as_ref().map(|email| json!(email)));
    set("phone", person.phone.as_ref().map(|phone| json!(phone)));
    set("created_at", Some(json!(person.created_at)));
    set("inbox.conversations", Some(json!(person.conversation_count)));
    set("inbox.open_conversations", Some(json!(person.open_conversations)));
    all
}

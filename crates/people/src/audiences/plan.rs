//! What must be remembered of one person for a set of audiences, each thing once however many audiences ask for it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
};

use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;

use super::{
    condition::{AudienceId, Condition, EventFilter, Figure, Sequence, StepKind, Times, Window},
    limits::Invalid,
    values,
    window::Frame,
};

/// Goes up when the state's form or meaning changes: every state is then rebuilt.
const VERSION: u8 = 1;

/// How much may be remembered of one person in one slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Bounds {
    /// Events in a slot; beyond, the oldest are let go and the outcome is marked incomplete.
    pub entries: usize,
    /// Events of a window without end that are known one by one; older ones live on in their sum.
    pub unfolded: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { entries: 2_000, unfolded: 100 }
    }
}

/// The audiences of a workspace, compiled. Cheap to use, made anew when an audience or the time zone changes.
#[derive(Debug)]
pub struct Plan {
    pub(super) zone: TimeZone,
    pub(super) bounds: Bounds,
    pub(super) slots: Vec<Slot>,
    pub(super) fingerprint: u64,
    audiences: Vec<Planned>,
    index: HashMap<AudienceId, usize>,
    by_event: HashMap<String, Vec<usize>>,
    by_attribute: HashMap<String, BTreeSet<AudienceId>>,
    by_member: HashMap<AudienceId, BTreeSet<AudienceId>>,
}

#[derive(Debug)]
pub(super) struct Planned {
    pub id: AudienceId,
    pub condition: Condition,
    pub bound: Bound,
}

/// The slots of a condition's leaves, in the shape of the condition.
#[derive(Debug)]
pub(super) enum Bound {
    Group(Vec<Self>),
    Leaf(Vec<usize>),
}

/// Something to be remembered: the events of a filter within a window.
#[derive(Debug)]
pub(super) struct Slot {
    /// The same in every plan in which the slot means the same.
    pub key: u64,
    pub filter: EventFilter,
    pub frame: Frame,
    /// The property whose value is kept with each event.
    pub property: Option<String>,
    pub keep: Keep,
    audiences: BTreeSet<AudienceId>,
}

/// Which events of the window matter.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub(super) enum Keep {
    Newest(usize),
    All,
    /// The newest of each value.
    Distinct,
    /// Those beyond the newest add up to a few figures; only in windows that nothing leaves.
    Folded,
}

impl Keep {
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Newest(a), Self::Newest(b)) => Self::Newest(a.max(b)),
            (Self::Newest(_), wider) => wider,
            (wider, _) => wider,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PlanError {
    Invalid(AudienceId, Invalid),
    Twice(AudienceId),
    /// The audience is, by way of others, a condition of itself.
    Cycle(AudienceId),
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(id, invalid) => write!(f, "audience {id}: {invalid}"),
            Self::Twice(id) => write!(f, "audience {id} is there twice"),
            Self::Cycle(id) => write!(f, "audience {id} depends on itself"),
        }
    }
}

impl std::error::Error for PlanError {}

impl Plan {
    /// `zone` is the workspace's: calendar windows and dates are meant in it.
    pub fn of(zone: TimeZone, audiences: &[(AudienceId, Condition)]) -> Result<Self, PlanError> {
        Self::bounded(zone, audiences, Bounds::default())
    }

    pub fn bounded(
        zone: TimeZone,
        audiences: &[(AudienceId, Condition)],
        bounds: Bounds,
    ) -> Result<Self, PlanError> {
        let sorted = in_order(audiences)?;
        let mut gathered = Gathered { zone: &zone, slots: Vec::new(), known: HashMap::new() };
        let (mut planned, mut by_attribute, mut by_member) = (Vec::new(), HashMap::new(), HashMap::new());
        for (id, condition) in sorted {
            condition.check().map_err(|invalid| PlanError::Invalid(id, invalid))?;
            let bound = gathered.bind(id, condition);
            note(condition, id, &mut by_attribute, &mut by_member);
            planned.push(Planned { id, condition: condition.clone(), bound });
        }
        let mut slots = gathered.slots;
        for slot in &mut slots {
            slot.key = slot.fingerprint(&zone, bounds);
        }
        let mut by_event: HashMap<String, Vec<usize>> = HashMap::new();
        for (index, slot) in slots.iter().enumerate() {
            by_event.entry(slot.filter.name.clone()).or_default().push(index);
        }
        let index = planned.iter().enumerate().map(|(index, one)| (one.id, index)).collect();
        let fingerprint = fingerprint_of(&slots);
        Ok(Self {
            zone,
            bounds,
            slots,
            fingerprint,
            audiences: planned,
            index,
            by_event,
            by_attribute,
            by_member,
        })
    }

    /// All audiences, each after those that it names: evaluate in this order.
    pub fn audiences(&self) -> impl Iterator<Item = AudienceId> {
        self.audiences.iter().map(|planned| planned.id)
    }

    /// The facts that matter to any of the audiences.
    pub fn event_names(&self) -> impl Iterator<Item = &str> {
        self.by_event.keys().map(String::as_str)
    }

    /// Audiences to evaluate anew when a person's value changed.
    pub fn by_attribute(&self, name: &str) -> impl Iterator<Item = AudienceId> {
        self.by_attribute.get(name).into_iter().flatten().copied()
    }

    /// Audiences to evaluate anew when a person entered or left an audience.
    pub fn by_member(&self, audience: AudienceId) -> impl Iterator<Item = AudienceId> {
        self.by_member.get(&audience).into_iter().flatten().copied()
    }

    pub fn condition(&self, audience: AudienceId) -> Option<&Condition> {
        self.planned(audience).map(|planned| &planned.condition)
    }

    pub(super) fn planned(&self, audience: AudienceId) -> Option<&Planned> {
        self.index.get(&audience).map(|index| &self.audiences[*index])
    }

    /// The slots an event belongs to, but for its properties.
    pub(super) fn slots_of(&self, event: &str) -> &[usize] {
        self.by_event.get(event).map_or(&[], Vec::as_slice)
    }
}

impl Slot {
    pub fn takes(&self, properties: &Value, zone: &TimeZone) -> bool {
        values::passes(&self.filter, properties, zone)
    }

    pub fn audiences(&self) -> impl Iterator<Item = AudienceId> {
        self.audiences.iter().copied()
    }

    fn fingerprint(&self, zone: &TimeZone, bounds: Bounds) -> u64 {
        let zone = zone.iana_name().unwrap_or("?");
        hash(&(VERSION, zone, bounds, &self.filter, self.frame, &self.property, self.keep))
    }
}

fn fingerprint_of(slots: &[Slot]) -> u64 {
    let mut keys: Vec<u64> = slots.iter().map(|slot| slot.key).collect();
    keys.sort_unstable();
    hash(&(VERSION, keys))
}

/// FNV-1a of the JSON: the same on every machine and in every build.
fn hash(value: &impl Serialize) -> u64 {
    let json = serde_json::to_vec(value).expect("plain values are JSON");
    json.iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Slots while they are gathered, found again by what they mean.
struct Gathered<'z> {
    zone: &'z TimeZone,
    slots: Vec<Slot>,
    known: HashMap<String, usize>,
}

impl Gathered<'_> {
    fn bind(&mut self, id: AudienceId, condition: &Condition) -> Bound {
        match condition {
            Condition::All(parts) | Condition::Any(parts) | Condition::None(parts) => {
                Bound::Group(parts.iter().map(|part| self.bind(id, part)).collect())
            }
            Condition::Attribute(_) | Condition::Member(_) => Bound::Leaf(Vec::new()),
            Condition::Count(count) => {
                let keep = Keep::Newest(needed(count.times));
                let frame = Frame::of(&count.window, self.zone);
                Bound::Leaf(vec![self.slot(id, &count.of, frame, None, keep)])
            }
            Condition::Measure(measure) => {
                let frame = Frame::of(&measure.window, self.zone);
                let keep = kept_for(measure.figure, frame);
                Bound::Leaf(vec![self.slot(id, &measure.of, frame, Some(&measure.property), keep)])
            }
            Condition::Sequence(sequence) => Bound::Leaf(self.bind_steps(id, sequence)),
        }
    }

    fn bind_steps(&mut self, id: AudienceId, sequence: &Sequence) -> Vec<usize> {
        let frame = step_frames(&sequence.window, self.zone, sequence);
        sequence
            .steps
            .iter()
            .map(|step| {
                let frame = if step.kind == StepKind::Did { frame.did } else { frame.did_not };
                self.slot(id, &step.of, frame, None, Keep::All)
            })
            .collect()
    }

    fn slot(
        &mut self,
        id: AudienceId,
        filter: &EventFilter,
        frame: Frame,
        property: Option<&str>,
        keep: Keep,
    ) -> usize {
        let distinct = keep == Keep::Distinct;
        let meaning =
            serde_json::to_string(&(filter, frame, property, distinct)).expect("plain values are JSON");
        let index = *self.known.entry(meaning).or_insert_with(|| {
            let (filter, property) = (filter.clone(), property.map(str::to_owned));
            self.slots.push(Slot { key: 0, filter, frame, property, keep, audiences: BTreeSet::new() });
            self.slots.len() - 1
        });
        let slot = &mut self.slots[index];
        slot.keep = slot.keep.with(keep);
        slot.audiences.insert(id);
        index
    }
}

/// So many of the newest tell whether the number is reached, or exceeded.
fn needed(times: Times) -> usize {
    let needed = match times {
        Times::AtLeast(n) => n,
        Times::AtMost(n) | Times::Exactly(n) => n.saturating_add(1),
    };
    needed.max(1) as usize
}

fn kept_for(figure: Figure, frame: Frame) -> Keep {
    match figure {
        Figure::Last => Keep::Newest(1),
        Figure::Unique => Keep::Distinct,
        _ if frame.is_for_ever() => Keep::Folded,
        _ => Keep::All,
    }
}

pub(super) struct StepFrames {
    pub did: Frame,
    /// What must not happen may happen after the window's end, as long as its step lasts.
    pub did_not: Frame,
}

pub(super) fn step_frames(window: &Window, zone: &TimeZone, sequence: &Sequence) -> StepFrames {
    let did = Frame::of(window, zone);
    let not = sequence.steps.iter().filter(|step| step.kind == StepKind::DidNot);
    let longest: i64 = not.filter_map(|step| step.within).map(|within| within.micros()).sum();
    StepFrames { did, did_not: did.followed_by(longest) }
}

fn note(
    condition: &Condition,
    id: AudienceId,
    by_attribute: &mut HashMap<String, BTreeSet<AudienceId>>,
    by_member: &mut HashMap<AudienceId, BTreeSet<AudienceId>>,
) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) | Condition::None(parts) => {
            parts.iter().for_each(|part| note(part, id, by_attribute, by_member));
        }
        Condition::Attribute(attribute) => {
            by_attribute.entry(attribute.name.clone()).or_default().insert(id);
        }
        Condition::Member(member) => {
            by_member.entry(member.audience).or_default().insert(id);
        }
        _ => {}
    }
}

type Named<'a> = BTreeMap<AudienceId, &'a Condition>;

/// Each audience after those it names.
fn in_order(audiences: &[(AudienceId, Condition)]) -> Result<Vec<(AudienceId, &Condition)>, PlanError> {
    let mut named = Named::new();
    for (id, condition) in audiences {
        if named.insert(*id, condition).is_some() {
            return Err(PlanError::Twice(*id));
        }
    }
    let (mut sorted, mut done) = (Vec::new(), BTreeMap::new());
    for (id, _) in audiences {
        visit(*id, &named, &mut done, &mut sorted)?;
    }
    Ok(sorted)
}

fn visit<'a>(
    id: AudienceId,
    named: &Named<'a>,
    done: &mut BTreeMap<AudienceId, bool>,
    sorted: &mut Vec<(AudienceId, &'a Condition)>,
) -> Result<(), PlanError> {
    let Some(condition) = named.get(&id) else { return Ok(()) };
    match done.insert(id, false) {
        Some(true) => {
            done.insert(id, true);
            return Ok(());
        }
        Some(false) => return Err(PlanError::Cycle(id)),
        None => {}
    }
    for member in condition.members() {
        visit(member, named, done, sorted)?;
    }
    done.insert(id, true);
    sorted.push((id, condition));
    Ok(())
}

impl Condition {
    /// The audiences it names: where a use of them is looked for before an edit.
    /// The facts it looks at.
    pub fn event_names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.gather_names(&mut names);
        names
    }

    fn gather_names<'c>(&'c self, names: &mut BTreeSet<&'c str>) {
        match self {
            Self::All(parts) | Self::Any(parts) | Self::None(parts) => {
                parts.iter().for_each(|part| part.gather_names(names));
            }
            Self::Count(count) => drop(names.insert(&count.of.name)),
            Self::Measure(measure) => drop(names.insert(&measure.of.name)),
            Self::Sequence(sequence) => {
                names.extend(sequence.steps.iter().map(|step| step.of.name.as_str()));
            }
            Self::Attribute(_) | Self::Member(_) => {}
        }
    }

    pub fn members(&self) -> BTreeSet<AudienceId> {
        match self {
            Self::All(parts) | Self::Any(parts) | Self::None(parts) => {
                parts.iter().flat_map(Self::members).collect()
            }
            Self::Member(member) => BTreeSet::from([member.audience]),
            _ => BTreeSet::new(),
        }
    }
}

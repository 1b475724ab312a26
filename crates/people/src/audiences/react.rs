//! How audiences live: they read every fact, once, and time wakes them when nothing happens.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::tz::TimeZone;
use kernel::{Code, Error, Fact, PersonId, Result, Timestamp, WorkspaceId};
use store::{Db, Job, Jobs, NewJob, React, Reactor, Read, Tx, facts_after, hold_cursor};

use super::{
    Fill, Plan,
    pass::{DUE, Pass, Touched, joins_or_parts, wake_when_due},
    store as rows,
};
use crate::{access::workspace, persons};

const NAME: &str = "audiences";
pub(super) const FILL: &str = "audiences.fill";
/// Persons looked at in one transaction.
const PORTION: usize = 500;
/// How long to wait for facts that are there but may not be read yet.
const SOON: Duration = Duration::from_millis(20);

/// Facts that change what is true of a person.
const ABOUT_PERSONS: [&str; 7] = [
    "person.created",
    "person.changed",
    "person.described",
    "person.identified",
    "person.merged",
    "person.separated",
    "person.aliased",
];

/// The plans in use, by workspace: compiled once for each version and time zone.
#[derive(Clone, Default)]
struct Plans(Arc<Mutex<HashMap<WorkspaceId, Compiled>>>);

#[derive(Clone)]
struct Compiled {
    version: i64,
    zone: String,
    plan: Arc<Plan>,
}

impl Plans {
    /// `None` when no audience lives.
    fn of(&self, read: &mut Read<'_>) -> Result<Option<(Fill, Arc<Plan>)>> {
        let fill = rows::fill(read)?;
        if fill.version == 0 {
            return Ok(None);
        }
        let (id, zone) = (read.workspace(), workspace::get(read)?.time_zone);
        let known = self.0.lock().expect("no panic while held").get(&id).cloned();
        let compiled = match known {
            Some(known) if known.version == fill.version && known.zone == zone => known,
            _ => {
                let plan = Arc::new(compile(read, &zone)?);
                let compiled = Compiled { version: fill.version, zone, plan };
                self.0.lock().expect("no panic while held").insert(id, compiled.clone());
                compiled
            }
        };
        let lives = compiled.plan.audiences().next().is_some();
        Ok(lives.then_some((fill, compiled.plan)))
    }
}

/// The live audiences as one plan.
pub(super) fn compile(read: &mut Read<'_>, zone: &str) -> Result<Plan> {
    let live = rows::list(read)?.into_iter().filter(|audience| audience.live);
    let conditions: Vec<_> = live.map(|audience| (audience.id, audience.condition)).collect();
    Plan::of(zone_of(zone)?, &conditions).map_err(Error::internal)
}

pub(super) fn zone_of(name: &str) -> Result<TimeZone> {
    TimeZone::get(name).map_err(Error::internal)
}

/// The reader of facts.
pub fn reactors() -> Vec<Reactor> {
    let plans = Plans::default();
    vec![Reactor {
        name: NAME,
        react: React::Batch(Arc::new(move |tx: &mut Tx<'_>, facts: &[&Fact]| react(tx, &plans, facts))),
    }]
}

fn react(tx: &mut Tx<'_>, plans: &Plans, facts: &[&Fact]) -> Result<()> {
    let Some((_, plan)) = plans.of(tx)? else { return Ok(()) };
    let Some(last) = facts.last() else { return Ok(()) };
    // Never ahead of now: the clock may have been set back since a fact came, or another node's may be fast.
    let moment = facts.iter().map(|fact| fact.received_at).fold(last.received_at, Ord::max).min(tx.now());
    let touched = touched(tx, &plan, facts)?;
    if !touched.is_empty() {
        Pass { plan: &plan, through: last.cursor, moment, because: "fact" }.run(tx, &touched)?;
    }
    // A new number for the set; after the plan was taken, so that none is remembered by a number that may be taken back.
    if facts.iter().any(|fact| fact.name == "workspace.changed") {
        look_at_everybody(tx)?;
    }
    // Also for what was due, and waited until these facts were read.
    wake_when_due(tx)
}

/// The persons that these facts may move.
fn touched<'f>(tx: &mut Tx<'_>, plan: &Plan, facts: &[&'f Fact]) -> Result<BTreeMap<PersonId, Touched<'f>>> {
    let names: std::collections::HashSet<&str> = plan.event_names().collect();
    let inbox = ["inbox.conversations", "inbox.open_conversations"];
    let sees_inbox = inbox.iter().any(|name| plan.by_attribute(name).next().is_some());
    let moves = |fact: &Fact| {
        names.contains(fact.name.as_str())
            || ABOUT_PERSONS.contains(&fact.name.as_str())
            || (sees_inbox && fact.name.starts_with("conversation."))
    };
    let moving: Vec<(PersonId, &Fact)> =
        facts.iter().filter(|fact| moves(fact)).filter_map(|fact| Some((fact.person?, *fact))).collect();
    let mut ids: Vec<PersonId> = moving
        .iter()
        .flat_map(|(id, fact)| [*id].into_iter().chain(merged(fact)).chain(left(fact)))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let canonical = persons::canonical_of(tx, &ids)?;
    let mut touched: BTreeMap<PersonId, Touched<'f>> = BTreeMap::new();
    for (id, fact) in moving {
        let Some(person) = canonical.get(&id) else { continue };
        let touch = touched.entry(*person).or_default();
        touch.facts.push(fact);
        touch.anew |= joins_or_parts(&fact.name);
        // Of those it was parted from, nothing else tells.
        for other in left(fact).iter().filter_map(|id| canonical.get(id)) {
            let other = touched.entry(*other).or_default();
            other.facts.push(fact);
            other.anew = true;
        }
        if let Some(loser) = merged(fact).filter(|loser| loser != person) {
            // Parted again since: then it is a person of its own, and keeps what is its own.
            if canonical.get(&loser) != Some(&loser) {
                rows::hand_over(tx, loser, *person)?;
            }
        }
    }
    Ok(touched)
}

/// Those that a person was parted from.
fn left(fact: &Fact) -> Vec<PersonId> {
    let from = || serde_json::from_value(fact.payload["from"].clone()).ok();
    (fact.name == "person.separated").then(from).flatten().unwrap_or_default()
}

fn merged(fact: &Fact) -> Option<PersonId> {
    (fact.name == "person.merged").then(|| serde_json::from_value(fact.payload["merged"].clone()).ok())?
}

/// Keeps all passes waiting until the commit. What changes audiences does it before it writes: a pass holds its place
/// first, too.
pub(super) fn hold_passes(tx: &mut Tx<'_>) -> Result<()> {
    hold_cursor(tx, NAME).map(drop)
}

/// The set of live audiences, or what a day is, has changed: everybody is asked again.
pub(super) fn look_at_everybody(tx: &mut Tx<'_>) -> Result<()> {
    // So that no pass under way writes what the old set says.
    hold_passes(tx)?;
    let before = rows::fill(tx)?;
    if before.version == 0 && !rows::list(tx)?.iter().any(|audience| audience.live) {
        return Ok(());
    }
    let fill = Fill { version: before.version + 1, to: None, done: false };
    rows::set_fill(tx, &fill)?;
    tx.enqueue(NewJob::new(FILL, serde_json::json!({ "version": fill.version })).key(FILL))
}

/// The work that time and edits ask for.
pub fn jobs(jobs: Jobs, db: &Db) -> Jobs {
    let plans = Plans::default();
    let (fill_db, fill_plans, due_db) = (db.clone(), plans.clone(), db.clone());
    jobs.on(FILL, move |job: Job| {
        let (db, plans) = (fill_db.clone(), fill_plans.clone());
        async move { Ok(db.write(&job.caller(), move |tx| fill(tx, &plans, &job)).await?) }
    })
    .on(DUE, move |job: Job| {
        let (db, plans) = (due_db.clone(), plans.clone());
        async move { Ok(db.write(&job.caller(), move |tx| due(tx, &plans, &job)).await?) }
    })
}

/// Looks at the next portion of people for a new set of audiences.
fn fill(tx: &mut Tx<'_>, plans: &Plans, job: &Job) -> Result<()> {
    job.finish(tx)?;
    let through = hold_cursor(tx, NAME)?;
    let Some((fill, plan)) = plans.of(tx)? else { return Ok(()) };
    if job.payload["version"] != fill.version || fill.done {
        return Ok(());
    }
    let ids = rows::persons_after(tx, fill.to, PORTION)?;
    let moment = moment(tx)?.unwrap_or_else(|| tx.now());
    let touched: BTreeMap<_, _> = ids.iter().map(|id| (*id, Touched::default())).collect();
    Pass { plan: &plan, through, moment, because: "publication" }.run(tx, &touched)?;
    let done = ids.len() < PORTION;
    rows::set_fill(tx, &Fill { to: ids.last().copied().or(fill.to), done, ..fill })?;
    wake_when_due(tx)?;
    if done {
        return Ok(());
    }
    tx.enqueue(NewJob::new(FILL, job.payload.clone()).key(FILL))
}

/// Looks at those whose answers time alone may have changed.
fn due(tx: &mut Tx<'_>, plans: &Plans, job: &Job) -> Result<()> {
    job.finish(tx)?;
    let through = hold_cursor(tx, NAME)?;
    let Some((_, plan)) = plans.of(tx)? else { return Ok(()) };
    let Some(moment) = moment(tx)? else { return again_soon(tx) };
    let ids = rows::due(tx, moment, PORTION)?;
    let touched: BTreeMap<_, _> = ids.iter().map(|id| (*id, Touched::default())).collect();
    Pass { plan: &plan, through, moment, because: "time" }.run(tx, &touched)?;
    // Facts that wait to be read may be older than what is due: they come first.
    let is_behind = moment < tx.now() && rows::next_due(tx)?.is_some_and(|next| next <= tx.now());
    if is_behind { again_soon(tx) } else { wake_when_due(tx) }
}

fn again_soon(tx: &mut Tx<'_>) -> Result<()> {
    let at = tx.now() + SOON;
    tx.enqueue(NewJob::new(DUE, serde_json::Value::Null).at(at).key(DUE))
}

/// Up to when all is known: now, or the arrival of the first fact not yet read. None: facts may come before.
fn moment(tx: &mut Tx<'_>) -> Result<Option<Timestamp>> {
    let from = hold_cursor(tx, NAME)?;
    let waiting = facts_after(tx, from, 1)?;
    if waiting.held_back {
        return Ok(None);
    }
    let now = tx.now();
    Ok(Some(waiting.items.first().map_or(now, |fact| fact.received_at.min(now))))
}

/// A condition of an audience that is about to live, together with those that live already.
pub(super) fn check_together(read: &mut Read<'_>, zone: &str, with: &super::Audience) -> Result<()> {
    let others = rows::list(read)?.into_iter().filter(|other| other.live && other.id != with.id);
    let all: Vec<_> = others.chain([with.clone()]).map(|one| (one.id, one.condition)).collect();
    Plan::of(zone_of(zone)?, &all)
        .map(drop)
        .map_err(|problem| Error::new(Code::Invalid).field("condition").detail(problem.to_string()))
}

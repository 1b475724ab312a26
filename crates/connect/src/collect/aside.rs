//! Calls that the tracking plan set aside: kept whole, and worked after all when somebody says so.

use ::store::{Read, Row, Tx, params};
use kernel::{Actor, Caller, Error, KeyId, NewFact, Result, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Call, CallKind, Collection, Refusal,
    actions::{Told, Work, shown},
    recent::{CallOutcome, SeenCall},
    store,
};
use crate::plan::{Mode, Rule, Violation};

/// Calls looked at in one transaction.
const PORTION: usize = 200;
/// Events and calls that are counted.
const MOST_EVENTS: usize = 100;
const MOST_COUNTED: usize = 1_000;

/// A call as it waits.
#[derive(Serialize, Deserialize)]
struct Kept {
    call: Call,
    warnings: Vec<String>,
}

/// How a call that was set aside is spoken of to whoever sent it.
pub(super) fn refusal(violations: &[Violation]) -> Refusal {
    let first = violations.first();
    match first.map(|one| one.rule) {
        Some(Rule::Unplanned) => {
            Refusal::new("unplanned_event", "The event is not in the tracking plan; the call is kept.")
        }
        Some(Rule::Retired) => {
            Refusal::new("retired_event", "The tracking plan has retired the event; the call is kept.")
        }
        _ => {
            let property = first.map(|one| one.property.as_str()).unwrap_or_default();
            Refusal::new(
                "plan_violation",
                format!("Not as the tracking plan says: {property}; the call is kept."),
            )
        }
    }
}

/// Keeps a call until somebody has it worked; gives where.
pub(super) fn keep(tx: &mut Tx<'_>, key: KeyId, call: &Call, violations: &[Violation]) -> Result<Uuid> {
    let (workspace, now, id) = (tx.workspace(), tx.now(), Uuid::now_v7());
    let refusal = refusal(violations);
    let warnings = call.warnings.iter().map(|text| (*text).to_owned()).collect();
    let kept = json!(Kept { call: call.clone(), warnings });
    let event = call.planned_name();
    tx.execute(
        "INSERT INTO refused_calls (workspace_id, id, key_id, received_at, code, message, body, waiting, kind, event,
                                    violations, call, message_id)
         VALUES ($1, $2, $3, $4, $5, $6, '', 1, $7, $8, $9, $10, $11)",
        params![
            workspace,
            id.as_bytes().to_vec(),
            key,
            now,
            refusal.code,
            &refusal.message,
            call.kind.as_str(),
            event.as_ref(),
            &json!(violations),
            &kept,
            &call.message_id
        ],
    )?;
    Ok(id)
}

/// What was sent, from the row of a call that was set aside; none when it cannot be read.
pub(super) fn body_of(kept: &str) -> Option<Json> {
    let kept: Kept = serde_json::from_str(kept).ok()?;
    Some(super::actions::as_sent(&kept.call))
}

/// Why a call that was kept cannot be worked, whatever the plan says.
pub(super) fn unreadable() -> Refusal {
    Refusal::new("unreadable", "The call was kept, but cannot be read any more.")
}

fn known() -> Refusal {
    Refusal::new("duplicate", "The call came again meanwhile, and is known.")
}

/// Calls of one event that wait.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct WaitingCalls {
    pub kind: CallKind,
    pub event: String,
    /// At most 1,000 are counted.
    pub count: i64,
    #[schema(value_type = String, format = "date-time")]
    pub oldest: Timestamp,
}

/// What waits, event by event, those that the plan knows first; and whether more waits than is told. From one event to the
/// next along the index: however many calls wait, few are looked at.
pub fn waiting(read: &mut Read<'_>) -> Result<(Vec<WaitingCalls>, bool)> {
    let mut names = planned_that_wait(read)?;
    for name in all_that_wait(read)? {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let has_more = names.len() > MOST_EVENTS;
    names.truncate(MOST_EVENTS);
    let workspace = read.workspace();
    let count = "SELECT received_at FROM refused_calls
                 WHERE workspace_id = $1 AND waiting = 1 AND kind = $2 AND event = $3 ORDER BY received_at, id LIMIT $4";
    let mut found = Vec::new();
    for (kind, event) in names {
        let calls = read.rows(count, params![workspace, kind.as_str(), &event, MOST_COUNTED])?;
        let Some(oldest) = calls.first() else { continue };
        let count = i64::try_from(calls.len()).unwrap_or(i64::MAX);
        found.push(WaitingCalls { kind, event, count, oldest: oldest.get(0)? });
    }
    Ok((found, has_more))
}

type Named = (CallKind, String);

fn planned_that_wait(read: &mut Read<'_>) -> Result<Vec<Named>> {
    let workspace = read.workspace();
    let sql = "SELECT kind, name FROM planned_events WHERE workspace_id = $1 AND EXISTS (SELECT 1 FROM refused_calls
                   WHERE refused_calls.workspace_id = $1 AND refused_calls.waiting = 1
                     AND refused_calls.kind = planned_events.kind AND refused_calls.event = planned_events.name)
               ORDER BY kind, name LIMIT $2";
    let rows = read.rows(sql, params![workspace, MOST_EVENTS + 1])?;
    rows.iter().map(|row| Ok((kind(row, 0)?, row.get(1)?))).collect()
}

/// In the order of the index, one more than are told.
fn all_that_wait(read: &mut Read<'_>) -> Result<Vec<Named>> {
    let workspace = read.workspace();
    let next = "SELECT kind, event FROM refused_calls
                WHERE workspace_id = $1 AND waiting = 1 AND (kind, event) > ($2, $3) ORDER BY kind, event LIMIT 1";
    let mut found: Vec<Named> = Vec::new();
    while found.len() <= MOST_EVENTS {
        let (kind_before, event_before) =
            found.last().map_or(("", ""), |(kind, event)| (kind.as_str(), event.as_str()));
        let Some(row) = read.row(next, params![workspace, kind_before, event_before])? else { break };
        found.push((kind(&row, 0)?, row.get(1)?));
    }
    Ok(found)
}

fn kind(row: &Row, index: usize) -> Result<CallKind> {
    let kind: String = row.get(index)?;
    CallKind::parse(&kind).ok_or_else(|| kernel::Error::internal("a kind of call"))
}

/// Which calls are to be worked.
#[derive(Clone, Debug)]
pub(super) enum Which {
    These(Vec<Uuid>),
    /// All of an event, after a place.
    Event {
        kind: CallKind,
        event: String,
        after: Option<(Timestamp, Uuid)>,
    },
}

/// What became of calls that waited.
#[derive(Clone, Default, Debug)]
pub(super) struct Replayed {
    /// Those that were worked and those that were refused.
    pub seen: Vec<SeenCall>,
    pub worked: usize,
    /// They cannot be facts; each has its reason in its row and waits no more.
    pub refused: usize,
    /// Still not as planned.
    pub kept: usize,
    /// Where to go on.
    pub next: Option<(Timestamp, Uuid)>,
}

struct Waiting {
    id: Uuid,
    key: KeyId,
    received_at: Timestamp,
    /// None when it cannot be read.
    kept: Option<Kept>,
}

/// Works calls that were set aside and are as planned now, or that the plan lets pass now; each once, however many ask.
pub(super) fn replay(tx: &mut Tx<'_>, collection: &Collection, which: &Which) -> Result<Replayed> {
    let found = find(tx, which)?;
    let mut replayed = Replayed::default();
    if let (Which::Event { .. }, true) = (which, found.len() == PORTION) {
        replayed.next = found.last().map(|last| (last.received_at, last.id));
    }
    for waiting in &found {
        match work(tx, collection, waiting)? {
            Outcome::Worked(seen) => {
                replayed.worked += 1;
                replayed.seen.push(*seen);
            }
            Outcome::Refused(seen) => {
                replayed.refused += 1;
                replayed.seen.extend(seen.map(|seen| *seen));
            }
            Outcome::Kept => replayed.kept += 1,
            Outcome::Gone => {}
        }
    }
    if replayed.worked + replayed.refused > 0 {
        let payload =
            json!({ "worked": replayed.worked, "refused": replayed.refused, "kept": replayed.kept });
        tx.record(NewFact::new("calls.replayed").payload(payload))?;
    }
    Ok(replayed)
}

enum Outcome {
    Worked(Box<SeenCall>),
    Refused(Option<Box<SeenCall>>),
    Kept,
    /// Somebody else was faster.
    Gone,
}

fn work(tx: &mut Tx<'_>, collection: &Collection, waiting: &Waiting) -> Result<Outcome> {
    let Some(Kept { call, warnings }) = &waiting.kept else {
        return close(tx, waiting, &unreadable(), None);
    };
    let judgement = collection.plans.of(tx)?.judge(call);
    if judgement.as_ref().is_some_and(|judgement| judgement.mode == Mode::SetAside) {
        return Ok(Outcome::Kept);
    }
    if !take(tx, waiting.id)? {
        return Ok(Outcome::Gone);
    }
    if !store::is_still_the_first(tx, waiting.key, &call.message_id, waiting.received_at)? {
        return close(tx, waiting, &known(), Some(call));
    }
    let marks =
        judgement.filter(|judgement| judgement.mode == Mode::Warn).map(|judgement| judgement.violations);
    let told = Told {
        received_at: waiting.received_at,
        warnings: warnings.clone(),
        violations: marks.unwrap_or_default(),
    };
    // One call that fails must not hold back those beside it.
    let seen = tx.savepoint(|tx| fact_of(tx, collection, waiting.key, call, told));
    let refusal = match seen {
        Ok(SeenCall { refusal: Some(refusal), .. }) => refusal,
        Ok(seen) => {
            return Ok(Outcome::Worked(Box::new(SeenCall { received_at: waiting.received_at, ..seen })));
        }
        Err(error) if is_of_the_call(&error) => Refusal::new(error.code.as_str(), error.to_string()),
        Err(error) => return Err(error),
    };
    close(tx, waiting, &refusal, Some(call))
}

fn fact_of(
    tx: &mut Tx<'_>,
    collection: &Collection,
    key: KeyId,
    call: &Call,
    told: Told,
) -> Result<SeenCall> {
    // It is the sender who tells it, not the colleague who lets it pass.
    let sender = Caller { actor: Actor::Key(key), ..tx.caller().clone() };
    tx.within(sender, |tx| {
        let mut work = Work::new(tx, collection, key)?;
        let seen = work.call(tx, call, told)?;
        tx.record_all(work.facts)?;
        Ok(seen)
    })
}

/// Whether it would fail again, whenever it is tried: not the database's fault nor ours.
fn is_of_the_call(error: &Error) -> bool {
    error.code.status() < 500 && error.cause.is_none()
}

/// Makes an ordinary refused call of one that waited.
fn close(tx: &mut Tx<'_>, waiting: &Waiting, refusal: &Refusal, call: Option<&Call>) -> Result<Outcome> {
    let workspace = tx.workspace();
    tx.execute(
        "UPDATE refused_calls SET waiting = 0, worked_at = NULL, code = $3, message = $4
         WHERE workspace_id = $1 AND id = $2",
        params![workspace, waiting.id.as_bytes().to_vec(), refusal.code, &refusal.message],
    )?;
    let outcome = if refusal.code == known().code { CallOutcome::Duplicate } else { CallOutcome::Refused };
    let seen = call.map(|call| SeenCall {
        received_at: waiting.received_at,
        refusal: Some(refusal.clone()).filter(|_| outcome == CallOutcome::Refused),
        ..shown(tx, waiting.key, call, outcome)
    });
    Ok(Outcome::Refused(seen.map(Box::new)))
}

/// True for the one who takes the call; everybody after comes too late.
fn take(tx: &mut Tx<'_>, id: Uuid) -> Result<bool> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let taken = tx.execute(
        "UPDATE refused_calls SET waiting = 0, worked_at = $3 WHERE workspace_id = $1 AND id = $2 AND waiting = 1",
        params![workspace, id.as_bytes().to_vec(), now],
    )?;
    Ok(taken == 1)
}

fn find(read: &mut Read<'_>, which: &Which) -> Result<Vec<Waiting>> {
    let workspace = read.workspace();
    match which {
        Which::These(ids) => {
            let sql = "SELECT id, key_id, received_at, call FROM refused_calls
                       WHERE workspace_id = $1 AND id = $2 AND waiting = 1";
            let mut found = Vec::new();
            for id in ids {
                let row = read.row(sql, params![workspace, id.as_bytes().to_vec()])?;
                found.extend(row.as_ref().map(from_row).transpose()?);
            }
            found.sort_by_key(|waiting| (waiting.received_at, waiting.id));
            Ok(found)
        }
        Which::Event { kind, event, after } => {
            let (at, id) = after.unwrap_or((Timestamp(i64::MIN), Uuid::nil()));
            let sql = "SELECT id, key_id, received_at, call FROM refused_calls
                       WHERE workspace_id = $1 AND waiting = 1 AND kind = $2 AND event = $3 AND (received_at, id) > ($4, $5)
                       ORDER BY received_at, id LIMIT $6";
            let values = params![workspace, kind.as_str(), event, at, id.as_bytes().to_vec(), PORTION];
            read.rows(sql, values)?.iter().map(from_row).collect()
        }
    }
}

fn from_row(row: &Row) -> Result<Waiting> {
    let (id, kept): (Vec<u8>, Option<String>) = (row.get(0)?, row.get(3)?);
    Ok(Waiting {
        id: Uuid::from_slice(&id).map_err(kernel::Error::internal)?,
        key: row.get(1)?,
        received_at: row.get(2)?,
        kept: kept.and_then(|kept| serde_json::from_str(&kept).ok()),
    })
}

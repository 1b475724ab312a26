//! Calls that the tracking plan set aside: kept whole, and worked after all when somebody says so.

use ::store::{Read, Row, Tx, params};
use kernel::{Actor, Caller, KeyId, NewFact, Result, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    Call, CallKind, Collection, Refusal,
    actions::{Told, Work},
    recent::SeenCall,
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
    let event = call.name.as_deref().filter(|_| call.kind == CallKind::Track).unwrap_or_default();
    tx.execute(
        "INSERT INTO refused_calls (workspace_id, id, key_id, received_at, code, message, body, waiting, kind, event,
                                    violations, call)
         VALUES ($1, $2, $3, $4, $5, $6, '', 1, $7, $8, $9, $10)",
        params![
            workspace,
            id.as_bytes().to_vec(),
            key,
            now,
            refusal.code,
            &refusal.message,
            call.kind.as_str(),
            event,
            &json!(violations),
            &kept
        ],
    )?;
    Ok(id)
}

/// What was sent, from the row of a call that was set aside.
pub(super) fn body_of(kept: &Json) -> Option<Json> {
    let kept = Kept::deserialize(kept).ok()?;
    Some(super::actions::as_sent(&kept.call))
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

/// What waits, event by event. From one event to the next along the index: however many calls wait, few are looked at.
pub fn waiting(read: &mut Read<'_>) -> Result<Vec<WaitingCalls>> {
    let workspace = read.workspace();
    let next = "SELECT kind, event FROM refused_calls
                WHERE workspace_id = $1 AND waiting = 1 AND (kind, event) > ($2, $3) ORDER BY kind, event LIMIT 1";
    let count = "SELECT received_at FROM refused_calls
                 WHERE workspace_id = $1 AND waiting = 1 AND kind = $2 AND event = $3 ORDER BY received_at, id LIMIT $4";
    let mut found: Vec<WaitingCalls> = Vec::new();
    while found.len() < MOST_EVENTS {
        let (kind_before, event_before) =
            found.last().map_or(("", ""), |last| (last.kind.as_str(), &last.event));
        let Some(row) = read.row(next, params![workspace, kind_before, event_before])? else { break };
        let (kind, event): (CallKind, String) = (kind(&row, 0)?, row.get(1)?);
        let calls = read.rows(count, params![workspace, kind.as_str(), &event, MOST_COUNTED])?;
        let Some(oldest) = calls.first() else { break };
        let count = i64::try_from(calls.len()).unwrap_or(i64::MAX);
        found.push(WaitingCalls { kind, event, count, oldest: oldest.get(0)? });
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.count));
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
    pub worked: Vec<SeenCall>,
    /// Still not as planned.
    pub kept: usize,
    /// Where to go on.
    pub next: Option<(Timestamp, Uuid)>,
}

struct Waiting {
    id: Uuid,
    key: KeyId,
    received_at: Timestamp,
    kept: Kept,
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
            Outcome::Worked(seen) => replayed.worked.push(*seen),
            Outcome::Kept => replayed.kept += 1,
            Outcome::Gone => {}
        }
    }
    if !replayed.worked.is_empty() {
        let payload = json!({ "worked": replayed.worked.len(), "kept": replayed.kept });
        tx.record(NewFact::new("calls.replayed").payload(payload))?;
    }
    Ok(replayed)
}

enum Outcome {
    Worked(Box<SeenCall>),
    Kept,
    /// Somebody else was faster.
    Gone,
}

fn work(tx: &mut Tx<'_>, collection: &Collection, waiting: &Waiting) -> Result<Outcome> {
    let Kept { call, warnings } = &waiting.kept;
    let judgement = collection.plans.of(tx)?.judge(call);
    if judgement.as_ref().is_some_and(|judgement| judgement.mode == Mode::SetAside) {
        return Ok(Outcome::Kept);
    }
    if !take(tx, waiting.id)? {
        return Ok(Outcome::Gone);
    }
    let marks =
        judgement.filter(|judgement| judgement.mode == Mode::Warn).map(|judgement| judgement.violations);
    let told = Told {
        received_at: waiting.received_at,
        warnings: warnings.clone(),
        violations: marks.unwrap_or_default(),
    };
    // It is the sender who tells it, not the colleague who lets it pass.
    let sender = Caller { actor: Actor::Key(waiting.key), ..tx.caller().clone() };
    tx.within(sender, |tx| {
        let mut work = Work::new(tx, collection, waiting.key)?;
        let seen = work.call(tx, call, told)?;
        tx.record_all(work.facts)?;
        Ok(Outcome::Worked(Box::new(SeenCall { received_at: waiting.received_at, ..seen })))
    })
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
    let (id, kept): (Vec<u8>, Json) = (row.get(0)?, row.get(3)?);
    Ok(Waiting {
        id: Uuid::from_slice(&id).map_err(kernel::Error::internal)?,
        key: row.get(1)?,
        received_at: row.get(2)?,
        kept: Kept::deserialize(&kept).map_err(kernel::Error::internal)?,
    })
}

//! Every statement of the tracking plan.

use ::store::{Read, Row, Tx, params};
use jiff::tz::TimeZone;
use kernel::{Error, PlannedEventId, Result, Timestamp};
use people::access::workspace;
use serde_json::Value as Json;

use super::{
    Draft, Mode, Plan, PlannedEvent, Schema, Settings, Status, Unplanned,
    model::{of_word, word},
};
use crate::collect::CallKind;

/// The number of the plan's last change, and how it is applied; 0 when nothing was ever planned.
pub(super) fn settings(read: &mut Read<'_>) -> Result<(i64, Settings)> {
    let workspace = read.workspace();
    let sql = "SELECT version, mode, unplanned FROM tracking_plans WHERE workspace_id = $1";
    let Some(row) = read.row(sql, params![workspace])? else { return Ok((0, Settings::default())) };
    let (mode, unplanned): (String, String) = (row.get(1)?, row.get(2)?);
    Ok((row.get(0)?, Settings { mode: of_word(&mode)?, unplanned: of_word(&unplanned)? }))
}

/// Writes what is given of the settings, and with it the number of a further change. One change waits for the other, and
/// neither takes back what the other wrote.
pub(super) fn change(
    tx: &mut Tx<'_>,
    mode: Option<Mode>,
    unplanned: Option<Unplanned>,
) -> Result<(i64, Settings)> {
    let (workspace, usual) = (tx.workspace(), Settings::default());
    let (mode, unplanned) = (mode.map(word).transpose()?, unplanned.map(word).transpose()?);
    let row = tx.one(
        "INSERT INTO tracking_plans (workspace_id, version, mode, unplanned)
         VALUES ($1, 1, COALESCE($2, $4), COALESCE($3, $5))
         ON CONFLICT (workspace_id) DO UPDATE SET version = tracking_plans.version + 1,
             mode = COALESCE($2, tracking_plans.mode), unplanned = COALESCE($3, tracking_plans.unplanned)
         RETURNING version, mode, unplanned",
        params![workspace, mode, unplanned, word(usual.mode)?, word(usual.unplanned)?],
    )?;
    let (mode, unplanned): (String, String) = (row.get(1)?, row.get(2)?);
    Ok((row.get(0)?, Settings { mode: of_word(&mode)?, unplanned: of_word(&unplanned)? }))
}

pub(super) fn is_current(read: &mut Read<'_>, plan: &Plan) -> Result<bool> {
    Ok(settings(read)?.0 == plan.version && zone(read)? == plan.zone)
}

pub(super) fn load(read: &mut Read<'_>) -> Result<Plan> {
    let (version, settings) = settings(read)?;
    let events = if version == 0 { Vec::new() } else { list(read)? };
    Ok(Plan::new(version, settings, zone(read)?, events))
}

fn zone(read: &mut Read<'_>) -> Result<TimeZone> {
    TimeZone::get(&workspace::get(read)?.time_zone).map_err(Error::internal)
}

fn from_row(row: &Row) -> Result<PlannedEvent> {
    let (kind, status, mode): (String, String, Option<String>) = (row.get(1)?, row.get(4)?, row.get(5)?);
    let schema: Json = row.get(6)?;
    Ok(PlannedEvent {
        id: row.get(0)?,
        kind: CallKind::parse(&kind).ok_or_else(|| Error::internal("a kind of call"))?,
        name: row.get(2)?,
        description: row.get(3)?,
        status: of_word(&status)?,
        mode: mode.map(|mode| of_word(&mode)).transpose()?,
        schema: Schema::read(&schema)?.schema,
        changed_at: row.get(7)?,
    })
}

/// How many events the plan has, those that cannot be read with them.
pub(super) fn count(read: &mut Read<'_>) -> Result<usize> {
    let workspace = read.workspace();
    let sql = "SELECT COUNT(*) FROM planned_events WHERE workspace_id = $1";
    let count: i64 = read.one(sql, params![workspace])?.get(0)?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// All events of the plan, by kind and name. One that cannot be read must not stop the calls of all others.
pub(super) fn list(read: &mut Read<'_>) -> Result<Vec<PlannedEvent>> {
    let workspace = read.workspace();
    let sql = "SELECT id, kind, name, description, status, mode, schema, changed_at FROM planned_events
               WHERE workspace_id = $1 ORDER BY kind, name";
    let rows = read.rows(sql, params![workspace])?;
    let understood = |row: &Row| {
        from_row(row)
            .inspect_err(|error| {
                let name: String = row.get(2).unwrap_or_default();
                tracing::error!(%workspace, name, %error, "an event of the tracking plan cannot be read and is left out");
            })
            .ok()
    };
    Ok(rows.iter().filter_map(understood).collect())
}

pub(super) fn find(read: &mut Read<'_>, id: PlannedEventId) -> Result<PlannedEvent> {
    let workspace = read.workspace();
    let sql = "SELECT id, kind, name, description, status, mode, schema, changed_at FROM planned_events
               WHERE workspace_id = $1 AND id = $2";
    from_row(&read.row(sql, params![workspace, id])?.ok_or_else(Error::not_found)?)
}

/// Enters an event; false when there is one of its name.
pub(super) fn insert(tx: &mut Tx<'_>, id: PlannedEventId, draft: &Draft) -> Result<bool> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let added = tx.execute(
        "INSERT INTO planned_events (workspace_id, id, kind, name, description, status, mode, schema, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        params![
            workspace,
            id,
            draft.kind.as_str(),
            &draft.name,
            &draft.description,
            word(draft.status.unwrap_or(Status::Live))?,
            draft.mode.map(word).transpose()?,
            &draft.schema.to_json(),
            now
        ],
    )?;
    Ok(added == 1)
}

/// Writes an event anew; false when another one has its name.
pub(super) fn update(tx: &mut Tx<'_>, id: PlannedEventId, draft: &Draft, now: Timestamp) -> Result<bool> {
    let workspace = tx.workspace();
    let changed = tx.execute(
        "UPDATE planned_events SET kind = $3, name = $4, description = $5, status = $6, mode = $7, schema = $8, changed_at = $9
         WHERE workspace_id = $1 AND id = $2 AND NOT EXISTS (SELECT 1 FROM planned_events other
             WHERE other.workspace_id = $1 AND other.kind = $3 AND other.name = $4 AND other.id <> $2)",
        params![
            workspace,
            id,
            draft.kind.as_str(),
            &draft.name,
            &draft.description,
            word(draft.status.unwrap_or(Status::Live))?,
            draft.mode.map(word).transpose()?,
            &draft.schema.to_json(),
            now
        ],
    )?;
    Ok(changed == 1)
}

pub(super) fn delete(tx: &mut Tx<'_>, id: PlannedEventId) -> Result<()> {
    let workspace = tx.workspace();
    let sql = "DELETE FROM planned_events WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, params![workspace, id]).map(drop)
}

/// What the newest facts of the log tell of events and traits: name, moment and payload, newest first.
pub(super) fn newest_calls(read: &mut Read<'_>, looked_at: usize) -> Result<Vec<(String, Timestamp, Json)>> {
    let workspace = read.workspace();
    let sql = "SELECT name, at, payload FROM (
                   SELECT workspace_id, name, at, payload, tx, seq FROM facts ORDER BY tx DESC, seq DESC LIMIT $2) newest
               WHERE workspace_id = $1 AND (name LIKE 'event:%' OR name IN ('person.described', 'group.joined'))
               ORDER BY tx DESC, seq DESC LIMIT $2";
    let rows = read.rows(sql, params![workspace, looked_at])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

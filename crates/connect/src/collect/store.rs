//! Every statement of the collection.

use std::collections::HashSet;

use ::store::{Read, Row, Tx, Value, params};
use kernel::{KeyId, Result, Timestamp};
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{CallKind, KEPT, Refusal, aside};
use crate::plan::Violation;

const CHUNK: usize = 500;

/// Remembers message ids; gives those that were new.
pub(super) fn remember(tx: &mut Tx<'_>, key: KeyId, ids: &[&str]) -> Result<HashSet<String>> {
    let mut fresh = HashSet::new();
    for chunk in ids.chunks(CHUNK) {
        let mut values: Vec<Value> = vec![tx.workspace().into(), key.into(), tx.now().into()];
        let rows: Vec<String> = chunk
            .iter()
            .map(|id| {
                values.push((*id).into());
                format!("($1, $2, ${}, $3)", values.len())
            })
            .collect();
        let sql = format!(
            "INSERT INTO collected (workspace_id, key_id, message_id, received_at) VALUES {}
             ON CONFLICT DO NOTHING RETURNING message_id",
            rows.join(", ")
        );
        for row in tx.rows(&sql, &values)? {
            fresh.insert(row.get(0)?);
        }
    }
    Ok(fresh)
}

/// A call that could not be worked, as it came.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct RefusedCall {
    #[schema(value_type = String, format = "uuid")]
    pub id: Uuid,
    #[schema(value_type = String, format = "uuid")]
    pub key: KeyId,
    #[schema(value_type = String, format = "date-time")]
    pub received_at: Timestamp,
    pub code: String,
    pub message: String,
    /// What was sent, cut at 32 KB.
    pub body: String,
    /// Of a call that the tracking plan set aside.
    pub kind: Option<CallKind>,
    pub event: Option<String>,
    pub violations: Vec<Violation>,
    /// It can be worked after all.
    pub waiting: bool,
    /// When it was.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub worked_at: Option<Timestamp>,
}

pub(super) fn set_aside(tx: &mut Tx<'_>, key: KeyId, refusal: &Refusal, body: &Json) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let raw = cut(body);
    tx.execute(
        "INSERT INTO refused_calls (workspace_id, id, key_id, received_at, code, message, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![workspace, Uuid::now_v7().as_bytes().to_vec(), key, now, refusal.code, &refusal.message, raw],
    )
    .map(drop)
}

fn cut(body: &Json) -> String {
    body.to_string().chars().take(32 * 1024).collect()
}

const COLUMNS: &str =
    "id, key_id, received_at, code, message, body, kind, event, violations, waiting, worked_at, call";

/// What was set aside, newest first.
pub(super) fn refused(
    read: &mut Read<'_>,
    before: Option<(Timestamp, Uuid)>,
    limit: usize,
) -> Result<Vec<RefusedCall>> {
    let mut values: Vec<Value> = vec![read.workspace().into()];
    let mut sql = format!("SELECT {COLUMNS} FROM refused_calls WHERE workspace_id = $1");
    if let Some((at, id)) = before {
        values.extend([at.into(), id.as_bytes().to_vec().into()]);
        sql += " AND (received_at, id) < ($2, $3)";
    }
    values.push(limit.into());
    sql += &format!(" ORDER BY received_at DESC, id DESC LIMIT ${}", values.len());
    read.rows(&sql, &values)?.iter().map(from_row).collect()
}

fn from_row(row: &Row) -> Result<RefusedCall> {
    let id: Vec<u8> = row.get(0)?;
    let (kind, violations, call): (Option<String>, Option<Json>, Option<Json>) =
        (row.get(6)?, row.get(8)?, row.get(11)?);
    // A call that the plan set aside is kept as it was understood.
    let body = call.as_ref().and_then(aside::body_of).map_or_else(|| row.get(5), |body| Ok(cut(&body)))?;
    Ok(RefusedCall {
        id: Uuid::from_slice(&id).map_err(kernel::Error::internal)?,
        key: row.get(1)?,
        received_at: row.get(2)?,
        code: row.get(3)?,
        message: row.get(4)?,
        body,
        kind: kind.as_deref().and_then(CallKind::parse),
        event: row.get(7)?,
        violations: violations.and_then(|all| serde_json::from_value(all).ok()).unwrap_or_default(),
        waiting: row.get(9)?,
        worked_at: row.get(10)?,
    })
}

/// What waits of one event, newest first.
pub(super) fn waiting_of(
    read: &mut Read<'_>,
    kind: CallKind,
    event: &str,
    before: Option<(Timestamp, Uuid)>,
    limit: usize,
) -> Result<Vec<RefusedCall>> {
    let workspace = read.workspace();
    let (at, id) = before.unwrap_or((Timestamp(i64::MAX), Uuid::max()));
    let sql = format!(
        "SELECT {COLUMNS} FROM refused_calls
         WHERE workspace_id = $1 AND waiting = 1 AND kind = $2 AND event = $3 AND (received_at, id) < ($4, $5)
         ORDER BY received_at DESC, id DESC LIMIT $6"
    );
    let values = params![workspace, kind.as_str(), event, at, id.as_bytes().to_vec(), limit];
    read.rows(&sql, values)?.iter().map(from_row).collect()
}

/// Forgets message ids whose time is over. Of all workspaces.
pub fn sweep(tx: &mut Tx<'_>) -> Result<()> {
    let old = tx.now() - KEPT;
    tx.execute("DELETE FROM collected WHERE received_at < $1", params![old]).map(drop)
}

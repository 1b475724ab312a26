//! Every statement of the collection.

use std::{collections::HashSet, time::Duration};

use ::store::{Read, Row, Tx, Value, params};
use kernel::{KeyId, Result, Timestamp};
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{CallKind, KEPT, Refusal, aside};
use crate::plan::Violation;

const CHUNK: usize = 500;
/// How long the body of a call is kept that was refused, or worked after all.
const BODIES_KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);

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
    shortened(&body.to_string())
}

fn shortened(text: &str) -> String {
    text.chars().take(32 * 1024).collect()
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
    let (kind, violations, call): (Option<String>, Option<String>, Option<String>) =
        (row.get(6)?, row.get(8)?, row.get(11)?);
    let (mut code, mut message, mut body): (String, String, String) = (row.get(3)?, row.get(4)?, row.get(5)?);
    // A call that the plan set aside is kept as it was understood.
    match call.as_deref().map(|call| aside::body_of(call).ok_or(call)) {
        Some(Ok(sent)) => body = cut(&sent),
        Some(Err(raw)) => {
            let refusal = aside::unreadable();
            (code, message, body) = (refusal.code.to_owned(), refusal.message, shortened(raw));
        }
        None => {}
    }
    Ok(RefusedCall {
        id: Uuid::from_slice(&id).map_err(kernel::Error::internal)?,
        key: row.get(1)?,
        received_at: row.get(2)?,
        code,
        message,
        body,
        kind: kind.as_deref().and_then(CallKind::parse),
        event: row.get(7)?,
        violations: violations.and_then(|all| serde_json::from_str(&all).ok()).unwrap_or_default(),
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

/// Whether a call that came then is the one by which its id is known, and from now on known for [`KEPT`] again.
pub(super) fn is_still_the_first(
    tx: &mut Tx<'_>,
    key: KeyId,
    message_id: &str,
    received_at: Timestamp,
) -> Result<bool> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let known = tx.execute(
        "INSERT INTO collected (workspace_id, key_id, message_id, received_at) VALUES ($1, $2, $3, $5)
         ON CONFLICT (workspace_id, key_id, message_id) DO UPDATE SET received_at = $5
         WHERE collected.received_at = $4",
        params![workspace, key, message_id, received_at, now],
    )?;
    Ok(known == 1)
}

/// Forgets message ids whose time is over, but for those of calls that still wait. Of all workspaces.
pub fn sweep(tx: &mut Tx<'_>) -> Result<()> {
    let old = tx.now() - KEPT;
    tx.execute(
        "DELETE FROM collected WHERE received_at < $1 AND NOT EXISTS (SELECT 1 FROM refused_calls
             WHERE refused_calls.workspace_id = collected.workspace_id AND refused_calls.key_id = collected.key_id
               AND refused_calls.message_id = collected.message_id AND refused_calls.waiting = 1)",
        params![old],
    )?;
    let old = tx.now() - BODIES_KEPT;
    tx.execute(
        "UPDATE refused_calls SET body = '', call = NULL WHERE waiting = 0 AND (body <> '' OR call IS NOT NULL)
             AND received_at < $1 AND (worked_at IS NULL OR worked_at < $1)",
        params![old],
    )
    .map(drop)
}

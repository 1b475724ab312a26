//! Every statement of the collection.

use std::collections::HashSet;

use ::store::{Read, Tx, Value, params};
use kernel::{KeyId, Result, Timestamp};
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{KEPT, Refusal};

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
}

pub(super) fn set_aside(tx: &mut Tx<'_>, key: KeyId, refusal: &Refusal, body: &Json) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let raw: String = body.to_string().chars().take(32 * 1024).collect();
    tx.execute(
        "INSERT INTO refused_calls (workspace_id, id, key_id, received_at, code, message, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![workspace, Uuid::now_v7().as_bytes().to_vec(), key, now, refusal.code, &refusal.message, raw],
    )
    .map(drop)
}

/// What was set aside, newest first.
pub(super) fn refused(
    read: &mut Read<'_>,
    before: Option<(Timestamp, Uuid)>,
    limit: usize,
) -> Result<Vec<RefusedCall>> {
    let mut values: Vec<Value> = vec![read.workspace().into()];
    let mut sql =
        "SELECT id, key_id, received_at, code, message, body FROM refused_calls WHERE workspace_id = $1"
            .to_owned();
    if let Some((at, id)) = before {
        values.extend([at.into(), id.as_bytes().to_vec().into()]);
        sql += " AND (received_at, id) < ($2, $3)";
    }
    values.push(limit.into());
    sql += &format!(" ORDER BY received_at DESC, id DESC LIMIT ${}", values.len());
    read.rows(&sql, &values)?
        .iter()
        .map(|row| {
            let id: Vec<u8> = row.get(0)?;
            Ok(RefusedCall {
                id: Uuid::from_slice(&id).map_err(kernel::Error::internal)?,
                key: row.get(1)?,
                received_at: row.get(2)?,
                code: row.get(3)?,
                message: row.get(4)?,
                body: row.get(5)?,
            })
        })
        .collect()
}

/// Forgets message ids whose time is over. Of all workspaces.
pub fn sweep(tx: &mut Tx<'_>) -> Result<()> {
    let old = tx.now() - KEPT;
    tx.execute("DELETE FROM collected WHERE received_at < $1", params![old]).map(drop)
}

//! Every statement about the audit log.

use std::net::IpAddr;

use kernel::{Actor, Error, Result, Timestamp};
use serde::Serialize;
use serde_json::Value as Json;
use store::{Read, Row, Tx, Value, params};
use utoipa::ToSchema;

use crate::{ActorRef, describe};

/// An act to be logged.
pub struct Entry<'a> {
    /// `noun.verb` in the past tense.
    pub action: &'static str,
    /// Kind, id and name of what was acted on.
    pub target: Option<(&'a str, &'a [u8; 16], &'a str)>,
    pub before: Option<Json>,
    pub after: Option<Json>,
    pub ip: Option<IpAddr>,
}

/// Appends an act of the caller.
pub fn log(tx: &mut Tx<'_>, entry: Entry<'_>) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let actor = serde_json::to_string(&tx.caller().actor).map_err(Error::internal)?;
    let (kind, id, name) = match entry.target {
        Some((kind, id, name)) => (Some(kind), Some(&id[..]), Some(name)),
        None => (None, None, None),
    };
    tx.execute(
        "INSERT INTO audit (workspace_id, at, actor, action, target_kind, target_id, target_name, before_value,
                            after_value, ip)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params![
            workspace,
            now,
            actor,
            entry.action,
            kind,
            id,
            name,
            entry.before.as_ref(),
            entry.after.as_ref(),
            entry.ip.map(|ip| ip.to_string())
        ],
    )?;
    Ok(())
}

#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct AuditEntry {
    pub id: i64,
    #[schema(value_type = String, format = "date-time")]
    pub at: Timestamp,
    pub actor: ActorRef,
    pub action: String,
    pub target: Option<AuditTarget>,
    #[schema(value_type = Option<Object>)]
    pub before: Option<Json>,
    #[schema(value_type = Option<Object>)]
    pub after: Option<Json>,
    pub ip: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct AuditTarget {
    pub kind: String,
    pub id: String,
    pub name: String,
}

/// Acts before a place, newest first; of one action, or of one actor, when asked.
pub fn entries(
    read: &mut Read<'_>,
    action: Option<&str>,
    actor: Option<&Actor>,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<AuditEntry>> {
    let mut values: Vec<Value> = vec![read.workspace().into()];
    let mut sql =
        "SELECT seq, at, actor, action, target_kind, target_id, target_name, before_value, after_value, ip
                   FROM audit WHERE workspace_id = $1"
            .to_owned();
    let mut narrow = |condition: &str, value: Value| {
        values.push(value);
        sql += &format!(" AND {condition} ${}", values.len());
    };
    if let Some(action) = action {
        narrow("action =", action.into());
    }
    if let Some(actor) = actor {
        narrow("actor =", serde_json::to_string(actor).map_err(Error::internal)?.into());
    }
    if let Some(before) = before {
        narrow("seq <", before.into());
    }
    values.push(limit.into());
    sql += &format!(" ORDER BY seq DESC LIMIT ${}", values.len());
    let rows = read.rows(&sql, &values)?;
    let actors = rows
        .iter()
        .map(|row| {
            let actor: String = row.get(2)?;
            serde_json::from_str(&actor).map_err(Error::internal)
        })
        .collect::<Result<Vec<Actor>>>()?;
    let actors = describe(read, &actors)?;
    rows.iter().zip(actors).map(|(row, actor)| entry(row, actor)).collect()
}

fn entry(row: &Row, actor: ActorRef) -> Result<AuditEntry> {
    let target = match (row.get::<Option<String>>(4)?, row.get::<Option<Vec<u8>>>(5)?) {
        (Some(kind), Some(id)) => {
            let id = uuid::Uuid::from_slice(&id).map_err(Error::internal)?;
            let name = row.get::<Option<String>>(6)?.unwrap_or_default();
            Some(AuditTarget { kind, id: id.to_string(), name })
        }
        _ => None,
    };
    Ok(AuditEntry {
        id: row.get(0)?,
        at: row.get(1)?,
        actor,
        action: row.get(3)?,
        target,
        before: row.get(7)?,
        after: row.get(8)?,
        ip: row.get(9)?,
    })
}

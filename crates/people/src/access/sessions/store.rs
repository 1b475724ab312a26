//! Every statement about sessions.

use kernel::{Error, Locale, Result, Role, SessionId, Timestamp, UserId, WorkspaceId};
use store::{Read, Tx, params};

use super::{NewSession, Session, model::oldest_alive};
use crate::access::{token, users::parse_role};

/// Who a session token stands for.
#[derive(Clone)]
pub(in crate::access) struct SignedIn {
    pub workspace: WorkspaceId,
    pub session: SessionId,
    pub user: UserId,
    pub role: Role,
    pub locale: Locale,
    pub last_seen_at: Timestamp,
}

/// The living session of a token, in whichever workspace it is: the token itself says where it belongs.
pub(in crate::access) fn signed_in(read: &mut Read<'_>, token: &str) -> Result<Option<SignedIn>> {
    let (used_after, begun_after) = oldest_alive(read.now());
    let sql = "SELECT s.workspace_id, s.id, s.user_id, u.role, u.locale, s.last_seen_at
               FROM sessions s JOIN users u ON u.workspace_id = s.workspace_id AND u.id = s.user_id
               WHERE s.token_hash = $1 AND u.disabled_at IS NULL AND s.last_seen_at >= $2 AND s.created_at >= $3";
    let row = read.row(sql, params![token::digest(token), used_after, begun_after])?;
    row.map(|row| {
        let (role, locale): (String, String) = (row.get(3)?, row.get(4)?);
        Ok(SignedIn {
            workspace: row.get(0)?,
            session: row.get(1)?,
            user: row.get(2)?,
            role: parse_role(&role)?,
            locale: Locale::from_tag(&locale).unwrap_or_default(),
            last_seen_at: row.get(5)?,
        })
    })
    .transpose()
}

/// The living sessions of a user, newest first.
pub(crate) fn list(read: &mut Read<'_>, user: UserId, current: Option<SessionId>) -> Result<Vec<Session>> {
    let workspace = read.workspace();
    let (used_after, begun_after) = oldest_alive(read.now());
    let sql = "SELECT id, created_at, last_seen_at, user_agent FROM sessions
               WHERE workspace_id = $1 AND user_id = $2 AND last_seen_at >= $3 AND created_at >= $4
               ORDER BY created_at DESC, id DESC";
    let rows = read.rows(sql, params![workspace, user, used_after, begun_after])?;
    rows.iter()
        .map(|row| {
            let id = row.get(0)?;
            Ok(Session {
                id,
                created_at: row.get(1)?,
                last_seen_at: row.get(2)?,
                user_agent: row.get(3)?,
                current: current == Some(id),
            })
        })
        .collect()
}

pub(super) fn insert(tx: &mut Tx<'_>, user: UserId, new: &NewSession) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    tx.execute(
        "INSERT INTO sessions (token_hash, workspace_id, id, user_id, user_agent, created_at, last_seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
        params![token::digest(&new.token), workspace, new.id, user, &new.user_agent, now],
    )?;
    Ok(())
}

pub(in crate::access) fn touch(tx: &mut Tx<'_>, id: SessionId, user: UserId) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let sql = "UPDATE sessions SET last_seen_at = $4 WHERE workspace_id = $1 AND user_id = $2 AND id = $3";
    tx.execute(sql, params![workspace, user, id, now])?;
    Ok(())
}

/// Ends a session of this user, if there is one.
pub(super) fn delete(tx: &mut Tx<'_>, user: UserId, id: SessionId) -> Result<()> {
    let workspace = tx.workspace();
    let sql = "DELETE FROM sessions WHERE workspace_id = $1 AND user_id = $2 AND id = $3";
    match tx.execute(sql, params![workspace, user, id])? {
        0 => Err(Error::not_found()),
        _ => Ok(()),
    }
}

/// All sessions of a user, also those that are over.
pub(super) fn ids_of(read: &mut Read<'_>, user: UserId) -> Result<Vec<SessionId>> {
    let workspace = read.workspace();
    let sql = "SELECT id FROM sessions WHERE workspace_id = $1 AND user_id = $2 ORDER BY id";
    read.rows(sql, params![workspace, user])?.iter().map(|row| row.get(0)).collect()
}

/// Sessions of all workspaces that are over.
pub(super) fn over(read: &mut Read<'_>) -> Result<Vec<(WorkspaceId, UserId, SessionId)>> {
    let (used_after, begun_after) = oldest_alive(read.now());
    let sql =
        "SELECT workspace_id, user_id, id FROM sessions WHERE last_seen_at < $1 OR created_at < $2 LIMIT 500";
    let rows = read.rows(sql, params![used_after, begun_after])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

//! Every statement about the workspace.

use kernel::{Error, Result};
use store::{Read, Tx, params};

use super::Workspace;

/// The workspace of the caller.
pub fn get(read: &mut Read<'_>) -> Result<Workspace> {
    let id = read.workspace();
    let sql = "SELECT name, locale, time_zone, send_undo_seconds FROM workspaces WHERE id = $1";
    let row = read.row(sql, params![id])?.ok_or_else(Error::not_found)?;
    Ok(Workspace {
        id,
        name: row.get(0)?,
        locale: row.get(1)?,
        time_zone: row.get(2)?,
        send_undo_seconds: row.get(3)?,
    })
}

/// The 32 random bytes from which this workspace's tokens and links are signed.
pub fn secret(read: &mut Read<'_>) -> Result<Vec<u8>> {
    let id = read.workspace();
    let row = read.row("SELECT secret FROM workspaces WHERE id = $1", params![id])?;
    row.ok_or_else(Error::not_found)?.get(0)
}

/// Whether this server was set up. Looks over all workspaces.
pub(crate) fn any_exists(read: &mut Read<'_>) -> Result<bool> {
    Ok(read.row("SELECT 1 FROM workspaces LIMIT 1", &[])?.is_some())
}

pub(crate) fn insert(tx: &mut Tx<'_>, workspace: &Workspace, secret: &[u8]) -> Result<()> {
    let now = tx.now();
    tx.execute(
        "INSERT INTO workspaces (id, name, locale, time_zone, send_undo_seconds, secret, next_number, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, 1, $7)",
        params![
            workspace.id,
            &workspace.name,
            &workspace.locale,
            &workspace.time_zone,
            workspace.send_undo_seconds,
            secret,
            now
        ],
    )?;
    Ok(())
}

pub(super) fn update(tx: &mut Tx<'_>, workspace: &Workspace) -> Result<()> {
    tx.execute(
        "UPDATE workspaces SET name = $2, locale = $3, time_zone = $4, send_undo_seconds = $5 WHERE id = $1",
        params![
            workspace.id,
            &workspace.name,
            &workspace.locale,
            &workspace.time_zone,
            workspace.send_undo_seconds
        ],
    )?;
    Ok(())
}

use std::collections::HashMap;

use kernel::{ChannelId, Error, Result};
use store::{Read, Row, Tx, params};

use super::{ChannelBrief, ChannelRow, Health};

const COLUMNS: &str =
    "workspace_id, id, kind, name, public_key, team_id, enabled, config, secrets, health, created_at";

fn from_row(row: &Row) -> Result<ChannelRow> {
    let health: String = row.get(9)?;
    Ok(ChannelRow {
        workspace: row.get(0)?,
        id: row.get(1)?,
        kind: row.get(2)?,
        name: row.get(3)?,
        public_key: row.get(4)?,
        team: row.get(5)?,
        enabled: row.get(6)?,
        config: row.get(7)?,
        secrets: row.get(8)?,
        addresses: Vec::new(),
        health: serde_json::from_str(&health).unwrap_or_default(),
        created_at: row.get(10)?,
    })
}

/// The channel, also when it is switched off; a deleted one is not found.
pub fn find(read: &mut Read<'_>, id: ChannelId) -> Result<ChannelRow> {
    let sql =
        format!("SELECT {COLUMNS} FROM channels WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL");
    let workspace = read.workspace();
    let row = read.row(&sql, params![workspace, id])?.ok_or_else(Error::not_found)?;
    let mut channel = from_row(&row)?;
    channel.addresses = addresses(read, Some(id))?.remove(&id).unwrap_or_default();
    Ok(channel)
}

pub fn list(read: &mut Read<'_>) -> Result<Vec<ChannelRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM channels WHERE workspace_id = $1 AND deleted_at IS NULL ORDER BY created_at"
    );
    let workspace = read.workspace();
    let mut by_channel = addresses(read, None)?;
    let rows = read.rows(&sql, params![workspace])?;
    let mut channels = rows.iter().map(from_row).collect::<Result<Vec<_>>>()?;
    for channel in &mut channels {
        channel.addresses = by_channel.remove(&channel.id).unwrap_or_default();
    }
    Ok(channels)
}

/// Enabled channels of every workspace: what the program runs.
pub fn all_enabled(read: &mut Read<'_>) -> Result<Vec<ChannelRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM channels WHERE enabled = 1 AND deleted_at IS NULL ORDER BY created_at"
    );
    let rows = read.rows(&sql, &[])?;
    let mut channels = rows.iter().map(from_row).collect::<Result<Vec<_>>>()?;
    for channel in &mut channels {
        let sql = "SELECT address FROM channel_addresses WHERE workspace_id = $1 AND channel_id = $2 ORDER BY address";
        let rows = read.rows(sql, params![channel.workspace, channel.id])?;
        channel.addresses = rows.iter().map(|row| row.get(0)).collect::<Result<_>>()?;
    }
    Ok(channels)
}

/// The enabled channel behind a public key, whichever workspace it is in.
pub fn by_key(read: &mut Read<'_>, key: &str) -> Result<ChannelRow> {
    let sql = format!(
        "SELECT {COLUMNS} FROM channels WHERE public_key = $1 AND enabled = 1 AND deleted_at IS NULL"
    );
    read.row(&sql, params![key])?.as_ref().map(from_row).transpose()?.ok_or_else(Error::not_found)
}

/// The channel of the workspace that owns an address.
pub fn by_address(read: &mut Read<'_>, address: &str) -> Result<Option<ChannelId>> {
    let workspace = read.workspace();
    let sql = "SELECT channel_id FROM channel_addresses WHERE workspace_id = $1 AND address = $2";
    read.row(sql, params![workspace, address])?.map(|row| row.get(0)).transpose()
}

fn addresses(read: &mut Read<'_>, only: Option<ChannelId>) -> Result<HashMap<ChannelId, Vec<String>>> {
    let workspace = read.workspace();
    let sql = "SELECT channel_id, address FROM channel_addresses WHERE workspace_id = $1 ORDER BY address";
    let mut found: HashMap<ChannelId, Vec<String>> = HashMap::new();
    for row in read.rows(sql, params![workspace])? {
        let channel = row.get(0)?;
        if only.is_none_or(|only| only == channel) {
            found.entry(channel).or_default().push(row.get(1)?);
        }
    }
    Ok(found)
}

/// Names of all channels, deleted ones too, for lists of conversations.
pub fn brief(read: &mut Read<'_>) -> Result<HashMap<ChannelId, ChannelBrief>> {
    let workspace = read.workspace();
    read.rows("SELECT id, kind, name FROM channels WHERE workspace_id = $1", params![workspace])?
        .iter()
        .map(|row| {
            let id = row.get(0)?;
            Ok((id, ChannelBrief { id, kind: row.get(1)?, name: row.get(2)? }))
        })
        .collect()
}

pub(super) fn insert(tx: &mut Tx<'_>, channel: &ChannelRow) -> Result<()> {
    let health = serde_json::to_string(&channel.health).map_err(Error::internal)?;
    tx.execute(
        "INSERT INTO channels (workspace_id, id, kind, name, public_key, team_id, enabled, config, secrets, health, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            channel.workspace,
            channel.id,
            &channel.kind,
            &channel.name,
            &channel.public_key,
            channel.team,
            channel.enabled,
            &channel.config,
            channel.secrets.clone(),
            health,
            channel.created_at
        ],
    )?;
    Ok(())
}

pub(super) fn save(tx: &mut Tx<'_>, channel: &ChannelRow) -> Result<()> {
    tx.execute(
        "UPDATE channels SET name = $3, team_id = $4, enabled = $5, config = $6, secrets = $7
         WHERE workspace_id = $1 AND id = $2",
        params![
            channel.workspace,
            channel.id,
            &channel.name,
            channel.team,
            channel.enabled,
            &channel.config,
            channel.secrets.clone()
        ],
    )?;
    Ok(())
}

pub(super) fn save_health(tx: &mut Tx<'_>, id: ChannelId, health: &Health) -> Result<()> {
    let (workspace, health) = (tx.workspace(), serde_json::to_string(health).map_err(Error::internal)?);
    tx.execute(
        "UPDATE channels SET health = $3 WHERE workspace_id = $1 AND id = $2",
        params![workspace, id, health],
    )?;
    Ok(())
}

pub(super) fn mark_deleted(tx: &mut Tx<'_>, id: ChannelId) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    tx.execute(
        "UPDATE channels SET deleted_at = $3, enabled = 0, secrets = NULL WHERE workspace_id = $1 AND id = $2",
        params![workspace, id, now],
    )?;
    Ok(())
}

/// Replaces the addresses of a channel; one that another channel owns is refused.
pub(super) fn set_addresses(tx: &mut Tx<'_>, id: ChannelId, addresses: &[String]) -> Result<()> {
    let workspace = tx.workspace();
    tx.execute(
        "DELETE FROM channel_addresses WHERE workspace_id = $1 AND channel_id = $2",
        params![workspace, id],
    )?;
    for address in addresses {
        let added = tx.execute(
            "INSERT INTO channel_addresses (workspace_id, address, channel_id) VALUES ($1, $2, $3)
             ON CONFLICT (workspace_id, address) DO NOTHING",
            params![workspace, address, id],
        )?;
        if added == 0 {
            return Err(Error::new(kernel::Code::AlreadyExists).field("addresses"));
        }
    }
    Ok(())
}

/// How far a mailbox of a channel has been read: UIDVALIDITY and last UID (RFC 3501 §2.3.1.1), and below which UID a
/// rescan after a renumbering still goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MailboxCursor {
    pub uid_validity: u32,
    pub last_uid: u32,
    pub rescan_below: u32,
}

pub fn cursor(read: &mut Read<'_>, channel: ChannelId, mailbox: &str) -> Result<Option<MailboxCursor>> {
    let workspace = read.workspace();
    let sql = "SELECT uid_validity, last_uid, rescan_below FROM channel_cursors
               WHERE workspace_id = $1 AND channel_id = $2 AND mailbox = $3";
    let row = read.row(sql, params![workspace, channel, mailbox])?;
    let number = |int: i64| u32::try_from(int).unwrap_or(0);
    row.map(|row| {
        Ok(MailboxCursor {
            uid_validity: number(row.get(0)?),
            last_uid: number(row.get(1)?),
            rescan_below: number(row.get(2)?),
        })
    })
    .transpose()
}

pub fn set_cursor(tx: &mut Tx<'_>, channel: ChannelId, mailbox: &str, cursor: MailboxCursor) -> Result<()> {
    let workspace = tx.workspace();
    tx.execute(
        "INSERT INTO channel_cursors (workspace_id, channel_id, mailbox, uid_validity, last_uid, rescan_below)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (workspace_id, channel_id, mailbox)
         DO UPDATE SET uid_validity = $4, last_uid = $5, rescan_below = $6",
        params![
            workspace,
            channel,
            mailbox,
            i64::from(cursor.uid_validity),
            i64::from(cursor.last_uid),
            i64::from(cursor.rescan_below)
        ],
    )?;
    Ok(())
}

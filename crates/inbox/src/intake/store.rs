use kernel::{ConversationId, Error, InboundId, MessageId, Result};
use serde_json::json;
use store::{Read, Row, Tx, params};

use super::{Item, Keep, Quarantined};

const COLUMNS: &str = "workspace_id, id, channel_id, blob, size, envelope, received_at, attempts, state, sender, subject, reason";

fn from_row(row: &Row) -> Result<Item> {
    let state: String = row.get(8)?;
    Ok(Item {
        workspace: row.get(0)?,
        id: row.get(1)?,
        channel: row.get(2)?,
        blob: row.get(3)?,
        size: row.get(4)?,
        envelope: row.get(5)?,
        received_at: row.get(6)?,
        attempts: row.get(7)?,
        released: state == "released",
        sender: row.get(9)?,
        subject: row.get(10)?,
        reason: row.get(11)?,
        state,
    })
}

pub fn find(read: &mut Read<'_>, id: InboundId) -> Result<Item> {
    let sql = format!("SELECT {COLUMNS} FROM inbound WHERE workspace_id = $1 AND id = $2");
    let workspace = read.workspace();
    read.row(&sql, params![workspace, id])?.as_ref().map(from_row).transpose()?.ok_or_else(Error::not_found)
}

/// Inserts the item unless the channel already has it.
pub(super) fn insert(tx: &mut Tx<'_>, keep: &Keep) -> Result<Option<InboundId>> {
    let (workspace, now, id) = (tx.workspace(), tx.now(), InboundId::new());
    let added = tx.execute(
        "INSERT INTO inbound (workspace_id, id, channel_id, dedupe_key, blob, size, envelope, received_at, state, attempts)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', 0)
         ON CONFLICT (workspace_id, channel_id, dedupe_key) DO NOTHING",
        params![workspace, id, keep.channel, &keep.dedupe_key, &keep.blob, keep.size, &keep.envelope, now],
    )?;
    Ok((added == 1).then_some(id))
}

pub(super) fn count_attempt(tx: &mut Tx<'_>, id: InboundId) -> Result<()> {
    let workspace = tx.workspace();
    tx.execute_later(
        "UPDATE inbound SET attempts = attempts + 1 WHERE workspace_id = $1 AND id = $2",
        params![workspace, id],
    )?;
    Ok(())
}

pub(super) fn set_state(tx: &mut Tx<'_>, id: InboundId, state: &str, reason: Option<&str>) -> Result<()> {
    let workspace = tx.workspace();
    let sql =
        "UPDATE inbound SET state = $3, reason = COALESCE($4, reason) WHERE workspace_id = $1 AND id = $2";
    tx.execute_later(sql, params![workspace, id, state, reason])?;
    Ok(())
}

/// What a list shows of an item, known once it was parsed.
pub fn describe(tx: &mut Tx<'_>, id: InboundId, sender: Option<&str>, subject: Option<&str>) -> Result<()> {
    let workspace = tx.workspace();
    let sql = "UPDATE inbound SET sender = $3, subject = $4 WHERE workspace_id = $1 AND id = $2";
    tx.execute_later(sql, params![workspace, id, sender, subject])?;
    Ok(())
}

pub(super) fn place(
    tx: &mut Tx<'_>,
    id: InboundId,
    conversation: ConversationId,
    message: Option<MessageId>,
) -> Result<()> {
    let workspace = tx.workspace();
    let sql = "UPDATE inbound SET conversation_id = $3, message_id = $4 WHERE workspace_id = $1 AND id = $2";
    tx.execute_later(sql, params![workspace, id, conversation, message])?;
    Ok(())
}

/// The quarantine, newest first.
pub fn list(
    read: &mut Read<'_>,
    state: &str,
    before: Option<InboundId>,
    limit: usize,
) -> Result<Vec<Quarantined>> {
    let workspace = read.workspace();
    let sql = "SELECT i.id, c.id, c.name, i.received_at, i.reason, i.sender, i.subject, i.size, i.attempts, i.state, i.conversation_id
               FROM inbound i JOIN channels c ON c.workspace_id = i.workspace_id AND c.id = i.channel_id
               WHERE i.workspace_id = $1 AND i.state = $2 AND i.state <> 'done' AND (CAST($3 AS BYTEA) IS NULL OR i.id < $3)
               ORDER BY i.id DESC LIMIT $4";
    read.rows(sql, params![workspace, state, before, limit])?
        .iter()
        .map(|row| {
            Ok(Quarantined {
                id: row.get(0)?,
                channel: json!({ "id": row.get::<kernel::ChannelId>(1)?, "name": row.get::<String>(2)? }),
                received_at: row.get(3)?,
                reason: row.get::<Option<String>>(4)?.unwrap_or_default(),
                from: row.get(5)?,
                subject: row.get(6)?,
                size: row.get(7)?,
                attempts: row.get(8)?,
                state: row.get(9)?,
                conversation_id: row.get(10)?,
            })
        })
        .collect()
}

/// How many items came from a sender in the time just past.
pub fn recent_from(read: &mut Read<'_>, sender: &str, within: std::time::Duration) -> Result<i64> {
    let (workspace, since) = (read.workspace(), read.now() - within);
    let sql = "SELECT COUNT(*) FROM inbound WHERE workspace_id = $1 AND sender = $2 AND received_at > $3";
    read.one(sql, params![workspace, sender, since])?.get(0)
}

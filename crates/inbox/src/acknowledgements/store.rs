use std::time::Duration;

use ::store::{Read, Tx, params};
use kernel::{ConversationId, MessageId, Result};

use super::caps::UNREACHABLE;

/// What is counted.
pub(super) enum By<'a> {
    Address(&'a str),
    Source(&'a str),
    Anything,
}

/// How many automatic mails went out lately.
pub(super) fn sent(read: &mut Read<'_>, by: &By<'_>, within: Duration) -> Result<i64> {
    let (workspace, since) = (read.workspace(), read.now() - within);
    let sql = "SELECT COUNT(*) FROM automatic_sends WHERE workspace_id = $1 AND at > $2";
    let row = match by {
        By::Address(address) => {
            read.one(&format!("{sql} AND address = $3"), params![workspace, since, *address])
        }
        By::Source(source) => read.one(&format!("{sql} AND source = $3"), params![workspace, since, *source]),
        By::Anything => read.one(sql, params![workspace, since]),
    };
    row?.get(0)
}

/// Whether an earlier one to the address was refused for good or came back.
pub(super) fn was_unreachable(read: &mut Read<'_>, address: &str, within: Duration) -> Result<bool> {
    let (workspace, since) = (read.workspace(), read.now() - within);
    let sql = "SELECT 1 FROM automatic_sends s
               JOIN deliveries d ON d.workspace_id = s.workspace_id AND d.message_id = s.message_id
               WHERE s.workspace_id = $1 AND s.address = $2 AND s.at > $3 AND d.state IN ('failed', 'bounced') LIMIT 1";
    Ok(read.row(sql, params![workspace, address, since])?.is_some())
}

/// Counts one, and forgets those that no cap asks about any more.
pub(super) fn count(
    tx: &mut Tx<'_>,
    address: &str,
    source: Option<&str>,
    conversation: ConversationId,
    message: MessageId,
) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    tx.execute(
        "DELETE FROM automatic_sends WHERE workspace_id = $1 AND at < $2",
        params![workspace, now - UNREACHABLE],
    )?;
    tx.execute(
        "INSERT INTO automatic_sends (workspace_id, address, at, conversation_id, source, message_id)
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![workspace, address, now, conversation, source, message],
    )?;
    Ok(())
}

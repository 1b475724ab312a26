//! Short reply tokens that were given out. A short token names no conversation, so it is kept beside the Message-IDs,
//! under which answers are found as well.

use kernel::{ChannelId, ConversationId, Result};
use store::{Read, Tx, params};

use super::text::ReplyToken;

/// Keeps a token before the mail that carries it leaves.
pub(super) fn note(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    token: &ReplyToken,
    conversation: ConversationId,
) -> Result<()> {
    let workspace = tx.workspace();
    tx.execute(
        "INSERT INTO message_references (workspace_id, channel_id, reference, conversation_id, message_id)
         VALUES ($1, $2, $3, $4, NULL) ON CONFLICT (workspace_id, channel_id, reference, conversation_id) DO NOTHING",
        params![workspace, channel, token.short(), conversation],
    )?;
    Ok(())
}

/// The conversations a token may belong to; its signature is still to be checked.
pub(super) fn conversations(
    read: &mut Read<'_>,
    channel: ChannelId,
    token: &ReplyToken,
) -> Result<Vec<ConversationId>> {
    if let Some(named) = token.conversation {
        return Ok(vec![named]);
    }
    let workspace = read.workspace();
    let sql = "SELECT conversation_id FROM message_references
               WHERE workspace_id = $1 AND channel_id = $2 AND reference = $3 LIMIT 5";
    read.rows(sql, params![workspace, channel, token.short()])?.iter().map(|row| row.get(0)).collect()
}

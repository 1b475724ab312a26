use kernel::{Code, ConversationId, Error, MessageId, Result, Role};
use store::{Tx, params};

use super::ledger;

/// Sends again to the recipients that were not reached, because a person said so.
pub fn retry(tx: &mut Tx<'_>, conversation: ConversationId, message: MessageId) -> Result<()> {
    crate::conversations::find(tx, conversation)?;
    tx.caller().require(Role::Agent)?;
    let (workspace, now) = (tx.workspace(), tx.now());
    let changed = tx.execute(
        "UPDATE deliveries SET state = 'queued', attempts = 0, reason = NULL, at = $4
         WHERE workspace_id = $1 AND conversation_id = $2 AND message_id = $3 AND state IN ('failed', 'bounced', 'unknown')",
        params![workspace, conversation, message, now],
    )?;
    if changed == 0 {
        return Err(Error::new(Code::Conflict));
    }
    ledger::enqueue(tx, message, now)
}

use kernel::{ConversationId, Result};
use store::Tx;

use super::fact;
use crate::conversations::{model::Status, store as rows};

/// The matter is done. Closing what is closed changes nothing.
pub fn close(tx: &mut Tx<'_>, id: ConversationId) -> Result<()> {
    let before = rows::find_to_act(tx, id)?;
    if before.status == Status::Closed {
        return Ok(());
    }
    let mut c = before.clone();
    c.status = Status::Closed;
    c.closed_at = Some(tx.now());
    c.waiting_since = None;
    c.snoozed_until = None;
    c.snoozed_until_reply = false;
    c.woken = false;
    rows::save(tx, &before, &mut c)?;
    tx.record(fact("conversation.closed", &c))
}

/// Takes it up again: new when nobody has answered yet, else open.
pub fn reopen(tx: &mut Tx<'_>, id: ConversationId) -> Result<()> {
    let before = rows::find_to_act(tx, id)?;
    if before.status != Status::Closed {
        return Ok(());
    }
    let mut c = before.clone();
    c.status = if before.last_out_seq == 0 { Status::New } else { Status::Open };
    c.closed_at = None;
    c.waiting_since = Some(tx.now());
    rows::save(tx, &before, &mut c)?;
    tx.record(fact("conversation.reopened", &c))
}

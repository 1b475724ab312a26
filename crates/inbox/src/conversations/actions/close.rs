use kernel::{ConversationId, Result, Timestamp};
use store::Tx;

use super::fact;
use crate::conversations::{
    model::{Conversation, Status},
    store as rows,
};

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
    take_up(&mut c, tx.now());
    rows::save(tx, &before, &mut c)?;
    tx.record(fact("conversation.reopened", &c))
}

pub(super) fn take_up(c: &mut Conversation, now: Timestamp) {
    c.status = if c.last_out_seq == 0 { Status::New } else { Status::Open };
    c.closed_at = None;
    c.waiting_since = Some(now);
}

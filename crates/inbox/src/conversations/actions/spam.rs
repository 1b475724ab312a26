use kernel::{ConversationId, Result, Timestamp};
use store::Tx;

use super::fact;
use crate::conversations::{
    model::{Conversation, Status},
    store as rows,
};

/// Puts a conversation aside as unwanted: it is closed, and what comes into it later wakes nobody.
pub fn mark_spam(tx: &mut Tx<'_>, id: ConversationId) -> Result<()> {
    let before = rows::find_to_act(tx, id)?;
    if before.spam {
        return Ok(());
    }
    let mut c = before.clone();
    put_aside(&mut c, tx.now());
    rows::save(tx, &before, &mut c)?;
    tx.record(fact("conversation.marked_spam", &c))
}

/// It was none: the conversation is taken up again.
pub fn unmark_spam(tx: &mut Tx<'_>, id: ConversationId) -> Result<()> {
    let before = rows::find_to_act(tx, id)?;
    if !before.spam {
        return Ok(());
    }
    let mut c = before.clone();
    super::close::take_up(&mut c, tx.now());
    rows::save(tx, &before, &mut c)?;
    tx.record(fact("conversation.unmarked_spam", &c))
}

pub(super) fn put_aside(c: &mut Conversation, now: Timestamp) {
    c.closed_at = c.closed_at.filter(|_| c.status == Status::Closed).or(Some(now));
    c.status = Status::Closed;
    c.waiting_since = None;
    c.snoozed_until = None;
    c.snoozed_until_reply = false;
    c.woken = false;
    c.spam = true;
}

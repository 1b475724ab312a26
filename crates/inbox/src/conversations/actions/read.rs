use kernel::{Code, ConversationId, Error, Result};
use store::Tx;

use crate::conversations::{store as rows, views};

/// The caller has seen the thread up to `seq`; mentions there are answered by reading.
pub fn mark_read(tx: &mut Tx<'_>, id: ConversationId, seq: i64) -> Result<()> {
    let conversation = rows::find(tx, id)?;
    let user = tx.caller().user().ok_or_else(|| Error::new(Code::Forbidden))?;
    rows::set_read(tx, user, id, seq.clamp(0, conversation.last_seq))?;
    views::close_mentions(tx, user, id)
}

/// Marks the newest message as unseen again.
pub fn mark_unread(tx: &mut Tx<'_>, id: ConversationId) -> Result<()> {
    let conversation = rows::find(tx, id)?;
    let user = tx.caller().user().ok_or_else(|| Error::new(Code::Forbidden))?;
    rows::set_read(tx, user, id, conversation.last_seq - 1)
}

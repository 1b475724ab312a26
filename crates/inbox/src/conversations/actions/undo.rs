use kernel::{Code, ConversationId, Error, MessageId, Result};
use store::Tx;

use super::{fact, message_payload, preview};
use crate::{
    conversations::{
        message::MessageKind,
        model::{BeforeSend, Draft, DraftMode},
        store as rows,
    },
    deliveries, drafts,
};

/// Takes a held answer back: nothing left, its text is a draft again, the conversation is as it was.
pub fn undo(tx: &mut Tx<'_>, id: ConversationId, message: MessageId) -> Result<Draft> {
    let current = rows::find_to_act(tx, id)?;
    let stored = rows::find_message(tx, id, message)?;
    let held = stored.held_until.is_some_and(|until| until > tx.now());
    if stored.kind != MessageKind::Out || stored.undone || !held || stored.author != tx.caller().actor {
        return Err(Error::new(Code::TooLateToUndo));
    }
    deliveries::cancel(tx, message)?;
    rows::mark_undone(tx, message)?;
    let mut c = current.clone();
    c.message_count -= 1;
    if c.last_out_seq == stored.seq
        && let Some(before) =
            stored.before.as_deref().and_then(|json| serde_json::from_str::<BeforeSend>(json).ok())
    {
        c.status = before.status;
        c.waiting_since = before.waiting_since;
        c.assignee = before.assignee;
        c.closed_at = before.closed_at;
        c.last_out_seq = before.last_out_seq;
        c.snoozed_until = before.snoozed_until;
        c.snoozed_until_reply = before.snoozed_until_reply;
        c.spam = before.spam;
    }
    if let Some((kind, text, at)) = rows::latest(tx, id)? {
        c.last_message_kind = kind;
        c.preview = preview(&text);
        c.last_message_at = at;
    }
    rows::save(tx, &current, &mut c)?;
    let files = crate::attachments::detach(tx, message)?;
    let user = tx.caller().user().ok_or_else(|| Error::new(Code::Forbidden))?;
    let draft = drafts::put(tx, id, user, DraftMode::Reply, &stored.text, &files)?;
    tx.record(fact("message.undone", &c).payload(message_payload(message, stored.seq)))?;
    Ok(draft)
}

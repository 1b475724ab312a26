use kernel::{Code, ConversationId, Error, MessageId, Result};
use people::persons;
use serde_json::json;
use store::{Tx, params};

use super::{fact, preview};
use crate::conversations::{
    message::MessageKind,
    model::{Conversation, Status},
    store as rows,
};

/// "Not this thread": the message moves to a conversation of its own, linked to the one it left. Its Message-ID moves
/// with it, so that answers to it follow.
pub fn separate(tx: &mut Tx<'_>, id: ConversationId, message: MessageId) -> Result<ConversationId> {
    let before = rows::find_to_act(tx, id)?;
    let stored = rows::find_message(tx, id, message)?;
    if stored.kind != MessageKind::In || before.message_count < 2 {
        return Err(Error::new(Code::Conflict));
    }
    let kernel::Actor::Person(person) = stored.author else { return Err(Error::new(Code::Conflict)) };
    let now = tx.now();
    let mut fresh = Conversation {
        id: ConversationId::new(),
        person,
        subject: stored.subject.clone().unwrap_or_else(|| before.subject.clone()),
        preview: preview(&stored.text),
        status: Status::New,
        assignee: None,
        message_count: 1,
        last_seq: 1,
        last_out_seq: 0,
        last_message_kind: MessageKind::In,
        created_at: now,
        last_message_at: now,
        waiting_since: Some(now),
        snoozed_until: None,
        snoozed_until_reply: false,
        woken: false,
        closed_at: None,
        spam: false,
        version: 0,
        ..before.clone()
    };
    rows::insert(tx, &mut fresh)?;
    move_rows(tx, id, &fresh, message)?;
    let mut left = before.clone();
    left.message_count -= 1;
    if let Some((kind, text, at)) = rows::latest(tx, id)? {
        left.last_message_kind = kind;
        left.preview = preview(&text);
        left.last_message_at = at;
    }
    rows::save(tx, &before, &mut left)?;
    rows::link(tx, id, fresh.id, "separated")?;
    tx.record(fact("conversation.created", &fresh).payload(json!({ "number": fresh.number })))?;
    tx.record(fact("message.separated", &left).payload(json!({ "message": message, "to": fresh.id })))?;
    Ok(fresh.id)
}

fn move_rows(tx: &mut Tx<'_>, from: ConversationId, to: &Conversation, message: MessageId) -> Result<()> {
    let (workspace, person) = (tx.workspace(), persons::canonical(tx, to.person)?);
    tx.execute(
        "UPDATE messages SET conversation_id = $3, seq = 1, match_rule = 'separated', match_detail = ''
         WHERE workspace_id = $1 AND id = $2",
        params![workspace, message, to.id],
    )?;
    tx.execute(
        "UPDATE message_references SET conversation_id = $3 WHERE workspace_id = $1 AND message_id = $2",
        params![workspace, message, to.id],
    )?;
    tx.execute(
        "INSERT INTO participants (workspace_id, conversation_id, person_id, role, address, added_at)
         SELECT p.workspace_id, $3, p.person_id, 'requester', p.address, p.added_at
         FROM participants p JOIN persons h ON h.workspace_id = p.workspace_id AND h.id = p.person_id
         WHERE p.workspace_id = $1 AND p.conversation_id = $2 AND COALESCE(h.merged_into, h.id) = $4
         ON CONFLICT (workspace_id, conversation_id, person_id, address) DO NOTHING",
        params![workspace, from, to.id, person],
    )?;
    Ok(())
}

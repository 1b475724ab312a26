use kernel::{Actor, ConversationId, MessageId, Result};
use serde_json::json;
use store::Tx;

use super::{fact, message_payload};
use crate::{
    conversations::{
        message::{MessageKind, NewRow},
        store as rows,
    },
    deliveries,
};

/// Sends what no colleague wrote. It is no answer: the conversation stays as it was, and whoever waits goes on waiting.
pub fn send_automatically(
    tx: &mut Tx<'_>,
    id: ConversationId,
    (author, name): (Actor, &str),
    to: &str,
    (subject, text): (&str, &str),
) -> Result<MessageId> {
    let before = rows::find_for_update(tx, id)?;
    let mut c = before.clone();
    let message = NewRow {
        channel: Some(c.channel),
        subject: Some(subject.to_owned()),
        to: vec![to.to_owned()],
        automatic: true,
        ..NewRow::new(MessageKind::Out, author, name.to_owned(), text.to_owned(), tx.now())
    };
    let seq = rows::insert_message(tx, &mut c, &message)?;
    c.last_message_kind = before.last_message_kind;
    rows::save(tx, &before, &mut c)?;
    deliveries::queue(tx, &c, message.id, &message.to, &[], None)?;
    let mut payload = message_payload(message.id, seq);
    payload["automatic"] = json!(true);
    tx.record(fact("message.sent", &c).payload(payload))?;
    Ok(message.id)
}

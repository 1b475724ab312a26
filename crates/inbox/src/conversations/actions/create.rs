use kernel::{Code, ConversationId, Error, Result, Role};
use people::persons::{self, Handle, IdentityKind};
use serde_json::json;
use store::Tx;

use super::{fact, forward::forward, reply::clean_addresses, subject_line};
use crate::{
    conversations::{
        message::{MessageKind, MessageView},
        model::{Conversation, DraftMode, NewConversation, NewMessage, Priority, Status},
        store as rows,
    },
    port::Registry,
};

/// Begins a conversation with somebody, with a first message of ours.
pub fn create(
    tx: &mut Tx<'_>,
    registry: &Registry,
    new: &NewConversation,
) -> Result<(ConversationId, MessageView)> {
    tx.caller().require(Role::Agent)?;
    let channel = crate::channels::find(tx, new.channel_id).map_err(|error| error.named_by("channel_id"))?;
    let (person, address) = recipient(tx, new)?;
    let now = tx.now();
    let mut c = Conversation {
        id: ConversationId::new(),
        number: 0,
        channel: channel.id,
        person,
        subject: subject_line(&new.subject),
        preview: String::new(),
        status: Status::Open,
        priority: Priority::Normal,
        assignee: tx.caller().user(),
        team: channel.team,
        message_count: 0,
        last_seq: 0,
        last_out_seq: 0,
        last_message_kind: MessageKind::Out,
        created_at: now,
        last_message_at: now,
        waiting_since: None,
        snoozed_until: None,
        snoozed_until_reply: false,
        woken: false,
        closed_at: None,
        spam: false,
        version: 0,
    };
    rows::insert(tx, &mut c)?;
    rows::add_participant(tx, c.id, person, "requester", &address)?;
    tx.record(fact("conversation.created", &c).payload(json!({ "number": c.number })))?;
    let attachments = match new.forward_of {
        Some(message) => forward(tx, &c, message, &new.attachments)?,
        None => new.attachments.clone(),
    };
    let message = NewMessage {
        kind: DraftMode::Reply,
        text: new.text.clone(),
        cc: new.cc.clone(),
        attachments,
        ..NewMessage::default()
    };
    let view = super::reply(tx, registry, c.id, &message)?;
    Ok((c.id, view))
}

fn recipient(tx: &mut Tx<'_>, new: &NewConversation) -> Result<(kernel::PersonId, String)> {
    match (&new.person_id, &new.to) {
        (Some(id), _) => {
            let person = persons::get(tx, *id).map_err(|error| error.named_by("person_id"))?;
            let address =
                person.email.clone().ok_or_else(|| Error::new(Code::CannotSend).field("person_id"))?;
            Ok((persons::home_of(tx, person.id, IdentityKind::Email, &address)?, address))
        }
        (None, Some(to)) => {
            let address =
                clean_addresses(std::slice::from_ref(to)).map_err(|error| error.field("to"))?.remove(0);
            Ok((persons::meet(tx, &written_by_us(&address))?.home, address))
        }
        (None, None) => Err(Error::new(Code::Required).field("to")),
    }
}

fn written_by_us(address: &str) -> Handle {
    Handle {
        kind: IdentityKind::Email,
        value: address.to_lowercase(),
        name: None,
        verified: false,
        source: "agent".into(),
    }
}

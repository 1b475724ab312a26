use std::time::Duration;

use kernel::{Code, ConversationId, Error, Result, Timestamp, UserId};
use serde_json::json;
use store::{Tx, params};

use super::{author_name, fact, message_payload, preview};
use crate::{
    attachments,
    conversations::{
        message::{MessageKind, MessageView, NewRow},
        model::{BeforeSend, Conversation, NewMessage, Status},
        queries, store as rows, views,
    },
    deliveries, drafts,
    port::Registry,
};

/// The longest answer, in characters.
const MAX_LENGTH: usize = 100_000;

/// Answers the person. The message waits for a moment when its author may still take it back.
pub fn reply(
    tx: &mut Tx<'_>,
    registry: &Registry,
    id: ConversationId,
    new: &NewMessage,
) -> Result<MessageView> {
    if let Some(client) = new.client_id
        && let Some((conversation, seq, ..)) = rows::message_by_client(tx, client)?
    {
        return queries::message(tx, conversation, seq);
    }
    let before = rows::find_to_act(tx, id)?;
    check(new)?;
    let seen = new.seen_seq.unwrap_or(before.last_seq);
    if before.last_out_seq > seen
        && !new.anyway
        && rows::author_of(tx, id, before.last_out_seq)? != tx.caller().actor
    {
        return Err(Error::new(Code::AnsweredMeanwhile).detail(before.last_out_seq.to_string()));
    }
    let plan = queries::reply_plan(tx, registry, &before)?;
    if !plan.can {
        return Err(Error::new(Code::CannotSend).detail(plan.reason.unwrap_or_default()));
    }
    let now = tx.now();
    let held_until =
        (plan.hold_seconds > 0).then(|| now + Duration::from_secs(plan.hold_seconds.unsigned_abs()));
    let mut c = before.clone();
    let message = NewRow {
        channel: Some(c.channel),
        to: plan.to.clone(),
        cc: clean_addresses(&new.cc)?,
        client_id: new.client_id,
        held_until,
        before: Some(serde_json::to_value(before_send(&before)).map_err(Error::internal)?),
        ..NewRow::new(
            MessageKind::Out,
            tx.caller().actor.clone(),
            author_name(tx)?,
            new.text.trim().to_owned(),
            now,
        )
    };
    let seq = rows::insert_message(tx, &mut c, &message)?;
    answered(&mut c, tx.caller().user(), new.close, now);
    c.last_out_seq = seq;
    c.preview = preview(&new.text);
    rows::save(tx, &before, &mut c)?;
    attachments::attach(tx, message.id, &new.attachments)?;
    deliveries::queue(tx, &c, message.id, &message.to, &message.cc, held_until)?;
    after_writing(tx, &c, seq)?;
    let mut payload = message_payload(message.id, seq);
    payload["held_until"] = json!(held_until);
    payload["closed"] = json!(new.close);
    tx.record(fact("message.sent", &c).payload(payload))?;
    queries::message(tx, id, seq)
}

/// Writes a note that only colleagues see.
pub fn note(tx: &mut Tx<'_>, id: ConversationId, new: &NewMessage) -> Result<MessageView> {
    if let Some(client) = new.client_id
        && let Some((conversation, seq, ..)) = rows::message_by_client(tx, client)?
    {
        return queries::message(tx, conversation, seq);
    }
    let before = rows::find_to_act(tx, id)?;
    check(new)?;
    let now = tx.now();
    let mut c = before.clone();
    let message = NewRow {
        client_id: new.client_id,
        mentions: new.mentions.clone(),
        ..NewRow::new(
            MessageKind::Note,
            tx.caller().actor.clone(),
            author_name(tx)?,
            new.text.trim().to_owned(),
            now,
        )
    };
    let seq = rows::insert_message(tx, &mut c, &message)?;
    rows::save(tx, &before, &mut c)?;
    attachments::attach(tx, message.id, &new.attachments)?;
    for user in &new.mentions {
        mention(tx, &c, *user, message.id)?;
    }
    after_writing(tx, &c, seq)?;
    tx.record(fact("note.added", &c).payload(message_payload(message.id, seq)))?;
    queries::message(tx, id, seq)
}

fn check(new: &NewMessage) -> Result<()> {
    if new.text.trim().is_empty() && new.attachments.is_empty() {
        return Err(Error::new(Code::Required).field("text"));
    }
    if new.text.chars().count() > MAX_LENGTH {
        return Err(Error::new(Code::TooLong).field("text"));
    }
    Ok(())
}

/// Addresses as they are written on an envelope; line breaks and other tricks are refused.
pub(super) fn clean_addresses(addresses: &[String]) -> Result<Vec<String>> {
    addresses
        .iter()
        .map(|address| {
            let address = address.trim();
            let plain = address.len() <= 254
                && address.split_once('@').is_some_and(|(local, domain)| {
                    !local.is_empty() && domain.contains('.') && !domain.contains('@')
                })
                && !address.chars().any(|c| c.is_control() || c.is_whitespace() || "<>,;\"()".contains(c));
            if plain { Ok(address.to_owned()) } else { Err(Error::new(Code::InvalidEmail).field("cc")) }
        })
        .collect()
}

fn before_send(c: &Conversation) -> BeforeSend {
    BeforeSend {
        status: c.status,
        waiting_since: c.waiting_since,
        assignee: c.assignee,
        closed_at: c.closed_at,
        last_out_seq: c.last_out_seq,
        snoozed_until: c.snoozed_until,
        snoozed_until_reply: c.snoozed_until_reply,
        spam: c.spam,
    }
}

/// After our answer the person is at turn; whoever answers an unowned conversation owns it.
fn answered(c: &mut Conversation, author: Option<UserId>, close: bool, now: Timestamp) {
    c.status = if close { Status::Closed } else { Status::Waiting };
    c.closed_at = close.then_some(now);
    c.waiting_since = None;
    c.snoozed_until = None;
    c.snoozed_until_reply = false;
    c.woken = false;
    c.spam = false;
    c.assignee = c.assignee.or(author);
}

/// The author has read what stands above, and the draft has become the message.
fn after_writing(tx: &mut Tx<'_>, c: &Conversation, seq: i64) -> Result<()> {
    if let Some(user) = tx.caller().user() {
        rows::set_read(tx, user, c.id, seq)?;
        drafts::remove(tx, c.id, user)?;
    }
    Ok(())
}

fn mention(tx: &mut Tx<'_>, c: &Conversation, user: UserId, message: kernel::MessageId) -> Result<()> {
    people::access::users::get(tx, user)?;
    views::open_mention(tx, user, c.id)?;
    let (workspace, now) = (tx.workspace(), tx.now());
    tx.execute(
        "INSERT INTO mentions (workspace_id, user_id, conversation_id, message_id, at, open) VALUES ($1, $2, $3, $4, $5, 1)
         ON CONFLICT (workspace_id, user_id, message_id) DO NOTHING",
        params![workspace, user, c.id, message, now],
    )?;
    tx.record(fact("mention.added", c).payload(json!({ "user": user, "message": message })))
}

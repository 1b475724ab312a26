use kernel::{Actor, Code, ConversationId, MessageId, PersonId, Result, Timestamp};
use people::persons::{self, Met, blocks};
use serde_json::json;
use store::Tx;

use super::{fact, message_payload, preview, spam::put_aside, subject_line};
use crate::{
    attachments,
    conversations::{
        message::{MessageKind, NewRow},
        model::{Conversation, Priority, Status},
        store as rows, threading,
    },
    port::Inbound,
};

/// Where an inbound message ended.
#[derive(Clone, Debug)]
pub struct Received {
    pub conversation: ConversationId,
    pub message: MessageId,
    pub seq: i64,
    /// Where its sender was met first.
    pub person: PersonId,
    /// The time it stands at in the thread: never before the message before it.
    pub at: Timestamp,
    /// It was here already; nothing was done.
    pub repeated: bool,
}

/// Takes in what somebody sent: finds the person and the conversation, writes the message, wakes what sleeps.
pub fn receive(tx: &mut Tx<'_>, inbound: &Inbound) -> Result<Received> {
    if let Some(client) = inbound.client_id
        && let Some((conversation, seq, message, at)) = rows::message_by_client(tx, client)?
    {
        let person = rows::find(tx, conversation)?.person;
        return Ok(Received { conversation, message, seq, person, at, repeated: true });
    }
    let Met { home, person } = persons::meet(tx, &inbound.from)?;
    let placed = threading::place(tx, inbound, person)?;
    let existing = placed.conversation.map(|id| rows::find_for_update(tx, id)).transpose()?;
    let is_new = existing.is_none();
    let (before, mut c) = match existing {
        Some(c) => (Some(c.clone()), c),
        None => (None, begin(tx, inbound, home)?),
    };
    let is_blocked = blocks::is_blocked(tx, person)?;
    if let Some(before) = before.as_ref().filter(|before| !is_blocked && !before.spam) {
        awake(&mut c, before, inbound);
    }
    // In somebody else's conversation their word is kept, and calls nobody.
    let put_aside_now = is_blocked && !c.spam && persons::canonical(tx, c.person)? == person;
    if put_aside_now {
        put_aside(&mut c, tx.now());
    }
    let message = message(inbound, home, (placed.rule, placed.detail), tx.now());
    c.preview = preview(&inbound.text);
    if is_new {
        rows::insert(tx, &mut c)?;
        tx.record(fact("conversation.created", &c).payload(json!({ "number": c.number })))?;
    }
    let state = c.clone();
    let seq = rows::insert_message(tx, &mut c, &message)?;
    rows::save(tx, before.as_ref().unwrap_or(&state), &mut c)?;
    attachments::attach_new(tx, message.id, &inbound.attachments)?;
    remember(tx, inbound, &c, message.id)?;
    // Whoever goes on with their own chat took part from its first word.
    if is_new || placed.rule != threading::CHAT || c.person != home {
        take_part(tx, inbound, &c, home, placed.role)?;
    }
    if is_new || threading::may_bring_others(inbound) {
        bring_others(tx, inbound, &c)?;
    }
    if let Some((other, reason)) = placed.linked {
        rows::link(tx, c.id, other, reason)?;
        tx.record(fact("conversation.linked", &c).payload(json!({ "other": other, "reason": reason })))?;
    }
    link_other_mailboxes(tx, inbound, &c)?;
    let reopened =
        before.as_ref().is_some_and(|before| before.status == Status::Closed && c.status != Status::Closed);
    let mut payload = message_payload(message.id, seq);
    payload["reopened"] = json!(reopened);
    payload["automatic"] = json!(inbound.automatic);
    payload["channel"] = json!(inbound.channel);
    payload["blocked"] = json!(is_blocked);
    if put_aside_now {
        tx.record(fact("conversation.marked_spam", &c).payload(json!({ "blocked": true })))?;
    }
    tx.record(fact("message.received", &c).at(inbound.at).payload(payload))?;
    let at = c.last_message_at;
    Ok(Received { conversation: c.id, message: message.id, seq, person: home, at, repeated: false })
}

fn begin(tx: &mut Tx<'_>, inbound: &Inbound, person: PersonId) -> Result<Conversation> {
    let now = tx.now();
    let team = crate::channels::find(tx, inbound.channel)?.team;
    Ok(Conversation {
        id: ConversationId::new(),
        number: 0,
        channel: inbound.channel,
        person,
        subject: subject_line(inbound.subject.as_deref().unwrap_or_default()),
        preview: String::new(),
        status: Status::New,
        priority: Priority::Normal,
        assignee: None,
        team,
        message_count: 0,
        last_seq: 0,
        last_out_seq: 0,
        last_message_kind: MessageKind::In,
        created_at: now,
        last_message_at: now,
        waiting_since: (!inbound.automatic).then_some(now),
        snoozed_until: None,
        snoozed_until_reply: false,
        woken: false,
        closed_at: None,
        spam: false,
        version: 0,
    })
}

/// A person's word opens what was closed, asleep or waiting; a machine's word changes nothing.
fn awake(c: &mut Conversation, before: &Conversation, inbound: &Inbound) {
    if inbound.automatic {
        return;
    }
    c.woken = before.status == Status::Snoozed;
    if before.status != Status::New {
        c.status = if before.last_out_seq == 0 { Status::New } else { Status::Open };
    }
    c.closed_at = None;
    c.snoozed_until = None;
    c.snoozed_until_reply = false;
    c.waiting_since = before.waiting_since.or(Some(inbound.at));
}

fn message(
    inbound: &Inbound,
    person: PersonId,
    matched: (&'static str, String),
    now: kernel::Timestamp,
) -> NewRow {
    let name = inbound.from.name.as_ref().or(inbound.author.as_ref()).unwrap_or(&inbound.from.value).clone();
    NewRow {
        channel: Some(inbound.channel),
        subject: inbound.subject.as_deref().map(subject_line),
        quoted: inbound.quoted.clone(),
        html: inbound.html.clone(),
        to: inbound.to.clone(),
        cc: inbound.cc.iter().map(|handle| handle.value.clone()).collect(),
        external_id: inbound.external_id.clone(),
        client_id: inbound.client_id,
        matched: Some(matched),
        automatic: inbound.automatic,
        sender_verified: inbound.sender_verified,
        inbound: inbound.inbound,
        ..NewRow::new(MessageKind::In, Actor::Person(person), name, inbound.text.clone(), now)
    }
}

/// Every id seen, ancestors too, so that a later answer to any of them finds its way.
fn remember(tx: &mut Tx<'_>, inbound: &Inbound, c: &Conversation, message: MessageId) -> Result<()> {
    if let Some(id) = &inbound.external_id {
        rows::remember_reference(tx, inbound.channel, id, c.id, Some(message))?;
    }
    for reference in inbound.thread.references.iter().take(50) {
        rows::remember_reference(tx, inbound.channel, reference, c.id, None)?;
    }
    Ok(())
}

fn take_part(
    tx: &mut Tx<'_>,
    inbound: &Inbound,
    c: &Conversation,
    person: PersonId,
    role: &str,
) -> Result<()> {
    rows::add_participant(tx, c.id, person, role, &inbound.from.value)
}

/// Those in copy take part.
fn bring_others(tx: &mut Tx<'_>, inbound: &Inbound, c: &Conversation) -> Result<()> {
    for handle in inbound.cc.iter().take(50) {
        if crate::channels::by_address(tx, &handle.value)?.is_some() {
            continue;
        }
        match persons::meet(tx, handle) {
            Ok(other) => rows::add_participant(tx, c.id, other.home, "cc", &handle.value)?,
            // What only looks like an address keeps no mail out.
            Err(error) if error.code == Code::InvalidEmail => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// One mail that came to two of our mailboxes is two conversations that know of each other.
fn link_other_mailboxes(tx: &mut Tx<'_>, inbound: &Inbound, c: &Conversation) -> Result<()> {
    let Some(id) = &inbound.external_id else { return Ok(()) };
    let workspace = tx.workspace();
    let sql = "SELECT DISTINCT conversation_id FROM message_references
               WHERE workspace_id = $1 AND reference = $2 AND channel_id <> $3 AND message_id IS NOT NULL";
    let others = tx.rows(sql, store::params![workspace, id, inbound.channel])?;
    for row in others {
        rows::link(tx, c.id, row.get(0)?, "same_message")?;
    }
    Ok(())
}

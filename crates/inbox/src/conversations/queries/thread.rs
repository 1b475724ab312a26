//! The thread: messages in their order, with what happened to the conversation between them.

use std::collections::HashMap;

use kernel::{Actor, ConversationId, Error, MessageId, Result, Timestamp, UserId};
use serde_json::Value as Json;
use store::{Read, Row, params};

use crate::{
    attachments,
    conversations::{
        message::{Author, Delivery, Event, HtmlView, Match, MessageKind, MessageView, Recipient},
        store as rows,
    },
    deliveries,
};

const COLUMNS: &str = "id, seq, kind, author, author_name, created_at, subject, text, quoted, html_blob, html_height, \
     remote_images, recipients, match_rule, match_detail, automatic, sender_verified, mentions, client_id, held_until";

/// Facts that a thread shows as one line.
const EVENTS: &str = "'conversation.assigned', 'conversation.team_changed', 'conversation.status_changed', \
     'conversation.closed', 'conversation.reopened', 'conversation.snoozed', 'conversation.woken', 'conversation.tagged', \
     'conversation.untagged', 'conversation.priority_changed', 'conversation.subject_changed', 'conversation.linked', \
     'conversation.marked_spam', 'conversation.unmarked_spam', 'message.separated'";

/// A page of the thread, ascending: the newest, or those before or after a number. Also whether older ones exist.
pub fn messages(
    read: &mut Read<'_>,
    content_url: &str,
    id: ConversationId,
    before: Option<i64>,
    after: Option<i64>,
    limit: usize,
) -> Result<(Vec<MessageView>, Option<i64>)> {
    rows::find(read, id)?;
    let workspace = read.workspace();
    let (compare, bound, order) = match (before, after) {
        (_, Some(after)) => (">", after, "ASC"),
        (Some(before), None) => ("<", before, "DESC"),
        (None, None) => ("<", i64::MAX, "DESC"),
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND seq {compare} $3
         AND undone_at IS NULL ORDER BY seq {order} LIMIT $4"
    );
    let mut found = read.rows(&sql, params![workspace, id, bound, limit + 1])?;
    let more = found.len() > limit;
    let beyond = found.get(limit).map(|row| row.get::<Timestamp>(5)).transpose()?;
    found.truncate(limit);
    if after.is_none() {
        found.reverse();
    }
    let messages = found.iter().map(|row| from_row(read, content_url, row)).collect::<Result<Vec<_>>>()?;
    let next = if more && after.is_none() { messages.first().map(|message| message.seq) } else { None };
    // A page begins with its first message, or with what happened after the one it is read on from, and ends before
    // the next message.
    let (from, until) = match (before, after) {
        (_, Some(after)) => (time_of(read, id, after)?, beyond),
        (before, None) => {
            let until = before.map(|before| time_of(read, id, before)).transpose()?.flatten();
            (messages.first().filter(|_| next.is_some()).map(|message| message.created_at), until)
        }
    };
    let events = events(read, id, from, until)?;
    Ok((merge(messages, events, after.unwrap_or(0)), next))
}

fn time_of(read: &mut Read<'_>, id: ConversationId, seq: i64) -> Result<Option<Timestamp>> {
    let workspace = read.workspace();
    let sql = "SELECT created_at FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND seq = $3";
    read.row(sql, params![workspace, id, seq])?.map(|row| row.get(0)).transpose()
}

/// One message by its number.
pub fn message(read: &mut Read<'_>, id: ConversationId, seq: i64) -> Result<MessageView> {
    let workspace = read.workspace();
    let sql = format!(
        "SELECT {COLUMNS} FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND seq = $3"
    );
    let row = read.row(&sql, params![workspace, id, seq])?.ok_or_else(Error::not_found)?;
    from_row(read, "", &row)
}

fn from_row(read: &mut Read<'_>, content_url: &str, row: &Row) -> Result<MessageView> {
    let id: MessageId = row.get(0)?;
    let kind = MessageKind::parse(&row.get::<String>(2)?);
    let author: Actor = serde_json::from_str(&row.get::<String>(3)?).map_err(Error::internal)?;
    let recipients: Json = row.get(12)?;
    let html = match row.get::<Option<String>>(9)? {
        None => None,
        Some(_) => {
            let url = attachments::html_link(read, content_url, &id.to_string())?;
            let remote_images: bool = row.get(11)?;
            let url_with_images = remote_images.then(|| format!("{url}&images=true"));
            let height_hint = row.get::<Option<i64>>(10)?.unwrap_or(200);
            Some(HtmlView { url, height_hint, remote_images, url_with_images })
        }
    };
    let matched = match row.get::<Option<String>>(13)? {
        None => None,
        Some(rule) => Some(Match { rule, detail: row.get::<Option<String>>(14)?.unwrap_or_default() }),
    };
    let mentions: Vec<UserId> = serde_json::from_str(&row.get::<String>(17)?).map_err(Error::internal)?;
    let files = attachments::of_message(read, id)?;
    let client: Option<Vec<u8>> = row.get(18)?;
    Ok(MessageView {
        id: id.to_string(),
        seq: row.get(1)?,
        kind,
        author: Author::new(&author, row.get(4)?),
        created_at: row.get(5)?,
        subject: row.get(6)?,
        text: row.get(7)?,
        quoted: row.get(8)?,
        html,
        to: addresses(&recipients["to"]),
        cc: addresses(&recipients["cc"]),
        attachments: files
            .iter()
            .map(|file| attachments::link(read, content_url, file))
            .collect::<Result<_>>()?,
        delivery: if kind == MessageKind::Out { delivery(read, id, row.get(19)?)? } else { None },
        matched,
        automatic: row.get(15)?,
        sender_verified: row.get(16)?,
        mentions,
        event: None,
        client_id: client.and_then(|bytes| uuid::Uuid::from_slice(&bytes).ok()),
    })
}

fn addresses(json: &Json) -> Vec<String> {
    serde_json::from_value(json.clone()).unwrap_or_default()
}

/// The states of a delivery, the one that needs a person most first.
const GRAVITY: [&str; 10] =
    ["bounced", "failed", "unknown", "held", "queued", "sending", "sent", "delivered", "read", "cancelled"];

fn delivery(read: &mut Read<'_>, id: MessageId, held_until: Option<Timestamp>) -> Result<Option<Delivery>> {
    let rows = deliveries::of_message(read, id)?;
    let gravity = |state: &str| GRAVITY.iter().position(|known| *known == state).unwrap_or(GRAVITY.len());
    let Some(gravest) = rows.iter().min_by_key(|row| gravity(&row.state)) else { return Ok(None) };
    let state = gravest.state.clone();
    Ok(Some(Delivery {
        held_until: held_until.filter(|_| state == "held"),
        state,
        recipients: rows
            .into_iter()
            .map(|row| Recipient { address: row.address, state: row.state, reason: row.reason, at: row.at })
            .collect(),
    }))
}

fn events(
    read: &mut Read<'_>,
    id: ConversationId,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Result<Vec<MessageView>> {
    let workspace = read.workspace();
    let sql = format!(
        "SELECT tx, seq, name, at, actor, payload FROM facts WHERE workspace_id = $1 AND conversation_id = $2
         AND name IN ({EVENTS}) AND at >= $3 AND at < $4 ORDER BY seq LIMIT 500"
    );
    let bounds = params![workspace, id, from.map_or(0, |at| at.0), until.map_or(i64::MAX, |at| at.0)];
    let found = read.rows(&sql, bounds)?;
    let actors: Vec<Actor> = found
        .iter()
        .map(|row| serde_json::from_str(&row.get::<String>(4)?).map_err(Error::internal))
        .collect::<Result<_>>()?;
    let names = names(read, &actors)?;
    found
        .iter()
        .zip(actors)
        .map(|(row, actor)| {
            let name = match &actor {
                Actor::User(user) => names.get(user).cloned().unwrap_or_default(),
                Actor::System(name) => name.clone(),
                Actor::Key(_) => "API".to_owned(),
                Actor::Person(_) => String::new(),
            };
            let event = Event { name: row.get(2)?, payload: row.get(5)? };
            let id = format!("fact:{}.{}", row.get::<i64>(0)?, row.get::<i64>(1)?);
            Ok(event_message(id, Author::new(&actor, name), row.get(3)?, event))
        })
        .collect()
}

fn names(read: &mut Read<'_>, actors: &[Actor]) -> Result<HashMap<UserId, String>> {
    let users: Vec<UserId> = actors
        .iter()
        .filter_map(|actor| if let Actor::User(id) = actor { Some(*id) } else { None })
        .collect();
    people::access::users::names(read, &users)
}

fn event_message(id: String, author: Author, at: Timestamp, event: Event) -> MessageView {
    MessageView {
        id,
        seq: 0,
        kind: MessageKind::Event,
        author,
        created_at: at,
        subject: None,
        text: String::new(),
        quoted: None,
        html: None,
        to: Vec::new(),
        cc: Vec::new(),
        attachments: Vec::new(),
        delivery: None,
        matched: None,
        automatic: false,
        sender_verified: None,
        mentions: Vec::new(),
        event: Some(event),
        client_id: None,
    }
}

/// Both in one order of time; an event takes the number of the message it follows, the first of them `seq`.
fn merge(messages: Vec<MessageView>, events: Vec<MessageView>, mut seq: i64) -> Vec<MessageView> {
    let mut all = messages;
    all.extend(events);
    all.sort_by_key(|item| (item.created_at, item.kind == MessageKind::Event));
    for item in &mut all {
        if item.kind == MessageKind::Event {
            item.seq = seq;
        } else {
            seq = item.seq;
        }
    }
    all
}

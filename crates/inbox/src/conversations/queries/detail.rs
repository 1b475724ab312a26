use kernel::{ConversationId, PersonId, Result};
use store::{Read, params};

use super::list::view;
use crate::{
    channels,
    conversations::{
        model::{
            Conversation, ConversationDetail, Linked, Participant, Presence, Ref, ReplyPlan, number_text,
        },
        store as rows,
    },
    drafts,
    port::Registry,
};

/// Everything around the messages of a conversation.
pub fn detail(
    read: &mut Read<'_>,
    registry: &Registry,
    content_url: &str,
    viewers: &[web::Viewer],
    id: ConversationId,
) -> Result<ConversationDetail> {
    let conversation = rows::find(read, id)?;
    let reply = reply_plan(read, registry, &conversation)?;
    let draft = match read.caller().user() {
        Some(user) => drafts::find(read, id, user, content_url)?,
        None => None,
    };
    let participants = participants(read, id)?;
    let linked = linked(read, id)?;
    let presence = viewers
        .iter()
        .map(|viewer| Presence {
            user: Ref { id: viewer.id.to_string(), name: viewer.name.clone() },
            state: viewer.state,
        })
        .collect();
    let conversation = view(read, vec![conversation])?.remove(0);
    Ok(ConversationDetail { conversation, participants, linked, draft, reply, presence })
}

/// How an answer would leave: through which channel, to whom, and whether it can.
pub fn reply_plan(read: &mut Read<'_>, registry: &Registry, c: &Conversation) -> Result<ReplyPlan> {
    let brief = channels::brief(read)?.remove(&c.channel);
    let row = channels::find(read, c.channel).ok();
    let kind = row.as_ref().and_then(|row| registry.get(&row.kind)).map(|kind| kind.kind());
    let to = recipients(read, c)?;
    let reason = match (&row, &kind) {
        (None, _) => Some("channel_deleted"),
        (Some(row), _) if !row.enabled => Some("channel_off"),
        (_, Some(kind)) if !kind.can.send => Some("channel_cannot_send"),
        (_, None) => Some("channel_deleted"),
        _ if to.is_empty() => Some("no_address"),
        _ => None,
    };
    let holds = kind.as_ref().is_some_and(|kind| kind.can.hold) && read.caller().user().is_some();
    let hold_seconds = if holds { people::access::workspace::get(read)?.send_undo_seconds } else { 0 };
    let name = channels::ChannelBrief { id: c.channel, kind: String::new(), name: String::new() };
    Ok(ReplyPlan {
        can: reason.is_none(),
        reason: reason.map(str::to_owned),
        to,
        channel: brief.unwrap_or(name),
        hold_seconds,
        max_length: kind.and_then(|kind| kind.can.max_length),
    })
}

/// The addresses an answer goes to: whoever wrote last and is still a participant, else the requester.
fn recipients(read: &mut Read<'_>, c: &Conversation) -> Result<Vec<String>> {
    let workspace = read.workspace();
    let sql = "SELECT address FROM participants WHERE workspace_id = $1 AND conversation_id = $2 AND role = 'requester'
               AND address <> '' ORDER BY CASE WHEN person_id = $3 THEN 0 ELSE 1 END, added_at LIMIT 1";
    let row = read.row(sql, params![workspace, c.id, c.person])?;
    Ok(row.map(|row| row.get(0)).transpose()?.into_iter().collect())
}

fn participants(read: &mut Read<'_>, id: ConversationId) -> Result<Vec<Participant>> {
    let workspace = read.workspace();
    let sql = "SELECT person_id, role, address FROM participants WHERE workspace_id = $1 AND conversation_id = $2 ORDER BY added_at";
    let found = read.rows(sql, params![workspace, id])?;
    let ids = found.iter().map(|row| row.get(0)).collect::<Result<Vec<PersonId>>>()?;
    let people = people::persons::brief(read, &ids)?;
    found
        .iter()
        .filter_map(|row| {
            let person = row.get::<PersonId>(0).ok().and_then(|id| people.get(&id).cloned())?;
            Some(row.get(1).and_then(|role| Ok(Participant { person, role, address: row.get(2)? })))
        })
        .collect()
}

fn linked(read: &mut Read<'_>, id: ConversationId) -> Result<Vec<Linked>> {
    let workspace = read.workspace();
    let visible = rows::hide_private(read, "c.team_id")?;
    let sql = format!(
        "SELECT c.id, c.number, c.subject, l.reason FROM conversation_links l
         JOIN conversations c ON c.workspace_id = l.workspace_id AND c.id = l.other_id
         WHERE l.workspace_id = $1 AND l.conversation_id = $2 AND {visible} ORDER BY l.at LIMIT 50"
    );
    read.rows(&sql, params![workspace, id])?
        .iter()
        .map(|row| {
            let number = number_text(row.get(1)?);
            Ok(Linked { id: row.get(0)?, number, subject: row.get(2)?, reason: row.get(3)? })
        })
        .collect()
}

//! Every statement that changes a conversation or its messages.

use kernel::{ChannelId, Code, ConversationId, Error, MessageId, PersonId, Result, Role, Timestamp, UserId};
use serde_json::json;
use store::{Read, Row, Tx, params};

use super::{
    message::{MessageKind, NewRow},
    model::{Conversation, Priority, Status},
    views,
};

pub(super) const COLUMNS: &str = "id, number, channel_id, person_id, subject, preview, status, priority, assignee_id, team_id, \
     message_count, last_seq, last_out_seq, last_message_kind, created_at, last_message_at, waiting_since, \
     snoozed_until, snoozed_until_reply, woken, closed_at, version, spam";

pub(super) fn from_row(row: &Row) -> Result<Conversation> {
    let (status, kind): (String, String) = (row.get(6)?, row.get(13)?);
    Ok(Conversation {
        id: row.get(0)?,
        number: row.get(1)?,
        channel: row.get(2)?,
        person: row.get(3)?,
        subject: row.get(4)?,
        preview: row.get(5)?,
        status: Status::parse(&status).ok_or_else(|| Error::internal("unknown status"))?,
        priority: Priority::from_number(row.get(7)?),
        assignee: row.get(8)?,
        team: row.get(9)?,
        message_count: row.get(10)?,
        last_seq: row.get(11)?,
        last_out_seq: row.get(12)?,
        last_message_kind: MessageKind::parse(&kind),
        created_at: row.get(14)?,
        last_message_at: row.get(15)?,
        waiting_since: row.get(16)?,
        snoozed_until: row.get(17)?,
        snoozed_until_reply: row.get(18)?,
        woken: row.get(19)?,
        closed_at: row.get(20)?,
        version: row.get(21)?,
        spam: row.get(22)?,
    })
}

/// A condition that leaves out conversations of private teams the caller is not in.
pub fn hide_private(read: &mut Read<'_>, column: &str) -> Result<String> {
    let hidden = people::access::teams::hidden(read)?;
    if hidden.is_empty() {
        return Ok("1 = 1".to_owned());
    }
    // Ids of our own making, never a caller's text.
    let list: Vec<String> = hidden.iter().map(|id| hex_literal(read.dialect(), id.as_bytes())).collect();
    Ok(format!("({column} IS NULL OR {column} NOT IN ({}))", list.join(", ")))
}

fn hex_literal(dialect: store::Dialect, bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    match dialect {
        store::Dialect::Sqlite => format!("x'{hex}'"),
        store::Dialect::Postgres => format!("'\\x{hex}'::bytea"),
    }
}

/// All conversations noted at a home of a person.
pub(super) fn of_home(read: &mut Read<'_>, home: PersonId) -> Result<Vec<Conversation>> {
    let workspace = read.workspace();
    let sql = format!("SELECT {COLUMNS} FROM conversations WHERE workspace_id = $1 AND person_id = $2");
    read.rows(&sql, params![workspace, home])?.iter().map(from_row).collect()
}

/// The conversation, if the caller may see it.
pub fn find(read: &mut Read<'_>, id: ConversationId) -> Result<Conversation> {
    select(read, id, "")
}

/// As [`find`], holding it until the end of the transaction.
pub fn find_for_update(tx: &mut Tx<'_>, id: ConversationId) -> Result<Conversation> {
    let lock = tx.dialect().for_update();
    select(tx, id, lock)
}

/// As [`find_for_update`], for those who may change things: observers may not.
pub(super) fn find_to_act(tx: &mut Tx<'_>, id: ConversationId) -> Result<Conversation> {
    let conversation = find_for_update(tx, id)?;
    tx.caller().require(Role::Agent)?;
    Ok(conversation)
}

fn select(read: &mut Read<'_>, id: ConversationId, lock: &str) -> Result<Conversation> {
    let sql = format!("SELECT {COLUMNS} FROM conversations WHERE workspace_id = $1 AND id = $2{lock}");
    let workspace = read.workspace();
    let found = read.row(&sql, params![workspace, id])?.as_ref().map(from_row).transpose()?;
    let conversation = found.ok_or_else(Error::not_found)?;
    if let Some(team) = conversation.team
        && people::access::teams::hidden(read)?.contains(&team)
    {
        return Err(Error::not_found());
    }
    Ok(conversation)
}

/// Takes the next number of the workspace and inserts.
pub(super) fn insert(tx: &mut Tx<'_>, conversation: &mut Conversation) -> Result<()> {
    let workspace = tx.workspace();
    let sql = "UPDATE workspaces SET next_number = next_number + 1 WHERE id = $1 RETURNING next_number - 1";
    conversation.number = tx.one(sql, params![workspace])?.get(0)?;
    let c = &*conversation;
    tx.execute(
        &format!(
            "INSERT INTO conversations (workspace_id, {COLUMNS}) VALUES
             ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)"
        ),
        params![
            workspace, c.id, c.number, c.channel, c.person, &c.subject, &c.preview, c.status.as_str(),
            c.priority.number(), c.assignee, c.team, c.message_count, c.last_seq, c.last_out_seq,
            c.last_message_kind.as_str(), c.created_at, c.last_message_at, c.waiting_since, c.snoozed_until,
            c.snoozed_until_reply, c.woken, c.closed_at, c.version, c.spam
        ],
    )?;
    views::moved(tx, None, Some(c))
}

/// Saves a changed conversation and moves it between the counted buckets.
pub(super) fn save(tx: &mut Tx<'_>, before: &Conversation, c: &mut Conversation) -> Result<()> {
    c.version = before.version + 1;
    c.spam &= c.status == Status::Closed;
    let workspace = tx.workspace();
    tx.execute_later(
        "UPDATE conversations SET person_id = $3, subject = $4, preview = $5, status = $6, priority = $7, assignee_id = $8,
             team_id = $9, message_count = $10, last_seq = $11, last_out_seq = $12, last_message_kind = $13,
             last_message_at = $14, waiting_since = $15, snoozed_until = $16, snoozed_until_reply = $17, woken = $18,
             closed_at = $19, version = $20, spam = $21
         WHERE workspace_id = $1 AND id = $2",
        params![
            workspace, c.id, c.person, &c.subject, &c.preview, c.status.as_str(), c.priority.number(), c.assignee,
            c.team, c.message_count, c.last_seq, c.last_out_seq, c.last_message_kind.as_str(), c.last_message_at,
            c.waiting_since, c.snoozed_until, c.snoozed_until_reply, c.woken, c.closed_at, c.version,
            c.spam
        ],
    )?;
    views::moved(tx, Some(before), Some(c))
}

/// Writes a message as the next of its conversation, which the caller saves.
///
/// Its time is never before that of the message before it: on PostgreSQL whoever waits for the conversation began earlier
/// than the one it waits for.
pub(super) fn insert_message(tx: &mut Tx<'_>, c: &mut Conversation, message: &NewRow) -> Result<i64> {
    c.last_seq += 1;
    c.message_count += 1;
    c.last_message_kind = message.kind;
    c.last_message_at = c.last_message_at.max(message.created_at);
    let workspace = tx.workspace();
    let author = serde_json::to_string(&message.author).map_err(Error::internal)?;
    let (rule, detail) =
        message.matched.clone().map_or((None, None), |(rule, detail)| (Some(rule), Some(detail)));
    let html = message.html.as_ref();
    tx.execute_later(
        "INSERT INTO messages (workspace_id, conversation_id, seq, id, kind, author, author_name, created_at, channel_id,
             subject, text, quoted, html_blob, html_height, remote_images, recipients, external_id, client_id, match_rule,
             match_detail, automatic, sender_verified, mentions, event, inbound_id, held_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
             $24, $25, $26)",
        params![
            workspace, c.id, c.last_seq, message.id, message.kind.as_str(), author, &message.author_name,
            c.last_message_at, message.channel, message.subject.as_deref(), &message.text, message.quoted.as_deref(),
            html.map(|html| html.blob.clone()), html.map(|html| html.height), html.is_some_and(|html| html.remote_images),
            &json!({ "to": message.to, "cc": message.cc }), message.external_id.as_deref(),
            message.client_id.map(|id| id.as_bytes().to_vec()), rule, detail, message.automatic, message.sender_verified,
            &json!(message.mentions), message.before.as_ref().map(ToString::to_string), message.inbound, message.held_until
        ],
    )?;
    Ok(c.last_seq)
}

/// The message that a client made under this id, if it is already here.
pub(super) fn message_by_client(
    read: &mut Read<'_>,
    client: uuid::Uuid,
) -> Result<Option<(ConversationId, i64, MessageId, Timestamp)>> {
    let workspace = read.workspace();
    let sql = "SELECT conversation_id, seq, id, created_at FROM messages WHERE workspace_id = $1 AND client_id = $2";
    let row = read.row(sql, params![workspace, client.as_bytes().to_vec()])?;
    row.map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))).transpose()
}

/// Where a message stands; the caller's right to that conversation is not looked at.
pub(super) fn conversation_of(read: &mut Read<'_>, message: MessageId) -> Result<ConversationId> {
    let workspace = read.workspace();
    let sql = "SELECT conversation_id FROM messages WHERE workspace_id = $1 AND id = $2";
    read.row(sql, params![workspace, message])?.ok_or_else(Error::not_found)?.get(0)
}

/// Remembers that a Message-ID (or an ancestor's) belongs to a conversation of a channel.
pub(super) fn remember_reference(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    reference: &str,
    conversation: ConversationId,
    message: Option<MessageId>,
) -> Result<()> {
    let workspace = tx.workspace();
    tx.execute_later(
        "INSERT INTO message_references (workspace_id, channel_id, reference, conversation_id, message_id)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (workspace_id, channel_id, reference, conversation_id)
         DO UPDATE SET message_id = COALESCE(message_references.message_id, excluded.message_id)",
        params![workspace, channel, reference, conversation, message],
    )?;
    Ok(())
}

pub(super) fn add_participant(
    tx: &mut Tx<'_>,
    conversation: ConversationId,
    person: PersonId,
    role: &str,
    address: &str,
) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    tx.execute_later(
        "INSERT INTO participants (workspace_id, conversation_id, person_id, role, address, added_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (workspace_id, conversation_id, person_id, address) DO NOTHING",
        params![workspace, conversation, person, role, address, now],
    )?;
    Ok(())
}

pub(super) fn is_participant(
    read: &mut Read<'_>,
    conversation: ConversationId,
    person: PersonId,
    address: &str,
) -> Result<bool> {
    let workspace = read.workspace();
    let sql = "SELECT 1 FROM participants p JOIN persons h ON h.workspace_id = p.workspace_id AND h.id = p.person_id
               WHERE p.workspace_id = $1 AND p.conversation_id = $2
                 AND (COALESCE(h.merged_into, h.id) = $3 OR p.address = $4) LIMIT 1";
    Ok(read.row(sql, params![workspace, conversation, person, address])?.is_some())
}

pub(super) fn link(tx: &mut Tx<'_>, one: ConversationId, other: ConversationId, reason: &str) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    for (from, to) in [(one, other), (other, one)] {
        tx.execute(
            "INSERT INTO conversation_links (workspace_id, conversation_id, other_id, reason, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (workspace_id, conversation_id, other_id) DO NOTHING",
            params![workspace, from, to, reason, now],
        )?;
    }
    Ok(())
}

/// Notes up to which message a user has read.
pub(super) fn set_read(tx: &mut Tx<'_>, user: UserId, conversation: ConversationId, seq: i64) -> Result<()> {
    let workspace = tx.workspace();
    tx.execute(
        "INSERT INTO conversation_reads (workspace_id, user_id, conversation_id, seq) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace_id, user_id, conversation_id) DO UPDATE SET seq = $4",
        params![workspace, user, conversation, seq],
    )?;
    Ok(())
}

/// The place and the state of a message in its conversation.
pub(super) struct Stored {
    pub seq: i64,
    pub kind: MessageKind,
    pub text: String,
    pub subject: Option<String>,
    pub author: kernel::Actor,
    pub held_until: Option<Timestamp>,
    pub undone: bool,
    pub before: Option<String>,
    pub inbound: Option<kernel::InboundId>,
}

pub(super) fn find_message(
    read: &mut Read<'_>,
    conversation: ConversationId,
    id: MessageId,
) -> Result<Stored> {
    let workspace = read.workspace();
    let sql =
        "SELECT seq, kind, text, subject, author, held_until, undone_at, event, inbound_id FROM messages
               WHERE workspace_id = $1 AND conversation_id = $2 AND id = $3";
    let row = read.row(sql, params![workspace, conversation, id])?.ok_or_else(Error::not_found)?;
    let (kind, author): (String, String) = (row.get(1)?, row.get(4)?);
    Ok(Stored {
        seq: row.get(0)?,
        kind: MessageKind::parse(&kind),
        text: row.get(2)?,
        subject: row.get(3)?,
        author: serde_json::from_str(&author).map_err(Error::internal)?,
        held_until: row.get(5)?,
        undone: row.get::<Option<Timestamp>>(6)?.is_some(),
        before: row.get(7)?,
        inbound: row.get(8)?,
    })
}

/// Who wrote the message of a number.
pub(super) fn author_of(
    read: &mut Read<'_>,
    conversation: ConversationId,
    seq: i64,
) -> Result<kernel::Actor> {
    let workspace = read.workspace();
    let sql = "SELECT author FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND seq = $3";
    let author: String = read.one(sql, params![workspace, conversation, seq])?.get(0)?;
    serde_json::from_str(&author).map_err(Error::internal)
}

pub(super) fn mark_undone(tx: &mut Tx<'_>, id: MessageId) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let changed = tx.execute(
        "UPDATE messages SET undone_at = $3, client_id = NULL WHERE workspace_id = $1 AND id = $2 AND undone_at IS NULL",
        params![workspace, id, now],
    )?;
    if changed == 0 { Err(Error::new(Code::TooLateToUndo)) } else { Ok(()) }
}

/// What the list shows of the newest message that stands.
pub(super) fn latest(
    read: &mut Read<'_>,
    conversation: ConversationId,
) -> Result<Option<(MessageKind, String, Timestamp)>> {
    let workspace = read.workspace();
    let sql = "SELECT kind, text, created_at FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND undone_at IS NULL
               ORDER BY seq DESC LIMIT 1";
    let row = read.row(sql, params![workspace, conversation])?;
    row.map(|row| Ok((MessageKind::parse(&row.get::<String>(0)?), row.get(1)?, row.get(2)?))).transpose()
}

/// The raw item a message came from.
pub fn inbound_of(
    read: &mut Read<'_>,
    conversation: ConversationId,
    id: MessageId,
) -> Result<Option<kernel::InboundId>> {
    Ok(find_message(read, conversation, id)?.inbound)
}

/// The team of a conversation when only its members may see it.
pub fn private_team(read: &mut Read<'_>, c: &Conversation) -> Result<Option<kernel::TeamId>> {
    match c.team {
        Some(team) if people::access::teams::get(read, team)?.private => Ok(Some(team)),
        _ => Ok(None),
    }
}

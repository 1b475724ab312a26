//! What a visitor sees of a conversation: what was said to and by them, nothing else. A letter that others had sent to the
//! conversation's reply address is not theirs to read.

use inbox::{
    attachments,
    conversations::{self, Conversation, Received, project},
    port::Inbound,
};
use kernel::{Actor, ConversationId, Error, MessageId, Result, Timestamp};
use serde::Serialize;
use store::{Read, Row, params};
use uuid::Uuid;

#[derive(Clone, Debug, Serialize)]
pub(super) struct ChatMessage {
    pub id: MessageId,
    pub seq: i64,
    pub client_id: Option<Uuid>,
    /// visitor, agent, system
    pub from: &'static str,
    pub author: Option<String>,
    pub text: String,
    pub at: Timestamp,
    pub attachments: Vec<ChatFile>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct ChatFile {
    pub id: kernel::AttachmentId,
    pub name: String,
    pub media_type: String,
    pub size: i64,
    pub url: String,
}

impl From<attachments::AttachmentView> for ChatFile {
    fn from(file: attachments::AttachmentView) -> Self {
        Self { id: file.id, name: file.name, media_type: file.media_type, size: file.size, url: file.url }
    }
}

/// A machine's mail is for colleagues.
const VISIBLE: &str = "kind IN ('in', 'out') AND undone_at IS NULL AND (kind = 'out' OR automatic = 0)";
const COLUMNS: &str = "id, seq, client_id, kind, author, author_name, text, created_at";

/// Messages after a number, oldest first, at most 200. Notes are not for visitors.
pub(super) fn since(
    read: &mut Read<'_>,
    content_url: &str,
    id: ConversationId,
    seq: i64,
) -> Result<Vec<ChatMessage>> {
    let workspace = read.workspace();
    let sql = format!(
        "SELECT {COLUMNS} FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND seq > $3
         AND {VISIBLE} ORDER BY seq LIMIT 200"
    );
    let conversation = conversations::find(read, id)?;
    let mut seen = Vec::new();
    for row in &read.rows(&sql, params![workspace, id, seq])? {
        if is_theirs(read, &conversation, row)? {
            seen.push(from_row(read, content_url, row)?);
        }
    }
    Ok(seen)
}

/// One message of the visitor's own.
pub(super) fn message(
    read: &mut Read<'_>,
    content_url: &str,
    id: ConversationId,
    seq: i64,
) -> Result<ChatMessage> {
    let workspace = read.workspace();
    let sql = format!(
        "SELECT {COLUMNS} FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND seq = $3 AND {VISIBLE}"
    );
    let row = read.row(&sql, params![workspace, id, seq])?.ok_or_else(Error::not_found)?;
    from_row(read, content_url, &row)
}

/// A message of the visitor's that has no files, as it has just been taken in.
pub(super) fn just_written(received: &Received, inbound: &Inbound) -> ChatMessage {
    ChatMessage {
        id: received.message,
        seq: received.seq,
        client_id: inbound.client_id,
        from: "visitor",
        author: None,
        text: inbound.text.clone(),
        at: received.at,
        attachments: Vec::new(),
    }
}

fn is_theirs(read: &mut Read<'_>, conversation: &Conversation, row: &Row) -> Result<bool> {
    if row.get::<String>(3)? == "out" {
        return Ok(true);
    }
    project::is_of(read, conversation, &author(row)?)
}

fn author(row: &Row) -> Result<Actor> {
    serde_json::from_str(&row.get::<String>(4)?).map_err(Error::internal)
}

fn from_row(read: &mut Read<'_>, content_url: &str, row: &Row) -> Result<ChatMessage> {
    let message = without_files(row)?;
    let files = attachments::of_message(read, message.id)?;
    let attachments = files
        .iter()
        .map(|file| attachments::link(read, content_url, file).map(ChatFile::from))
        .collect::<Result<_>>()?;
    Ok(ChatMessage { attachments, ..message })
}

fn without_files(row: &Row) -> Result<ChatMessage> {
    let id: MessageId = row.get(0)?;
    let kind: String = row.get(3)?;
    let author = author(row)?;
    let from = match (&author, kind.as_str()) {
        (_, "in") => "visitor",
        (Actor::System(_), _) => "system",
        _ => "agent",
    };
    let client: Option<Vec<u8>> = row.get(2)?;
    let name: String = row.get(5)?;
    Ok(ChatMessage {
        id,
        seq: row.get(1)?,
        client_id: client.and_then(|bytes| Uuid::from_slice(&bytes).ok()),
        from,
        author: (from == "agent").then_some(name),
        text: row.get(6)?,
        at: row.get(7)?,
        attachments: Vec::new(),
    })
}

/// The number of the newest message a visitor may see.
pub(super) fn last_seq(read: &mut Read<'_>, id: ConversationId) -> Result<i64> {
    let workspace = read.workspace();
    let sql = format!(
        "SELECT {COLUMNS} FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND {VISIBLE}
         ORDER BY seq DESC LIMIT 50"
    );
    let conversation = conversations::find(read, id)?;
    for row in &read.rows(&sql, params![workspace, id])? {
        if is_theirs(read, &conversation, row)? {
            return row.get(1);
        }
    }
    Ok(0)
}

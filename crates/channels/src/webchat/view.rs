//! What a visitor sees of a conversation: what was said to and by them, nothing else.

use inbox::attachments;
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
         AND kind IN ('in', 'out') AND undone_at IS NULL ORDER BY seq LIMIT 200"
    );
    read.rows(&sql, params![workspace, id, seq])?.iter().map(|row| from_row(read, content_url, row)).collect()
}

fn from_row(read: &mut Read<'_>, content_url: &str, row: &Row) -> Result<ChatMessage> {
    let id: MessageId = row.get(0)?;
    let kind: String = row.get(3)?;
    let author: Actor = serde_json::from_str(&row.get::<String>(4)?).map_err(Error::internal)?;
    let from = match (&author, kind.as_str()) {
        (_, "in") => "visitor",
        (Actor::System(_), _) => "system",
        _ => "agent",
    };
    let client: Option<Vec<u8>> = row.get(2)?;
    let name: String = row.get(5)?;
    let files = attachments::of_message(read, id)?;
    Ok(ChatMessage {
        id,
        seq: row.get(1)?,
        client_id: client.and_then(|bytes| Uuid::from_slice(&bytes).ok()),
        from,
        author: (from == "agent").then_some(name),
        text: row.get(6)?,
        at: row.get(7)?,
        attachments: files
            .iter()
            .map(|file| attachments::link(read, content_url, file).map(ChatFile::from))
            .collect::<Result<_>>()?,
    })
}

/// The number of the newest message a visitor may see.
pub(super) fn last_seq(read: &mut Read<'_>, id: ConversationId) -> Result<i64> {
    let workspace = read.workspace();
    let sql = "SELECT COALESCE(MAX(seq), 0) FROM messages WHERE workspace_id = $1 AND conversation_id = $2
               AND kind IN ('in', 'out') AND undone_at IS NULL";
    read.one(sql, params![workspace, id])?.get(0)
}

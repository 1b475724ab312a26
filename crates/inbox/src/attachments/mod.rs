//! Files beside messages. The bytes are blobs; a row gives them a name and a place.
//!
//! Invariants: a file without a message is seen by its uploader only; its name is a label, never a path; it is served
//! from the content origin, as a download, and only by a signed link.

pub mod http;
mod link;
mod remote;

pub use link::{check_link, html_link, link};

use kernel::{AttachmentId, Code, Error, MessageId, Result, fault};
use serde::Serialize;
use store::{BlobHash, Read, Row, Tx, params};
use utoipa::ToSchema;

use crate::port::NewAttachment;

/// The largest upload, in bytes.
pub const MAX_UPLOAD: usize = 25 * 1024 * 1024;

/// A file as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AttachmentView {
    #[schema(value_type = String)]
    pub id: AttachmentId,
    pub name: String,
    pub media_type: String,
    /// Bytes.
    pub size: i64,
    /// Shown inside the message, not below it.
    pub inline: bool,
    /// Signed, on the content origin, good for a day.
    pub url: String,
}

/// A stored file.
#[derive(Clone, Debug)]
pub struct Attachment {
    pub id: AttachmentId,
    pub message: Option<MessageId>,
    pub blob: String,
    pub name: String,
    pub media_type: String,
    pub size: i64,
    pub content_id: Option<String>,
    pub inline: bool,
}

const COLUMNS: &str = "id, message_id, blob, name, media_type, size, content_id, inline";

fn from_row(row: &Row) -> Result<Attachment> {
    Ok(Attachment {
        id: row.get(0)?,
        message: row.get(1)?,
        blob: row.get(2)?,
        name: row.get(3)?,
        media_type: row.get(4)?,
        size: row.get(5)?,
        content_id: row.get(6)?,
        inline: row.get(7)?,
    })
}

pub fn find(read: &mut Read<'_>, id: AttachmentId) -> Result<Attachment> {
    let workspace = read.workspace();
    let sql = format!("SELECT {COLUMNS} FROM attachments WHERE workspace_id = $1 AND id = $2");
    read.row(&sql, params![workspace, id])?.as_ref().map(from_row).transpose()?.ok_or_else(Error::not_found)
}

/// The files of a message, in the order they were added.
pub fn of_message(read: &mut Read<'_>, message: MessageId) -> Result<Vec<Attachment>> {
    let workspace = read.workspace();
    let sql =
        format!("SELECT {COLUMNS} FROM attachments WHERE workspace_id = $1 AND message_id = $2 ORDER BY id");
    read.rows(&sql, params![workspace, message])?.iter().map(from_row).collect()
}

/// Notes an uploaded file that no message has yet.
pub fn upload(
    tx: &mut Tx<'_>,
    blob: &BlobHash,
    name: &str,
    media_type: &str,
    size: usize,
) -> Result<Attachment> {
    let new = NewAttachment {
        blob: blob.as_str().to_owned(),
        name: clean_name(name),
        media_type: clean_media_type(media_type),
        size,
        content_id: None,
        inline: false,
    };
    let id = insert(tx, None, &new)?;
    find(tx, id)
}

/// Writes the files of an inbound message.
pub fn attach_new(tx: &mut Tx<'_>, message: MessageId, files: &[NewAttachment]) -> Result<()> {
    files.iter().try_for_each(|file| insert(tx, Some(message), file).map(drop))
}

fn insert(tx: &mut Tx<'_>, message: Option<MessageId>, file: &NewAttachment) -> Result<AttachmentId> {
    let (workspace, now, id) = (tx.workspace(), tx.now(), AttachmentId::new());
    let uploader = uploader(tx)?;
    tx.execute_later(
        "INSERT INTO attachments (workspace_id, id, message_id, uploader, blob, name, media_type, size, content_id, inline, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            workspace,
            id,
            message,
            uploader,
            &file.blob,
            clean_name(&file.name),
            clean_media_type(&file.media_type),
            file.size,
            file.content_id.as_deref(),
            file.inline,
            now
        ],
    )?;
    Ok(id)
}

/// The same file once more, as an upload of the caller.
pub fn copy(tx: &mut Tx<'_>, file: &Attachment) -> Result<AttachmentId> {
    let new = NewAttachment {
        blob: file.blob.clone(),
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        size: usize::try_from(file.size).map_err(Error::internal)?,
        content_id: None,
        inline: false,
    };
    insert(tx, None, &new)
}

/// Gives the caller's own uploads to a message; another's file is not found.
pub fn attach(tx: &mut Tx<'_>, message: MessageId, files: &[AttachmentId]) -> Result<()> {
    let (workspace, uploader) = (tx.workspace(), uploader(tx)?);
    for id in files {
        let changed = tx.execute(
            "UPDATE attachments SET message_id = $3 WHERE workspace_id = $1 AND id = $2 AND message_id IS NULL AND uploader = $4",
            params![workspace, *id, message, &uploader],
        )?;
        if changed == 0 {
            return Err(Error::invalid("attachments"));
        }
    }
    Ok(())
}

/// Takes the files of an undone message back to their uploader.
pub fn detach(tx: &mut Tx<'_>, message: MessageId) -> Result<Vec<AttachmentId>> {
    let files = of_message(tx, message)?;
    let workspace = tx.workspace();
    tx.execute(
        "UPDATE attachments SET message_id = NULL WHERE workspace_id = $1 AND message_id = $2",
        params![workspace, message],
    )?;
    Ok(files.into_iter().map(|file| file.id).collect())
}

/// The caller's own uploads among `ids` that no message has.
pub fn own(read: &mut Read<'_>, ids: &[AttachmentId]) -> Result<Vec<Attachment>> {
    let uploader = uploader(read)?;
    let workspace = read.workspace();
    let sql = format!(
        "SELECT {COLUMNS} FROM attachments WHERE workspace_id = $1 AND id = $2 AND uploader = $3 AND message_id IS NULL"
    );
    let mut found = Vec::new();
    for id in ids {
        found.extend(read.row(&sql, params![workspace, *id, &uploader])?.as_ref().map(from_row).transpose()?);
    }
    Ok(found)
}

fn uploader(read: &Read<'_>) -> Result<String> {
    serde_json::to_string(&read.caller().actor).map_err(Error::internal)
}

/// As much as any disk takes, with room for a number that a browser adds.
const MAX_NAME: usize = 240;

/// One line of at most 120 characters, without path, control or direction characters.
pub fn clean_name(name: &str) -> String {
    if fault::is_off("file-names") {
        return name.to_owned();
    }
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let safe = |c: &char| {
        !c.is_control()
            && !matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let cleaned: String = last.chars().filter(safe).take(120).collect();
    let cleaned = cleaned[..cleaned.floor_char_boundary(MAX_NAME)].trim().trim_matches('.').to_owned();
    if cleaned.is_empty() { "file".to_owned() } else { cleaned }
}

/// `type/subtype` of plain characters, else the type of unknown bytes.
fn clean_media_type(media_type: &str) -> String {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let plain = |c: char| c.is_ascii_alphanumeric() || "+-./".contains(c);
    let valid = essence.len() <= 100 && essence.matches('/').count() == 1 && essence.chars().all(plain);
    if valid { essence } else { "application/octet-stream".to_owned() }
}

/// Fails when a file is too large.
pub fn check_size(size: usize) -> Result<()> {
    if size > MAX_UPLOAD { Err(Error::new(Code::TooLarge)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_a_label_and_never_a_path() {
        assert_eq!(clean_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_name("..\\..\\számla.pdf"), "számla.pdf");
        assert_eq!(clean_name("invoice\u{202e}fdp.exe"), "invoicefdp.exe");
        assert_eq!(clean_name("\0\n"), "file");
        assert_eq!(clean_name(".htaccess"), "htaccess");
        assert_eq!(clean_name(&"\u{1f600}".repeat(300)).len(), MAX_NAME);
    }

    #[test]
    fn a_media_type_is_plain_or_unknown() {
        assert_eq!(clean_media_type("Image/PNG; name=x"), "image/png");
        assert_eq!(clean_media_type("text/html\r\nX: y"), "application/octet-stream");
    }
}

//! Raw first: whatever a server hands us is on the disk before anything is parsed, and only then acknowledged.

use inbox::{
    channels::{self, ChannelRow, HealthState, MailboxCursor},
    intake,
};
use kernel::{Caller, Result, fault};
use serde_json::{Value, json};
use store::{BlobHash, Db, Tx};

use super::wire::imap::{Cursor, Fetched, Health, MailSink, Moved};

/// Headers beyond this are not searched for a Message-ID.
const HEADERS: usize = 256 * 1024;

/// A mail whose bytes are a blob already.
#[derive(Clone)]
pub(crate) struct Kept {
    blob: String,
    size: usize,
    dedupe_key: String,
    envelope: Value,
}

impl Kept {
    /// Writes the bytes. On return they are on the disk, but nothing names them yet.
    pub async fn write(db: &Db, raw: Vec<u8>, envelope: Value) -> Result<Self> {
        let (size, dedupe_key) = (raw.len(), dedupe_key(&raw));
        let blob = db.blobs().put(raw).await?.as_str().to_owned();
        Ok(Self { blob, size, dedupe_key, envelope })
    }
}

/// Names the kept bytes and asks for them to be understood; a repetition changes nothing.
pub(crate) fn keep(tx: &mut Tx<'_>, channel: &ChannelRow, kept: &Kept) -> Result<()> {
    let item = intake::Keep {
        channel: channel.id,
        dedupe_key: kept.dedupe_key.clone(),
        blob: kept.blob.clone(),
        size: kept.size,
        envelope: kept.envelope.clone(),
    };
    if intake::keep(tx, &item)?.is_some() {
        let now = tx.now();
        channels::set_health(tx, channel.id, |health| {
            health.state = HealthState::Ok;
            health.last_in_at = Some(now);
            health.error = None;
        })?;
    }
    Ok(())
}

/// The Message-ID together with what follows the headers: one mail fetched twice, or come by two ways with other
/// trace lines, is one; another mail that borrows its Message-ID is not.
fn dedupe_key(raw: &[u8]) -> String {
    let end = find(raw, b"\r\n\r\n").or_else(|| find(raw, b"\n\n")).unwrap_or(raw.len());
    let (head, body) = raw.split_at(end);
    let body = &BlobHash::of(trimmed(body)).as_str()[..24].to_owned();
    match message_id(&head[..head.len().min(HEADERS)]) {
        Some(id) => format!("mid:{id}:{body}"),
        None => format!("sha:{}", BlobHash::of(raw)),
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// Servers add or drop line ends at the end.
fn trimmed(body: &[u8]) -> &[u8] {
    body.trim_ascii()
}

fn message_id(head: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((name, value)) = line.split_once(':') else { continue };
        if !name.trim().eq_ignore_ascii_case("message-id") {
            continue;
        }
        let mut value = value.to_owned();
        while let Some(next) = lines.next_if(|next| next.starts_with([' ', '\t'])) {
            value.push_str(next);
        }
        let id: String =
            value.chars().filter(|c| !c.is_whitespace() && !"<>".contains(*c)).take(300).collect();
        return (!id.is_empty()).then_some(id);
    }
    None
}

/// Where a watched mailbox puts its mail.
pub(super) struct MailboxSink {
    db: Db,
    channel: ChannelRow,
    mailbox: String,
}

impl MailboxSink {
    pub fn new(db: &Db, channel: &ChannelRow, mailbox: &str) -> Self {
        Self { db: db.clone(), channel: channel.clone(), mailbox: mailbox.to_owned() }
    }

    fn caller(&self) -> Caller {
        Caller::system(self.channel.workspace, "email")
    }

    async fn save(&self, cursor: Cursor, kept: Option<Kept>) -> Result<()> {
        let (channel, mailbox) = (self.channel.clone(), self.mailbox.clone());
        let cursor = MailboxCursor {
            uid_validity: cursor.uid_validity,
            last_uid: cursor.last_uid,
            rescan_below: cursor.rescan_below,
        };
        self.db
            .write(&self.caller(), move |tx| {
                if let Some(kept) = &kept {
                    keep(tx, &channel, kept)?;
                }
                channels::set_cursor(tx, channel.id, &mailbox, cursor)?;
                fault::point("imap.committing");
                Ok(())
            })
            .await
    }
}

impl MailSink for MailboxSink {
    /// A mailbox never read before is treated as renumbered: everything in it is looked at, and what the server had
    /// received before the channel was made is passed over. So nothing is lost between making the channel and the
    /// first look.
    async fn cursor(&self) -> Result<Option<Cursor>> {
        let (id, mailbox) = (self.channel.id, self.mailbox.clone());
        let known = self.db.read(&self.caller(), move |read| channels::cursor(read, id, &mailbox)).await?;
        Ok(Some(known.map_or(Cursor { uid_validity: 0, last_uid: 0, rescan_below: 0 }, |known| Cursor {
            uid_validity: known.uid_validity,
            last_uid: known.last_uid,
            rescan_below: known.rescan_below,
        })))
    }

    async fn moved(&self, cursor: Cursor, _: Moved) -> Result<()> {
        self.save(cursor, None).await
    }

    async fn keep(&self, cursor: Cursor, mail: Fetched) -> Result<()> {
        let kept = match mail {
            Fetched::Whole(raw) => Some(Kept::write(&self.db, raw, json!({ "uid": cursor.last_uid })).await?),
            Fetched::Beginning { raw, size } => {
                let envelope = json!({ "uid": cursor.last_uid, "cut": true, "size": size });
                Some(Kept::write(&self.db, raw, envelope).await?)
            }
            Fetched::Unreadable => {
                let note = format!("UID {} of {} cannot be fetched", cursor.last_uid, self.mailbox);
                Some(Kept::write(&self.db, note.into_bytes(), json!({ "unreadable": true })).await?)
            }
        };
        fault::point("imap.written");
        if fault::is_off("imap-keep-first") {
            self.save(cursor, None).await?;
            fault::point("imap.cursor-alone");
        }
        self.save(cursor, kept).await
    }

    fn health(&self, health: &Health) {
        let (state, error) = match health {
            Health::Connecting => return,
            Health::Connected | Health::UpToDate { .. } => (HealthState::Ok, None),
            Health::Failed { trouble, .. } => (HealthState::Error, Some(trouble.clone())),
        };
        let (db, caller, id) = (self.db.clone(), self.caller(), self.channel.id);
        tokio::spawn(async move {
            let noted = db.write(&caller, move |tx| {
                let now = tx.now();
                channels::set_health(tx, id, |health| {
                    health.state = state;
                    health.error_at = if error.is_some() { Some(now) } else { health.error_at };
                    health.error = error.clone();
                })
            });
            if let Err(error) = noted.await {
                tracing::warn!(%error, "the health of a mailbox could not be written");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_the_same_whatever_way_it_came_and_another_body_is_another_mail() {
        let one = dedupe_key(b"Received: a\r\nMessage-ID:\r\n <x@y>\r\n\r\nHello\r\n");
        let other_way = dedupe_key(b"Received: b\r\nReceived: c\r\nMESSAGE-ID: <x@y>\r\n\r\nHello\r\n\r\n");
        assert_eq!(one, other_way);
        assert_ne!(one, dedupe_key(b"Message-ID: <x@y>\r\n\r\nSomething else\r\n"));
        assert!(dedupe_key(b"Subject: no id\r\n\r\nHello").starts_with("sha:"));
    }
}

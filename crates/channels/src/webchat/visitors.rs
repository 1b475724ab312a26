//! Visitors: a random token, the person behind it, and the conversation they are in.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use inbox::{
    channels::ChannelRow,
    conversations::{self, Status},
};
use kernel::{
    Actor, Caller, ChannelId, ConversationId, Locale, PersonId, Result, Role, Timestamp, VisitorId,
    WorkspaceId,
};
use people::persons::{self, Handle, IdentityKind};
use sha2::{Digest, Sha256};
use std::time::Duration;
use store::{Read, Row, Tx, params};

/// After so long a closed chat begins anew.
const OVER: Duration = Duration::from_secs(24 * 3_600);

#[derive(Clone, Debug)]
pub(super) struct Visitor {
    pub workspace: WorkspaceId,
    pub id: VisitorId,
    pub channel: ChannelId,
    /// Where the visitor was met; whom that is now, persons tell.
    pub person: PersonId,
    pub conversation: Option<ConversationId>,
    pub locale: Locale,
    pub email_claim: Option<String>,
}

impl Visitor {
    /// The visitor as a caller: their own person, and no right of a user.
    pub fn caller(&self) -> Caller {
        Caller {
            workspace: self.workspace,
            actor: Actor::Person(self.person),
            role: Role::Observer,
            locale: self.locale,
            operator: false,
            visitor: Some((self.channel, self.id)),
        }
    }

    /// How the visitor is known among a person's identities.
    pub fn handle(&self) -> Handle {
        Handle {
            kind: IdentityKind::Visitor,
            value: self.id.to_string(),
            name: None,
            verified: true,
            source: "chat".into(),
        }
    }
}

const COLUMNS: &str = "workspace_id, id, channel_id, person_id, conversation_id, locale, email_claim";

fn from_row(row: &Row) -> Result<Visitor> {
    let locale: String = row.get(5)?;
    Ok(Visitor {
        workspace: row.get(0)?,
        id: row.get(1)?,
        channel: row.get(2)?,
        person: row.get(3)?,
        conversation: row.get(4)?,
        locale: Locale::from_tag(&locale).unwrap_or_default(),
        email_claim: row.get(6)?,
    })
}

fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// The visitor of a channel who holds this token.
pub(super) fn by_token(read: &mut Read<'_>, channel: &ChannelRow, token: &str) -> Result<Option<Visitor>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM visitors WHERE token_hash = $1 AND workspace_id = $2 AND channel_id = $3"
    );
    read.row(&sql, params![digest(token), channel.workspace, channel.id])?.as_ref().map(from_row).transpose()
}

pub(super) fn by_id(read: &mut Read<'_>, id: VisitorId) -> Result<Option<Visitor>> {
    let workspace = read.workspace();
    let sql = format!("SELECT {COLUMNS} FROM visitors WHERE workspace_id = $1 AND id = $2");
    read.row(&sql, params![workspace, id])?.as_ref().map(from_row).transpose()
}

/// As [`by_id`], holding the visitor: their first words, sent at once from two tabs, open one conversation.
pub(super) fn by_id_for_update(tx: &mut Tx<'_>, id: VisitorId) -> Result<Option<Visitor>> {
    let lock = tx.dialect().for_update();
    let workspace = tx.workspace();
    let sql = format!("SELECT {COLUMNS} FROM visitors WHERE workspace_id = $1 AND id = $2{lock}");
    tx.row(&sql, params![workspace, id])?.as_ref().map(from_row).transpose()
}

/// A token of 256 random bits.
pub(super) fn new_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// Makes a visitor with a person of their own.
pub(super) fn create(tx: &mut Tx<'_>, channel: &ChannelRow, token: &str, locale: Locale) -> Result<Visitor> {
    let (id, now) = (VisitorId::new(), tx.now());
    let mut visitor = Visitor {
        workspace: channel.workspace,
        id,
        channel: channel.id,
        person: PersonId::new(),
        conversation: None,
        locale,
        email_claim: None,
    };
    visitor.person = persons::meet(tx, &visitor.handle())?.home;
    tx.execute(
        "INSERT INTO visitors (workspace_id, id, channel_id, token_hash, person_id, locale, created_at, last_seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
        params![visitor.workspace, id, channel.id, digest(token), visitor.person, locale.as_str(), now],
    )?;
    Ok(visitor)
}

/// Notes that the visitor is here again, and in which language.
pub(super) fn seen(tx: &mut Tx<'_>, visitor: &Visitor, locale: Locale) -> Result<()> {
    let now = tx.now();
    let sql = "UPDATE visitors SET last_seen_at = $3, locale = $4 WHERE workspace_id = $1 AND id = $2";
    tx.execute_later(sql, params![visitor.workspace, visitor.id, now, locale.as_str()])?;
    Ok(())
}

pub(super) fn set_conversation(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    conversation: ConversationId,
) -> Result<()> {
    let sql = "UPDATE visitors SET conversation_id = $3 WHERE workspace_id = $1 AND id = $2";
    tx.execute_later(sql, params![visitor.workspace, visitor.id, conversation])?;
    Ok(())
}

/// Notes the address the visitor typed: answers also go there; nobody is merged.
pub(super) fn claim_email(tx: &mut Tx<'_>, visitor: &Visitor, email: &str, name: Option<&str>) -> Result<()> {
    let handle = Handle {
        kind: IdentityKind::Email,
        value: email.to_owned(),
        name: name.map(str::to_owned),
        verified: false,
        source: "chat".into(),
    };
    persons::claim(tx, visitor.person, &handle)?;
    let sql = "UPDATE visitors SET email_claim = $3 WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, params![visitor.workspace, visitor.id, email])?;
    Ok(())
}

/// The conversation a new message of the visitor goes on with; a chat long closed is over.
pub(super) fn current_conversation(read: &mut Read<'_>, visitor: &Visitor) -> Result<Option<ConversationId>> {
    let Some(id) = visitor.conversation else { return Ok(None) };
    let conversation = conversations::find(read, id)?;
    let now: Timestamp = read.now();
    let over =
        conversation.status == Status::Closed && conversation.closed_at.is_some_and(|at| now - at > OVER);
    Ok((!over).then_some(id))
}

/// Whether somebody is there to answer: a colleague who is available and was active a moment ago.
pub(super) fn is_staffed(read: &mut Read<'_>) -> Result<bool> {
    let (workspace, since) = (read.workspace(), read.now() - Duration::from_secs(300));
    let sql = "SELECT 1 FROM sessions s JOIN users u ON u.workspace_id = s.workspace_id AND u.id = s.user_id
               WHERE s.workspace_id = $1 AND s.last_seen_at > $2 AND u.availability = 'available' AND u.disabled_at IS NULL LIMIT 1";
    Ok(read.row(sql, params![workspace, since])?.is_some())
}

//! The port every channel implements, and what passes through it.
//!
//! In: raw bytes are kept first ([`crate::intake::keep`]), then understood by the channel, then handed over as an
//! [`Inbound`] to [`crate::conversations::receive`] in one transaction.
//! Out: a reply writes its ledger rows and a job; the job hands an [`Outgoing`] to [`Channel::deliver`].

use std::{collections::HashMap, sync::Arc};

use futures::future::BoxFuture;
use kernel::{
    AttachmentId, Caller, ChannelId, ConversationId, InboundId, Locale, MessageId, Result, Timestamp,
    WorkspaceId,
};
use people::persons::Handle;
use serde::Serialize;
use serde_json::Value as Json;
use tokio::sync::watch;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::channels::{ChannelRow, Step};

/// One thing somebody sent us, understood, not yet placed.
#[derive(Clone, Debug)]
pub struct Inbound {
    pub channel: ChannelId,
    pub inbound: Option<InboundId>,
    /// The channel's own id of the message (a Message-ID without brackets).
    pub external_id: Option<String>,
    /// Made by a client so that a repetition is recognised.
    pub client_id: Option<Uuid>,
    pub from: Handle,
    /// Whom the message itself names as its author when `from` tells no name; empty for a nameless visitor.
    pub author: Option<String>,
    /// Whether the sender's address proved itself (aligned DMARC, signed identity); `None` = the channel cannot tell.
    pub sender_verified: Option<bool>,
    pub to: Vec<String>,
    pub cc: Vec<Handle>,
    pub subject: Option<String>,
    /// What is new in it, as plain text.
    pub text: String,
    /// What was quoted below, folded on the screen.
    pub quoted: Option<String>,
    pub html: Option<Html>,
    pub attachments: Vec<NewAttachment>,
    /// When it was sent if that is believable, else when it came.
    pub at: Timestamp,
    pub thread: Thread,
    /// Written by a machine: never reopens, never resets a deadline, is never answered automatically.
    pub automatic: bool,
}

/// A sanitised page, already kept as a blob.
#[derive(Clone, Debug)]
pub struct Html {
    pub blob: String,
    /// Pixels the page will probably need.
    pub height: i64,
    /// Whether images of other hosts were taken out of it.
    pub remote_images: bool,
}

/// A file, already kept as a blob.
#[derive(Clone, Debug)]
pub struct NewAttachment {
    pub blob: String,
    pub name: String,
    pub media_type: String,
    pub size: usize,
    pub content_id: Option<String>,
    pub inline: bool,
}

/// What tells which conversation a message belongs to.
#[derive(Clone, Debug, Default)]
pub struct Thread {
    /// The channel knows: a chat visitor's own conversation.
    pub conversation: Option<ConversationId>,
    /// Conversations named by tokens we issued and whose signature holds, with where they stood.
    pub tokens: Vec<(ConversationId, &'static str)>,
    /// Message ids it refers to, nearest first.
    pub references: Vec<String>,
}

/// A reply to be handed to one or several recipients of one message.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub workspace: WorkspaceId,
    pub conversation: ConversationId,
    pub number: i64,
    pub message: MessageId,
    pub subject: String,
    pub text: String,
    pub author: String,
    pub at: Timestamp,
    /// The recipients this attempt is for.
    pub recipients: Vec<String>,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub attachments: Vec<OutgoingFile>,
    /// Ids of the conversation's messages on this channel, oldest first.
    pub references: Vec<String>,
    /// The message answered, to be quoted: who, when, text.
    pub quote: Option<(String, Timestamp, String)>,
    pub locale: Locale,
    pub automatic: bool,
    /// Given to an earlier attempt: used again, so that a repetition is recognised as one.
    pub external_id: Option<String>,
    /// Signs reply tokens.
    pub secret: TokenSecret,
}

/// The secret of a workspace's reply tokens; never printed.
#[derive(Clone)]
pub struct TokenSecret(pub Vec<u8>);

impl std::fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenSecret(…)")
    }
}

#[derive(Clone, Debug)]
pub struct OutgoingFile {
    pub id: AttachmentId,
    pub name: String,
    pub media_type: String,
    pub blob: String,
}

/// What became of one recipient.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    Sent,
    /// May be tried again.
    Transient(String),
    Permanent(String),
    /// The connection ended before the answer.
    Unknown(String),
}

/// A kind of channel.
pub trait Channel: Send + Sync {
    fn kind(&self) -> ChannelKind;

    /// Checks what an administrator typed and splits it into what is shown and what is sealed.
    fn configure(&self, caller: &Caller, typed: Json, before: Option<&Configured>) -> Result<Configured>;

    /// Resolves and checks the network addresses of a configuration, before it is saved.
    fn check_addresses<'a>(
        &'a self,
        _caller: &'a Caller,
        _configured: &'a Configured,
    ) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    /// The id the message will carry outside, known before the first attempt.
    fn external_id(&self, _channel: &ChannelRow, _outgoing: &Outgoing) -> Option<String> {
        None
    }

    /// Hands a message over; one outcome for each recipient of `outgoing`.
    fn deliver<'a>(
        &'a self,
        channel: &'a ChannelRow,
        outgoing: &'a Outgoing,
    ) -> BoxFuture<'a, Vec<(String, Outcome)>>;

    /// Tries the connections, step by step.
    fn test<'a>(&'a self, channel: &'a ChannelRow) -> BoxFuture<'a, Vec<Step>>;

    /// Understands one kept item and hands it over; called by the intake, again after a release from quarantine.
    fn understand<'a>(
        &'a self,
        channel: &'a ChannelRow,
        item: &'a crate::intake::Item,
    ) -> BoxFuture<'a, Result<()>>;

    /// Whatever must go on while the channel is enabled: a mailbox watched, a port listened on.
    fn run(self: Arc<Self>, channel: ChannelRow, stop: watch::Receiver<bool>) -> BoxFuture<'static, ()>;
}

/// What an administrator gave, checked.
#[derive(Clone, Debug)]
pub struct Configured {
    pub config: Json,
    /// Passwords and keys; `None` leaves the sealed ones as they are.
    pub secrets: Option<Json>,
    pub addresses: Vec<String>,
}

/// A kind of channel, as the settings screen sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChannelKind {
    pub kind: String,
    pub name: String,
    /// It takes something of the machine, so only the operator's key connects one.
    pub operator_only: bool,
    pub fields: Vec<Field>,
    pub can: Can,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Field {
    pub name: String,
    /// text, paragraph, number, secret, choice, bool, list
    pub kind: String,
    pub label: Text,
    pub help: Text,
    pub required: bool,
    pub choices: Vec<String>,
    #[schema(value_type = Object)]
    pub default: Json,
}

/// A text in both languages.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Text {
    pub hu: String,
    pub en: String,
}

impl Text {
    pub fn new(hu: &str, en: &str) -> Self {
        Self { hu: hu.to_owned(), en: en.to_owned() }
    }
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Can {
    pub receive: bool,
    pub send: bool,
    pub attachments: bool,
    /// A send can be held back for a moment, so that it can be undone.
    pub hold: bool,
    pub max_length: Option<usize>,
}

/// The kinds this program knows.
#[derive(Clone)]
pub struct Registry {
    kinds: Arc<HashMap<String, Arc<dyn Channel>>>,
}

impl Registry {
    pub fn new(channels: Vec<Arc<dyn Channel>>) -> Self {
        let kinds = channels.into_iter().map(|channel| (channel.kind().kind, channel)).collect();
        Self { kinds: Arc::new(kinds) }
    }

    pub fn get(&self, kind: &str) -> Option<&Arc<dyn Channel>> {
        self.kinds.get(kind)
    }

    /// All kinds, by name.
    pub fn kinds(&self) -> Vec<ChannelKind> {
        let mut kinds: Vec<_> = self.kinds.values().map(|channel| channel.kind()).collect();
        kinds.sort_by(|a, b| a.kind.cmp(&b.kind));
        kinds
    }
}

//! Messages: what was said in a conversation.

use kernel::{Actor, MessageId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::Ref;
use crate::attachments::AttachmentView;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MessageKind {
    /// From the person.
    In,
    /// From us.
    Out,
    /// Among ourselves.
    Note,
    /// Something happened to the conversation.
    Event,
}

impl MessageKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::Note => "note",
            Self::Event => "event",
        }
    }

    pub fn parse(text: &str) -> Self {
        match text {
            "out" => Self::Out,
            "note" => Self::Note,
            "event" => Self::Event,
            _ => Self::In,
        }
    }
}

/// A message as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MessageView {
    pub id: String,
    pub seq: i64,
    pub kind: MessageKind,
    pub author: Author,
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    pub subject: Option<String>,
    pub text: String,
    pub quoted: Option<String>,
    pub html: Option<HtmlView>,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub attachments: Vec<AttachmentView>,
    pub delivery: Option<Delivery>,
    /// Why it is in this conversation.
    #[serde(rename = "match")]
    pub matched: Option<Match>,
    pub automatic: bool,
    pub sender_verified: Option<bool>,
    #[schema(value_type = Vec<String>)]
    pub mentions: Vec<UserId>,
    pub event: Option<Event>,
    #[schema(value_type = Option<String>)]
    pub client_id: Option<Uuid>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Author {
    /// user, person, key, system
    pub kind: &'static str,
    pub id: Option<String>,
    pub name: String,
}

impl Author {
    pub fn new(actor: &Actor, name: String) -> Self {
        let (kind, id) = match actor {
            Actor::User(id) => ("user", Some(id.to_string())),
            Actor::Person(id) => ("person", Some(id.to_string())),
            Actor::Key(id) => ("key", Some(id.to_string())),
            Actor::System(_) => ("system", None),
        };
        Self { kind, id, name }
    }
}

/// Where the formatted form is, for a sandboxed frame.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HtmlView {
    pub url: String,
    /// Pixels.
    pub height_hint: i64,
    /// Images of other hosts were left out.
    pub remote_images: bool,
    /// The same with those images, fetched by us; present when some were left out.
    pub url_with_images: Option<String>,
}

/// The rule by which a message was placed, and what it rests on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Match {
    /// token, references, chat, linked, new, separated
    pub rule: String,
    pub detail: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Event {
    pub name: String,
    #[schema(value_type = Object)]
    pub payload: Json,
}

/// Where an answer is on its way.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Delivery {
    /// held, queued, sending, sent, delivered, read, bounced, failed, unknown, cancelled: the least good of its recipients.
    pub state: String,
    #[schema(value_type = Option<String>)]
    pub held_until: Option<Timestamp>,
    pub recipients: Vec<Recipient>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Recipient {
    pub address: String,
    pub state: String,
    pub reason: Option<String>,
    #[schema(value_type = String)]
    pub at: Timestamp,
}

/// A message to be written.
#[derive(Clone, Debug)]
pub(super) struct NewRow {
    pub id: MessageId,
    pub kind: MessageKind,
    pub author: Actor,
    pub author_name: String,
    pub created_at: Timestamp,
    pub channel: Option<kernel::ChannelId>,
    pub subject: Option<String>,
    pub text: String,
    pub quoted: Option<String>,
    pub html: Option<crate::port::Html>,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub external_id: Option<String>,
    pub client_id: Option<Uuid>,
    pub matched: Option<(&'static str, String)>,
    pub automatic: bool,
    pub sender_verified: Option<bool>,
    pub mentions: Vec<UserId>,
    pub inbound: Option<kernel::InboundId>,
    pub held_until: Option<Timestamp>,
    /// What undoing must bring back.
    pub before: Option<Json>,
}

impl NewRow {
    pub fn new(kind: MessageKind, author: Actor, author_name: String, text: String, at: Timestamp) -> Self {
        Self {
            id: MessageId::new(),
            kind,
            author,
            author_name,
            created_at: at,
            channel: None,
            subject: None,
            text,
            quoted: None,
            html: None,
            to: Vec::new(),
            cc: Vec::new(),
            external_id: None,
            client_id: None,
            matched: None,
            automatic: false,
            sender_verified: None,
            mentions: Vec::new(),
            inbound: None,
            held_until: None,
            before: None,
        }
    }
}

/// A reference to a colleague, for lists.
pub(super) fn reference(id: impl std::fmt::Display, name: Option<&String>) -> Ref {
    Ref { id: id.to_string(), name: name.cloned().unwrap_or_default() }
}

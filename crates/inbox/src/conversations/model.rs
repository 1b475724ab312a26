//! Plain types and state rules of a conversation.

use kernel::{AttachmentId, ChannelId, ConversationId, MessageId, PersonId, TeamId, Timestamp, UserId};
use people::persons::PersonBrief;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::message::MessageKind;
use crate::{attachments::AttachmentView, channels::ChannelBrief, tags::Tag};

/// The fixed categories of a conversation's state.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nobody of us has answered yet.
    New,
    /// Waits for us.
    Open,
    /// Waits for the person.
    Waiting,
    Snoozed,
    Closed,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Open => "open",
            Self::Waiting => "waiting",
            Self::Snoozed => "snoozed",
            Self::Closed => "closed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::New, Self::Open, Self::Waiting, Self::Snoozed, Self::Closed]
            .into_iter()
            .find(|status| status.as_str() == text)
    }

    /// On somebody's desk: neither asleep nor closed.
    pub fn is_active(self) -> bool {
        matches!(self, Self::New | Self::Open | Self::Waiting)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Urgent,
}

impl Priority {
    pub fn number(self) -> i64 {
        self as i64
    }

    pub fn from_number(number: i64) -> Self {
        match number {
            0 => Self::Low,
            2 => Self::High,
            3 => Self::Urgent,
            _ => Self::Normal,
        }
    }
}

/// A conversation as it is stored.
#[derive(Clone, Debug)]
pub struct Conversation {
    pub id: ConversationId,
    pub number: i64,
    pub channel: ChannelId,
    pub person: PersonId,
    pub subject: String,
    pub preview: String,
    pub status: Status,
    pub priority: Priority,
    pub assignee: Option<UserId>,
    pub team: Option<TeamId>,
    pub message_count: i64,
    pub last_seq: i64,
    /// The newest answer of ours.
    pub last_out_seq: i64,
    pub last_message_kind: MessageKind,
    pub created_at: Timestamp,
    pub last_message_at: Timestamp,
    /// Since when the person waits for us.
    pub waiting_since: Option<Timestamp>,
    pub snoozed_until: Option<Timestamp>,
    pub snoozed_until_reply: bool,
    /// Came back from snooze and was not touched since.
    pub woken: bool,
    pub closed_at: Option<Timestamp>,
    /// Unwanted; closed as well.
    pub spam: bool,
    /// Grows with every change.
    pub version: i64,
}

/// `K-1042`.
pub fn number_text(number: i64) -> String {
    format!("K-{number}")
}

/// Someone or something, named.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Ref {
    pub id: String,
    pub name: String,
}

/// A conversation as lists show it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConversationView {
    #[schema(value_type = String)]
    pub id: ConversationId,
    pub number: String,
    pub subject: String,
    pub preview: String,
    pub status: Status,
    pub priority: Priority,
    pub channel: ChannelBrief,
    #[schema(value_type = Object)]
    pub person: PersonBrief,
    pub assignee: Option<Ref>,
    pub team: Option<Ref>,
    pub tags: Vec<Tag>,
    /// Something came that the caller has not seen.
    pub unread: bool,
    pub message_count: i64,
    pub last_seq: i64,
    pub last_message_kind: MessageKind,
    #[schema(value_type = String)]
    pub created_at: Timestamp,
    #[schema(value_type = String)]
    pub last_message_at: Timestamp,
    #[schema(value_type = Option<String>)]
    pub waiting_since: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub snoozed_until: Option<Timestamp>,
    pub snoozed_until_reply: bool,
    pub back_from_snooze: bool,
    #[schema(value_type = Option<String>)]
    pub closed_at: Option<Timestamp>,
    /// Unwanted; closed as well.
    pub spam: bool,
    pub version: i64,
}

/// A conversation with everything around its messages.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConversationDetail {
    #[serde(flatten)]
    pub conversation: ConversationView,
    pub participants: Vec<Participant>,
    pub linked: Vec<Linked>,
    /// The caller's own.
    pub draft: Option<Draft>,
    pub reply: ReplyPlan,
    pub presence: Vec<Presence>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Participant {
    #[schema(value_type = Object)]
    pub person: PersonBrief,
    /// requester, cc, via
    pub role: String,
    pub address: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Linked {
    #[schema(value_type = String)]
    pub id: ConversationId,
    pub number: String,
    pub subject: String,
    /// references, subject, same_message, follow_up, separated
    pub reason: String,
}

/// How an answer would leave.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReplyPlan {
    pub can: bool,
    /// Why not: no_address, channel_off, channel_deleted.
    pub reason: Option<String>,
    pub to: Vec<String>,
    pub channel: ChannelBrief,
    /// How long a send waits so that it can be undone.
    pub hold_seconds: i64,
    pub max_length: Option<usize>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Presence {
    pub user: Ref,
    pub state: web::PresenceState,
}

/// An answer not yet sent; belongs to a conversation and its author.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Draft {
    pub mode: DraftMode,
    pub text: String,
    pub attachments: Vec<AttachmentView>,
    pub version: i64,
    #[schema(value_type = String)]
    pub updated_at: Timestamp,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DraftMode {
    #[default]
    Reply,
    Note,
}

/// What a caller wants to say.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    #[serde(default)]
    pub kind: DraftMode,
    pub text: String,
    #[serde(default)]
    pub cc: Vec<String>,
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub attachments: Vec<AttachmentId>,
    /// Notes only: colleagues to call in.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub mentions: Vec<UserId>,
    /// Also close the conversation.
    #[serde(default)]
    pub close: bool,
    /// Made by the client: a repetition gives the same message.
    #[schema(value_type = Option<String>)]
    pub client_id: Option<Uuid>,
    /// The newest message the author had seen.
    pub seen_seq: Option<i64>,
    /// Send although a colleague answered meanwhile.
    #[serde(default, rename = "override")]
    pub anyway: bool,
}

/// A conversation that we begin.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConversation {
    #[schema(value_type = String)]
    pub channel_id: ChannelId,
    #[schema(value_type = Option<String>)]
    pub person_id: Option<PersonId>,
    /// An address, when the person is not known yet.
    pub to: Option<String>,
    #[serde(default)]
    pub subject: String,
    pub text: String,
    #[serde(default)]
    pub cc: Vec<String>,
    /// Own uploads, and with `forward_of` files of that message.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub attachments: Vec<AttachmentId>,
    /// The message that is passed on, in or out. The two conversations are linked; the words are for `text`.
    #[schema(value_type = Option<String>)]
    pub forward_of: Option<MessageId>,
}

/// How long a conversation sleeps.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Snooze {
    #[schema(value_type = Option<String>)]
    pub until: Option<Timestamp>,
    /// Also wake when the person writes (it does so anyway); without `until` it sleeps until then.
    #[serde(default)]
    pub until_reply: bool,
}

/// What an undone send gives back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct BeforeSend {
    pub status: Status,
    pub waiting_since: Option<Timestamp>,
    pub assignee: Option<UserId>,
    pub closed_at: Option<Timestamp>,
    pub last_out_seq: i64,
    pub snoozed_until: Option<Timestamp>,
    pub snoozed_until_reply: bool,
    #[serde(default)]
    pub spam: bool,
}

use kernel::{ChannelId, ConversationId, InboundId, Timestamp, WorkspaceId};
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

/// A raw item to be kept; its bytes are already a blob.
#[derive(Clone, Debug)]
pub struct Keep {
    pub channel: ChannelId,
    /// Message-ID, or the hash of the content when there is none.
    pub dedupe_key: String,
    pub blob: String,
    pub size: usize,
    /// What the wire told beside the content (SMTP envelope, peer).
    pub envelope: Json,
}

/// A kept item.
#[derive(Clone, Debug)]
pub struct Item {
    pub workspace: WorkspaceId,
    pub id: InboundId,
    pub channel: ChannelId,
    pub blob: String,
    pub size: i64,
    pub envelope: Json,
    pub received_at: Timestamp,
    pub attempts: i64,
    /// A person released it: the guards that stopped it do not stop it again.
    pub released: bool,
    pub sender: Option<String>,
    pub subject: Option<String>,
    pub reason: Option<String>,
    pub state: String,
}

/// Why an item did not become a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QuarantineReason {
    Spam,
    Loop,
    BounceWithoutMatch,
    AutoReplyWithoutMatch,
    Blank,
    RateCap,
    TooLarge,
    Unparseable,
    Timeout,
    ChannelDeleted,
}

impl QuarantineReason {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spam => "spam",
            Self::Loop => "loop",
            Self::BounceWithoutMatch => "bounce_without_match",
            Self::AutoReplyWithoutMatch => "auto_reply_without_match",
            Self::Blank => "blank",
            Self::RateCap => "rate_cap",
            Self::TooLarge => "too_large",
            Self::Unparseable => "unparseable",
            Self::Timeout => "timeout",
            Self::ChannelDeleted => "channel_deleted",
        }
    }
}

/// A quarantined item as the API shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Quarantined {
    #[schema(value_type = String)]
    pub id: InboundId,
    #[schema(value_type = Object)]
    pub channel: Json,
    #[schema(value_type = String)]
    pub received_at: Timestamp,
    pub reason: String,
    pub from: Option<String>,
    pub subject: Option<String>,
    pub size: i64,
    pub attempts: i64,
    /// quarantined, released, discarded
    pub state: String,
    #[schema(value_type = Option<String>)]
    pub conversation_id: Option<ConversationId>,
}

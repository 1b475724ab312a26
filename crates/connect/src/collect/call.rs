//! One call of an SDK, whatever its dialect.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CallKind {
    Identify,
    Track,
    Page,
    Screen,
    Group,
    Alias,
}

impl CallKind {
    /// By the name of the call or its first letter, as browser SDKs shorten it.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "identify" | "i" => Self::Identify,
            "track" | "t" => Self::Track,
            "page" | "p" => Self::Page,
            "screen" | "s" => Self::Screen,
            "group" | "g" => Self::Group,
            "alias" | "a" => Self::Alias,
            _ => return None,
        })
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identify => "identify",
            Self::Track => "track",
            Self::Page => "page",
            Self::Screen => "screen",
            Self::Group => "group",
            Self::Alias => "alias",
        }
    }

    /// Whether a tracking plan may say what such calls look like.
    pub fn can_be_planned(self) -> bool {
        matches!(self, Self::Track | Self::Identify | Self::Group)
    }
}

/// A call that can be worked.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Call {
    pub kind: CallKind,
    pub message_id: String,
    pub user_id: Option<String>,
    pub anonymous_id: Option<String>,
    /// Of an alias: the id the person had before.
    pub previous_id: Option<String>,
    pub group_id: Option<String>,
    /// Of a track: the event. Of a page or a screen: its name.
    pub name: Option<String>,
    pub properties: Map<String, Json>,
    pub traits: Map<String, Json>,
    pub context: Map<String, Json>,
    /// When the device says it happened.
    #[serde(with = "microseconds")]
    pub told_at: Option<Timestamp>,
    /// When the device says it was sent; by the same clock.
    #[serde(with = "microseconds")]
    pub sent_at: Option<Timestamp>,
    /// What was doubtful about it.
    #[serde(skip)]
    pub warnings: Vec<&'static str>,
}

/// A call that waits keeps its moments whole; the text form of a time has milliseconds only.
mod microseconds {
    use kernel::Timestamp;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        at.map(|at| at.0).serialize(serializer)
    }

    pub fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
        Ok(Option::<i64>::deserialize(deserializer)?.map(Timestamp))
    }
}

/// Why a call cannot be worked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Refusal {
    /// `no_user_anon_id`, `unknown_type`, `no_event`, `too_large`, `bad_message_id`, …
    pub code: &'static str,
    pub message: String,
}

impl Refusal {
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

//! One call of an SDK, whatever its dialect.

use std::borrow::Cow;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use sha2::{Digest as _, Sha256};
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

/// Characters of a name by which events are planned and counted.
const MAX_NAME: usize = 200;

impl Call {
    /// The name by which the plan and its numbers know a call: a track's event, nothing of all others. What is longer than
    /// a plan's names is cut, and told apart by its hash.
    pub fn planned_name(&self) -> Cow<'_, str> {
        let name = self.name.as_deref().filter(|_| self.kind == CallKind::Track).unwrap_or_default();
        countable(name)
    }
}

/// A sender's name as a key of the database: short, and without U+0000, which PostgreSQL does not keep.
pub fn countable(name: &str) -> Cow<'_, str> {
    let is_short = name.len() <= MAX_NAME || name.chars().count() <= MAX_NAME;
    if is_short && !name.contains('\0') {
        return Cow::Borrowed(name);
    }
    let clean = name.replace('\0', "\u{fffd}");
    if is_short {
        return Cow::Owned(clean);
    }
    let hash = Sha256::digest(name.as_bytes());
    let hash: String = hash.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let start: String = clean.chars().take(MAX_NAME - hash.len() - 1).collect();
    Cow::Owned(format!("{start}…{hash}"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_any_length_is_counted_under_a_short_one_of_its_own() {
        assert_eq!(countable("Order Completed"), "Order Completed");
        let longest = "ű".repeat(200);
        assert_eq!(countable(&longest), longest);
        let (one, other) = ("x".repeat(30_000), "x".repeat(30_001));
        assert_eq!(countable(&one).chars().count(), 200);
        assert_ne!(countable(&one), countable(&other));
        assert_eq!(countable("a\0b"), "a\u{fffd}b");
    }
}

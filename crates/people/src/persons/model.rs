//! Plain types of persons.

use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

/// What kind of value an identity is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum IdentityKind {
    Email,
    Phone,
    /// A browser that chats with us, by our own id of it.
    Visitor,
    /// The id in a system of the organisation, attested by it.
    External,
    /// A browser or device that a collecting SDK tells of, by the SDK's own id of it.
    Anonymous,
}

impl IdentityKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Visitor => "visitor",
            Self::External => "external",
            Self::Anonymous => "anonymous",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Email, Self::Phone, Self::Visitor, Self::External, Self::Anonymous]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// Sources in which a colleague or a program of ours names the address, not the person.
const TOLD_BY_US: [&str; 3] = ["agent", "api", "import"];

/// A value by which somebody was met.
#[derive(Clone, Debug)]
pub struct Handle {
    pub kind: IdentityKind,
    pub value: String,
    pub name: Option<String>,
    /// The value proved itself: a signed token, an aligned mail, a JWT.
    pub verified: bool,
    /// `mail`, `chat`, `form`, `agent`, `api`, `import`
    pub source: String,
}

impl Handle {
    /// Whether the value may lead to a person. What a stranger typed into a chat or a form may not.
    pub(super) fn may_lead(&self) -> bool {
        self.verified
            || matches!(self.kind, IdentityKind::Visitor | IdentityKind::Anonymous)
            || self.source == "mail"
            || TOLD_BY_US.contains(&self.source.as_str())
    }

    /// Whether the person was there themselves.
    pub(super) fn is_sighting(&self) -> bool {
        !TOLD_BY_US.contains(&self.source.as_str())
    }

    pub(super) fn clean_name(&self) -> Option<String> {
        self.name.as_deref().and_then(clean_name)
    }
}

/// A name fit to be shown: without control characters, not empty, at most 200 characters.
pub(super) fn clean_name(name: &str) -> Option<String> {
    let spaced: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let name: String = words.join(" ").chars().take(200).collect();
    (!name.is_empty()).then_some(name)
}

#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Identity {
    pub kind: IdentityKind,
    /// As it was written.
    pub value: String,
    pub verified: bool,
    pub source: String,
    #[schema(value_type = String, format = "date-time")]
    pub added_at: Timestamp,
}

#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Person {
    #[schema(value_type = String, format = "uuid")]
    pub id: PersonId,
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    /// hu or en
    pub locale: Option<String>,
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub last_seen_at: Option<Timestamp>,
    #[schema(value_type = Object)]
    pub traits: Map<String, Json>,
    pub identities: Vec<Identity>,
    /// Set when the id asked for was merged: it is `id`, the person it is now.
    #[schema(value_type = Option<String>, format = "uuid")]
    pub merged_into: Option<PersonId>,
    /// Since when what they write goes to the spam.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub blocked_at: Option<Timestamp>,
    pub open_conversations: i64,
    pub conversation_count: i64,
}

/// What a list shows of a person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct PersonBrief {
    #[schema(value_type = String, format = "uuid")]
    pub id: PersonId,
    pub name: Option<String>,
    pub email: Option<String>,
}

/// The first verified value of a kind, else the oldest.
pub(super) fn best(identities: &[Identity], kind: IdentityKind) -> Option<String> {
    let of_kind = || identities.iter().filter(|identity| identity.kind == kind);
    let best = of_kind().find(|identity| identity.verified).or_else(|| of_kind().next())?;
    Some(best.value.clone())
}

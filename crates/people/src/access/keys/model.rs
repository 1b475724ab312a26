//! Plain types of keys.

use kernel::{KeyId, Role, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a key may do. `Operator` is given by the command line only; `Intake` stands alone, as its key is public.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyScope {
    Read,
    Write,
    Admin,
    Operator,
    /// Sends facts in, and nothing else.
    Intake,
}

impl KeyScope {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
            Self::Operator => "operator",
            Self::Intake => "intake",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Read, Self::Write, Self::Admin, Self::Operator, Self::Intake]
            .into_iter()
            .find(|scope| scope.as_str() == text)
    }

    /// The role this scope stands for; an intake key is nobody to the API of the application.
    fn role(self) -> Option<Role> {
        match self {
            Self::Read => Some(Role::Observer),
            Self::Write => Some(Role::Agent),
            Self::Admin | Self::Operator => Some(Role::Administrator),
            Self::Intake => None,
        }
    }
}

/// The most powerful role among scopes.
pub(in crate::access) fn role_of(scopes: &[KeyScope]) -> Option<Role> {
    scopes.iter().filter_map(|scope| scope.role()).max()
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Key {
    #[schema(value_type = String, format = "uuid")]
    pub id: KeyId,
    pub name: String,
    pub scopes: Vec<KeyScope>,
    /// The beginning of the key, to tell it from others.
    pub prefix: String,
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub last_used_at: Option<Timestamp>,
}

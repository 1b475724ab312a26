//! Plain types of users.

use std::collections::BTreeMap;

use kernel::{Role, TeamId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct User {
    #[schema(value_type = String, format = "uuid")]
    pub id: UserId,
    pub name: String,
    pub email: String,
    /// observer, agent, lead or administrator
    #[schema(value_type = String)]
    pub role: Role,
    /// hu or en
    pub locale: String,
    pub time_zone: String,
    pub availability: Availability,
    #[schema(value_type = Vec<String>)]
    pub teams: Vec<TeamId>,
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub disabled_at: Option<Timestamp>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Availability {
    Available,
    Busy,
    Away,
}

impl Availability {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Busy => "busy",
            Self::Away => "away",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Available, Self::Busy, Self::Away].into_iter().find(|state| state.as_str() == text)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    System,
    Light,
    Dark,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Density {
    Comfortable,
    Compact,
}

/// How a user likes the application to be.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Preferences {
    pub theme: Theme,
    pub density: Density,
    /// Shortcuts of a single key.
    pub single_keys: bool,
    /// Put under every answer.
    pub signature: String,
    /// Keys of the user's own choice: the usual key → the one it moved to, empty = none.
    pub shortcuts: BTreeMap<String, String>,
    /// First steps that the user does not want to be reminded of.
    pub skipped_steps: Vec<String>,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            density: Density::Comfortable,
            single_keys: true,
            signature: String::new(),
            shortcuts: BTreeMap::new(),
            skipped_steps: Vec::new(),
        }
    }
}

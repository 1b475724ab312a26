//! Audiences as they are kept and shown.

use kernel::{AudienceId, PersonId, Timestamp};
use serde::Serialize;

use super::Condition;

#[derive(Clone, PartialEq, Debug)]
pub struct Audience {
    pub id: AudienceId,
    pub name: String,
    pub description: String,
    pub condition: Condition,
    /// People enter and leave it; otherwise it is a draft and empty.
    pub live: bool,
    pub members: i64,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
}

/// How far everybody has been looked at for the set of audiences that lives now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Fill {
    /// Goes up with each change of the set; 0 = there was never one.
    pub version: i64,
    /// The last person looked at.
    pub to: Option<PersonId>,
    pub done: bool,
}

/// An audience that a person is in.
#[derive(Clone, PartialEq, Debug, Serialize, utoipa::ToSchema)]
pub struct Membership {
    #[schema(value_type = String)]
    pub id: AudienceId,
    pub name: String,
    #[schema(value_type = String, format = "date-time")]
    pub since: Timestamp,
}

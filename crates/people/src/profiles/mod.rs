//! Profiles: what a site or a program needs to know of a person at this moment.
//!
//! Invariants: a person is found only by a value that leads to them. The id of a browser finds nobody of whom more than
//! browsers is known: anybody may say of their own browser that it is somebody's. A profile names no value by which the
//! person is known.

mod http;
#[cfg(test)]
mod tests;

use kernel::{Error, PersonId, Result, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};
use store::Read;
use utoipa::ToSchema;

use crate::{
    audiences::{self, Membership},
    persons::{self, IdentityKind},
};

pub use http::routes;

#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Profile {
    /// The person as they are now, also when the value belonged to somebody merged into them.
    #[schema(value_type = String, format = "uuid")]
    pub id: PersonId,
    pub name: Option<String>,
    /// hu or en
    pub locale: Option<String>,
    #[schema(value_type = Object)]
    pub traits: Map<String, Value>,
    /// The live audiences the person is in, newest first.
    pub audiences: Vec<Membership>,
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub last_seen_at: Option<Timestamp>,
}

/// The profile of whoever a value leads to.
pub fn find(read: &mut Read<'_>, kind: IdentityKind, value: &str) -> Result<Profile> {
    let id = persons::leads_to(read, kind, value)?.ok_or_else(Error::not_found)?;
    let mut person = persons::get(read, id)?;
    if is_of_a_browser(kind) && !person.identities.iter().all(|one| is_of_a_browser(one.kind)) {
        return Err(Error::not_found());
    }
    // As SDKs send them; they are values by which the person is known.
    TELLING.iter().for_each(|name| drop(person.traits.remove(*name)));
    Ok(Profile {
        id: person.id,
        name: person.name,
        locale: person.locale,
        traits: person.traits,
        audiences: audiences::of_person(read, person.id)?,
        created_at: person.created_at,
        last_seen_at: person.last_seen_at,
    })
}

const TELLING: [&str; 2] = ["email", "phone"];

fn is_of_a_browser(kind: IdentityKind) -> bool {
    matches!(kind, IdentityKind::Anonymous | IdentityKind::Visitor)
}

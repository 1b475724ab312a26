//! People on both sides: the persons we meet, and the users, teams and keys that meet them.
//!
//! Slices, lowest first: `audit`, `secrets`, `persons`, `access`, `audiences`, `profiles`.

pub mod access;
mod actors;
pub mod audiences;
pub mod audit;
pub mod persons;
pub mod profiles;
pub mod secrets;
mod sql;

#[cfg(test)]
mod test_db;
#[cfg(test)]
mod tests;

pub use actors::{ActorRef, describe};
pub use persons::timeline;
use utoipa_axum::router::OpenApiRouter;

/// All routes of this crate. `setup` is the token of the first run.
pub fn routes(setup: access::setup::SetupToken) -> web::RouterExt {
    OpenApiRouter::new()
        .merge(access::setup::routes(setup))
        .merge(access::sessions::routes())
        .merge(access::me::routes())
        .merge(access::workspace::routes())
        .merge(access::users::routes())
        .merge(access::teams::routes())
        .merge(access::keys::routes())
        .merge(audit::routes())
        .merge(persons::routes())
        .merge(audiences::routes())
        .merge(profiles::routes())
}

//! Sessions: a signed-in user in one browser. A row per session; signing out deletes it.
//!
//! Invariants
//! - Unused for 12 hours, or 7 days old, a session is over.
//! - A wrong address, a wrong password and a disabled account get the same answer after the same work.

mod actions;
mod http;
mod model;
mod store;

pub use actions::{end, sweep};
pub(crate) use actions::{end_all, end_others, start};
pub use http::routes;
pub(in crate::access) use http::{user_agent, with_session};
pub(crate) use model::NewSession;
pub use model::Session;
pub(crate) use store::list;
pub(in crate::access) use store::{signed_in, touch};

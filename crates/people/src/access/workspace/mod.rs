//! The workspace: one organisation, its name, language, zone and send hold.

mod actions;
mod http;
mod model;
mod store;

pub use actions::{WorkspaceChange, change};
pub use http::routes;
pub use model::Workspace;
pub(crate) use model::{checked_name, checked_zone};
pub(crate) use store::{any_exists, insert};
pub use store::{get, secret};

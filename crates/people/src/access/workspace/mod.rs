//! The workspace: one organisation, its name, language, zone and send hold.

mod model;
mod store;

pub use model::Workspace;
pub(crate) use model::{checked_name, checked_zone};
pub(crate) use store::{any_exists, insert};
pub use store::{get, secret};

//! Teams: groups of users who share conversations. Those of a private team are seen by its members and administrators.

mod actions;
mod http;
mod model;
mod store;

pub use actions::{add_member, change, create, delete, remove_member};
pub use http::routes;
pub use model::Team;
pub use store::{get, hidden, list, names, of_user};

//! Teams: groups of users who share conversations. Those of a private team are seen by its members and administrators.

mod model;
mod store;

pub use model::Team;
pub use store::{get, hidden, list, names, of_user};

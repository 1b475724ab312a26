//! The signed-in user: who they are, how they like it, their password and sessions.

mod actions;
mod http;
mod model;

pub use actions::{MeChange, change, change_password};
pub use http::routes;
pub use model::{Me, get};

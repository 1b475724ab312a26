//! The first run: one workspace and its first administrator, made by whoever can read the console.
//!
//! Invariants: the token lives in memory only, works once, and never when a workspace exists.

mod actions;
mod http;
mod token;

pub use actions::{Created, NewWorkspace, create_workspace, is_needed};
pub use http::routes;
pub use token::SetupToken;

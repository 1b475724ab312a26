//! People on both sides: the persons we meet, and the users, teams and keys that meet them.
//!
//! Slices, lowest first: `audit`, `secrets`, `persons`, `access`.

pub mod access;
mod actors;
pub mod audit;
pub mod persons;
pub mod secrets;
mod sql;


pub use actors::{ActorRef, describe};
pub use persons::timeline;

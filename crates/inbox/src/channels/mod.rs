//! The channels of a workspace: what is configured, whether it is well.
//!
//! Invariants: an address belongs to one channel; secrets are sealed and never leave; a deleted channel keeps its row,
//! because conversations name it.

mod actions;
pub mod http;
mod model;
mod store;
mod supervise;

pub use actions::{create, delete, set_health, update};
pub use model::{ChannelBrief, ChannelRow, ChannelView, Health, HealthState, NewChannel, Step};
pub use store::{MailboxCursor, all_enabled, brief, by_address, by_key, cursor, find, list, set_cursor};
pub use supervise::supervise;

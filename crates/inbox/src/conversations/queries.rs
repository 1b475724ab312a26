//! What is read: lists, one conversation, its messages.

mod detail;
mod list;
mod thread;

pub use detail::{detail, reply_plan};
pub use list::{ListOrder, ListQuery, Position, by_ids, list, view};
pub use thread::{message, messages};

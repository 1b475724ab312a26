//! Conversations: threads with a person over one or more channels. With status, priority, owner and team one is a ticket.
//!
//! Invariants
//! - Every verb below is one transaction and records one fact.
//! - `last_seq` numbers the messages without gaps; an undone message keeps its number.
//! - Spam is closed, and what comes into it wakes nobody; whatever opens it ends its being spam.
//! - A conversation counts in the buckets its state says, and in no other ([`views`]).
//! - Nobody joins a conversation by guess: see [`threading`].
//! - What the caller may not see is not found ([`store::find`]).

mod actions;
pub mod http;
mod message;
mod model;
pub mod project;
mod queries;
pub mod snooze;
mod store;
pub(crate) mod threading;
pub mod views;

pub use actions::{
    Received, Restore, assign, close, create, mark_read, mark_spam, mark_unread, note, receive, reopen,
    reply, restore, send_automatically, separate, set_priority, set_status, set_subject, set_team,
    snooze as sleep, tag, undo, unmark_spam, unsnooze, untag, wake,
};
pub use message::{Delivery, MessageKind, MessageView, Recipient};
pub use model::{
    Conversation, ConversationDetail, ConversationView, Draft, DraftMode, NewConversation, NewMessage,
    Priority, Snooze, Status, number_text,
};
pub use queries::{ListOrder, ListQuery, Position, by_ids, detail, list, messages, view};
pub use store::{find, find_for_update, hide_private, inbound_of, private_team};
pub use threading::joins;

#[cfg(test)]
mod tests;

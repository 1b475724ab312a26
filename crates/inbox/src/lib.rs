//! The inbox: conversations over channels. A ticket is a conversation.
//!
//! Slices, lowest first: tags, attachments, channels, deliveries, drafts, conversations, acknowledgements, intake, batches.

pub mod acknowledgements;
pub mod attachments;
pub mod batches;
pub mod channels;
pub mod conversations;
pub mod deliveries;
pub mod drafts;
pub mod intake;
pub mod live;
pub mod port;
mod routes;
pub mod tags;

#[cfg(test)]
mod test_db;

pub use routes::{jobs, routes};

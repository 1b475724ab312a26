//! Deliveries: the send ledger. One row per message and recipient, written before the wire.
//!
//! Invariants: a held message has not left; a row in `sending` was handed to the wire at least once; what became of each
//! recipient is a fact. An answer to one person is sent again after a crash with the same Message-ID, so that the other
//! side can recognise it; it is never silently lost.

pub mod jobs;
mod ledger;
mod retry;

pub use ledger::{
    Delivering, DeliveryRow, cancel, delivering, mark_read, note_outcomes, of_message, queue, record_bounce,
    start_attempt,
};
pub use retry::retry;

/// The job that hands one message over.
pub const DELIVER: &str = "deliver";

/// The jobs of a message share this key, so that an undo can take them back.
fn job_key(message: kernel::MessageId) -> String {
    format!("deliver:{message}")
}

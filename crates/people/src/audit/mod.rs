//! The audit log: who changed what about the workspace itself, from what, to what, from where.
//!
//! Invariants: appended in the transaction of the act; never changed; never holds a secret.

mod http;
mod store;

pub use http::routes;
pub use store::{AuditEntry, AuditTarget, Entry, entries, log};

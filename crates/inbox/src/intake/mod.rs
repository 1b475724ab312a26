//! What comes in: kept raw and committed before anything is parsed; understood by its channel; placed, or in quarantine.
//!
//! Invariants: one item per (channel, dedupe key) for ever; an item ends as `done` or in the quarantine with a reason;
//! a poison item never stops its neighbours; nothing is deleted before a person discards it.

mod actions;
pub mod http;
pub mod jobs;
mod model;
mod store;

pub use actions::{discard, done, fail, keep, quarantine, release};
pub use model::{Item, Keep, QuarantineReason, Quarantined};
pub use store::{describe, find, list, recent_from};

//! The words everything else is written in: typed ids, time, locale, callers, errors, facts.
//!
//! Invariants: no IO, no SQL, no async. Every other crate may depend on this one.

mod caller;
mod clock;
mod error;
mod fact;
pub mod fault;
mod ids;
mod locale;

pub use caller::{Actor, Caller, Role, Scope};
pub use clock::{Clock, Timestamp};
pub use error::{Code, Error, Result};
pub use fact::{Fact, FactCursor, NewFact};
pub use ids::*;
pub use locale::Locale;

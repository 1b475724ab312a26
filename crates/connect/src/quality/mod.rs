//! Data quality: what came each day and what was wrong with it, counted while it comes, with a few calls behind each number.
//!
//! Invariants
//! - A number is written in the transaction of the calls it counts: it is neither ahead of them nor behind.
//! - What a sender invents (names of events, of properties) does not make ever more numbers: beyond [`tally::MOST_NAMES`]
//!   of a day everything further is one number without a name.

mod http;
mod store;
mod tally;

pub use http::routes;
pub use store::sweep;
pub use tally::{Key, Measure, Sample, Samples, Tally};

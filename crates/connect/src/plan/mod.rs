//! Tracking plan: which events a workspace expects, what their properties look like, and what becomes of calls that differ.
//!
//! Invariants
//! - What a plan says is JSON Schema, and only such as is checked.
//! - A plan counts for every call that comes after the answer to its change; nothing is started again for it.
//! - A call is judged without a query.

mod actions;
mod cache;
mod check;
mod exchange;
mod http;
mod learn;
mod model;
mod schema;
mod store;

pub use actions::ImportReport;
pub use cache::Plans;
pub use check::{Rule, Violation, check};
pub use http::routes;
pub use learn::{LearnedProperty, Proposal};
pub use model::{Draft, Judgement, Mode, Plan, PlannedEvent, Settings, Status, Unplanned};
pub use schema::{Schema, Type};

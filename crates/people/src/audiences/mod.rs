//! Audiences: a condition over people, and who fulfils it now.
//!
//! The pure part: language, memory of one person, answer. Around it `react` and `jobs` (facts and time move people),
//! `pass` (what follows for some persons), `actions`, `http`, `store`.
//!
//! Invariants
//! - What is remembered of a person is a function of their facts, whatever order they came in.
//! - The answer from what is remembered is the answer from the whole history, at every moment from the horizon on;
//!   where room ran out, the answer says so ([`Outcome::complete`]).
//! - Before [`Outcome::changes_at`] an answer changes only by a new fact.
//! - What is kept of a person is a function of their facts up to the reader's cursor, which every pass holds; so
//!   publishing, editing, facts and time never give an entry twice or miss one.
//! - An event counts from its own moment on, never before.
//!
//! How it is used: a [`Plan`] of all audiences of the workspace; one [`PersonState`] per person that `observe`s each
//! fact and names the audiences that may have changed; a [`View`] of that person now, which `evaluate`s those audiences
//! and says when to ask again; `explain` for people.

mod actions;
mod active;
mod condition;
mod dates;
mod evaluate;
mod explain;
mod figures;
mod http;
mod limits;
mod model;
mod number;
mod outcome;
mod pass;
mod plan;
mod react;
mod record;
mod sequence;
mod state;
mod store;
mod text;
mod time;
mod values;
mod window;

#[cfg(test)]
mod tests;

pub use actions::{AudienceChange, create, publish};
pub use condition::{
    Attribute, Calendar, Condition, Count, EventFilter, Figure, Literal, Measure, Member, PropertyTest,
    Sequence, Step, StepKind, Test, Times, Window,
};
pub use evaluate::{Attributes, View};
pub use explain::{Because, Explanation};
pub use http::routes;
pub use kernel::AudienceId;
pub use limits::{
    Invalid, MAX_ANNIVERSARY_DAYS, MAX_CHOICES, MAX_DEPTH, MAX_NAME, MAX_NODES, MAX_SPAN_DAYS, MAX_STEPS,
    MAX_TESTS, MAX_TEXT, MAX_TIMES, Problem,
};
pub use model::{Audience, Fill, Membership};
pub use number::Number;
pub use outcome::Outcome;
pub use plan::{Bounds, Plan, PlanError};
pub use react::{jobs, reactors};
pub use state::{Event, Outdated, PersonState};
pub use store::of_person;
pub use text::{AudienceNames, Expected, ParseError, parse, print};
pub use time::{Span, Unit, When};

//! Persons: whoever we engage with, the addresses by which we know them, and one timeline.
//!
//! Invariants
//! - A value (an address, a number, an id) *leads* to one person. A claim that a stranger typed never leads.
//! - A value is met at one home for ever; which homes are one person is a function of the [`graph`]'s edges.
//! - A merged id resolves for ever, and a merge can be taken back.
//! - Facts are never rewritten: a timeline is read over all ids that became one person.

mod actions;
pub mod blocks;
mod export;
mod fold;
mod graph;
mod http;
mod joining;
mod model;
mod normal;
mod store;
mod timeline;
pub mod told;
mod traits;

#[cfg(test)]
pub(crate) mod tests;

pub use actions::{
    Met, NewPerson, PersonChange, Sighted, Sighting, change, claim, create, describe, meet, merge, resolve,
    sight, verify,
};
pub use export::note_export;
pub use fold::fold;
pub use graph::{Cause, EdgeView, Graph, HomeView, Link, graph, is_blocked, link, reinstate, retract};
pub use http::routes;
pub use model::{Handle, Identity, IdentityKind, Person, PersonBrief};
pub use normal::normalize;
pub use store::{
    KnownAs, brief, canonical, canonical_in, canonical_of, component, get, home_of, is_shared, known_as,
    leads_to, many,
};
pub use timeline::{TimelineConversation, TimelineCursor, TimelineItem, timeline};
pub use traits::{Said, Trait};

//! Persons: whoever we engage with, the addresses by which we know them, and one timeline.
//!
//! Invariants
//! - A value (an address, a number, an id) *leads* to one person. A claim that a stranger typed never leads.
//! - A person is merged only when a value proved itself, and at most once; a merged id resolves for ever.
//! - Facts are never rewritten: a timeline is read over all ids that became one person.

mod actions;
mod export;
mod fold;
mod http;
mod model;
mod normal;
mod store;
mod timeline;

#[cfg(test)]
pub(crate) mod tests;

pub use actions::{NewPerson, PersonChange, change, claim, create, merge, resolve, verify};
pub use export::note_export;
pub use fold::fold;
pub use http::routes;
pub use model::{Handle, Identity, IdentityKind, Person, PersonBrief};
pub use normal::normalize;
pub use store::{brief, canonical, component, get};
pub use timeline::{TimelineConversation, TimelineCursor, TimelineItem, timeline};

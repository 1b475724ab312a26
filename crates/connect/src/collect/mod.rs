//! Collection: calls of the SDKs of Segment, RudderStack, Jitsu, PostHog and Customer.io become facts of persons.
//!
//! Invariants
//! - The answer is 200 once the call is durable, and never before; 202 and 204 make some SDKs send again.
//! - A call is known by its message id, exactly, per write key, for [`KEPT`]: twice sent is one fact.
//! - A write key writes. It reads nobody.
//! - Nothing unknown is fatal: unknown fields are kept, what is refused is set aside with its reason.
//! - What the tracking plan sets aside is worked once, when somebody says so, as if it came then: with its own time.
//! - What a customer names an event cannot be mistaken for a fact of ours: it is recorded under `event:`.

mod actions;
mod aside;
mod body;
mod call;
mod dialects;
mod http;
mod recent;
mod review;
mod store;
mod time;

use std::time::Duration;

use crate::{plan::Plans, quality::Samples};

pub use actions::{Collected, collect};
pub use aside::{WaitingCalls, waiting};
pub use call::{Call, CallKind, Refusal, countable};
pub use http::public_routes;
use recent::Recent;
pub use review::routes as api_routes;
pub use store::sweep;

/// How long a message id is remembered: queues of browsers live half a day, of phones longer.
pub const KEPT: Duration = Duration::from_secs(72 * 3_600);

/// What the collection remembers between requests.
#[derive(Clone, Default)]
pub struct Collection {
    pub plans: Plans,
    pub samples: Samples,
    recent: Recent,
}

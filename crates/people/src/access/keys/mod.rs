//! API keys: how programs call. Shown once, kept as a hash, revoked by deleting.

mod model;
mod store;

pub use model::{Key, KeyScope};
pub(super) use store::{Credentials, credentials, touch};
pub use store::{list, names};

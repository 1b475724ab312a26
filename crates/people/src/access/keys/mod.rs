//! API keys: how programs call. Shown once, kept as a hash; a revoked one keeps its name for the logs.

mod actions;
mod http;
mod model;
mod store;

pub use actions::{IssuedKey, issue, revoke};
pub use http::routes;
pub(in crate::access) use model::role_of;
pub use model::{Key, KeyScope};
pub use store::{check, intake, list, names};
pub(in crate::access) use store::{credentials, touch};

//! Users: the colleagues who sign in. They are never deleted, only disabled, so that what they did keeps its name.

mod actions;
mod http;
mod model;
mod store;

pub use actions::{NewUser, UserChange, change, create};
pub use http::routes;
pub use model::{Availability, Density, Preferences, Theme, User};
pub(in crate::access) use store::{Account, account, parse_role, set_password, set_preferences, update};
pub use store::{get, is_disabled, list, names, preferences};

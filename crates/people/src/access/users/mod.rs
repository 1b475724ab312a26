//! Users: the colleagues who sign in. They are never deleted, only disabled, so that what they did keeps its name.

mod model;
mod store;

pub use model::{Availability, Density, Preferences, Theme, User};
pub(crate) use store::{Account, account, insert, set_password, set_preferences};
pub use store::{get, list, names, preferences};

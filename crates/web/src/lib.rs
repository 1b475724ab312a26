//! The edge: who is calling, what comes back when it fails, pages of lists, live events.
//!
//! Order in a handler never varies: authenticate ([`Auth`]), load (lookup is authorisation), validate, one action, respond.

mod app;
mod auth;
mod csv;
mod error;
mod extract;
mod guard;
mod hub;
mod idempotency;
mod limits;
mod line;
mod live;
mod page;

pub use app::{App, Edge, RouterExt};
pub use auth::{
    Auth, Authenticate, ClientIp, SESSION_COOKIE, SessionAuth, clear_session_cookie, session_cookie,
};
pub use csv::{csv, csv_separated, escape, unescape};
pub use error::{ApiError, ApiResult, ErrorBody};
pub use extract::{Json, PathId, Query};
pub use guard::{Csp, guard, with_csp};
pub use hub::{Around, Hub, LiveEvent, LiveRights, PresenceState, Rights, Viewer};
pub use idempotency::sweep_idempotency;
pub use limits::{Limit, Limits};
pub use line::Line;
pub use live::live_routes;
pub use page::{Cursor, Page, PageQuery};

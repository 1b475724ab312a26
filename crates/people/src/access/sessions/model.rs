//! Plain types of sessions.

use std::time::Duration;

use kernel::{SessionId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::token;

const IDLE: Duration = Duration::from_secs(12 * 3_600);
const ABSOLUTE: Duration = Duration::from_secs(7 * 24 * 3_600);

#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Session {
    #[schema(value_type = String, format = "uuid")]
    pub id: SessionId,
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = "date-time")]
    pub last_seen_at: Timestamp,
    pub user_agent: String,
    /// The one of this request.
    pub current: bool,
}

/// A session about to be started; the token goes into the cookie and nowhere else.
#[derive(Clone)]
pub(crate) struct NewSession {
    pub id: SessionId,
    pub token: String,
    pub user_agent: String,
}

impl NewSession {
    pub fn new(user_agent: &str) -> Self {
        let user_agent = user_agent.chars().take(300).collect();
        Self { id: SessionId::new(), token: token::generate(""), user_agent }
    }
}

/// Sessions used or begun before these times are over.
pub(super) fn oldest_alive(now: Timestamp) -> (Timestamp, Timestamp) {
    (now - IDLE, now - ABSOLUTE)
}

//! How a channel signs in at a mail server.

use std::{fmt, sync::Arc};

use futures::future::BoxFuture;

/// Gives an access token that is valid now; asked at every connection, because tokens live for an hour.
pub type TokenSource = Arc<dyn Fn() -> BoxFuture<'static, kernel::Result<String>> + Send + Sync>;

#[derive(Clone)]
pub enum Credentials {
    Password {
        user: String,
        password: String,
    },
    /// SASL XOAUTH2, as Microsoft 365 and Gmail want it.
    Token {
        user: String,
        source: TokenSource,
    },
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password { .. } => "Credentials::Password",
            Self::Token { .. } => "Credentials::Token",
        })
    }
}

/// RFC 4616.
pub(super) fn plain(user: &str, password: &str) -> String {
    format!("\0{user}\0{password}")
}

pub(super) fn xoauth2(user: &str, token: &str) -> String {
    format!("user={user}\x01auth=Bearer {token}\x01\x01")
}

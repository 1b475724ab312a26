//! Who is calling.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, request::Parts},
};
use futures::future::BoxFuture;
use kernel::{Caller, Code, Result, SessionId};

use crate::{ApiError, App, Limit, error::AskerLocale, idempotency::IdempotencyKey};

/// The cookie of a signed-in user. `__Host-`: only from this host, only over TLS (or a loopback address).
pub const SESSION_COOKIE: &str = "__Host-kapocs";
const SESSION_SECONDS: u64 = 7 * 24 * 3_600;

/// How credentials become a caller; kept by the slice that owns users and keys.
pub trait Authenticate: Send + Sync {
    fn session<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Option<SessionAuth>>>;
    fn key<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Option<Caller>>>;
}

/// A signed-in user and the session by which they are.
pub struct SessionAuth {
    pub caller: Caller,
    pub session: SessionId,
}

/// An authenticated request. A handler that does not take it serves strangers.
#[derive(Clone)]
pub struct Auth {
    pub caller: Caller,
    /// Set when a user called with a cookie.
    pub session: Option<SessionId>,
    pub ip: IpAddr,
    pub(crate) idempotency: Option<IdempotencyKey>,
}

impl FromRequestParts<App> for Auth {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let ClientIp(ip) = ClientIp::from_request_parts(parts, app).await?;
        let found = if let Some(key) = bearer(&parts.headers) {
            app.auth.key(key).await?.map(|caller| (caller, None))
        } else if let Some(token) = cookie(&parts.headers, SESSION_COOKIE) {
            app.auth.session(token).await?.map(|auth| (auth.caller, Some(auth.session)))
        } else {
            None
        };
        let Some((caller, session)) = found else {
            app.limits.take(Limit::AnonymousByIp, &ip.to_string())?;
            return Err(Code::Unauthenticated.into());
        };
        if let Some(asker) = parts.extensions.get::<AskerLocale>() {
            let _ = asker.known.set(caller.locale);
        }
        let idempotency = parts.extensions.get::<IdempotencyKey>().cloned();
        Ok(Self { caller, session, ip, idempotency })
    }
}

/// The address of the one who asks. `X-Forwarded-For` counts only when a configured proxy sent it.
pub struct ClientIp(pub IpAddr);

impl FromRequestParts<App> for ClientIp {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let peer = peer.unwrap_or(IpAddr::from([127, 0, 0, 1]));
        if !app.edge.trusted_proxies.contains(&peer) {
            return Ok(Self(peer));
        }
        // The last address is the one our own proxy saw.
        let forwarded = parts.headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
        let seen = forwarded.and_then(|list| list.rsplit(',').next()?.trim().parse().ok());
        Ok(Self(seen.unwrap_or(peer)))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get("authorization")?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all("cookie")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// `Set-Cookie` of a new session.
pub fn session_cookie(token: &str) -> String {
    format!("{SESSION_COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={SESSION_SECONDS}")
}

/// `Set-Cookie` that ends it.
pub fn clear_session_cookie() -> String {
    format!("{SESSION_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
}

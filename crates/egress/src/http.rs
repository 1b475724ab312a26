//! Fetching what an address of the web holds (RFC 9110), within limits.

use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    client::conn::http1,
    header::{ACCEPT, CONTENT_TYPE, HOST, LOCATION, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use url::Url;

use crate::{CONNECT_TIMEOUT, Failure, Grant, Policy, Target, Tls, TlsMode, connect_tls};

/// How much a fetch may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Of the body.
    pub bytes: usize,
    /// For all of it, redirects included.
    pub within: Duration,
    pub redirects: usize,
}

/// What was there.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// As the server named it, without parameters, in small letters.
    pub media_type: String,
    pub bytes: Bytes,
}

/// Why nothing came.
#[derive(Debug, thiserror::Error)]
pub enum FetchFailure {
    #[error("the address is not of the web")]
    Address,
    #[error(transparent)]
    Connect(#[from] Failure),
    #[error("the server answered {0}")]
    Status(StatusCode),
    #[error("too many redirects")]
    Redirects,
    #[error("more than the limit")]
    TooLarge,
    #[error("no answer in time")]
    TimedOut,
    #[error("the answer cannot be read: {0}")]
    Broken(#[from] hyper::Error),
}

/// Reads an `http` or `https` address. Sends no cookie, no referrer, nothing about who asks; each redirect is checked
/// as if it had been named.
pub async fn get(
    policy: &Policy,
    address: &str,
    accept: &str,
    grant: Grant,
    limits: Limits,
) -> Result<Fetched, FetchFailure> {
    let whole = follow(policy, address, accept, grant, limits);
    timeout(limits.within, whole).await.map_err(|_| FetchFailure::TimedOut)?
}

async fn follow(
    policy: &Policy,
    address: &str,
    accept: &str,
    grant: Grant,
    limits: Limits,
) -> Result<Fetched, FetchFailure> {
    let mut url = Url::parse(address).map_err(|_| FetchFailure::Address)?;
    for _ in 0..=limits.redirects {
        let response = ask(policy, &url, accept, grant).await?;
        let status = response.status();
        if status.is_success() {
            return read(response, limits.bytes).await;
        }
        let next = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        match next {
            Some(next) if status.is_redirection() => {
                url = url.join(next).map_err(|_| FetchFailure::Address)?;
            }
            _ => return Err(FetchFailure::Status(status)),
        }
    }
    Err(FetchFailure::Redirects)
}

async fn ask(
    policy: &Policy,
    url: &Url,
    accept: &str,
    grant: Grant,
) -> Result<Response<Incoming>, FetchFailure> {
    let mode = match url.scheme() {
        "https" => TlsMode::Tls,
        "http" => TlsMode::None,
        _ => return Err(FetchFailure::Address),
    };
    let host = url.host_str().ok_or(FetchFailure::Address)?;
    let port = url.port_or_known_default().ok_or(FetchFailure::Address)?;
    let target = Target::new(host.trim_matches(['[', ']']), port);
    let stream = connect_tls(policy, &target, grant, &Tls::new(mode), CONNECT_TIMEOUT).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // It ends with the answer's body.
    tokio::spawn(connection);
    let named = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let request = Request::get(path)
        .header(HOST, named)
        .header(ACCEPT, accept)
        .header(USER_AGENT, "Kapocs")
        .body(Empty::<Bytes>::new())
        .map_err(|_| FetchFailure::Address)?;
    Ok(sender.send_request(request).await?)
}

async fn read(response: Response<Incoming>, most: usize) -> Result<Fetched, FetchFailure> {
    let declared = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = declared.unwrap_or_default().split(';').next().unwrap_or_default();
    let media_type = media_type.trim().to_ascii_lowercase();
    let body = Limited::new(response.into_body(), most).collect().await;
    let bytes = body.map_err(|error| match error.downcast::<hyper::Error>() {
        Ok(broken) => FetchFailure::Broken(*broken),
        Err(_) => FetchFailure::TooLarge,
    })?;
    Ok(Fetched { media_type, bytes: bytes.to_bytes() })
}

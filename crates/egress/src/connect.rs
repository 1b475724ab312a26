//! Connecting to a checked address.

use std::{io, time::Duration};

use tokio::{
    net::TcpStream,
    time::{Instant, timeout, timeout_at},
};

use crate::{Checked, Grant, Host, Policy, Refused, Stream, Target, Tls, TlsMode, check, tls};

pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A name with many addresses does not make a dead server cost many time-outs.
const MAX_TRIES: usize = 4;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("no answer in time")]
    TimedOut,
    #[error("cannot connect: {}", .0.kind())]
    Connect(io::Error),
    #[error("no secure connection: {0}")]
    Tls(io::Error),
}

/// Checks a target and connects to the address that was checked.
pub async fn connect(
    policy: &Policy,
    host: &str,
    port: u16,
    grant: Grant,
    within: Duration,
) -> Result<TcpStream, Failure> {
    check(policy, host, port, grant).await?.connect(within).await
}

/// The same, with TLS from the first byte when `tls` says so. For STARTTLS the stream is still plain:
/// [`upgrade`] it when the server agreed.
pub async fn connect_tls(
    policy: &Policy,
    target: &Target,
    grant: Grant,
    tls: &Tls,
    within: Duration,
) -> Result<Stream, Failure> {
    if !tls.verify && grant != Grant::Operator {
        return Err(Refused::UnverifiedTls.into());
    }
    let checked = check(policy, &target.host, target.port, grant).await?;
    let stream = Stream::Plain(checked.connect(within).await?);
    match tls.mode {
        TlsMode::None | TlsMode::StartTls => Ok(stream),
        TlsMode::Tls => upgrade(stream, &target.host, grant, tls, within).await,
    }
}

/// Makes a plain connection to `host` secure.
pub async fn upgrade(
    stream: Stream,
    host: &str,
    grant: Grant,
    tls: &Tls,
    within: Duration,
) -> Result<Stream, Failure> {
    if !tls.verify && grant != Grant::Operator {
        return Err(Refused::UnverifiedTls.into());
    }
    let host = Host::parse(host).ok_or(Refused::Host)?;
    timeout(within, tls::handshake(stream, &host, tls)).await.map_err(|_| Failure::TimedOut)?
}

impl Checked {
    /// Connects to the checked addresses in their order; each gets its share of the time.
    pub async fn connect(&self, within: Duration) -> Result<TcpStream, Failure> {
        let deadline = Instant::now() + within;
        let tries = self.addresses().len().min(MAX_TRIES);
        let mut last = Failure::TimedOut;
        for (i, address) in self.addresses().iter().take(tries).enumerate() {
            let left = deadline.saturating_duration_since(Instant::now());
            let share = left / u32::try_from(tries - i).unwrap_or(1);
            #[allow(clippy::disallowed_methods, reason = "this is the door itself")]
            let attempt = TcpStream::connect(*address);
            match timeout_at(Instant::now() + share, attempt).await {
                Ok(Ok(stream)) => {
                    // Protocols of short lines suffer from delayed packets; failing to ask costs only time.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(error)) => last = Failure::Connect(error),
                Err(_) => last = Failure::TimedOut,
            }
        }
        Err(last)
    }
}

//! Sending mail by SMTP to the server of a channel.
//!
//! One call, one attempt: [`SmtpClient::send`] says for every recipient what became of the message and never tries
//! again by itself. An answer that was lost on the way is [`Outcome::Unknown`], not a failure.

mod connection;
mod outcome;
mod pool;
mod reply;
mod transfer;

#[cfg(test)]
mod tests;

use std::time::Duration;

use egress::{Grant, Policy, Target, Tls};

pub use outcome::{Delivery, Outcome, retry_delay};
pub use transfer::Outgoing;

use super::{credentials::Credentials, framing::LineError};
use connection::Connection;
use pool::Pool;
use transfer::Transfer;

#[derive(Clone, Debug)]
pub struct SmtpConfig {
    pub policy: Policy,
    pub target: Target,
    pub grant: Grant,
    pub tls: Tls,
    pub credentials: Option<Credentials>,
    /// The name we say hello with.
    pub hello: String,
    pub max_connections: usize,
    /// A connection not used for this long is closed.
    pub idle: Duration,
    /// For the answer to a command.
    pub command: Duration,
    /// For a block of the message to leave.
    pub block: Duration,
    /// For the answer to the whole message: servers check it before they answer (RFC 5321 §4.5.3.2.6).
    pub end_of_data: Duration,
}

impl SmtpConfig {
    pub fn new(target: Target, tls: Tls, hello: impl Into<String>) -> Self {
        Self {
            policy: Policy::default(),
            target,
            grant: Grant::Public,
            tls,
            credentials: None,
            hello: hello.into(),
            max_connections: 4,
            idle: Duration::from_secs(30),
            command: Duration::from_secs(120),
            block: Duration::from_secs(180),
            end_of_data: Duration::from_secs(600),
        }
    }
}

/// Why there was no connection to send on, or why it broke.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error(transparent)]
    Connect(egress::Failure),
    #[error("the server does not offer STARTTLS")]
    NoStartTls,
    #[error("the server offers no known way to sign in")]
    NoMechanism,
    #[error("a password is never sent in clear over the internet")]
    Insecure,
    #[error("no access token could be had")]
    Token,
    #[error("the server does not accept the sign-in: {code} {text}")]
    Login { code: u16, text: String },
    #[error("the server refuses us: {code} {text}")]
    Refused { code: u16, text: String },
    #[error("the server's answer is not understood")]
    Protocol,
    #[error("the server fell silent")]
    TimedOut,
    #[error("the connection was lost")]
    Lost,
}

impl From<LineError> for Trouble {
    fn from(error: LineError) -> Self {
        match error {
            LineError::Closed | LineError::Io => Self::Lost,
            LineError::TooLong | LineError::BareNewline | LineError::Malformed => Self::Protocol,
        }
    }
}

/// The sender of one channel; keeps a few connections for the next message.
pub struct SmtpClient {
    config: SmtpConfig,
    pool: Pool,
}

impl SmtpClient {
    pub fn new(config: SmtpConfig) -> Self {
        let pool = Pool::new(config.max_connections, config.idle);
        Self { config, pool }
    }

    /// Connects and signs in, for a test of the settings.
    pub async fn probe(&self) -> Result<(), Trouble> {
        Connection::open(&self.config).await?.close().await;
        Ok(())
    }

    /// Hands a message over once; answers in the order of the recipients.
    pub async fn send(&self, message: Outgoing<'_>) -> Vec<Delivery> {
        let mut transfer = Transfer::new(message);
        if transfer.is_settled() {
            return transfer.finish();
        }
        match self.pool.take(&self.config).await {
            // The settings can be mended, so the message waits for it.
            Err(trouble) => transfer.settle(&Outcome::transient(trouble)),
            Ok(mut held) => {
                transfer.run(&mut held.connection, &self.config).await;
                if transfer.can_reuse {
                    self.pool.give_back(held).await;
                }
            }
        }
        transfer.finish()
    }
}

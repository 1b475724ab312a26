//! Watching a mailbox by IMAP, losing nothing and repeating nothing.
//!
//! A mail is fetched without changing it, given to [`MailSink::keep`], which commits the bytes **and** the cursor in one
//! transaction, and only then marked or moved. Mails go in the order of their UIDs, so a cursor never stands behind a
//! mail that was not kept. What cannot be fetched after several tries is kept as the part that can, or named as
//! unreadable, and its neighbours go on.

mod fetch;
mod follow;
mod guard;
mod idle;
mod name;
mod session;

#[cfg(test)]
mod tests;

use std::{future::Future, time::Duration};

use egress::{Grant, Policy, Target, Tls};
use kernel::Timestamp;
use rand::Rng as _;
use tokio::{sync::watch, time::sleep};

use super::credentials::Credentials;
use follow::Follower;

/// The longest that one command may take, however steadily its answer drips.
const COMMAND_LIMIT: Duration = Duration::from_secs(1800);

/// What is done with a mail on the server after it was kept.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum After {
    /// The mailbox is opened for reading only.
    #[default]
    Nothing,
    MarkSeen,
    MoveTo(String),
}

/// Where a mailbox that was never watched before begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum FirstSync {
    /// With the mail that comes from now on.
    #[default]
    New,
    Everything,
}

#[derive(Clone, Debug)]
pub struct ImapConfig {
    pub policy: Policy,
    pub target: Target,
    pub grant: Grant,
    pub tls: Tls,
    pub credentials: Credentials,
    pub mailbox: String,
    pub after: After,
    pub first_sync: FirstSync,
    /// When the server renumbered the mailbox, mail that it had received before this is not looked at again.
    pub rescan_since: Option<Timestamp>,
    /// Of a larger mail only the beginning is kept.
    pub max_message: usize,
    /// How long the server may be silent in the middle of an answer.
    pub stall: Duration,
    /// After this long without a word IDLE is begun anew; 29 minutes, as the standard has it, is too long for many
    /// a firewall between us.
    pub renew: Duration,
    /// Between two looks at a server without IDLE.
    pub poll: Duration,
    /// The first pause after a failure; it doubles, up to five minutes.
    pub retry: Duration,
}

impl ImapConfig {
    pub fn new(target: Target, tls: Tls, credentials: Credentials) -> Self {
        Self {
            policy: Policy::default(),
            target,
            grant: Grant::Public,
            tls,
            credentials,
            mailbox: "INBOX".to_owned(),
            after: After::Nothing,
            first_sync: FirstSync::New,
            rescan_since: None,
            max_message: 64 << 20,
            stall: Duration::from_secs(60),
            renew: Duration::from_secs(300),
            poll: Duration::from_secs(60),
            retry: Duration::from_secs(1),
        }
    }
}

/// How far a mailbox was kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    pub uid_validity: u32,
    pub last_uid: u32,
    /// After a renumbering: mails below this UID were there before it, and may have been kept under another number.
    /// 0 otherwise.
    pub rescan_below: u32,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fetched {
    Whole(Vec<u8>),
    /// The beginning of a mail that is too large or would not come whole.
    Beginning {
        raw: Vec<u8>,
        size: Option<u32>,
    },
    /// The server does not hand it out; it is still there.
    Unreadable,
}

/// Why a cursor moves without a mail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moved {
    /// The mailbox is watched for the first time.
    Started,
    /// The server numbered the mailbox anew. Everything is fetched again from the first mail on:
    /// what was kept (or deleted here) before must be recognised by its content.
    Renumbered { old: u32 },
    /// Mail older than `rescan_since` was passed over.
    PassedOver,
}

/// Where fetched mail goes. Every method commits before it returns.
pub trait MailSink: Send + Sync {
    fn cursor(&self) -> impl Future<Output = kernel::Result<Option<Cursor>>> + Send;

    fn moved(&self, cursor: Cursor, why: Moved) -> impl Future<Output = kernel::Result<()>> + Send;

    /// Keeps a mail and, in the same transaction, the cursor that stands on it.
    fn keep(&self, cursor: Cursor, mail: Fetched) -> impl Future<Output = kernel::Result<()>> + Send;

    /// For the eyes of the administrator.
    fn health(&self, _health: &Health) {}
}

#[derive(Clone, Debug)]
pub enum Health {
    Connecting,
    /// Signed in, the mailbox is open, mail is being fetched.
    Connected,
    /// Everything there is was fetched; news come by themselves (`true`) or are asked for (`false`).
    UpToDate {
        pushed: bool,
    },
    Failed {
        trouble: String,
        retry_in: Duration,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error(transparent)]
    Connect(egress::Failure),
    #[error("the server does not accept the sign-in")]
    Login,
    #[error("a password is never sent in clear over the internet")]
    Insecure,
    #[error("no access token could be had")]
    Token,
    #[error("the mailbox cannot be opened")]
    Mailbox,
    #[error("the server refused a command")]
    Refused,
    #[error("the server's answer is not understood")]
    Protocol,
    #[error("the server fell silent")]
    TimedOut,
    #[error("the connection was lost")]
    Lost,
    #[error("the mail cannot be kept now ({0})")]
    Sink(kernel::Error),
}

pub struct ImapWatcher {
    config: ImapConfig,
}

impl ImapWatcher {
    pub fn new(config: ImapConfig) -> Self {
        Self { config }
    }

    /// Signs in and opens the mailbox, for a test of the settings.
    pub async fn probe(&self) -> Result<(), Trouble> {
        let mut session = session::Session::open(&self.config).await?;
        session.select(&self.config.mailbox, true).await?;
        session.log_out().await;
        Ok(())
    }

    /// Watches until `stop` turns true. Comes back after every failure, ever more slowly.
    pub async fn run(&self, sink: impl MailSink, mut stop: watch::Receiver<bool>) {
        let mut follower = Follower::new(&self.config, &sink);
        let mut failures = 0;
        loop {
            sink.health(&Health::Connecting);
            let trouble = tokio::select! {
                trouble = follower.follow() => trouble,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            failures = if follower.take_progress() { 1 } else { failures + 1 };
            let retry_in = self.pause(failures, &trouble);
            sink.health(&Health::Failed { trouble: trouble.to_string(), retry_in });
            tokio::select! {
                () = sleep(retry_in) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Doubles, up to five minutes, and spreads, so that a returning server is not met by everybody at once.
    fn pause(&self, failures: u32, trouble: &Trouble) -> Duration {
        let longest = Duration::from_secs(300);
        let doubled = self.config.retry.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(longest);
        // Trying a wrong password often gets the account locked.
        let base =
            if matches!(trouble, Trouble::Login) { doubled.max(self.config.retry * 60) } else { doubled };
        base.mul_f64(rand::rng().random_range(0.75..1.25))
    }
}

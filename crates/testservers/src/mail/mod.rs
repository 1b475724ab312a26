//! A mail system of our own: Postfix receives, Dovecot keeps the mailboxes.
//!
//! Mail to [`DOMAINS`] goes to Dovecot, whose users are made by [`Mail::add_user`]; anybody else there is refused,
//! which makes Postfix bounce as it would in the world. Another domain is refused until it has a
//! [`Mail::route`]. Nothing ever leaves the machine.

mod dovecot;
mod maildir;
mod postfix;
mod smtp;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use crate::{Failure, Result, network, supervised};

use dovecot::Dovecot;
use postfix::Postfix;

pub use smtp::send as hand_over;

/// The domains whose mail is delivered to mailboxes here.
pub const DOMAINS: [&str; 2] = ["kapocs.example", "customer.example"];

/// Postfix and Dovecot, running.
pub struct Mail {
    // Postfix delivers to Dovecot, so it goes first.
    postfix: Postfix,
    dovecot: Dovecot,
}

impl Mail {
    pub fn start() -> Result<Self> {
        if !supervised::is_root() {
            return Err(Failure::new("only root may start Postfix: run the mail tests as root"));
        }
        let dovecot = supervised::with_retries(Dovecot::start)?;
        let postfix = supervised::with_retries(|| Postfix::start(&dovecot))?;
        Ok(Self { postfix, dovecot })
    }

    /// Makes a mailbox, whose owner signs in with the whole address.
    pub fn add_user(&self, address: &str, password: &str) -> Result<()> {
        self.dovecot.add_user(address, password)
    }

    /// Sends the mail of a domain to an SMTP server, `127.0.0.1:2525` for example.
    pub fn route(&self, domain: &str, to: SocketAddr) -> Result<()> {
        self.postfix.route(domain, to)
    }

    /// Hands Postfix a mail as it is; lines end with CRLF.
    pub fn deliver(&self, raw: &[u8], from: &str, to: &str) -> Result<()> {
        smtp::send(self.smtp_addr(), raw, from, to)
    }

    /// The bytes of the mails in a user's inbox, oldest first.
    pub fn messages(&self, address: &str) -> Result<Vec<Vec<u8>>> {
        maildir::read(&self.maildir(address))
    }

    /// Waits until a user's inbox holds at least `count` mails and returns them.
    #[track_caller]
    pub fn wait_for_messages(&self, address: &str, count: usize) -> Vec<Vec<u8>> {
        let arrived = network::patiently(&format!("{count} mails to {address}"), || {
            self.messages(address).ok().filter(|messages| messages.len() >= count)
        });
        arrived.unwrap_or_else(|failure| panic!("{failure}\n{}", self.log()))
    }

    /// Cuts every IMAP connection in the middle of whatever it is doing.
    pub fn drop_imap_sessions(&self) -> Result<()> {
        self.dovecot.drop_sessions()
    }

    /// Makes all UIDs of a user's inbox void, as a restored or moved mailbox does.
    pub fn set_uidvalidity(&self, address: &str, value: u32) -> Result<()> {
        self.dovecot.set_uidvalidity(address, value)
    }

    /// Where a user's Maildir lies.
    pub fn maildir(&self, address: &str) -> PathBuf {
        self.dovecot.maildir(address)
    }

    /// IMAP, plain or with STARTTLS.
    pub fn imap_addr(&self) -> SocketAddr {
        self.dovecot.imap()
    }

    /// IMAP inside TLS.
    pub fn imaps_addr(&self) -> SocketAddr {
        self.dovecot.imaps()
    }

    /// SMTP, with STARTTLS and sign-in for those who want them.
    pub fn smtp_addr(&self) -> SocketAddr {
        self.postfix.smtp()
    }

    /// The certificate authority (PEM) that vouches for `localhost` and `127.0.0.1`.
    pub fn authority(&self) -> &Path {
        self.dovecot.certificate().authority()
    }

    /// What the servers have logged so far, to understand a failed test.
    pub fn log(&self) -> String {
        format!("{}\n{}", self.postfix.log(), self.dovecot.log())
    }
}

//! What the receiver asks of the program behind it.

use std::{future::Future, net::IpAddr};

/// How the mail came in, for the trace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Protocol {
    Smtp,
    Esmtp,
    Lmtp,
}

impl Protocol {
    /// The keyword of a `Received` line (RFC 5321, RFC 3848).
    pub fn keyword(self, tls: bool) -> &'static str {
        match (self, tls) {
            (Self::Smtp, _) => "SMTP",
            (Self::Esmtp, false) => "ESMTP",
            (Self::Esmtp, true) => "ESMTPS",
            (Self::Lmtp, false) => "LMTP",
            (Self::Lmtp, true) => "LMTPS",
        }
    }
}

/// What the protocol said about a message beside its bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Envelope {
    /// `None` is the null sender `<>` of bounces and automatic answers.
    pub mail_from: Option<String>,
    /// Every accepted recipient in the order given, not empty.
    pub recipients: Vec<String>,
    pub peer: IpAddr,
    pub helo: String,
    pub tls: bool,
    pub protocol: Protocol,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecipientVerdict {
    Accept,
    /// 550: nobody here has this address.
    Reject,
    /// 451: cannot be known now.
    TryLater,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SinkError {
    /// 452: no room to keep it.
    Full,
    /// 451: not now.
    Busy,
    /// 554: never, with the reason told to the sender.
    Rejected(String),
}

/// Where received mail goes.
pub trait Sink: Send + Sync + 'static {
    /// Asked before a connection is greeted: the place for a rate limit per address. `false` → 421.
    fn admit(&self, _peer: IpAddr) -> bool {
        true
    }

    fn recipient(&self, address: &str) -> impl Future<Output = RecipientVerdict> + Send;

    /// Keeps a message. `Ok` means committed to disk: the sender is told so and forgets it.
    fn accept(&self, envelope: Envelope, raw: Vec<u8>) -> impl Future<Output = Result<(), SinkError>> + Send;
}

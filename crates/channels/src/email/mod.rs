//! The e-mail channel.
//!
//! `text` is pure: bytes in, meaning out (parse, classify, quotes, sanitise, bounces, tokens, compose).
//! `wire` speaks the protocols: SMTP and LMTP receiver, IMAP with IDLE, SMTP sender. It knows no conversation.
//! The rest brings the two together with the inbox: `keep` (raw first), `sender` (who it is, and whether that is proved),
//! `understand` (then placed), `send`. `edge` is what whoever runs the machine gives to our own mail server.

pub(crate) mod config;
mod edge;
mod issued;
mod keep;
mod send;
mod sender;
pub mod text;
mod understand;
pub mod wire;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use futures::future::BoxFuture;
use inbox::{
    channels::{self, ChannelRow, HealthState, Step},
    intake::Item,
    port::{Can, Channel, ChannelKind, Configured, Outcome, Outgoing},
};
use kernel::{Caller, ChannelId, Result};
use tokio::sync::watch;

pub(crate) use config::{EmailConfig, Secrets, is_address};
pub use edge::MailEdge;
pub(crate) use keep::{Kept, keep};
use wire::{
    imap::{After, FirstSync, ImapConfig, ImapWatcher},
    smtp_client::SmtpClient,
};

use crate::Parts;

/// The channel kind `email`: a mailbox at somebody's mail server.
pub struct Email {
    parts: Parts,
    senders: Mutex<HashMap<ChannelId, (serde_json::Value, Arc<SmtpClient>)>>,
}

impl Email {
    pub fn new(parts: &Parts) -> Self {
        Self { parts: parts.clone(), senders: Mutex::default() }
    }

    pub(crate) fn imap(&self, channel: &ChannelRow) -> Result<Option<ImapConfig>> {
        let config = EmailConfig::of(channel)?;
        let secrets = Secrets::open(&self.parts.vault, channel)?;
        let Some(server) = config.imap(&secrets) else { return Ok(None) };
        let mut imap = ImapConfig::new(server.target, server.tls, server.credentials);
        imap.policy = self.parts.egress.clone();
        imap.grant = config.grant();
        imap.mailbox = config.imap_mailbox.clone();
        imap.after = if config.mark_seen { After::MarkSeen } else { After::Nothing };
        imap.first_sync = FirstSync::Everything;
        imap.rescan_since = Some(config.begins_at(channel));
        Ok(Some(imap))
    }

    async fn watch(&self, channel: ChannelRow, mut stop: watch::Receiver<bool>) {
        match self.imap(&channel) {
            Ok(Some(imap)) => {
                let sink = keep::MailboxSink::new(&self.parts.db, &channel, &imap.mailbox);
                ImapWatcher::new(imap).run(sink, stop).await;
            }
            Ok(None) => {
                let _ = stop.changed().await;
            }
            Err(error) => {
                tracing::error!(channel = %channel.id, %error, "a mailbox cannot be watched");
                let caller = Caller::system(channel.workspace, "email");
                let text = error.to_string();
                let noted = self.parts.db.write(&caller, move |tx| {
                    let now = tx.now();
                    channels::set_health(tx, channel.id, |health| {
                        health.state = HealthState::Error;
                        health.error = Some(text.clone());
                        health.error_at = Some(now);
                    })
                });
                let _ = noted.await;
                let _ = stop.changed().await;
            }
        }
    }
}

impl Channel for Email {
    fn kind(&self) -> ChannelKind {
        ChannelKind {
            kind: "email".into(),
            name: "E-mail".into(),
            operator_only: false,
            fields: config::fields(config::Side::Mailbox),
            can: Can { receive: true, send: true, attachments: true, hold: true, max_length: None },
        }
    }

    fn configure(
        &self,
        caller: &Caller,
        typed: serde_json::Value,
        before: Option<&Configured>,
    ) -> Result<Configured> {
        config::configure(caller, typed, before, config::Side::Mailbox)
    }

    fn check_addresses<'a>(&'a self, _: &'a Caller, configured: &'a Configured) -> BoxFuture<'a, Result<()>> {
        Box::pin(config::check_servers(&self.parts.egress, configured))
    }

    fn external_id(&self, channel: &ChannelRow, outgoing: &Outgoing) -> Option<String> {
        self.message_id(channel, outgoing)
    }

    fn deliver<'a>(
        &'a self,
        channel: &'a ChannelRow,
        outgoing: &'a Outgoing,
    ) -> BoxFuture<'a, Vec<(String, Outcome)>> {
        Box::pin(self.send(channel, outgoing, &outgoing.recipients))
    }

    fn test<'a>(&'a self, channel: &'a ChannelRow) -> BoxFuture<'a, Vec<Step>> {
        Box::pin(async move {
            let mut steps = Vec::new();
            if let Some(step) = self.test_imap(channel).await {
                steps.push(step);
            }
            steps.push(self.test_smtp(channel).await);
            steps
        })
    }

    fn understand<'a>(&'a self, channel: &'a ChannelRow, item: &'a Item) -> BoxFuture<'a, Result<()>> {
        Box::pin(understand::understand(&self.parts, channel, item))
    }

    fn run(self: Arc<Self>, channel: ChannelRow, stop: watch::Receiver<bool>) -> BoxFuture<'static, ()> {
        Box::pin(async move { self.watch(channel, stop).await })
    }
}

impl Email {
    async fn test_imap(&self, channel: &ChannelRow) -> Option<Step> {
        let outcome = match self.imap(channel) {
            Ok(None) => return None,
            Ok(Some(imap)) => ImapWatcher::new(imap).probe().await.map_err(|trouble| trouble.to_string()),
            Err(error) => Err(error.to_string()),
        };
        Some(step("imap", outcome))
    }

    pub(crate) async fn test_smtp(&self, channel: &ChannelRow) -> Step {
        let outcome = match self.sender(channel) {
            Ok(Some(sender)) => sender.probe().await.map_err(|trouble| trouble.to_string()),
            Ok(None) => Err("no SMTP server is configured".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        step("smtp", outcome)
    }
}

fn step(name: &str, outcome: Result<(), String>) -> Step {
    let ok = outcome.is_ok();
    Step { name: name.to_owned(), ok, detail: outcome.err().unwrap_or_default() }
}

//! Mail received on a port of our own, by SMTP or LMTP. Understanding and answering are those of the e-mail channel.
//!
//! Invariant: the other side hears 250 only after the raw bytes are committed.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use futures::future::BoxFuture;
use inbox::{
    channels::{self, ChannelRow, HealthState, Step},
    intake::Item,
    port::{Can, Channel, ChannelKind, Configured, Outcome, Outgoing},
};
use kernel::{Caller, Code, Result};
use serde_json::json;
use tokio::{net::TcpListener, sync::watch};

use crate::{
    Parts,
    email::{
        Email, EmailConfig, Kept,
        config::{self, Side},
        keep,
        wire::smtp_server::{self, Config, Envelope, Flavour, RecipientVerdict, Sink, SinkError},
    },
};

/// Between two tries to listen.
const RETRY: Duration = Duration::from_secs(5);

/// The channel kind `receiver`.
pub struct Receiver {
    parts: Parts,
    email: Arc<Email>,
}

impl Receiver {
    pub fn new(parts: &Parts, email: Arc<Email>) -> Self {
        Self { parts: parts.clone(), email }
    }

    async fn listen(&self, channel: ChannelRow, mut stop: watch::Receiver<bool>) {
        loop {
            let bound = match EmailConfig::of(&channel) {
                Ok(config) => bind(&config).await.map(|listener| (config, listener)),
                Err(error) => Err(error.to_string()),
            };
            self.note(&channel, bound.as_ref().err().cloned()).await;
            if let Ok((config, listener)) = bound {
                let flavour = if config.protocol == "lmtp" { Flavour::Lmtp } else { Flavour::Smtp };
                let hostname =
                    config.address().rsplit_once('@').map_or("localhost", |(_, domain)| domain).to_owned();
                let sink = Arc::new(Door { parts: self.parts.clone(), channel, addresses: config.addresses });
                let tls = self.parts.mail.tls.clone();
                let served = Config { tls, ..Config::new(hostname, flavour) };
                return smtp_server::serve(listener, served, sink, stop).await;
            }
            // Another program may give the port free.
            if tokio::time::timeout(RETRY, stop.changed()).await.is_ok() {
                return;
            }
        }
    }

    async fn note(&self, channel: &ChannelRow, error: Option<String>) {
        let (caller, id) = (Caller::system(channel.workspace, "receiver"), channel.id);
        let noted = self.parts.db.write(&caller, move |tx| {
            let now = tx.now();
            channels::set_health(tx, id, |health| {
                health.state = if error.is_some() { HealthState::Error } else { HealthState::Ok };
                health.error_at = error.as_ref().map(|_| now).or(health.error_at);
                health.error = error.clone();
            })
        });
        if let Err(error) = noted.await {
            tracing::warn!(%error, "the health of a receiver could not be written");
        }
    }
}

async fn bind(config: &EmailConfig) -> Result<TcpListener, String> {
    let address: SocketAddr =
        format!("{}:{}", config.listen_host, config.listen_port).parse().map_err(|_| {
            format!("{}:{} is not an address to listen on", config.listen_host, config.listen_port)
        })?;
    TcpListener::bind(address).await.map_err(|error| format!("port {}: {error}", config.listen_port))
}

/// Takes mail for the channel's addresses, plus-addresses included.
struct Door {
    parts: Parts,
    channel: ChannelRow,
    addresses: Vec<String>,
}

impl Sink for Door {
    async fn recipient(&self, address: &str) -> RecipientVerdict {
        let address = address.to_lowercase();
        let plain = match address.rsplit_once('@') {
            Some((local, domain)) => format!("{}@{domain}", local.split('+').next().unwrap_or(local)),
            None => address.clone(),
        };
        if self.addresses.contains(&plain) { RecipientVerdict::Accept } else { RecipientVerdict::Reject }
    }

    async fn accept(&self, envelope: Envelope, raw: Vec<u8>) -> Result<(), SinkError> {
        let told = json!({
            "mail_from": envelope.mail_from, "recipients": envelope.recipients, "peer": envelope.peer,
            "helo": envelope.helo, "tls": envelope.tls,
        });
        let kept = Kept::write(&self.parts.db, raw, told).await.map_err(|error| refusal(error.code))?;
        let (caller, channel) = (Caller::system(self.channel.workspace, "receiver"), self.channel.clone());
        let written = self.parts.db.write(&caller, move |tx| keep(tx, &channel, &kept)).await;
        written.map_err(|error| refusal(error.code))
    }
}

fn refusal(code: Code) -> SinkError {
    if code == Code::StorageFull { SinkError::Full } else { SinkError::Busy }
}

impl Channel for Receiver {
    fn kind(&self) -> ChannelKind {
        ChannelKind {
            kind: "receiver".into(),
            name: "Mail receiver".into(),
            operator_only: true,
            fields: config::fields(Side::Receiver),
            can: Can { receive: true, send: true, attachments: true, hold: true, max_length: None },
        }
    }

    fn configure(
        &self,
        caller: &Caller,
        typed: serde_json::Value,
        before: Option<&Configured>,
    ) -> Result<Configured> {
        config::configure(caller, typed, before, Side::Receiver)
    }

    fn check_addresses<'a>(&'a self, _: &'a Caller, configured: &'a Configured) -> BoxFuture<'a, Result<()>> {
        Box::pin(config::check_servers(&self.parts.egress, configured))
    }

    fn external_id(&self, channel: &ChannelRow, outgoing: &Outgoing) -> Option<String> {
        self.email.message_id(channel, outgoing)
    }

    fn deliver<'a>(
        &'a self,
        channel: &'a ChannelRow,
        outgoing: &'a Outgoing,
    ) -> BoxFuture<'a, Vec<(String, Outcome)>> {
        self.email.deliver(channel, outgoing)
    }

    fn test<'a>(&'a self, channel: &'a ChannelRow) -> BoxFuture<'a, Vec<Step>> {
        Box::pin(async move { vec![self.email.test_smtp(channel).await] })
    }

    fn understand<'a>(&'a self, channel: &'a ChannelRow, item: &'a Item) -> BoxFuture<'a, Result<()>> {
        self.email.understand(channel, item)
    }

    fn run(self: Arc<Self>, channel: ChannelRow, stop: watch::Receiver<bool>) -> BoxFuture<'static, ()> {
        Box::pin(async move { self.listen(channel, stop).await })
    }
}

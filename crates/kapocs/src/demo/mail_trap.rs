//! Takes the mail that the demo sends, and lets it fall: answers can be tried out, and nobody is written to.

use std::{net::Ipv4Addr, sync::Arc};

use channels::email::wire::smtp_server::{
    self, Config, Envelope, Flavour, RecipientVerdict, Sink, SinkError,
};
use kernel::{Error, Result};
use tokio::{net::TcpListener, sync::watch};

pub(super) struct MailTrap {
    listener: TcpListener,
    port: u16,
}

impl MailTrap {
    pub async fn open() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(Error::internal)?;
        let port = listener.local_addr().map_err(Error::internal)?.port();
        Ok(Self { listener, port })
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs until the server stops.
    pub fn run(self, stop: watch::Receiver<bool>) {
        let config = Config::new("localhost", Flavour::Smtp);
        tokio::spawn(smtp_server::serve(self.listener, config, Arc::new(Nowhere), stop));
    }
}

struct Nowhere;

impl Sink for Nowhere {
    async fn recipient(&self, _: &str) -> RecipientVerdict {
        RecipientVerdict::Accept
    }

    async fn accept(&self, _: Envelope, raw: Vec<u8>) -> Result<(), SinkError> {
        tracing::info!(bytes = raw.len(), "the demo caught a mail");
        Ok(())
    }
}

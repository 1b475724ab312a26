//! Web chat: a visitor on somebody's page talks with us.
//!
//! Invariants
//! - A visitor is a random token and nothing else; a typed e-mail address is a claim, and merges nobody.
//! - Only a signed identity (a short-lived JWT of the site's own server) names a person.
//! - A visitor reaches their own conversation and no other.
//! - A message sent twice with one `client_id` is one message.

mod config;
mod deliver;
mod heard;
mod http;
mod identity;
mod socket;
mod view;
mod visitors;

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use futures::future::BoxFuture;
use inbox::{
    channels::{ChannelRow, Step},
    intake::Item,
    port::{Can, Channel, ChannelKind, Configured, Outcome, Outgoing},
};
use kernel::{Caller, Error, Result, VisitorId};
use tokio::sync::watch;

pub use http::routes;

use crate::{Parts, email::Email};

/// The channel kind `chat`.
pub struct WebChat {
    parts: Parts,
    email: Arc<Email>,
}

impl WebChat {
    pub fn new(parts: &Parts, email: Arc<Email>) -> Self {
        Self { parts: parts.clone(), email }
    }
}

impl Channel for WebChat {
    fn kind(&self) -> ChannelKind {
        ChannelKind {
            kind: "chat".into(),
            name: "Web chat".into(),
            operator_only: false,
            fields: config::fields(),
            can: Can { receive: true, send: true, attachments: true, hold: false, max_length: Some(4_000) },
        }
    }

    fn configure(
        &self,
        _: &Caller,
        typed: serde_json::Value,
        before: Option<&Configured>,
    ) -> Result<Configured> {
        config::configure(typed, before)
    }

    fn external_id(&self, channel: &ChannelRow, outgoing: &Outgoing) -> Option<String> {
        self.email.message_id(channel, outgoing)
    }

    fn deliver<'a>(
        &'a self,
        channel: &'a ChannelRow,
        outgoing: &'a Outgoing,
    ) -> BoxFuture<'a, Vec<(String, Outcome)>> {
        Box::pin(deliver::deliver(&self.parts, &self.email, channel, outgoing))
    }

    fn test<'a>(&'a self, _: &'a ChannelRow) -> BoxFuture<'a, Vec<Step>> {
        Box::pin(async {
            vec![Step { name: "widget".into(), ok: true, detail: self.parts.edge.external_url.clone() }]
        })
    }

    fn understand<'a>(&'a self, _: &'a ChannelRow, _: &'a Item) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Err(Error::internal("a chat keeps no raw items")) })
    }

    fn run(self: Arc<Self>, _: ChannelRow, mut stop: watch::Receiver<bool>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let _ = stop.changed().await;
        })
    }
}

/// Visitors with an open socket in this process.
static CONNECTED: LazyLock<Mutex<HashMap<VisitorId, usize>>> = LazyLock::new(Mutex::default);

fn is_connected(visitor: VisitorId) -> bool {
    CONNECTED.lock().expect("no panic while held").contains_key(&visitor)
}

/// Counts one socket of a visitor for as long as it lives.
struct Connected(VisitorId);

impl Connected {
    fn new(visitor: VisitorId) -> Self {
        *CONNECTED.lock().expect("no panic while held").entry(visitor).or_default() += 1;
        Self(visitor)
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        let mut connected = CONNECTED.lock().expect("no panic while held");
        if let Some(count) = connected.get_mut(&self.0) {
            *count -= 1;
            if *count == 0 {
                connected.remove(&self.0);
            }
        }
    }
}

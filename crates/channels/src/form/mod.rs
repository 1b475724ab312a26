//! The web form: a page of ours that works without script, and may stand in a frame of somebody's site.
//!
//! Invariants
//! - A typed address is a claim: it leads to no person, and nothing is ever mailed to it but an answer a colleague wrote
//!   and, if the form is set so, an acknowledgement that holds nothing of what was typed.
//! - What was typed is never lost: a page that cannot be taken in is shown again with its text.
//! - One page sent twice is one conversation; the same page with other words is another one.

mod config;
mod http;
mod page;
mod problems;
mod style;
mod submission;
mod submit;
mod token;
mod words;

use std::sync::Arc;

use futures::future::BoxFuture;
use inbox::{
    channels::{self, ChannelRow, Step},
    intake::Item,
    port::{Can, Channel, ChannelKind, Configured, Outcome, Outgoing},
};
use kernel::{Caller, Error, Result};
use tokio::sync::watch;

pub use http::routes;

use crate::{Parts, email::Email};

/// The channel kind `form`.
pub struct Form {
    parts: Parts,
    email: Arc<Email>,
}

impl Form {
    pub fn new(parts: &Parts, email: Arc<Email>) -> Self {
        Self { parts: parts.clone(), email }
    }

    /// The addresses of the page, and whether answers have a way out.
    async fn steps(&self, channel: &ChannelRow) -> Vec<Step> {
        let origin = &self.parts.edge.external_url;
        let page = |locale| Step {
            name: format!("page_{locale}"),
            ok: channel.enabled,
            detail: format!("{origin}/{locale}/forms/{}", channel.public_key),
        };
        let caller = Caller::system(channel.workspace, "form");
        let listed = self.parts.db.read(&caller, channels::list).await.unwrap_or_default();
        let sends =
            |other: &ChannelRow| other.config["smtp_host"].as_str().is_some_and(|host| !host.is_empty());
        let mailbox = listed.into_iter().find(|other| other.enabled && sends(other));
        let detail = mailbox.as_ref().map_or_else(String::new, |mailbox| mailbox.name.clone());
        vec![page("hu"), page("en"), Step { name: "answers_by_email".into(), ok: mailbox.is_some(), detail }]
    }
}

impl Channel for Form {
    fn kind(&self) -> ChannelKind {
        ChannelKind {
            kind: "form".into(),
            name: "Web form".into(),
            operator_only: false,
            fields: config::fields(),
            can: Can { receive: true, send: true, attachments: true, hold: true, max_length: None },
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

    /// Whoever filled in a form is answered by mail.
    fn deliver<'a>(
        &'a self,
        _: &'a ChannelRow,
        outgoing: &'a Outgoing,
    ) -> BoxFuture<'a, Vec<(String, Outcome)>> {
        Box::pin(self.email.send_through_any(outgoing, outgoing.recipients.clone()))
    }

    fn test<'a>(&'a self, channel: &'a ChannelRow) -> BoxFuture<'a, Vec<Step>> {
        Box::pin(self.steps(channel))
    }

    fn understand<'a>(&'a self, _: &'a ChannelRow, _: &'a Item) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Err(Error::internal("a form keeps no raw items")) })
    }

    fn run(self: Arc<Self>, _: ChannelRow, mut stop: watch::Receiver<bool>) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let _ = stop.changed().await;
        })
    }
}

#[cfg(test)]
mod tests;

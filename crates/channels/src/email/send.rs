//! The way out: compose, sign, hand over.

use std::{collections::HashMap, sync::Arc};

use hmac::{Hmac, Mac};
use inbox::{
    channels::{self, ChannelRow},
    port::{Outcome, Outgoing},
};
use kernel::{Caller, Error, Result};
use people::access::workspace;
use sha2::Sha256;
use store::BlobHash;

use super::{
    Email,
    config::{EmailConfig, Secrets},
    issued,
    text::{self, Address, File, Quote, ReplyToken, TokenKey, compose, plus_address},
    wire::smtp_client::{self, SmtpClient, SmtpConfig},
};

/// The generation of our tokens; raised when old ones shall no longer count.
pub(super) const EPOCH: u32 = 1;

/// The mark this workspace puts into every mail, so that it knows its own when they come back.
pub(super) fn instance(secret: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(b"kapocs instance");
    mac.finalize().into_bytes()[..12].iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Email {
    /// The Message-ID an outgoing message carries at every attempt: known before the first, made of the message alone.
    pub(crate) fn message_id(&self, channel: &ChannelRow, outgoing: &Outgoing) -> Option<String> {
        let domain = EmailConfig::of(channel)
            .ok()
            .and_then(|config| config.address().rsplit_once('@').map(|(_, domain)| domain.to_owned()))
            .unwrap_or_else(|| {
                self.parts.edge.external_host().split(':').next().unwrap_or("localhost").to_owned()
            });
        Some(token(outgoing, outgoing.to.first()?)?.message_id(outgoing.message, &domain))
    }

    /// Sends by the workspace's first mail channel that can: for answers to people who are no longer in the chat, and
    /// for forms.
    pub(crate) async fn send_through_any(
        &self,
        outgoing: &Outgoing,
        recipients: Vec<String>,
    ) -> Vec<(String, Outcome)> {
        let caller = Caller::system(outgoing.workspace, "email");
        let found = self.parts.db.read(&caller, |read| {
            let all = channels::list(read)?;
            Ok(all.into_iter().find(|channel| {
                let sends = channel.config["smtp_host"].as_str().is_some_and(|host| !host.is_empty());
                channel.enabled && sends && matches!(channel.kind.as_str(), "email" | "receiver")
            }))
        });
        match found.await {
            Ok(Some(channel)) => self.send(&channel, outgoing, &recipients).await,
            Ok(None) => {
                all(&recipients, Outcome::Permanent("no mail channel of this workspace can send".into()))
            }
            Err(error) => all(&recipients, Outcome::Transient(error.to_string())),
        }
    }

    /// Hands one message to the channel's mail server; one outcome for each recipient.
    pub(crate) async fn send(
        &self,
        channel: &ChannelRow,
        outgoing: &Outgoing,
        recipients: &[String],
    ) -> Vec<(String, Outcome)> {
        let prepared = self.prepare(channel, outgoing, recipients).await;
        let (sender, from, raw) = match prepared {
            Ok(Some(prepared)) => prepared,
            Ok(None) => return all(recipients, Outcome::Permanent("no SMTP server is configured".into())),
            Err(error) => return all(recipients, Outcome::Transient(error.to_string())),
        };
        let mail_from = (!outgoing.automatic).then_some(from.as_str());
        let message = smtp_client::Outgoing { mail_from, recipients, raw: &raw };
        let deliveries = sender.send(message).await;
        deliveries.into_iter().map(|delivery| (delivery.recipient, translated(delivery.outcome))).collect()
    }

    async fn prepare(
        &self,
        channel: &ChannelRow,
        outgoing: &Outgoing,
        recipients: &[String],
    ) -> Result<Option<(Arc<SmtpClient>, String, Vec<u8>)>> {
        let config = EmailConfig::of(channel)?;
        let Some(sender) = self.sender(channel)? else { return Ok(None) };
        let caller = Caller::system(channel.workspace, "email");
        let (secret, workspace) =
            self.parts.db.read(&caller, |read| Ok((workspace::secret(read)?, workspace::get(read)?))).await?;
        let mut mail = self.compose(channel, &config, outgoing, recipients, &secret)?;
        self.note_short_token(channel, outgoing, &mail).await?;
        mail.time_zone = workspace.time_zone;
        for file in &outgoing.attachments {
            let hash = BlobHash::parse(&file.blob).ok_or_else(Error::not_found)?;
            let bytes = self.parts.db.blobs().get(&hash).await?;
            let (name, media_type) = (file.name.clone(), file.media_type.clone());
            mail.files.push(File { name, media_type, content_id: None, bytes });
        }
        let mut raw = compose(&mail)?;
        if let Some(key) = Secrets::open(&self.parts.vault, channel)?.dkim(&config)? {
            raw = key.sign(&raw)?;
        }
        Ok(Some((sender, config.address().to_owned(), raw)))
    }

    /// Where the mailbox has a long name the address carries a token that does not name its conversation.
    async fn note_short_token(
        &self,
        channel: &ChannelRow,
        outgoing: &Outgoing,
        mail: &text::Outgoing,
    ) -> Result<()> {
        let (Some(token), Some(reply_to)) = (mail.marker, &mail.reply_to) else { return Ok(()) };
        if !reply_to.address.contains(&token.short()) {
            return Ok(());
        }
        let (caller, id, conversation) =
            (Caller::system(channel.workspace, "email"), channel.id, outgoing.conversation);
        self.parts.db.write(&caller, move |tx| issued::note(tx, id, &token, conversation)).await
    }

    fn compose(
        &self,
        channel: &ChannelRow,
        config: &EmailConfig,
        outgoing: &Outgoing,
        recipients: &[String],
        secret: &[u8],
    ) -> Result<text::Outgoing> {
        let first = recipients.first().map_or("", String::as_str);
        let token = token(outgoing, first).ok_or_else(|| Error::internal("the workspace has no secret"))?;
        let from = config.address();
        let organisation = if config.from_name.is_empty() { &channel.name } else { &config.from_name };
        let name = if outgoing.automatic || outgoing.author.is_empty() || outgoing.author == "API" {
            organisation.clone()
        } else {
            format!("{} ({organisation})", outgoing.author)
        };
        let addresses = |list: &[String]| -> Vec<Address> {
            list.iter().filter_map(|spec| Address::new(None, spec)).collect()
        };
        let listed: Vec<String> = outgoing.to.iter().filter(|to| to.contains('@')).cloned().collect();
        let reply_to = if config.plus_addressing { plus_address(from, &token) } else { None };
        let domain = from.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
        let message_id = token.message_id(outgoing.message, domain);
        Ok(text::Outgoing {
            from: Address::new(Some(&name), from).ok_or_else(|| Error::invalid("addresses"))?,
            to: addresses(if listed.is_empty() { recipients } else { &listed }),
            cc: addresses(&outgoing.cc),
            reply_to: reply_to.and_then(|address| Address::new(None, &address)),
            subject: subject(outgoing),
            message_id: outgoing.external_id.clone().unwrap_or(message_id),
            in_reply_to: outgoing.references.last().cloned(),
            references: outgoing.references.clone(),
            date: outgoing.at,
            text: outgoing.text.clone(),
            html: None,
            files: Vec::new(),
            history: outgoing
                .quote
                .iter()
                .map(|(author, at, text)| Quote { author: author.clone(), at: *at, text: text.clone() })
                .collect(),
            marker: Some(token),
            auto: outgoing.automatic,
            instance: instance(secret),
            list_unsubscribe: None,
            locale: outgoing.locale,
            time_zone: String::new(),
        })
    }

    /// The pooled sender of a channel; a changed configuration gets a new one.
    pub(crate) fn sender(&self, channel: &ChannelRow) -> Result<Option<Arc<SmtpClient>>> {
        let config = EmailConfig::of(channel)?;
        let secrets = Secrets::open(&self.parts.vault, channel)?;
        let Some((server, signs_in)) = config.smtp(&secrets) else { return Ok(None) };
        let mut senders: std::sync::MutexGuard<'_, HashMap<_, _>> =
            self.senders.lock().expect("no panic while held");
        let state = serde_json::json!([channel.config, channel.secrets]);
        if let Some((known, sender)) = senders.get(&channel.id)
            && *known == state
        {
            return Ok(Some(Arc::clone(sender)));
        }
        let hello = config.address().rsplit_once('@').map_or("localhost", |(_, domain)| domain).to_owned();
        let mut smtp = SmtpConfig::new(server.target, server.tls, hello);
        smtp.policy = self.parts.egress.clone();
        smtp.grant = config.grant();
        smtp.credentials = signs_in.then_some(server.credentials);
        let sender = Arc::new(SmtpClient::new(smtp));
        senders.insert(channel.id, (state, Arc::clone(&sender)));
        Ok(Some(sender))
    }
}

/// The token given to one recipient of the conversation.
fn token(outgoing: &Outgoing, recipient: &str) -> Option<ReplyToken> {
    Some(TokenKey::new(&outgoing.secret.0)?.token(outgoing.conversation, recipient, EPOCH))
}

fn subject(outgoing: &Outgoing) -> String {
    let subject =
        if outgoing.subject.is_empty() { format!("K-{}", outgoing.number) } else { outgoing.subject.clone() };
    let is_answer =
        !outgoing.automatic && !outgoing.references.is_empty() && !subject.to_lowercase().starts_with("re:");
    if is_answer { format!("Re: {subject}") } else { subject }
}

fn all(recipients: &[String], outcome: Outcome) -> Vec<(String, Outcome)> {
    recipients.iter().map(|recipient| (recipient.clone(), outcome.clone())).collect()
}

fn translated(outcome: smtp_client::Outcome) -> Outcome {
    let told = |code: Option<u16>, text: String| match code {
        Some(code) => format!("{code} {text}"),
        None => text,
    };
    match outcome {
        smtp_client::Outcome::Accepted { .. } => Outcome::Sent,
        smtp_client::Outcome::Transient { code, text } => Outcome::Transient(told(code, text)),
        smtp_client::Outcome::Permanent { code, text } => Outcome::Permanent(told(code, text)),
        // An answer to one person is sent again with the same Message-ID: the other side can tell it is the same.
        smtp_client::Outcome::Unknown { text } => Outcome::Transient(text),
    }
}

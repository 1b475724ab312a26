//! One kept mail: parsed, classified, placed; or set aside with a reason. Slow work first, then one transaction.

use std::{collections::HashMap, sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use inbox::{
    acknowledgements::{self, Wanted},
    channels::ChannelRow,
    conversations::{self, Received},
    deliveries,
    intake::{self, Item, QuarantineReason},
    port::{Html, Inbound, NewAttachment, Thread},
};
use kernel::{Caller, ChannelId, ConversationId, Error, Locale, Result, Timestamp, fault};
use people::{
    access::workspace,
    persons::{self, Handle, IdentityKind},
};
use store::{BlobHash, Read, Tx, params};

use super::{
    config::EmailConfig,
    issued,
    send::{EPOCH, instance},
    sender,
    text::{
        Address, BounceReport, Class, Mail, Place, Recipient, ReportKind, Split, TokenKey, Verdict, classify,
        find_candidates,
        html::{self, SanitisedHtml},
        parse, split_quotes,
    },
};
use crate::Parts;

/// More mail than this from one sender in ten minutes waits for a person.
const MAX_PER_SENDER: i64 = 100;
const SENDER_WINDOW: Duration = Duration::from_secs(600);
/// Pictures of a mail are shown inside its page up to this size together, in bytes.
const MAX_PICTURES: usize = 5 * 1024 * 1024;
const PICTURES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// A mail that was understood.
struct Understood {
    mail: Mail,
    verdict: Verdict,
    split: Split,
    page: Option<SanitisedHtml>,
}

/// Understands one kept mail.
pub(super) async fn understand(parts: &Parts, channel: &ChannelRow, item: &Item) -> Result<()> {
    let caller = Caller::system(item.workspace, "email");
    let (secret, locale) =
        parts.db.read(&caller, |read| Ok((workspace::secret(read)?, workspace::get(read)?.locale))).await?;
    let hash = BlobHash::parse(&item.blob).ok_or_else(Error::not_found)?;
    let raw = parts.db.blobs().get(&hash).await?;
    let raw = Arc::new(raw);
    let mark = instance(&secret);
    let (locale, received_at) = (Locale::from_tag(&locale).unwrap_or_default(), item.received_at);
    let bytes = Arc::clone(&raw);
    let work = tokio::task::spawn_blocking(move || work_through(&bytes, &mark, locale, received_at));
    let config = EmailConfig::of(channel)?;
    let (understood, examined) = tokio::join!(work, sender::examine(parts, &config, item, &raw));
    let Some(understood) = understood.map_err(Error::internal)? else {
        return set_aside(parts, &caller, item, QuarantineReason::Unparseable, None).await;
    };
    if let Some(reason) = guard(&understood, &config, item) {
        return set_aside(parts, &caller, item, reason, Some(&understood.mail)).await;
    }
    if let Class::Bounce(report) = &understood.verdict.class {
        return bounce(parts, &caller, item, &understood.mail, report.clone()).await;
    }
    let is_auto_reply = matches!(understood.verdict.class, Class::AutoReply(_));
    let answerable = understood.verdict.answerable || fault::is_off("automatic-sends");
    let tokens = parts.db.read(&caller, tokens(&secret, channel.id, &understood.mail)).await?;
    let verified = sender::is_verified(&understood.mail, &config, examined.as_ref());
    let inbound = inbound(parts, channel, item, understood, &config, (&tokens, verified)).await?;
    let item = item.clone();
    let work = move |tx: &mut Tx<'_>| {
        let received = place(tx, &item, &inbound, &tokens, is_auto_reply)?;
        match received.filter(|_| answerable) {
            Some(received) => acknowledge(tx, &item, &inbound, &received),
            None => Ok(()),
        }
    };
    parts.db.write(&caller, work).await
}

/// Everything that only needs the bytes.
fn work_through(raw: &[u8], mark: &str, locale: Locale, received_at: Timestamp) -> Option<Understood> {
    let mail = parse(raw, received_at).ok()?;
    let verdict = classify(&mail, mark);
    let split = split_quotes(&mail.text);
    let page = mail.html.as_deref().map(|markup| {
        let pictures = pictures(&mail);
        let options = html::Options { pictures: &pictures, fold_quotes: true, locale };
        let clean = html::sanitise(markup, &options);
        SanitisedHtml { html: html::page(&clean.html, locale), ..clean }
    });
    Some(Understood { mail, verdict, split, page })
}

/// The mail's own pictures as data, so that its page needs nothing else.
fn pictures(mail: &Mail) -> HashMap<String, String> {
    let mut left = MAX_PICTURES;
    let mut found = HashMap::new();
    for file in &mail.attachments {
        let Some(id) = &file.content_id else { continue };
        if PICTURES.contains(&file.media_type.as_str()) && file.bytes.len() <= left {
            left -= file.bytes.len();
            found.insert(
                id.clone(),
                format!("data:{};base64,{}", file.media_type, STANDARD.encode(&file.bytes)),
            );
        }
    }
    found
}

/// Why a mail must wait for a person, if it must. A released mail passes all but what cannot be shown at all.
fn guard(understood: &Understood, config: &EmailConfig, item: &Item) -> Option<QuarantineReason> {
    let Understood { mail, verdict, split, .. } = understood;
    if sender::of(mail, config).is_none() && !matches!(verdict.class, Class::Bounce(_)) {
        return Some(QuarantineReason::Unparseable);
    }
    if item.released {
        return None;
    }
    let from_ourselves =
        mail.from.as_ref().is_some_and(|from| config.addresses.contains(&from.address.to_lowercase()));
    if verdict.class == Class::Loop || from_ourselves {
        return Some(QuarantineReason::Loop);
    }
    if item.envelope["unreadable"] == true {
        return Some(QuarantineReason::Unparseable);
    }
    if item.envelope["cut"] == true {
        return Some(QuarantineReason::TooLarge);
    }
    if is_spam(mail) {
        return Some(QuarantineReason::Spam);
    }
    let empty = split.text.trim().is_empty()
        && split.quoted.is_none()
        && mail.html.is_none()
        && mail.attachments.is_empty();
    let blank = empty && mail.subject.as_deref().is_none_or(|subject| subject.trim().is_empty());
    blank.then_some(QuarantineReason::Blank)
}

/// The verdict of a filter on the way here. A sender who writes it himself harms only himself.
fn is_spam(mail: &Mail) -> bool {
    ["x-spam-flag", "x-spam", "x-spam-status"].iter().any(|name| {
        mail.headers.all(name).any(|value| value.trim_start().to_ascii_lowercase().starts_with("yes"))
    })
}

async fn set_aside(
    parts: &Parts,
    caller: &Caller,
    item: &Item,
    reason: QuarantineReason,
    mail: Option<&Mail>,
) -> Result<()> {
    let sender = mail.and_then(|mail| mail.from.as_ref()).map(|from| from.address.clone());
    let subject = mail.and_then(|mail| mail.subject.clone());
    let item = item.clone();
    parts
        .db
        .write(caller, move |tx| intake::quarantine(tx, &item, reason, sender.as_deref(), subject.as_deref()))
        .await
}

/// A report about a mail of ours goes to that mail; one about anything else waits for a person.
async fn bounce(
    parts: &Parts,
    caller: &Caller,
    item: &Item,
    mail: &Mail,
    report: BounceReport,
) -> Result<()> {
    let item = item.clone();
    let (sender, subject) = (mail.from.as_ref().map(|from| from.address.clone()), mail.subject.clone());
    parts
        .db
        .write(caller, move |tx| {
            for id in &report.original_ids {
                let mut found = None;
                for recipient in &report.recipients {
                    // Given up is given up, whether the address or only this mail was the reason.
                    let permanent = recipient.kind == ReportKind::Failed;
                    let reason = reason_of(recipient);
                    found =
                        deliveries::record_bounce(tx, id, &recipient.address, permanent, &reason)?.or(found);
                }
                if let Some((conversation, message)) = found {
                    return intake::done(tx, &item, conversation, Some(message));
                }
            }
            let reason = QuarantineReason::BounceWithoutMatch;
            intake::quarantine(tx, &item, reason, sender.as_deref(), subject.as_deref())
        })
        .await
}

fn reason_of(recipient: &Recipient) -> String {
    let status = recipient.status.clone().unwrap_or_default();
    let said = recipient.diagnostic.clone().unwrap_or_default();
    format!("{status} {said}").trim().chars().take(500).collect()
}

/// Tokens of ours that hold: the conversation, where it stood, and whom it was given to.
type Proven = Vec<(ConversationId, &'static str, String)>;

fn tokens(
    secret: &[u8],
    channel: ChannelId,
    mail: &Mail,
) -> impl FnOnce(&mut Read<'_>) -> Result<Proven> + Send + 'static {
    let (key, candidates) = (TokenKey::new(secret), find_candidates(mail));
    move |read| {
        let Some(key) = key else { return Ok(Vec::new()) };
        let mut proven = Proven::new();
        for candidate in candidates {
            for conversation in issued::conversations(read, channel, &candidate.token)? {
                let given_to = written_to(read, conversation)?;
                let named = given_to.iter().map(String::as_str);
                let mut recipient = key.verify(&candidate.token, conversation, named, [EPOCH]);
                if fault::is_off("reply-token") {
                    recipient = recipient.or(given_to.first().map(String::as_str));
                }
                if let Some(recipient) = recipient {
                    proven.push((conversation, place_name(candidate.place), recipient.to_owned()));
                }
            }
        }
        Ok(proven)
    }
}

/// Everybody a token of this conversation can have been given to.
fn written_to(read: &mut Read<'_>, conversation: ConversationId) -> Result<Vec<String>> {
    let workspace = read.workspace();
    let sql = "SELECT address FROM participants WHERE workspace_id = $1 AND conversation_id = $2
               UNION SELECT address FROM deliveries WHERE workspace_id = $1 AND conversation_id = $2
               UNION SELECT email_claim FROM visitors WHERE workspace_id = $1 AND conversation_id = $2 AND email_claim IS NOT NULL";
    read.rows(sql, params![workspace, conversation])?.iter().map(|row| row.get(0)).collect()
}

fn place_name(place: Place) -> &'static str {
    match place {
        Place::PlusAddress => "plus-address",
        Place::InReplyTo => "In-Reply-To",
        Place::References => "References",
        Place::BodyMarker => "body",
    }
}

async fn inbound(
    parts: &Parts,
    channel: &ChannelRow,
    item: &Item,
    understood: Understood,
    config: &EmailConfig,
    (tokens, verified): (&Proven, Option<bool>),
) -> Result<Inbound> {
    let Understood { mail, verdict, split, page } = understood;
    let from = sender::of(&mail, config)
        .ok_or_else(|| Error::internal("a guard let a mail without sender through"))?;
    let handle = |address: &Address| Handle {
        kind: IdentityKind::Email,
        value: address.address.clone(),
        name: address.name.clone(),
        verified: false,
        source: "mail".into(),
    };
    let (from, cc) = (handle(from), mail.cc.iter().chain(&mail.to));
    let cc =
        cc.filter(|address| !is_ours(address, config) && address.address != from.value).map(handle).collect();
    let mut text = split.text;
    if let Some(signature) = split.signature {
        text = format!("{text}\n\n-- \n{signature}");
    }
    let mut references = mail.in_reply_to.clone();
    references.extend(mail.references.iter().rev().filter(|id| !mail.in_reply_to.contains(id)).cloned());
    let mut attachments = Vec::new();
    for file in mail.attachments {
        let size = file.bytes.len();
        let blob = parts.db.blobs().put(file.bytes).await?.as_str().to_owned();
        let (name, media_type, content_id, inline) =
            (file.name, file.media_type, file.content_id, file.inline);
        attachments.push(NewAttachment { blob, name, media_type, size, content_id, inline });
    }
    let html = match page {
        None => None,
        Some(page) => {
            let blob = parts.db.blobs().put(page.html.into_bytes()).await?.as_str().to_owned();
            Some(Html { blob, height: i64::from(page.height_hint), remote_images: page.remote_images })
        }
    };
    Ok(Inbound {
        channel: channel.id,
        inbound: Some(item.id),
        external_id: mail.message_id,
        client_id: None,
        from,
        author: None,
        sender_verified: verified,
        to: mail.to.into_iter().map(|address| address.address).collect(),
        cc,
        subject: mail.subject,
        text: text.trim().to_owned(),
        quoted: split.quoted,
        html,
        attachments,
        at: believable(mail.sent_at, item.received_at),
        thread: Thread {
            conversation: None,
            tokens: tokens.iter().map(|(id, place, _)| (*id, *place)).collect(),
            references,
        },
        automatic: verdict.confirmation || !matches!(verdict.class, Class::Person | Class::List(_)),
    })
}

/// When it was sent, unless that lies after its arrival.
fn believable(sent: Option<Timestamp>, received: Timestamp) -> Timestamp {
    sent.filter(|at| *at <= received).unwrap_or(received)
}

fn is_ours(address: &Address, config: &EmailConfig) -> bool {
    let plain = match address.local().split_once('+') {
        Some((local, _)) => format!("{local}@{}", address.domain()),
        None => address.address.clone(),
    };
    config.addresses.contains(&plain.to_lowercase())
}

/// The transaction: last guards that need the database, then the message, then the proof a token brings.
fn place(
    tx: &mut Tx<'_>,
    item: &Item,
    inbound: &Inbound,
    tokens: &Proven,
    is_auto_reply: bool,
) -> Result<Option<Received>> {
    let current = intake::find(tx, item.id)?;
    if current.state == "done" {
        return Ok(None);
    }
    let (sender, subject) = (Some(inbound.from.value.as_str()), inbound.subject.as_deref());
    if !item.released {
        if is_auto_reply && !conversations::joins(tx, inbound)? {
            intake::quarantine(tx, item, QuarantineReason::AutoReplyWithoutMatch, sender, subject)?;
            return Ok(None);
        }
        if intake::recent_from(tx, &inbound.from.value, SENDER_WINDOW)? >= MAX_PER_SENDER {
            intake::quarantine(tx, item, QuarantineReason::RateCap, sender, subject)?;
            return Ok(None);
        }
    }
    intake::describe(tx, item.id, sender, subject)?;
    let received = conversations::receive(tx, inbound)?;
    for (conversation, _, given_to) in tokens {
        let is_bearer = given_to.eq_ignore_ascii_case(&inbound.from.value);
        // A token can be passed on; whoever forges the address it was given to proves nothing with it.
        if *conversation == received.conversation && is_bearer && inbound.sender_verified != Some(false) {
            prove(tx, received.conversation, inbound)?;
        }
    }
    intake::done(tx, item, received.conversation, Some(received.message))?;
    Ok(Some(received))
}

/// Tells whoever began a conversation that it has arrived; not one who may be somebody else, nor one who left no way back.
fn acknowledge(tx: &mut Tx<'_>, item: &Item, inbound: &Inbound, received: &Received) -> Result<()> {
    let from_nobody = item.envelope.get("mail_from").is_some_and(serde_json::Value::is_null);
    if (from_nobody || item.released || inbound.sender_verified == Some(false))
        && !fault::is_off("automatic-sends")
    {
        return Ok(());
    }
    let wanted =
        Wanted { channel: inbound.channel, address: inbound.from.value.clone(), source: None, locale: None };
    acknowledgements::acknowledge(tx, received, &wanted).map(drop)
}

/// Whoever answers with the token that was mailed to an address reads that address: the conversation's person has it.
fn prove(tx: &mut Tx<'_>, conversation: ConversationId, inbound: &Inbound) -> Result<()> {
    let person = conversations::find(tx, conversation)?.person;
    let handle = Handle { verified: true, source: "mail".into(), ..inbound.from.clone() };
    persons::verify(tx, person, &handle).map(drop)
}

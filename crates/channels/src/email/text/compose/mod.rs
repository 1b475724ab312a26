//! An answer as RFC 5322 bytes.
//!
//! No field can inject a header: what a header holds is cleaned to one line or refused.

mod body;

use kernel::{Code, Error, Locale, Result, Timestamp};
use mail_builder::{
    MessageBuilder,
    headers::{HeaderType, address, raw::Raw, url::URL},
    mime::{BodyPart, MimePart},
};

use super::{
    clean::{clean_file_name, clean_line},
    headers::{keep_first_and_last, normalise_id},
    mail::Address,
    token::ReplyToken,
};

const MAX_REFERENCES: usize = 30;
const MAX_SUBJECT: usize = 500;

/// What is to be sent.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub from: Address,
    pub to: Vec<Address>,
    pub cc: Vec<Address>,
    pub reply_to: Option<Address>,
    pub subject: String,
    /// Without brackets; the same at every try.
    pub message_id: String,
    pub in_reply_to: Option<String>,
    /// Oldest first.
    pub references: Vec<String>,
    pub date: Timestamp,
    pub text: String,
    /// Already sanitised; made from the text when absent.
    pub html: Option<String>,
    pub files: Vec<File>,
    /// What was said before, the latest first.
    pub history: Vec<Quote>,
    /// Written at the end of the body, so that an answer is known whatever a relay does to its head.
    pub marker: Option<ReplyToken>,
    /// A machine sends it (RFC 3834).
    pub auto: bool,
    /// The mark of this installation.
    pub instance: String,
    /// One-click address (RFC 8058); for mail to many.
    pub list_unsubscribe: Option<String>,
    /// The language of the person it is for.
    pub locale: Locale,
    /// IANA name of the zone in which the history tells its times.
    pub time_zone: String,
}

#[derive(Clone, Debug)]
pub struct File {
    pub name: String,
    pub media_type: String,
    /// Shown within the HTML by this id.
    pub content_id: Option<String>,
    pub bytes: Vec<u8>,
}

/// One earlier message.
#[derive(Clone, Debug)]
pub struct Quote {
    /// Empty: whoever the mail goes to, who has told no name.
    pub author: String,
    pub at: Timestamp,
    pub text: String,
}

pub fn compose(mail: &Outgoing) -> Result<Vec<u8>> {
    if mail.to.is_empty() && mail.cc.is_empty() {
        return Err(Error::new(Code::Required).field("to"));
    }
    let id = |id: &str| plain_id(id).ok_or_else(|| Error::invalid("message_id"));
    let mut builder = MessageBuilder::new()
        .from(mailbox(&mail.from, "from")?)
        .message_id(id(&mail.message_id)?)
        .date(mail.date.seconds())
        .subject(clean_line(&mail.subject, MAX_SUBJECT))
        .header("X-Kapocs-Instance", Raw::new(token(&mail.instance, "instance")?));
    if !mail.to.is_empty() {
        builder = builder.to(mailboxes(&mail.to, "to")?);
    }
    if !mail.cc.is_empty() {
        builder = builder.cc(mailboxes(&mail.cc, "cc")?);
    }
    if let Some(reply_to) = &mail.reply_to {
        builder = builder.reply_to(mailbox(reply_to, "reply_to")?);
    }
    if let Some(parent) = &mail.in_reply_to {
        builder = builder.in_reply_to(id(parent)?);
    }
    let references = references(mail);
    if !references.is_empty() {
        builder = builder.references(references);
    }
    if mail.auto {
        builder = builder
            .header("Auto-Submitted", Raw::new("auto-replied"))
            .header("X-Auto-Response-Suppress", Raw::new("All"));
    }
    if let Some(address) = &mail.list_unsubscribe {
        let url = URL::new(url(address)?);
        builder = builder
            .header("List-Unsubscribe", HeaderType::URL(url))
            .header("List-Unsubscribe-Post", Raw::new("List-Unsubscribe=One-Click"));
    }
    let mut bytes = Vec::new();
    builder.body(body_part(mail)).serialize(&mut bytes);
    Ok(bytes)
}

/// The whole ancestry, ending in the message answered; what is no id is left out.
fn references(mail: &Outgoing) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for id in mail.references.iter().chain(&mail.in_reply_to).filter_map(|id| plain_id(id)) {
        ids.retain(|known| *known != id);
        ids.push(id);
    }
    keep_first_and_last(&mut ids, MAX_REFERENCES);
    ids
}

fn plain_id(id: &str) -> Option<String> {
    let clean = normalise_id(id)?;
    (clean == id && id.is_ascii()).then_some(clean)
}

fn mailboxes(list: &[Address], field: &str) -> Result<address::Address<'static>> {
    let list = list.iter().map(|one| mailbox(one, field)).collect::<Result<Vec<_>>>()?;
    Ok(address::Address::new_list(list))
}

fn mailbox(address: &Address, field: &str) -> Result<address::Address<'static>> {
    let email = wire_address(&address.address).ok_or_else(|| Error::new(Code::InvalidEmail).field(field))?;
    let name = address.name.as_deref().map(|name| clean_line(name, 200)).filter(|name| !name.is_empty());
    Ok(address::Address::new_address(name, email))
}

/// The address in the letters every mail server understands: an international domain in its ASCII form.
fn wire_address(address: &str) -> Option<String> {
    let normal = Address::normalise(address)
        .filter(|normal| normal.eq_ignore_ascii_case(address) || !address.is_ascii())?;
    let (local, domain) = normal.rsplit_once('@')?;
    if !local.is_ascii() || address.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return None;
    }
    if domain.is_ascii() {
        return Some(normal);
    }
    let url = ammonia::Url::parse(&format!("http://{domain}/")).ok()?;
    Some(format!("{local}@{}", url.host_str()?))
}

/// A header value of our own making: one word.
fn token(value: &str, field: &str) -> Result<String> {
    let plain = !value.is_empty()
        && value.len() <= 100
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if plain { Ok(value.to_owned()) } else { Err(Error::invalid(field)) }
}

fn url(value: &str) -> Result<String> {
    let plain = value.starts_with("https://")
        && value.len() <= 2_000
        && value.bytes().all(|b| b.is_ascii_graphic() && !b"<>,".contains(&b));
    if plain { Ok(value.to_owned()) } else { Err(Error::invalid("list_unsubscribe")) }
}

fn body_part(mail: &Outgoing) -> MimePart<'static> {
    let text = MimePart::new("text/plain", body::text(mail));
    let html = MimePart::new("text/html", body::html(mail));
    let (inline, files): (Vec<&File>, Vec<&File>) =
        mail.files.iter().partition(|file| file.content_id.is_some());
    let mut rich = html;
    if !inline.is_empty() {
        let parts = std::iter::once(rich).chain(inline.into_iter().map(file_part)).collect::<Vec<_>>();
        rich = MimePart::new("multipart/related", parts);
    }
    let body = MimePart::new("multipart/alternative", vec![text, rich]);
    if files.is_empty() {
        return body;
    }
    let parts = std::iter::once(body).chain(files.into_iter().map(file_part)).collect::<Vec<_>>();
    MimePart::new("multipart/mixed", parts)
}

fn file_part(file: &File) -> MimePart<'static> {
    let name = clean_file_name(&file.name);
    let name = if name.is_empty() { "attachment".to_owned() } else { name };
    let part = MimePart::new(media_type(&file.media_type), BodyPart::Binary(file.bytes.clone().into()));
    match file.content_id.as_deref().and_then(plain_id) {
        Some(id) => part.inline().cid(id),
        None => part.attachment(name),
    }
}

/// A mail within a mail must not be re-encoded, so it travels as plain bytes.
fn media_type(given: &str) -> String {
    let word = |part: &str| {
        !part.is_empty()
            && part.len() <= 80
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-._".contains(&b))
    };
    match given.split_once('/') {
        Some((kind, subtype)) if word(kind) && word(subtype) && !matches!(kind, "multipart" | "message") => {
            given.to_ascii_lowercase()
        }
        _ => "application/octet-stream".to_owned(),
    }
}

#[cfg(test)]
mod tests;

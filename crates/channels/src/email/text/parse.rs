//! Bytes to [`Mail`].

use kernel::Timestamp;
use mail_parser::{DateTime, HeaderName, Message};
use std::{fmt, time::Duration};

use super::{
    clean::{clean_body, clean_line},
    headers::{self, Headers},
    html,
    mail::{Address, Mail},
    mime::{Body, Chunk, Walker},
};

pub const MAX_MAIL_SIZE: usize = 64 * 1024 * 1024;
const MAX_TEXT: usize = 2 * 1024 * 1024;
const MAX_SUBJECT: usize = 500;
const MAX_SENT_TEXT: usize = 200;
const DAY: Duration = Duration::from_secs(86_400);
/// No mail was sent before there was a Date header to say so.
const FIRST_BELIEVABLE: Timestamp = Timestamp::from_seconds(315_532_800);

/// Why bytes are no mail. The original is kept whatever the reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unparseable {
    Empty,
    TooLarge {
        size: usize,
    },
    /// Not one header field in it.
    NoHeaders,
}

impl fmt::Display for Unparseable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("empty"),
            Self::TooLarge { size } => write!(f, "too large: {size} bytes"),
            Self::NoHeaders => f.write_str("no header field"),
        }
    }
}

impl std::error::Error for Unparseable {}

/// Reads a mail that was received at `received_at` (a `Date` later than that by more than a day is not believed).
pub fn parse(raw: &[u8], received_at: Timestamp) -> Result<Mail, Unparseable> {
    if raw.len() > MAX_MAIL_SIZE {
        return Err(Unparseable::TooLarge { size: raw.len() });
    }
    if raw.iter().all(|b| b.is_ascii_whitespace() || *b == 0) {
        return Err(Unparseable::Empty);
    }
    let lines = with_line_feeds(raw);
    let (head, body) = headers::split(&lines);
    let (head, cut) = headers::bounded(head);
    let message = headers::parse(&head).ok_or(Unparseable::NoHeaders)?;
    let root = message.parts.first().ok_or(Unparseable::NoHeaders)?;

    let mut mail = Mail { size: raw.len(), cut, headers: headers::kept(&message, &head), ..Mail::default() };
    read_head(&message, received_at, &mut mail);
    let mut walker = Walker::default();
    let body = walker.walk(root, body);
    mail.cut |= walker.cut;
    mail.attachments = walker.attachments;
    read_body(body, &mut mail);
    Ok(mail)
}

/// Some old systems end lines with a lone carriage return.
fn with_line_feeds(raw: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    let start = &raw[..raw.len().min(8 * 1024)];
    if start.contains(&b'\n') || !start.contains(&b'\r') {
        return raw.into();
    }
    raw.iter().map(|b| if *b == b'\r' { b'\n' } else { *b }).collect::<Vec<u8>>().into()
}

fn read_head(message: &Message<'_>, received_at: Timestamp, mail: &mut Mail) {
    headers::read(message, mail);
    mail.subject = mail.subject.take().map(|s| clean_line(&s, MAX_SUBJECT)).filter(|s| !s.is_empty());
    mail.delivered_to = delivered_to(&mail.headers);
    mail.return_path = mail.headers.get("return-path").map(return_path);
    mail.sent_text = mail.headers.get("date").map(|date| clean_line(date, MAX_SENT_TEXT));
    mail.sent_at = message
        .headers()
        .iter()
        .find(|header| header.name == HeaderName::Date)
        .and_then(|header| header.value.as_datetime())
        .and_then(|date| believable(date, received_at));
}

fn delivered_to(headers: &Headers) -> Vec<Address> {
    let mut found: Vec<Address> = Vec::new();
    for name in ["x-original-to", "delivered-to", "envelope-to", "x-envelope-to"] {
        for address in
            headers.all(name).flat_map(|value| value.split(',')).filter_map(|v| Address::new(None, v))
        {
            if found.len() < 20 && !found.contains(&address) {
                found.push(address);
            }
        }
    }
    found
}

/// The null sender is the empty text.
fn return_path(value: &str) -> String {
    Address::normalise(value).unwrap_or_default()
}

fn believable(date: &DateTime, received_at: Timestamp) -> Option<Timestamp> {
    let day = |part: u8| i8::try_from(part).unwrap_or_default();
    let exists =
        jiff::civil::Date::new(i16::try_from(date.year).ok()?, day(date.month), day(date.day)).is_ok();
    if !exists || !date.is_valid() {
        return None;
    }
    let sent = Timestamp::from_seconds(date.to_timestamp());
    (sent >= FIRST_BELIEVABLE && sent <= received_at + DAY).then_some(sent)
}

fn read_body(body: Body, mail: &mut Mail) {
    let texts = body.text.iter().map(|chunk| match chunk {
        Chunk::Plain(text) => text.trim_end().to_owned(),
        Chunk::Html(html) => html::to_text(html),
    });
    let text = texts.filter(|text| !text.trim().is_empty()).collect::<Vec<_>>().join("\n\n");
    let (text, cut) = clean_body(&text, MAX_TEXT);
    mail.text = text.trim_end().trim_start_matches('\n').to_owned();
    mail.cut |= cut;
    if body.html.iter().any(|chunk| matches!(chunk, Chunk::Html(_))) {
        let chunks = body.html.iter().map(|chunk| match chunk {
            Chunk::Html(html) => html.clone(),
            Chunk::Plain(text) => html::from_text(text),
        });
        let (html, cut) = clean_body(&chunks.collect::<Vec<_>>().join("\n"), MAX_TEXT);
        mail.html = Some(html);
        mail.cut |= cut;
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;

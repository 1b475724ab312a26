//! The mail that came back, wherever the report put it.

use super::{
    super::{headers, mail::Mail},
    addresses_in,
};

const MAX_IDS: usize = 20;
const RETURNED: [&str; 5] = [
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
];

/// Message-IDs of the returned mail: from its part, from the prose, from the report's own references.
pub(super) fn original_ids(mail: &Mail) -> Vec<String> {
    let mut ids = Vec::new();
    for part in parts(mail) {
        let (head, _) = headers::bounded(headers::split(part).0);
        if let Some(message) = headers::parse(&head) {
            ids.extend(message.message_id().and_then(headers::normalise_id));
        }
    }
    ids.extend(inline_ids(&mail.text));
    for part in mail
        .attachments
        .iter()
        .filter(|part| part.media_type.starts_with("message/") || part.media_type == "text/plain")
    {
        let start = &part.bytes[..part.bytes.len().min(64 * 1024)];
        ids.extend(inline_ids(&String::from_utf8_lossy(start)));
    }
    for name in ["x-ms-exchange-message-id", "original-message-id", "x-original-message-id"] {
        ids.extend(mail.headers.get(name).and_then(headers::normalise_id));
    }
    ids.extend(mail.in_reply_to.iter().cloned());
    ids.extend(mail.references.iter().rev().cloned());
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| Some(id) != mail.message_id.as_ref() && seen.insert(id.clone()));
    ids.truncate(MAX_IDS);
    ids
}

/// Whom the returned mail was for, when the report does not say it.
pub(super) fn recipients(mail: &Mail) -> Vec<String> {
    let mut found = Vec::new();
    for part in parts(mail) {
        let (head, _) = headers::bounded(headers::split(part).0);
        if let Some(message) = headers::parse(&head) {
            let to = headers::kept(&message, &head);
            found.extend(to.get("x-rcpt-to").or_else(|| to.get("to")).map(addresses_in).unwrap_or_default());
        }
    }
    if found.is_empty() {
        let to = mail
            .text
            .lines()
            .map(|line| line.trim_start_matches(['>', ' ', '|']))
            .find(|line| field(line, "to").is_some());
        found.extend(to.map(addresses_in).unwrap_or_default());
    }
    found
}

fn parts(mail: &Mail) -> impl Iterator<Item = &[u8]> {
    mail.attachments
        .iter()
        .filter(|part| RETURNED.contains(&part.media_type.as_str()))
        .map(|part| part.bytes.as_slice())
}

fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (found, value) = line.split_once(':')?;
    found.trim().eq_ignore_ascii_case(name).then_some(value)
}

/// `Message-ID:` lines within a text, also quoted or folded.
fn inline_ids(text: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut lines = text.lines().map(|line| line.trim_start_matches(['>', ' ', '|', '\t'])).peekable();
    while let Some(line) = lines.next() {
        let names = ["message-id", "original-message-id", "messageid", "üzenetazonosító"];
        let Some(value) = names.iter().find_map(|name| field(line, name)) else { continue };
        let value = if value.trim().is_empty() { lines.peek().copied().unwrap_or_default() } else { value };
        let id = value.split_once('<').map_or(value, |(_, id)| id);
        let id = id.split('>').next().unwrap_or_default().split_whitespace().next().unwrap_or_default();
        ids.extend(headers::normalise_id(id).filter(|id| id.contains('@')));
        if ids.len() >= MAX_IDS {
            break;
        }
    }
    ids
}

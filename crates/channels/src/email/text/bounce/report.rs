//! The machine-readable reports: delivery status (RFC 3464) and feedback (RFC 5965).

use super::{
    super::{clean::clean_line, mail::Address},
    Permanence, Recipient, ReportKind, status,
};

const MAX_DIAGNOSTIC: usize = 1_000;

/// One block of fields; names in lower case.
type Fields = Vec<(String, String)>;

pub(super) fn delivery_status(text: &str) -> Vec<Recipient> {
    blocks(text).iter().filter_map(recipient).collect()
}

pub(super) fn feedback(text: &str) -> Vec<Recipient> {
    let fields: Fields = blocks(text).into_iter().flatten().collect();
    let named = fields.iter().filter(|(name, _)| name == "original-rcpt-to" || name == "removal-recipient");
    let mut found: Vec<Recipient> = Vec::new();
    for address in named.filter_map(|(_, value)| Address::normalise(value)) {
        if found.iter().all(|known| known.address != address) {
            found.push(Recipient {
                address,
                final_address: None,
                kind: ReportKind::Complaint,
                permanence: Permanence::Unknown,
                status: None,
                diagnostic: get(&fields, "feedback-type").map(|kind| clean_line(kind, 100)),
            });
        }
    }
    found
}

fn recipient(fields: &Fields) -> Option<Recipient> {
    let address = |name: &str| get(fields, name).and_then(typed_address);
    let final_address = address("final-recipient");
    let original = address("original-recipient")
        .or_else(|| address("x-actual-recipient").filter(|_| final_address.is_none()));
    let kind = match get(fields, "action").map(|action| action.to_ascii_lowercase()) {
        Some(action) if action.starts_with("fail") => ReportKind::Failed,
        Some(action) if action.starts_with("delay") => ReportKind::Delayed,
        Some(_) => ReportKind::Delivered,
        None => match get(fields, "status").map(|status| status.as_bytes().first()) {
            Some(Some(b'2')) => ReportKind::Delivered,
            Some(Some(b'4')) => ReportKind::Delayed,
            _ => ReportKind::Failed,
        },
    };
    Some(Recipient {
        address: original.clone().or_else(|| final_address.clone())?,
        final_address: final_address
            .filter(|address| original.as_ref().is_some_and(|o| !o.eq_ignore_ascii_case(address))),
        kind,
        permanence: Permanence::Unknown,
        status: get(fields, "status").and_then(status::find),
        diagnostic: get(fields, "diagnostic-code")
            .map(|code| clean_line(untyped(code), MAX_DIAGNOSTIC))
            .filter(|d| !d.is_empty()),
    })
}

/// `rfc822; anna@example.hu`
fn typed_address(value: &str) -> Option<String> {
    Address::normalise(untyped(value))
}

fn untyped(value: &str) -> &str {
    match value.split_once(';') {
        Some((kind, rest)) if kind.len() <= 20 && !kind.contains('@') => rest.trim(),
        _ => value.trim(),
    }
}

fn get<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// Blocks between empty lines, their lines unfolded.
fn blocks(text: &str) -> Vec<Fields> {
    let mut blocks: Vec<Fields> = vec![Fields::new()];
    for line in text.lines().take(10_000) {
        if line.trim().is_empty() {
            blocks.push(Fields::new());
            continue;
        }
        let Some(block) = blocks.last_mut() else { continue };
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = block.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            block.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

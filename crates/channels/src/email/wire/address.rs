//! The addresses of an envelope (RFC 5321 §4.1.2, RFC 6531).

use std::{
    borrow::Cow,
    net::{Ipv4Addr, Ipv6Addr},
};

const MAX_LOCAL_PART: usize = 64;
const MAX_ADDRESS: usize = 254;

/// Whether a text is an address and nothing else: it can be put between angle brackets.
pub(super) fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let fits = !local.is_empty() && local.len() <= MAX_LOCAL_PART && text.len() <= MAX_ADDRESS;
    let is_local = if local.starts_with('"') { is_quoted(local) } else { local.split('.').all(is_atom) };
    fits && !text.contains(char::is_control) && is_local && is_domain(domain)
}

/// An address with the domain as DNS knows it, so that a foreign letter in a domain alone needs no SMTPUTF8.
pub(super) fn to_wire(address: &str) -> Cow<'_, str> {
    match address.rsplit_once('@') {
        Some((local, domain)) if local.is_ascii() && !domain.is_ascii() => {
            match idna::domain_to_ascii(domain) {
                Ok(domain) => format!("{local}@{domain}").into(),
                Err(_) => address.into(),
            }
        }
        _ => address.into(),
    }
}

fn is_atom(text: &str) -> bool {
    let is_atext = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || !c.is_ascii();
    !text.is_empty() && text.chars().all(is_atext)
}

fn is_quoted(local: &str) -> bool {
    let Some(inner) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return false;
    };
    let mut escaped = false;
    for c in inner.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return false,
            _ => {}
        }
    }
    !escaped
}

fn is_domain(domain: &str) -> bool {
    if let Some(literal) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let ipv6 = literal.get(..5).filter(|tag| tag.eq_ignore_ascii_case("IPv6:")).map(|_| &literal[5..]);
        return match ipv6 {
            Some(ip) => ip.parse::<Ipv6Addr>().is_ok(),
            None => literal.parse::<Ipv4Addr>().is_ok(),
        };
    }
    let is_label = |label: &str| {
        let letters =
            label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_' || !c.is_ascii());
        letters && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    domain.split('.').all(is_label)
}

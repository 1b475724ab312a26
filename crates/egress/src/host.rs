//! Reading a host as a person typed it. Anything two programs could read differently is refused.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A host that can mean only one thing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Host {
    Address(IpAddr),
    /// Lower-case ASCII (IDNA A-labels), without a trailing dot.
    Name(String),
}

impl Host {
    /// `None` for everything that is not plainly a name or a canonical address: decimal, octal and hexadecimal
    /// addresses, zone ids, user information, ports, paths, white space, digits of other scripts.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(inner) = text.strip_prefix('[') {
            return inner.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(|ip| Self::Address(ip.into()));
        }
        if text.contains(':') {
            return text.parse::<Ipv6Addr>().ok().map(|ip| Self::Address(ip.into()));
        }
        if let Ok(ip) = text.parse::<Ipv4Addr>() {
            return Some(Self::Address(ip.into()));
        }
        let name = to_ascii(text)?;
        let name = name.strip_suffix('.').unwrap_or(&name);
        is_name(name).then(|| Self::Name(name.to_owned()))
    }
}

fn to_ascii(text: &str) -> Option<String> {
    if text.is_ascii() {
        return Some(text.to_ascii_lowercase());
    }
    idna::domain_to_ascii_strict(text).ok()
}

/// Letters, digits, hyphens and (seen in private networks) underscores; the last label never reads as a number,
/// because resolvers take such names for addresses (`127.1`, `0x7f000001`, `2130706433`).
fn is_name(name: &str) -> bool {
    let ends_in_number = name.rsplit('.').next().is_none_or(|label| {
        let hexadecimal =
            label.strip_prefix("0x").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_hexdigit()));
        hexadecimal || label.bytes().all(|b| b.is_ascii_digit())
    });
    !ends_in_number && name.len() <= 253 && name.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let letters =
        label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
    letters && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_and_canonical_addresses_are_read() {
        assert_eq!(Host::parse("Mail.Example.COM."), Some(Host::Name("mail.example.com".into())));
        assert_eq!(Host::parse("levél.example.hu"), Some(Host::Name("xn--levl-dpa.example.hu".into())));
        assert_eq!(Host::parse("mx_1"), Some(Host::Name("mx_1".into())));
        assert_eq!(Host::parse("192.0.2.7"), Some(Host::Address("192.0.2.7".parse().unwrap())));
        assert_eq!(Host::parse("[2001:db8::7]"), Some(Host::Address("2001:db8::7".parse().unwrap())));
        assert_eq!(Host::parse("2001:db8::7"), Some(Host::Address("2001:db8::7".parse().unwrap())));
    }
}

//! How the outside sees this server, from the configuration alone.

use std::net::SocketAddr;

use channels::email::MailEdge;
use egress::Policy;
use kernel::{Code, Error, Result};
use web::Edge;

use crate::Config;

/// The origins and hosts of this server. On a loopback address the two names of the machine itself are the two
/// origins, so that strangers' bytes are apart even on a laptop.
pub fn edge_of(config: &Config, address: SocketAddr) -> Result<Edge> {
    let port = address.port();
    let external_url = match &config.external_url {
        Some(url) => origin(url)?,
        None => format!("http://{}", named(address)),
    };
    let loopback = address.ip().is_loopback() && config.external_url.is_none();
    let content_url = match &config.content_url {
        Some(url) => origin(url)?,
        None if loopback => format!("http://localhost:{port}"),
        None => external_url.clone(),
    };
    let mut edge = Edge {
        external_url,
        content_url,
        hosts: Vec::new(),
        trusted_proxies: config.trusted_proxies.clone(),
    };
    let mut hosts =
        vec![edge.external_host().to_owned(), edge.content_host().to_owned(), address.to_string()];
    if address.ip().is_loopback() || address.ip().is_unspecified() {
        hosts.extend(["127.0.0.1", "localhost", "[::1]"].map(|name| format!("{name}:{port}")));
    }
    hosts.extend(config.hosts.iter().cloned());
    edge.hosts = hosts.into_iter().map(|host| host.to_ascii_lowercase()).collect();
    edge.hosts.sort();
    edge.hosts.dedup();
    Ok(edge)
}

fn named(address: SocketAddr) -> String {
    if address.ip().is_unspecified() { format!("127.0.0.1:{}", address.port()) } else { address.to_string() }
}

/// `scheme://host[:port]` in lower case, without a path.
fn origin(url: &str) -> Result<String> {
    let invalid = || Error::new(Code::Invalid).field("external_url").detail(url);
    let (scheme, rest) = url.trim_end_matches('/').split_once("://").ok_or_else(invalid)?;
    let valid =
        matches!(scheme, "http" | "https") && !rest.is_empty() && !rest.contains(['/', '?', '#', '@', ' ']);
    if valid { Ok(format!("{scheme}://{rest}").to_ascii_lowercase()) } else { Err(invalid()) }
}

/// The rules of the door out.
pub fn policy_of(config: &Config) -> Result<Policy> {
    let allow = config
        .egress_allow
        .iter()
        .map(|text| text.parse().map_err(|_| Error::invalid("egress_allow").detail(text)))
        .collect::<Result<_>>()?;
    Ok(Policy { allow, ..Policy::default() })
}

/// What our own mail server shows and asks.
pub fn mail_of(config: &Config) -> Result<MailEdge> {
    let certificate = match (&config.mail_certificate, &config.mail_key) {
        (Some(chain), Some(key)) => Some((chain.as_path(), key.as_path())),
        (None, None) => None,
        (Some(_), None) => return Err(Error::new(Code::Required).field("mail_key")),
        (None, Some(_)) => return Err(Error::new(Code::Required).field("mail_certificate")),
    };
    MailEdge::new(&config.dns, certificate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_laptop_has_two_origins_without_any_configuration() {
        let edge = edge_of(&Config::default(), SocketAddr::from(([127, 0, 0, 1], 8080))).expect("accepted");
        assert_eq!(edge.external_url, "http://127.0.0.1:8080");
        assert_eq!(edge.content_url, "http://localhost:8080");
        assert!(edge.hosts.contains(&"localhost:8080".to_owned()));
        assert!(!edge.hosts.contains(&"evil.example".to_owned()));
    }

    #[test]
    fn an_address_with_a_path_is_no_origin() {
        let config = Config { external_url: Some("https://a.example/inbox".into()), ..Config::default() };
        assert!(edge_of(&config, SocketAddr::from(([0, 0, 0, 0], 80))).is_err());
    }
}

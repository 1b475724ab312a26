//! What our own mail server has from whoever runs the machine: a certificate for STARTTLS, and a resolver by which
//! senders are verified.

mod certificate;

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use kernel::{Error, Result};
use mail_auth::{
    MessageAuthenticator,
    hickory_resolver::{
        config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts},
        system_conf::read_system_conf,
    },
};

use super::text::Authenticator;

/// The word that stands for no resolver at all.
const NO_RESOLVER: &str = "off";
/// For one question; a mail asks several.
const PATIENCE: Duration = Duration::from_secs(2);

/// Without any of it nobody is verified and nothing is encrypted.
#[derive(Clone, Default)]
pub struct MailEdge {
    pub senders: Option<Arc<Authenticator>>,
    pub tls: Option<Arc<rustls::ServerConfig>>,
}

impl MailEdge {
    /// `dns`: resolvers as `address:port`; none of them means those of the system, `off` means no verification.
    pub fn new(dns: &[String], certificate: Option<(&Path, &Path)>) -> Result<Self> {
        let tls = certificate.map(|(chain, key)| certificate::offer(chain, key)).transpose()?;
        Ok(Self { senders: senders(dns)?.map(Arc::new), tls })
    }
}

fn senders(dns: &[String]) -> Result<Option<Authenticator>> {
    let (config, mut options) = match dns {
        [word] if word == NO_RESOLVER => return Ok(None),
        [] => match read_system_conf() {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, "the system names no resolver: senders of mail are not verified");
                return Ok(None);
            }
        },
        given => (resolvers(given)?, ResolverOpts::default()),
    };
    options.timeout = PATIENCE;
    options.attempts = 2;
    let dns = MessageAuthenticator::new(config, options).map_err(Error::internal)?;
    Ok(Some(Authenticator::new(dns)))
}

fn resolvers(given: &[String]) -> Result<ResolverConfig> {
    let servers = given.iter().map(|text| {
        let address: SocketAddr = text.parse().map_err(|_| {
            Error::invalid("dns").detail(format!("{text} is not the address and port of a resolver"))
        })?;
        let at = |mut connection: ConnectionConfig| {
            connection.port = address.port();
            connection
        };
        let connections = vec![at(ConnectionConfig::udp()), at(ConnectionConfig::tcp())];
        Ok(NameServerConfig::new(address.ip(), true, connections))
    });
    Ok(ResolverConfig::from_parts(None, Vec::new(), servers.collect::<Result<_>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resolver_is_an_address_with_a_port_and_off_is_nobody() {
        let given = |text: &str| MailEdge::new(&[text.to_owned()], None);
        assert!(given("off").expect("accepted").senders.is_none());
        assert!(given("127.0.0.1:5300").expect("accepted").senders.is_some());
        for wrong in ["", "localhost", "127.0.0.1", "dns.example:53"] {
            assert!(given(wrong).is_err(), "{wrong:?}");
        }
    }
}

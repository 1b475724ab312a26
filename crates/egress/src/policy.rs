//! Who may reach what.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use ipnet::IpNet;
use kernel::{Code, Error, fault};

use crate::{Host, Range, Resolve, SystemResolver, address::range_of};

/// The ports of mail and the web.
pub const PUBLIC_PORTS: [u16; 8] = [25, 465, 587, 2525, 143, 993, 80, 443];

const RESOLVE_TIMEOUT: Duration = Duration::from_secs(5);
/// More than any honest name has; the rest would only slow a refusal down.
const MAX_ADDRESSES: usize = 32;

/// Where somebody wants to go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    pub host: String,
    pub port: u16,
}

impl Target {
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port }
    }
}

/// On whose word an address is reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Grant {
    /// Anybody's: public addresses on the ports of the policy.
    #[default]
    Public,
    /// That of the person who runs this machine, with its own command-line key:
    /// also loopback and private networks, on any port.
    Operator,
}

/// The rules of this installation.
#[derive(Clone)]
pub struct Policy {
    /// Networks the administrator of the machine opened to everybody; empty by default.
    pub allow: Vec<IpNet>,
    /// The ports that [`Grant::Public`] reaches.
    pub ports: Vec<u16>,
    pub resolver: Arc<dyn Resolve>,
}

impl Default for Policy {
    fn default() -> Self {
        Self { allow: Vec::new(), ports: PUBLIC_PORTS.to_vec(), resolver: Arc::new(SystemResolver) }
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("allow", &self.allow)
            .field("ports", &self.ports)
            .finish_non_exhaustive()
    }
}

impl Policy {
    fn permits(&self, ip: IpAddr, grant: Grant) -> Result<(), Refused> {
        match range_of(ip) {
            None => Ok(()),
            Some(_) if fault::is_off("egress") => Ok(()),
            Some(range) if range.is_never_allowed() => Err(Refused::Address(range)),
            Some(range) if range.allowed_by(grant) || self.allow.iter().any(|net| net.contains(&ip)) => {
                Ok(())
            }
            Some(range) => Err(Refused::Address(range)),
        }
    }
}

/// Why a target is not reached. Tells nothing about what a name resolved to beyond its kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused {
    #[error("the host is not a plain name or address")]
    Host,
    #[error("port {0} is not on the list")]
    Port(u16),
    #[error("the address is not public ({0:?})")]
    Address(Range),
    #[error("the name cannot be resolved")]
    Unresolved,
    #[error("a certificate must be verified here")]
    UnverifiedTls,
}

impl From<Refused> for Error {
    /// One answer for every reason: the difference would map the inside of the network.
    fn from(refused: Refused) -> Self {
        Self { cause: Some(Box::new(refused)), ..Self::new(Code::AddressNotAllowed) }
    }
}

/// A target whose every address was checked. A connection goes to one of these and to nothing else.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checked {
    host: Host,
    addresses: Vec<SocketAddr>,
}

impl Checked {
    pub fn host(&self) -> &Host {
        &self.host
    }

    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }
}

/// Reads, resolves and checks a target. One bad address among good ones refuses the whole name.
pub async fn check(policy: &Policy, host: &str, port: u16, grant: Grant) -> Result<Checked, Refused> {
    let host = Host::parse(host).ok_or(Refused::Host)?;
    if port == 0 || (grant == Grant::Public && !policy.ports.contains(&port)) {
        return Err(Refused::Port(port));
    }
    let found = match &host {
        Host::Address(ip) => vec![*ip],
        Host::Name(name) => resolve(policy, name).await?,
    };
    let mut addresses = Vec::with_capacity(found.len());
    for ip in found {
        let ip = ip.to_canonical();
        policy.permits(ip, grant)?;
        addresses.push(SocketAddr::new(ip, port));
    }
    Ok(Checked { host, addresses })
}

async fn resolve(policy: &Policy, name: &str) -> Result<Vec<IpAddr>, Refused> {
    match tokio::time::timeout(RESOLVE_TIMEOUT, policy.resolver.resolve(name)).await {
        Ok(Ok(found)) if !found.is_empty() && found.len() <= MAX_ADDRESSES => Ok(found),
        _ => Err(Refused::Unresolved),
    }
}

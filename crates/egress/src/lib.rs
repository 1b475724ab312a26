//! The only door out of the program.
//!
//! Whoever connects to a host that somebody *named* (a mail server, a webhook, a web page) does it through here:
//! the host is read strictly, resolved once, **every** address is checked, and the connection goes to exactly the
//! address that was checked. A name that answers differently the second time changes nothing.
//!
//! Invariants: link-local and metadata addresses, multicast and the unspecified address are never reached, whoever asks
//! and whatever the allow-list says. An unverified certificate is accepted only with [`Grant::Operator`].

mod address;
mod connect;
mod host;
pub mod http;
mod policy;
mod resolve;
mod tls;

#[cfg(test)]
mod tests;

pub use address::{Range, is_public};
pub use connect::{CONNECT_TIMEOUT, Failure, connect, connect_tls, upgrade};
pub use host::Host;
pub use ipnet::IpNet;
pub use policy::{Checked, Grant, PUBLIC_PORTS, Policy, Refused, Target, check};
pub use resolve::{Resolve, Resolving, SystemResolver};
pub use tls::{Stream, Tls, TlsMode, client_config};

//! Which range an address belongs to (IANA special-purpose registries, RFC 6890 and its successors).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

use ipnet::{Ipv4Net, Ipv6Net};

use crate::Grant;

/// Why an address is not simply a public one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Range {
    Unspecified,
    Loopback,
    /// RFC 1918.
    Private,
    /// Carrier-grade NAT, RFC 6598.
    Shared,
    UniqueLocal,
    LinkLocal,
    /// Where clouds serve credentials to whoever asks.
    Metadata,
    Multicast,
    Broadcast,
    Documentation,
    Benchmarking,
    Reserved,
    Nat64,
    SixToFour,
    Teredo,
    /// An address of this machine that is public otherwise.
    Own,
}

impl Range {
    /// Not reached by anybody, whatever is granted or allowed.
    pub fn is_never_allowed(self) -> bool {
        matches!(
            self,
            Self::Unspecified | Self::LinkLocal | Self::Metadata | Self::Multicast | Self::Broadcast
        )
    }

    pub(crate) fn allowed_by(self, grant: Grant) -> bool {
        let inside =
            matches!(self, Self::Loopback | Self::Private | Self::Shared | Self::UniqueLocal | Self::Own);
        grant == Grant::Operator && inside
    }
}

const METADATA: [IpAddr; 5] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
];

const V4: [(Ipv4Net, Range); 16] = [
    (v4(255, 255, 255, 255, 32), Range::Broadcast),
    (v4(0, 0, 0, 0, 8), Range::Unspecified),
    (v4(127, 0, 0, 0, 8), Range::Loopback),
    (v4(10, 0, 0, 0, 8), Range::Private),
    (v4(172, 16, 0, 0, 12), Range::Private),
    (v4(192, 168, 0, 0, 16), Range::Private),
    (v4(100, 64, 0, 0, 10), Range::Shared),
    (v4(169, 254, 0, 0, 16), Range::LinkLocal),
    (v4(192, 0, 0, 0, 24), Range::Reserved),
    (v4(192, 0, 2, 0, 24), Range::Documentation),
    (v4(198, 51, 100, 0, 24), Range::Documentation),
    (v4(203, 0, 113, 0, 24), Range::Documentation),
    (v4(192, 88, 99, 0, 24), Range::SixToFour),
    (v4(198, 18, 0, 0, 15), Range::Benchmarking),
    (v4(224, 0, 0, 0, 4), Range::Multicast),
    (v4(240, 0, 0, 0, 4), Range::Reserved),
];

/// Only 2000::/3 is routed on the internet; what is missing here and outside of it is reserved.
const V6: [(Ipv6Net, Range); 13] = [
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 128), Range::Unspecified),
    (v6([0, 0, 0, 0, 0, 0, 0, 1], 128), Range::Loopback),
    (v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96), Range::Nat64),
    (v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48), Range::Nat64),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32), Range::Teredo),
    (v6([0x2001, 2, 0, 0, 0, 0, 0, 0], 48), Range::Benchmarking),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), Range::Reserved),
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), Range::Documentation),
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), Range::SixToFour),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), Range::Documentation),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), Range::UniqueLocal),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), Range::LinkLocal),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), Range::Multicast),
];

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(s: [u16; 8], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]), prefix)
}

/// Whether it is an address of somebody else on the internet.
pub fn is_public(ip: IpAddr) -> bool {
    range_of(ip).is_none()
}

/// The special range of an address; `None` = a public address of somebody else.
pub(crate) fn range_of(ip: IpAddr) -> Option<Range> {
    let ip = ip.to_canonical();
    if METADATA.contains(&ip) {
        return Some(Range::Metadata);
    }
    let range = match ip {
        IpAddr::V4(ip) => V4.iter().find(|(net, _)| net.contains(&ip)).map(|(_, range)| *range),
        IpAddr::V6(ip) => range_of_v6(ip),
    };
    range.or_else(|| is_own(ip).then_some(Range::Own))
}

fn range_of_v6(ip: Ipv6Addr) -> Option<Range> {
    // An address inside an address counts where it is worse than its wrapping.
    if let Some(inner) = embedded(ip).and_then(|inner| range_of(inner.into()))
        && inner.is_never_allowed()
    {
        return Some(inner);
    }
    let listed = V6.iter().find(|(net, _)| net.contains(&ip)).map(|(_, range)| *range);
    listed.or_else(|| (ip.segments()[0] & 0xe000 != 0x2000).then_some(Range::Reserved))
}

/// The IPv4 address that a translated or tunnelled one leads to.
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let at = |i: usize| {
        let [a, b] = ip.segments()[i].to_be_bytes();
        let [c, d] = ip.segments()[i + 1].to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match ip.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(at(6)),
        [0x2002, ..] => Some(at(1)),
        _ => None,
    }
}

/// Sending nothing, asks the routing table: towards an own address the source is that same address.
fn is_own(ip: IpAddr) -> bool {
    let any: IpAddr = if ip.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let source = UdpSocket::bind((any, 0)).and_then(|socket| {
        socket.connect((ip, 9))?;
        socket.local_addr()
    });
    source.is_ok_and(|source| source.ip() == ip)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_knows_its_own_addresses_from_those_of_others() {
        assert!(is_own(Ipv4Addr::LOCALHOST.into()));
        assert!(!is_own(Ipv4Addr::new(192, 0, 2, 1).into()));
        assert!(!Range::Own.allowed_by(Grant::Public) && Range::Own.allowed_by(Grant::Operator));
    }
}

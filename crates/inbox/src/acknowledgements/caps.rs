//! How many automatic mails there may be. Whoever wants to bother somebody with our mail gets no further than this.

use std::{net::IpAddr, time::Duration};

use ::store::Read;
use kernel::Result;

use super::store::{self, By};

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);
/// An address that could not be reached is left alone for so long.
pub(super) const UNREACHABLE: Duration = Duration::from_secs(60 * 24 * 3_600);

const TO_ADDRESS: [(Duration, i64); 2] = [(HOUR, 1), (DAY, 3)];
const FROM_NETWORK: [(Duration, i64); 2] = [(HOUR, 5), (DAY, 20)];
const OF_WORKSPACE: [(Duration, i64); 1] = [(HOUR, 1_000)];

/// Whether one more would be too many.
pub(super) fn is_reached(read: &mut Read<'_>, address: &str, source: Option<&str>) -> Result<bool> {
    let mut caps =
        vec![(By::Address(address), TO_ADDRESS.as_slice()), (By::Anything, OF_WORKSPACE.as_slice())];
    caps.extend(source.map(|source| (By::Source(source), FROM_NETWORK.as_slice())));
    for (by, ladder) in caps {
        for (within, most) in ladder {
            if store::sent(read, &by, *within)? >= *most {
                return Ok(true);
            }
        }
    }
    store::was_unreachable(read, address, UNREACHABLE)
}

/// Of an IPv6 address its /64: whoever has one address of it has them all.
pub(super) fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

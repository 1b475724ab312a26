//! A name server of an attacker (RFC 1035): it answers what leads inside, and not always the same.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use tokio::{net::UdpSocket, task::JoinHandle};

use crate::check::Error;

/// Public, and nobody's here: a connection to it just fails.
const OUTSIDE: Ipv4Addr = Ipv4Addr::new(93, 184, 215, 14);
/// Where the server listens; port 53 because a resolver's configuration names no other.
pub const ADDRESS: &str = "127.0.0.77";
/// Names that lead inside from the first answer on.
pub const INSIDE: [&str; 7] = [
    "inside.attacker.test",
    "private.attacker.test",
    "metadata.attacker.test",
    "mixed.attacker.test",
    "six.attacker.test",
    "mapped.attacker.test",
    "translated.attacker.test",
];
/// Names below it that begin with `rebinding` have a good answer first, and then the inside by turns.
pub const DOMAIN: &str = "attacker.test";

pub struct Names {
    task: JoinHandle<()>,
}

impl Names {
    pub async fn serve() -> Result<Self, Error> {
        let bound = UdpSocket::bind((ADDRESS, 53)).await;
        let socket = bound.map_err(|error| format!("no name server on port 53: {error}"))?;
        let task = tokio::spawn(async move {
            let (mut question, mut asked) = ([0; 1500], HashMap::new());
            while let Ok((length, from)) = socket.recv_from(&mut question).await {
                if let Some(answer) = answer(&question[..length], &mut asked) {
                    let _ = socket.send_to(&answer, from).await;
                }
            }
        });
        Ok(Self { task })
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn answer(question: &[u8], asked: &mut HashMap<String, usize>) -> Option<Vec<u8>> {
    let (name, end) = name(question)?;
    let is_six = match question.get(end..end + 2)? {
        [0, 1] => false,
        [0, 28] => true,
        _ => return None,
    };
    let found = addresses(&name, asked, is_six);
    let mut out = question.get(..2)?.to_vec();
    out.extend([0x81, 0x80, 0, 1, 0, u8::try_from(found.len()).ok()?, 0, 0, 0, 0]);
    out.extend(question.get(12..end + 4)?);
    for address in found {
        // The name of the question, class IN, to be kept for no time at all.
        match address {
            IpAddr::V4(ip) => {
                out.extend([0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]);
                out.extend(ip.octets());
            }
            IpAddr::V6(ip) => {
                out.extend([0xC0, 12, 0, 28, 0, 1, 0, 0, 0, 0, 0, 16]);
                out.extend(ip.octets());
            }
        }
    }
    Some(out)
}

fn addresses(name: &str, asked: &mut HashMap<String, usize>, is_six: bool) -> Vec<IpAddr> {
    match (name.split('.').next().unwrap_or_default(), is_six) {
        ("six", true) => vec![Ipv6Addr::LOCALHOST.into()],
        ("mapped", true) => vec![Ipv4Addr::LOCALHOST.to_ipv6_mapped().into()],
        ("translated", true) => vec![Ipv6Addr::new(0x64, 0xFF9B, 0, 0, 0, 0, 0x7F00, 1).into()],
        ("inside", false) => vec![Ipv4Addr::LOCALHOST.into()],
        ("private", false) => vec![Ipv4Addr::new(10, 0, 0, 1).into()],
        ("metadata", false) => vec![Ipv4Addr::new(169, 254, 169, 254).into()],
        ("mixed", false) => vec![OUTSIDE.into(), Ipv4Addr::LOCALHOST.into()],
        ("rebinding", false) => {
            let times = asked.entry(name.to_owned()).or_default();
            *times += 1;
            // Good when it is looked at, bad when it is used.
            vec![if *times % 2 == 1 { OUTSIDE.into() } else { Ipv4Addr::LOCALHOST.into() }]
        }
        _ => Vec::new(),
    }
}

/// The name asked for, and where it ends.
fn name(question: &[u8]) -> Option<(String, usize)> {
    let (mut at, mut labels) = (12, Vec::new());
    loop {
        let length = usize::from(*question.get(at)?);
        at += 1;
        if length == 0 {
            return Some((labels.join(".").to_lowercase(), at));
        }
        labels.push(String::from_utf8_lossy(question.get(at..at + length)?).into_owned());
        at += length;
    }
}

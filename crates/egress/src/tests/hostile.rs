//! Every way we know to write an address that should not be reached.

use std::time::Duration;

use super::{Canary, Scripted};
use crate::{Failure, Grant, Range, Refused, check, connect};

/// Texts that are refused as they stand: nothing may even be resolved for them.
const MALFORMED: &[&str] = &[
    "",
    " ",
    ".",
    "..",
    "-",
    "a..b",
    ".example.com",
    "example.com..",
    "-a.example.com",
    "a-.example.com",
    "127.1",
    "127.0.1",
    "127.0.0.1.",
    "127.0.0.01",
    "127.0.0.001",
    "0127.0.0.1",
    "0177.0.0.1",
    "0177.0.1",
    "0177.1",
    "00000000177.0.0.1",
    "017700000001",
    "2130706433",
    "02130706433",
    "2130706433.",
    "3232235521",
    "2852039166",
    "425.510.425.510",
    "256.256.256.256",
    "127.0.0.256",
    "1.2.3.4.5",
    "0x7f.0.0.1",
    "0x7f.0x0.0x0.0x1",
    "0x7f000001",
    "0X7F000001",
    "0x7f.1",
    "0x",
    "0x7f000001.",
    "0xa9fea9fe",
    "0x7f.0.0.0x1",
    "127.0.0.0x1",
    "1.0x7f",
    "0",
    "1",
    "00",
    "000000",
    "0.0",
    "127",
    "4294967295",
    "4294967296",
    "99999999999999999999",
    "[127.0.0.1]",
    "[::1",
    "::1]",
    "[::1]x",
    "[::1]:80",
    "[[::1]]",
    "[]",
    "[::ffff:127.0.0.1]:80",
    "[::1%lo]",
    "::1%lo",
    "fe80::1%eth0",
    "fe80::1%25eth0",
    "[fe80::1%eth0]",
    "::ffff:0177.0.0.1",
    "::ffff:127.1",
    ":::1",
    ":",
    "1::2::3",
    "0:0:0:0:0:0:0:0:1",
    "::1/128",
    "127.0.0.1/8",
    "127.0.0.1:80",
    "localhost:25",
    "example.com:443",
    "user@127.0.0.1",
    "user:pass@localhost",
    "example.com@127.0.0.1",
    "127.0.0.1@example.com",
    "http://127.0.0.1",
    "//127.0.0.1",
    "http://localhost/",
    "127.0.0.1/",
    "127.0.0.1?x",
    "127.0.0.1#x",
    "localhost#@example.com",
    "example.com/..",
    "example.com\\@localhost",
    "\\\\127.0.0.1",
    " 127.0.0.1",
    "127.0.0.1 ",
    "127.0.0.1\n",
    "127.0.0.1\r\n",
    "127.0.0.1\t",
    "127.0.0.1\0",
    "127.0.0.1\0.example.com",
    "example.com\0",
    "example.com\r\nMAIL FROM:<a@b>",
    "local host",
    "localhost%00",
    "127.0.0.1%00",
    "%6c%6f%63alhost",
    "127%2e0%2e0%2e1",
    "127.0.0.1;example.com",
    "127.0.0.1,example.com",
    "$(id)",
    "`id`",
    "a|b",
    "*",
    "*.example.com",
    "{localhost}",
    "<localhost>",
    "\"localhost\"",
    "'localhost'",
    "127。0。0。1",
    "127．0．0．1",
    "１２７.０.０.１",
    "①②⑦.⓪.⓪.①",
    "⑯⑨。②⑤④。⑯⑨｡②⑤④",
    "١٢٧.0.0.1",
    "０ｘ７ｆ.1",
    "exa\u{ad}mple.123",
    "\u{202e}tsohlacol",
    "\u{200b}",
    "xn--\u{fe0f}",
    "a.b.c.0x1",
    "example.1",
    "example.0",
    "example.01",
];

/// Canonical addresses that are refused for what they are.
const DENIED: &[(&str, Range)] = &[
    ("0.0.0.0", Range::Unspecified),
    ("0.0.0.1", Range::Unspecified),
    ("0.255.255.255", Range::Unspecified),
    ("127.0.0.1", Range::Loopback),
    ("127.0.0.2", Range::Loopback),
    ("127.127.127.127", Range::Loopback),
    ("127.255.255.255", Range::Loopback),
    ("10.0.0.1", Range::Private),
    ("10.255.255.255", Range::Private),
    ("172.16.0.1", Range::Private),
    ("172.31.255.255", Range::Private),
    ("192.168.0.1", Range::Private),
    ("192.168.255.255", Range::Private),
    ("100.64.0.1", Range::Shared),
    ("100.127.255.255", Range::Shared),
    ("100.100.100.200", Range::Metadata),
    ("168.63.129.16", Range::Metadata),
    ("192.0.0.192", Range::Metadata),
    ("169.254.169.254", Range::LinkLocal),
    ("169.254.0.1", Range::LinkLocal),
    ("169.254.170.2", Range::LinkLocal),
    ("192.0.0.1", Range::Reserved),
    ("192.0.2.1", Range::Documentation),
    ("198.51.100.1", Range::Documentation),
    ("203.0.113.1", Range::Documentation),
    ("192.88.99.1", Range::SixToFour),
    ("198.18.0.1", Range::Benchmarking),
    ("198.19.255.255", Range::Benchmarking),
    ("224.0.0.1", Range::Multicast),
    ("239.255.255.255", Range::Multicast),
    ("240.0.0.1", Range::Reserved),
    ("255.255.255.254", Range::Reserved),
    ("255.255.255.255", Range::Broadcast),
    ("::", Range::Unspecified),
    ("[::]", Range::Unspecified),
    ("::1", Range::Loopback),
    ("[::1]", Range::Loopback),
    ("0:0:0:0:0:0:0:1", Range::Loopback),
    ("0000:0000:0000:0000:0000:0000:0000:0001", Range::Loopback),
    ("::ffff:127.0.0.1", Range::Loopback),
    ("[::ffff:7f00:1]", Range::Loopback),
    ("::FFFF:7F00:0001", Range::Loopback),
    ("::ffff:10.0.0.1", Range::Private),
    ("::ffff:a9fe:a9fe", Range::LinkLocal),
    ("::ffff:0.0.0.0", Range::Unspecified),
    ("::ffff:0:7f00:1", Range::Reserved),
    ("::127.0.0.1", Range::Reserved),
    ("::7f00:1", Range::Reserved),
    ("::169.254.169.254", Range::LinkLocal),
    ("::2", Range::Unspecified),
    ("64:ff9b::7f00:1", Range::Nat64),
    ("64:ff9b::8.8.8.8", Range::Nat64),
    ("64:ff9b::169.254.169.254", Range::LinkLocal),
    ("64:ff9b:1::1", Range::Nat64),
    ("100::1", Range::Reserved),
    ("2001::1", Range::Teredo),
    ("2001:0:7f00:1::", Range::Teredo),
    ("2001:2::1", Range::Benchmarking),
    ("2001:10::1", Range::Reserved),
    ("2001:20::1", Range::Reserved),
    ("2001:db8::1", Range::Documentation),
    ("3fff::1", Range::Documentation),
    ("2002:7f00:1::", Range::SixToFour),
    ("2002:a9fe:a9fe::1", Range::LinkLocal),
    ("2002:808:808::1", Range::SixToFour),
    ("5f00::1", Range::Reserved),
    ("fc00::1", Range::UniqueLocal),
    ("fd12:3456::1", Range::UniqueLocal),
    ("fd00:ec2::254", Range::Metadata),
    ("fd20:ce::254", Range::Metadata),
    ("fe80::1", Range::LinkLocal),
    ("febf::1", Range::LinkLocal),
    ("fec0::1", Range::Reserved),
    ("ff02::1", Range::Multicast),
    ("ff0e::1", Range::Multicast),
    ("4000::1", Range::Reserved),
];

/// Names that lead to the canary, as the resolver below answers.
const NAMES: &[&str] = &[
    "localhost",
    "LOCALHOST",
    "localhost.",
    "foo.localhost",
    "localhost.localdomain",
    "ip6-localhost",
    "localtest.me",
    "127.0.0.1.nip.io",
    "7f000001.nip.io",
    "metadata.google.internal",
    "instance-data",
    "kubernetes.default.svc",
    "host.docker.internal",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "ｌｏｃａｌｈｏｓｔ",
    "loc\u{ad}alhost",
    "mail.example.com",
    "xn--nxasmq6b",
    "a_b",
    "0x7f.0.0.1.example",
    "0o17700000001",
];

#[tokio::test]
async fn nothing_hostile_reaches_the_canary() {
    let canary = Canary::start().await;
    let port = canary.address.port();
    // The resolver believes anything, as the C library does with `127.1`: the door must not even ask it.
    let policy = canary.policy(Scripted::new(&[&["127.0.0.1"]]));
    let within = Duration::from_secs(2);

    let denied = DENIED.iter().map(|(host, range)| (*host, Refused::Address(*range)));
    let malformed = MALFORMED.iter().map(|host| (*host, Refused::Host));
    let names = NAMES.iter().map(|host| (*host, Refused::Address(Range::Loopback)));
    let mut tried = 0;
    for (host, expected) in denied.chain(malformed).chain(names) {
        match connect(&policy, host, port, Grant::Public, within).await {
            Err(Failure::Refused(refused)) => assert_eq!(refused, expected, "{host:?}"),
            other => panic!("{host:?}: {other:?}"),
        }
        tried += 1;
    }
    assert!(tried >= 150, "only {tried} forms");

    // The first connection that the canary ever sees is the one its owner makes.
    let mine = connect(&policy, "127.0.0.1", port, Grant::Operator, within).await.unwrap();
    let (_, seen) = canary.listener.accept().await.unwrap();
    assert_eq!(seen, mine.local_addr().unwrap());
}

#[tokio::test]
async fn a_malformed_host_is_never_resolved() {
    let resolver = Scripted::new(&[&["127.0.0.1"]]);
    let policy = crate::Policy { resolver: resolver.clone(), ..Default::default() };
    for host in MALFORMED {
        assert_eq!(check(&policy, host, 25, Grant::Operator).await, Err(Refused::Host), "{host:?}");
    }
    assert_eq!(resolver.asked.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_name_is_refused_for_each_of_its_addresses() {
    for (host, range) in DENIED.iter().filter(|(host, _)| !host.starts_with('[')) {
        let policy = crate::Policy { resolver: Scripted::new(&[&["8.8.8.8", host]]), ..Default::default() };
        let answer = check(&policy, "mixed.example.com", 25, Grant::Public).await;
        assert_eq!(answer, Err(Refused::Address(*range)), "{host}");
    }
}

#[tokio::test]
async fn the_operator_reaches_private_networks_but_never_metadata() {
    let policy = crate::Policy::default();
    for host in ["127.0.0.1", "::1", "10.1.2.3", "172.16.9.9", "192.168.1.1", "100.64.1.1", "fd12::1"] {
        assert!(check(&policy, host, 1025, Grant::Operator).await.is_ok(), "{host}");
    }
    let never = DENIED.iter().filter(|(_, range)| range.is_never_allowed());
    for (host, range) in never {
        assert_eq!(check(&policy, host, 25, Grant::Operator).await, Err(Refused::Address(*range)), "{host}");
    }
}

#[tokio::test]
async fn the_allow_list_opens_a_network_but_never_metadata() {
    let mut policy = crate::Policy::default();
    assert!(check(&policy, "10.9.0.25", 25, Grant::Public).await.is_err());
    policy.allow =
        vec!["10.9.0.0/24".parse().unwrap(), "0.0.0.0/0".parse().unwrap(), "::/0".parse().unwrap()];
    assert!(check(&policy, "10.9.0.25", 25, Grant::Public).await.is_ok());
    for (host, range) in DENIED.iter().filter(|(_, range)| range.is_never_allowed()) {
        assert_eq!(check(&policy, host, 25, Grant::Public).await, Err(Refused::Address(*range)), "{host}");
    }
}

#[tokio::test]
async fn only_the_ports_of_the_list_are_open_to_the_public() {
    let policy = crate::Policy::default();
    for port in [25, 465, 587, 2525, 143, 993, 80, 443] {
        assert!(check(&policy, "8.8.8.8", port, Grant::Public).await.is_ok(), "{port}");
    }
    for port in [0, 22, 53, 110, 3306, 5432, 6379, 8080, 11211] {
        assert_eq!(check(&policy, "8.8.8.8", port, Grant::Public).await, Err(Refused::Port(port)));
    }
}

#[tokio::test]
async fn every_refusal_reads_the_same_to_the_person_who_asked() {
    let texts: Vec<String> =
        [Refused::Host, Refused::Port(22), Refused::Address(Range::Loopback), Refused::Unresolved]
            .into_iter()
            .map(|refused| {
                let error = kernel::Error::from(refused);
                assert_eq!(error.code, kernel::Code::AddressNotAllowed);
                format!("{:?} {:?}", error.field, error.detail)
            })
            .collect();
    assert!(texts.windows(2).all(|pair| pair[0] == pair[1]));
}

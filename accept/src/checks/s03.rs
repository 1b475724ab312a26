//! S03: nobody but whoever runs the machine makes the server call an address of the inside.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    check::{Error, Guard, Outcome},
    client::Client,
    engine::Engine,
    program::{ADMIN, PASSWORD, Program},
    report::Report,
};

/// Every way we know to write this machine, its neighbours and the cloud's metadata.
const HOSTS: &[&str] = &[
    "127.0.0.1",
    "127.0.0.2",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "127.000.000.001",
    "0.0.0.0",
    "0",
    "0x0",
    "00",
    "2130706433",
    "0x7f000001",
    "0x7F.0x0.0x0.0x1",
    "0177.0.0.1",
    "0177.0000.0000.0001",
    "017700000001",
    "127.0.0.1.",
    "0x7f.1",
    "0x7f.0.1",
    "127.0x1",
    "127.0.0.0x1",
    "4294967295",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "LocalHost.localdomain",
    "localhost.localdomain",
    "ip6-localhost",
    "ip6-loopback",
    "foo.localhost",
    "::1",
    "[::1]",
    "::",
    "[::]",
    "0:0:0:0:0:0:0:1",
    "[0000::1]",
    "::ffff:127.0.0.1",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "::ffff:7f00:1",
    "[::127.0.0.1]",
    "::7f00:1",
    "[64:ff9b::7f00:1]",
    "64:ff9b::127.0.0.1",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "2002:7f00:0001::1",
    "[::ffff:0:127.0.0.1]",
    "[2001:0:7f00:1::]",
    "fe80::1",
    "[fe80::1%25lo]",
    "[fe80::1%lo]",
    "fc00::1",
    "fd00::1",
    "[fd12:3456:789a::1]",
    "ff02::1",
    "fec0::1",
    "100::1",
    "[::ffff:10.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::]",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "192.168.255.255",
    "100.64.0.1",
    "100.127.255.254",
    "169.254.169.254",
    "169.254.170.2",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.254.43518",
    "192.0.0.1",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.254",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "127.0.0.1:25",
    "user@127.0.0.1",
    "user:pass@127.0.0.1",
    "127.0.0.1/x",
    "127.0.0.1?x",
    "127.0.0.1#x",
    "127.0.0.1\\@example.com",
    "example.com@127.0.0.1",
    "http://127.0.0.1",
    "//127.0.0.1",
    "127.0.0.1%00.example.com",
    "127.0.0.1\u{0}.example.com",
    "127.0.0.1\r\nX: y",
    " 127.0.0.1",
    "127.0.0.1 ",
    "\t127.0.0.1",
    "127。0。0。1",
    "127｡0｡0｡1",
    "127．0．0．1",
    "１２７.0.0.1",
    "①②⑦.⓪.⓪.①",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "ｌｏｃａｌｈｏｓｔ",
    "loc\u{ad}alhost",
    "127.0.0.1\u{200b}",
    "xn--localhost",
    "metadata.google.internal",
    "metadata",
    "instance-data",
    "kubernetes.default.svc",
    "host.docker.internal",
    "gateway.docker.internal",
    "postgres",
    "",
    ".",
    "..",
    "-",
    "_",
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "0000:0000:0000:0000:0000:ffff:7f00:0001",
    "[::ffff:127.1]",
    "[::ffff:0x7f000001]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "::1%1",
    "[::1]:25",
    "[[::1]]",
    "[::1",
    "::1]",
    "1.0.0.127.in-addr.arpa",
    "127.0.0.1.nip.invalid",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
];

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    let program = Program::start_with(Engine::Sqlite, &[("RATE_LIMITS", "false")]).await?;
    let person = Client::sign_in(&program.url, ADMIN, PASSWORD).await?;
    // The control: the operator of the machine, who may name its inside.
    let caller = if guard == Guard::On { person } else { program.admin() };
    let canary = Canary::listen().await?;
    report.assert("the list is long", HOSTS.len() >= 140, HOSTS.len());
    saving(&caller, canary.port, &mut report).await?;
    changing(&program, &caller, canary.port, &mut report).await?;
    inheriting(&program, &caller, canary.port, &mut report).await?;
    receiving(&caller, &mut report).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let hits = canary.hits.load(Ordering::Relaxed);
    report.assert("the canary on this machine was never called", hits == 0, hits);
    Ok(report)
}

/// A server of the inside that counts who comes.
struct Canary {
    port: u16,
    hits: Arc<AtomicUsize>,
}

impl Canary {
    async fn listen() -> Result<Self, Error> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (port, hits) = (listener.local_addr()?.port(), Arc::new(AtomicUsize::new(0)));
        let counted = Arc::clone(&hits);
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        Ok(Self { port, hits })
    }
}

fn mailbox(field: &str, host: &str, port: u16) -> Value {
    // An address belongs to one channel only.
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let address = format!("x{}@mecses.example", COUNT.fetch_add(1, Ordering::Relaxed));
    let mut config = json!({ "addresses": [address], "imap_tls": "none", "smtp_tls": "none", "imap_user": "x", "imap_password": "x" });
    config[format!("{field}_host")] = json!(host);
    config[format!("{field}_port")] = json!(port);
    config
}

/// Every host in every field of a new channel; whatever was saved is tested, too.
async fn saving(caller: &Client, port: u16, report: &mut Report) -> Result<(), Error> {
    let mut saved = Vec::new();
    for host in HOSTS {
        for field in ["imap", "smtp"] {
            // The receiving end needs one of the two, so an empty host is no host at all.
            let body = json!({ "kind": "email", "name": "x", "config": mailbox(field, host, port) });
            let answer = caller.post("/api/v1/channels", body).await?;
            if answer.is_good() {
                caller.post(&format!("/api/v1/channels/{}/test", answer.id()), json!({})).await?;
                saved.push(format!("{field} {host:?}"));
            } else if answer.status >= 500 {
                saved.push(format!("{field} {host:?}: {}", answer.status));
            }
        }
    }
    report.assert_none("no new channel names a host of the inside", &saved);
    Ok(())
}

/// A channel that was good is changed.
async fn changing(program: &Program, caller: &Client, port: u16, report: &mut Report) -> Result<(), Error> {
    // By the operator, since nothing public can be resolved everywhere.
    let body = json!({ "kind": "email", "name": "Jó", "config": mailbox("imap", "127.0.0.1", port ^ 1) });
    let id = program.admin().post("/api/v1/channels", body).await?.good()?.id();
    let path = format!("/api/v1/channels/{id}");
    let mut saved = Vec::new();
    for host in HOSTS.iter().filter(|host| !host.is_empty()) {
        for config in [
            json!({ "imap_host": host, "imap_port": port }),
            json!({ "smtp": { "host": host, "port": port } }),
            json!({ "imap_host": host, "imap_port": port, "by_operator": true }),
        ] {
            let answer = caller.patch(&path, json!({ "config": config })).await?;
            if answer.is_good() || answer.status >= 500 {
                saved.push(format!("{config}: {}", answer.status));
            }
        }
    }
    report.assert_none("no change names a host of the inside", &saved);
    program.admin().delete(&path).await?.good().map(drop)
}

/// The operator's word for one server is none for another port of it.
async fn inheriting(program: &Program, caller: &Client, port: u16, report: &mut Report) -> Result<(), Error> {
    let body = json!({ "kind": "email", "name": "Belső", "config": mailbox("imap", "127.0.0.1", port ^ 1) });
    let id = program.admin().post("/api/v1/channels", body).await?.good()?.id();
    let path = format!("/api/v1/channels/{id}");
    let moved = caller.patch(&path, json!({ "config": { "imap_port": port } })).await?;
    report.assert("the operator's word holds for one port", !moved.is_good(), moved.status);
    let renamed = caller.patch(&path, json!({ "name": "Más név" })).await?;
    report.assert("its name may be changed", renamed.is_good(), renamed.status);
    program.admin().delete(&path).await?.good().map(drop)
}

/// Ports of the machine are the operator's to open.
async fn receiving(caller: &Client, report: &mut Report) -> Result<(), Error> {
    let port = testservers::free_port();
    let config = json!({ "addresses": ["x@mecses.example"], "listen_host": "0.0.0.0", "listen_port": port });
    let answer =
        caller.post("/api/v1/channels", json!({ "kind": "receiver", "name": "x", "config": config })).await?;
    report.assert(
        "no port is opened for an administrator of a workspace",
        answer.status == 403,
        answer.status,
    );
    Ok(())
}

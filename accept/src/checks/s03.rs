//! S03: nobody but whoever runs the machine makes the server call an address of the inside.
//!
//! A server of the inside listens on a port that everybody may name, so that the address alone decides. Names are
//! asked of a name server of the attacker's, which changes its mind between the look and the use. There is no HTTP
//! client in the program whose redirects could lead inside; that there is none is what is looked at here.

mod hosts;
mod names;

use std::{
    collections::BTreeMap,
    fs,
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
    world::wait,
};
use hosts::HOSTS;
use names::Names;

/// One of those that everybody may name, for mail.
const PORT: u16 = 2525;
/// So many of the list, all of this machine: the others only cost the control time.
const OF_CONTROL: usize = 12;
const REBINDINGS: usize = 40;

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    let _names = Names::serve().await?;
    let program = asking_the_attacker(guard).await?;
    let caller = Client::sign_in(&program.url, ADMIN, PASSWORD).await?;
    let canary = Canary::listen().await?;
    let hosts = if guard == Guard::On { HOSTS } else { &HOSTS[..OF_CONTROL] };
    report.assert("the list is long", HOSTS.len() >= 140, HOSTS.len());
    saving(&caller, hosts, &mut report).await?;
    names_of_the_inside(&caller, &mut report).await?;
    rebinding(&caller, &canary, &mut report).await?;
    if guard == Guard::On {
        changing(&program, &caller, &mut report).await?;
        inheriting(&program, &caller, &mut report).await?;
        receiving(&caller, &mut report).await?;
        no_client(&mut report)?;
    }
    let called = wait(Duration::from_secs(2), || async { Ok((canary.hits() > 0).then_some(())) });
    called.await?;
    report.assert("the server of the inside was never called", canary.hits() == 0, canary.hits());
    Ok(report)
}

/// The program in a world whose names are the attacker's.
async fn asking_the_attacker(guard: Guard) -> Result<Program, Error> {
    let mut program = Program::installed(Engine::Sqlite, "Mécses Bolt", ADMIN).await?;
    let resolver = program.data().with_file_name("resolv.conf");
    fs::write(&resolver, format!("nameserver {}\noptions timeout:1 attempts:1\n", names::ADDRESS))?;
    let bind = "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"";
    program.run_within(&["unshare", "--mount", "sh", "-c", bind, &resolver.to_string_lossy()]);
    program.configure("RATE_LIMITS", "false");
    if guard == Guard::Off {
        program.configure("TEST_GUARDS_OFF", "egress");
    }
    program.restart().await?;
    Ok(program)
}

/// A server of the inside that counts who comes.
struct Canary {
    hits: Arc<AtomicUsize>,
}

impl Canary {
    async fn listen() -> Result<Self, Error> {
        let listener = TcpListener::bind(("127.0.0.1", PORT)).await?;
        let hits = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&hits);
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        Ok(Self { hits })
    }

    fn hits(&self) -> usize {
        self.hits.load(Ordering::Relaxed)
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
async fn saving(caller: &Client, hosts: &[&str], report: &mut Report) -> Result<(), Error> {
    let mut saved = Vec::new();
    for host in hosts {
        for field in ["imap", "smtp"] {
            // The receiving end needs one of the two, so an empty host is no host at all.
            let body = json!({ "kind": "email", "name": "x", "config": mailbox(field, host, PORT) });
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

/// Names of the attacker's that lead inside at once.
async fn names_of_the_inside(caller: &Client, report: &mut Report) -> Result<(), Error> {
    let mut saved = Vec::new();
    for name in names::INSIDE {
        for field in ["imap", "smtp"] {
            let body = json!({ "kind": "email", "name": "x", "config": mailbox(field, name, PORT) });
            let answer = caller.post("/api/v1/channels", body).await?;
            if answer.is_good() {
                caller.post(&format!("/api/v1/channels/{}/test", answer.id()), json!({})).await?;
                saved.push(format!("{field} {name}"));
            } else if answer.code() != "address_not_allowed" {
                saved.push(format!("{field} {name}: {}", answer.text));
            }
        }
    }
    report.assert_none("no name that leads inside is saved", &saved);
    Ok(())
}

/// A name that is good when it is saved and bad when it is used: in the test of the channel, and by the channel itself.
async fn rebinding(caller: &Client, canary: &Canary, report: &mut Report) -> Result<(), Error> {
    let (mut saved, mut tested) = (0, 0);
    for number in 0..REBINDINGS {
        let field = if number % 2 == 0 { "imap" } else { "smtp" };
        let name = format!("rebinding.n{number}.{}", names::DOMAIN);
        let body = json!({ "kind": "email", "name": "x", "config": mailbox(field, &name, PORT) });
        let made = caller.post("/api/v1/channels", body).await?;
        if !made.is_good() {
            continue;
        }
        saved += 1;
        let path = format!("/api/v1/channels/{}", made.id());
        let outcome = caller.post(&format!("{path}/test"), json!({})).await?;
        tested += usize::from(outcome.json()["ok"] != true);
        caller.delete(&path).await?.good()?;
        if canary.hits() > 0 {
            break;
        }
    }
    report.assert("a name that seems good is saved", saved > 0, saved);
    report.assert("and leads nowhere when it is used", tested == saved, format!("{tested} of {saved}"));
    Ok(())
}

/// What follows no redirects cannot be led astray by them: the program holds no HTTP client at all.
fn no_client(report: &mut Report) -> Result<(), Error> {
    const CLIENTS: [&str; 9] =
        ["reqwest", "ureq", "isahc", "curl", "attohttpc", "surf", "minreq", "hyper-rustls", "hyper-tls"];
    let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock");
    let lock: toml::Table = fs::read_to_string(lock)?.parse()?;
    let packages = lock["package"].as_array().ok_or("no packages")?;
    let mut needs: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let others = package.get("dependencies").and_then(toml::Value::as_array).into_iter().flatten();
        let others = others.filter_map(|other| other.as_str()?.split(' ').next());
        needs.entry(name).or_default().extend(others);
    }
    let (mut reached, mut open) = (Vec::new(), vec!["kapocs"]);
    while let Some(name) = open.pop() {
        if !reached.contains(&name) {
            reached.push(name);
            open.extend(needs.get(name).into_iter().flatten());
        }
    }
    let found: Vec<&&str> = reached.iter().filter(|name| CLIENTS.contains(name)).collect();
    report.assert("the program is in the lock file with what it needs", reached.len() > 100, reached.len());
    report.assert_none("no HTTP client is in it that could follow a redirect", &found);
    Ok(())
}

/// A channel that was good is changed.
async fn changing(program: &Program, caller: &Client, report: &mut Report) -> Result<(), Error> {
    // By the operator, since nothing public can be resolved everywhere.
    let body = json!({ "kind": "email", "name": "Jó", "config": mailbox("imap", "127.0.0.1", PORT ^ 1) });
    let id = program.admin().post("/api/v1/channels", body).await?.good()?.id();
    let path = format!("/api/v1/channels/{id}");
    let mut saved = Vec::new();
    for host in HOSTS.iter().filter(|host| !host.is_empty()) {
        for config in [
            json!({ "imap_host": host, "imap_port": PORT }),
            json!({ "smtp": { "host": host, "port": PORT } }),
            json!({ "imap_host": host, "imap_port": PORT, "by_operator": true }),
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
async fn inheriting(program: &Program, caller: &Client, report: &mut Report) -> Result<(), Error> {
    let body = json!({ "kind": "email", "name": "Belső", "config": mailbox("imap", "127.0.0.1", PORT ^ 1) });
    let id = program.admin().post("/api/v1/channels", body).await?.good()?.id();
    let path = format!("/api/v1/channels/{id}");
    let moved = caller.patch(&path, json!({ "config": { "imap_port": PORT } })).await?;
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

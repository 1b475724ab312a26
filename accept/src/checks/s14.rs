//! S14: nobody can be bothered with our mail, and machines do not talk to each other through us.
//!
//! A thousand web forms in a victim's name from two hundred addresses, and as many mails as a sender may write; two
//! installations and a vacation responder that answers whatever it gets. The control switches off what keeps automatic
//! mail in bounds.

mod loops;

use std::{sync::Arc, time::Duration};

use reqwest::{Method, multipart};
use serde_json::json;
use testservers::Mail;
use tokio::task::JoinSet;

use crate::{
    check::{Error, Guard, Outcome},
    client::{Answer, Client},
    engine::Engine,
    post::{self, Letter, header, mailbox},
    program::Program,
    report::Report,
    smtp::Courier,
    world::{channel, wait},
};

const DESK: &str = "segitseg@mecses.example";
const VICTIM: &str = "aldozat@customer.example";
const BY_MAIL: &str = "masik@customer.example";
const NETWORKS: usize = 200;
/// What the attacker wants the victim to read.
const BAIT: &str = "nyeremeny.evil.example";
const PATIENCE: Duration = Duration::from_secs(120);

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    for engine in Engine::BOTH {
        bombing(engine, guard, &mut report).await?;
        loops::examine(engine, guard, &mut report).await?;
    }
    Ok(report)
}

/// A program of its own whose guards are as the check wants them.
async fn program(engine: Engine, guard: Guard, variables: &[(&str, &str)]) -> Result<Program, Error> {
    let mut program = Program::installed(engine, "Mécses Bolt", crate::program::ADMIN).await?;
    for (name, value) in variables {
        program.configure(name, *value);
    }
    if guard == Guard::Off {
        program.configure("TEST_GUARDS_OFF", "automatic-sends");
    }
    program.restart().await?;
    Ok(program)
}

async fn quiet(program: &Program) -> Result<(), Error> {
    let settled = wait(PATIENCE, || async {
        let metrics = program.stranger().get("/metrics").await?.good()?.text;
        Ok(metrics.lines().any(|line| line == "kapocs_jobs_waiting 0").then_some(()))
    });
    settled.await?.ok_or_else(|| "the jobs do not end".into())
}

async fn bombing(engine: Engine, guard: Guard, report: &mut Report) -> Result<(), Error> {
    // Rate limits are on, as they are in life: they are part of what is examined.
    let program = program(engine, guard, &[("TRUSTED_PROXIES", "127.0.0.1")]).await?;
    let mail = post::start(&[VICTIM, BY_MAIL]).await?;
    let admin = program.admin();
    let (_, port) = post::receiver(&admin, &mail, DESK, json!({ "acknowledge": true })).await?;
    let made = json!({ "kind": "form", "name": "Írjon nekünk", "config": { "acknowledge": true } });
    let (_, key) = channel(&admin, made).await?;
    let each = if guard == Guard::On { 5 } else { 1 };
    let taken = flood(&program, &key, each).await?;
    let mails = write(port, if guard == Guard::On { 90 } else { 20 }).await?;
    quiet(&program).await?;
    let wanted = NETWORKS * each;
    report.assert(
        format!("{engine}: every form is taken in"),
        taken == wanted,
        format!("{taken} of {wanted}"),
    );
    let conversations = admin.all("/api/v1/conversations?view=all").await?.len();
    let kept = taken + mails;
    report.assert(
        format!("{engine}: every message is a conversation"),
        conversations == kept,
        format!("{conversations} of {kept}"),
    );
    bothered(engine, &mail, report)?;
    one_network(engine, &program, &key, report).await
}

/// What reached the two victims.
fn bothered(engine: Engine, mail: &Mail, report: &mut Report) -> Result<(), Error> {
    for (victim, by) in [(VICTIM, "forms"), (BY_MAIL, "mails")] {
        let letters = mailbox(mail, victim)?;
        let count = letters.len();
        report.assert(format!("{engine}: the victim of {by} gets three mails at most"), count <= 3, count);
        report.assert(format!("{engine}: and the first of the {by} was acknowledged"), count > 0, count);
        let read: Vec<String> = letters.iter().map(|letter| post::readable(letter)).collect();
        let baited: Vec<&String> = read.iter().filter(|letter| letter.contains(BAIT)).collect();
        let ours = read.iter().all(|letter| letter.contains("Köszönjük, hogy írt nekünk."));
        report.assert(format!("{engine}: it can be read ({by})"), ours, "");
        report.assert_none(format!("{engine}: no word of the attacker is in it ({by})"), &baited);
        let plain = letters.iter().filter(|letter| !is_automatic(letter)).count();
        report.assert(format!("{engine}: each says that a machine sent it ({by})"), plain == 0, plain);
    }
    Ok(())
}

/// RFC 3834, and an empty return path.
fn is_automatic(letter: &str) -> bool {
    header(letter, "Auto-Submitted").as_deref() == Some("auto-replied")
        && header(letter, "Return-Path").as_deref() == Some("<>")
}

async fn page(client: &Client, key: &str, from: &str) -> Result<String, Error> {
    let request = client.request(Method::GET, &format!("/hu/forms/{key}")).header("x-forwarded-for", from);
    let page = Answer::of(request).await?.good()?.text;
    let token = page.split_once("name=\"token\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
    Ok(token.ok_or("the form has no token")?.0.to_owned())
}

async fn send(
    client: &Client,
    key: &str,
    from: &str,
    (token, email, words): (&str, &str, &str),
) -> Result<u16, Error> {
    let typed = [
        ("token", token),
        ("name", BAIT),
        ("email", email),
        ("subject", &format!("Nyert! {BAIT}")),
        ("message", words),
        ("website", ""),
    ];
    let form = typed.iter().fold(multipart::Form::new(), |form, (name, value)| {
        form.text((*name).to_owned(), (*value).to_owned())
    });
    let request = client.request(Method::POST, &format!("/hu/forms/{key}"));
    Ok(Answer::of(request.header("x-forwarded-for", from).multipart(form)).await?.status)
}

/// Forms in the victim's name from every network; how many were taken in.
async fn flood(program: &Program, key: &str, each: usize) -> Result<usize, Error> {
    let networks: Vec<String> =
        (0..NETWORKS).map(|n| format!("198.51.{}.{}", n / 100, n % 100 + 1)).collect();
    let mut senders = JoinSet::new();
    for portion in networks.chunks(NETWORKS / 8) {
        let (client, key, portion) = (program.stranger(), key.to_owned(), portion.to_vec());
        senders.spawn(async move { fill_in(&client, &key, &portion, each).await });
    }
    let mut taken = 0;
    for sent in senders.join_all().await {
        taken += sent?;
    }
    Ok(taken)
}

async fn fill_in(client: &Client, key: &str, networks: &[String], each: usize) -> Result<usize, Error> {
    let mut pages = Vec::new();
    for from in networks {
        pages.push((from, page(client, key, from).await?));
    }
    // Nobody fills in a form within two seconds.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let mut taken = 0;
    for n in 0..each {
        for (from, token) in &pages {
            let words = format!("Kattintson: https://{BAIT}/{n}");
            taken += usize::from(send(client, key, from, (token, VICTIM, &words)).await? == 303);
        }
    }
    Ok(taken)
}

/// Mails in another victim's name.
async fn write(port: u16, count: usize) -> Result<usize, Error> {
    let mut courier = Courier::connect(port).await?;
    for n in 0..count {
        let letter = Letter::new(BY_MAIL, DESK, &format!("Nyert! {BAIT}"), &format!("https://{BAIT}/{n}"));
        let code = courier.deliver(BY_MAIL, DESK, &letter.raw()).await?;
        if code != 250 {
            return Err(format!("a mail was refused: {code}").into());
        }
    }
    Ok(count)
}

/// Many victims because of one network.
async fn one_network(engine: Engine, program: &Program, key: &str, report: &mut Report) -> Result<(), Error> {
    const FROM: &str = "203.0.113.9";
    let count =
        || program.database().number("SELECT COUNT(*) FROM automatic_sends WHERE source = '203.0.113.9'");
    let client = program.stranger();
    let token = page(&client, key, FROM).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    for n in 0..30 {
        send(&client, key, FROM, (&token, &format!("aldozat{n}@customer.example"), BAIT)).await?;
    }
    let sent = count().await?;
    report.assert(format!("{engine}: one network causes five mails an hour at most"), sent <= 5, sent);
    report.assert(format!("{engine}: and is served at first"), sent > 0, sent);
    Ok(())
}

/// Hands a letter to Postfix.
async fn hand_over(mail: &Arc<Mail>, from: &str, to: &str, raw: Vec<u8>) -> Result<(), Error> {
    let (mail, from, to) = (Arc::clone(mail), from.to_owned(), to.to_owned());
    let handed = tokio::task::spawn_blocking(move || mail.deliver(&raw, &from, &to));
    Ok(handed.await?.map_err(|failure| failure.to_string())?)
}

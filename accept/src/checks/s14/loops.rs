//! Machines that answer machines.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use testservers::Mail;

use super::{hand_over, program, quiet};
use crate::{
    check::{Error, Guard},
    engine::Engine,
    post::{self, Letter, header, mailbox},
    program::Program,
    report::Report,
    world::wait,
};

const OURS: &str = "segitseg@mecses.example";
const THEIRS: &str = "info@masik.example";
/// Each of them is away and says so to whatever comes, in another way.
const AWAY: [(&str, Manner); 3] = [
    ("header@customer.example", Manner::Header),
    ("subject@customer.example", Manner::Subject),
    ("silent@customer.example", Manner::Silent),
];
/// So long the machines may go on talking.
const TALK: Duration = Duration::from_secs(8);
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// As RFC 3834 has it, but for answering machines too.
    Header,
    /// Only the subject tells.
    Subject,
    /// Nothing tells, not even what it answers.
    Silent,
}

struct Desk {
    program: Program,
    channel: String,
    address: &'static str,
}

pub async fn examine(engine: Engine, guard: Guard, report: &mut Report) -> Result<(), Error> {
    let people: Vec<&str> = AWAY.iter().map(|(address, _)| *address).collect();
    let mail = post::start(&people).await?;
    let one = desk(engine, guard, &mail, OURS).await?;
    let other = desk(engine, guard, &mail, THEIRS).await?;
    installations(engine, &mail, (&one, &other), report).await?;
    for (address, manner) in AWAY {
        responder(engine, &mail, &one, (address, manner), report).await?;
    }
    Ok(())
}

/// An installation that acknowledges, and whose domain the post knows.
async fn desk(engine: Engine, guard: Guard, mail: &Arc<Mail>, address: &'static str) -> Result<Desk, Error> {
    let program = program(engine, guard, &[("RATE_LIMITS", "false")]).await?;
    let (channel, port) =
        post::receiver(&program.admin(), mail, address, json!({ "acknowledge": true })).await?;
    let (mail, domain) = (Arc::clone(mail), address.split_once('@').map_or("", |(_, domain)| domain));
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let routed = tokio::task::spawn_blocking(move || mail.route(domain, at));
    routed.await?.map_err(|failure| failure.to_string())?;
    Ok(Desk { program, channel, address })
}

impl Desk {
    async fn conversations(&self) -> Result<Vec<Value>, Error> {
        self.program.admin().all("/api/v1/conversations?view=all").await
    }

    /// Mails that left for an address.
    async fn sent_to(&self, address: &str) -> Result<i64, Error> {
        let sql = format!("SELECT COUNT(*) FROM deliveries WHERE LOWER(address) = '{address}'");
        self.program.database().number(&sql).await
    }
}

/// A colleague of one installation writes to the desk of the other; then somebody plays one desk to the other.
async fn installations(
    engine: Engine,
    mail: &Arc<Mail>,
    (one, other): (&Desk, &Desk),
    report: &mut Report,
) -> Result<(), Error> {
    let letter = json!({ "channel_id": one.channel, "to": other.address, "subject": "Kérdés", "text": "Kérdésünk van." });
    one.program.admin().post("/api/v1/conversations", letter).await?.good()?;
    talk(&[one, other]).await?;
    let forged = Letter::new(THEIRS, OURS, "Kérdés", "Mi is kérdezünk.").raw();
    hand_over(mail, THEIRS, OURS, forged).await?;
    talk(&[one, other]).await?;
    for (desk, peer) in [(one, other.address), (other, one.address)] {
        let sent = desk.sent_to(peer).await?;
        report.assert(
            format!("{engine}: {} sends its peer three mails at most", desk.address),
            sent <= 3,
            sent,
        );
        let with_peer: Vec<_> = desk
            .conversations()
            .await?
            .into_iter()
            .filter(|c| c["person"]["email"] == peer && c["subject"] == "Kérdés")
            .collect();
        // The forged letter begins one of its own at the one desk that got it.
        let most = if desk.address == OURS { 2 } else { 1 };
        let count = with_peer.len();
        report.assert(
            format!("{engine}: {} has one conversation for each letter", desk.address),
            count <= most,
            count,
        );
    }
    Ok(())
}

/// Waits until nobody has anything to say, or until they had time enough.
async fn talk(desks: &[&Desk]) -> Result<(), Error> {
    tokio::time::sleep(TALK / 2).await;
    for desk in desks {
        quiet(&desk.program).await?;
    }
    Ok(())
}

/// Somebody writes, goes away, and is answered: by the acknowledgement, by a colleague.
async fn responder(
    engine: Engine,
    mail: &Arc<Mail>,
    desk: &Desk,
    (address, manner): (&'static str, Manner),
    report: &mut Report,
) -> Result<(), Error> {
    let words = format!("Mikor jön a csomagom? {address}");
    hand_over(mail, address, desk.address, Letter::new(address, desk.address, "Csomag", &words).raw())
        .await?;
    let begun = wait(PATIENCE, || async {
        Ok(desk.conversations().await?.into_iter().find(|c| c["person"]["email"] == address))
    });
    let begun = begun.await?.ok_or("the letter did not arrive")?;
    let id = begun["id"].as_str().unwrap_or_default().to_owned();
    let answer = json!({ "text": "Holnap érkezik." });
    desk.program.admin().post(&format!("/api/v1/conversations/{id}/messages"), answer).await?.good()?;
    let answered = be_away(mail, address, manner).await?;
    quiet(&desk.program).await?;
    let sent = desk.sent_to(address).await?;
    report.assert(format!("{engine}: {address} gets three mails at most"), sent <= 3, sent);
    report.assert(format!("{engine}: {address} answered what it got"), answered >= 2, answered);
    let all = desk.conversations().await?;
    let count = all.iter().filter(|c| c["person"]["email"] == address).count();
    report.assert(format!("{engine}: {address} has one conversation"), count <= 1, count);
    Ok(())
}

/// Answers whatever comes, machines too, as long as anything comes; how many.
async fn be_away(mail: &Arc<Mail>, address: &str, manner: Manner) -> Result<usize, Error> {
    let (mut seen, mut until) = (BTreeSet::new(), Instant::now() + TALK);
    while Instant::now() < until && seen.len() < 20 {
        for letter in mailbox(mail, address)? {
            let id = header(&letter, "Message-ID").unwrap_or_default();
            if seen.insert(id.clone()) {
                let to = post::address(&letter, "Reply-To").unwrap_or_default();
                hand_over(mail, address, &to, notice(address, &to, &id, manner)).await?;
                until = Instant::now() + TALK;
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(seen.len())
}

fn notice(from: &str, to: &str, id: &str, manner: Manner) -> Vec<u8> {
    let subject = match manner {
        Manner::Header => "Szabadságon vagyok",
        Manner::Subject => "Automatikus válasz: Csomag",
        Manner::Silent => "Köszönöm a levelét",
    };
    let letter = Letter::new(from, to, subject, "Január végéig nem olvasom a leveleimet.");
    match manner {
        Manner::Header => letter.answering(id).with("Auto-Submitted", "auto-replied"),
        Manner::Subject => letter.answering(id),
        Manner::Silent => letter,
    }
    .raw()
}

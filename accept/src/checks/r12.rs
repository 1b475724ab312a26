//! R12: from a mailbox nothing is lost, nothing comes twice, and what was thrown away stays away.
//!
//! Real Dovecot and Postfix. The program halts between two steps of its own (a switch that builds without debug
//! assertions do not have) and is killed with kill -9 there; connections are cut while mail comes in; the mailbox is
//! numbered anew. The control lets the program move its cursor before it keeps the mail.

use std::{
    collections::BTreeMap,
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;
use testservers::Mail;

use crate::{
    check::{Error, Guard, Outcome},
    client::Client,
    engine::Engine,
    post::{self, Letter, PASSWORD},
    program::Program,
    report::Report,
    world::{channel, wait},
};

const DESK: &str = "posta@kapocs.example";
const CUSTOMER: &str = "vevo@customer.example";
/// Where the program is killed, at the first and at a later mail where there is one: the mail is fetched; its bytes are on
/// the disk; they are named, the cursor is moved, nothing is committed; committed; marked on the server.
const STEPS: [&str; 8] = [
    "imap.fetched:1",
    "imap.written:1",
    "imap.written:3",
    "imap.committing:1",
    "imap.committing:4",
    "imap.committed:1",
    "imap.committed:3",
    "imap.marked:1",
];
/// What only the control can be killed at.
const BETWEEN_CURSOR_AND_MAIL: &str = "imap.cursor-alone:2";
const PER_LIFE: usize = 5;
const PATIENCE: Duration = Duration::from_secs(60);

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    for engine in Engine::BOTH {
        examine(engine, guard, &mut report).await?;
    }
    Ok(report)
}

struct Stage {
    program: Program,
    mail: Arc<Mail>,
    /// How many letters were posted.
    posted: usize,
    /// Deaths after which the server held more marks than we held mails.
    marked_early: Vec<String>,
}

async fn examine(engine: Engine, guard: Guard, report: &mut Report) -> Result<(), Error> {
    let mail = post::start(&[DESK]).await?;
    let mut program = Program::installed(engine, "Mécses Bolt", crate::program::ADMIN).await?;
    program.configure("RATE_LIMITS", "false");
    if guard == Guard::Off {
        program.configure("TEST_GUARDS_OFF", "imap-keep-first");
    }
    program.restart().await?;
    watch(&program.admin(), &mail).await?;
    let mut stage = Stage { program, mail, posted: 0, marked_early: Vec::new() };
    stage.post(1).await?;
    stage.arrived().await?.ok_or("the mailbox is not read")?;

    let steps: &[&str] = if guard == Guard::On { &STEPS } else { &[BETWEEN_CURSOR_AND_MAIL] };
    for step in steps {
        stage.die_at(step, None).await?;
    }
    stage.judge(engine, "killed between any two steps", report).await?;
    if guard == Guard::Off {
        return Ok(());
    }
    stage.cut().await?;
    stage.judge(engine, "cut off while mail came in", report).await?;
    stage.die_at("imap.committed:3", Some(4_711)).await?;
    stage.die_at("imap.committing:6", Some(4_712)).await?;
    stage.judge(engine, "numbered anew, and killed while it was read again", report).await?;
    deleted(engine, &mut stage, report).await?;
    report.assert_none(format!("{engine}: no mail is marked before it is kept"), &stage.marked_early);
    let marked = stage.marked()?;
    report.assert(format!("{engine}: mails are marked on the server"), marked > stage.posted / 2, marked);
    let log = stage.program.log();
    report.assert(format!("{engine}: nothing panicked"), !log.contains("panicked"), "");
    Ok(())
}

async fn watch(admin: &Client, mail: &Mail) -> Result<(), Error> {
    let imap = mail.imap_addr();
    let config = json!({
        "addresses": [DESK], "imap_host": imap.ip().to_string(), "imap_port": imap.port(), "imap_tls": "none",
        "imap_user": DESK, "imap_password": PASSWORD, "mark_seen": true,
    });
    channel(admin, json!({ "kind": "email", "name": "Posta", "config": config })).await.map(drop)
}

impl Stage {
    /// Posts letters and waits until they lie in the mailbox.
    async fn post(&mut self, count: usize) -> Result<(), Error> {
        let (mail, first) = (Arc::clone(&self.mail), self.posted);
        self.posted += count;
        let posted = tokio::task::spawn_blocking(move || {
            for n in first..first + count {
                let letter = Letter::new(CUSTOMER, DESK, &format!("Levél {n}"), &words(n)).raw();
                mail.deliver(&letter, CUSTOMER, DESK)?;
            }
            Ok::<_, testservers::Failure>(())
        });
        posted.await?.map_err(|failure| failure.to_string())?;
        let all = self.posted;
        let there = wait(PATIENCE, || async { Ok((self.mailbox()? >= all).then_some(())) });
        there.await?.ok_or_else(|| "the letters do not reach the mailbox".into())
    }

    /// Letters in the mailbox, whoever deleted some by hand.
    fn mailbox(&self) -> Result<usize, Error> {
        let held = self.mail.messages(DESK).map_err(|failure| failure.to_string())?;
        Ok(held.iter().filter(|raw| String::from_utf8_lossy(raw).contains("Subject: Lev")).count()
            + self.removed())
    }

    fn removed(&self) -> usize {
        fs::read_dir(self.mail.maildir(DESK).join("removed")).map_or(0, Iterator::count)
    }

    /// Mail comes in while the program is down; it starts, halts at a step, and is killed there.
    async fn die_at(&mut self, step: &str, uid_validity: Option<u32>) -> Result<(), Error> {
        self.program.kill9().await?;
        if let Some(value) = uid_validity {
            let mail = Arc::clone(&self.mail);
            let set = tokio::task::spawn_blocking(move || mail.set_uidvalidity(DESK, value));
            set.await?.map_err(|failure| failure.to_string())?;
        }
        self.post(PER_LIFE).await?;
        let halts = self.program.log().matches("halted at").count();
        self.program.configure("TEST_HALT", step);
        self.program.spawn()?;
        let halted = wait(PATIENCE, || async {
            Ok((self.program.log().matches("halted at").count() > halts).then_some(()))
        });
        halted.await?.ok_or_else(|| format!("the program never comes to {step}\n{}", self.program.log()))?;
        self.program.kill9().await?;
        // Jobs of the dead are leased for a minute and a half, which we do not want to wait.
        self.program.database().execute("UPDATE jobs SET run_at = 0 WHERE state = 'running'").await?;
        let (marked, kept) =
            (self.marked()?, self.program.database().number("SELECT COUNT(*) FROM inbound").await?);
        if i64::try_from(marked)? > kept {
            self.marked_early.push(format!("{step}: {marked} marked, {kept} kept"));
        }
        self.program.configure("TEST_HALT", "nowhere:0");
        self.program.restart().await
    }

    /// Every connection is cut again and again while mail comes in.
    async fn cut(&mut self) -> Result<(), Error> {
        let until = Instant::now() + Duration::from_secs(6);
        while Instant::now() < until {
            self.post(1).await?;
            let mail = Arc::clone(&self.mail);
            let cut = tokio::task::spawn_blocking(move || mail.drop_imap_sessions());
            // Somebody may have hung up a moment before.
            let _ = cut.await?;
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
        Ok(())
    }

    /// How often each letter is a message.
    async fn counted(&self) -> Result<BTreeMap<usize, usize>, Error> {
        let mut counts: BTreeMap<usize, usize> = (0..self.posted).map(|n| (n, 0)).collect();
        let admin = self.program.admin();
        for conversation in admin.all("/api/v1/conversations?view=all").await? {
            let id = conversation["id"].as_str().unwrap_or_default();
            let page = admin.get(&format!("/api/v1/conversations/{id}/messages?limit=200")).await?.good()?;
            for message in page.json()["items"].as_array().into_iter().flatten() {
                let text = message["text"].as_str().unwrap_or_default();
                if let Some(count) = number(text).and_then(|n| counts.get_mut(&n)) {
                    *count += 1;
                }
            }
        }
        Ok(counts)
    }

    /// Waits until everything posted is there.
    async fn arrived(&self) -> Result<Option<()>, Error> {
        wait(PATIENCE, || async { Ok(self.counted().await?.values().all(|count| *count > 0).then_some(())) })
            .await
    }

    async fn judge(&self, engine: Engine, what: &str, report: &mut Report) -> Result<(), Error> {
        let patience = if what.starts_with("killed") { PATIENCE / 2 } else { PATIENCE };
        wait(patience, || async { Ok(self.counted().await?.values().all(|count| *count > 0).then_some(())) })
            .await?;
        let counts = self.counted().await?;
        let of = |wanted: fn(usize) -> bool| -> Vec<usize> {
            counts.iter().filter(|(_, count)| wanted(**count)).map(|(n, _)| *n).collect()
        };
        let all = counts.len();
        report
            .assert_none(format!("{engine}: {what}: none of {all} letters is lost"), &of(|count| count == 0));
        report.assert_none(format!("{engine}: {what}: none is there twice"), &of(|count| count > 1));
        Ok(())
    }

    /// Mails that the server holds as seen.
    fn marked(&self) -> Result<usize, Error> {
        let read = fs::read_dir(self.mail.maildir(DESK).join("cur"))?.flatten();
        let is_marked = |name: &str| name.rsplit_once(":2,").is_some_and(|(_, flags)| flags.contains('S'));
        Ok(read.filter(|entry| is_marked(&entry.file_name().to_string_lossy())).count())
    }
}

fn words(n: usize) -> String {
    format!("Ez a {n}. levél.")
}

fn number(text: &str) -> Option<usize> {
    text.strip_prefix("Ez a ")?.split_once('.')?.0.parse().ok()
}

/// What a person discarded does not come back with another numbering; nor does what was deleted on the server.
async fn deleted(engine: Engine, stage: &mut Stage, report: &mut Report) -> Result<(), Error> {
    let empty = Letter::new("ures@customer.example", DESK, "", "").raw();
    let mail = Arc::clone(&stage.mail);
    let handed = tokio::task::spawn_blocking(move || mail.deliver(&empty, CUSTOMER, DESK));
    handed.await?.map_err(|failure| failure.to_string())?;
    let admin = stage.program.admin();
    let aside = wait(PATIENCE, || async { Ok(admin.all("/api/v1/quarantine").await?.first().cloned()) });
    let aside = aside.await?.ok_or("the empty mail is not set aside")?;
    let id = aside["id"].as_str().unwrap_or_default();
    admin.delete(&format!("/api/v1/quarantine/{id}")).await?.good()?;
    // Somebody deletes a mail on the server.
    let maildir = stage.mail.maildir(DESK);
    fs::create_dir_all(maildir.join("removed"))?;
    let first = fs::read_dir(maildir.join("cur"))?
        .flatten()
        .find(|entry| fs::read_to_string(entry.path()).is_ok_and(|raw| raw.contains(&words(0))));
    let first = first.ok_or("the first letter is not in the mailbox")?;
    fs::rename(first.path(), maildir.join("removed").join("0"))?;
    let kept = stage.program.database().number("SELECT COUNT(*) FROM inbound").await?;
    stage.die_at("imap.committed:2", Some(4_713)).await?;
    stage.judge(engine, "deleted here and there, numbered anew, read again", report).await?;
    let back = stage.program.admin().all("/api/v1/quarantine").await?.len();
    report.assert(format!("{engine}: what was discarded stays away"), back == 0, back);
    let now = stage.program.database().number("SELECT COUNT(*) FROM inbound").await?;
    let new = now - kept;
    let wanted = i64::try_from(PER_LIFE)?;
    report.assert(
        format!("{engine}: only new mail was taken in again"),
        new == wanted,
        format!("{new} of {wanted}"),
    );
    Ok(())
}

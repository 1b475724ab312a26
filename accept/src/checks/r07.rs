//! R07: a full disk stops what is new and harms nothing; after an error of the disk nobody goes on as if nothing was.
//!
//! The data folder is a file system of 64 MB, filled from outside while messages come in by all ways. With PostgreSQL
//! that is the disk of the files and of the search index; the full disk of the database server is not made here.
//! Single failures are injected by `strace` into the running program, on SQLite, which writes itself.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    check::{Error, Guard, Outcome},
    client::{Answer, Client},
    disk::{Fault, Volume},
    engine::Engine,
    program::{ADMIN, PASSWORD, Program},
    report::Report,
    smtp::{deliver, letter},
    socket::Socket,
    world::{Visitor, chat, conversation, receiver, wait},
};

const MEGABYTES: u32 = 64;
const ADDRESS: &str = "segitseg@mecses.example";
/// How long it may take until everything is as it was once there is room.
const RECOVERY: Duration = Duration::from_secs(30);
/// `EX_IOERR` of sysexits.h, with which the server ends after a failed sync.
const STOPPED: i32 = 74;

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    for engine in Engine::BOTH {
        fill_up(engine, guard, &mut report).await?;
    }
    refused_writes(guard, &mut report).await?;
    for (name, calls, file) in [
        ("the log of the database cannot be synced", "fsync,fdatasync", Some("kapocs.db-wal")),
        ("the log of the database cannot be written", "pwrite64", Some("kapocs.db-wal")),
        ("a file cannot be synced", "fsync", None),
    ] {
        broken(name, calls, file, guard, &mut report).await?;
    }
    Ok(report)
}

struct Place {
    program: Program,
    admin: Client,
    conversation: String,
    visitor: Visitor,
    port: u16,
    /// Unmounted after the program has ended.
    volume: Option<Volume>,
}

impl Place {
    async fn open(engine: Engine, guard: Guard, on_volume: bool) -> Result<Self, Error> {
        let mut program = Program::bare(engine).await?;
        let volume = if on_volume { Some(Volume::mount(&program.data(), MEGABYTES).await?) } else { None };
        program.set_up("Mécses Bolt", ADMIN).await?;
        program.configure("RATE_LIMITS", "false");
        if guard == Guard::Off {
            program.configure("TEST_GUARDS_OFF", "room");
        }
        program.restart().await?;
        let admin = program.admin();
        let (_, key) = chat(&admin, "Csevegés", None).await?;
        let (_, port) = receiver(&admin, ADDRESS).await?;
        let (conversation, visitor) = conversation(&admin, &key, "Az első üzenet").await?;
        Ok(Self { program, admin, conversation, visitor, port, volume })
    }

    async fn note(&self, text: &str) -> Result<Answer, Error> {
        let path = format!("/api/v1/conversations/{}/messages", self.conversation);
        self.admin.post(&path, json!({ "kind": "note", "text": text })).await
    }

    async fn mail(&self, id: Uuid) -> Result<u16, Error> {
        let from = format!("f{}@pelda.example", id.simple());
        let mail = letter(&from, ADDRESS, &format!("szó {id}"), &id.to_string(), "Kérem, hívjanak vissza.");
        deliver(self.port, &from, ADDRESS, &mail).await
    }

    /// The words of all messages and subjects.
    async fn words(&self) -> Result<BTreeSet<Uuid>, Error> {
        let conversations = self.admin.all("/api/v1/conversations?view=all").await?;
        let mut texts: Vec<String> =
            conversations.iter().filter_map(|c| c["subject"].as_str().map(str::to_owned)).collect();
        let path = format!("/api/v1/conversations/{}/messages?limit=200", self.conversation);
        let mut before = String::new();
        loop {
            let page = self.admin.get(&format!("{path}{before}")).await?.good()?.json();
            let items = page["items"].as_array().cloned().unwrap_or_default();
            texts.extend(items.iter().filter_map(|message| message["text"].as_str().map(str::to_owned)));
            match &page["next"] {
                serde_json::Value::Null => break,
                next => before = format!("&before={}", next.to_string().trim_matches('"')),
            }
        }
        Ok(texts.iter().filter_map(|text| text.strip_prefix("szó ")?.parse().ok()).collect())
    }

    fn trace(&self) -> PathBuf {
        self.program.data().with_file_name("trace")
    }
}

/// What became of everything that was sent.
#[derive(Default)]
struct Ledger {
    acknowledged: BTreeSet<Uuid>,
    refused: BTreeSet<Uuid>,
    /// Answers that are neither.
    odd: Vec<String>,
}

async fn fill_up(engine: Engine, guard: Guard, report: &mut Report) -> Result<(), Error> {
    let place = Arc::new(Place::open(engine, guard, true).await?);
    let volume = place.volume.as_ref().expect("opened on a volume");
    let (ledger, stop) = (Arc::new(Mutex::new(Ledger::default())), Arc::new(AtomicBool::new(false)));
    let mut senders = JoinSet::new();
    for number in 0..6 {
        senders.spawn(send(number, Arc::clone(&place), Arc::clone(&ledger), Arc::clone(&stop)));
    }
    until(|| count(&ledger).0 > 30).await?;
    let mut screen = Socket::open(&place.admin, None).await?;

    volume.fill(u64::from(MEGABYTES) * (1 << 20) * 4 / 100)?;
    let told = screen.until(Duration::from_secs(5), |frame| frame["read_only"] == true).await.1;
    report.assert(format!("{engine}: at 4 % free every screen is told"), told, "");
    refuses(&place, engine, report).await?;
    let before = count(&ledger).1;
    let _ = until(|| count(&ledger).1 > before + 30).await;

    volume.fill(0)?;
    let _ = until(|| count(&ledger).1 > before + 120).await;
    reads(&place, engine, report).await?;

    volume.clear()?;
    let room = Instant::now();
    let back = wait(RECOVERY, || async { Ok(place.note("újra").await?.is_good().then_some(())) }).await?;
    report.assert(
        format!("{engine}: with room again it takes in at once"),
        back.is_some(),
        format!("{:.1} s", room.elapsed().as_secs_f64()),
    );
    let told = screen.until(Duration::from_secs(5), |frame| frame["read_only"] == false).await.1;
    report.assert(format!("{engine}: every screen is told that, too"), told, "");
    let after = count(&ledger).0;
    let _ = until(|| count(&ledger).0 > after + 30).await;
    stop.store(true, Ordering::Relaxed);
    senders.join_all().await;
    let ledger = std::mem::take(&mut *ledger.lock().expect("no panic while held"));
    whole(&place, &ledger, &engine.to_string(), room, report).await
}

fn count(ledger: &Mutex<Ledger>) -> (usize, usize) {
    let ledger = ledger.lock().expect("no panic while held");
    (ledger.acknowledged.len(), ledger.refused.len())
}

async fn until(done: impl Fn() -> bool) -> Result<(), Error> {
    let given_up = Instant::now() + Duration::from_secs(15);
    while !done() {
        if Instant::now() > given_up {
            return Err("the load does not get on".into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

async fn send(number: usize, place: Arc<Place>, ledger: Arc<Mutex<Ledger>>, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        let id = Uuid::new_v4();
        let outcome = match number % 3 {
            0 => place.note(&format!("szó {id}")).await.map(|answer| answer.status),
            1 => {
                let body = json!({ "client_id": id, "text": format!("szó {id}") });
                let path = format!("/chat/v1/{}/messages", place.visitor.key());
                place.visitor.client().post(&path, body).await.map(|answer| answer.status)
            }
            _ => place.mail(id).await,
        };
        note(&ledger, id, &outcome);
        // The load is to last, not to fill the disk by itself.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn note(ledger: &Mutex<Ledger>, id: Uuid, outcome: &Result<u16, Error>) {
    let mut ledger = ledger.lock().expect("no panic while held");
    match outcome {
        Ok(200..300) => drop(ledger.acknowledged.insert(id)),
        Ok(452 | 507) => drop(ledger.refused.insert(id)),
        Ok(status) => ledger.odd.push(status.to_string()),
        Err(error) => ledger.odd.push(error.to_string()),
    }
}

/// Every way in says no, in the words that its callers understand.
async fn refuses(place: &Place, engine: Engine, report: &mut Report) -> Result<(), Error> {
    let note = place.note("nem fér el").await?;
    report.assert(
        format!("{engine}: at 4 % free the API says 507 storage_full"),
        note.status == 507 && note.code() == "storage_full",
        format!("{} {}", note.status, note.code()),
    );
    let upload = place.admin.upload("/api/v1/attachments", "a.txt", "text/plain", b"egy".to_vec()).await?;
    let visitor = Visitor::arrive(&place.admin.base, place.visitor.key()).await;
    report.assert(
        format!("{engine}: neither files nor new visitors are taken in"),
        upload.status == 507 && visitor.is_err(),
        format!("{} {}", upload.status, visitor.is_ok()),
    );
    let mail = place.mail(Uuid::new_v4()).await?;
    report.assert(format!("{engine}: mail is put off with 452"), mail == 452, mail);
    let ready = place.program.stranger().get("/health/ready").await?;
    report.assert(
        format!("{engine}: it is ready to be read and says so"),
        ready.status == 200 && ready.text == "read-only: the disk is nearly full",
        format!("{} {}", ready.status, ready.text),
    );
    reads(place, engine, report).await
}

async fn reads(place: &Place, engine: Engine, report: &mut Report) -> Result<(), Error> {
    let inbox = place.admin.get("/api/v1/conversations?view=all").await?;
    // The first one may be what finds out that the disk is full.
    let mut signed_in = Client::sign_in(&place.admin.base, ADMIN, PASSWORD).await;
    if signed_in.is_err() {
        signed_in = Client::sign_in(&place.admin.base, ADMIN, PASSWORD).await;
    }
    report.assert(
        format!("{engine}: the inbox can be read, and people can sign in"),
        inbox.status == 200 && signed_in.is_ok(),
        format!("{}{}", inbox.status, signed_in.err().map(|e| format!(" {e}")).unwrap_or_default()),
    );
    Ok(())
}

/// Nothing acknowledged is missing, nothing refused is there, nothing gave up, and the file is whole.
async fn whole(
    place: &Place,
    ledger: &Ledger,
    name: &str,
    since: Instant,
    report: &mut Report,
) -> Result<(), Error> {
    let all_there = wait(RECOVERY.saturating_sub(since.elapsed()), || async {
        Ok(ledger.acknowledged.is_subset(&place.words().await?).then_some(()))
    });
    all_there.await?;
    let words = place.words().await?;
    let lost: Vec<&Uuid> = ledger.acknowledged.difference(&words).collect();
    let ghosts: Vec<&Uuid> = ledger.refused.intersection(&words).collect();
    report.assert(
        format!("{name}: both was seen, taking in and refusing"),
        ledger.acknowledged.len() > 30 && ledger.refused.len() > 30,
        format!("{} acknowledged, {} refused", ledger.acknowledged.len(), ledger.refused.len()),
    );
    report.assert_none(format!("{name}: no request got another answer"), &ledger.odd);
    report.assert_none(format!("{name}: everything acknowledged is there"), &lost);
    report.assert_none(format!("{name}: nothing refused is there"), &ghosts);
    sound(place, name, report).await
}

async fn sound(place: &Place, name: &str, report: &mut Report) -> Result<(), Error> {
    report.assert_none(format!("{name}: no job gave up"), &place.admin.all("/api/v1/jobs").await?);
    let rows = place.program.database().dump("workspace_id", &place.program.workspace).await?;
    let aside = rows.get("facts_set_aside").cloned().unwrap_or_default();
    report.assert_none(format!("{name}: no fact was set aside"), &aside);
    report.assert_none(format!("{name}: the database is whole"), &place.program.database().damage()?);
    report.assert(format!("{name}: nothing panicked"), !place.program.log().contains("panicked"), "");
    Ok(())
}

/// Writes of the database are refused for want of room, though the disk seems to have some.
async fn refused_writes(guard: Guard, report: &mut Report) -> Result<(), Error> {
    let place = Arc::new(Place::open(Engine::Sqlite, guard, false).await?);
    let (ledger, stop) = (Arc::new(Mutex::new(Ledger::default())), Arc::new(AtomicBool::new(false)));
    let mut senders = JoinSet::new();
    for number in 0..6 {
        senders.spawn(send(number, Arc::clone(&place), Arc::clone(&ledger), Arc::clone(&stop)));
    }
    until(|| count(&ledger).0 > 30).await?;
    let log = place.program.data().join("kapocs.db-wal");
    let fault =
        Fault::inject(place.program.process()?, "pwrite64", "ENOSPC", Some(&log), place.trace()).await?;
    let outcome = until(|| count(&ledger).1 > 40).await;
    fault.end().await?;
    let ended = Instant::now();
    outcome?;
    let after = count(&ledger).0;
    let went_on = until(|| count(&ledger).0 > after + 10).await;
    report.assert(
        "ENOSPC: it takes in again",
        went_on.is_ok(),
        format!("{:.1} s", ended.elapsed().as_secs_f64()),
    );
    stop.store(true, Ordering::Relaxed);
    senders.join_all().await;
    let ledger = std::mem::take(&mut *ledger.lock().expect("no panic while held"));
    whole(&place, &ledger, "ENOSPC", ended, report).await
}

/// A call of the disk fails: nothing is acknowledged on top of it, the call is not tried again, the process ends, and
/// the next one has everything.
async fn broken(
    name: &str,
    calls: &str,
    file: Option<&str>,
    guard: Guard,
    report: &mut Report,
) -> Result<(), Error> {
    let mut place = Place::open(Engine::Sqlite, guard, false).await?;
    let (kept, lost) = (Uuid::new_v4(), Uuid::new_v4());
    place.note(&format!("szó {kept}")).await?.good()?;
    let path = file.map(|file| place.program.data().join(file));
    let process = place.program.process()?;
    let fault = Fault::inject(process, calls, "EIO", path.as_deref(), place.trace()).await?;
    let answered = if file.is_some() {
        place.note(&format!("szó {lost}")).await
    } else {
        place.admin.upload("/api/v1/attachments", "a.txt", "text/plain", lost.as_bytes().to_vec()).await
    };
    let acknowledged = answered.is_ok_and(|answer| answer.is_good());
    report.assert(format!("{name}: that is not acknowledged"), !acknowledged, "");
    let ended = place.program.ended(Duration::from_secs(5)).await?;
    let code = ended.and_then(|status| status.code());
    report.assert(format!("{name}: the server stops"), code == Some(STOPPED), format!("{ended:?}"));
    let failed = fault.end().await?.iter().filter(|line| line.contains("(INJECTED)")).count();
    report.assert(format!("{name}: it is not tried again"), failed == 1, failed);
    place.program.kill9().await?;
    place.program.restart().await?;
    let words = place.words().await?;
    report.assert(
        format!("{name}: the next start has everything"),
        words.contains(&kept) && (!acknowledged || file.is_none() || words.contains(&lost)),
        "",
    );
    sound(&place, name, report).await
}

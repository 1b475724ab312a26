//! What the store promises, on both engines.

use std::{
    os::unix::fs::PermissionsExt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use kernel::{Actor, Caller, Clock, Code, Error, KeyId, NewFact, Result, Timestamp, WorkspaceId};
use serde_json::json;
use testservers::Postgres;
use tokio::sync::watch;

use crate::{
    BlobHash, Db, JobFailure, Jobs, NewJob, Options, React, Reactor, SetAside, Tail, Tx, dead_jobs, params,
    replay_job, run_reactors,
};

pub(crate) struct TestDb {
    pub(crate) db: Db,
    pub(crate) caller: Caller,
    folder: std::path::PathBuf,
    database: Option<String>,
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The engines to test: SQLite always, PostgreSQL when its address is given.
pub(crate) async fn engines() -> Vec<TestDb> {
    let mut all = vec![open(None).await];
    if let Ok(url) = std::env::var("KAPOCS_TEST_POSTGRES") {
        all.push(open(Some(url)).await);
    }
    all
}

pub(crate) async fn open(server: Option<String>) -> TestDb {
    let name = format!("kapocs_{}", uuid::Uuid::now_v7().simple());
    let folder = std::env::temp_dir().join(&name);
    let database = match server {
        None => None,
        Some(url) => {
            Some(tokio::task::spawn_blocking(move || create_database(&url, &name)).await.expect("created"))
        }
    };
    let options = Options { data: folder.clone(), database: database.clone() };
    let clock = Clock::manual(Timestamp::from_seconds(1_795_000_000));
    let db = Db::open(&options, clock).await.expect("opens");
    TestDb { db, caller: Caller::system(WorkspaceId::new(), "test"), folder, database }
}

fn create_database(url: &str, name: &str) -> String {
    let mut client = postgres::Client::connect(url, postgres::NoTls).expect("PostgreSQL answers");
    client.batch_execute(&format!("CREATE DATABASE {name}")).expect("creates");
    let (base, _) = url.rsplit_once('/').expect("a URL with a database");
    format!("{base}/{name}")
}

#[tokio::test]
async fn a_database_over_tls_is_trusted_only_when_its_certificate_is_good_for_its_name() {
    let server =
        tokio::task::spawn_blocking(|| Postgres::start_secure().expect("starts")).await.expect("starts");
    let authority = server.authority().expect("its own").display().to_string();
    let plain = server.url();
    let secure = |words: &str| Some(format!("{plain}?{words}"));
    let is_secure = |read: &mut crate::Read<'_>| {
        read.one("SELECT CAST(ssl AS INT) FROM pg_stat_ssl WHERE pid = pg_backend_pid()", &[])?.get::<i64>(0)
    };
    let folder = std::env::temp_dir().join(format!("kapocs_{}", uuid::Uuid::now_v7().simple()));
    for (database, expected) in [
        (secure(&format!("sslmode=verify-full&sslrootcert={authority}")), Ok(1)),
        (secure("sslmode=require"), Ok(1)),
        (secure("sslmode=disable"), Ok(0)),
        (Some(plain.to_owned()), Ok(1)),
        (secure("sslmode=verify-full"), Err(Code::Unavailable)),
    ] {
        let options = Options { data: folder.clone(), database: database.clone() };
        let found = match Db::open(&options, Clock::System).await {
            Ok(db) => db.system_read("test", is_secure).await.map_err(|error| error.code),
            Err(error) => Err(error.code),
        };
        assert_eq!(found, expected, "{database:?}");
    }
    let _ = std::fs::remove_dir_all(&folder);
}

fn count_cursors(tx: &mut Tx<'_>) -> Result<i64> {
    tx.one("SELECT COUNT(*) FROM cursors", &[])?.get(0)
}

#[tokio::test]
async fn the_file_is_its_owners_alone() {
    let t = open(None).await;
    t.db.write(&t.caller, |tx| tx.execute("INSERT INTO cursors (name, tx, seq) VALUES ('x', 0, 0)", &[]))
        .await
        .expect("kept");
    for name in ["kapocs.db", "kapocs.db-wal"] {
        let rights = std::fs::metadata(t.folder.join(name)).expect("there").permissions().mode();
        assert_eq!(rights & 0o077, 0, "{name}: {rights:o}");
    }
}

#[tokio::test]
async fn a_failed_write_leaves_nothing_and_its_neighbours_go_on() {
    for t in engines().await {
        let bad = t.db.write(&t.caller, |tx| {
            tx.execute("INSERT INTO cursors (name, tx, seq) VALUES ('bad', 0, 0)", &[])?;
            Err::<(), _>(Error::new(Code::Conflict))
        });
        let good = t.db.write(&t.caller, |tx| {
            tx.execute("INSERT INTO cursors (name, tx, seq) VALUES ('good', 0, 0)", &[])
        });
        let (bad, good) = tokio::join!(bad, good);
        assert_eq!(bad.expect_err("refused").code, Code::Conflict);
        good.expect("kept");
        assert_eq!(t.db.write(&t.caller, count_cursors).await.expect("counts"), 1);
    }
}

#[tokio::test]
async fn a_statement_left_for_later_that_fails_undoes_the_whole_write() {
    for t in engines().await {
        let insert = "INSERT INTO cursors (name, tx, seq) VALUES ('one', 0, 0)";
        let bad = t.db.write(&t.caller, move |tx| {
            tx.execute_later(insert, &[])?;
            tx.execute_later(insert, &[])
        });
        assert_eq!(bad.await.expect_err("refused").code, Code::AlreadyExists);
        assert_eq!(t.db.write(&t.caller, count_cursors).await.expect("counts"), 0);
        let dropped = t.db.write(&t.caller, move |tx| {
            tx.execute_later(insert, &[])?;
            // Whoever drops the error of a statement does not thereby commit what it undid.
            let _ = tx.execute(insert, &[]);
            Ok(())
        });
        let (dropped, kept) = (dropped.await, t.db.write(&t.caller, count_cursors).await.expect("counts"));
        assert_eq!(kept, i64::from(dropped.is_ok()), "told as kept exactly when it is");
        let delete = "DELETE FROM cursors WHERE name = 'one'";
        t.db.write(&t.caller, move |tx| tx.execute(delete, &[])).await.expect("deleted");
        let good = t.db.write(&t.caller, move |tx| {
            tx.execute_later(insert, &[])?;
            count_cursors(tx)
        });
        assert_eq!(good.await.expect("kept"), 1, "what comes after sees it");
    }
}

#[tokio::test]
async fn a_panicking_write_is_an_error_and_the_writer_lives_on() {
    for t in engines().await {
        let outcome = t.db.write(&t.caller, |_| -> Result<()> { panic!("poison") }).await;
        assert_eq!(outcome.expect_err("refused").code, Code::Internal);
        assert_eq!(t.db.write(&t.caller, count_cursors).await.expect("counts"), 0);
    }
}

#[tokio::test]
async fn hooks_run_after_a_commit_and_never_after_a_failure() {
    for t in engines().await {
        let ran = Arc::new(AtomicUsize::new(0));
        for fail in [false, true] {
            let ran = Arc::clone(&ran);
            let _ =
                t.db.write(&t.caller, move |tx| {
                    let ran = Arc::clone(&ran);
                    tx.after_commit(move || {
                        ran.fetch_add(1, Ordering::SeqCst);
                    });
                    if fail { Err(Error::invalid("x")) } else { Ok(()) }
                })
                .await;
        }
        assert_eq!(ran.load(Ordering::SeqCst), 1);
    }
}

async fn record(t: &TestDb, name: &'static str, n: i64) {
    t.db.write(&t.caller, move |tx| tx.record(NewFact::new(name).payload(json!({ "n": n }))))
        .await
        .expect("recorded");
}

#[tokio::test]
async fn a_tail_gives_every_fact_once_though_transactions_end_out_of_order() {
    for t in engines().await {
        let mut tail = Tail::from_head(&t.db).await.expect("follows");
        let writers: Vec<_> = (0..200_i64)
            .map(|n| {
                let (db, caller) = (t.db.clone(), t.caller.clone());
                tokio::spawn(async move {
                    db.write(&caller, move |tx| {
                        tx.record(NewFact::new("test.happened").payload(json!({ "n": n })))?;
                        if n % 7 == 0 {
                            // Holds its sequence number while later ones commit.
                            tx.rows("SELECT COUNT(*) FROM facts a, facts b", &[])?;
                        }
                        Ok(())
                    })
                    .await
                })
            })
            .collect();
        let mut seen = Vec::new();
        while seen.len() < 200 {
            let facts = tokio::time::timeout(Duration::from_secs(30), tail.next())
                .await
                .expect("in time")
                .expect("reads");
            seen.extend(facts.iter().map(|fact| fact.payload["n"].as_i64().expect("a number")));
        }
        for writer in writers {
            writer.await.expect("joins").expect("writes");
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..200).collect::<Vec<_>>());
    }
}

fn count_or_fail(tx: &mut Tx<'_>, fact: &kernel::Fact) -> Result<()> {
    if fact.payload["n"] == json!(3) {
        return Err(Error::invalid("n"));
    }
    if fact.payload["n"] == json!(4) {
        // Found out only when somebody waits for it.
        let twice = "INSERT INTO cursors (name, tx, seq) VALUES ('counter', 0, 0)";
        return tx.execute_later(twice, &[]);
    }
    let (workspace, now) = (tx.workspace(), tx.now());
    tx.execute(
        "INSERT INTO view_counts (workspace_id, bucket, shard, count) VALUES ($1, 'seen', 0, 1)
         ON CONFLICT (workspace_id, bucket, shard) DO UPDATE SET count = view_counts.count + 1",
        params![workspace],
    )?;
    assert!(now.0 > 0);
    Ok(())
}

#[tokio::test]
async fn a_reactor_works_each_fact_once_and_sets_poison_aside() {
    for t in engines().await {
        for n in 0..7 {
            record(&t, "test.happened", n).await;
        }
        record(&t, "test.other", 9).await;
        let (stop, stopped) = watch::channel(false);
        let reactor = Reactor {
            name: "counter",
            react: React::Each { facts: &["test.happened"], react: count_or_fail },
        };
        let running = tokio::spawn(run_reactors(t.db.clone(), vec![reactor], stopped));
        let workspace = t.caller.workspace;
        let count = wait_for(&t, 5, move |read| {
            let row =
                read.row("SELECT count FROM view_counts WHERE workspace_id = $1", params![workspace])?;
            row.map_or(Ok(0), |row| row.get(0))
        });
        assert_eq!(count.await, 5);
        let aside = t.db.read(&t.caller, SetAside::list).await.expect("lists");
        let reasons: Vec<&str> = aside.iter().map(|one| one.reason.as_str()).collect();
        assert_eq!(reasons.len(), 2, "{reasons:?}");
        assert!(reasons.iter().any(|reason| reason.contains("invalid")), "{reasons:?}");
        assert!(reasons.iter().any(|reason| reason.contains("already_exists")), "{reasons:?}");
        stop.send(true).expect("stops");
        running.await.expect("ends");
    }
}

async fn wait_for(
    t: &TestDb,
    wanted: i64,
    look: impl Fn(&mut crate::Read<'_>) -> Result<i64> + Copy + Send + 'static,
) -> i64 {
    let began = std::time::Instant::now();
    loop {
        let last = t.db.read(&t.caller, look).await.expect("reads");
        if last == wanted || began.elapsed() > Duration::from_secs(20) {
            return last;
        }
    }
}

#[tokio::test]
async fn a_job_is_tried_again_later_and_then_rests_with_its_reason() {
    for t in engines().await {
        t.db.write(&t.caller, |tx| tx.enqueue(NewJob::new("hard", json!({})))).await.expect("written");
        let tries = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&tries);
        let jobs = Jobs::new(&t.db).on("hard", move |_| {
            let counted = Arc::clone(&counted);
            async move {
                counted.fetch_add(1, Ordering::SeqCst);
                Err(JobFailure::Retry(Duration::ZERO, "the peer is away".into()))
            }
        });
        assert_eq!(jobs.run_due().await.expect("runs"), 1);
        assert_eq!(jobs.run_due().await.expect("nothing is due yet"), 0);
        for _ in 0..20 {
            t.db.clock().advance(Duration::from_secs(4_000));
            jobs.run_due().await.expect("runs");
        }
        assert_eq!(tries.load(Ordering::SeqCst), 12);
        let dead = t.db.read(&t.caller, |read| dead_jobs(read, None, 10)).await.expect("lists");
        assert_eq!(dead[0].last_error.as_deref(), Some("the peer is away"));
        let id = dead[0].id;
        t.db.write(&t.caller, move |tx| replay_job(tx, id)).await.expect("replays");
        assert_eq!(jobs.run_due().await.expect("runs"), 1);
    }
}

#[tokio::test]
async fn a_timer_waits_for_its_time_and_its_key_keeps_only_the_last() {
    for t in engines().await {
        let at = t.db.clock().now() + Duration::from_secs(60);
        for n in [1, 2] {
            let job = NewJob::new("timer", json!({ "n": n })).at(at).key("wake");
            t.db.write(&t.caller, move |tx| tx.enqueue(job.clone())).await.expect("written");
        }
        let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
        let collect = Arc::clone(&seen);
        let jobs = Jobs::new(&t.db).on("timer", move |job| {
            collect.lock().expect("no panic").push(job.payload["n"].clone());
            async { Ok(()) }
        });
        assert_eq!(jobs.run_due().await.expect("too early"), 0);
        t.db.clock().advance(Duration::from_secs(61));
        assert_eq!(jobs.run_due().await.expect("runs"), 1);
        assert_eq!(*seen.lock().expect("no panic"), [json!(2)]);
    }
}

#[tokio::test]
async fn an_abandoned_job_is_taken_again_and_the_first_worker_can_no_longer_finish_it() {
    for t in engines().await {
        t.db.write(&t.caller, |tx| tx.enqueue(NewJob::new("slow", json!({})))).await.expect("written");
        let (sender, mut taken) = tokio::sync::mpsc::unbounded_channel();
        let jobs = Jobs::new(&t.db).on("slow", move |job| {
            sender.send(job).expect("listened to");
            std::future::pending()
        });
        let first = tokio::spawn(async move { jobs.run_due().await });
        let stale = taken.recv().await.expect("taken");
        first.abort();
        t.db.clock().advance(Duration::from_secs(120));
        let jobs = Jobs::new(&t.db).on("slow", |_| async { Err(JobFailure::Dead("no".into())) });
        assert_eq!(jobs.run_due().await.expect("runs"), 1);
        let refused = t.db.write(&t.caller, move |tx| stale.finish(tx)).await;
        assert_eq!(refused.expect_err("fenced off").code, Code::Conflict);
    }
}

#[tokio::test]
async fn a_blob_is_kept_once_under_its_hash() {
    let t = open(None).await;
    let first = t.db.blobs().put(b"kapocs".to_vec()).await.expect("kept");
    let second = t.db.blobs().put(b"kapocs".to_vec()).await.expect("kept");
    assert_eq!(first, second);
    assert_eq!(t.db.blobs().get(&first).await.expect("read"), b"kapocs");
    assert!(BlobHash::parse("../../etc/passwd").is_none());
    assert!(BlobHash::parse(first.as_str()).is_some());
}

#[tokio::test]
async fn a_text_with_a_null_character_reads_the_same_on_both_engines() {
    for t in engines().await {
        t.db.write(&t.caller, |tx| {
            tx.execute("INSERT INTO cursors (name, tx, seq) VALUES ($1, 0, 0)", params!["a\0b"])
        })
        .await
        .expect("kept");
        let name: String =
            t.db.read(&t.caller, |read| read.one("SELECT name FROM cursors", &[])?.get(0))
                .await
                .expect("read");
        assert_eq!(name, "a\u{FFFD}b");
    }
}

/// A dump carries the transaction numbers of the server it was made on; on a younger server they lie in the future.
#[tokio::test]
async fn facts_of_a_restored_postgresql_database_are_seen_again() {
    let Ok(url) = std::env::var("KAPOCS_TEST_POSTGRES") else { return };
    let t = open(Some(url)).await;
    record(&t, "test.happened", 1).await;
    let far = 9_000_000_000_000_i64;
    t.db.write(&t.caller, move |tx| tx.execute("UPDATE facts SET tx = $1", params![far]))
        .await
        .expect("moved");
    let hidden =
        t.db.system_read("test", |read| crate::facts_after(read, kernel::FactCursor::default(), 10)).await;
    assert!(hidden.expect("reads").items.is_empty(), "the control: without settling they are invisible");
    let database = t.database.clone().expect("PostgreSQL");
    tokio::task::spawn_blocking(move || crate::settle_restored(&database))
        .await
        .expect("runs")
        .expect("settled");
    let seen =
        t.db.system_read("test", |read| crate::facts_after(read, kernel::FactCursor::default(), 10)).await;
    assert_eq!(seen.expect("reads").items.len(), 1);
}

#[tokio::test]
async fn what_a_killed_server_held_is_worked_as_soon_as_it_is_back() {
    for t in engines().await {
        t.db.write(&t.caller, |tx| tx.enqueue(NewJob::new("slow", json!({})))).await.expect("written");
        let (sender, mut taken) = tokio::sync::mpsc::unbounded_channel();
        let jobs = Jobs::new(&t.db).on("slow", move |job| {
            sender.send(job).expect("listened to");
            std::future::pending()
        });
        let killed = tokio::spawn(async move { jobs.run_due().await });
        taken.recv().await.expect("taken");
        killed.abort();
        let (stop, stopped) = watch::channel(false);
        let (sender, mut again) = tokio::sync::mpsc::unbounded_channel();
        let jobs = Jobs::new(&t.db).on("slow", move |job| {
            sender.send(job.attempts).expect("listened to");
            async { Ok(()) }
        });
        let back = tokio::spawn(jobs.run(stopped));
        let attempt =
            tokio::time::timeout(Duration::from_secs(20), again.recv()).await.expect("before the lease ends");
        assert_eq!(attempt, Some(2));
        stop.send(true).expect("stops");
        back.await.expect("ends");
    }
}

#[tokio::test]
async fn on_a_full_disk_nothing_is_accepted_and_no_fact_is_blamed() {
    let t = open(None).await;
    let key = Caller { actor: Actor::Key(KeyId::new()), ..t.caller.clone() };
    let record =
        |tx: &mut Tx<'_>| tx.record(NewFact::new("test.noted").payload(json!({ "x": "x".repeat(2_000) })));
    t.db.write(&key, record).await.expect("there is room");
    limit_pages(&t.db, Some(2)).await;
    let refused = loop {
        if let Err(error) = t.db.write_anyway(&key, record).await {
            break error;
        }
    };
    assert_eq!(refused.code, Code::StorageFull);
    let next = t.db.write(&key, |tx| tx.one("SELECT 1", &[]).map(drop)).await.expect_err("read-only");
    assert_eq!(next.code, Code::StorageFull, "whoever comes next is refused before he writes");
    let greedy =
        Reactor { name: "greedy", react: React::Each { facts: &["test.noted"], react: |tx, _| hoard(tx) } };
    let stuck = crate::cursors::step(&t.db, greedy).await.expect_err("it cannot write");
    assert_eq!(stuck.code, Code::StorageFull);
    let aside = t.db.read(&t.caller, SetAside::list).await.expect("read");
    assert!(aside.is_empty(), "the disk was full, not the fact wrong");
}

#[tokio::test]
async fn a_job_that_ends_while_the_disk_is_full_does_not_wait_for_its_lease() {
    let t = open(None).await;
    t.db.write(&t.caller, |tx| tx.enqueue(NewJob::new("long-winded", json!({})))).await.expect("enqueued");
    let db = t.db.clone();
    let jobs = Jobs::new(&t.db).on("long-winded", move |_| {
        let db = db.clone();
        async move {
            limit_pages(&db, Some(2)).await;
            Err(JobFailure::Dead("x".repeat(100_000)))
        }
    });
    let worked = tokio::spawn(async move { jobs.run_due().await });
    let mut changes = t.db.room().changes();
    changes.wait_for(|low| *low).await.expect("the disk is full");
    limit_pages(&t.db, None).await;
    worked.await.expect("ran").expect("worked");
    let dead = t.db.read(&t.caller, |read| dead_jobs(read, None, 10)).await.expect("read");
    assert_eq!(dead.len(), 1, "its end is written once there is room");
}

/// SQLite's own limit does what a full disk does: the statement fails.
async fn limit_pages(db: &Db, more: Option<i64>) {
    let limit = move |tx: &mut Tx<'_>| {
        let pages: i64 = tx.one("PRAGMA page_count", &[])?.get(0)?;
        let most = more.map_or(1 << 30, |more| pages + more);
        tx.rows(&format!("PRAGMA max_page_count = {most}"), &[]).map(drop)
    };
    db.system("test", limit).await.expect("limited");
}

fn hoard(tx: &mut Tx<'_>) -> Result<()> {
    tx.record(NewFact::new("test.hoarded").payload(json!({ "x": "x".repeat(100_000) })))
}

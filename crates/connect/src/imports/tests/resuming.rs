//! Breaks: by a colleague, by a crash.

use std::{fmt::Write as _, sync::Arc};

use ::store::{Db, Jobs, params};
use kernel::{Clock, Code, Timestamp};
use people::access::workspace;

use super::{Desk, counts, desks};
use crate::imports::{Import, ImportState, actions, jobs, store};

const ROWS: usize = 1_700;

fn file() -> String {
    (0..ROWS).fold("id;name\n".to_owned(), |mut file, number| {
        let wrong = if number % 100 == 7 { ";túl;sok" } else { "" };
        writeln!(file, "U-{number};Név {number}{wrong}").expect("memory");
        file
    })
}

/// One batch, without the job that would go on.
async fn one_batch(desk: &Desk, import: &Import) {
    let (import, id) = (desk.find(import.id).await, import.id);
    let workspace = desk.read(workspace::get).await;
    let batch =
        Arc::new(jobs::read_batch(&desk.db, &import, &workspace, import.place, 300).await.expect("read"));
    let same = Arc::clone(&batch);
    assert!(desk.write(move |tx| jobs::keep(tx, id, &same)).await);
    // A worker that believes it still has the job does nothing a second time.
    assert!(!desk.write(move |tx| jobs::keep(tx, id, &batch)).await);
}

#[tokio::test]
async fn after_a_crash_in_the_middle_each_row_is_worked_once() {
    for mut desk in desks().await {
        let import = desk.upload(file().as_bytes()).await;
        let id = import.id;
        desk.write(move |tx| actions::run(tx, id, None)).await;
        one_batch(&desk, &import).await;
        assert_eq!(desk.find(id).await.counts.rows(), 300);
        // Nothing of the memory is left: the database is opened anew, and the job is still there.
        desk.db = Db::open(&desk.options, Clock::manual(Timestamp::from_seconds(1_795_000_000)))
            .await
            .expect("opens");
        desk.work().await;
        let done = desk.find(id).await;
        assert_eq!((done.state, done.counts), (ImportState::Done, counts(1_683, 0, 0, 17)));
        assert_eq!(desk.people().await.len(), 1_683);
        assert_eq!(desk.asides(id).await.len(), 17);
        let created = desk.facts().await.into_iter().filter(|(name, _)| name == "person.created").count();
        assert_eq!(created, 1_683);
    }
}

#[tokio::test]
async fn an_import_that_was_given_up_waits_and_says_why_and_goes_on_where_it_was() {
    for desk in desks().await {
        let import = desk.upload(file().as_bytes()).await;
        let (id, path) = (import.id, desk.db.blobs().path(&import.blob));
        desk.write(move |tx| actions::run(tx, id, None)).await;
        let moved = path.with_extension("moved");
        std::fs::rename(&path, &moved).expect("renamed");
        let last = |tx: &mut ::store::Tx<'_>| {
            let workspace = tx.workspace();
            tx.execute("UPDATE jobs SET attempts = 11 WHERE workspace_id = $1", params![workspace]).map(drop)
        };
        desk.write(last).await;
        desk.work().await;
        let paused = desk.find(id).await;
        assert_eq!((paused.state, paused.reason), (ImportState::Paused, Some(Code::Internal)));
        std::fs::rename(&moved, &path).expect("renamed");
        assert_eq!(desk.run(&import).await, counts(1_683, 0, 0, 17));
        assert_eq!(desk.find(id).await.reason, None);
    }
}

#[tokio::test]
async fn of_a_batch_that_cannot_be_kept_each_row_is_worked_or_set_aside() {
    // An engine is made to refuse a row by its own means.
    for desk in desks().await.into_iter().take(1) {
        desk.write(|tx| {
            let sql = "CREATE TRIGGER refuse BEFORE INSERT ON persons WHEN NEW.name = 'Rossz'
                       BEGIN SELECT RAISE(ABORT, 'refused'); END -- workspace_id = $1";
            tx.execute(sql, &[]).map(drop)
        })
        .await;
        let import = desk.upload(b"id;name\n1;Anna\n2;Rossz\nnull;X\n4;B\xc3\xa9la\n").await;
        assert_eq!(desk.run(&import).await, counts(2, 0, 0, 2));
        let expected = [(3, "internal"), (4, "meaningless_id")];
        assert_eq!(desk.asides(import.id).await, expected.map(|(line, code)| (line, code.to_owned())));
    }
}

#[tokio::test]
async fn an_import_that_never_ran_is_forgotten_when_it_is_cancelled() {
    for desk in desks().await {
        let id = desk.upload(b"id;name\n1;Anna\n").await.id;
        desk.write(move |tx| actions::cancel(tx, id, None)).await;
        let gone = desk.db.read(&desk.caller, move |read| store::find(read, id)).await;
        assert_eq!(gone.expect_err("gone").code, Code::NotFound);
    }
}

#[tokio::test]
async fn a_mapping_that_comes_after_the_start_is_refused() {
    for desk in desks().await {
        let import = desk.upload(b"id;name\n1;Anna\n").await;
        let id = import.id;
        desk.write(move |tx| actions::run(tx, id, None)).await;
        let refused = desk.db.write(&desk.caller, move |tx| store::set_mapping(tx, &import)).await;
        assert_eq!(refused.expect_err("refused").code.as_str(), "conflict");
    }
}

#[tokio::test]
async fn a_paused_import_waits_and_goes_on_and_a_cancelled_one_can_be_taken_up_again() {
    for desk in desks().await {
        let import = desk.upload(file().as_bytes()).await;
        let id = import.id;
        desk.write(move |tx| actions::run(tx, id, None)).await;
        one_batch(&desk, &import).await;
        desk.write(move |tx| actions::pause(tx, id)).await;
        desk.work().await;
        assert_eq!(desk.find(id).await.counts.rows(), 300);
        let refused = desk.db.write(&desk.caller, move |tx| actions::pause(tx, id)).await;
        assert_eq!(refused.expect_err("refused").code.as_str(), "conflict");
        desk.write(move |tx| actions::run(tx, id, None)).await;
        one_batch(&desk, &import).await;
        desk.write(move |tx| actions::cancel(tx, id, None)).await;
        desk.work().await;
        let cancelled = desk.find(id).await;
        assert_eq!((cancelled.state, cancelled.counts.rows()), (ImportState::Cancelled, 600));
        assert!(cancelled.finished_at.is_some());
        assert_eq!(desk.run(&import).await, counts(1_683, 0, 0, 17));
        let refused = desk.db.write(&desk.caller, move |tx| actions::run(tx, id, None)).await;
        assert_eq!(refused.expect_err("refused").code.as_str(), "conflict");
    }
}

#[tokio::test]
async fn a_dry_run_whose_memory_is_lost_begins_anew_and_one_that_is_stopped_leaves_nothing() {
    for desk in desks().await {
        // The repetition at the end is known only by whoever remembers the beginning.
        let text = (0..4_500)
            .fold("id;name\n".to_owned(), |text, number| text + &format!("U-{};N\n", number % 4_400));
        let import = desk.upload(text.as_bytes()).await;
        let id = import.id;
        desk.write(move |tx| actions::check(tx, id)).await;
        let first = desk.find(id).await.dry_run.expect("begun");
        let lost = super::super::DryRun { place: 20_000, line: 2_000, counts: counts(9, 9, 9, 9), ..first };
        desk.write(move |tx| store::set_dry_run(tx, id, Some(&lost))).await;
        jobs::jobs(Jobs::new(&desk.db), &desk.db).run_due().await.expect("works");
        let found = desk.find(id).await.dry_run.expect("found");
        assert_eq!(found.counts, counts(4_400, 0, 100, 0));
        desk.write(move |tx| actions::check(tx, id)).await;
        desk.write(move |tx| actions::stop_check(tx, id)).await;
        desk.work().await;
        let stopped = desk.find(id).await;
        assert_eq!((stopped.state, stopped.dry_run), (ImportState::Ready, None));
    }
}

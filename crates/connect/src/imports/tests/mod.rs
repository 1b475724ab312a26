//! What imports promise, on both engines.

mod files;
mod resuming;
mod rules;

use std::{io::Write as _, path::PathBuf};

use ::store::{Db, Jobs, Options, Read, params};
use kernel::{Caller, Clock, ImportId, Locale, Result, Role, Timestamp};
use people::{
    access::{
        hash_password,
        setup::{NewWorkspace, create_workspace},
    },
    persons::{self, Person},
};
use serde_json::Value as Json;

use super::{
    Column, Counts, Import, ImportKind, ImportState, NewImport, Target, actions, asides, format::Tally,
    inspect, jobs, store, view,
};

/// A workspace in Budapest, on one engine.
pub(super) struct Desk {
    pub db: Db,
    pub caller: Caller,
    pub options: Options,
    server: Option<(String, String)>,
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.options.data);
        if let Some((url, name)) = self.server.take() {
            let drop = move || run_on(&url, &format!("DROP DATABASE {name} WITH (FORCE)"));
            // The blocking client must not run on a thread of the test's runtime.
            let _ = std::thread::spawn(drop).join();
        }
    }
}

fn run_on(url: &str, sql: &str) {
    let mut client = postgres::Client::connect(url, postgres::NoTls).expect("PostgreSQL answers");
    client.batch_execute(sql).expect("runs");
}

/// SQLite always, PostgreSQL when its address is given.
pub(super) async fn desks() -> Vec<Desk> {
    let mut all = vec![desk(None).await];
    if let Ok(url) = std::env::var("KAPOCS_TEST_POSTGRES") {
        all.push(desk(Some(url)).await);
    }
    all
}

async fn desk(url: Option<String>) -> Desk {
    let name = format!("kapocs_{}", uuid::Uuid::now_v7().simple());
    let data: PathBuf = std::env::temp_dir().join(&name);
    let server = url.map(|url| (url, name));
    if let Some((url, name)) = server.clone() {
        let create = move || run_on(&url, &format!("CREATE DATABASE {name}"));
        tokio::task::spawn_blocking(create).await.expect("created");
    }
    let database =
        server.as_ref().map(|(url, name)| format!("{}/{name}", url.rsplit_once('/').expect("a URL").0));
    let options = Options { data, database };
    let db = Db::open(&options, Clock::manual(Timestamp::from_seconds(1_795_000_000))).await.expect("opens");
    let new = NewWorkspace {
        name: "Csipke Kft.".into(),
        locale: Locale::Hu,
        time_zone: "Europe/Budapest".into(),
        admin_name: "Bíró Rita".into(),
        admin_email: "rita@csipke.example".into(),
        admin_password: hash_password("esőben ázó zsiráf").await.expect("good"),
    };
    let made = db.system("setup", move |tx| create_workspace(tx, &new)).await.expect("made");
    let caller = Caller { role: Role::Administrator, ..Caller::system(made.workspace, "test") };
    Desk { db, caller, options, server }
}

impl Desk {
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut ::store::Tx<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.db.write(&self.caller, work).await.expect("written")
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Read<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.db.read(&self.caller, work).await.expect("read")
    }

    /// A file as it comes: its columns are guessed.
    pub(super) async fn upload(&self, bytes: &[u8]) -> Import {
        self.try_upload(bytes).await.expect("taken")
    }

    pub(super) async fn try_upload(&self, bytes: &[u8]) -> Result<Import> {
        let mut tally = Tally::default();
        let mut blob = self.db.blobs().begin()?;
        for piece in bytes.chunks(1_000) {
            tally.read(piece);
            blob.write(piece)?;
        }
        let (format, mapping) = inspect::look(blob.path(), "Europe/Budapest", tally.encoding(), None, None)?;
        let blob = blob.finish()?;
        let new = NewImport { name: "ugyfelek.csv".into(), blob, size: bytes.len() as u64, format, mapping };
        self.db.write(&self.caller, move |tx| actions::create(tx, new.clone())).await
    }

    pub(super) async fn find(&self, id: ImportId) -> Import {
        self.read(move |read| store::find(read, id)).await
    }

    pub(super) async fn work(&self) {
        jobs::jobs(Jobs::new(&self.db), &self.db).run_due().await.expect("works");
    }

    /// Runs it to its end and gives what became of the rows.
    pub(super) async fn run(&self, import: &Import) -> Counts {
        let id = import.id;
        self.write(move |tx| actions::run(tx, id, None)).await;
        self.work().await;
        let done = self.find(id).await;
        assert_eq!(done.state, ImportState::Done);
        done.counts
    }

    pub(super) async fn import(&self, text: &str) -> Counts {
        let import = self.upload(text.as_bytes()).await;
        self.run(&import).await
    }

    pub(super) async fn dry_run(&self, import: &Import) -> Counts {
        let id = import.id;
        self.write(move |tx| actions::check(tx, id)).await;
        self.work().await;
        let found = self.find(id).await;
        assert_eq!(found.state, ImportState::Ready);
        found.dry_run.filter(|found| found.finished_at.is_some()).expect("found").counts
    }

    /// Everybody, in the order of their names.
    pub(super) async fn people(&self) -> Vec<Person> {
        let mut people = self
            .read(|read| {
                let workspace = read.workspace();
                let sql = "SELECT id FROM persons WHERE workspace_id = $1 AND merged_into IS NULL";
                let rows = read.rows(sql, params![workspace])?;
                let ids = rows.iter().map(|row| row.get(0)).collect::<Result<Vec<_>>>()?;
                persons::many(read, &ids)
            })
            .await;
        people.sort_by_key(|person| (person.name.clone(), person.email.clone()));
        people
    }

    pub(super) async fn facts(&self) -> Vec<(String, Json)> {
        self.read(|read| {
            let workspace = read.workspace();
            let sql = "SELECT name, payload FROM facts WHERE workspace_id = $1 ORDER BY tx, seq";
            read.rows(sql, params![workspace])?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
        })
        .await
    }

    /// What is written down of everybody, apart from imports: the same before and after when nothing changed.
    pub(super) async fn everything(&self) -> Vec<String> {
        let people = self.people().await.into_iter().map(|person| format!("{person:?}"));
        let facts = self.facts().await.into_iter().filter(|(name, _)| !name.starts_with("import."));
        people.chain(facts.map(|fact| format!("{fact:?}"))).collect()
    }

    /// Line and code of the rows that were set aside.
    pub(super) async fn asides(&self, id: ImportId) -> Vec<(u64, String)> {
        let asides = self.read(move |read| store::asides(read, id, None, 1_000)).await;
        asides.into_iter().map(|aside| (aside.line, aside.wrong.code)).collect()
    }

    /// The table of errors as it is downloaded.
    pub(super) async fn error_table(&self, id: ImportId) -> String {
        let import = self.find(id).await;
        let asides = self.read(move |read| store::asides(read, id, None, 1_000)).await;
        let path = self.db.blobs().path(&import.blob);
        let mut table = Vec::new();
        let columns = asides::error_columns(&import.format);
        let separator = char::from(import.format.separator.byte()).to_string();
        let line = |cells: &[String]| {
            let cells: Vec<String> =
                cells.iter().map(|cell| format!("\"{}\"", web::escape(cell).replace('"', "\"\""))).collect();
            cells.join(&separator)
        };
        writeln!(table, "{}\r", line(&columns)).expect("memory");
        for aside in asides {
            let message = view::message(&aside.wrong, Locale::Hu);
            let cells = asides::error_row(&path, &import.format, &aside, &message).expect("read");
            writeln!(table, "{}\r", line(&cells)).expect("memory");
        }
        String::from_utf8(table).expect("UTF-8")
    }
}

pub(super) fn counts(created: u64, changed: u64, unchanged: u64, wrong: u64) -> Counts {
    Counts { created, changed, unchanged, wrong }
}

pub(super) fn targets(import: &Import) -> Vec<Target> {
    import.mapping.columns.iter().map(|column| column.target).collect()
}

pub(super) fn is_people(import: &Import) -> bool {
    import.mapping.kind == ImportKind::People
}

pub(super) fn column(target: Target) -> Column {
    Column::of(target)
}

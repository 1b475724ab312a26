//! The database: `write` and `read` from async code, over either engine.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use crossbeam_channel::TrySendError;
use kernel::{Actor, Caller, Clock, Code, Error, Result, WorkspaceId};
use tokio::sync::oneshot;

use crate::{
    Blobs, Dialect, Read, Room, Tx,
    backend::{Connection, Done, ReadJob, Write, WriteJob, postgres::Postgres, sqlite::Sqlite},
    bus::Bus,
    migrate,
};

/// How to open a database.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where blobs and the search index live, and the SQLite file when `database` is not given.
    pub data: PathBuf,
    /// `postgres://…`; `None` = SQLite in `data`.
    pub database: Option<String>,
}

/// A database, its clock, its wake-ups, its blobs. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    engine: Arc<Engine>,
    clock: Clock,
    bus: Bus,
    blobs: Blobs,
    room: Room,
    data: Arc<PathBuf>,
    node: Arc<str>,
}

enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Db {
    /// Opens (and if it is new, creates) the database and brings its schema up to date.
    pub async fn open(options: &Options, clock: Clock) -> Result<Self> {
        create_private(&options.data)?;
        let options = options.clone();
        let database = options.database.clone();
        let file = options.data.join("kapocs.db");
        let room = Room::open(&options.data)?;
        let told = room.clone();
        let engine = tokio::task::spawn_blocking(move || match database {
            None => Sqlite::open(&file, told).map(Engine::Sqlite),
            Some(url) => Postgres::open(&url).map(Engine::Postgres),
        })
        .await
        .map_err(Error::internal)??;
        let db = Self {
            engine: Arc::new(engine),
            clock,
            bus: Bus::default(),
            blobs: Blobs::open(&options.data.join("blobs"), room.clone())?,
            room,
            node: node_id(&options.data)?.into(),
            data: Arc::new(options.data),
        };
        db.system("migrate", migrate::migrate).await?;
        Ok(db)
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    pub fn bus(&self) -> &Bus {
        &self.bus
    }

    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// The room on the disk.
    pub fn room(&self) -> &Room {
        &self.room
    }

    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The name of this node: of its data folder, the same after a restart.
    pub fn node(&self) -> &str {
        &self.node
    }

    pub fn dialect(&self) -> Dialect {
        match &*self.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The SQLite file, when that is the engine.
    pub fn file(&self) -> Option<&Path> {
        match &*self.engine {
            Engine::Sqlite(sqlite) => Some(&sqlite.path),
            Engine::Postgres(_) => None,
        }
    }

    /// Runs `work` in one transaction of the caller's workspace. Answered only after the commit is on the disk.
    ///
    /// `work` may run more than once (PostgreSQL asks for retries), so it changes nothing but through its `Tx`.
    /// While the disk is nearly full people and keys are refused; the program itself finishes what it has begun.
    pub async fn write<T, F>(&self, caller: &Caller, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let given = Given::default();
        self.admitted(caller, given.by_write(work)).await?;
        given.take()
    }

    /// As [`Db::write`], also while the disk is nearly full: to sign in and see what is wrong.
    pub async fn write_anyway<T, F>(&self, caller: &Caller, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let given = Given::default();
        self.commit(caller, given.by_write(work)).await?;
        given.take()
    }

    async fn admitted(&self, caller: &Caller, work: WriteWork) -> Result<()> {
        if !matches!(caller.actor, Actor::System(_)) {
            self.room.admit()?;
        }
        self.commit(caller, work).await
    }

    async fn commit(&self, caller: &Caller, work: WriteWork) -> Result<()> {
        let (answer, waiter) = oneshot::channel();
        let answer = Arc::new(Mutex::new(Some(answer)));
        let job = write_job(self.clone(), caller.clone(), Arc::clone(&answer), work);
        let failed = Box::new(move |error| send(&answer, Err(error)));
        self.submit(Write { job, failed })?;
        waiter.await.map_err(|_| Error::new(Code::Unavailable))?
    }

    /// Runs `work` on a snapshot of the caller's workspace.
    pub async fn read<T, F>(&self, caller: &Caller, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Read<'_>) -> Result<T> + Send + 'static,
    {
        let given = Given::default();
        self.look(caller, given.by_read(work)).await?;
        given.take()
    }

    async fn look(&self, caller: &Caller, work: ReadWork) -> Result<()> {
        let (answer, waiter) = oneshot::channel();
        let (caller, now) = (caller.clone(), self.clock.now());
        let job: ReadJob = Box::new(move |connection| {
            let outcome = connection.and_then(|connection| work(&mut Read { connection, caller, now }));
            let _ = answer.send(outcome);
        });
        let queue = match &*self.engine {
            Engine::Sqlite(engine) => &engine.reads,
            Engine::Postgres(engine) => &engine.reads,
        };
        queue.try_send(job).map_err(refused)?;
        waiter.await.map_err(|_| Error::new(Code::Unavailable))?
    }

    /// Runs `work` for the program itself, outside any workspace: sign-in, job claims, cursors, migrations.
    pub async fn system<T, F>(&self, name: &str, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.write(&Self::nobody(name), work).await
    }

    /// As [`Db::system`], on a snapshot.
    pub async fn system_read<T, F>(&self, name: &str, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Read<'_>) -> Result<T> + Send + 'static,
    {
        self.read(&Self::nobody(name), work).await
    }

    fn nobody(name: &str) -> Caller {
        Caller::system(WorkspaceId(uuid::Uuid::nil()), name)
    }

    fn submit(&self, write: Write) -> Result<()> {
        let queue = match &*self.engine {
            Engine::Sqlite(engine) => &engine.writes,
            Engine::Postgres(engine) => &engine.writes,
        };
        queue.try_send(write).map_err(refused)
    }
}

/// The folder holds every word of the customers: nobody else of this machine reads it.
fn create_private(folder: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(Error::internal)
}

/// Reads the name of the folder's node, or gives it one.
fn node_id(data: &Path) -> Result<String> {
    let file = data.join("node.id");
    if let Ok(known) = std::fs::read_to_string(&file) {
        return Ok(known.trim().to_owned());
    }
    let fresh = uuid::Uuid::now_v7().to_string();
    std::fs::write(&file, &fresh).map_err(Error::internal)?;
    Ok(fresh)
}

/// The value of a write or a read, until its waiter takes it. What lies between is one function for all types of
/// values: with one for each, the store was a tenth of the code of every slice.
struct Given<T>(Arc<Mutex<Option<T>>>);

type WriteWork = Box<dyn FnMut(&mut Tx<'_>) -> Result<()> + Send>;
type ReadWork = Box<dyn FnOnce(&mut Read<'_>) -> Result<()> + Send>;

impl<T> Default for Given<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Send + 'static> Given<T> {
    fn by_write(&self, work: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static) -> WriteWork {
        let place = Arc::clone(&self.0);
        Box::new(move |tx| {
            let value = work(tx)?;
            *place.lock().expect(UNSHARED) = Some(value);
            Ok(())
        })
    }

    fn by_read(&self, work: impl FnOnce(&mut Read<'_>) -> Result<T> + Send + 'static) -> ReadWork {
        let place = Arc::clone(&self.0);
        Box::new(move |read| {
            let value = work(read)?;
            *place.lock().expect(UNSHARED) = Some(value);
            Ok(())
        })
    }

    fn take(self) -> Result<T> {
        let value = self.0.lock().expect(UNSHARED).take();
        value.ok_or_else(|| Error::internal("a transaction gave no value"))
    }
}

const UNSHARED: &str = "nobody panics while holding a value";

type Answer = Arc<Mutex<Option<oneshot::Sender<Result<()>>>>>;

fn send(answer: &Answer, outcome: Result<()>) {
    if let Some(answer) = answer.lock().expect("nobody panics while holding an answer").take() {
        let _ = answer.send(outcome);
    }
}

fn write_job(db: Db, caller: Caller, answer: Answer, mut work: WriteWork) -> WriteJob {
    Box::new(move |connection: &mut dyn Connection| {
        let mut tx = Tx::new(connection, caller.clone(), db.clock.now(), &db.bus);
        work(&mut tx)?;
        let hooks = tx.into_hooks();
        let answer = Arc::clone(&answer);
        let done: Done = Box::new(move |committed| {
            if committed.is_ok() {
                hooks.into_iter().for_each(|hook| hook());
            }
            send(&answer, committed);
        });
        Ok(done)
    })
}

/// A full queue is refused at once: the caller can try again, and nothing was accepted.
fn refused<T>(_: TrySendError<T>) -> Error {
    Error::new(Code::Unavailable)
}

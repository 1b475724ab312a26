//! SQLite: one writer with group commit, readers on snapshots, checkpoints beside them.

use std::{
    fs::{OpenOptions, Permissions},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, Sender, bounded};
use kernel::{Code, Error, Result};
use rusqlite::{OpenFlags, config::DbConfig, types::ValueRef};

use super::{Connection, Done, ReadJob, Write};
use crate::{Dialect, Room, Row, Value, room};

/// How many writes share one commit at most.
const GROUP_SIZE: usize = 512;
/// How long a group may grow before it is committed.
const GROUP_TIME: Duration = Duration::from_millis(4);
const READERS: usize = 4;
/// Pages in the write-ahead log after which a checkpoint is due.
const CHECKPOINT_PAGES: i64 = 1_000;

pub(crate) struct Sqlite {
    pub writes: Sender<Write>,
    pub reads: Sender<ReadJob>,
    pub path: PathBuf,
}

impl Sqlite {
    pub fn open(path: &Path, room: Room) -> Result<Self> {
        let (writes, write_queue) = bounded::<Write>(4_096);
        let (reads, read_queue) = bounded::<ReadJob>(4_096);
        let (checkpoint, due) = bounded::<()>(1);
        create_private(path)?;
        let writer = connect(path, false)?;
        start("sqlite-writer", move || write_loop(writer, &write_queue, &checkpoint, &room))?;
        let checkpointer = connect(path, false)?;
        start("sqlite-checkpoint", move || {
            for () in due {
                // For want of room it costs only log size, and the next one repeats it.
                let _ =
                    checkpointer.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).map_err(failed);
            }
        })?;
        for _ in 0..READERS {
            let reader = connect(path, true)?;
            let queue = read_queue.clone();
            start("sqlite-reader", move || read_loop(reader, &queue))?;
        }
        Ok(Self { writes, reads, path: path.to_owned() })
    }
}

/// Nobody else on the machine reads it, whatever its folder allows; SQLite's other files take over these rights.
pub(crate) fn create_private(path: &Path) -> Result<()> {
    let file =
        OpenOptions::new().append(true).create(true).mode(0o600).open(path).map_err(Error::internal)?;
    let rights = file.metadata().map_err(Error::internal)?.permissions().mode();
    if rights & 0o077 == 0 {
        return Ok(());
    }
    file.set_permissions(Permissions::from_mode(0o600)).map_err(Error::internal)
}

fn start(name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
    thread::Builder::new().name(name.to_owned()).spawn(work).map(drop).map_err(Error::internal)
}

fn connect(path: &Path, read_only: bool) -> Result<rusqlite::Connection> {
    let mut flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    flags |= if read_only {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    } else {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    };
    let connection = rusqlite::Connection::open_with_flags(path, flags).map_err(failed)?;
    connection.busy_timeout(Duration::from_secs(10)).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(256);
    // A plan that depends on no value is made once, not at each use.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failed)?;
    let pragmas = if read_only {
        "PRAGMA cache_size = -8000; PRAGMA mmap_size = 268435456;"
    } else {
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA cache_size = -32000; PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = ON;"
    };
    connection.execute_batch(pragmas).map_err(failed)?;
    Ok(connection)
}

/// Takes what waits, runs each in a savepoint, commits all at once, and only then answers.
fn write_loop(
    connection: rusqlite::Connection,
    queue: &Receiver<Write>,
    checkpoint: &Sender<()>,
    room: &Room,
) {
    let mut session = Session { connection };
    'groups: while let Ok(first) = queue.recv() {
        if let Err(error) = session.batch("BEGIN IMMEDIATE") {
            (first.failed)(error);
            continue;
        }
        let mut done: Vec<Done> = Vec::new();
        let began = Instant::now();
        let mut next = Some(first);
        while let Some(write) = next.take() {
            if let Some(finish) = session.run(write, room) {
                done.push(finish);
            }
            if session.connection.is_autocommit() {
                // SQLite rolled the whole group back by itself (a full disk): nothing of it was written.
                room.ran_out();
                done.drain(..).for_each(|finish| finish(Err(Error::new(Code::StorageFull))));
                continue 'groups;
            }
            if done.len() < GROUP_SIZE && began.elapsed() < GROUP_TIME {
                next = queue.try_recv().ok();
            }
        }
        session.finish(done, room);
        if session.wal_pages() > CHECKPOINT_PAGES {
            let _ = checkpoint.try_send(());
        }
    }
}

fn read_loop(connection: rusqlite::Connection, queue: &Receiver<ReadJob>) {
    let mut session = Session { connection };
    while let Ok(job) = queue.recv() {
        match session.batch("BEGIN") {
            Ok(()) => {
                if catch_unwind(AssertUnwindSafe(|| job(Ok(&mut session)))).is_err() {
                    tracing::error!("a read panicked");
                }
                let _ = session.batch("COMMIT");
            }
            Err(error) => job(Err(error)),
        }
    }
}

struct Session {
    connection: rusqlite::Connection,
}

impl Session {
    fn run(&mut self, mut write: Write, room: &Room) -> Option<Done> {
        if let Err(error) = self.batch("SAVEPOINT write") {
            (write.failed)(error);
            return None;
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| (write.job)(self)))
            .unwrap_or_else(|_| Err(Error::internal("a write panicked")));
        let (end, answer) = match outcome {
            Ok(done) => ("RELEASE write", Ok(done)),
            Err(error) => ("ROLLBACK TO write; RELEASE write", Err(error)),
        };
        // Out of space may have rolled the whole transaction back; `finish` then reports it.
        let ended = self.batch(end);
        match (answer, ended) {
            (Ok(done), Ok(())) => Some(done),
            (Ok(_), Err(error)) | (Err(error), _) => {
                if error.code == Code::StorageFull {
                    room.ran_out();
                }
                (write.failed)(error);
                None
            }
        }
    }

    fn finish(&self, done: Vec<Done>, room: &Room) {
        let outcome = self.connection.execute_batch("COMMIT").map_err(|error| failed(error).code);
        if outcome == Err(Code::StorageFull) {
            room.ran_out();
        }
        if outcome.is_err() && !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        for finish in done {
            finish(outcome.map_err(|code| Error::new(code).detail("commit failed")));
        }
    }

    fn prepared(&self, sql: &str) -> Result<rusqlite::CachedStatement<'_>> {
        let sql = numbered(sql);
        #[cfg(debug_assertions)]
        super::plans::look_at(&self.connection, &sql);
        self.connection.prepare_cached(&sql).map_err(failed)
    }

    fn wal_pages(&self) -> i64 {
        let Some(path) = self.connection.path() else { return 0 };
        let bytes = std::fs::metadata(format!("{path}-wal")).map_or(0, |file| file.len());
        i64::try_from(bytes / 4_096).unwrap_or(0)
    }
}

/// What was written may not be on the disk, or not whole.
fn is_lost_write(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_IOERR_DIR_FSYNC, SQLITE_IOERR_FSYNC, SQLITE_IOERR_WRITE};
    let code = error.sqlite_error().map(|error| error.extended_code);
    code.is_some_and(|code| [SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC, SQLITE_IOERR_WRITE].contains(&code))
}

fn failed(error: rusqlite::Error) -> Error {
    if is_lost_write(&error) {
        room::stop_unsynced("the database", &error);
    }
    let code = match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => Code::StorageFull,
        Some(rusqlite::ErrorCode::DatabaseBusy) => Code::Unavailable,
        Some(rusqlite::ErrorCode::ConstraintViolation) => Code::AlreadyExists,
        _ => Code::Internal,
    };
    Error { cause: Some(Box::new(error)), ..Error::new(code) }
}

impl Connection for Session {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn shard(&self) -> i64 {
        0
    }

    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        let mut statement = self.prepared(sql)?;
        let columns = statement.column_count();
        let mut rows = statement.query(rusqlite::params_from_iter(params)).map_err(failed)?;
        let mut answer = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            let values = (0..columns).map(|i| row.get_ref(i).map(owned)).collect::<Result<_, _>>();
            answer.push(Row(values.map_err(failed)?));
        }
        Ok(answer)
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        let mut statement = self.prepared(sql)?;
        let changed = statement.execute(rusqlite::params_from_iter(params)).map_err(failed)?;
        Ok(changed as u64)
    }

    fn execute_later(&mut self, sql: &str, params: &[Value]) -> Result<()> {
        self.execute(sql, params).map(drop)
    }

    fn settle(&mut self) -> Result<()> {
        Ok(())
    }

    fn rolled_back_to_savepoint(&mut self) {}

    fn batch(&mut self, sql: &str) -> Result<()> {
        self.connection.execute_batch(sql).map_err(failed)
    }
}

/// `$1` means "the parameter named $1" to SQLite and "the first" to PostgreSQL; `?1` means the first here.
fn numbered(sql: &str) -> String {
    sql.replace('$', "?")
}

fn owned(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(int) => Value::Int(int),
        ValueRef::Real(real) => Value::Real(real),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::ToSqlOutput::Borrowed;
        Ok(Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(int) => ValueRef::Integer(*int),
            Self::Real(real) => ValueRef::Real(*real),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

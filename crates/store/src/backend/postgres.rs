//! PostgreSQL: a pool of threads, each with its own connection, running the same closures.

use std::{
    collections::HashMap,
    error::Error as StdError,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender, bounded};
use kernel::{Code, Error, Result};
use tokio::runtime::{self, Runtime};
use tokio_postgres::{
    Client, Statement,
    error::SqlState,
    types::{FromSql, IsNull, ToSql, Type, private::BytesMut},
};

use super::{Connection, ReadJob, Write, secure};
use crate::{Dialect, Row, Value};

const CONNECTIONS: usize = 8;
/// How often a write is run again when PostgreSQL asks for it.
const RETRIES: usize = 6;

pub(crate) struct Postgres {
    pub writes: Sender<Write>,
    pub reads: Sender<ReadJob>,
}

enum Work {
    Write(Write),
    Read(ReadJob),
}

impl Postgres {
    pub fn open(url: &str) -> Result<Self> {
        let (writes, write_queue) = bounded::<Write>(4_096);
        let (reads, read_queue) = bounded::<ReadJob>(4_096);
        // The first connection is made here, so that a wrong address is told at once.
        let mut first = Some(Session::connect(url, 0)?);
        for shard in 0..CONNECTIONS {
            let (write_queue, read_queue, url) = (write_queue.clone(), read_queue.clone(), url.to_owned());
            let session = first.take();
            thread::Builder::new()
                .name(format!("postgres-{shard}"))
                .spawn(move || serve(session, &url, shard as i64, &write_queue, &read_queue))
                .map_err(Error::internal)?;
        }
        Ok(Self { writes, reads })
    }
}

/// One worker: connects when there is work, and again when the connection broke.
fn serve(first: Option<Session>, url: &str, shard: i64, writes: &Receiver<Write>, reads: &Receiver<ReadJob>) {
    let mut session = first;
    loop {
        let work = crossbeam_channel::select! {
            recv(writes) -> write => match write { Ok(write) => Work::Write(write), Err(_) => return },
            recv(reads) -> read => match read { Ok(read) => Work::Read(read), Err(_) => return },
        };
        if session.as_ref().is_some_and(Session::is_closed) {
            session = None;
        }
        if session.is_none() {
            match Session::connect(url, shard) {
                Ok(fresh) => session = Some(fresh),
                Err(error) => {
                    refuse(work, error);
                    continue;
                }
            }
        }
        let Some(connected) = session.as_mut() else { continue };
        match work {
            Work::Write(write) => connected.write(write),
            Work::Read(job) => connected.read(job),
        }
    }
}

fn refuse(work: Work, error: Error) {
    match work {
        Work::Write(write) => (write.failed)(error),
        Work::Read(job) => job(Err(error)),
    }
}

/// A statement that is on its way, and whose outcome nobody has looked at yet.
type Sent = Pin<Box<dyn Future<Output = Outcome<()>> + Send>>;
type Outcome<T> = std::result::Result<T, tokio_postgres::Error>;

/// A connection. Statements whose outcome nobody waits for travel with the next one that is waited for, in one packet
/// (postgresql.org/docs/current/protocol-flow.html, pipelining): most of a short transaction's time is such journeys.
struct Session {
    runtime: Runtime,
    client: Arc<Client>,
    statements: HashMap<String, Statement>,
    sent: Vec<Sent>,
    /// The transaction is known to have begun: a BEGIN that failed must not leave a write on its own.
    begun: bool,
    /// A statement of this transaction failed. PostgreSQL then answers COMMIT with a silent rollback.
    failure: Option<Failure>,
    shard: i64,
}

/// Kept beside the error, which the work may have dropped or put into other words.
#[derive(Clone, Copy)]
struct Failure {
    code: Code,
    wants_retry: bool,
}

impl Session {
    fn connect(url: &str, shard: i64) -> Result<Self> {
        let (mut config, tls) = secure::prepare(url)?;
        config.connect_timeout(Duration::from_secs(5)).application_name("kapocs");
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(Error::internal)?;
        let (client, connection) =
            runtime.block_on(config.connect(tls)).map_err(|error| unavailable(&error))?;
        runtime.spawn(async {
            if let Err(error) = connection.await {
                tracing::warn!(%error, "a connection to PostgreSQL ended");
            }
        });
        let client = Arc::new(client);
        Ok(Self {
            runtime,
            client,
            statements: HashMap::new(),
            sent: Vec::new(),
            begun: false,
            failure: None,
            shard,
        })
    }

    fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    fn write(&mut self, mut write: Write) {
        for attempt in 1.. {
            let outcome = self.attempt(&mut write);
            match outcome {
                Ok(done) => return done(Ok(())),
                Err(_) if attempt < RETRIES && self.failure.is_some_and(|failure| failure.wants_retry) => {}
                Err(error) => return (write.failed)(error),
            }
        }
    }

    fn attempt(&mut self, write: &mut Write) -> Result<super::Done> {
        self.begin("BEGIN")?;
        let outcome = catch_unwind(AssertUnwindSafe(|| (write.job)(self)))
            .unwrap_or_else(|_| Err(Error::internal("a write panicked")));
        let outcome = match self.failure {
            Some(failure) if outcome.is_ok() => Err(Error::new(failure.code).detail("a statement failed")),
            _ => outcome,
        };
        match outcome {
            Ok(done) => {
                // What failed since has made it a rollback, and is told here.
                self.batch("COMMIT")?;
                Ok(done)
            }
            Err(error) => {
                let _ = self.batch("ROLLBACK");
                Err(error)
            }
        }
    }

    fn read(&mut self, job: ReadJob) {
        match self.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") {
            Ok(()) => {
                if catch_unwind(AssertUnwindSafe(|| job(Ok(self)))).is_err() {
                    tracing::error!("a read panicked");
                }
                let _ = self.batch("COMMIT");
            }
            Err(error) => job(Err(error)),
        }
    }

    fn begin(&mut self, sql: &'static str) -> Result<()> {
        (self.begun, self.failure) = (false, None);
        let client = Arc::clone(&self.client);
        self.send(async move { client.batch_execute(sql).await })
    }

    /// Hands a statement to the connection; it leaves with the next one that is waited for.
    fn send(&mut self, work: impl Future<Output = Outcome<()>> + Send + 'static) -> Result<()> {
        let mut work: Sent = Box::pin(work);
        match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            // It never left, so the server does not know of it and would commit without it.
            Poll::Ready(Err(error)) => Err(self.note(error)),
            Poll::Ready(Ok(())) => Ok(()),
            Poll::Pending => {
                self.sent.push(work);
                Ok(())
            }
        }
    }

    /// Waits for a statement and for all that were sent before it, and tells of the first that failed.
    fn wait<T>(&mut self, work: impl Future<Output = Outcome<T>>) -> Result<T> {
        let sent = std::mem::take(&mut self.sent);
        let (earlier, outcome) = self.runtime.block_on(async { tokio::join!(all(sent), work) });
        let value = earlier.and(outcome).map_err(|error| self.note(error))?;
        self.begun = true;
        Ok(value)
    }

    /// Remembers the first failure of the transaction.
    fn note(&mut self, error: tokio_postgres::Error) -> Error {
        let failure = Failure { code: code(&error), wants_retry: wants_retry(&error) };
        self.failure.get_or_insert(failure);
        failed(error)
    }

    fn statement(&mut self, sql: &str) -> Result<Statement> {
        if !self.begun && !sql.starts_with("SELECT") {
            self.settle()?;
        }
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let client = Arc::clone(&self.client);
        let statement = self.wait(client.prepare(sql))?;
        if self.statements.len() > 512 {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

async fn all(sent: Vec<Sent>) -> Outcome<()> {
    let mut first = Ok(());
    for work in sent {
        first = first.and(work.await);
    }
    first
}

fn references(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|param| param as &(dyn ToSql + Sync)).collect()
}

fn wants_retry(error: &tokio_postgres::Error) -> bool {
    matches!(error.code(), Some(&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED))
}

fn unavailable(error: &tokio_postgres::Error) -> Error {
    // The text of a connection error names host and port, never the password.
    Error { cause: Some(error.to_string().into()), ..Error::new(Code::Unavailable) }
}

fn failed(error: tokio_postgres::Error) -> Error {
    let code = code(&error);
    Error { cause: Some(Box::new(error)), ..Error::new(code) }
}

/// The server goes or has gone: nothing is wrong with what was asked.
fn is_away(error: &tokio_postgres::Error) -> bool {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<std::io::Error>());
    // A value that cannot be sent at all is told as an error of input.
    let is_broken = source.is_some_and(|error| error.kind() != std::io::ErrorKind::InvalidInput);
    // Exceptions of the connection, and an operator who ends it.
    let state = error.code().map_or("", SqlState::code);
    is_broken || state.starts_with("08") || state.starts_with("57P")
}

fn code(error: &tokio_postgres::Error) -> Code {
    match error.code() {
        Some(&SqlState::UNIQUE_VIOLATION) => Code::AlreadyExists,
        Some(&SqlState::DISK_FULL) => Code::StorageFull,
        _ if error.is_closed() || is_away(error) => Code::Unavailable,
        _ => Code::Internal,
    }
}

impl Connection for Session {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn shard(&self) -> i64 {
        self.shard
    }

    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        let statement = self.statement(sql)?;
        let client = Arc::clone(&self.client);
        let rows = self.wait(client.query(&statement, &references(params)))?;
        rows.iter()
            .map(|row| {
                (0..row.len()).map(|i| row.try_get(i)).collect::<Result<_, _>>().map(Row).map_err(failed)
            })
            .collect()
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        let statement = self.statement(sql)?;
        let client = Arc::clone(&self.client);
        self.wait(client.execute(&statement, &references(params)))
    }

    fn execute_later(&mut self, sql: &str, params: &[Value]) -> Result<()> {
        let statement = self.statement(sql)?;
        let (client, params) = (Arc::clone(&self.client), params.to_vec());
        self.send(async move { client.execute(&statement, &references(&params)).await.map(drop) })
    }

    fn rolled_back_to_savepoint(&mut self) {
        self.failure = None;
    }

    fn settle(&mut self) -> Result<()> {
        if self.sent.is_empty() { Ok(()) } else { self.wait(std::future::ready(Ok(()))) }
    }

    fn batch(&mut self, sql: &str) -> Result<()> {
        let client = Arc::clone(&self.client);
        self.wait(client.batch_execute(sql))
    }
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(int) if *ty == Type::INT4 => i32::try_from(*int)?.to_sql(ty, out),
            Self::Int(int) => int.to_sql(ty, out),
            Self::Real(real) => real.to_sql(ty, out),
            Self::Text(text) => text.to_sql(ty, out),
            Self::Blob(bytes) => bytes.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    tokio_postgres::types::to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        match *ty {
            Type::INT8 => i64::from_sql(ty, raw).map(Self::Int),
            Type::INT4 => i32::from_sql(ty, raw).map(|int| Self::Int(int.into())),
            Type::BOOL => bool::from_sql(ty, raw).map(|truth| Self::Int(truth.into())),
            Type::FLOAT8 => f64::from_sql(ty, raw).map(Self::Real),
            Type::BYTEA => Ok(Self::Blob(raw.to_vec())),
            Type::TEXT | Type::VARCHAR | Type::NAME | Type::UNKNOWN => {
                Ok(Self::Text(std::str::from_utf8(raw)?.to_owned()))
            }
            _ => Err(format!("a column of type {ty} is not portable").into()),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn StdError + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

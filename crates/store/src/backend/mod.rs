//! The engines. Sibling files hold the same parts: connect, run a closure, commit.

#[cfg(debug_assertions)]
pub(crate) mod plans;
pub(crate) mod postgres;
pub(crate) mod secure;
pub(crate) mod sqlite;

use kernel::Result;

use crate::{Dialect, Row, Value};

/// One connection of either engine, inside a transaction.
pub(crate) trait Connection {
    fn dialect(&self) -> Dialect;

    /// Which of the pool's connections this is: spreads hot counters.
    fn shard(&self) -> i64;

    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>>;

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64>;

    /// As `execute`, when nobody asks how many rows it changed. A failure is told by the next statement that is waited
    /// for, at the latest by the commit, which then commits nothing.
    fn execute_later(&mut self, sql: &str, params: &[Value]) -> Result<()>;

    /// Waits for everything that was left for later.
    fn settle(&mut self) -> Result<()>;

    /// What failed since the savepoint is undone: the transaction may be committed again.
    fn rolled_back_to_savepoint(&mut self);

    /// Statements without parameters, several in one text.
    fn batch(&mut self, sql: &str) -> Result<()>;
}

/// What a committed or failed write tells its waiter.
pub(crate) type Done = Box<dyn FnOnce(Result<()>) + Send>;

/// A write: runs on a connection inside a transaction; gives back what to do when the commit is known.
/// It may run again when the engine asks for a retry.
pub(crate) type WriteJob = Box<dyn FnMut(&mut dyn Connection) -> Result<Done> + Send>;

/// A write with the one to tell when it could not even run.
pub(crate) struct Write {
    pub job: WriteJob,
    pub failed: Box<dyn FnOnce(kernel::Error) + Send>,
}

/// A read on a snapshot; it tells its waiter itself.
pub(crate) type ReadJob = Box<dyn FnOnce(Result<&mut dyn Connection>) + Send>;

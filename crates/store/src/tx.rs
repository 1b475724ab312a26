//! The one way to write ([`Tx`]) and to read on a snapshot ([`Read`]).

use std::ops::{Deref, DerefMut};

use kernel::{Caller, Error, NewFact, Result, Timestamp, WorkspaceId};

use crate::{Dialect, Row, Value, backend::Connection, bus::Bus, facts, jobs, jobs::NewJob, unguarded};

/// A snapshot of one workspace. Finders take it; a [`Tx`] can be given wherever a `Read` is wanted.
pub struct Read<'c> {
    pub(crate) connection: &'c mut dyn Connection,
    pub(crate) caller: Caller,
    pub(crate) now: Timestamp,
}

impl Read<'_> {
    pub fn workspace(&self) -> WorkspaceId {
        self.caller.workspace
    }

    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    pub fn now(&self) -> Timestamp {
        self.now
    }

    pub fn dialect(&self) -> Dialect {
        self.connection.dialect()
    }

    pub fn rows(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        self.connection.query(&unguarded::read(sql, params), params)
    }

    /// The first row, if there is one.
    pub fn row(&mut self, sql: &str, params: &[Value]) -> Result<Option<Row>> {
        Ok(self.rows(sql, params)?.into_iter().next())
    }

    /// The only row of a statement that always has one (a count, a `RETURNING`).
    pub fn one(&mut self, sql: &str, params: &[Value]) -> Result<Row> {
        self.row(sql, params)?.ok_or_else(|| Error::internal("a statement gave no row"))
    }
}

/// A write transaction of one workspace: connection, tenant, clock, caller, and what happens after the commit.
pub struct Tx<'c> {
    read: Read<'c>,
    bus: &'c Bus,
    facts: bool,
    jobs: bool,
    hooks: Vec<Box<dyn FnOnce() + Send>>,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(
        connection: &'c mut dyn Connection,
        caller: Caller,
        now: Timestamp,
        bus: &'c Bus,
    ) -> Self {
        Self { read: Read { connection, caller, now }, bus, facts: false, jobs: false, hooks: Vec::new() }
    }

    /// Runs a statement that changes rows; gives their number.
    pub fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        self.read.connection.execute(&unguarded::write(sql), params)
    }

    /// As [`Tx::execute`], for a statement whose number of rows nobody asks for: on PostgreSQL it travels with the next
    /// one. Should it fail, a later statement or the commit tells so, and nothing is committed.
    pub fn execute_later(&mut self, sql: &str, params: &[Value]) -> Result<()> {
        self.read.connection.execute_later(&unguarded::write(sql), params)
    }

    /// Appends a fact to the timeline.
    pub fn record(&mut self, fact: NewFact) -> Result<()> {
        self.record_all(vec![fact])
    }

    /// Appends facts in their order, with few statements.
    pub fn record_all(&mut self, facts: Vec<NewFact>) -> Result<()> {
        facts::insert(&mut self.read, &facts)?;
        self.facts |= !facts.is_empty();
        Ok(())
    }

    /// Writes a job to be run after this commit.
    pub fn enqueue(&mut self, job: NewJob) -> Result<()> {
        jobs::insert(self, job)?;
        self.wake_jobs();
        Ok(())
    }

    pub fn wake_jobs(&mut self) {
        self.jobs = true;
    }

    /// Runs once the transaction is on the disk; never when it is not.
    pub fn after_commit(&mut self, hook: impl FnOnce() + Send + 'static) {
        self.hooks.push(Box::new(hook));
    }

    /// Works for a while as another caller, for the parts of the program that serve all workspaces.
    pub fn within<T>(&mut self, caller: Caller, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let before = std::mem::replace(&mut self.read.caller, caller);
        let outcome = work(self);
        self.read.caller = before;
        outcome
    }

    /// Works for a while at another moment, for what is told after it happened: an import, the demo.
    pub fn at<T>(&mut self, moment: Timestamp, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let before = std::mem::replace(&mut self.read.now, moment);
        let outcome = work(self);
        self.read.now = before;
        outcome
    }

    /// A small number that differs between concurrent writers: spreads counters that everybody increments.
    pub fn shard(&self) -> i64 {
        self.read.connection.shard()
    }

    pub(crate) fn savepoint<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.read.connection.batch("SAVEPOINT step")?;
        match work(self).and_then(|value| self.read.connection.settle().map(|()| value)) {
            Ok(value) => self.read.connection.batch("RELEASE SAVEPOINT step").map(|()| value),
            Err(error) => {
                let connection = &mut self.read.connection;
                // Undone with the rest; the work's own error is the one to tell.
                let _ = connection.settle();
                connection.batch("ROLLBACK TO SAVEPOINT step; RELEASE SAVEPOINT step")?;
                connection.rolled_back_to_savepoint();
                Err(error)
            }
        }
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        self.read.connection.batch(sql)
    }

    /// What to do after the commit: wake who waits, then the hooks.
    pub(crate) fn into_hooks(self) -> Vec<Box<dyn FnOnce() + Send>> {
        let mut hooks = self.hooks;
        if self.facts {
            let bus = self.bus.clone();
            hooks.push(Box::new(move || bus.facts_committed()));
        }
        if self.jobs {
            let bus = self.bus.clone();
            hooks.push(Box::new(move || bus.jobs_committed()));
        }
        hooks
    }
}

impl<'c> Deref for Tx<'c> {
    type Target = Read<'c>;

    fn deref(&self) -> &Self::Target {
        &self.read
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.read
    }
}

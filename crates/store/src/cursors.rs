//! Readers of the log. A reactor's effect and its cursor are one transaction: exactly once, however often it crashes.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use kernel::{Caller, Code, Error, Fact, FactCursor, Result, Timestamp, WorkspaceId};
use tokio::sync::watch;

use crate::{Db, Facts, Read, Tx, facts, facts_after, params};

const BATCH: usize = 256;
/// How long to wait for an older transaction to end before looking again (PostgreSQL only).
const HELD_BACK: Duration = Duration::from_millis(5);
/// After a wake-up the log is given so long to grow: a reading costs the same for one fact as for many.
const GATHER: Duration = Duration::from_millis(5);

/// A part of the program that works on facts of others.
#[derive(Clone)]
pub struct Reactor {
    pub name: &'static str,
    pub react: React,
}

/// How a reactor takes its facts.
#[derive(Clone)]
pub enum React {
    /// Those of some names, one by one, in the workspace of the fact.
    Each { facts: &'static [&'static str], react: fn(&mut Tx<'_>, &Fact) -> Result<()> },
    /// All, as many together as are there, of one workspace and in its name.
    Batch(BatchWork),
}

/// Work on several facts of one workspace, the oldest first.
pub type BatchWork = Arc<dyn Fn(&mut Tx<'_>, &[&Fact]) -> Result<()> + Send + Sync>;

/// A fact that a reactor could not work.
pub struct SetAside {
    pub reactor: String,
    pub workspace: WorkspaceId,
    pub cursor: FactCursor,
    pub reason: String,
    pub at: Timestamp,
}

impl SetAside {
    /// Everything set aside in the workspace of the transaction, newest first.
    pub fn list(read: &mut Read<'_>) -> Result<Vec<Self>> {
        let workspace = read.workspace();
        let sql = "SELECT reactor, workspace_id, tx, seq, reason, at FROM facts_set_aside
                   WHERE workspace_id = $1 ORDER BY at DESC LIMIT 200";
        read.rows(sql, params![workspace])?
            .iter()
            .map(|row| {
                Ok(Self {
                    reactor: row.get(0)?,
                    workspace: row.get(1)?,
                    cursor: FactCursor { tx: row.get(2)?, seq: row.get(3)? },
                    reason: row.get(4)?,
                    at: row.get(5)?,
                })
            })
            .collect()
    }
}

/// Runs reactors until told to stop, each in a task of its own, woken by commits.
pub async fn run_reactors(db: Db, reactors: Vec<Reactor>, stop: watch::Receiver<bool>) {
    let mut tasks = tokio::task::JoinSet::new();
    for reactor in reactors {
        let (db, mut stop) = (db.clone(), stop.clone());
        tasks.spawn(async move {
            let mut facts = db.bus().facts();
            while !*stop.borrow() {
                facts.borrow_and_update();
                match step(&db, reactor.clone()).await {
                    Ok(Step::Worked { is_full: true }) => {}
                    Ok(Step::Worked { is_full: false }) => tokio::time::sleep(GATHER).await,
                    Ok(Step::HeldBack) => tokio::time::sleep(HELD_BACK).await,
                    Ok(Step::Idle) => tokio::select! {
                        _ = facts.changed() => tokio::time::sleep(GATHER).await,
                        _ = stop.changed() => {}
                    },
                    Err(error) => {
                        tracing::error!(reactor = reactor.name, %error, "a reactor cannot go on; trying again");
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                }
            }
        });
    }
    while tasks.join_next().await.is_some() {}
}

#[derive(Debug)]
pub(crate) enum Step {
    Worked {
        /// As many as fit: more may be there.
        is_full: bool,
    },
    HeldBack,
    Idle,
}

pub(crate) async fn step(db: &Db, reactor: Reactor) -> Result<Step> {
    let all = reactor.clone();
    match db.system(reactor.name, move |tx| advance(tx, &all, BATCH, false)).await {
        Ok(step) => Ok(step),
        // Of the disk or of the server, not of a fact.
        Err(error) if is_of_the_database(&error) => Err(error),
        // One of the batch is poison: go on one by one, and set aside the one that fails alone.
        Err(_) => db.system(reactor.name, move |tx| advance(tx, &reactor, 1, true)).await,
    }
}

fn advance(tx: &mut Tx<'_>, reactor: &Reactor, limit: usize, set_aside: bool) -> Result<Step> {
    let from = hold_cursor(tx, reactor.name)?;
    let Facts { items, held_back } = facts_after(tx, from, limit)?;
    let Some(last) = items.last().map(|fact| fact.cursor) else {
        return Ok(if held_back { Step::HeldBack } else { Step::Idle });
    };
    for together in wanted(&reactor.react, &items) {
        let fact = together[0];
        let caller = Caller::system(fact.workspace, reactor.name);
        let work = |tx: &mut Tx<'_>| match &reactor.react {
            React::Each { react, .. } => react(tx, fact),
            React::Batch(work) => work(tx, &together),
        };
        let worked = if set_aside {
            tx.savepoint(|tx| tx.within(caller.clone(), work))
        } else {
            tx.within(caller.clone(), work)
        };
        match worked {
            Err(error) if set_aside && !is_of_the_database(&error) => {
                tx.within(caller, |tx| put_aside(tx, reactor.name, fact, &error))?
            }
            other => other?,
        }
    }
    tx.execute_later(
        "UPDATE cursors SET tx = $2, seq = $3 WHERE name = $1",
        params![reactor.name, last.tx, last.seq],
    )?;
    Ok(Step::Worked { is_full: items.len() >= limit })
}

/// The facts a reactor works, in the portions in which it works them.
fn wanted<'f>(react: &React, facts: &'f [Fact]) -> Vec<Vec<&'f Fact>> {
    match react {
        React::Each { facts: names, .. } => {
            facts.iter().filter(|fact| names.contains(&fact.name.as_str())).map(|fact| vec![fact]).collect()
        }
        React::Batch(_) => {
            let mut by_workspace: BTreeMap<WorkspaceId, Vec<&Fact>> = BTreeMap::new();
            facts.iter().for_each(|fact| by_workspace.entry(fact.workspace).or_default().push(fact));
            by_workspace.into_values().collect()
        }
    }
}

pub(crate) fn is_of_the_database(error: &Error) -> bool {
    matches!(error.code, Code::StorageFull | Code::Unavailable)
}

/// The place of a reader, held until the commit: nobody else moves it, and what it has read stays as it was.
pub fn hold_cursor(tx: &mut Tx<'_>, name: &str) -> Result<FactCursor> {
    let sql = format!("SELECT tx, seq FROM cursors WHERE name = $1{}", tx.dialect().for_update());
    let row = match tx.row(&sql, params![name])? {
        Some(row) => row,
        None => {
            tx.execute(
                "INSERT INTO cursors (name, tx, seq) VALUES ($1, 0, 0) ON CONFLICT (name) DO NOTHING",
                params![name],
            )?;
            tx.one(&sql, params![name])?
        }
    };
    Ok(FactCursor { tx: row.get(0)?, seq: row.get(1)? })
}

pub(crate) fn put_aside(tx: &mut Tx<'_>, reactor: &str, fact: &Fact, error: &Error) -> Result<()> {
    tracing::error!(reactor, fact = %fact.cursor, %error, "a fact was set aside");
    let (workspace, now) = (tx.workspace(), tx.now());
    tx.execute(
        "INSERT INTO facts_set_aside (workspace_id, reactor, tx, seq, reason, at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (workspace_id, reactor, tx, seq) DO NOTHING",
        params![workspace, reactor, fact.cursor.tx, fact.cursor.seq, error.to_string(), now],
    )?;
    Ok(())
}

/// Follows the log in memory, for what is not kept in the database: live screens, the search index.
pub struct Tail {
    db: Db,
    cursor: FactCursor,
    wake: watch::Receiver<u64>,
    /// Everything there was has been read: what comes next may gather first.
    is_drained: bool,
}

impl Tail {
    /// Follows from `cursor` on.
    pub fn after(db: &Db, cursor: FactCursor) -> Self {
        Self { db: db.clone(), cursor, wake: db.bus().facts(), is_drained: false }
    }

    /// Follows from now on.
    pub async fn from_head(db: &Db) -> Result<Self> {
        let wake = db.bus().facts();
        let cursor = db.system_read("tail", facts::head).await?;
        Ok(Self { db: db.clone(), cursor, wake, is_drained: false })
    }

    pub fn cursor(&self) -> FactCursor {
        self.cursor
    }

    /// The next facts, at least one; waits for them. Safe to drop while waiting.
    pub async fn next(&mut self) -> Result<Vec<Fact>> {
        loop {
            if self.is_drained {
                tokio::time::sleep(GATHER).await;
            }
            self.wake.borrow_and_update();
            let cursor = self.cursor;
            let found = self.db.system_read("tail", move |read| facts_after(read, cursor, BATCH)).await?;
            if let Some(last) = found.items.last() {
                self.cursor = last.cursor;
                self.is_drained = found.items.len() < BATCH;
                return Ok(found.items);
            }
            self.is_drained = true;
            if found.held_back {
                tokio::time::sleep(HELD_BACK).await;
            } else if self.wake.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

//! Following the facts: apply, commit soon, rest when idle.

use std::{
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError},
    time::Duration,
};

use kernel::{Caller, Error, Fact, FactCursor, Result};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use super::{
    Projector, Search, blocking,
    document::Change,
    generation::{Commit, Indexer},
};
use crate::{Read, Tail, Tx, cursors};

pub(super) const NAME: &str = "search";
/// While facts arrive they become searchable this often; the first of them at once.
const COMMIT_EVERY: Duration = Duration::from_millis(300);
const REST_AFTER: Duration = Duration::from_secs(30);
/// So much of changes is held in memory, as [`Change::size`] tells.
const PORTION: usize = 1_000_000;
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(1);

impl Search {
    /// Follows the facts until told to stop.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        tokio::select! {
            () = self.follow() => {}
            () = self.heal() => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
        if let Err(error) = self.with_indexer(finish).await {
            tracing::warn!(%error, "the search index could not be committed; it goes on from its last commit");
        }
    }

    async fn follow(&self) {
        loop {
            let Err(error) = self.follow_until_it_fails().await;
            tracing::error!(%error, "the search index cannot be written; trying again");
            self.inner.suspect.notify_one();
            let rolled_back = self.with_indexer(|indexer| {
                indexer.roll_back();
                Ok(())
            });
            if let Err(error) = rolled_back.await {
                tracing::error!(%error, "the search index cannot be rolled back");
            }
            tokio::time::sleep(TRY_AGAIN_AFTER).await;
        }
    }

    async fn follow_until_it_fails(&self) -> Result<Infallible> {
        let start = self.with_indexer(|indexer| Ok(indexer.cursor)).await?;
        let mut tail = Tail::after(&self.inner.db, start);
        let mut facts = Vec::new();
        let mut last_commit = None;
        let (mut commit_at, mut rest_at) = (None, None);
        loop {
            if commit_at.is_some_and(|at| at <= Instant::now()) {
                self.commit().await?;
                last_commit = Some(Instant::now());
                (commit_at, rest_at) = (None, Some(Instant::now() + REST_AFTER));
            }
            if !facts.is_empty() {
                let applied = self.apply(facts).await?;
                commit_at = match applied.indexer {
                    State::Clean => None,
                    State::Dirty => commit_at.or_else(|| Some(next_commit(last_commit))),
                    State::Full => Some(Instant::now()),
                };
                facts = applied.rest;
                continue;
            }
            tokio::select! {
                found = tail.next() => facts = found?,
                () = at(commit_at) => {}
                () = at(rest_at), if commit_at.is_none() => {
                    self.with_indexer(Indexer::rest).await?;
                    rest_at = None;
                }
            }
        }
    }

    /// Applies the first of the facts.
    async fn apply(&self, facts: Vec<Fact>) -> Result<Applied> {
        let Portion { changes, until, rest } = self.portion_of(facts).await?;
        let applied = self.with_indexer(move |indexer| {
            indexer.apply(changes, until)?;
            Ok(State::of(indexer))
        });
        let indexer = applied.await?;
        if indexer == State::Clean {
            self.reach(until);
        }
        Ok(Applied { indexer, rest })
    }

    async fn commit(&self) -> Result<()> {
        let committed = self.with_indexer(|indexer| {
            indexer.commit(Commit::Whole)?;
            Ok(indexer.committed)
        });
        self.reach(committed.await?);
        Ok(())
    }

    pub(super) fn reach(&self, cursor: FactCursor) {
        self.inner.reached.send_if_modified(|reached| {
            let further = cursor > *reached;
            *reached = cursor.max(*reached);
            further
        });
    }

    pub(super) async fn with_indexer<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Indexer) -> tantivy::Result<T> + Send + 'static,
    ) -> Result<T> {
        let inner = Arc::clone(&self.inner);
        // After a panic the writer is rolled back like after any other failure.
        blocking(move || work(&mut inner.indexer.lock().unwrap_or_else(PoisonError::into_inner))).await
    }

    /// What the first of the facts change. One that cannot be projected is set aside, and its neighbours go on.
    pub(super) async fn portion_of(&self, facts: Vec<Fact>) -> Result<Portion> {
        let projector = Arc::clone(&self.inner.projector);
        let work = move |read: &mut Read<'_>| Ok(project(&projector, read, facts));
        let (portion, failed) = self.inner.db.system_read(NAME, work).await?;
        if let Some((fact, error)) = failed {
            self.set_aside(fact, error).await?;
        }
        Ok(portion)
    }

    async fn set_aside(&self, fact: Fact, error: Error) -> Result<()> {
        if cursors::is_of_the_database(&error) {
            return Err(error);
        }
        let work = move |tx: &mut Tx<'_>| {
            tx.within(caller_of(&fact), |tx| cursors::put_aside(tx, NAME, &fact, &error))
        };
        self.inner.db.system(NAME, work).await
    }
}

struct Applied {
    indexer: State,
    rest: Vec<Fact>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// Nothing to commit.
    Clean,
    Dirty,
    /// To be committed now.
    Full,
}

impl State {
    fn of(indexer: &Indexer) -> Self {
        if indexer.is_full() {
            Self::Full
        } else if indexer.is_dirty() {
            Self::Dirty
        } else {
            Self::Clean
        }
    }
}

fn next_commit(last: Option<Instant>) -> Instant {
    last.map_or_else(Instant::now, |last| last + COMMIT_EVERY)
}

/// So much of the facts as is worked at once.
pub(super) struct Portion {
    pub changes: Vec<Change>,
    pub until: FactCursor,
    pub rest: Vec<Fact>,
}

/// Stops at a fact that fails, after which the snapshot may be no good for reading the others.
fn project(projector: &Projector, read: &mut Read<'_>, facts: Vec<Fact>) -> (Portion, Option<(Fact, Error)>) {
    let mut portion = Portion { changes: Vec::new(), until: FactCursor::default(), rest: Vec::new() };
    let mut facts = facts.into_iter();
    let mut failed = None;
    let mut size = 0;
    while size < PORTION && failed.is_none() {
        let Some(fact) = facts.next() else { break };
        portion.until = fact.cursor;
        let now = read.now;
        let mut read = Read { connection: &mut *read.connection, caller: caller_of(&fact), now };
        let outcome = catch_unwind(AssertUnwindSafe(|| projector(&mut read, &fact)))
            .unwrap_or_else(|_| Err(Error::internal("the projector panicked")));
        match outcome {
            Ok(changes) => {
                size += changes.iter().map(Change::size).sum::<usize>();
                portion.changes.extend(changes);
            }
            Err(error) => failed = Some((fact, error)),
        }
    }
    portion.rest = facts.collect();
    (portion, failed)
}

fn caller_of(fact: &Fact) -> Caller {
    Caller::system(fact.workspace, NAME)
}

fn finish(indexer: &mut Indexer) -> tantivy::Result<()> {
    if indexer.cursor > indexer.committed {
        indexer.commit(Commit::Whole)?;
    }
    indexer.rest()
}

/// Waits until a time; without one for ever.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

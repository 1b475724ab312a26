//! Following the facts: apply, commit soon, rest when idle.

use std::{
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError},
    time::Duration,
};

use kernel::{Caller, Code, Error, Fact, FactCursor, Result};
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
        let mut last_commit = None;
        let (mut commit_at, mut rest_at) = (None, None);
        loop {
            tokio::select! {
                biased;
                () = at(commit_at) => {
                    self.commit().await?;
                    last_commit = Some(Instant::now());
                    (commit_at, rest_at) = (None, Some(Instant::now() + REST_AFTER));
                }
                () = at(rest_at), if commit_at.is_none() => {
                    self.with_indexer(Indexer::rest).await?;
                    rest_at = None;
                }
                facts = tail.next() => {
                    if self.apply(facts?).await? && commit_at.is_none() {
                        commit_at = Some(last_commit.map_or_else(Instant::now, |last| last + COMMIT_EVERY));
                    }
                }
            }
        }
    }

    /// Whether there is something to commit now.
    async fn apply(&self, facts: Vec<Fact>) -> Result<bool> {
        let Some(last) = facts.last().map(|fact| fact.cursor) else { return Ok(false) };
        let changes = self.changes_of(facts).await?;
        let dirty = self.with_indexer(move |indexer| {
            indexer.apply(changes, last)?;
            Ok(indexer.dirty)
        });
        let dirty = dirty.await?;
        if !dirty {
            self.reach(last);
        }
        Ok(dirty)
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

    /// What facts change. One that cannot be projected is set aside, and its neighbours go on.
    pub(super) async fn changes_of(&self, mut facts: Vec<Fact>) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        while !facts.is_empty() {
            let projector = Arc::clone(&self.inner.projector);
            let work = move |read: &mut Read<'_>| Ok(project(&projector, read, facts));
            let projected = self.inner.db.system_read(NAME, work).await?;
            changes.extend(projected.changes);
            facts = projected.rest;
            if let Some((fact, error)) = projected.failed {
                self.set_aside(fact, error).await?;
            }
        }
        Ok(changes)
    }

    async fn set_aside(&self, fact: Fact, error: Error) -> Result<()> {
        if error.code == Code::Unavailable {
            return Err(error); // of the database, not of the fact
        }
        let work = move |tx: &mut Tx<'_>| {
            tx.within(caller_of(&fact), |tx| cursors::put_aside(tx, NAME, &fact, &error))
        };
        self.inner.db.system(NAME, work).await
    }
}

struct Projected {
    changes: Vec<Change>,
    failed: Option<(Fact, Error)>,
    /// The facts after the one that failed; its snapshot is no longer good for reading them.
    rest: Vec<Fact>,
}

fn project(projector: &Projector, read: &mut Read<'_>, facts: Vec<Fact>) -> Projected {
    let mut changes = Vec::new();
    let mut facts = facts.into_iter();
    while let Some(fact) = facts.next() {
        let now = read.now;
        let mut read = Read { connection: &mut *read.connection, caller: caller_of(&fact), now };
        let outcome = catch_unwind(AssertUnwindSafe(|| projector(&mut read, &fact)))
            .unwrap_or_else(|_| Err(Error::internal("the projector panicked")));
        match outcome {
            Ok(found) => changes.extend(found),
            Err(error) => return Projected { changes, failed: Some((fact, error)), rest: facts.collect() },
        }
    }
    Projected { changes, failed: None, rest: Vec::new() }
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

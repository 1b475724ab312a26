//! Building the index anew beside the one that is searched, and taking its place.

use std::{
    fs,
    sync::{Arc, PoisonError},
    time::Duration,
};

use kernel::{FactCursor, Result};

use super::{
    Inner, Search, blocking,
    follow::{NAME, Portion},
    generation::{Commit, Generation, Indexer},
};
use crate::{facts, facts_after};

const BATCH: usize = 256;
/// How long to wait for facts that cannot be read yet.
const HELD_BACK: Duration = Duration::from_millis(5);
/// A search that fails although the files are whole is not looked into more often.
const CHECK_AGAIN_AFTER: Duration = Duration::from_secs(600);

/// How far the index is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// A rebuild is under way and `reached` tells of it; searches are still answered from the index before.
    pub rebuilding: bool,
    pub reached: FactCursor,
    pub head: FactCursor,
}

impl Progress {
    /// From 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "a share needs no precision")]
    pub fn share(&self) -> f64 {
        if self.reached >= self.head { 1.0 } else { self.reached.seq as f64 / self.head.seq.max(1) as f64 }
    }
}

/// Whether the new index has taken the place of the old.
enum Swap {
    Done(Arc<Generation>),
    /// Facts came meanwhile.
    Behind(Box<Indexer>),
}

impl Search {
    pub async fn progress(&self) -> Result<Progress> {
        let head = self.inner.db.system_read(NAME, facts::head).await?;
        let rebuilt = *self.inner.rebuilt.borrow();
        let reached = rebuilt.unwrap_or_else(|| self.cursor());
        Ok(Progress { rebuilding: rebuilt.is_some(), reached, head })
    }

    /// Builds the index anew from the first fact on. Searches go on meanwhile, on the old one.
    pub async fn rebuild(&self) -> Result<()> {
        let _one = self.inner.one_rebuild.lock().await;
        let (inner, number) = (Arc::clone(&self.inner), self.current().number + 1);
        let generation = blocking(move || Generation::create(&inner.folder, number)).await?;
        let indexer = Indexer::new(Arc::new(generation), FactCursor::default());
        self.inner.rebuilt.send_replace(Some(FactCursor::default()));
        let outcome = self.build(indexer).await;
        self.inner.rebuilt.send_replace(None);
        let before = outcome?;
        let removed = blocking(move || Ok(fs::remove_dir_all(&before.folder)?)).await;
        removed
            .inspect_err(|error| tracing::warn!(%error, "the old search index could not be removed"))
            .or(Ok(()))
    }

    async fn build(&self, mut indexer: Indexer) -> Result<Arc<Generation>> {
        loop {
            let from = indexer.cursor;
            let found = self.inner.db.system_read(NAME, move |read| facts_after(read, from, BATCH)).await?;
            if !found.items.is_empty() {
                let Portion { changes, until, .. } = self.portion_of(found.items).await?;
                indexer = blocking(move || {
                    indexer.apply(changes, until)?;
                    if indexer.is_full() {
                        indexer.commit(Commit::Unfinished)?;
                    }
                    Ok(indexer)
                })
                .await?;
                self.inner.rebuilt.send_replace(Some(until));
                continue;
            }
            let inner = Arc::clone(&self.inner);
            match blocking(move || inner.swap(indexer)).await? {
                Swap::Done(before) => return Ok(before),
                Swap::Behind(behind) => indexer = *behind,
            }
            tokio::time::sleep(HELD_BACK).await;
        }
    }

    /// Looks whether the files are damaged each time something failed, and rebuilds what is.
    pub(super) async fn heal(&self) {
        loop {
            self.inner.suspect.notified().await;
            let generation = self.current();
            let whole = blocking(move || Ok(generation.index.validate_checksum()?.is_empty())).await;
            if whole.is_ok_and(|whole| whole) {
                tokio::time::sleep(CHECK_AGAIN_AFTER).await;
                continue;
            }
            tracing::error!("the search index is damaged; building it anew");
            if let Err(error) = self.rebuild().await {
                tracing::error!(%error, "the search index could not be rebuilt");
            }
        }
    }
}

impl Inner {
    /// Puts a new index in the place of the one that is searched and written, if it is as far.
    fn swap(&self, mut new: Indexer) -> tantivy::Result<Swap> {
        let mut live = self.indexer.lock().unwrap_or_else(PoisonError::into_inner);
        if new.cursor < live.cursor {
            return Ok(Swap::Behind(Box::new(new)));
        }
        new.commit(Commit::Whole)?;
        let reached = new.cursor;
        let generation = Arc::clone(&new.generation);
        let before = std::mem::replace(&mut *live, new).generation;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = generation;
        self.reached.send_if_modified(|cursor| std::mem::replace(cursor, reached.max(*cursor)) < reached);
        Ok(Swap::Done(before))
    }
}

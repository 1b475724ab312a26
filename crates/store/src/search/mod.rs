//! Full-text search: an index beside the database, fed from facts, that can be thrown away at any time.
//!
//! Invariants
//! - The cursor of the last fact is in the index's own commit: after any crash it goes on exactly there.
//! - Workspace and access are a filter inside every query, made of the caller's rights alone; no text reaches it.
//! - Nothing of the domain is known here: a [`Projector`] says what a fact changes.

mod document;
mod find;
mod follow;
mod generation;
mod hungarian;
mod parse;
mod plan;
mod question;
mod rank;
mod rebuild;
mod schema;
mod snippet;
mod words;

#[cfg(test)]
mod tests;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use kernel::{Error, Fact, FactCursor, Result};
use tokio::sync::{Notify, watch};

use self::generation::{Generation, Indexer};
pub use self::{
    document::{Access, Change, Document, DocumentKind},
    question::{AccessFilter, Hit, Hits, Order, Query, SearchCursor, Snippet},
    rebuild::Progress,
};
use crate::{Db, Read, facts};

/// Says which documents a fact changes, as they are now. Reads in the workspace of the fact.
pub type Projector = Arc<dyn Fn(&mut Read<'_>, &Fact) -> Result<Vec<Change>> + Send + Sync>;

/// The index of this node. Cheap to clone.
#[derive(Clone)]
pub struct Search {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    projector: Projector,
    /// Holds one folder for each generation of the index; more than one only while it is rebuilt.
    folder: PathBuf,
    /// What is searched.
    current: RwLock<Arc<Generation>>,
    /// What writes to it. Locked in blocking threads alone.
    indexer: Mutex<Indexer>,
    /// How far the searchable documents are.
    reached: watch::Sender<FactCursor>,
    /// How far a rebuild is.
    rebuilt: watch::Sender<Option<FactCursor>>,
    one_rebuild: tokio::sync::Mutex<()>,
    /// A search or a write failed: the files may be damaged.
    suspect: Notify,
}

impl Search {
    /// Opens the index in the data folder of the database. What is missing, damaged, of another version or ahead of
    /// the database is built anew by [`Search::run`].
    pub async fn open(db: &Db, projector: Projector) -> Result<Self> {
        let head = db.system_read("search", facts::head).await?;
        let folder = db.data().join("search").join(format!("v{}", schema::VERSION));
        let opened = folder.clone();
        let (generation, cursor) = blocking(move || generation::open_newest(&opened, head)).await?;
        let generation = Arc::new(generation);
        Ok(Self {
            inner: Arc::new(Inner {
                db: db.clone(),
                projector,
                folder,
                current: RwLock::new(Arc::clone(&generation)),
                indexer: Mutex::new(Indexer::new(generation, cursor)),
                reached: watch::Sender::new(cursor),
                rebuilt: watch::Sender::new(None),
                one_rebuild: tokio::sync::Mutex::new(()),
                suspect: Notify::new(),
            }),
        })
    }

    /// The fact up to which everything can be found.
    pub fn cursor(&self) -> FactCursor {
        *self.inner.reached.borrow()
    }

    /// Waits until everything up to a fact can be found.
    pub async fn wait_for(&self, cursor: FactCursor) {
        // Fails only when the sender is gone, and `self` holds it.
        let _ = self.inner.reached.subscribe().wait_for(|reached| *reached >= cursor).await;
    }

    /// Waits until everything that is committed now can be found.
    pub async fn caught_up(&self) -> Result<()> {
        let head = self.inner.db.system_read("search", facts::head).await?;
        self.wait_for(head).await;
        Ok(())
    }

    fn current(&self) -> Arc<Generation> {
        Arc::clone(&self.inner.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Runs work on the index, which reads files and computes, away from the async threads.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> tantivy::Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?.map_err(Error::internal)
}

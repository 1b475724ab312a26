//! The files of the index: opening, writing, committing with the cursor.

use std::{
    collections::HashSet,
    fs, io,
    panic::catch_unwind,
    path::{Path, PathBuf},
    sync::Arc,
};

use kernel::FactCursor;
use tantivy::{
    Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, Term,
    indexer::{IndexWriterOptions, LogMergePolicy},
};

use super::{
    document::Change,
    schema::{self, Fields},
};

/// What one writer may hold in memory.
const WRITER_BYTES: usize = 20_000_000;
const MOST_UNCOMMITTED: usize = 8_000_000;
const CACHED_BLOCKS: usize = 10;
/// So many segments of a size become one: a search looks into each.
const MOST_ALIKE: usize = 5;
/// The share of deleted documents from which a segment is written anew: conversations are replaced often.
const MOST_DELETED: f32 = 0.3;

/// One index in one folder.
pub(super) struct Generation {
    pub number: u64,
    pub folder: PathBuf,
    pub fields: Fields,
    pub index: Index,
    reader: IndexReader,
}

impl Generation {
    pub fn create(parent: &Path, number: u64) -> tantivy::Result<Self> {
        let folder = parent.join(number.to_string());
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Self::with(Index::create_in_dir(&folder, schema::schema().0)?, folder, number)
    }

    fn open(parent: &Path, number: u64) -> tantivy::Result<Self> {
        let folder = parent.join(number.to_string());
        let index = Index::open_in_dir(&folder)?;
        if index.schema() != schema::schema().0 {
            return Err(tantivy::TantivyError::SchemaError("of another version".to_owned()));
        }
        Self::with(index, folder, number)
    }

    fn with(mut index: Index, folder: PathBuf, number: u64) -> tantivy::Result<Self> {
        index.set_tokenizers(schema::tokenizers());
        let reader = index
            .reader_builder()
            // Reloaded after each commit; watching the folder would keep an idle server awake.
            .reload_policy(ReloadPolicy::Manual)
            .doc_store_cache_num_blocks(CACHED_BLOCKS)
            .try_into()?;
        Ok(Self { number, folder, fields: schema::schema().1, index, reader })
    }

    pub fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    /// The cursor of the last commit; `None` when a rebuild of it was not finished.
    fn cursor(&self) -> tantivy::Result<Option<FactCursor>> {
        let Some(payload) = self.index.load_metas()?.payload else { return Ok(Some(FactCursor::default())) };
        Ok(payload.parse().ok())
    }

    fn writer(&self) -> tantivy::Result<IndexWriter> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(WRITER_BYTES)
            .build();
        let writer = self.index.writer_with_options(options)?;
        let mut merging = LogMergePolicy::default();
        merging.set_min_num_segments(MOST_ALIKE);
        merging.set_del_docs_ratio_before_merge(MOST_DELETED);
        writer.set_merge_policy(Box::new(merging));
        Ok(writer)
    }
}

/// Opens the newest generation that is whole and not ahead of the database, or creates one. Removes all others, and
/// the folders of other versions.
pub(super) fn open_newest(folder: &Path, head: FactCursor) -> tantivy::Result<(Generation, FactCursor)> {
    fs::create_dir_all(folder)?;
    let mut numbers: Vec<u64> = entries(folder)?.iter().filter_map(|name| name.parse().ok()).collect();
    numbers.sort_unstable();
    let newest = numbers.iter().rev().find_map(|number| usable(folder, *number, head));
    let (generation, cursor) = match newest {
        Some(found) => found,
        None => {
            let number = numbers.last().map_or(1, |newest| newest + 1);
            (Generation::create(folder, number)?, FactCursor::default())
        }
    };
    remove_others(folder, &generation.number.to_string())?;
    if let (Some(versions), Some(version)) =
        (folder.parent(), folder.file_name().and_then(|name| name.to_str()))
    {
        remove_others(versions, version)?;
    }
    Ok((generation, cursor))
}

fn usable(folder: &Path, number: u64, head: FactCursor) -> Option<(Generation, FactCursor)> {
    let open = || {
        let generation = Generation::open(folder, number)?;
        let cursor = generation.cursor()?;
        Ok((generation, cursor))
    };
    // A file that was cut short is a panic in its reader.
    let opened = catch_unwind(open)
        .unwrap_or_else(|_| Err(tantivy::TantivyError::SystemError("its files are cut short".to_owned())));
    match opened {
        Ok((generation, Some(cursor))) if cursor <= head => Some((generation, cursor)),
        Ok(_) => {
            tracing::warn!(
                number,
                "the search index is unfinished or ahead of the database; building it anew"
            );
            None
        }
        Err(error) => {
            tracing::warn!(number, %error, "the search index cannot be opened; building it anew");
            None
        }
    }
}

fn entries(folder: &Path) -> io::Result<Vec<String>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

fn remove_others(folder: &Path, keep: &str) -> io::Result<()> {
    entries(folder)?
        .iter()
        .filter(|name| *name != keep)
        .try_for_each(|name| fs::remove_dir_all(folder.join(name)))
}

/// Writes to a generation. Its writer lives only while there is something to write.
pub(super) struct Indexer {
    pub generation: Arc<Generation>,
    writer: Option<IndexWriter>,
    /// The last fact that was applied, and the last that is committed.
    pub cursor: FactCursor,
    pub committed: FactCursor,
    /// How much was changed since the last commit, as [`Change::size`] tells.
    uncommitted: usize,
    /// The ids and parents of what was added since the last commit; no search finds them yet.
    added: HashSet<Term>,
}

/// Whether a commit makes the generation one that can be opened again.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Commit {
    Whole,
    /// Of a rebuild that goes on.
    Unfinished,
}

impl Indexer {
    pub fn new(generation: Arc<Generation>, cursor: FactCursor) -> Self {
        Self { generation, writer: None, cursor, committed: cursor, uncommitted: 0, added: HashSet::new() }
    }

    /// Applies changes in order and moves the cursor, both not yet committed.
    pub fn apply(&mut self, changes: Vec<Change>, cursor: FactCursor) -> tantivy::Result<()> {
        for change in changes {
            self.uncommitted += change.size();
            self.write(change)?;
        }
        // After a rebuild facts come that it has seen already; applying them again changes nothing.
        self.cursor = self.cursor.max(cursor);
        Ok(())
    }

    fn write(&mut self, change: Change) -> tantivy::Result<()> {
        let generation = Arc::clone(&self.generation);
        let fields = &generation.fields;
        match change {
            Change::Put(document) => {
                let id = fields.with_id(document.workspace, &document.id);
                let parent = fields.with_parent(document.workspace, &document.parent);
                self.delete(id.clone())?;
                self.writer()?.add_document(fields.document(document))?;
                self.added.extend([id, parent]);
            }
            Change::Remove { workspace, id } => self.delete(fields.with_id(workspace, &id))?,
            Change::RemoveParent { workspace, parent } => {
                self.delete(fields.with_parent(workspace, &parent))?
            }
        }
        Ok(())
    }

    /// Deletes what is there: each delete is a search in every segment and a kilobyte until that is done.
    fn delete(&mut self, term: Term) -> tantivy::Result<()> {
        if self.added.contains(&term) || self.generation.searcher().doc_freq(&term)? > 0 {
            self.writer()?.delete_term(term);
        }
        Ok(())
    }

    fn writer(&mut self) -> tantivy::Result<&mut IndexWriter> {
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => self.generation.writer()?,
        };
        Ok(self.writer.insert(writer))
    }

    /// Makes all that was applied durable, with its cursor, and searchable.
    pub fn commit(&mut self, commit: Commit) -> tantivy::Result<()> {
        let cursor = self.cursor;
        let payload = match commit {
            Commit::Whole => cursor.to_string(),
            Commit::Unfinished => "unfinished".to_owned(),
        };
        let mut prepared = self.writer()?.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()?;
        self.generation.reader.reload()?;
        (self.committed, self.uncommitted) = (cursor, 0);
        self.added.clear();
        Ok(())
    }

    pub fn is_dirty(&self) -> bool {
        self.uncommitted > 0
    }

    /// The writer holds what it was given several times over, and every delete, until a commit.
    pub fn is_full(&self) -> bool {
        self.uncommitted > MOST_UNCOMMITTED
    }

    /// Forgets what was applied since the last commit.
    pub fn roll_back(&mut self) {
        self.writer = None;
        (self.cursor, self.uncommitted) = (self.committed, 0);
        self.added.clear();
    }

    /// Gives back the memory of the writer, after its merges.
    pub fn rest(&mut self) -> tantivy::Result<()> {
        self.writer.take().map_or(Ok(()), IndexWriter::wait_merging_threads)?;
        self.generation.reader.reload()
    }
}

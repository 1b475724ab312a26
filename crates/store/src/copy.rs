//! Copies: of a SQLite database in use (its online backup API), and what a restored PostgreSQL dump needs.

use std::path::Path;

use kernel::{Error, Result};
use rusqlite::{Connection, OpenFlags, backup::Backup};

use crate::backend::{secure, sqlite::create_private};

/// Copies `from` to the new file `to`, also while a server writes to it.
pub fn copy_sqlite(from: &Path, to: &Path) -> Result<()> {
    let source =
        Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(Error::internal)?;
    create_private(to)?;
    let mut target = Connection::open(to).map_err(Error::internal)?;
    let backup = Backup::new(&source, &mut target).map_err(Error::internal)?;
    // All pages in one step: a read transaction of the source, so writers go on and the copy is of one moment.
    backup.step(-1).map_err(Error::internal)?;
    drop(backup);
    target
        .query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0))
        .map_err(Error::internal)
        .and_then(|verdict| {
            if verdict == "ok" {
                Ok(())
            } else {
                Err(Error::internal(format!("the copy is damaged: {verdict}")))
            }
        })
}

/// After a dump was restored: transaction numbers of another server mean nothing here, so every fact counts as long
/// committed. A cursor goes back to the first fact it had not worked; reactors bear a repetition.
pub fn settle_restored(url: &str) -> Result<()> {
    let mut client = secure::connect(url)?;
    client
        .batch_execute(
            "BEGIN;
             UPDATE cursors SET tx = 0, seq = COALESCE(
                 (SELECT MIN(f.seq) - 1 FROM facts f WHERE (f.tx, f.seq) > (cursors.tx, cursors.seq)),
                 (SELECT COALESCE(MAX(f.seq), 0) FROM facts f));
             UPDATE facts SET tx = 0;
             COMMIT",
        )
        .map_err(Error::internal)
}

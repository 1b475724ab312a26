//! A consistent copy of a SQLite database that is in use (SQLite online backup API).

use std::path::Path;

use kernel::{Error, Result};
use rusqlite::{Connection, OpenFlags, backup::Backup};

/// Copies `from` to the new file `to`, also while a server writes to it.
pub fn copy_sqlite(from: &Path, to: &Path) -> Result<()> {
    let source =
        Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(Error::internal)?;
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

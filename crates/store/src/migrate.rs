//! The schema: one ordered list of migrations, applied forward at start. A database newer than the program is refused.

use include_dir::{Dir, include_dir};
use kernel::{Error, Result};

use crate::{Dialect, Read, Tx, params, statistics};

static MIGRATIONS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../migrations");

/// The number of the last migration this program knows.
pub fn newest_version() -> Result<i64> {
    Ok(pending(0)?.last().map_or(0, |(version, _)| *version))
}

/// The number of the last migration applied.
pub fn schema_version(read: &mut Read<'_>) -> Result<i64> {
    read.one("SELECT COALESCE(MAX(version), 0) FROM schema_migrations", &[])?.get(0)
}

pub(crate) fn migrate(tx: &mut Tx<'_>) -> Result<()> {
    tx.batch("CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL)")?;
    if tx.dialect() == Dialect::Postgres {
        // Two nodes starting at once: the second waits here and then finds nothing to do.
        tx.batch("LOCK TABLE schema_migrations IN EXCLUSIVE MODE")?;
    }
    let current = schema_version(tx)?;
    let newest = newest_version()?;
    if current > newest {
        let text =
            format!("the database has schema {current}, this program knows {newest}: start a newer program");
        return Err(Error::internal(text));
    }
    let pending = pending(current)?;
    let is_up_to_date = pending.is_empty();
    for (version, sql) in pending {
        let translated = tx.dialect().translate(sql);
        tx.batch(&translated)?;
        let now = tx.now();
        tx.execute(
            "INSERT INTO schema_migrations (version, applied_at) VALUES ($1, $2)",
            params![version, now],
        )?;
    }
    if is_up_to_date { Ok(()) } else { statistics::write(tx) }
}

fn pending(current: i64) -> Result<Vec<(i64, &'static str)>> {
    let mut found = Vec::new();
    for file in MIGRATIONS.files() {
        let name = file.path().to_string_lossy();
        let version: i64 = name
            .split('_')
            .next()
            .and_then(|number| number.parse().ok())
            .ok_or_else(|| Error::internal(format!("{name} is not named NNNN_what.sql")))?;
        let sql = file.contents_utf8().ok_or_else(|| Error::internal(format!("{name} is not text")))?;
        if version > current {
            found.push((version, sql));
        }
    }
    found.sort_unstable_by_key(|(version, _)| *version);
    Ok(found)
}

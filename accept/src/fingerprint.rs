//! The state of a whole database as a hash for each table.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    time::Duration,
};

use sha2::{Digest, Sha256};

use crate::{
    check::Error,
    engine::{Database, cell, connect, open},
    program::Program,
    world::wait,
};

/// When somebody was last seen is no content: every sign of life changes it.
const SIGNS_OF_LIFE: [&str; 2] = ["last_seen_at", "last_used_at"];

pub type Fingerprints = BTreeMap<String, String>;

impl Database {
    /// Every row of every table, hashed; the two workspaces of a check together.
    pub async fn fingerprints(&self) -> Result<Fingerprints, Error> {
        match self {
            Self::File(folder) => {
                let connection = open(folder)?;
                let tables =
                    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
                let tables: Vec<String> =
                    connection.prepare(tables)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
                let mut hashes = Fingerprints::new();
                for table in tables {
                    let columns: Vec<String> = connection
                        .prepare("SELECT name FROM pragma_table_info(?1)")?
                        .query_map([&table], |row| row.get(0))?
                        .collect::<Result<_, _>>()?;
                    let columns = contents(columns);
                    let mut statement =
                        connection.prepare(&format!("SELECT {} FROM {table}", columns.join(", ")))?;
                    let rows = statement.query_map([], |row| {
                        let cells: Result<Vec<String>, _> =
                            (0..columns.len()).map(|column| row.get_ref(column).map(cell)).collect();
                        Ok(cells?.join("\u{1f}"))
                    })?;
                    hashes.insert(table, hash(rows.collect::<Result<_, _>>()?));
                }
                Ok(hashes)
            }
            Self::Server(url) => {
                let client = connect(url).await?;
                let sql = "SELECT table_name::text, array_agg(column_name::text ORDER BY ordinal_position)
                           FROM information_schema.columns WHERE table_schema = 'public' GROUP BY 1";
                let mut hashes = Fingerprints::new();
                for table in client.query(sql, &[]).await? {
                    let (name, columns): (String, Vec<String>) = (table.get(0), table.get(1));
                    let columns = contents(columns).join(", ");
                    let sql = format!("SELECT t::text FROM (SELECT {columns} FROM {name}) t");
                    let rows = client.query(&sql, &[]).await?;
                    hashes.insert(name, hash(rows.iter().map(|row| row.get(0)).collect()));
                }
                Ok(hashes)
            }
        }
    }
}

fn contents(columns: Vec<String>) -> Vec<String> {
    columns.into_iter().filter(|column| !SIGNS_OF_LIFE.contains(&column.as_str())).collect()
}

fn hash(mut rows: Vec<String>) -> String {
    rows.sort();
    let digest = Sha256::digest(rows.join("\u{1e}"));
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The tables that differ.
pub fn changed(before: &Fingerprints, after: &Fingerprints) -> Vec<String> {
    let tables = before.keys().chain(after.keys()).filter(|table| before.get(*table) != after.get(*table));
    tables.cloned().collect::<BTreeSet<_>>().into_iter().collect()
}

/// Waits until the program has nothing of its own to do any more, and gives the state it then stays in.
pub async fn at_rest(program: &Program) -> Result<Fingerprints, Error> {
    let idle = wait(Duration::from_secs(60), || async {
        let metrics = program.stranger().get("/metrics").await?.good()?.text;
        Ok(metrics.lines().any(|line| line == "kapocs_jobs_waiting 0").then_some(()))
    });
    idle.await?.ok_or("the program goes on working")?;
    let mut last = program.database().fingerprints().await?;
    for _ in 0..30 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let now = program.database().fingerprints().await?;
        if now == last {
            return Ok(now);
        }
        last = now;
    }
    Err("the program goes on writing".into())
}

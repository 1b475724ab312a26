//! The two databases, and a look into them past the program.

use std::{
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
    process::Command,
};

use rusqlite::{Connection, types::ValueRef};
use testservers::Postgres;
use tokio_postgres::NoTls;

use crate::check::Error;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    pub const BOTH: [Self; 2] = [Self::Sqlite, Self::Postgres];
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Sqlite { "SQLite" } else { "PostgreSQL" })
    }
}

/// The database of one program.
pub enum Database {
    File(PathBuf),
    Server(String),
}

/// Every row of a table as text, sorted.
pub type Dump = BTreeMap<String, Vec<String>>;

impl Database {
    pub async fn create(engine: Engine, folder: &Path) -> Result<Self, Error> {
        match engine {
            Engine::Sqlite => Ok(Self::File(folder.join("data"))),
            Engine::Postgres => {
                let made = tokio::task::spawn_blocking(|| Postgres::shared().create_database()).await?;
                Ok(Self::Server(made.map_err(|failure| failure.to_string())?))
            }
        }
    }

    /// `postgres://…`, if it is one.
    pub fn url(&self) -> Option<&str> {
        match self {
            Self::File(_) => None,
            Self::Server(url) => Some(url),
        }
    }

    /// Runs a statement and says how many rows it touched.
    pub async fn execute(&self, sql: &str) -> Result<u64, Error> {
        match self {
            Self::File(folder) => Ok(open(folder)?.execute(sql, [])? as u64),
            Self::Server(url) => Ok(connect(url).await?.execute(sql, &[]).await?),
        }
    }

    /// An id as it stands in a statement.
    pub fn bytes(&self, uuid: &str) -> String {
        let hex = uuid.replace('-', "");
        match self {
            Self::File(_) => format!("x'{hex}'"),
            Self::Server(_) => format!("'\\x{hex}'::bytea"),
        }
    }

    /// What SQLite itself finds wrong with its file; nothing of a server's database.
    pub fn damage(&self) -> Result<Vec<String>, Error> {
        let Self::File(folder) = self else { return Ok(Vec::new()) };
        let connection = open(folder)?;
        let mut statement = connection.prepare("PRAGMA integrity_check")?;
        let lines: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    }

    /// All rows of something, from every table that has the column.
    pub async fn dump(&self, column: &str, uuid: &str) -> Result<Dump, Error> {
        let id = self.bytes(uuid);
        match self {
            Self::File(folder) => dump_file(&open(folder)?, column, &id),
            Self::Server(url) => dump_server(&connect(url).await?, column, &id).await,
        }
    }

    /// Copies all rows of some tables from another database of the same kind. Neither program may be running.
    pub async fn copy_tables(&self, from: &Self, tables: &[&str]) -> Result<(), Error> {
        match (self, from) {
            (Self::File(to), Self::File(from)) => {
                let connection = open(to)?;
                connection.execute("ATTACH DATABASE ?1 AS other", [file_of(from)?.to_string_lossy()])?;
                for table in tables {
                    connection.execute(&format!("INSERT INTO {table} SELECT * FROM other.{table}"), [])?;
                }
                Ok(())
            }
            (Self::Server(to), Self::Server(from)) => copy_rows(to, from, tables).await,
            _ => Err("the databases are of different kinds".into()),
        }
    }

    /// Drops what is not in the program's folder.
    pub fn remove(&self) {
        if let Self::Server(url) = self {
            let Some((server, name)) = url.rsplit_once('/') else { return };
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            let _ = Command::new("psql")
                .args(["-X", "-q", "-d", &format!("{server}/postgres"), "-c", &drop])
                .status();
        }
    }
}

fn file_of(folder: &Path) -> Result<PathBuf, Error> {
    let found = folder.read_dir()?.flatten().map(|entry| entry.path());
    let is_database = |path: &PathBuf| path.extension().is_some_and(|ext| ext == "db");
    found.into_iter().find(is_database).ok_or_else(|| format!("no database in {}", folder.display()).into())
}

pub(crate) fn open(folder: &Path) -> Result<Connection, Error> {
    let connection = Connection::open(file_of(folder)?)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    Ok(connection)
}

fn dump_file(connection: &Connection, column: &str, id: &str) -> Result<Dump, Error> {
    let sql = "SELECT m.name FROM sqlite_master m WHERE m.type = 'table'
               AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) WHERE name = ?1)";
    let tables: Vec<String> =
        connection.prepare(sql)?.query_map([column], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut dump = Dump::new();
    for table in tables {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table} WHERE {column} = {id}"))?;
        let width = statement.column_count();
        let rows = statement.query_map([], |row| {
            let cells: Result<Vec<String>, _> = (0..width).map(|i| row.get_ref(i).map(cell)).collect();
            Ok(cells?.join("|"))
        })?;
        let mut rows: Vec<String> = rows.collect::<Result<_, _>>()?;
        rows.sort();
        dump.insert(table, rows);
    }
    Ok(dump)
}

pub(crate) fn cell(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        other => format!("{other:?}"),
    }
}

pub(crate) async fn connect(url: &str) -> Result<tokio_postgres::Client, Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn dump_server(client: &tokio_postgres::Client, column: &str, id: &str) -> Result<Dump, Error> {
    let sql = "SELECT table_name::text FROM information_schema.columns
               WHERE table_schema = 'public' AND column_name = $1";
    let mut dump = Dump::new();
    for table in client.query(sql, &[&column]).await? {
        let table: String = table.get(0);
        let sql = format!("SELECT t::text FROM {table} t WHERE {column} = {id} ORDER BY 1");
        let rows = client.query(&sql, &[]).await?;
        dump.insert(table, rows.iter().map(|row| row.get(0)).collect());
    }
    Ok(dump)
}

async fn copy_rows(to: &str, from: &str, tables: &[&str]) -> Result<(), Error> {
    use futures::{SinkExt, TryStreamExt};
    let (to, from) = (connect(to).await?, connect(from).await?);
    for table in tables {
        let read = from.copy_out(&format!("COPY {table} TO STDOUT")).await?;
        let chunks: Vec<_> = read.try_collect().await?;
        let write = to.copy_in(&format!("COPY {table} FROM STDIN")).await?;
        tokio::pin!(write);
        for chunk in chunks {
            write.send(chunk).await?;
        }
        write.finish().await?;
    }
    Ok(())
}

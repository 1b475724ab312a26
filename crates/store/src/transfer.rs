//! From one file to PostgreSQL: every row of a SQLite database into an empty PostgreSQL database.

use std::{collections::HashMap, path::Path};

use kernel::{Code, Error, Result};
use postgres::{
    Client, Transaction,
    binary_copy::BinaryCopyInWriter,
    types::{ToSql, Type},
};
use rusqlite::{Connection, OpenFlags, types::ValueRef};

use crate::{backend::secure, migrate};

/// A table and how many of its rows were copied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CopiedTable {
    pub name: String,
    pub rows: u64,
}

struct Column {
    name: String,
    kind: Type,
}

/// Copies in one transaction: all of it or nothing. Both sides must have the schema of this program, and nobody may
/// write to the file meanwhile. `told` hears of each table as it is done.
pub fn copy_to_postgres(file: &Path, url: &str, mut told: impl FnMut(&CopiedTable)) -> Result<()> {
    let source =
        Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(Error::internal)?;
    source.execute_batch("BEGIN").map_err(Error::internal)?;
    let mut client = secure::connect(url)?;
    check_versions(&source, &mut client)?;
    let tables = tables(&mut client)?;
    let mut target = client.transaction().map_err(Error::internal)?;
    for (name, columns) in tables {
        let rows = copy_table(&source, &mut target, &name, &columns)?;
        told(&CopiedTable { name, rows });
    }
    go_on_counting(&mut target)?;
    // Else it would plan as for empty tables until its own round comes by.
    target.batch_execute("ANALYZE").map_err(Error::internal)?;
    target.commit().map_err(Error::internal)
}

fn check_versions(source: &Connection, client: &mut Client) -> Result<()> {
    const VERSION: &str = "SELECT COALESCE(MAX(version), 0) FROM schema_migrations";
    let known = migrate::newest_version()?;
    let from: i64 = source.query_row(VERSION, [], |row| row.get(0)).map_err(Error::internal)?;
    let to: i64 = client.query_one(VERSION, &[]).map_err(Error::internal)?.get(0);
    if from != known || to != known {
        let text = format!("the file has schema {from}, PostgreSQL has {to}, this program needs {known}");
        return Err(Error::internal(text));
    }
    let workspaces: i64 =
        client.query_one("SELECT COUNT(*) FROM workspaces", &[]).map_err(Error::internal)?.get(0);
    if workspaces != 0 {
        return Err(Error::new(Code::AlreadyExists).detail("the PostgreSQL database is not empty"));
    }
    Ok(())
}

fn tables(client: &mut Client) -> Result<Vec<(String, Vec<Column>)>> {
    let rows = client
        .query(
            "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name <> 'schema_migrations'
             ORDER BY table_name, ordinal_position",
            &[],
        )
        .map_err(Error::internal)?;
    let mut tables: Vec<(String, Vec<Column>)> = Vec::new();
    for row in rows {
        let (table, name, kind): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let kind = match kind.as_str() {
            "bytea" => Type::BYTEA,
            "bigint" => Type::INT8,
            "double precision" => Type::FLOAT8,
            "text" => Type::TEXT,
            other => return Err(Error::internal(format!("{table}.{name} is of the kind {other}"))),
        };
        if tables.last().is_none_or(|(last, _)| *last != table) {
            tables.push((table, Vec::new()));
        }
        tables.last_mut().expect("just pushed").1.push(Column { name, kind });
    }
    Ok(tables)
}

fn copy_table(
    source: &Connection,
    target: &mut Transaction<'_>,
    table: &str,
    columns: &[Column],
) -> Result<u64> {
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let kinds: Vec<Type> = columns.iter().map(|column| column.kind.clone()).collect();
    let list = names.join(", ");
    let failed = |error: &dyn std::fmt::Display| Error::internal(format!("table {table}: {error}"));
    let sink = target
        .copy_in(&format!("COPY {table} ({list}) FROM STDIN (FORMAT binary)"))
        .map_err(|error| failed(&error))?;
    let mut writer = BinaryCopyInWriter::new(sink, &kinds);
    let mut statement =
        source.prepare(&format!("SELECT {list} FROM {table}")).map_err(|error| failed(&error))?;
    let mut rows = statement.query([]).map_err(|error| failed(&error))?;
    while let Some(row) = rows.next().map_err(|error| failed(&error))? {
        let values = kinds
            .iter()
            .enumerate()
            .map(|(index, kind)| cell(row.get_ref(index).map_err(Error::internal)?, kind))
            .collect::<Result<Vec<_>>>()
            .map_err(|error| failed(&error))?;
        writer.write_raw(values.iter().map(AsRef::as_ref)).map_err(|error| failed(&error))?;
    }
    writer.finish().map_err(|error| failed(&error))
}

type Cell = Box<dyn ToSql + Sync>;

fn cell(value: ValueRef<'_>, kind: &Type) -> Result<Cell> {
    Ok(match (value, kind) {
        (ValueRef::Null, &Type::BYTEA) => Box::new(None::<Vec<u8>>),
        (ValueRef::Null, &Type::INT8) => Box::new(None::<i64>),
        (ValueRef::Null, &Type::FLOAT8) => Box::new(None::<f64>),
        (ValueRef::Null, _) => Box::new(None::<String>),
        (ValueRef::Integer(number), &Type::INT8) => Box::new(number),
        (ValueRef::Real(number), &Type::FLOAT8) => Box::new(number),
        (ValueRef::Blob(bytes), &Type::BYTEA) => Box::new(bytes.to_vec()),
        (ValueRef::Text(bytes), &Type::TEXT) => {
            Box::new(std::str::from_utf8(bytes).map_err(Error::internal)?.to_owned())
        }
        (value, kind) => {
            return Err(Error::internal(format!(
                "a value of type {} in a column of {kind}",
                value.data_type()
            )));
        }
    })
}

/// Numbered keys go on after the highest that was copied.
fn go_on_counting(target: &mut Transaction<'_>) -> Result<()> {
    let counted = target
        .query(
            "SELECT table_name::text, column_name::text FROM information_schema.columns
             WHERE table_schema = current_schema() AND is_identity = 'YES'",
            &[],
        )
        .map_err(Error::internal)?;
    let counted: HashMap<String, String> = counted.iter().map(|row| (row.get(0), row.get(1))).collect();
    for (table, column) in counted {
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), COALESCE(MAX({column}), 0) + 1, false) FROM {table}"
        );
        target.batch_execute(&sql).map_err(Error::internal)?;
    }
    Ok(())
}

//! Every statement of imports.

use std::collections::HashSet;

use ::store::{BlobHash, Read, Row, Tx, Value, params};
use kernel::{Code, Error, ImportId, Result, Timestamp};
use serde::{Serialize, de::DeserializeOwned};

use super::{Aside, Counts, DryRun, Import, ImportState, Mapping, Place, Wrong, model::code_named};

const CHUNK: usize = 400;

fn word(value: &impl Serialize) -> Result<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        _ => Err(Error::internal("not a word")),
    }
}

fn text(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
}

fn parsed<T: DeserializeOwned>(row: &Row, index: usize) -> Result<T> {
    serde_json::from_str(&row.get::<String>(index)?).map_err(Error::internal)
}

fn worded<T: DeserializeOwned>(row: &Row, index: usize) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(row.get(index)?)).map_err(Error::internal)
}

fn number(row: &Row, index: usize) -> Result<u64> {
    Ok(u64::try_from(row.get::<i64>(index)?).unwrap_or_default())
}

fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn insert(tx: &mut Tx<'_>, import: &Import) -> Result<()> {
    let workspace = tx.workspace();
    let (kind, state) = (word(&import.mapping.kind)?, word(&import.state)?);
    let (format, columns, actor) =
        (text(&import.format)?, text(&import.mapping.columns)?, text(&import.actor)?);
    tx.execute(
        "INSERT INTO imports (workspace_id, id, name, blob, size, kind, format, columns, event, state, place, line,
                              created, changed, unchanged, wrong, actor, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, 0, 0, $13, $14)",
        params![
            workspace,
            import.id,
            &import.name,
            import.blob.as_str(),
            int(import.size),
            kind,
            format,
            columns,
            import.mapping.event.clone(),
            state,
            int(import.place.byte),
            int(import.place.line),
            actor,
            import.created_at
        ],
    )
    .map(drop)
}

pub(super) fn find(read: &mut Read<'_>, id: ImportId) -> Result<Import> {
    let workspace = read.workspace();
    let sql = "SELECT id, name, blob, size, kind, format, columns, event, state, place, line,
                   created, changed, unchanged, wrong, dry_run, actor, created_at, started_at, finished_at, reason
               FROM imports WHERE workspace_id = $1 AND id = $2";
    import(&read.row(sql, params![workspace, id])?.ok_or_else(Error::not_found)?)
}

/// The newest first.
pub(super) fn list(read: &mut Read<'_>, before: Option<ImportId>, limit: usize) -> Result<Vec<Import>> {
    let workspace = read.workspace();
    let sql = "SELECT id, name, blob, size, kind, format, columns, event, state, place, line,
                   created, changed, unchanged, wrong, dry_run, actor, created_at, started_at, finished_at, reason
               FROM imports WHERE workspace_id = $1 AND (CAST($2 AS BYTEA) IS NULL OR id < $2)
               ORDER BY id DESC LIMIT $3";
    read.rows(sql, params![workspace, before, limit])?.iter().map(import).collect()
}

fn import(row: &Row) -> Result<Import> {
    let blob = BlobHash::parse(&row.get::<String>(2)?).ok_or_else(|| Error::internal("not a hash"))?;
    let (dry_run, reason): (Option<String>, Option<String>) = (row.get(15)?, row.get(20)?);
    Ok(Import {
        id: row.get(0)?,
        name: row.get(1)?,
        blob,
        size: number(row, 3)?,
        mapping: Mapping { kind: worded(row, 4)?, columns: parsed(row, 6)?, event: row.get(7)? },
        format: parsed(row, 5)?,
        state: worded(row, 8)?,
        place: Place { byte: number(row, 9)?, line: number(row, 10)? },
        counts: Counts {
            created: number(row, 11)?,
            changed: number(row, 12)?,
            unchanged: number(row, 13)?,
            wrong: number(row, 14)?,
        },
        dry_run: dry_run.map(|json| serde_json::from_str(&json)).transpose().map_err(Error::internal)?,
        actor: parsed(row, 16)?,
        created_at: row.get(17)?,
        started_at: row.get(18)?,
        finished_at: row.get(19)?,
        reason: reason.as_deref().map(code_named),
    })
}

/// How it is read and what its columns mean; what a dry run found is true no more.
pub(super) fn set_mapping(tx: &mut Tx<'_>, import: &Import) -> Result<()> {
    let workspace = tx.workspace();
    let (kind, format, columns) =
        (word(&import.mapping.kind)?, text(&import.format)?, text(&import.mapping.columns)?);
    let saved = tx.execute(
        "UPDATE imports SET kind = $3, format = $4, columns = $5, event = $6, place = $7, line = $8, dry_run = NULL
         WHERE workspace_id = $1 AND id = $2 AND state = 'ready'",
        params![
            workspace,
            import.id,
            kind,
            format,
            columns,
            import.mapping.event.clone(),
            int(import.place.byte),
            int(import.place.line)
        ],
    )?;
    // Somebody has started it meanwhile.
    if saved == 0 { Err(Error::new(Code::Conflict)) } else { Ok(()) }
}

/// Refused when somebody else changed the state meanwhile.
pub(super) fn set_state(tx: &mut Tx<'_>, id: ImportId, from: ImportState, to: ImportState) -> Result<()> {
    let (workspace, from, to) = (tx.workspace(), word(&from)?, word(&to)?);
    let sql = "UPDATE imports SET state = $4 WHERE workspace_id = $1 AND id = $2 AND state = $3";
    match tx.execute(sql, params![workspace, id, from, to])? {
        0 => Err(Error::new(Code::Conflict)),
        _ => Ok(()),
    }
}

pub(super) fn set_started(tx: &mut Tx<'_>, id: ImportId) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let sql = "UPDATE imports SET started_at = COALESCE(started_at, $3), finished_at = NULL, reason = NULL
               WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, params![workspace, id, now]).map(drop)
}

pub(super) fn remove(tx: &mut Tx<'_>, id: ImportId) -> Result<()> {
    let workspace = tx.workspace();
    let sql = "DELETE FROM imports WHERE workspace_id = $1 AND id = $2 AND started_at IS NULL";
    match tx.execute(sql, params![workspace, id])? {
        0 => Err(Error::new(Code::Conflict)),
        _ => Ok(()),
    }
}

pub(super) fn set_reason(tx: &mut Tx<'_>, id: ImportId, reason: Option<Code>) -> Result<()> {
    let workspace = tx.workspace();
    let sql = "UPDATE imports SET reason = $3 WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, params![workspace, id, reason.map(Code::as_str)]).map(drop)
}

pub(super) fn set_finished(tx: &mut Tx<'_>, id: ImportId, at: Timestamp) -> Result<()> {
    let workspace = tx.workspace();
    let sql = "UPDATE imports SET finished_at = $3 WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, params![workspace, id, at]).map(drop)
}

pub(super) fn set_dry_run(tx: &mut Tx<'_>, id: ImportId, found: Option<&DryRun>) -> Result<()> {
    let (workspace, found) = (tx.workspace(), found.map(text).transpose()?);
    let sql = "UPDATE imports SET dry_run = $3 WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, params![workspace, id, found]).map(drop)
}

/// Moves the cursor of a running import on, and holds its row until the commit: whoever comes second finds it moved.
/// False when it is not there any more, or nobody should go on.
pub(super) fn move_on(tx: &mut Tx<'_>, id: ImportId, from: Place, to: Place) -> Result<bool> {
    let workspace = tx.workspace();
    let sql = "UPDATE imports SET place = $4, line = $5
               WHERE workspace_id = $1 AND id = $2 AND place = $3 AND state = 'running'";
    let moved = tx.execute(sql, params![workspace, id, int(from.byte), int(to.byte), int(to.line)])?;
    Ok(moved == 1)
}

pub(super) fn count(tx: &mut Tx<'_>, id: ImportId, counts: Counts) -> Result<()> {
    let workspace = tx.workspace();
    tx.execute(
        "UPDATE imports SET created = created + $3, changed = changed + $4, unchanged = unchanged + $5,
             wrong = wrong + $6 WHERE workspace_id = $1 AND id = $2",
        params![
            workspace,
            id,
            int(counts.created),
            int(counts.changed),
            int(counts.unchanged),
            int(counts.wrong)
        ],
    )
    .map(drop)
}

pub(super) fn set_aside(tx: &mut Tx<'_>, id: ImportId, rows: &[Aside]) -> Result<()> {
    for chunk in rows.chunks(CHUNK) {
        let mut values: Vec<Value> = vec![tx.workspace().into(), id.into()];
        let mut places = Vec::with_capacity(chunk.len());
        for row in chunk {
            let first = values.len() + 1;
            values.extend([
                int(row.place).into(),
                int(row.length).into(),
                int(row.line).into(),
                row.wrong.code.as_str().into(),
                row.wrong.field.clone().into(),
            ]);
            let [b, c, d, e] = [first + 1, first + 2, first + 3, first + 4];
            places.push(format!("($1, $2, ${first}, ${b}, ${c}, ${d}, ${e})"));
        }
        let sql = format!(
            "INSERT INTO import_errors (workspace_id, import_id, place, length, line, code, field) VALUES {}
             ON CONFLICT DO NOTHING",
            places.join(", ")
        );
        tx.execute(&sql, &values)?;
    }
    Ok(())
}

/// Rows that were set aside, in the order of the file, after a place in it.
pub(super) fn asides(
    read: &mut Read<'_>,
    id: ImportId,
    after: Option<u64>,
    limit: usize,
) -> Result<Vec<Aside>> {
    let workspace = read.workspace();
    let after = after.map_or(-1, int);
    let sql = "SELECT place, length, line, code, field FROM import_errors
               WHERE workspace_id = $1 AND import_id = $2 AND place > $3 ORDER BY place LIMIT $4";
    let rows = read.rows(sql, params![workspace, id, after, limit])?;
    rows.iter()
        .map(|row| {
            Ok(Aside {
                place: number(row, 0)?,
                length: number(row, 1)?,
                line: number(row, 2)?,
                wrong: Wrong { code: row.get(3)?, field: row.get(4)? },
            })
        })
        .collect()
}

/// Remembers message ids; gives those that were new.
pub(super) fn remember(tx: &mut Tx<'_>, id: ImportId, ids: &[&str]) -> Result<HashSet<String>> {
    let mut fresh = HashSet::new();
    for chunk in ids.chunks(CHUNK) {
        let mut values: Vec<Value> = vec![tx.workspace().into(), id.into()];
        let places: Vec<String> = chunk
            .iter()
            .map(|id| {
                values.push((*id).into());
                format!("($1, ${}, $2)", values.len())
            })
            .collect();
        let sql = format!(
            "INSERT INTO imported_facts (workspace_id, message_id, import_id) VALUES {}
             ON CONFLICT DO NOTHING RETURNING message_id",
            places.join(", ")
        );
        for row in tx.rows(&sql, &values)? {
            fresh.insert(row.get(0)?);
        }
    }
    Ok(fresh)
}

/// Which of these message ids have come already.
pub(super) fn remembered(read: &mut Read<'_>, ids: &[&str]) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for chunk in ids.chunks(CHUNK) {
        let mut values: Vec<Value> = vec![read.workspace().into()];
        let places: Vec<String> = chunk
            .iter()
            .map(|id| {
                values.push((*id).into());
                format!("${}", values.len())
            })
            .collect();
        let sql = format!(
            "SELECT message_id FROM imported_facts WHERE workspace_id = $1 AND message_id IN ({})",
            places.join(", ")
        );
        for row in read.rows(&sql, &values)? {
            found.insert(row.get(0)?);
        }
    }
    Ok(found)
}

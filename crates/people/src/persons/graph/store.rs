//! Every statement about the identity graph.

use std::collections::{BTreeMap, HashMap, HashSet};

use ::store::{Read, Row, Tx, params};
use kernel::{Error, PersonId, Result};

use super::{
    Cause, Edge,
    model::{Home, kind_named},
};
use crate::{
    persons::store::{canonical, canonical_of},
    sql,
};

const CHUNK: usize = 400;
const COLUMNS: &str = "seq, one_id, other_id, at, message_id, decided, refused, retracted_at";

pub(super) struct KnownEdge {
    pub edge: Edge,
    pub retracted: bool,
}

/// Holds the persons of these homes until the commit and gives them, each once, in the order of their homes.
pub(super) fn hold(tx: &mut Tx<'_>, homes: &[PersonId]) -> Result<Vec<PersonId>> {
    loop {
        let mut persons = Vec::new();
        for home in homes {
            let person = canonical(tx, *home)?;
            if !persons.contains(&person) {
                persons.push(person);
            }
        }
        let held = lock(tx, &persons)?;
        // One of them was merged a moment ago: look again.
        if persons.iter().all(|id| held.get(id) == Some(id)) {
            return Ok(persons);
        }
    }
}

/// As [`hold`] with a few statements, for many homes.
pub(super) fn hold_many(tx: &mut Tx<'_>, homes: &[PersonId]) -> Result<Vec<PersonId>> {
    loop {
        let before = canonical_of(tx, homes)?;
        let mut persons: Vec<PersonId> = before.values().copied().collect();
        persons.sort_unstable();
        persons.dedup();
        lock(tx, &persons)?;
        if canonical_of(tx, homes)? == before {
            return Ok(persons);
        }
    }
}

/// Holds all these homes; gives the person of each.
pub(super) fn hold_all(tx: &mut Tx<'_>, homes: &[PersonId]) -> Result<HashMap<PersonId, PersonId>> {
    lock(tx, homes)
}

fn lock(tx: &mut Tx<'_>, ids: &[PersonId]) -> Result<HashMap<PersonId, PersonId>> {
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    let mut found = HashMap::new();
    for chunk in sorted.chunks(CHUNK) {
        let mut values = vec![tx.workspace().into()];
        let list = sql::append(&mut values, chunk);
        let sql = format!(
            "SELECT id, COALESCE(merged_into, id) FROM persons WHERE workspace_id = $1 AND id IN ({list}) ORDER BY id{}",
            tx.dialect().for_update()
        );
        for row in tx.rows(&sql, &values)? {
            found.insert(row.get(0)?, row.get(1)?);
        }
    }
    Ok(found)
}

fn edge_of(row: &Row) -> Result<KnownEdge> {
    let edge = Edge {
        seq: row.get(0)?,
        one: row.get(1)?,
        other: row.get(2)?,
        at: row.get(3)?,
        message_id: row.get(4)?,
        decided: row.get(5)?,
        refused: row.get(6)?,
    };
    Ok(KnownEdge { edge, retracted: row.get::<Option<i64>>(7)?.is_some() })
}

pub(super) fn edge(
    read: &mut Read<'_>,
    one: PersonId,
    other: PersonId,
    reason: &str,
) -> Result<Option<KnownEdge>> {
    let workspace = read.workspace();
    let sql = format!(
        "SELECT {COLUMNS} FROM person_edges WHERE workspace_id = $1 AND one_id = $2 AND other_id = $3 AND reason = $4"
    );
    read.row(&sql, params![workspace, one, other, reason])?.map(|row| edge_of(&row)).transpose()
}

pub(super) fn edge_by_seq(read: &mut Read<'_>, seq: i64) -> Result<Option<KnownEdge>> {
    let workspace = read.workspace();
    let sql = format!("SELECT {COLUMNS} FROM person_edges WHERE workspace_id = $1 AND seq = $2");
    read.row(&sql, params![workspace, seq])?.map(|row| edge_of(&row)).transpose()
}

pub(super) fn add_edge(tx: &mut Tx<'_>, one: PersonId, other: PersonId, cause: &Cause<'_>) -> Result<Edge> {
    let workspace = tx.workspace();
    let actor = serde_json::to_string(&tx.caller().actor).map_err(Error::internal)?;
    let row = tx.one(
        "INSERT INTO person_edges (workspace_id, one_id, other_id, reason, actor, at, message_id, decided)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING seq",
        params![workspace, one, other, cause.reason, actor, cause.at, cause.message_id, cause.decided],
    )?;
    Ok(Edge {
        seq: row.get(0)?,
        one,
        other,
        at: cause.at,
        message_id: cause.message_id.to_owned(),
        decided: cause.decided,
        refused: None,
    })
}

/// The same reason, known from an earlier moment, or given again by a colleague.
pub(super) fn renew_edge(tx: &mut Tx<'_>, edge: &Edge, cause: &Cause<'_>) -> Result<Edge> {
    let workspace = tx.workspace();
    let actor = serde_json::to_string(&tx.caller().actor).map_err(Error::internal)?;
    tx.execute(
        "UPDATE person_edges SET at = $3, message_id = $4, decided = $5, actor = $6, retracted_at = NULL, retracted_by = NULL
         WHERE workspace_id = $1 AND seq = $2",
        params![workspace, edge.seq, cause.at, cause.message_id, cause.decided, actor],
    )?;
    Ok(Edge { at: cause.at, message_id: cause.message_id.to_owned(), decided: cause.decided, ..edge.clone() })
}

pub(super) fn set_refused(tx: &mut Tx<'_>, seq: i64, kind: Option<&str>) -> Result<()> {
    let workspace = tx.workspace();
    let sql = "UPDATE person_edges SET refused = $3 WHERE workspace_id = $1 AND seq = $2";
    tx.execute(sql, params![workspace, seq, kind]).map(drop)
}

pub(super) fn mark_retracted(tx: &mut Tx<'_>, seq: i64) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let actor = serde_json::to_string(&tx.caller().actor).map_err(Error::internal)?;
    let sql =
        "UPDATE person_edges SET retracted_at = $3, retracted_by = $4 WHERE workspace_id = $1 AND seq = $2";
    tx.execute(sql, params![workspace, seq, now, actor]).map(drop)
}

pub(super) fn unmark_retracted(tx: &mut Tx<'_>, seq: i64) -> Result<()> {
    let workspace = tx.workspace();
    let sql = "UPDATE person_edges SET retracted_at = NULL, retracted_by = NULL WHERE workspace_id = $1 AND seq = $2";
    tx.execute(sql, params![workspace, seq]).map(drop)
}

/// Whether an edge that joined one of these persons is of a later moment than this one.
pub(super) fn has_later_join(read: &mut Read<'_>, persons: &[PersonId], edge: &Edge) -> Result<bool> {
    let mut values =
        vec![read.workspace().into(), edge.at.into(), edge.message_id.as_str().into(), edge.seq.into()];
    let list = sql::append(&mut values, persons);
    let sql = format!(
        "SELECT 1 FROM person_edges WHERE workspace_id = $1 AND one_id IN
             (SELECT id FROM persons WHERE workspace_id = $1 AND id IN ({list})
              UNION ALL SELECT id FROM persons WHERE workspace_id = $1 AND merged_into IN ({list}))
           AND seq <> $4 AND refused IS NULL AND retracted_at IS NULL AND (at, message_id) > ($2, $3) LIMIT 1"
    );
    Ok(read.row(&sql, &values)?.is_some())
}

/// All homes of persons.
pub(super) fn homes_of(read: &mut Read<'_>, persons: &[PersonId]) -> Result<Vec<Home>> {
    let mut values = vec![read.workspace().into()];
    let list = sql::append(&mut values, persons);
    let sql = format!(
        "SELECT id FROM persons WHERE workspace_id = $1 AND (id IN ({list}) OR merged_into IN ({list}))"
    );
    let ids = read.rows(&sql, &values)?.iter().map(|row| row.get(0)).collect::<Result<Vec<_>>>()?;
    homes(read, &ids)
}

pub(super) fn homes(read: &mut Read<'_>, ids: &[PersonId]) -> Result<Vec<Home>> {
    let mut found = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let mut values = vec![read.workspace().into()];
        let list = sql::append(&mut values, chunk);
        let sql = format!("SELECT id, created_at FROM persons WHERE workspace_id = $1 AND id IN ({list})");
        for row in read.rows(&sql, &values)? {
            let id = row.get(0)?;
            let home = Home { id, created_at: row.get(1)?, identified: false, values: BTreeMap::new() };
            found.insert(id, home);
        }
        let sql = format!(
            "SELECT home_id, kind, COUNT(*), MAX(verified) FROM identities
             WHERE workspace_id = $1 AND leads = 1 AND home_id IN ({list}) GROUP BY home_id, kind"
        );
        for row in read.rows(&sql, &values)? {
            let Some(home) = found.get_mut(&row.get(0)?) else { continue };
            let kind = kind_named(&row.get::<String>(1)?);
            home.values.insert(kind, row.get::<i64>(2)? as usize);
            home.identified |= row.get::<i64>(3)? > 0 && kind != "visitor";
        }
    }
    Ok(found.into_values().collect())
}

/// Homes that hang together by edges of any kind, and these edges; at most `most` homes.
pub(super) fn closure(
    read: &mut Read<'_>,
    start: &[PersonId],
    most: usize,
) -> Result<(Vec<PersonId>, Vec<Edge>)> {
    let (mut seen, mut edges): (HashSet<PersonId>, HashMap<i64, Edge>) = Default::default();
    let mut frontier = start.to_vec();
    while !frontier.is_empty() && seen.len() < most {
        seen.extend(&frontier);
        let mut next = Vec::new();
        for chunk in frontier.chunks(CHUNK) {
            let mut values = vec![read.workspace().into()];
            let list = sql::append(&mut values, chunk);
            let sql = format!(
                "SELECT {COLUMNS} FROM person_edges WHERE workspace_id = $1 AND retracted_at IS NULL
                   AND (one_id IN ({list}) OR other_id IN ({list}))"
            );
            for row in read.rows(&sql, &values)? {
                let edge = edge_of(&row)?.edge;
                next.extend([edge.one, edge.other].into_iter().filter(|id| !seen.contains(id)));
                edges.insert(edge.seq, edge);
            }
        }
        next.sort_unstable();
        next.dedup();
        frontier = next;
    }
    Ok((seen.into_iter().collect(), edges.into_values().collect()))
}

/// Points homes, and all their values, at the person they are now.
pub(super) fn gather(tx: &mut Tx<'_>, homes: &[PersonId], person: PersonId) -> Result<()> {
    for chunk in homes.chunks(CHUNK) {
        let mut values = vec![tx.workspace().into(), person.into()];
        let list = sql::append(&mut values, chunk);
        let sql = format!(
            "UPDATE persons SET merged_into = CASE WHEN id = $2 THEN NULL ELSE $2 END
             WHERE workspace_id = $1 AND id IN ({list})"
        );
        tx.execute(&sql, &values)?;
        let sql =
            format!("UPDATE identities SET person_id = $2 WHERE workspace_id = $1 AND home_id IN ({list})");
        tx.execute(&sql, &values)?;
    }
    Ok(())
}

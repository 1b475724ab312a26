//! Every statement about audiences.

use std::collections::{BTreeSet, HashMap};

use kernel::{AudienceId, Error, FactCursor, PersonId, Result, Timestamp};
use store::{Read, Row, Tx, Value, params};

use super::{Audience, Condition, Fill, Membership, PersonState};
use crate::sql;

const COLUMNS: &str = "id, name, description, condition, live, members, created_at, changed_at";
/// Ids in one list of a statement.
const CHUNK: usize = 400;

fn from_row(row: &Row) -> Result<Audience> {
    let condition: String = row.get(3)?;
    Ok(Audience {
        id: row.get(0)?,
        name: row.get(1)?,
        description: row.get(2)?,
        condition: serde_json::from_str(&condition).map_err(Error::internal)?,
        live: row.get(4)?,
        members: row.get(5)?,
        created_at: row.get(6)?,
        changed_at: row.get(7)?,
    })
}

pub(super) fn list(read: &mut Read<'_>) -> Result<Vec<Audience>> {
    let workspace = read.workspace();
    let sql = format!("SELECT {COLUMNS} FROM audiences WHERE workspace_id = $1 ORDER BY name, id");
    read.rows(&sql, params![workspace])?.iter().map(from_row).collect()
}

pub(super) fn find(read: &mut Read<'_>, id: AudienceId) -> Result<Audience> {
    let workspace = read.workspace();
    let sql = format!("SELECT {COLUMNS} FROM audiences WHERE workspace_id = $1 AND id = $2");
    from_row(&read.row(&sql, params![workspace, id])?.ok_or_else(Error::not_found)?)
}

fn text(condition: &Condition) -> Result<String> {
    serde_json::to_string(condition).map_err(Error::internal)
}

pub(super) fn insert(tx: &mut Tx<'_>, audience: &Audience) -> Result<()> {
    let workspace = tx.workspace();
    tx.execute(
        "INSERT INTO audiences (workspace_id, id, name, description, condition, live, members, created_at, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            workspace,
            audience.id,
            &audience.name,
            &audience.description,
            text(&audience.condition)?,
            audience.live,
            audience.members,
            audience.created_at,
            audience.changed_at
        ],
    )
    .map(drop)
}

/// Everything but the number of members.
pub(super) fn update(tx: &mut Tx<'_>, audience: &Audience) -> Result<()> {
    let workspace = tx.workspace();
    tx.execute(
        "UPDATE audiences SET name = $3, description = $4, condition = $5, live = $6, changed_at = $7
         WHERE workspace_id = $1 AND id = $2",
        params![
            workspace,
            audience.id,
            &audience.name,
            &audience.description,
            text(&audience.condition)?,
            audience.live,
            audience.changed_at
        ],
    )
    .map(drop)
}

pub(super) fn delete(tx: &mut Tx<'_>, id: AudienceId) -> Result<()> {
    let workspace = tx.workspace();
    tx.execute("DELETE FROM audiences WHERE workspace_id = $1 AND id = $2", params![workspace, id]).map(drop)
}

/// Nobody is in it any more.
pub(super) fn empty(tx: &mut Tx<'_>, id: AudienceId) -> Result<()> {
    let workspace = tx.workspace();
    let of = "WHERE workspace_id = $1 AND";
    tx.execute(&format!("DELETE FROM audience_members {of} audience_id = $2"), params![workspace, id])?;
    tx.execute(&format!("UPDATE audiences SET members = 0 {of} id = $2"), params![workspace, id]).map(drop)
}

/// The number of the set of live audiences, and how far it is filled.
pub(super) fn fill(read: &mut Read<'_>) -> Result<Fill> {
    let workspace = read.workspace();
    let sql = "SELECT version, filled_to, filled FROM audience_plans WHERE workspace_id = $1";
    let row = read.row(sql, params![workspace])?;
    row.map_or(Ok(Fill::default()), |row| {
        Ok(Fill { version: row.get(0)?, to: row.get(1)?, done: row.get(2)? })
    })
}

pub(super) fn set_fill(tx: &mut Tx<'_>, fill: &Fill) -> Result<()> {
    let workspace = tx.workspace();
    tx.execute(
        "INSERT INTO audience_plans (workspace_id, version, filled_to, filled) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace_id) DO UPDATE
         SET version = excluded.version, filled_to = excluded.filled_to, filled = excluded.filled",
        params![workspace, fill.version, fill.to, fill.done],
    )
    .map(drop)
}

/// Persons in the order of their ids, after one.
pub(super) fn persons_after(
    read: &mut Read<'_>,
    after: Option<PersonId>,
    limit: usize,
) -> Result<Vec<PersonId>> {
    let workspace = read.workspace();
    let after = after.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
    let sql = "SELECT id FROM persons WHERE workspace_id = $1 AND id > $2 AND merged_into IS NULL ORDER BY id LIMIT $3";
    read.rows(sql, params![workspace, after, limit])?.iter().map(|row| row.get(0)).collect()
}

pub(super) fn newest_persons(read: &mut Read<'_>, limit: usize) -> Result<Vec<PersonId>> {
    let workspace = read.workspace();
    let sql = "SELECT id FROM persons WHERE workspace_id = $1 AND merged_into IS NULL
               ORDER BY created_at DESC, id DESC LIMIT $2";
    read.rows(sql, params![workspace, limit])?.iter().map(|row| row.get(0)).collect()
}

/// Whose answers time alone may have changed by now, the longest due first.
pub(super) fn due(read: &mut Read<'_>, now: Timestamp, limit: usize) -> Result<Vec<PersonId>> {
    let workspace = read.workspace();
    let sql = "SELECT person_id FROM audience_states WHERE workspace_id = $1 AND changes_at <= $2
               ORDER BY changes_at LIMIT $3";
    read.rows(sql, params![workspace, now, limit])?.iter().map(|row| row.get(0)).collect()
}

pub(super) fn next_due(read: &mut Read<'_>) -> Result<Option<Timestamp>> {
    let workspace = read.workspace();
    let sql =
        "SELECT MIN(changes_at) FROM audience_states WHERE workspace_id = $1 AND changes_at IS NOT NULL";
    read.one(sql, params![workspace])?.get(0)
}

pub(super) fn states(read: &mut Read<'_>, ids: &[PersonId]) -> Result<HashMap<PersonId, PersonState>> {
    let mut found = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let mut values = vec![read.workspace().into()];
        let list = sql::append(&mut values, chunk);
        let sql = format!(
            "SELECT person_id, state FROM audience_states WHERE workspace_id = $1 AND person_id IN ({list})"
        );
        for row in read.rows(&sql, &values)? {
            // What cannot be read is made anew.
            if let Ok(state) = serde_json::from_str(&row.get::<String>(1)?) {
                found.insert(row.get(0)?, state);
            }
        }
    }
    Ok(found)
}

pub(super) struct Kept {
    pub person: PersonId,
    pub state: PersonState,
    pub changes_at: Option<Timestamp>,
}

pub(super) fn keep(tx: &mut Tx<'_>, kept: &[Kept]) -> Result<()> {
    for chunk in kept.chunks(200) {
        let mut values: Vec<Value> = vec![tx.workspace().into()];
        let mut rows = Vec::with_capacity(chunk.len());
        for one in chunk {
            let state = serde_json::to_string(&one.state).map_err(Error::internal)?;
            rows.push(format!("($1, {})", sql::places(values.len(), 3)));
            values.extend([one.person.into(), state.into(), one.changes_at.into()]);
        }
        let sql = format!(
            "INSERT INTO audience_states (workspace_id, person_id, state, changes_at) VALUES {}
             ON CONFLICT (workspace_id, person_id) DO UPDATE
             SET state = excluded.state, changes_at = excluded.changes_at",
            rows.join(", ")
        );
        tx.execute(&sql, &values)?;
    }
    Ok(())
}

/// What was kept of ids that are no persons of their own any more; their memberships are the survivor's.
pub(super) fn hand_over(tx: &mut Tx<'_>, merged: PersonId, survivor: PersonId) -> Result<()> {
    let workspace = tx.workspace();
    let from = "FROM audience_members WHERE workspace_id = $1 AND person_id = $2";
    // Of two memberships one stays; the number of members follows.
    tx.execute(
        "UPDATE audiences SET members = members - 1 WHERE workspace_id = $1 AND id IN
         (SELECT m.audience_id FROM audience_members m JOIN audience_members s
            ON s.workspace_id = m.workspace_id AND s.audience_id = m.audience_id AND s.person_id = $3
          WHERE m.workspace_id = $1 AND m.person_id = $2)",
        params![workspace, merged, survivor],
    )?;
    tx.execute(
        &format!(
            "INSERT INTO audience_members (workspace_id, audience_id, person_id, since)
             SELECT workspace_id, audience_id, $3, since {from}
             ON CONFLICT (workspace_id, audience_id, person_id) DO UPDATE SET since =
                 CASE WHEN excluded.since < audience_members.since THEN excluded.since ELSE audience_members.since END"
        ),
        params![workspace, merged, survivor],
    )?;
    tx.execute(&format!("DELETE {from}"), params![workspace, merged])?;
    tx.execute(
        "DELETE FROM audience_states WHERE workspace_id = $1 AND person_id = $2",
        params![workspace, merged],
    )
    .map(drop)
}

pub(super) fn memberships(
    read: &mut Read<'_>,
    ids: &[PersonId],
) -> Result<HashMap<PersonId, BTreeSet<AudienceId>>> {
    let mut found: HashMap<PersonId, BTreeSet<AudienceId>> = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let mut values = vec![read.workspace().into()];
        let list = sql::append(&mut values, chunk);
        let sql = format!(
            "SELECT person_id, audience_id FROM audience_members WHERE workspace_id = $1 AND person_id IN ({list})"
        );
        for row in read.rows(&sql, &values)? {
            found.entry(row.get(0)?).or_default().insert(row.get(1)?);
        }
    }
    Ok(found)
}

pub(super) fn enter(tx: &mut Tx<'_>, entered: &[(AudienceId, PersonId)], since: Timestamp) -> Result<()> {
    for chunk in entered.chunks(CHUNK) {
        let mut values: Vec<Value> = vec![tx.workspace().into(), since.into()];
        let mut rows = Vec::with_capacity(chunk.len());
        for (audience, person) in chunk {
            rows.push(format!("($1, {}, $2)", sql::places(values.len(), 2)));
            values.extend([(*audience).into(), (*person).into()]);
        }
        let sql = format!(
            "INSERT INTO audience_members (workspace_id, audience_id, person_id, since) VALUES {}",
            rows.join(", ")
        );
        tx.execute(&sql, &values)?;
    }
    Ok(())
}

pub(super) fn leave(tx: &mut Tx<'_>, audience: AudienceId, persons: &[PersonId]) -> Result<()> {
    for chunk in persons.chunks(CHUNK) {
        let mut values: Vec<Value> = vec![tx.workspace().into(), audience.into()];
        let list = sql::append(&mut values, chunk);
        let sql = format!(
            "DELETE FROM audience_members WHERE workspace_id = $1 AND audience_id = $2 AND person_id IN ({list})"
        );
        tx.execute(&sql, &values)?;
    }
    Ok(())
}

pub(super) fn count(tx: &mut Tx<'_>, audience: AudienceId, change: i64) -> Result<()> {
    let workspace = tx.workspace();
    tx.execute(
        "UPDATE audiences SET members = members + $3 WHERE workspace_id = $1 AND id = $2",
        params![workspace, audience, change],
    )
    .map(drop)
}

/// Members, the newest first.
pub(super) fn members(
    read: &mut Read<'_>,
    id: AudienceId,
    after: Option<(Timestamp, PersonId)>,
    limit: usize,
) -> Result<Vec<(Timestamp, PersonId)>> {
    let mut values: Vec<Value> = vec![read.workspace().into(), id.into(), limit.into()];
    let mut sql =
        "SELECT since, person_id FROM audience_members WHERE workspace_id = $1 AND audience_id = $2"
            .to_owned();
    if let Some((since, person)) = after {
        sql += " AND (since, person_id) < ($4, $5)";
        values.extend([since.into(), person.into()]);
    }
    sql += " ORDER BY since DESC, person_id DESC LIMIT $3";
    read.rows(&sql, &values)?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// The audiences a person is in, the last entered first.
pub fn of_person(read: &mut Read<'_>, person: PersonId) -> Result<Vec<Membership>> {
    let workspace = read.workspace();
    let sql = "SELECT a.id, a.name, m.since FROM audience_members m
               JOIN audiences a ON a.workspace_id = m.workspace_id AND a.id = m.audience_id
               WHERE m.workspace_id = $1 AND m.person_id = $2 ORDER BY m.since DESC, a.name";
    let rows = read.rows(sql, params![workspace, person])?;
    rows.iter().map(|row| Ok(Membership { id: row.get(0)?, name: row.get(1)?, since: row.get(2)? })).collect()
}

/// A fact as it is remembered: place, name, when, when it came, what it says.
pub(super) struct Told {
    pub seq: i64,
    pub name: String,
    pub at: Timestamp,
    pub received_at: Timestamp,
    pub payload: serde_json::Value,
}

/// The facts of these homes with these names, up to a place in the log.
pub(super) fn history(
    read: &mut Read<'_>,
    homes: &[PersonId],
    names: &[&str],
    through: Option<FactCursor>,
) -> Result<Vec<Told>> {
    let mut told = Vec::new();
    for homes in homes.chunks(CHUNK) {
        for names in names.chunks(CHUNK) {
            let mut values: Vec<Value> = vec![read.workspace().into()];
            let list = sql::append(&mut values, homes);
            let places = sql::places(values.len(), names.len());
            values.extend(names.iter().map(|name| Value::from(*name)));
            let mut sql = format!(
                "SELECT seq, name, at, received_at, payload FROM facts
                 WHERE workspace_id = $1 AND person_id IN ({list}) AND name IN ({places})"
            );
            if let Some(through) = through {
                sql += &format!(" AND (tx, seq) <= (${}, ${})", values.len() + 1, values.len() + 2);
                values.extend([through.tx.into(), through.seq.into()]);
            }
            for row in read.rows(&sql, &values)? {
                told.push(Told {
                    seq: row.get(0)?,
                    name: row.get(1)?,
                    at: row.get(2)?,
                    received_at: row.get(3)?,
                    payload: row.get(4)?,
                });
            }
        }
    }
    Ok(told)
}

//! Every statement about persons.

use std::collections::{HashMap, HashSet};

use kernel::{Error, PersonId, Result, Timestamp, WorkspaceId, fault};
use serde_json::{Map, Value as Json};
use store::{Read, Row, Tx, Value, params};

use super::{Handle, Identity, IdentityKind, Person, PersonBrief, fold::search_text, model::best};
use crate::{access::teams, sql};

/// The person an id means now.
pub fn canonical(read: &mut Read<'_>, id: PersonId) -> Result<PersonId> {
    let workspace = read.workspace();
    let mut id = id;
    loop {
        let sql = "SELECT merged_into FROM persons WHERE workspace_id = $1 AND id = $2";
        let row = read.row(sql, params![workspace, id])?.ok_or_else(Error::not_found)?;
        match row.get(0)? {
            None => return Ok(id),
            Some(survivor) => id = survivor,
        }
    }
}

/// All ids that became the person of `id`, the surviving one first.
pub fn component(read: &mut Read<'_>, id: PersonId) -> Result<Vec<PersonId>> {
    let survivor = canonical(read, id)?;
    let workspace = read.workspace();
    // Every home points at its person itself, so one step is enough.
    let sql = "SELECT id FROM persons WHERE workspace_id = $1 AND merged_into = $2";
    let mut ids = vec![survivor];
    for row in read.rows(sql, params![workspace, survivor])? {
        ids.push(row.get(0)?);
    }
    Ok(ids)
}

/// A person by any id they ever had.
pub fn get(read: &mut Read<'_>, id: PersonId) -> Result<Person> {
    let survivor = canonical(read, id)?;
    let mut person = load(read, &[survivor])?.pop().ok_or_else(Error::not_found)?;
    person.merged_into = (survivor != id).then_some(survivor);
    Ok(person)
}

/// Whole persons, those of the ids that are persons now.
pub fn many(read: &mut Read<'_>, ids: &[PersonId]) -> Result<Vec<Person>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        found.extend(load(read, chunk)?);
    }
    Ok(found)
}

/// The person that each of these ids means now.
pub fn canonical_of(read: &mut Read<'_>, ids: &[PersonId]) -> Result<HashMap<PersonId, PersonId>> {
    let workspace = read.workspace();
    canonical_in(read, workspace, ids)
}

/// As [`canonical_of`], in a workspace that is not the reader's: for those who tell all workspaces.
pub fn canonical_in(
    read: &mut Read<'_>,
    workspace: WorkspaceId,
    ids: &[PersonId],
) -> Result<HashMap<PersonId, PersonId>> {
    let mut found = HashMap::new();
    for chunk in ids.chunks(500) {
        let mut values = vec![workspace.into()];
        let list = sql::append(&mut values, chunk);
        // Every home points at its person itself, so one step is enough.
        let sql = format!(
            "SELECT id, COALESCE(merged_into, id) FROM persons WHERE workspace_id = $1 AND id IN ({list})"
        );
        for row in read.rows(&sql, &values)? {
            found.insert(row.get(0)?, row.get(1)?);
        }
    }
    Ok(found)
}

/// Name and address of persons, by the ids asked for.
pub fn brief(read: &mut Read<'_>, ids: &[PersonId]) -> Result<HashMap<PersonId, PersonBrief>> {
    let mut briefs = HashMap::new();
    for chunk in ids.chunks(500) {
        let mut values = vec![read.workspace().into()];
        let list = sql::append(&mut values, chunk);
        let sql = format!(
            "SELECT p.id, s.id, s.name,
                    (SELECT i.display FROM identities i
                     WHERE i.workspace_id = s.workspace_id AND i.person_id = s.id AND i.kind = 'email'
                     ORDER BY i.verified DESC, i.added_at, i.value LIMIT 1)
             FROM persons p JOIN persons s
               ON s.workspace_id = p.workspace_id AND s.id = COALESCE(p.merged_into, p.id)
             WHERE p.workspace_id = $1 AND p.id IN ({list})"
        );
        for row in read.rows(&sql, &values)? {
            let brief = PersonBrief { id: row.get(1)?, name: row.get(2)?, email: row.get(3)? };
            briefs.insert(row.get(0)?, brief);
        }
    }
    Ok(briefs)
}

/// A place in the list of persons.
pub(super) type ListCursor = (Timestamp, PersonId);

/// Persons, newest first, found by the beginnings of words.
///
/// The one place that knows how persons are searched.
pub(super) fn find(
    read: &mut Read<'_>,
    words: &[String],
    after: Option<ListCursor>,
    limit: usize,
) -> Result<Vec<Person>> {
    let mut values: Vec<Value> = vec![read.workspace().into()];
    let mut sql = "SELECT id FROM persons WHERE workspace_id = $1 AND merged_into IS NULL".to_owned();
    for word in words {
        values.push(format!("% {}%", escape_like(word)).into());
        sql += &format!(" AND search LIKE ${} ESCAPE '!'", values.len());
    }
    if let Some((created_at, id)) = after {
        values.extend([created_at.into(), id.into()]);
        sql += &format!(" AND (created_at, id) < (${}, ${})", values.len() - 1, values.len());
    }
    values.push(limit.into());
    sql += &format!(" ORDER BY created_at DESC, id DESC LIMIT ${}", values.len());
    let ids = read.rows(&sql, &values)?.iter().map(|row| row.get(0)).collect::<Result<Vec<_>>>()?;
    load(read, &ids)
}

fn escape_like(word: &str) -> String {
    if fault::is_off("like-escape") {
        return word.to_owned();
    }
    word.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

/// Whole persons, in the order of their (surviving) ids.
fn load(read: &mut Read<'_>, ids: &[PersonId]) -> Result<Vec<Person>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut identities = identities_of(read, ids)?;
    let homes = homes_of(read, ids)?;
    let counts = conversation_counts(read, &homes)?;
    let mut values = vec![read.workspace().into()];
    let list = sql::append(&mut values, ids);
    let sql = format!(
        "SELECT p.id, p.name, p.locale, p.traits, p.created_at,
                (SELECT MAX(b.blocked_at) FROM identities i JOIN blocked_senders b
                   ON b.workspace_id = i.workspace_id AND b.kind = i.kind AND b.value = i.value
                 WHERE i.workspace_id = p.workspace_id AND i.person_id = p.id AND i.leads = 1)
         FROM persons p WHERE p.workspace_id = $1 AND p.id IN ({list})"
    );
    let mut found = HashMap::new();
    for row in read.rows(&sql, &values)? {
        let id: PersonId = row.get(0)?;
        found.insert(id, person(&row, identities.remove(&id).unwrap_or_default())?);
    }
    for home in homes {
        let Some(person) = found.get_mut(&home.person) else { continue };
        let (all, open) = counts.get(&home.id).copied().unwrap_or_default();
        person.conversation_count += all;
        person.open_conversations += open;
        person.last_seen_at = person.last_seen_at.max(home.last_seen_at);
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Without what its homes add up to.
fn person(row: &Row, identities: Vec<Identity>) -> Result<Person> {
    Ok(Person {
        id: row.get(0)?,
        name: row.get(1)?,
        email: best(&identities, IdentityKind::Email),
        phone: best(&identities, IdentityKind::Phone),
        locale: row.get(2)?,
        traits: traits_of(row.get(3)?),
        created_at: row.get(4)?,
        last_seen_at: None,
        identities,
        merged_into: None,
        blocked_at: row.get(5)?,
        open_conversations: 0,
        conversation_count: 0,
    })
}

fn traits_of(json: Json) -> Map<String, Json> {
    if let Json::Object(map) = json { map } else { Map::new() }
}

fn identities_of(read: &mut Read<'_>, ids: &[PersonId]) -> Result<HashMap<PersonId, Vec<Identity>>> {
    let mut values = vec![read.workspace().into()];
    let list = sql::append(&mut values, ids);
    // Of a value that two homes of the person have, the one that leads or proved itself stands for both.
    let sql = format!(
        "SELECT person_id, kind, display, verified, source, added_at, value FROM identities
         WHERE workspace_id = $1 AND person_id IN ({list}) ORDER BY verified DESC, leads DESC, added_at, kind, value"
    );
    let mut found: HashMap<PersonId, Vec<Identity>> = HashMap::new();
    let mut seen = HashSet::new();
    for row in read.rows(&sql, &values)? {
        let (person, value): (PersonId, String) = (row.get(0)?, row.get(6)?);
        let identity = identity(&row)?;
        if seen.insert((person, identity.kind.as_str(), value)) {
            found.entry(person).or_default().push(identity);
        }
    }
    for identities in found.values_mut() {
        identities.sort_by(|a, b| {
            (a.added_at, a.kind.as_str(), &a.value).cmp(&(b.added_at, b.kind.as_str(), &b.value))
        });
    }
    Ok(found)
}

/// The values met at each of these homes, oldest first.
pub(super) fn identities_by_home(
    read: &mut Read<'_>,
    homes: &[PersonId],
) -> Result<HashMap<PersonId, Vec<Identity>>> {
    let mut values = vec![read.workspace().into()];
    let list = sql::append(&mut values, homes);
    let sql = format!(
        "SELECT home_id, kind, display, verified, source, added_at FROM identities
         WHERE workspace_id = $1 AND home_id IN ({list}) ORDER BY added_at, kind, value"
    );
    let mut found: HashMap<PersonId, Vec<Identity>> = HashMap::new();
    for row in read.rows(&sql, &values)? {
        found.entry(row.get(0)?).or_default().push(identity(&row)?);
    }
    Ok(found)
}

/// Columns 1 to 5: kind, display, verified, source, added_at.
fn identity(row: &Row) -> Result<Identity> {
    let kind = IdentityKind::parse(&row.get::<String>(1)?);
    Ok(Identity {
        kind: kind.ok_or_else(|| Error::internal("an unknown kind of identity"))?,
        value: row.get(2)?,
        verified: row.get(3)?,
        source: row.get(4)?,
        added_at: row.get(5)?,
    })
}

/// An id that is a person, or became one.
struct Home {
    id: PersonId,
    person: PersonId,
    last_seen_at: Option<Timestamp>,
}

/// All homes of persons.
fn homes_of(read: &mut Read<'_>, ids: &[PersonId]) -> Result<Vec<Home>> {
    let mut values = vec![read.workspace().into()];
    let list = sql::append(&mut values, ids);
    // Not one condition with OR: it would be answered by looking at everybody.
    let sql = format!(
        "SELECT id, id, last_seen_at FROM persons WHERE workspace_id = $1 AND id IN ({list})
         UNION ALL
         SELECT id, merged_into, last_seen_at FROM persons WHERE workspace_id = $1 AND merged_into IN ({list})"
    );
    let rows = read.rows(&sql, &values)?;
    rows.iter()
        .map(|row| Ok(Home { id: row.get(0)?, person: row.get(1)?, last_seen_at: row.get(2)? }))
        .collect()
}

/// All and open conversations of homes, as far as the caller may see them.
fn conversation_counts(read: &mut Read<'_>, homes: &[Home]) -> Result<HashMap<PersonId, (i64, i64)>> {
    let hidden = teams::hidden(read)?;
    let mut values = vec![read.workspace().into()];
    let ids: Vec<PersonId> = homes.iter().map(|home| home.id).collect();
    let list = sql::append(&mut values, &ids);
    let mut sql = format!(
        "SELECT person_id, COUNT(*), SUM(CASE WHEN status <> 'closed' THEN 1 ELSE 0 END) FROM conversations
         WHERE workspace_id = $1 AND person_id IN ({list})"
    );
    if !hidden.is_empty() {
        let hidden = sql::append(&mut values, &hidden);
        sql += &format!(" AND (team_id IS NULL OR team_id NOT IN ({hidden}))");
    }
    sql += " GROUP BY person_id";
    let rows = read.rows(&sql, &values)?;
    rows.iter().map(|row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))).collect()
}

/// Where a value leads.
pub(super) struct Leading {
    pub home: PersonId,
    /// The person of that home now.
    pub person: PersonId,
    pub verified: bool,
}

pub(super) fn leading(read: &mut Read<'_>, kind: IdentityKind, value: &str) -> Result<Option<Leading>> {
    let workspace = read.workspace();
    let sql = "SELECT home_id, person_id, verified FROM identities
               WHERE workspace_id = $1 AND kind = $2 AND value = $3 AND leads = 1";
    let row = read.row(sql, params![workspace, kind.as_str(), value])?;
    row.map(|row| Ok(Leading { home: row.get(0)?, person: row.get(1)?, verified: row.get(2)? })).transpose()
}

/// The person a value leads to, in whichever way it is written.
pub fn leads_to(read: &mut Read<'_>, kind: IdentityKind, value: &str) -> Result<Option<PersonId>> {
    let value = super::normalize(kind, value)?;
    Ok(leading(read, kind, &value)?.map(|leading| leading.person))
}

/// How a person is addressed, without the rest of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownAs {
    pub name: Option<String>,
    /// A value of theirs proved itself, beyond a browser's.
    pub is_proven: bool,
}

/// By any id the person ever had.
pub fn known_as(read: &mut Read<'_>, id: PersonId) -> Result<KnownAs> {
    let workspace = read.workspace();
    let sql = "SELECT s.name, EXISTS (SELECT 1 FROM identities i
                   WHERE i.workspace_id = s.workspace_id AND i.person_id = s.id AND i.verified = 1 AND i.kind <> 'visitor')
               FROM persons p JOIN persons s
                 ON s.workspace_id = p.workspace_id AND s.id = COALESCE(p.merged_into, p.id)
               WHERE p.workspace_id = $1 AND p.id = $2";
    let row = read.row(sql, params![workspace, id])?.ok_or_else(Error::not_found)?;
    Ok(KnownAs { name: row.get(0)?, is_proven: row.get(1)? })
}

/// Where a person got a value: the home it leads to, else the first that claimed it, else the person itself.
pub fn home_of(read: &mut Read<'_>, person: PersonId, kind: IdentityKind, value: &str) -> Result<PersonId> {
    let (workspace, value) = (read.workspace(), super::normalize(kind, value)?);
    let sql = "SELECT home_id FROM identities WHERE workspace_id = $1 AND kind = $2 AND value = $3 AND person_id = $4
               ORDER BY leads DESC, added_at LIMIT 1";
    let row = read.row(sql, params![workspace, kind.as_str(), value, person])?;
    row.map_or(Ok(person), |row| row.get(0))
}

/// Adds an identity to a home; false when the home has it, or when it should lead and leads to another already.
pub(super) fn add_identity(
    tx: &mut Tx<'_>,
    home: PersonId,
    handle: &Handle,
    value: &str,
    leads: bool,
) -> Result<bool> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let added = tx.execute(
        "INSERT INTO identities (workspace_id, kind, value, home_id, person_id, display, verified, leads, source, added_at)
         VALUES ($1, $2, $3, $4, COALESCE((SELECT COALESCE(merged_into, id) FROM persons
             WHERE workspace_id = $1 AND id = $4), $4), $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        params![
            workspace,
            handle.kind.as_str(),
            value,
            home,
            handle.value.trim(),
            handle.verified && leads,
            leads,
            &handle.source,
            now
        ],
    )?;
    Ok(added == 1)
}

/// Whether a home of this person has the value, claimed or leading.
pub(super) fn has_value(
    read: &mut Read<'_>,
    person: PersonId,
    kind: IdentityKind,
    value: &str,
) -> Result<bool> {
    let workspace = read.workspace();
    let sql =
        "SELECT 1 FROM identities WHERE workspace_id = $1 AND kind = $2 AND value = $3 AND person_id = $4";
    Ok(read.row(sql, params![workspace, kind.as_str(), value, person])?.is_some())
}

/// The value proved itself at this home: it is verified, and leads there from now on. False when it was already.
pub(super) fn mark_verified(
    tx: &mut Tx<'_>,
    home: PersonId,
    kind: IdentityKind,
    value: &str,
) -> Result<bool> {
    let workspace = tx.workspace();
    let sql = "UPDATE identities SET verified = 1, leads = 1
               WHERE workspace_id = $1 AND kind = $2 AND value = $3 AND home_id = $4 AND verified = 0";
    Ok(tx.execute(sql, params![workspace, kind.as_str(), value, home])? == 1)
}

/// A new home, a person of its own.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    id: PersonId,
    created_at: Timestamp,
    last_seen_at: Option<Timestamp>,
) -> Result<()> {
    let workspace = tx.workspace();
    tx.execute(
        "INSERT INTO persons (workspace_id, id, traits, search, created_at, last_seen_at)
         VALUES ($1, $2, '{}', '', $3, $4)",
        params![workspace, id, created_at, last_seen_at],
    )?;
    Ok(())
}

pub(super) fn touch(tx: &mut Tx<'_>, id: PersonId) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let sql = "UPDATE persons SET last_seen_at = $3 WHERE workspace_id = $1 AND id = $2";
    tx.execute_later(sql, params![workspace, id, now])?;
    Ok(())
}

pub(super) fn seen_at(tx: &mut Tx<'_>, home: PersonId, at: Timestamp) -> Result<()> {
    let workspace = tx.workspace();
    let sql = "UPDATE persons SET last_seen_at = $3
               WHERE workspace_id = $1 AND id = $2 AND (last_seen_at IS NULL OR last_seen_at < $3)";
    tx.execute_later(sql, params![workspace, home, at]).map(drop)
}

/// Takes the phone numbers that a colleague wrote down; what the person proved stays.
pub(super) fn remove_told_phones(tx: &mut Tx<'_>, id: PersonId) -> Result<()> {
    let workspace = tx.workspace();
    let sql = "DELETE FROM identities
               WHERE workspace_id = $1 AND person_id = $2 AND kind = 'phone' AND verified = 0";
    tx.execute(sql, params![workspace, id])?;
    Ok(())
}

/// Writes again what the person is found by.
pub(super) fn refresh_search(tx: &mut Tx<'_>, id: PersonId) -> Result<()> {
    let workspace = tx.workspace();
    let sql = "SELECT name FROM persons WHERE workspace_id = $1 AND id = $2";
    let name: Option<String> = tx.one(sql, params![workspace, id])?.get(0)?;
    let sql = "SELECT value FROM identities
               WHERE workspace_id = $1 AND person_id = $2 AND kind IN ('email', 'phone', 'external') ORDER BY value";
    let values = tx.rows(sql, params![workspace, id])?;
    let values = values.iter().map(|row| row.get(0)).collect::<Result<Vec<String>>>()?;
    let text = search_text(name.as_deref(), values.iter().map(String::as_str));
    let sql = "UPDATE persons SET search = $3 WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, params![workspace, id, text])?;
    Ok(())
}

//! Traits: what is known of a person, each value with its source and moment, by the home it was said of.
//!
//! A person's value is the newest of all homes; what was only seen in passing yields to what was said.

use std::collections::BTreeMap;

use ::store::{Read, Tx, params};
use kernel::{PersonId, Result, Timestamp};
use serde_json::{Map, Value as Json};

use super::component;
use crate::sql;

/// A value as it came.
#[derive(Clone, Debug)]
pub struct Said<'a> {
    pub at: Timestamp,
    pub message_id: &'a str,
    pub source: &'a str,
}

/// Keeps what was said of a home; true when it is the newest of that home. `null` takes a value away.
pub(super) fn say(
    tx: &mut Tx<'_>,
    home: PersonId,
    name: &str,
    value: &Json,
    said: &Said<'_>,
) -> Result<bool> {
    let workspace = tx.workspace();
    tx.execute(
        "INSERT INTO trait_history (workspace_id, home_id, name, at, message_id, value, source)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        params![workspace, home, name, said.at, said.message_id, value, said.source],
    )?;
    let changed = tx.execute(
        "INSERT INTO person_traits (workspace_id, home_id, name, value, at, message_id, weight, source)
         VALUES ($1, $2, $3, $4, $5, $6, 1, $7)
         ON CONFLICT (workspace_id, home_id, name) DO UPDATE SET value = excluded.value, at = excluded.at,
             message_id = excluded.message_id, weight = 1, source = excluded.source
         WHERE person_traits.weight = 0
            OR (excluded.at, excluded.message_id) > (person_traits.at, person_traits.message_id)",
        params![workspace, home, name, value, said.at, said.message_id, said.source],
    )?;
    Ok(changed == 1)
}

/// Keeps what was seen in passing, when nothing is known yet; true when it is new.
pub(super) fn notice(
    tx: &mut Tx<'_>,
    home: PersonId,
    name: &str,
    value: &Json,
    source: &str,
) -> Result<bool> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let added = tx.execute(
        "INSERT INTO person_traits (workspace_id, home_id, name, value, at, message_id, weight, source)
         VALUES ($1, $2, $3, $4, $5, '', 0, $6) ON CONFLICT DO NOTHING",
        params![workspace, home, name, value, now, source],
    )?;
    Ok(added == 1)
}

/// A trait of a person, with where it comes from.
#[derive(Clone, PartialEq, Debug)]
pub struct Trait {
    pub value: Json,
    pub at: Timestamp,
    pub message_id: String,
    pub weight: i64,
    pub source: String,
}

impl Trait {
    /// What was said beats what was seen; then the newest counts, of what was seen the first.
    fn beats(&self, other: &Self) -> bool {
        let newer = (self.at, &self.message_id) > (other.at, &other.message_id);
        self.weight > other.weight || (self.weight == other.weight && newer == (self.weight > 0))
    }
}

/// The traits of these homes as one person's.
pub(super) fn fold(read: &mut Read<'_>, homes: &[PersonId]) -> Result<BTreeMap<String, Trait>> {
    let mut folded: BTreeMap<String, Trait> = BTreeMap::new();
    for chunk in homes.chunks(400) {
        let mut values = vec![read.workspace().into()];
        let list = sql::append(&mut values, chunk);
        let sql = format!(
            "SELECT name, value, at, message_id, weight, source FROM person_traits
             WHERE workspace_id = $1 AND home_id IN ({list})"
        );
        for row in read.rows(&sql, &values)? {
            let found = Trait {
                value: row.get(1)?,
                at: row.get(2)?,
                message_id: row.get(3)?,
                weight: row.get(4)?,
                source: row.get(5)?,
            };
            let name: String = row.get(0)?;
            if folded.get(&name).is_none_or(|known| found.beats(known)) {
                folded.insert(name, found);
            }
        }
    }
    Ok(folded)
}

/// Writes a person's folded traits onto their row.
pub(super) fn refold(tx: &mut Tx<'_>, person: PersonId) -> Result<()> {
    let homes = component(tx, person)?;
    let mut folded = fold(tx, &homes)?;
    let mut text = |name: &str| folded.remove(name).and_then(|found| found.value.as_str().map(str::to_owned));
    let (name, locale) = (text("name"), text("locale"));
    let traits: Map<String, Json> = folded
        .into_iter()
        .filter(|(_, found)| !found.value.is_null())
        .map(|(name, found)| (name, found.value))
        .collect();
    let (workspace, traits) = (tx.workspace(), Json::Object(traits));
    let sql = "UPDATE persons SET name = $3, locale = $4, traits = $5 WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, params![workspace, person, name, locale, &traits]).map(drop)
}

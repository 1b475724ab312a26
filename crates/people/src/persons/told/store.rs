//! Every statement of what is told in bulk.

use std::collections::HashMap;

use kernel::{PersonId, Result};
use serde_json::{Map, Value as Json};
use store::{Read, Tx, Value};

use super::{Contact, IdentityKind, NewsOfRow};
use crate::{persons::fold::search_text, sql};

/// Values of one statement that reads.
const READ: usize = 400;
/// Rows of one statement that writes: of at most ten values each.
const WRITE: usize = 200;

/// Where somebody is known by a value.
pub(super) struct Known {
    pub value: String,
    pub home: PersonId,
    pub leads: bool,
}

/// Everybody who is known by one of these values, or claims it.
pub(super) fn known(read: &mut Read<'_>, kind: IdentityKind, values: &[&str]) -> Result<Vec<Known>> {
    let mut found = Vec::new();
    for chunk in values.chunks(READ) {
        let mut params: Vec<Value> = vec![read.workspace().into(), kind.as_str().into()];
        let list = sql::append(&mut params, chunk);
        let sql = format!(
            "SELECT value, home_id, leads FROM identities
             WHERE workspace_id = $1 AND kind = $2 AND value IN ({list})"
        );
        for row in read.rows(&sql, &params)? {
            found.push(Known { value: row.get(0)?, home: row.get(1)?, leads: row.get(2)? });
        }
    }
    Ok(found)
}

/// What is said of these homes. A value seen in passing counts as well: the same is no news.
pub(super) fn traits_at(
    read: &mut Read<'_>,
    homes: &[PersonId],
) -> Result<HashMap<PersonId, Map<String, Json>>> {
    let mut found: HashMap<PersonId, Map<String, Json>> = HashMap::new();
    for chunk in homes.chunks(READ) {
        let mut params: Vec<Value> = vec![read.workspace().into()];
        let list = sql::append(&mut params, chunk);
        let sql = format!(
            "SELECT home_id, name, value FROM person_traits WHERE workspace_id = $1 AND home_id IN ({list})"
        );
        for row in read.rows(&sql, &params)? {
            found.entry(row.get(0)?).or_default().insert(row.get(1)?, row.get(2)?);
        }
    }
    Ok(found)
}

pub(super) struct NewIdentity<'r> {
    pub contact: &'r Contact,
    pub home: PersonId,
}

/// Gives the number of those that were not there.
pub(super) fn add_identities(
    tx: &mut Tx<'_>,
    new: &[NewIdentity<'_>],
    leads: bool,
    source: &str,
) -> Result<usize> {
    let mut added = 0;
    for chunk in new.chunks(WRITE) {
        let mut values: Vec<Value> =
            vec![tx.workspace().into(), leads.into(), source.into(), tx.now().into()];
        let mut rows = Vec::with_capacity(chunk.len());
        for one in chunk {
            let first = values.len() + 1;
            values.extend([
                one.contact.kind.as_str().into(),
                one.contact.value.as_str().into(),
                one.home.into(),
                one.contact.display.as_str().into(),
                // An id of the organisation's own system is attested by it.
                (leads && one.contact.kind == IdentityKind::External).into(),
            ]);
            // Whose the home is, is asked when it is written: it may just have been joined with another.
            let [value, home, display, verified] = [first + 1, first + 2, first + 3, first + 4];
            rows.push(format!(
                "($1, ${first}, ${value}, ${home}, COALESCE((SELECT COALESCE(merged_into, id) FROM persons
                     WHERE workspace_id = $1 AND id = ${home}), ${home}), ${display}, ${verified}, $2, $3, $4)"
            ));
        }
        let sql = format!(
            "INSERT INTO identities (workspace_id, kind, value, home_id, person_id, display, verified, leads, source, added_at)
             VALUES {} ON CONFLICT DO NOTHING",
            rows.join(", ")
        );
        added += usize::try_from(tx.execute(&sql, &values)?).unwrap_or_default();
    }
    Ok(added)
}

/// New persons with everything that is folded onto their rows: of one home, it is what the row says.
pub(super) fn add_persons(tx: &mut Tx<'_>, new: &[&NewsOfRow<'_>]) -> Result<()> {
    for chunk in new.chunks(WRITE) {
        let mut values: Vec<Value> = vec![tx.workspace().into()];
        let mut rows = Vec::with_capacity(chunk.len());
        for news in chunk {
            let mut traits = news.row.traits.clone();
            let mut text =
                |name: &str| traits.remove(name).and_then(|value| value.as_str().map(str::to_owned));
            let (name, locale) = (text("name"), text("locale"));
            let mut found: Vec<&str> =
                news.contacts.iter().map(|(contact, _)| contact.value.as_str()).collect();
            found.sort_unstable();
            let search = search_text(name.as_deref(), found.into_iter());
            traits.retain(|_, value| !value.is_null());
            let places = sql::places(values.len(), 6);
            values.extend([
                news.home.into(),
                name.into(),
                locale.into(),
                (&Json::Object(traits)).into(),
                search.into(),
                news.row.since.unwrap_or(tx.now()).into(),
            ]);
            rows.push(format!("($1, {places})"));
        }
        let sql = format!(
            "INSERT INTO persons (workspace_id, id, name, locale, traits, search, created_at) VALUES {}",
            rows.join(", ")
        );
        tx.execute(&sql, &values)?;
    }
    Ok(())
}

/// Home, name, value and message id of what is said now.
pub(super) fn say(tx: &mut Tx<'_>, said: &[(PersonId, &str, &Json, &str)], source: &str) -> Result<()> {
    for chunk in said.chunks(WRITE) {
        let mut values: Vec<Value> = vec![tx.workspace().into(), tx.now().into(), source.into()];
        let (mut history, mut newest) = (Vec::new(), Vec::new());
        for (home, name, value, message) in chunk {
            let first = values.len() + 1;
            values.extend([(*home).into(), (*name).into(), (*value).into(), (*message).into()]);
            let (second, third, fourth) = (first + 1, first + 2, first + 3);
            history.push(format!("($1, ${first}, ${second}, $2, ${fourth}, ${third}, $3)"));
            newest.push(format!("($1, ${first}, ${second}, ${third}, $2, ${fourth}, 1, $3)"));
        }
        let sql = format!(
            "INSERT INTO trait_history (workspace_id, home_id, name, at, message_id, value, source)
             VALUES {} ON CONFLICT DO NOTHING",
            history.join(", ")
        );
        tx.execute(&sql, &values)?;
        let sql = format!(
            "INSERT INTO person_traits (workspace_id, home_id, name, value, at, message_id, weight, source)
             VALUES {}
             ON CONFLICT (workspace_id, home_id, name) DO UPDATE SET value = excluded.value, at = excluded.at,
                 message_id = excluded.message_id, weight = 1, source = excluded.source
             WHERE person_traits.weight = 0
                OR (excluded.at, excluded.message_id) > (person_traits.at, person_traits.message_id)",
            newest.join(", ")
        );
        tx.execute(&sql, &values)?;
    }
    Ok(())
}

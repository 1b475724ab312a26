//! The statements by which two persons become one.

use std::collections::HashMap;

use kernel::{Error, PersonId, Result, Timestamp};
use store::{Tx, params};

use super::{set_details, traits_of};

/// What decides which of two persons stays.
pub(in crate::persons) struct Standing {
    pub id: PersonId,
    pub identified: bool,
    pub created_at: Timestamp,
}

/// Holds two persons until the end of the transaction; `None` when one was merged meanwhile.
pub(in crate::persons) fn hold_pair(
    tx: &mut Tx<'_>,
    a: PersonId,
    b: PersonId,
) -> Result<Option<[Standing; 2]>> {
    let workspace = tx.workspace();
    let sql = format!(
        "SELECT p.id, p.merged_into, p.created_at,
                (SELECT COUNT(*) FROM identities i WHERE i.workspace_id = p.workspace_id AND i.person_id = p.id
                 AND i.verified = 1 AND i.kind <> 'visitor')
         FROM persons p WHERE p.workspace_id = $1 AND p.id IN ($2, $3) ORDER BY p.id{}",
        tx.dialect().for_update()
    );
    let mut found = HashMap::new();
    for row in tx.rows(&sql, params![workspace, a, b])? {
        if row.get::<Option<PersonId>>(1)?.is_some() {
            return Ok(None);
        }
        let id: PersonId = row.get(0)?;
        let standing = Standing { id, created_at: row.get(2)?, identified: row.get::<i64>(3)? > 0 };
        found.insert(id, standing);
    }
    match (found.remove(&a), found.remove(&b)) {
        (Some(a), Some(b)) => Ok(Some([a, b])),
        _ => Err(Error::not_found()),
    }
}

/// Points the loser, and all who lost to it before, at the survivor.
pub(in crate::persons) fn point_at(tx: &mut Tx<'_>, merged: PersonId, survivor: PersonId) -> Result<()> {
    let workspace = tx.workspace();
    let sql = "UPDATE persons SET merged_into = $3 WHERE workspace_id = $1 AND (id = $2 OR merged_into = $2)";
    tx.execute(sql, params![workspace, merged, survivor])?;
    Ok(())
}

pub(in crate::persons) fn add_edge(
    tx: &mut Tx<'_>,
    survivor: PersonId,
    merged: PersonId,
    reason: &str,
) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let actor = serde_json::to_string(&tx.caller().actor).map_err(Error::internal)?;
    tx.execute(
        "INSERT INTO person_edges (workspace_id, survivor_id, merged_id, reason, actor, at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        params![workspace, survivor, merged, reason, actor, now],
    )?;
    Ok(())
}

/// Gives the loser's identities to the survivor; of a value both have, the stronger form stays.
pub(in crate::persons) fn move_identities(
    tx: &mut Tx<'_>,
    merged: PersonId,
    survivor: PersonId,
) -> Result<()> {
    let workspace = tx.workspace();
    let sql = "SELECT l.kind, l.value, l.verified, l.leads FROM identities l JOIN identities s
                 ON s.workspace_id = l.workspace_id AND s.kind = l.kind AND s.value = l.value AND s.person_id = $3
               WHERE l.workspace_id = $1 AND l.person_id = $2";
    for row in tx.rows(sql, params![workspace, merged, survivor])? {
        let (kind, value): (String, String) = (row.get(0)?, row.get(1)?);
        let (verified, leads): (bool, bool) = (row.get(2)?, row.get(3)?);
        let sql =
            "DELETE FROM identities WHERE workspace_id = $1 AND kind = $2 AND value = $3 AND person_id = $4";
        tx.execute(sql, params![workspace, &kind, &value, merged])?;
        if leads {
            let sql = "UPDATE identities SET leads = 1, verified = CASE WHEN $5 = 1 THEN 1 ELSE verified END
                       WHERE workspace_id = $1 AND kind = $2 AND value = $3 AND person_id = $4";
            tx.execute(sql, params![workspace, &kind, &value, survivor, verified])?;
        }
    }
    let sql = "UPDATE identities SET person_id = $3 WHERE workspace_id = $1 AND person_id = $2";
    tx.execute(sql, params![workspace, merged, survivor])?;
    Ok(())
}

/// Fills what the survivor lacks from the loser.
pub(in crate::persons) fn fill_from(tx: &mut Tx<'_>, survivor: PersonId, merged: PersonId) -> Result<()> {
    let workspace = tx.workspace();
    let sql = "SELECT name, locale, traits, last_seen_at FROM persons WHERE workspace_id = $1 AND id = $2";
    let kept = tx.one(sql, params![workspace, survivor])?;
    let lost = tx.one(sql, params![workspace, merged])?;
    let name = kept.get::<Option<String>>(0)?.or(lost.get(0)?);
    let locale = kept.get::<Option<String>>(1)?.or(lost.get(1)?);
    let mut traits = traits_of(lost.get(2)?);
    traits.extend(traits_of(kept.get(2)?));
    set_details(tx, survivor, name.as_deref(), locale.as_deref(), &traits)?;
    let seen: Option<Timestamp> = kept.get::<Option<Timestamp>>(3)?.max(lost.get(3)?);
    let sql = "UPDATE persons SET last_seen_at = $3 WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, params![workspace, survivor, seen])?;
    Ok(())
}

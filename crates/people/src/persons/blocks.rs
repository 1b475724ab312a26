//! Blocked senders: what they write goes to the spam at once.
//!
//! A block stands on the values that lead to a person: it goes with them through merges and separations, and reaches
//! whatever else leads there now. What a stranger merely claimed neither blocks nor is blocked.

use kernel::{Code, Error, NewFact, PersonId, Result};
use serde_json::json;
use store::{Read, Tx, params};

use super::canonical;

/// Blocks every value that leads to a person.
pub fn block(tx: &mut Tx<'_>, id: PersonId) -> Result<()> {
    let person = canonical(tx, id)?;
    let (workspace, now) = (tx.workspace(), tx.now());
    let sql = "SELECT COUNT(*) FROM identities WHERE workspace_id = $1 AND person_id = $2 AND leads = 1
                 AND kind <> 'anonymous'";
    if tx.one(sql, params![workspace, person])?.get::<i64>(0)? == 0 {
        return Err(Error::new(Code::NothingToBlock));
    }
    let added = tx.execute(
        "INSERT INTO blocked_senders (workspace_id, kind, value, blocked_at)
         SELECT workspace_id, kind, value, CAST($3 AS BIGINT) FROM identities
         WHERE workspace_id = $1 AND person_id = $2 AND leads = 1
         ON CONFLICT (workspace_id, kind, value) DO NOTHING",
        params![workspace, person, now],
    )?;
    record(tx, "person.blocked", person, added)
}

/// Takes the block off everything that leads to a person.
pub fn unblock(tx: &mut Tx<'_>, id: PersonId) -> Result<()> {
    let person = canonical(tx, id)?;
    let workspace = tx.workspace();
    let removed = tx.execute(
        "DELETE FROM blocked_senders WHERE workspace_id = $1 AND (kind, value) IN
             (SELECT kind, value FROM identities WHERE workspace_id = $1 AND person_id = $2 AND leads = 1)",
        params![workspace, person],
    )?;
    record(tx, "person.unblocked", person, removed)
}

/// Doing again what is done already is no fact.
fn record(tx: &mut Tx<'_>, name: &'static str, person: PersonId, values: u64) -> Result<()> {
    if values == 0 {
        return Ok(());
    }
    tx.record(NewFact::new(name).person(person).payload(json!({ "values": values })))
}

/// Whether a value that leads to this person, as it is now, is blocked.
pub fn is_blocked(read: &mut Read<'_>, person: PersonId) -> Result<bool> {
    let workspace = read.workspace();
    let sql = "SELECT 1 FROM identities i JOIN blocked_senders b
                 ON b.workspace_id = i.workspace_id AND b.kind = i.kind AND b.value = i.value
               WHERE i.workspace_id = $1 AND i.person_id = $2 AND i.leads = 1 LIMIT 1";
    Ok(read.row(sql, params![workspace, person])?.is_some())
}

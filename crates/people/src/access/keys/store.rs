//! Every statement about API keys.

use std::collections::HashMap;

use kernel::{Actor, Caller, Code, Error, KeyId, Locale, Result, Role, Timestamp, WorkspaceId};
use store::{Read, Row, Tx, Value, params};

use super::{Key, KeyScope};
use crate::{access::token, sql};

const COLUMNS: &str = "id, name, scopes, prefix, created_at, last_used_at";

/// All keys, newest first.
pub fn list(read: &mut Read<'_>) -> Result<Vec<Key>> {
    let workspace = read.workspace();
    let sql = format!(
        "SELECT {COLUMNS} FROM api_keys WHERE workspace_id = $1 AND revoked_at IS NULL
                       ORDER BY created_at DESC, id DESC"
    );
    read.rows(&sql, params![workspace])?.iter().map(key).collect()
}

pub(super) fn get(read: &mut Read<'_>, id: KeyId) -> Result<Key> {
    let workspace = read.workspace();
    let sql =
        format!("SELECT {COLUMNS} FROM api_keys WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL");
    key(&read.row(&sql, params![workspace, id])?.ok_or_else(Error::not_found)?)
}

fn key(row: &Row) -> Result<Key> {
    let scopes: String = row.get(2)?;
    Ok(Key {
        id: row.get(0)?,
        name: row.get(1)?,
        scopes: scopes_of(&scopes),
        prefix: row.get(3)?,
        created_at: row.get(4)?,
        last_used_at: row.get(5)?,
    })
}

fn scopes_of(text: &str) -> Vec<KeyScope> {
    text.split(' ').filter_map(KeyScope::parse).collect()
}

/// The names of keys, revoked ones too.
pub fn names(read: &mut Read<'_>, ids: &[KeyId]) -> Result<HashMap<KeyId, String>> {
    let mut found = HashMap::new();
    for chunk in ids.chunks(500) {
        let mut values: Vec<Value> = vec![read.workspace().into()];
        let list = sql::append(&mut values, chunk);
        let sql = format!("SELECT id, name FROM api_keys WHERE workspace_id = $1 AND id IN ({list})");
        for row in read.rows(&sql, &values)? {
            found.insert(row.get(0)?, row.get(1)?);
        }
    }
    Ok(found)
}

pub(super) fn insert(tx: &mut Tx<'_>, key: &Key, hash: &[u8]) -> Result<()> {
    let workspace = tx.workspace();
    let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.as_str()).collect();
    tx.execute(
        "INSERT INTO api_keys (workspace_id, id, name, key_hash, prefix, scopes, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params![workspace, key.id, &key.name, hash, &key.prefix, scopes.join(" "), key.created_at],
    )?;
    Ok(())
}

pub(super) fn revoke(tx: &mut Tx<'_>, id: KeyId) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let sql = "UPDATE api_keys SET revoked_at = $3 WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, params![workspace, id, now])?;
    Ok(())
}

/// What a presented key stands for.
#[derive(Clone)]
pub(in crate::access) struct Credentials {
    pub workspace: WorkspaceId,
    pub id: KeyId,
    pub scopes: Vec<KeyScope>,
    pub locale: String,
    pub last_used_at: Option<Timestamp>,
}

/// The key of this hash, in whichever workspace it is: the key itself says where it belongs.
pub(in crate::access) fn credentials(read: &mut Read<'_>, hash: &[u8]) -> Result<Option<Credentials>> {
    let sql = "SELECT k.workspace_id, k.id, k.scopes, w.locale, k.last_used_at
               FROM api_keys k JOIN workspaces w ON w.id = k.workspace_id WHERE k.key_hash = $1 AND k.revoked_at IS NULL";
    let row = read.row(sql, params![hash])?;
    row.map(|row| {
        let scopes: String = row.get(2)?;
        Ok(Credentials {
            workspace: row.get(0)?,
            id: row.get(1)?,
            scopes: scopes_of(&scopes),
            locale: row.get(3)?,
            last_used_at: row.get(4)?,
        })
    })
    .transpose()
}

/// The caller a write key stands for: it sends facts in, and nothing else.
pub fn intake(read: &mut Read<'_>, token: &str) -> Result<Option<Caller>> {
    let found = credentials(read, &token::digest(token))?;
    let found = found.filter(|found| found.scopes.contains(&KeyScope::Intake));
    Ok(found.map(|found| Caller {
        workspace: found.workspace,
        actor: Actor::Key(found.id),
        role: Role::Observer,
        locale: Locale::from_tag(&found.locale).unwrap_or_default(),
        operator: false,
        visitor: None,
    }))
}

/// Refuses a key that was revoked.
pub fn check(read: &mut Read<'_>, id: KeyId) -> Result<()> {
    let workspace = read.workspace();
    let sql = "SELECT 1 FROM api_keys WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL";
    read.row(sql, params![workspace, id])?.map(drop).ok_or_else(|| Error::new(Code::Unauthenticated))
}

pub(in crate::access) fn touch(tx: &mut Tx<'_>, id: KeyId) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let sql = "UPDATE api_keys SET last_used_at = $3 WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, params![workspace, id, now])?;
    Ok(())
}

//! Every statement about users.

use std::collections::HashMap;

use kernel::{Error, Locale, Result, Role, TeamId, Timestamp, UserId, WorkspaceId};
use serde_json::Value as Json;
use store::{Read, Row, Tx, Value, params};

use super::{Availability, Preferences, User};
use crate::sql;

const COLUMNS: &str = "id, name, email, role, locale, time_zone, availability, created_at, disabled_at";

/// A user of this workspace.
pub fn get(read: &mut Read<'_>, id: UserId) -> Result<User> {
    let workspace = read.workspace();
    let sql = format!("SELECT {COLUMNS} FROM users WHERE workspace_id = $1 AND id = $2");
    let row = read.row(&sql, params![workspace, id])?.ok_or_else(Error::not_found)?;
    let teams = super::super::teams::of_user(read, id)?;
    user(&row, teams)
}

/// All users, by name. Disabled ones too: their work keeps its author.
pub fn list(read: &mut Read<'_>) -> Result<Vec<User>> {
    let workspace = read.workspace();
    let mut teams = memberships(read)?;
    let sql = format!("SELECT {COLUMNS} FROM users WHERE workspace_id = $1 ORDER BY name, id");
    let rows = read.rows(&sql, params![workspace])?;
    rows.iter().map(|row| user(row, teams.remove(&row.get(0)?).unwrap_or_default())).collect()
}

/// The names of users; unknown ids are left out.
pub fn names(read: &mut Read<'_>, ids: &[UserId]) -> Result<HashMap<UserId, String>> {
    let mut found = HashMap::new();
    for chunk in ids.chunks(500) {
        let mut values: Vec<Value> = vec![read.workspace().into()];
        let list = sql::append(&mut values, chunk);
        let sql = format!("SELECT id, name FROM users WHERE workspace_id = $1 AND id IN ({list})");
        for row in read.rows(&sql, &values)? {
            found.insert(row.get(0)?, row.get(1)?);
        }
    }
    Ok(found)
}

fn memberships(read: &mut Read<'_>) -> Result<HashMap<UserId, Vec<TeamId>>> {
    let workspace = read.workspace();
    let sql = "SELECT user_id, team_id FROM team_members WHERE workspace_id = $1 ORDER BY team_id";
    let mut found: HashMap<UserId, Vec<TeamId>> = HashMap::new();
    for row in read.rows(sql, params![workspace])? {
        found.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    Ok(found)
}

fn user(row: &Row, teams: Vec<TeamId>) -> Result<User> {
    let (role, availability): (String, String) = (row.get(3)?, row.get(6)?);
    Ok(User {
        id: row.get(0)?,
        name: row.get(1)?,
        email: row.get(2)?,
        role: parse_role(&role)?,
        locale: row.get(4)?,
        time_zone: row.get(5)?,
        availability: Availability::parse(&availability).unwrap_or(Availability::Available),
        teams,
        created_at: row.get(7)?,
        disabled_at: row.get(8)?,
    })
}

pub(in crate::access) fn parse_role(text: &str) -> Result<Role> {
    Role::parse(text).ok_or_else(|| Error::internal("an unknown role is stored"))
}

/// How a user likes the application to be.
pub fn preferences(read: &mut Read<'_>, id: UserId) -> Result<Preferences> {
    let workspace = read.workspace();
    let sql = "SELECT preferences FROM users WHERE workspace_id = $1 AND id = $2";
    let row = read.row(sql, params![workspace, id])?.ok_or_else(Error::not_found)?;
    let json: Json = row.get(0)?;
    Ok(serde_json::from_value(json).unwrap_or_default())
}

pub(in crate::access) fn set_preferences(
    tx: &mut Tx<'_>,
    id: UserId,
    preferences: &Preferences,
) -> Result<()> {
    let (workspace, json) = (tx.workspace(), serde_json::to_value(preferences).map_err(Error::internal)?);
    let sql = "UPDATE users SET preferences = $3 WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, params![workspace, id, &json])?;
    Ok(())
}

/// What sign-in needs to know of an address, in whichever workspace it is.
#[derive(Clone, PartialEq)]
pub(in crate::access) struct Account {
    pub workspace: WorkspaceId,
    pub id: UserId,
    pub password_hash: Option<String>,
    pub disabled: bool,
    pub locale: Locale,
}

/// The account of an address. Looks into all workspaces: before sign-in there is none.
pub(in crate::access) fn account(read: &mut Read<'_>, email: &str) -> Result<Option<Account>> {
    let sql = "SELECT workspace_id, id, password_hash, disabled_at, locale FROM users WHERE email = $1";
    let row = read.row(sql, params![email])?;
    row.map(|row| {
        let locale: String = row.get(4)?;
        Ok(Account {
            workspace: row.get(0)?,
            id: row.get(1)?,
            password_hash: row.get(2)?,
            disabled: row.get::<Option<Timestamp>>(3)?.is_some(),
            locale: Locale::from_tag(&locale).unwrap_or_default(),
        })
    })
    .transpose()
}

/// Whether an address is that of a colleague who is one no longer.
pub fn is_disabled(read: &mut Read<'_>, email: &str) -> Result<bool> {
    let workspace = read.workspace();
    let sql = "SELECT 1 FROM users WHERE workspace_id = $1 AND email = $2 AND disabled_at IS NOT NULL";
    Ok(read.row(sql, params![workspace, email.to_lowercase()])?.is_some())
}

pub(in crate::access) fn insert(tx: &mut Tx<'_>, user: &User, password_hash: Option<&str>) -> Result<()> {
    let workspace = tx.workspace();
    let preferences = serde_json::to_value(Preferences::default()).map_err(Error::internal)?;
    let added = tx.execute(
        "INSERT INTO users (workspace_id, id, email, name, role, locale, time_zone, availability, password_hash,
                            preferences, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
        params![
            workspace,
            user.id,
            &user.email,
            &user.name,
            user.role.as_str(),
            &user.locale,
            &user.time_zone,
            user.availability.as_str(),
            password_hash,
            &preferences,
            user.created_at
        ],
    )?;
    if added == 1 { Ok(()) } else { Err(Error::new(kernel::Code::AlreadyExists).field("email")) }
}

pub(in crate::access) fn update(tx: &mut Tx<'_>, user: &User) -> Result<()> {
    let workspace = tx.workspace();
    tx.execute(
        "UPDATE users SET name = $3, role = $4, locale = $5, time_zone = $6, availability = $7, disabled_at = $8
         WHERE workspace_id = $1 AND id = $2",
        params![
            workspace,
            user.id,
            &user.name,
            user.role.as_str(),
            &user.locale,
            &user.time_zone,
            user.availability.as_str(),
            user.disabled_at
        ],
    )?;
    Ok(())
}

pub(in crate::access) fn set_password(tx: &mut Tx<'_>, id: UserId, password_hash: &str) -> Result<()> {
    let workspace = tx.workspace();
    let sql = "UPDATE users SET password_hash = $3 WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, params![workspace, id, password_hash])?;
    Ok(())
}

/// Holds the administrators who can sign in until the end of the transaction, and counts them.
pub(super) fn hold_administrators(tx: &mut Tx<'_>) -> Result<usize> {
    let workspace = tx.workspace();
    let sql = format!(
        "SELECT id FROM users WHERE workspace_id = $1 AND role = 'administrator' AND disabled_at IS NULL
         ORDER BY id{}",
        tx.dialect().for_update()
    );
    Ok(tx.rows(&sql, params![workspace])?.len())
}

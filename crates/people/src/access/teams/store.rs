//! Every statement about teams.

use std::collections::HashMap;

use kernel::{Code, Error, Result, TeamId, UserId, fault};
use store::{Read, Tx, Value, params};

use super::Team;
use crate::sql;

/// All teams, by name. That a private team exists is no secret; what it works on is.
pub fn list(read: &mut Read<'_>) -> Result<Vec<Team>> {
    let workspace = read.workspace();
    let mut members = members(read)?;
    let sql = "SELECT id, name, private FROM teams WHERE workspace_id = $1 ORDER BY name, id";
    let rows = read.rows(sql, params![workspace])?;
    rows.iter()
        .map(|row| {
            let id = row.get(0)?;
            let members = members.remove(&id).unwrap_or_default();
            Ok(Team { id, name: row.get(1)?, private: row.get(2)?, members })
        })
        .collect()
}

fn members(read: &mut Read<'_>) -> Result<HashMap<TeamId, Vec<UserId>>> {
    let workspace = read.workspace();
    let sql = "SELECT team_id, user_id FROM team_members WHERE workspace_id = $1 ORDER BY user_id";
    let mut found: HashMap<TeamId, Vec<UserId>> = HashMap::new();
    for row in read.rows(sql, params![workspace])? {
        found.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    Ok(found)
}

/// A team of this workspace.
pub fn get(read: &mut Read<'_>, id: TeamId) -> Result<Team> {
    let workspace = read.workspace();
    let sql = "SELECT name, private FROM teams WHERE workspace_id = $1 AND id = $2";
    let row = read.row(sql, params![workspace, id])?.ok_or_else(Error::not_found)?;
    let sql = "SELECT user_id FROM team_members WHERE workspace_id = $1 AND team_id = $2 ORDER BY user_id";
    let members = read.rows(sql, params![workspace, id])?;
    let members = members.iter().map(|row| row.get(0)).collect::<Result<_>>()?;
    Ok(Team { id, name: row.get(0)?, private: row.get(1)?, members })
}

/// The names of teams; unknown ids are left out.
pub fn names(read: &mut Read<'_>, ids: &[TeamId]) -> Result<HashMap<TeamId, String>> {
    let mut found = HashMap::new();
    for chunk in ids.chunks(500) {
        let mut values: Vec<Value> = vec![read.workspace().into()];
        let list = sql::append(&mut values, chunk);
        let sql = format!("SELECT id, name FROM teams WHERE workspace_id = $1 AND id IN ({list})");
        for row in read.rows(&sql, &values)? {
            found.insert(row.get(0)?, row.get(1)?);
        }
    }
    Ok(found)
}

/// Private teams whose work the caller may not see. Empty for administrators, keys, the system, and for visitors, who
/// are held to their own conversation by other means.
///
/// The role is the stored one: an open socket remembers only the role of its beginning.
pub fn hidden(read: &mut Read<'_>) -> Result<Vec<TeamId>> {
    let Some(user) = read.caller().user().filter(|_| !fault::is_off("private-teams")) else {
        return Ok(Vec::new());
    };
    let workspace = read.workspace();
    let sql = "SELECT t.id FROM teams t WHERE t.workspace_id = $1 AND t.private = 1
                 AND NOT EXISTS (
                     SELECT 1 FROM team_members m
                     WHERE m.workspace_id = t.workspace_id AND m.team_id = t.id AND m.user_id = $2)
                 AND NOT EXISTS (
                     SELECT 1 FROM users u
                     WHERE u.workspace_id = t.workspace_id AND u.id = $2 AND u.role = 'administrator')
               ORDER BY t.id";
    read.rows(sql, params![workspace, user])?.iter().map(|row| row.get(0)).collect()
}

/// The teams a user belongs to.
pub fn of_user(read: &mut Read<'_>, user: UserId) -> Result<Vec<TeamId>> {
    let workspace = read.workspace();
    let sql = "SELECT team_id FROM team_members WHERE workspace_id = $1 AND user_id = $2 ORDER BY team_id";
    read.rows(sql, params![workspace, user])?.iter().map(|row| row.get(0)).collect()
}

pub(super) fn insert(tx: &mut Tx<'_>, team: &Team) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let added = tx.execute(
        "INSERT INTO teams (workspace_id, id, name, private, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        params![workspace, team.id, &team.name, team.private, now],
    )?;
    if added == 1 { Ok(()) } else { Err(Error::new(Code::AlreadyExists).field("name")) }
}

pub(super) fn update(tx: &mut Tx<'_>, team: &Team) -> Result<()> {
    let workspace = tx.workspace();
    let sql = "SELECT 1 FROM teams WHERE workspace_id = $1 AND name = $2 AND id <> $3";
    if tx.row(sql, params![workspace, &team.name, team.id])?.is_some() {
        return Err(Error::new(Code::AlreadyExists).field("name"));
    }
    let sql = "UPDATE teams SET name = $3, private = $4 WHERE workspace_id = $1 AND id = $2";
    tx.execute(sql, params![workspace, team.id, &team.name, team.private])?;
    Ok(())
}

pub(super) fn delete(tx: &mut Tx<'_>, id: TeamId) -> Result<()> {
    let workspace = tx.workspace();
    tx.execute("DELETE FROM team_members WHERE workspace_id = $1 AND team_id = $2", params![workspace, id])?;
    tx.execute("DELETE FROM teams WHERE workspace_id = $1 AND id = $2", params![workspace, id])?;
    Ok(())
}

/// Whether anything still belongs to the team.
pub(super) fn is_used(read: &mut Read<'_>, id: TeamId) -> Result<bool> {
    let workspace = read.workspace();
    let sql = "SELECT 1 FROM conversations WHERE workspace_id = $1 AND team_id = $2
               UNION ALL SELECT 1 FROM channels WHERE workspace_id = $1 AND team_id = $2 AND deleted_at IS NULL
               LIMIT 1";
    Ok(read.row(sql, params![workspace, id])?.is_some())
}

pub(super) fn add_member(tx: &mut Tx<'_>, team: TeamId, user: UserId) -> Result<bool> {
    let workspace = tx.workspace();
    let sql = "INSERT INTO team_members (workspace_id, team_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, params![workspace, team, user])? == 1)
}

pub(super) fn remove_member(tx: &mut Tx<'_>, team: TeamId, user: UserId) -> Result<bool> {
    let workspace = tx.workspace();
    let sql = "DELETE FROM team_members WHERE workspace_id = $1 AND team_id = $2 AND user_id = $3";
    Ok(tx.execute(sql, params![workspace, team, user])? == 1)
}

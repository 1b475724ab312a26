//! What administrators do with teams.

use std::net::IpAddr;

use kernel::{Code, Error, NewFact, Result, TeamId, UserId};
use serde_json::{Value as Json, json};
use store::Tx;

use super::{Team, get, store as rows};
use crate::{
    access::{users, workspace::checked_name},
    audit,
};

/// Makes a team without members.
pub fn create(tx: &mut Tx<'_>, name: &str, private: bool, ip: Option<IpAddr>) -> Result<Team> {
    let team = Team { id: TeamId::new(), name: checked_name(name)?, private, members: Vec::new() };
    rows::insert(tx, &team)?;
    told(tx, "team.created", &team, None, Some(summary(&team)), ip)?;
    Ok(team)
}

/// Renames a team, or makes it private or open.
pub fn change(
    tx: &mut Tx<'_>,
    id: TeamId,
    name: Option<&str>,
    private: Option<bool>,
    ip: Option<IpAddr>,
) -> Result<Team> {
    let before = get(tx, id)?;
    let mut team = before.clone();
    if let Some(name) = name {
        team.name = checked_name(name)?;
    }
    team.private = private.unwrap_or(team.private);
    if team != before {
        rows::update(tx, &team)?;
        told(tx, "team.changed", &team, Some(summary(&before)), Some(summary(&team)), ip)?;
    }
    Ok(team)
}

/// Deletes a team to which nothing belongs any more.
pub fn delete(tx: &mut Tx<'_>, id: TeamId, ip: Option<IpAddr>) -> Result<()> {
    let team = get(tx, id)?;
    if rows::is_used(tx, id)? {
        return Err(Error::new(Code::InUse));
    }
    rows::delete(tx, id)?;
    told(tx, "team.deleted", &team, Some(summary(&team)), None, ip)
}

/// Adds a user to a team; who is in it stays in it.
pub fn add_member(tx: &mut Tx<'_>, id: TeamId, user: UserId, ip: Option<IpAddr>) -> Result<()> {
    let (team, user) = (get(tx, id)?, users::get(tx, user)?);
    if rows::add_member(tx, id, user.id)? {
        told(tx, "team.member_added", &team, None, Some(member(&user)), ip)?;
    }
    Ok(())
}

/// Takes a user out of a team.
pub fn remove_member(tx: &mut Tx<'_>, id: TeamId, user: UserId, ip: Option<IpAddr>) -> Result<()> {
    let (team, user) = (get(tx, id)?, users::get(tx, user)?);
    if rows::remove_member(tx, id, user.id)? {
        told(tx, "team.member_removed", &team, Some(member(&user)), None, ip)?;
    }
    Ok(())
}

fn summary(team: &Team) -> Json {
    json!({ "name": team.name, "private": team.private })
}

fn member(user: &users::User) -> Json {
    json!({ "user": user.id, "name": user.name })
}

/// One act: an audit entry and a fact of the same name.
fn told(
    tx: &mut Tx<'_>,
    action: &'static str,
    team: &Team,
    before: Option<Json>,
    after: Option<Json>,
    ip: Option<IpAddr>,
) -> Result<()> {
    let target = Some(("team", team.id.as_bytes(), team.name.as_str()));
    audit::log(tx, audit::Entry { action, target, before, after, ip })?;
    tx.record(NewFact::new(action).payload(json!({ "team": team.id })))
}

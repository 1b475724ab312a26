//! What administrators do with users.

use std::net::IpAddr;

use kernel::{Code, Error, Locale, NewFact, Result, Role, UserId};
use serde_json::{Value as Json, json};
use store::Tx;

use super::{Availability, User, get, store as rows};
use crate::{
    access::{
        PasswordHash, sessions,
        workspace::{self, checked_name},
    },
    audit,
    persons::{IdentityKind, normalize},
};

#[derive(Clone)]
pub struct NewUser {
    pub name: String,
    pub email: String,
    pub role: Role,
    /// Without one the user cannot sign in until an administrator sets it.
    pub password: Option<PasswordHash>,
    /// The workspace's when not given.
    pub locale: Option<Locale>,
}

/// Adds a colleague.
pub fn create(tx: &mut Tx<'_>, new: &NewUser, ip: Option<IpAddr>) -> Result<User> {
    let workspace = workspace::get(tx)?;
    let user = User {
        id: UserId::new(),
        name: checked_name(&new.name)?,
        email: normalize(IdentityKind::Email, &new.email)?,
        role: new.role,
        locale: new.locale.map_or(workspace.locale, |locale| locale.as_str().to_owned()),
        time_zone: workspace.time_zone,
        availability: Availability::Available,
        teams: Vec::new(),
        created_at: tx.now(),
        disabled_at: None,
    };
    rows::insert(tx, &user, new.password.as_ref().map(PasswordHash::as_str))?;
    log(tx, "user.created", &user, None, Some(summary(&user)), ip)?;
    record(tx, "user.created", &user)?;
    Ok(user)
}

#[derive(Clone, Default)]
pub struct UserChange {
    pub name: Option<String>,
    pub role: Option<Role>,
    pub disabled: Option<bool>,
    pub password: Option<PasswordHash>,
}

/// Changes a colleague. A new role works at once, because roles are read at each request; a disabled user and one with
/// a new password are signed out everywhere. The last administrator stays one.
pub fn change(tx: &mut Tx<'_>, id: UserId, change: &UserChange, ip: Option<IpAddr>) -> Result<User> {
    let administrators = rows::hold_administrators(tx)?;
    let before = get(tx, id)?;
    let mut user = before.clone();
    if let Some(name) = &change.name {
        user.name = checked_name(name)?;
    }
    user.role = change.role.unwrap_or(user.role);
    if let Some(disabled) = change.disabled {
        user.disabled_at = if disabled { before.disabled_at.or(Some(tx.now())) } else { None };
    }
    if is_administrator(&before) && !is_administrator(&user) && administrators == 1 {
        return Err(Error::new(Code::LastAdministrator));
    }
    if user != before {
        rows::update(tx, &user)?;
        let name = if before.disabled_at.is_none() && user.disabled_at.is_some() {
            sessions::end_all(tx, id)?;
            "user.disabled"
        } else {
            "user.changed"
        };
        log(tx, name, &user, Some(summary(&before)), Some(summary(&user)), ip)?;
        record(tx, name, &user)?;
    }
    if let Some(password) = &change.password {
        set_password_of(tx, &user, password, ip)?;
    }
    Ok(user)
}

fn set_password_of(tx: &mut Tx<'_>, user: &User, password: &PasswordHash, ip: Option<IpAddr>) -> Result<()> {
    if tx.caller().user() == Some(user.id) {
        // One's own is changed only by who knows the old one.
        return Err(Error::new(Code::Forbidden).field("password"));
    }
    rows::set_password(tx, user.id, password.as_str())?;
    sessions::end_all(tx, user.id)?;
    log(tx, "user.password_changed", user, None, None, ip)?;
    record(tx, "user.changed", user)
}

fn is_administrator(user: &User) -> bool {
    user.role == Role::Administrator && user.disabled_at.is_none()
}

fn summary(user: &User) -> Json {
    json!({
        "name": user.name, "email": user.email, "role": user.role, "disabled": user.disabled_at.is_some(),
    })
}

fn log(
    tx: &mut Tx<'_>,
    action: &'static str,
    user: &User,
    before: Option<Json>,
    after: Option<Json>,
    ip: Option<IpAddr>,
) -> Result<()> {
    let target = Some(("user", user.id.as_bytes(), user.name.as_str()));
    audit::log(tx, audit::Entry { action, target, before, after, ip })
}

fn record(tx: &mut Tx<'_>, name: &'static str, user: &User) -> Result<()> {
    tx.record(NewFact::new(name).payload(json!({ "user": user.id })))
}

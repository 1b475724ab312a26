//! What a user changes about themselves.

use std::collections::BTreeMap;

use kernel::{Code, Error, Locale, NewFact, Result, SessionId};
use serde_json::json;
use store::Tx;

use super::{Me, get};
use crate::{
    access::{
        PasswordHash, sessions,
        users::{self, Availability, Density, Theme},
        workspace::{checked_name, checked_zone},
    },
    audit,
};

#[derive(Clone, Default)]
pub struct MeChange {
    pub name: Option<String>,
    pub locale: Option<Locale>,
    pub time_zone: Option<String>,
    pub theme: Option<Theme>,
    pub density: Option<Density>,
    pub single_keys: Option<bool>,
    pub signature: Option<String>,
    pub shortcuts: Option<BTreeMap<String, String>>,
    pub skipped_steps: Option<Vec<String>>,
    pub availability: Option<Availability>,
}

const MAX_SHORTCUTS: usize = 60;
const MAX_KEY: usize = 20;
const MAX_STEPS: usize = 20;
const MAX_STEP: usize = 40;

/// Changes the calling user's own settings.
pub fn change(tx: &mut Tx<'_>, change: &MeChange) -> Result<Me> {
    let before = get(tx)?;
    let mut me = before.clone();
    if let Some(name) = &change.name {
        me.user.name = checked_name(name)?;
    }
    if let Some(locale) = change.locale {
        locale.as_str().clone_into(&mut me.user.locale);
    }
    if let Some(zone) = &change.time_zone {
        me.user.time_zone = checked_zone(zone)?;
    }
    if let Some(signature) = &change.signature {
        if signature.chars().count() > 2_000 {
            return Err(Error::new(Code::TooLong).field("signature"));
        }
        me.preferences.signature.clone_from(signature);
    }
    if let Some(shortcuts) = &change.shortcuts {
        let fits = |key: &String| key.chars().count() <= MAX_KEY;
        if shortcuts.len() > MAX_SHORTCUTS || !shortcuts.iter().all(|(usual, own)| fits(usual) && fits(own)) {
            return Err(Error::new(Code::TooLong).field("shortcuts"));
        }
        me.preferences.shortcuts.clone_from(shortcuts);
    }
    if let Some(steps) = &change.skipped_steps {
        if steps.len() > MAX_STEPS || steps.iter().any(|step| step.chars().count() > MAX_STEP) {
            return Err(Error::new(Code::TooLong).field("skipped_steps"));
        }
        me.preferences.skipped_steps.clone_from(steps);
    }
    me.user.availability = change.availability.unwrap_or(me.user.availability);
    me.preferences.theme = change.theme.unwrap_or(me.preferences.theme);
    me.preferences.density = change.density.unwrap_or(me.preferences.density);
    me.preferences.single_keys = change.single_keys.unwrap_or(me.preferences.single_keys);
    if me.preferences != before.preferences {
        users::set_preferences(tx, me.user.id, &me.preferences)?;
    }
    if me.user != before.user {
        users::update(tx, &me.user)?;
        tx.record(NewFact::new("user.changed").payload(json!({ "user": me.user.id })))?;
    }
    Ok(me)
}

/// Sets the caller's new password and signs them out everywhere else.
pub fn change_password(
    tx: &mut Tx<'_>,
    password: &PasswordHash,
    here: Option<SessionId>,
    ip: std::net::IpAddr,
) -> Result<()> {
    let me = get(tx)?.user;
    users::set_password(tx, me.id, password.as_str())?;
    sessions::end_others(tx, me.id, here)?;
    audit::log(
        tx,
        audit::Entry {
            action: "user.password_changed",
            target: Some(("user", me.id.as_bytes(), &me.name)),
            before: None,
            after: None,
            ip: Some(ip),
        },
    )?;
    tx.record(NewFact::new("user.changed").payload(json!({ "user": me.id })))
}

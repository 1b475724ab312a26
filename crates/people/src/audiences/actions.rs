//! What people do with audiences.

use std::{collections::BTreeMap, net::IpAddr};

use kernel::{AudienceId, Code, Error, NewFact, PersonId, Result};
use serde_json::{Value as Json, json};
use store::{Read, Tx};

use super::{
    Audience, Condition, Explanation, PersonState, Plan, View,
    pass::{attributes, from_history},
    react::{check_together, hold_passes, look_at_everybody, zone_of},
    store as rows,
};
use crate::{
    access::workspace::{self, checked_name},
    audit, persons,
};

const MAX_DESCRIPTION: usize = 2_000;
const MAX_AUDIENCES: usize = 200;
/// People looked at for a preview, the newest first.
const PREVIEWED: usize = 1_000;
const SAMPLE: usize = 20;

#[derive(Clone, Debug, Default)]
pub struct AudienceChange {
    pub name: Option<String>,
    pub description: Option<String>,
    pub condition: Option<Condition>,
}

/// Makes a draft.
pub fn create(tx: &mut Tx<'_>, change: &AudienceChange, ip: Option<IpAddr>) -> Result<Audience> {
    hold_passes(tx)?;
    let condition = change.condition.clone().ok_or_else(|| Error::new(Code::Required).field("condition"))?;
    if rows::list(tx)?.len() >= MAX_AUDIENCES {
        return Err(Error::new(Code::Conflict).detail(format!("at most {MAX_AUDIENCES} audiences")));
    }
    let now = tx.now();
    let audience = Audience {
        id: AudienceId::new(),
        name: checked_name(change.name.as_deref().unwrap_or_default())?,
        description: checked_description(change.description.as_deref().unwrap_or_default())?,
        condition: checked(condition)?,
        live: false,
        members: 0,
        created_at: now,
        changed_at: now,
    };
    ensure_own_name(tx, &audience)?;
    rows::insert(tx, &audience)?;
    told(tx, "audience.created", &audience, None, ip)?;
    Ok(audience)
}

/// Changes an audience. The people of a live one are asked anew.
pub fn change(
    tx: &mut Tx<'_>,
    id: AudienceId,
    change: &AudienceChange,
    ip: Option<IpAddr>,
) -> Result<Audience> {
    hold_passes(tx)?;
    let before = rows::find(tx, id)?;
    let mut audience = before.clone();
    if let Some(name) = &change.name {
        audience.name = checked_name(name)?;
        ensure_own_name(tx, &audience)?;
    }
    if let Some(description) = &change.description {
        audience.description = checked_description(description)?;
    }
    if let Some(condition) = &change.condition {
        audience.condition = checked(condition.clone())?;
    }
    if audience == before {
        return Ok(audience);
    }
    let is_another = audience.condition != before.condition;
    if audience.live && is_another {
        check(tx, &audience)?;
    }
    audience.changed_at = tx.now();
    rows::update(tx, &audience)?;
    if audience.live && is_another {
        look_at_everybody(tx)?;
    }
    told(tx, "audience.changed", &audience, Some(&before), ip)?;
    Ok(audience)
}

/// Lets people enter and leave from now on; everybody is asked once.
pub fn publish(tx: &mut Tx<'_>, id: AudienceId, ip: Option<IpAddr>) -> Result<Audience> {
    hold_passes(tx)?;
    let before = rows::find(tx, id)?;
    if before.live {
        return Ok(before);
    }
    check(tx, &before)?;
    let audience = Audience { live: true, changed_at: tx.now(), ..before.clone() };
    rows::update(tx, &audience)?;
    look_at_everybody(tx)?;
    told(tx, "audience.published", &audience, Some(&before), ip)?;
    Ok(audience)
}

/// A draft again: it is empty, and nobody is told to have left.
pub fn withdraw(tx: &mut Tx<'_>, id: AudienceId, ip: Option<IpAddr>) -> Result<Audience> {
    hold_passes(tx)?;
    let before = rows::find(tx, id)?;
    if !before.live {
        return Ok(before);
    }
    ensure_unused(tx, id)?;
    let audience = Audience { live: false, members: 0, changed_at: tx.now(), ..before.clone() };
    rows::update(tx, &audience)?;
    // First the set changes, held; then nobody can enter what is emptied.
    look_at_everybody(tx)?;
    rows::empty(tx, id)?;
    told(tx, "audience.withdrawn", &audience, Some(&before), ip)?;
    Ok(audience)
}

pub fn delete(tx: &mut Tx<'_>, id: AudienceId, ip: Option<IpAddr>) -> Result<()> {
    ensure_unused(tx, id)?;
    let audience = withdraw(tx, id, ip)?;
    rows::delete(tx, id)?;
    told(tx, "audience.deleted", &audience, Some(&audience), ip)
}

fn checked(condition: Condition) -> Result<Condition> {
    condition
        .check()
        .map_err(|invalid| Error::new(Code::Invalid).field("condition").detail(invalid.to_string()))?;
    // Entering and leaving cannot be what somebody enters or leaves by: it would never come to rest.
    if condition.event_names().iter().any(|name| name.starts_with("audience.")) {
        return Err(Error::new(Code::Invalid).field("condition").detail("audience facts are no condition"));
    }
    Ok(condition)
}

/// Conditions written as text name audiences.
fn ensure_own_name(tx: &mut Tx<'_>, audience: &Audience) -> Result<()> {
    let is_another = |other: &Audience| other.id != audience.id && other.name == audience.name;
    if rows::list(tx)?.iter().any(is_another) {
        return Err(Error::new(Code::AlreadyExists).field("name"));
    }
    Ok(())
}

fn checked_description(text: &str) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > MAX_DESCRIPTION {
        return Err(Error::new(Code::TooLong).field("description"));
    }
    Ok(text.to_owned())
}

/// Whether it can live: the audiences it names are there and live, and none is its own condition.
fn check(tx: &mut Tx<'_>, audience: &Audience) -> Result<()> {
    let all = rows::list(tx)?;
    for named in audience.condition.members() {
        if !all.iter().any(|other| other.id == named && other.live) {
            let missing = Error::new(Code::Invalid).field("condition");
            return Err(missing.detail("an audience it names is not live"));
        }
    }
    let zone = workspace::get(tx)?.time_zone;
    check_together(tx, &zone, audience)
}

/// Refused while another audience names it.
fn ensure_unused(tx: &mut Tx<'_>, id: AudienceId) -> Result<()> {
    let users = used_by(tx, id)?;
    if users.is_empty() { Ok(()) } else { Err(Error::new(Code::InUse).detail(users.join(", "))) }
}

/// Names of the audiences that name this one.
pub fn used_by(read: &mut Read<'_>, id: AudienceId) -> Result<Vec<String>> {
    let users = rows::list(read)?.into_iter().filter(|other| other.condition.members().contains(&id));
    Ok(users.map(|other| other.name).collect())
}

fn told(
    tx: &mut Tx<'_>,
    action: &'static str,
    audience: &Audience,
    before: Option<&Audience>,
    ip: Option<IpAddr>,
) -> Result<()> {
    let summary = |of: &Audience| -> Result<Json> {
        let condition = serde_json::to_value(&of.condition).map_err(Error::internal)?;
        Ok(json!({ "name": of.name, "description": of.description, "live": of.live, "condition": condition }))
    };
    audit::log(
        tx,
        audit::Entry {
            action,
            target: Some(("audience", audience.id.as_bytes(), &audience.name)),
            before: before.map(summary).transpose()?,
            after: Some(summary(audience)?),
            ip,
        },
    )?;
    tx.record(NewFact::new(action).payload(json!({ "audience": audience.id, "name": audience.name })))
}

/// Why a person is, or is not, in an audience, from their facts as they are now.
pub fn explain(read: &mut Read<'_>, id: AudienceId, person: PersonId) -> Result<Explanation> {
    let audience = rows::find(read, id)?;
    let all = rows::list(read)?;
    let names: BTreeMap<String, AudienceId> = all.iter().map(|one| (one.name.clone(), one.id)).collect();
    let plan = plan_of(read, &audience)?;
    let person = persons::get(read, person)?;
    let state = from_history(read, &plan, person.id, None)?;
    let member_of = rows::memberships(read, &[person.id])?.remove(&person.id).unwrap_or_default();
    let attributes = attributes(&person);
    let view = View::new(&plan, &state, read.now(), &attributes, &member_of).map_err(Error::internal)?;
    view.explain(id, &names).ok_or_else(Error::not_found)
}

fn plan_of(read: &mut Read<'_>, audience: &Audience) -> Result<Plan> {
    let zone = zone_of(&workspace::get(read)?.time_zone)?;
    Plan::of(zone, &[(audience.id, audience.condition.clone())]).map_err(Error::internal)
}

/// How a condition would do among the newest people.
#[derive(Clone, Debug)]
pub struct Preview {
    pub checked: usize,
    pub matching: usize,
    /// Some who fulfil it.
    pub sample: Vec<PersonId>,
}

pub fn preview(read: &mut Read<'_>, condition: Condition) -> Result<Preview> {
    let now = read.now();
    let draft = Audience {
        id: AudienceId::new(),
        name: String::new(),
        description: String::new(),
        condition: checked(condition)?,
        live: false,
        members: 0,
        created_at: now,
        changed_at: now,
    };
    let plan = plan_of(read, &draft)?;
    let ids = rows::newest_persons(read, PREVIEWED)?;
    let memberships = rows::memberships(read, &ids)?;
    let (checked, mut matching, mut sample) = (ids.len(), 0, Vec::new());
    let nowhere = std::collections::BTreeSet::new();
    for person in persons::many(read, &ids)? {
        let state: PersonState = from_history(read, &plan, person.id, None)?;
        let member_of = memberships.get(&person.id).unwrap_or(&nowhere);
        let attributes = attributes(&person);
        let view = View::new(&plan, &state, now, &attributes, member_of).map_err(Error::internal)?;
        if view.evaluate(draft.id).is_some_and(|outcome| outcome.holds) {
            matching += 1;
            if sample.len() < SAMPLE {
                sample.push(person.id);
            }
        }
    }
    Ok(Preview { checked, matching, sample })
}

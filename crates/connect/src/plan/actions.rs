//! What happens to a plan. One verb, one transaction, one fact; the new plan counts as soon as it is on the disk.

use std::net::IpAddr;

use kernel::{Code, Error, NewFact, PlannedEventId, Result};
use people::audit::{self, Entry};
use serde::Serialize;
use serde_json::{Value as Json, json};
use store::Tx;
use utoipa::ToSchema;

use super::{Draft, Mode, PlannedEvent, Plans, Settings, Unplanned, exchange::Imported, store as rows};

/// Events of one plan.
const MAX_EVENTS: usize = 1_000;

pub(super) fn configure(
    tx: &mut Tx<'_>,
    plans: &Plans,
    mode: Option<Mode>,
    unplanned: Option<Unplanned>,
    ip: Option<IpAddr>,
) -> Result<()> {
    let (_, before) = rows::settings(tx)?;
    let is_new = |settings: Settings| {
        mode.is_some_and(|mode| mode != settings.mode)
            || unplanned.is_some_and(|unplanned| unplanned != settings.unplanned)
    };
    if !is_new(before) {
        return Ok(());
    }
    let (version, settings) = rows::change(tx, mode, unplanned)?;
    plans.forget_after(tx);
    let (before, after) = (Some(json!(before)), Some(json!(settings)));
    audit::log(tx, Entry { action: "tracking_plan.configured", target: None, before, after, ip })?;
    told(tx, json!({ "version": version, "settings": settings }))
}

pub(super) fn create(
    tx: &mut Tx<'_>,
    plans: &Plans,
    draft: Draft,
    ip: Option<IpAddr>,
) -> Result<PlannedEvent> {
    let draft = draft.checked()?;
    if rows::count(tx)? >= MAX_EVENTS {
        return Err(Error::new(Code::TooLarge));
    }
    let id = PlannedEventId::new();
    if !rows::insert(tx, id, &draft)? {
        return Err(Error::new(Code::AlreadyExists).field("name"));
    }
    let made = rows::find(tx, id)?;
    note(tx, plans, "planned_event.created", None, Some(&made), ip)?;
    Ok(made)
}

pub(super) fn change(
    tx: &mut Tx<'_>,
    plans: &Plans,
    id: PlannedEventId,
    draft: Draft,
    ip: Option<IpAddr>,
) -> Result<PlannedEvent> {
    let (draft, before, now) = (draft.checked()?, rows::find(tx, id)?, tx.now());
    if !rows::update(tx, id, &draft, now)? {
        return Err(Error::new(Code::AlreadyExists).field("name"));
    }
    let after = rows::find(tx, id)?;
    note(tx, plans, "planned_event.changed", Some(&before), Some(&after), ip)?;
    Ok(after)
}

pub(super) fn remove(tx: &mut Tx<'_>, plans: &Plans, id: PlannedEventId, ip: Option<IpAddr>) -> Result<()> {
    let before = rows::find(tx, id)?;
    rows::delete(tx, id)?;
    note(tx, plans, "planned_event.removed", Some(&before), None, ip)
}

/// What an import did, or would do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct ImportReport {
    /// Events that were not in the plan.
    pub added: Vec<String>,
    pub changed: Vec<String>,
    pub unchanged: usize,
    /// What the file says that cannot be checked here, by its place.
    pub ignored: Vec<String>,
}

/// Takes in the events of a file: new ones are added, those of the same name written anew, all others stay.
pub(super) fn import(
    tx: &mut Tx<'_>,
    plans: &Plans,
    file: &Imported,
    is_preview: bool,
    ip: Option<IpAddr>,
) -> Result<ImportReport> {
    let (known, count) = (rows::list(tx)?, rows::count(tx)?);
    let now = tx.now();
    let mut report =
        ImportReport { added: Vec::new(), changed: Vec::new(), unchanged: 0, ignored: file.ignored.clone() };
    for draft in &file.drafts {
        let mut draft = draft.clone().checked()?;
        let called = if draft.name.is_empty() { draft.kind.as_str().to_owned() } else { draft.name.clone() };
        let Some(same) = known.iter().find(|one| (one.kind, &one.name) == (draft.kind, &draft.name)) else {
            report.added.push(called);
            if !is_preview && !rows::insert(tx, PlannedEventId::new(), &draft)? {
                return Err(Error::new(Code::AlreadyExists).field("plan").detail(draft.name));
            }
            continue;
        };
        // Files of other programs know no modes and no statuses.
        draft.mode = draft.mode.or(same.mode);
        draft.status = draft.status.or(Some(same.status));
        let is_same = (same.schema.to_json(), &same.description, Some(same.status), same.mode)
            == (draft.schema.to_json(), &draft.description, draft.status, draft.mode);
        if is_same {
            report.unchanged += 1;
            continue;
        }
        report.changed.push(called);
        if !is_preview {
            rows::update(tx, same.id, &draft, now)?;
        }
    }
    if count + report.added.len() > MAX_EVENTS {
        return Err(Error::new(Code::TooLarge).field("plan"));
    }
    let changes_something = !report.added.is_empty() || !report.changed.is_empty();
    if changes_something && !is_preview {
        let version = bump(tx, plans)?;
        let after = Some(json!({ "added": report.added, "changed": report.changed }));
        audit::log(tx, Entry { action: "tracking_plan.imported", target: None, before: None, after, ip })?;
        told(
            tx,
            json!({ "version": version, "added": report.added.len(), "changed": report.changed.len() }),
        )?;
    }
    Ok(report)
}

fn bump(tx: &mut Tx<'_>, plans: &Plans) -> Result<i64> {
    plans.forget_after(tx);
    Ok(rows::change(tx, None, None)?.0)
}

fn note(
    tx: &mut Tx<'_>,
    plans: &Plans,
    action: &'static str,
    before: Option<&PlannedEvent>,
    after: Option<&PlannedEvent>,
    ip: Option<IpAddr>,
) -> Result<()> {
    let version = bump(tx, plans)?;
    let Some(of) = after.or(before) else { return Ok(()) };
    let target = Some(("planned_event", of.id.as_bytes(), of.name.as_str()));
    let (was, is) = (before.map(|one| json!(one)), after.map(|one| json!(one)));
    audit::log(tx, Entry { action, target, before: was, after: is, ip })?;
    told(tx, json!({ "version": version, "event": of.id, "name": of.name }))
}

fn told(tx: &mut Tx<'_>, payload: Json) -> Result<()> {
    tx.record(NewFact::new("tracking_plan.changed").payload(payload))
}

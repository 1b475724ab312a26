//! What administrators do with the workspace.

use std::net::IpAddr;

use kernel::{Error, Locale, NewFact, Result};
use serde_json::json;
use store::Tx;

use super::{Workspace, checked_name, checked_zone, get, store as rows};
use crate::audit;

/// The longest hold of an answer before it leaves.
const MAX_UNDO: i64 = 30;

#[derive(Clone, Default)]
pub struct WorkspaceChange {
    pub name: Option<String>,
    pub locale: Option<Locale>,
    pub time_zone: Option<String>,
    pub send_undo_seconds: Option<i64>,
}

/// Changes the settings of the workspace.
pub fn change(tx: &mut Tx<'_>, change: &WorkspaceChange, ip: Option<IpAddr>) -> Result<Workspace> {
    let before = get(tx)?;
    let mut workspace = before.clone();
    if let Some(name) = &change.name {
        workspace.name = checked_name(name)?;
    }
    if let Some(locale) = change.locale {
        locale.as_str().clone_into(&mut workspace.locale);
    }
    if let Some(zone) = &change.time_zone {
        workspace.time_zone = checked_zone(zone)?;
    }
    if let Some(seconds) = change.send_undo_seconds {
        if !(0..=MAX_UNDO).contains(&seconds) {
            return Err(Error::invalid("send_undo_seconds"));
        }
        workspace.send_undo_seconds = seconds;
    }
    if workspace == before {
        return Ok(workspace);
    }
    rows::update(tx, &workspace)?;
    let of = |workspace: &Workspace| serde_json::to_value(workspace).map_err(Error::internal);
    audit::log(
        tx,
        audit::Entry {
            action: "workspace.changed",
            target: Some(("workspace", workspace.id.as_bytes(), &workspace.name)),
            before: Some(of(&before)?),
            after: Some(of(&workspace)?),
            ip,
        },
    )?;
    tx.record(NewFact::new("workspace.changed").payload(json!({})))?;
    Ok(workspace)
}

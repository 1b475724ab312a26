use kernel::{ConversationId, Error, Result};
use serde_json::json;
use store::Tx;

use super::{fact, subject_line};
use crate::conversations::{
    model::{Priority, Status},
    store as rows,
};

pub fn set_priority(tx: &mut Tx<'_>, id: ConversationId, priority: Priority) -> Result<()> {
    let before = rows::find_to_act(tx, id)?;
    if before.priority == priority {
        return Ok(());
    }
    let mut c = before.clone();
    c.priority = priority;
    rows::save(tx, &before, &mut c)?;
    let payload = json!({ "from": before.priority, "to": priority });
    tx.record(fact("conversation.priority_changed", &c).payload(payload))
}

/// Says whose turn it is: ours (`open`) or the person's (`waiting`).
pub fn set_status(tx: &mut Tx<'_>, id: ConversationId, status: Status) -> Result<()> {
    if !matches!(status, Status::Open | Status::Waiting) {
        return Err(Error::invalid("status"));
    }
    let before = rows::find_to_act(tx, id)?;
    if before.status == status {
        return Ok(());
    }
    let mut c = before.clone();
    c.status = status;
    c.closed_at = None;
    c.snoozed_until = None;
    c.snoozed_until_reply = false;
    c.woken = false;
    c.waiting_since = if status == Status::Open { before.waiting_since.or(Some(tx.now())) } else { None };
    rows::save(tx, &before, &mut c)?;
    tx.record(fact("conversation.status_changed", &c).payload(json!({ "from": before.status, "to": status })))
}

pub fn set_subject(tx: &mut Tx<'_>, id: ConversationId, subject: &str) -> Result<()> {
    let before = rows::find_to_act(tx, id)?;
    let mut c = before.clone();
    c.subject = subject_line(subject);
    if c.subject == before.subject {
        return Ok(());
    }
    rows::save(tx, &before, &mut c)?;
    tx.record(
        fact("conversation.subject_changed", &c).payload(json!({ "from": before.subject, "to": c.subject })),
    )
}

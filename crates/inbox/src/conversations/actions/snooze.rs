use kernel::{ConversationId, Error, Result};
use serde_json::json;
use store::{NewJob, Tx};

use super::fact;
use crate::conversations::{
    model::{Conversation, Snooze, Status},
    snooze::{WAKE, wake_key},
    store as rows,
};

/// Puts a conversation to sleep until a time, or until the person writes.
pub fn snooze(tx: &mut Tx<'_>, id: ConversationId, snooze: &Snooze) -> Result<()> {
    let before = rows::find_to_act(tx, id)?;
    match snooze.until {
        Some(until) if until <= tx.now() => return Err(Error::invalid("until")),
        None if !snooze.until_reply => return Err(Error::new(kernel::Code::Required).field("until")),
        _ => {}
    }
    let mut c = before.clone();
    c.status = Status::Snoozed;
    c.snoozed_until = snooze.until;
    c.snoozed_until_reply = snooze.until_reply;
    c.closed_at = None;
    c.woken = false;
    rows::save(tx, &before, &mut c)?;
    if let Some(until) = snooze.until {
        tx.enqueue(NewJob::new(WAKE, json!({ "conversation": id })).at(until).key(wake_key(id)))?;
    }
    let payload = json!({ "until": snooze.until, "until_reply": snooze.until_reply });
    tx.record(fact("conversation.snoozed", &c).payload(payload))
}

/// Wakes it by hand.
pub fn unsnooze(tx: &mut Tx<'_>, id: ConversationId) -> Result<()> {
    let before = rows::find_to_act(tx, id)?;
    if before.status == Status::Snoozed { awaken(tx, &before, false) } else { Ok(()) }
}

/// Wakes it because its time has come; a stale timer changes nothing.
pub fn wake(tx: &mut Tx<'_>, id: ConversationId) -> Result<()> {
    let before = rows::find_for_update(tx, id)?;
    let due = before.status == Status::Snoozed && before.snoozed_until.is_some_and(|until| until <= tx.now());
    if due { awaken(tx, &before, true) } else { Ok(()) }
}

fn awaken(tx: &mut Tx<'_>, before: &Conversation, by_time: bool) -> Result<()> {
    let mut c = before.clone();
    c.status = if before.last_out_seq == 0 { Status::New } else { Status::Open };
    c.snoozed_until = None;
    c.snoozed_until_reply = false;
    c.woken = by_time;
    rows::save(tx, before, &mut c)?;
    tx.record(fact("conversation.woken", &c).payload(json!({ "by_time": by_time })))
}

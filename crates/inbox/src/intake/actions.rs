use ::store::{NewJob, Tx};
use kernel::{ConversationId, InboundId, MessageId, NewFact, Result};
use serde_json::json;

use super::{Item, Keep, QuarantineReason, jobs::UNDERSTAND, store};

/// Keeps a raw item and asks for it to be understood. `None`: the channel already has it.
pub fn keep(tx: &mut Tx<'_>, keep: &Keep) -> Result<Option<InboundId>> {
    let Some(id) = store::insert(tx, keep)? else { return Ok(None) };
    tx.enqueue(NewJob::new(UNDERSTAND, json!({ "inbound": id })))?;
    Ok(Some(id))
}

/// The item became a message (or was noted beside one); in the transaction of that effect.
pub fn done(
    tx: &mut Tx<'_>,
    item: &Item,
    conversation: ConversationId,
    message: Option<MessageId>,
) -> Result<()> {
    store::place(tx, item.id, conversation, message)?;
    store::set_state(tx, item.id, "done", None)
}

/// Puts an item where a person can see it and release it.
pub fn quarantine(
    tx: &mut Tx<'_>,
    item: &Item,
    reason: QuarantineReason,
    sender: Option<&str>,
    subject: Option<&str>,
) -> Result<()> {
    store::describe(tx, item.id, sender, subject)?;
    store::set_state(tx, item.id, "quarantined", Some(reason.as_str()))?;
    tx.record(
        NewFact::new("quarantine.added").payload(json!({ "inbound": item.id, "reason": reason.as_str() })),
    )
}

/// Notes a failed try.
pub fn fail(tx: &mut Tx<'_>, item: &Item) -> Result<()> {
    store::count_attempt(tx, item.id)
}

/// Lets an item through; it is understood again, without the guard that stopped it.
pub fn release(tx: &mut Tx<'_>, id: InboundId) -> Result<()> {
    let item = store::find(tx, id)?;
    if item.state != "quarantined" {
        return Err(kernel::Error::new(kernel::Code::Conflict));
    }
    store::set_state(tx, id, "released", None)?;
    tx.enqueue(NewJob::new(UNDERSTAND, json!({ "inbound": id })))?;
    tx.record(NewFact::new("quarantine.released").payload(json!({ "inbound": id })))
}

/// A person decided that it is nothing. Its raw bytes stay.
pub fn discard(tx: &mut Tx<'_>, id: InboundId) -> Result<()> {
    let item = store::find(tx, id)?;
    if item.state != "quarantined" {
        return Err(kernel::Error::new(kernel::Code::Conflict));
    }
    store::set_state(tx, id, "discarded", None)?;
    tx.record(NewFact::new("quarantine.discarded").payload(json!({ "inbound": id })))
}

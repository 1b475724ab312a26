use std::{collections::HashMap, time::Duration};

use kernel::{ChannelId, Code, ConversationId, DeliveryId, Error, MessageId, NewFact, Result, Timestamp};
use serde_json::json;
use store::{NewJob, Read, Tx, params};

use super::{DELIVER, job_key};
use crate::{conversations::Conversation, port::Outcome};

/// Tries before a recipient is given up: about five days (RFC 5321 §4.5.4.1).
const MAX_ATTEMPTS: i64 = 14;

/// What became of one recipient so far.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    pub address: String,
    pub state: String,
    pub reason: Option<String>,
    pub attempts: i64,
    pub at: Timestamp,
}

/// Writes the ledger rows of a new message and the job that sends it.
pub fn queue(
    tx: &mut Tx<'_>,
    c: &Conversation,
    message: MessageId,
    to: &[String],
    cc: &[String],
    held_until: Option<Timestamp>,
) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let state = if held_until.is_some() { "held" } else { "queued" };
    for address in to.iter().chain(cc) {
        tx.execute(
            "INSERT INTO deliveries (workspace_id, message_id, address, id, conversation_id, channel_id, state, attempts, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8) ON CONFLICT (workspace_id, message_id, address) DO NOTHING",
            params![workspace, message, address, DeliveryId::new(), c.id, c.channel, state, now],
        )?;
    }
    enqueue(tx, message, held_until.unwrap_or(now))
}

pub(super) fn enqueue(tx: &mut Tx<'_>, message: MessageId, at: Timestamp) -> Result<()> {
    tx.enqueue(NewJob::new(DELIVER, json!({ "message": message })).at(at).key(job_key(message)))
}

/// Takes a held message off the ledger; refused once an attempt began.
pub fn cancel(tx: &mut Tx<'_>, message: MessageId) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let held = tx.execute(
        "UPDATE deliveries SET state = 'cancelled', at = $3 WHERE workspace_id = $1 AND message_id = $2 AND state = 'held'",
        params![workspace, message, now],
    )?;
    if held == 0 {
        return Err(Error::new(Code::TooLateToUndo));
    }
    let sql = "DELETE FROM jobs WHERE workspace_id = $1 AND dedupe_key = $2 AND state = 'queued'";
    tx.execute(sql, params![workspace, job_key(message)])?;
    Ok(())
}

/// The ledger rows of a message, by address.
pub fn of_message(read: &mut Read<'_>, message: MessageId) -> Result<Vec<DeliveryRow>> {
    let workspace = read.workspace();
    let sql = "SELECT address, state, reason, attempts, at FROM deliveries WHERE workspace_id = $1 AND message_id = $2 ORDER BY address";
    read.rows(sql, params![workspace, message])?
        .iter()
        .map(|row| {
            Ok(DeliveryRow {
                address: row.get(0)?,
                state: row.get(1)?,
                reason: row.get(2)?,
                attempts: row.get(3)?,
                at: row.get(4)?,
            })
        })
        .collect()
}

/// A message with recipients that still wait.
pub struct Delivering {
    pub conversation: ConversationId,
    pub channel: ChannelId,
    pub recipients: Vec<String>,
}

/// Which recipients of a message still have to be served, and through which channel.
pub fn delivering(read: &mut Read<'_>, message: MessageId) -> Result<Option<Delivering>> {
    let workspace = read.workspace();
    let sql = "SELECT conversation_id, channel_id, address FROM deliveries
               WHERE workspace_id = $1 AND message_id = $2 AND state IN ('held', 'queued', 'sending') ORDER BY address";
    let rows = read.rows(sql, params![workspace, message])?;
    let Some(first) = rows.first() else { return Ok(None) };
    Ok(Some(Delivering {
        conversation: first.get(0)?,
        channel: first.get(1)?,
        recipients: rows.iter().map(|row| row.get(2)).collect::<Result<_>>()?,
    }))
}

/// Notes, before the wire is touched, that an attempt begins, and the id it carries.
pub fn start_attempt(
    tx: &mut Tx<'_>,
    message: MessageId,
    channel: ChannelId,
    external_id: Option<&str>,
) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let started = tx.execute(
        "UPDATE deliveries SET state = 'sending', attempts = attempts + 1, at = $3
         WHERE workspace_id = $1 AND message_id = $2 AND state IN ('held', 'queued', 'sending')",
        params![workspace, message, now],
    )?;
    if started == 0 {
        return Err(Error::new(Code::Conflict));
    }
    let Some(external_id) = external_id else { return Ok(()) };
    tx.execute(
        "UPDATE messages SET external_id = $3 WHERE workspace_id = $1 AND id = $2 AND external_id IS NULL",
        params![workspace, message, external_id],
    )?;
    tx.execute(
        "INSERT INTO message_references (workspace_id, channel_id, reference, conversation_id, message_id)
         SELECT $1, $2, $3, conversation_id, id FROM messages WHERE workspace_id = $1 AND id = $4
         ON CONFLICT (workspace_id, channel_id, reference, conversation_id) DO NOTHING",
        params![workspace, channel, external_id, message],
    )?;
    Ok(())
}

/// Writes what became of each recipient. Gives the pause after which the rest is to be tried again.
pub fn note_outcomes(
    tx: &mut Tx<'_>,
    message: MessageId,
    outcomes: &[(String, Outcome)],
) -> Result<Option<Duration>> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let rows: HashMap<String, i64> =
        of_message(tx, message)?.into_iter().map(|row| (row.address, row.attempts)).collect();
    let mut again = None;
    for (address, outcome) in outcomes {
        let attempts = rows.get(address).copied().unwrap_or(1);
        let (state, reason) = match outcome {
            Outcome::Sent => ("sent", None),
            Outcome::Permanent(reason) => ("failed", Some(reason.as_str())),
            Outcome::Unknown(reason) => ("unknown", Some(reason.as_str())),
            Outcome::Transient(reason) if attempts >= MAX_ATTEMPTS => ("failed", Some(reason.as_str())),
            Outcome::Transient(reason) => {
                again = Some(pause(attempts));
                ("queued", Some(reason.as_str()))
            }
        };
        tx.execute(
            "UPDATE deliveries SET state = $4, reason = $5, at = $6 WHERE workspace_id = $1 AND message_id = $2 AND address = $3",
            params![workspace, message, address, state, reason, now],
        )?;
    }
    tell(tx, message)?;
    Ok(again)
}

/// Minutes first, then half hours, then hours (RFC 5321 §4.5.4.1).
fn pause(attempts: i64) -> Duration {
    let minutes = match attempts {
        1 => 1,
        2 => 5,
        3 => 15,
        4..=6 => 30,
        7..=9 => 120,
        _ => 24 * 60,
    };
    Duration::from_secs(minutes * 60)
}

/// Ties a bounce to the message it is about. Gives the conversation, when the message is ours.
pub fn record_bounce(
    tx: &mut Tx<'_>,
    external_id: &str,
    address: &str,
    permanent: bool,
    reason: &str,
) -> Result<Option<(ConversationId, MessageId)>> {
    let workspace = tx.workspace();
    let sql = "SELECT r.conversation_id, r.message_id FROM message_references r
               JOIN messages m ON m.workspace_id = r.workspace_id AND m.id = r.message_id
               WHERE r.workspace_id = $1 AND r.reference = $2 AND m.kind = 'out' LIMIT 1";
    let Some(row) = tx.row(sql, params![workspace, external_id])? else { return Ok(None) };
    let (conversation, message): (ConversationId, MessageId) = (row.get(0)?, row.get(1)?);
    if permanent {
        let now = tx.now();
        tx.execute(
            "UPDATE deliveries SET state = 'bounced', reason = $4, at = $5
             WHERE workspace_id = $1 AND message_id = $2 AND (LOWER(address) = LOWER($3) OR $3 = '')",
            params![workspace, message, address, reason, now],
        )?;
        tell(tx, message)?;
    }
    Ok(Some((conversation, message)))
}

/// The person has seen our answers up to a number.
pub fn mark_read(tx: &mut Tx<'_>, conversation: ConversationId, seq: i64) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let newly_read = tx.rows(
        "UPDATE deliveries SET state = 'read', at = $4 WHERE workspace_id = $1 AND conversation_id = $2
         AND state IN ('sent', 'delivered') AND message_id IN (
             SELECT id FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND seq <= $3)
         RETURNING message_id",
        params![workspace, conversation, seq, now],
    )?;
    newly_read.iter().try_for_each(|row| tell(tx, row.get(0)?))
}

/// One fact for whatever changed about a message's deliveries; a failure brings the conversation back to its author.
fn tell(tx: &mut Tx<'_>, message: MessageId) -> Result<()> {
    let workspace = tx.workspace();
    let sql = "SELECT m.conversation_id, c.person_id, m.seq, m.automatic FROM messages m
               JOIN conversations c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
               WHERE m.workspace_id = $1 AND m.id = $2";
    let row = tx.one(sql, params![workspace, message])?;
    let (conversation, person, seq): (ConversationId, kernel::PersonId, i64) =
        (row.get(0)?, row.get(1)?, row.get(2)?);
    let states: Vec<String> = of_message(tx, message)?.into_iter().map(|row| row.state).collect();
    let payload = json!({ "message": message, "seq": seq, "states": states });
    let fact =
        NewFact::new("message.delivery_changed").conversation(conversation).person(person).payload(payload);
    tx.record(fact)?;
    // Nobody waits for what no colleague wrote.
    let automatic: bool = row.get(3)?;
    if !automatic && states.iter().any(|state| state == "failed" || state == "bounced") {
        crate::conversations::set_status(tx, conversation, crate::conversations::Status::Open)?;
    }
    Ok(())
}

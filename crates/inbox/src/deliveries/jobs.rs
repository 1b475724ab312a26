//! The job that hands one message to its channel.

use kernel::{MessageId, Result};
use store::{Db, Job, JobFailure};

use super::ledger;
use crate::{
    channels::{self, ChannelRow, HealthState},
    conversations,
    port::{Outcome, Outgoing, Registry},
};

/// Delivers one message: ledger, wire, ledger.
pub async fn deliver(db: Db, registry: Registry, job: Job) -> Result<(), JobFailure> {
    let message: MessageId = serde_json::from_value(job.payload["message"].clone())
        .map_err(|error| JobFailure::Dead(error.to_string()))?;
    let caller = job.caller();
    let loaded = match db.read(&caller, move |read| load(read, message)).await {
        Err(error) if error.code == kernel::Code::NotFound => return give_up(&db, &job, message).await,
        loaded => loaded?,
    };
    let Some((channel, outgoing)) = loaded else { return Ok(()) };
    let Some(kind) = registry.get(&channel.kind) else {
        return Err(JobFailure::Dead(format!("no channel of kind {}", channel.kind)));
    };
    let mut outgoing = outgoing;
    if outgoing.external_id.is_none() {
        outgoing.external_id = kind.external_id(&channel, &outgoing);
    }
    let (id, external_id) = (channel.id, outgoing.external_id.clone());
    db.write(&caller, move |tx| ledger::start_attempt(tx, message, id, external_id.as_deref())).await?;
    let outcomes = kind.deliver(&channel, &outgoing).await;
    db.write(&caller, move |tx| {
        let again = ledger::note_outcomes(tx, message, &outcomes)?;
        note_health(tx, &channel, &outcomes)?;
        job.finish(tx)?;
        match again {
            Some(pause) => {
                let at = tx.now() + pause;
                ledger::enqueue(tx, message, at)
            }
            None => Ok(()),
        }
    })
    .await
    .map_err(JobFailure::from)
}

/// The channel is gone: the message cannot leave any more, and says so.
async fn give_up(db: &Db, job: &Job, message: MessageId) -> Result<(), JobFailure> {
    let (caller, job) = (job.caller(), job.clone());
    let given_up = db.write(&caller, {
        move |tx| {
            let waiting =
                ledger::delivering(tx, message)?.map(|waiting| waiting.recipients).unwrap_or_default();
            let outcome = Outcome::Permanent("the channel was deleted".to_owned());
            let outcomes: Vec<_> = waiting.into_iter().map(|address| (address, outcome.clone())).collect();
            ledger::note_outcomes(tx, message, &outcomes)?;
            job.finish(tx)
        }
    });
    given_up.await.map_err(JobFailure::from)
}

fn load(read: &mut store::Read<'_>, message: MessageId) -> Result<Option<(ChannelRow, Outgoing)>> {
    let Some(delivering) = ledger::delivering(read, message)? else { return Ok(None) };
    let channel = channels::find(read, delivering.channel)?;
    let outgoing = conversations::project::outgoing(read, &channel, message, delivering.recipients)?;
    Ok(Some((channel, outgoing)))
}

fn note_health(tx: &mut store::Tx<'_>, channel: &ChannelRow, outcomes: &[(String, Outcome)]) -> Result<()> {
    let now = tx.now();
    let sent = outcomes.iter().any(|(_, outcome)| *outcome == Outcome::Sent);
    let trouble = outcomes.iter().find_map(|(_, outcome)| match outcome {
        Outcome::Transient(reason) | Outcome::Unknown(reason) => Some(reason.clone()),
        _ => None,
    });
    channels::set_health(tx, channel.id, |health| {
        if sent {
            health.last_out_at = Some(now);
        }
        if let Some(reason) = &trouble {
            health.state = HealthState::Error;
            health.error = Some(reason.clone());
            health.error_at = Some(now);
        } else if sent {
            health.state = HealthState::Ok;
            health.error = None;
        }
    })
}

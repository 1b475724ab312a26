//! One job: have the channel understand a kept item, within a time limit.

use std::time::Duration;

use ::store::{Db, Job, JobFailure};
use kernel::{Code, Error, InboundId, Result};

use super::{QuarantineReason, actions, store};
use crate::port::Registry;

/// The kind of the job.
pub const UNDERSTAND: &str = "understand";
/// How long one item may take.
const LIMIT: Duration = Duration::from_secs(10);
/// After so many failures an item is set aside.
const TRIES: i64 = 3;

/// Understands one item. A failing item is tried again, then quarantined: its neighbours are other jobs.
pub async fn understand(db: Db, registry: Registry, job: Job) -> Result<(), JobFailure> {
    let id: InboundId = serde_json::from_value(job.payload["inbound"].clone())
        .map_err(|error| JobFailure::Dead(error.to_string()))?;
    let caller = job.caller();
    let found = db
        .read(&caller, move |read| {
            let item = store::find(read, id)?;
            Ok((crate::channels::find(read, item.channel).ok(), item))
        })
        .await;
    let (channel, item) = match found {
        Ok(found) => found,
        Err(error) if error.code == kernel::Code::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    if item.state == "done" || item.state == "discarded" {
        return Ok(());
    }
    let Some(channel) = channel else {
        let aside = move |tx: &mut ::store::Tx<'_>| {
            actions::quarantine(tx, &item, QuarantineReason::ChannelDeleted, None, None)
        };
        return Ok(db.write(&caller, aside).await?);
    };
    let Some(kind) = registry.get(&channel.kind) else {
        return Err(JobFailure::Dead(format!("no channel of kind {}", channel.kind)));
    };
    let outcome = tokio::time::timeout(LIMIT, kind.understand(&channel, &item)).await;
    let (reason, error) = match outcome {
        Ok(Ok(())) => return Ok(()),
        // Of the server, not of the item: it waits, and nothing is held against it.
        Ok(Err(error)) if matches!(error.code, Code::StorageFull | Code::Unavailable) => {
            return Err(error.into());
        }
        Ok(Err(error)) => (QuarantineReason::Unparseable, error),
        Err(_) => (QuarantineReason::Timeout, Error::internal("took longer than 10 s")),
    };
    tracing::warn!(inbound = %id, %error, "an item could not be understood");
    let last = item.attempts + 1 >= TRIES || reason == QuarantineReason::Timeout;
    db.write(&caller, move |tx| {
        actions::fail(tx, &item)?;
        if last {
            let (sender, subject) = (item.sender.as_deref(), item.subject.as_deref());
            actions::quarantine(tx, &item, reason, sender, subject)?;
        }
        Ok(())
    })
    .await?;
    if last { Ok(()) } else { Err(error.into()) }
}

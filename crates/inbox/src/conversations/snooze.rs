//! The timer that wakes a sleeping conversation.

use kernel::{ConversationId, Result};
use store::{Db, Job, JobFailure};

use super::actions;

/// The kind of the timer.
pub const WAKE: &str = "conversation.wake";

pub(super) fn wake_key(id: ConversationId) -> String {
    format!("wake:{id}")
}

/// Wakes the conversation of the timer, in one transaction with its end.
pub async fn wake(db: Db, job: Job) -> Result<(), JobFailure> {
    let id: ConversationId = serde_json::from_value(job.payload["conversation"].clone())
        .map_err(|error| JobFailure::Dead(error.to_string()))?;
    let caller = job.caller();
    db.write(&caller, move |tx| {
        match actions::wake(tx, id) {
            Err(error) if error.code == kernel::Code::NotFound => {}
            other => other?,
        }
        job.finish(tx)
    })
    .await
    .map_err(JobFailure::from)
}

//! The script, played through the product's own actions, each step at its own moment.
//!
//! Everything is one transaction: the demo is there as a whole or not at all. Bytes and password hashes are made before.

mod cast;
mod files;
mod stage;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use inbox::{
    channels::{self, HealthState},
    conversations, deliveries,
    port::{Outcome, Registry},
};
use kernel::{Caller, MessageId, Result, Timestamp};
use people::{access::hash_password, secrets::Vault};
use store::{Db, Tx, params};

use super::{
    PASSWORD,
    script::{Act, Demo},
};
use cast::Cast;
use files::Files;
use stage::Stage;

const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 3_600);

/// What the loading stands on.
#[derive(Clone)]
pub(super) struct Equipment {
    pub registry: Registry,
    pub vault: Vault,
    /// Where the demo's mail is caught.
    pub mail_port: u16,
}

/// Fills an empty database.
pub(super) async fn load(db: &Db, equipment: Equipment, demo: Demo, now: Timestamp) -> Result<()> {
    let password = hash_password(PASSWORD).await?;
    let files = Arc::new(Files::keep(db.blobs(), &demo).await?);
    let demo = Arc::new(demo);
    db.system("demo", move |tx| {
        let opening = demo.conversations.first().map_or(now, |first| Timestamp(first.steps[0].at)) - DAY;
        let cast = tx.at(opening, |tx| Cast::engage(tx, &demo, &equipment, &password))?;
        tx.within(cast.workspace.clone(), |tx| play(tx, &demo, &cast, &equipment.registry, &files, now))
    })
    .await
}

fn play(
    tx: &mut Tx<'_>,
    demo: &Demo,
    cast: &Cast,
    registry: &Registry,
    files: &Files,
    now: Timestamp,
) -> Result<()> {
    let mut stage = Stage::new(demo, cast, registry, files);
    for cue in cues(demo, now) {
        tx.at(cue.at, |tx| match cue.what {
            What::Step(step) => stage.perform(tx, cue.conversation, step),
            What::Wake => stage.wake(tx, cue.conversation),
        })?;
    }
    tx.at(now, |tx| {
        stage.catch_up_on_reading(tx, now)?;
        forget_jobs_of_the_past(tx)?;
        demo.channels.iter().try_for_each(|channel| note_last_use(tx, demo, cast, &channel.key))
    })
}

/// Something that happens to a conversation at a moment.
struct Cue {
    at: Timestamp,
    conversation: usize,
    what: What,
}

enum What {
    Step(usize),
    /// Its snooze ends.
    Wake,
}

/// All steps of all conversations in the order in which they happened.
fn cues(demo: &Demo, now: Timestamp) -> Vec<Cue> {
    let mut cues = Vec::new();
    for (conversation, told) in demo.conversations.iter().enumerate() {
        for (step, told) in told.steps.iter().enumerate() {
            cues.push(Cue { at: Timestamp(told.at), conversation, what: What::Step(step) });
            if let Act::Snooze { until, .. } = told.act
                && until <= now.0
            {
                cues.push(Cue { at: Timestamp(until), conversation, what: What::Wake });
            }
        }
    }
    cues.sort_by_key(|cue| cue.at);
    cues
}

/// Writes into the ledger what an attempt would have written, had it been made and succeeded. The wire is not touched.
fn deliver_without_sending(
    tx: &mut Tx<'_>,
    registry: &Registry,
    message: MessageId,
) -> Result<Option<String>> {
    let Some(waiting) = deliveries::delivering(tx, message)? else { return Ok(None) };
    let channel = channels::find(tx, waiting.channel)?;
    let outgoing = conversations::project::outgoing(tx, &channel, message, waiting.recipients.clone())?;
    let kind = registry.get(&channel.kind);
    let external_id = kind.and_then(|kind| kind.external_id(&channel, &outgoing));
    deliveries::start_attempt(tx, message, channel.id, external_id.as_deref())?;
    let outcomes: Vec<_> =
        waiting.recipients.into_iter().map(|recipient| (recipient, Outcome::Sent)).collect();
    deliveries::note_outcomes(tx, message, &outcomes)?;
    Ok(external_id)
}

/// Deliveries were noted and past snoozes have ended; only timers of the future stay.
fn forget_jobs_of_the_past(tx: &mut Tx<'_>) -> Result<()> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let sql = "DELETE FROM jobs WHERE workspace_id = $1 AND (kind = $2 OR run_at <= $3)";
    tx.execute(sql, params![workspace, deliveries::DELIVER, now]).map(drop)
}

/// Channels know when they were last used.
fn note_last_use(tx: &mut Tx<'_>, demo: &Demo, cast: &Cast, key: &str) -> Result<()> {
    let told = demo.conversations.iter().filter(|told| told.channel == key);
    let steps: Vec<_> = told.flat_map(|told| &told.steps).collect();
    let last = |fits: fn(&Act) -> bool| {
        steps.iter().filter(|step| fits(&step.act)).map(|step| Timestamp(step.at)).max()
    };
    let (heard, said) =
        (last(|act| matches!(act, Act::Receive(_))), last(|act| matches!(act, Act::Reply(_))));
    channels::set_health(tx, cast.channel(key)?.id, |health| {
        health.state = HealthState::Ok;
        health.last_in_at = heard;
        health.last_out_at = said;
    })
}

/// A part of the program, in the demo's workspace.
fn part(cast: &Cast, name: &str) -> Caller {
    Caller::system(cast.workspace.workspace, name)
}

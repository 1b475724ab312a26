//! The script, played through the product's own actions, each step at its own moment.
//!
//! Everything is one transaction: the demo is there as a whole or not at all. Bytes and password hashes are made before.

mod cast;
mod files;
mod stage;
#[cfg(test)]
mod tests;
mod visits;

use std::sync::Arc;

use connect::collect::{Call, Collection, collect};
use inbox::{
    channels::{self, HealthState},
    conversations, deliveries,
    port::{Outcome, Registry},
};
use kernel::{Actor, Caller, Error, MessageId, Result, Timestamp};
use people::{
    access::hash_password,
    audiences::{self, AudienceChange},
    secrets::Vault,
};
use store::{Db, Tx, params};

use super::{
    PASSWORD,
    script::{Act, Demo},
};
use cast::Cast;
use files::Files;
use stage::Stage;

/// The shop is open so long before the first word, so that orders can be written about.
const OPENING: std::time::Duration = std::time::Duration::from_secs(10 * 24 * 3_600);

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
        let opening = demo.conversations.first().map_or(now, |first| Timestamp(first.steps[0].at)) - OPENING;
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
    let calls = visits::visits(demo);
    let collection = Collection::default();
    for cue in cues(demo, &calls, now) {
        tx.at(cue.at, |tx| match cue.what {
            What::Step(conversation, step) => stage.perform(tx, conversation, step),
            What::Wake(conversation) => stage.wake(tx, conversation),
            What::Visit(call) => {
                let caller = Caller { actor: Actor::Key(cast.write_key), ..part(cast, "collect") };
                tx.within(caller, |tx| {
                    collect(tx, &collection, cast.write_key, &[Ok(call.clone())]).map(drop)
                })
            }
        })?;
    }
    tx.at(now, |tx| {
        stage.catch_up_on_reading(tx, now)?;
        forget_jobs_of_the_past(tx)?;
        tx.within(cast.workspace.clone(), |tx| publish_audiences(tx))?;
        demo.channels.iter().try_for_each(|channel| note_last_use(tx, demo, cast, &channel.key))
    })
}

/// Something that happens at a moment.
struct Cue<'a> {
    at: Timestamp,
    what: What<'a>,
}

enum What<'a> {
    /// A step of a conversation.
    Step(usize, usize),
    /// The snooze of a conversation ends.
    Wake(usize),
    /// A page of the shop tells of a customer.
    Visit(&'a Call),
}

/// Everything in the order in which it happened.
fn cues<'a>(demo: &Demo, calls: &'a [(Timestamp, Call)], now: Timestamp) -> Vec<Cue<'a>> {
    let mut cues: Vec<Cue<'_>> =
        calls.iter().map(|(at, call)| Cue { at: *at, what: What::Visit(call) }).collect();
    for (conversation, told) in demo.conversations.iter().enumerate() {
        for (step, told) in told.steps.iter().enumerate() {
            cues.push(Cue { at: Timestamp(told.at), what: What::Step(conversation, step) });
            if let Act::Snooze { until, .. } = told.act
                && until <= now.0
            {
                cues.push(Cue { at: Timestamp(until), what: What::Wake(conversation) });
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

/// Live audiences over what the shop's pages tell.
fn publish_audiences(tx: &mut Tx<'_>) -> Result<()> {
    let wanted = [
        ("Friss vásárlók", r#"did "Order Completed" in the last 30 days"#),
        (
            "Kosárban hagyta",
            r#"all of (did "Product Added" in the last 7 days, did not "Order Completed" in the last 7 days)"#,
        ),
        ("Nézelődő érdeklődők", "did page.viewed at least 2 times in the last 14 days"),
    ];
    for (name, text) in wanted {
        let condition = audiences::parse(text, &std::collections::BTreeMap::new())
            .map_err(|error| Error::internal(format!("{name}: {error:?}")))?;
        let change =
            AudienceChange { name: Some(name.to_owned()), description: None, condition: Some(condition) };
        let audience = audiences::create(tx, &change, None)?;
        audiences::publish(tx, audience.id, None)?;
    }
    Ok(())
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

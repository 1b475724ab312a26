//! Dry runs: what a run would do, decided as it would, and nothing kept.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex},
};

use ::store::{Db, Job, Read, Tx};
use kernel::{ImportId, NewFact, Result};
use people::persons::told::{self, Came};
use serde_json::json;

use super::{
    DryRun, ImportState, Place, actions,
    jobs::{Batch, CHECK, counted, id_of, key, load, read_batch},
    store,
    understand::{Said, is_made},
};

/// Rows of one step, which nobody waits for.
const CHECKED: usize = 2_000;
/// Values that are remembered; of rows after so many it is told only about what they do.
const REMEMBERED: usize = 4_000_000;
/// Reasons that are shown.
const SHOWN: usize = 20;

/// What earlier rows of a file would have done: only in memory, since a dry run keeps nothing. After a restart it
/// begins anew.
#[derive(Default)]
struct Memory {
    place: u64,
    /// Hashes of values by which people were told of and of message ids, with that of what was said.
    told: HashMap<u64, u64>,
}

#[derive(Clone, Default)]
pub(super) struct Memories(Arc<Mutex<HashMap<ImportId, Memory>>>);

impl Memories {
    /// Takes out what was remembered up to a place.
    fn take(&self, id: ImportId, place: u64) -> Option<Memory> {
        let known = self.0.lock().expect("no panic while held").remove(&id);
        known.filter(|memory| memory.place == place)
    }

    fn put(&self, id: ImportId, memory: Memory) {
        self.0.lock().expect("no panic while held").insert(id, memory);
    }
}

pub(super) async fn check(db: &Db, memories: &Memories, job: &Job) -> Result<()> {
    let id = id_of(job)?;
    let (import, workspace) = load(db, job, id).await?;
    let before = import.dry_run.as_ref().map(|found| found.place);
    let Some(mut found) = import.dry_run.clone().filter(|_| import.state == ImportState::Checking) else {
        memories.take(id, 0);
        return Ok(());
    };
    let start = Place { byte: import.format.start, line: import.format.start_line };
    let mut from = Place { byte: found.place, line: found.line };
    let memory = memories.take(id, from.byte).filter(|_| from.byte > start.byte);
    let mut memory = memory.unwrap_or_else(|| {
        found = DryRun::default();
        from = start;
        Memory::default()
    });
    let batch = Arc::new(read_batch(db, &import, &workspace, from, CHECKED).await?);
    let work = Arc::clone(&batch);
    let known = db.read(&job.caller(), move |read| known_rows(read, &work)).await?;
    let came = batch.said.iter().zip(known).map(|((_, said), came)| memory.consider(said, came)).collect();
    found.counts.add(counted(came, batch.wrong.len()));
    let room = SHOWN.saturating_sub(found.first.len());
    found.first.extend(batch.wrong.iter().take(room).cloned());
    (found.place, found.line, memory.place) = (batch.to.byte, batch.to.line, batch.to.byte);
    let (is_end, fenced) = (batch.is_end, job.clone());
    let note = move |tx: &mut Tx<'_>| note_check(tx, &fenced, id, before, found.clone(), is_end);
    if db.write(&job.caller(), note).await? {
        memories.put(id, memory);
    }
    Ok(())
}

/// What each row would do, when none of the file came before it.
pub(super) fn known_rows(read: &mut Read<'_>, batch: &Batch) -> Result<Vec<Came>> {
    let people: Vec<told::Told> = batch
        .said
        .iter()
        .filter_map(|(_, said)| if let Said::Person(told) = said { Some(told.clone()) } else { None })
        .collect();
    let mut came = told::weigh(read, &people)?;
    let ids: Vec<&str> = batch
        .said
        .iter()
        .filter_map(
            |(_, said)| if let Said::Fact(fact) = said { Some(fact.message_id.as_str()) } else { None },
        )
        .collect();
    let known = store::remembered(read, &ids)?;
    came.extend(ids.iter().map(|id| if known.contains(*id) { Came::Unchanged } else { Came::Created }));
    Ok(came)
}

/// Whether it goes on. What another worker found, or a dry run begun anew, stays.
fn note_check(
    tx: &mut Tx<'_>,
    job: &Job,
    id: ImportId,
    before: Option<u64>,
    found: DryRun,
    is_end: bool,
) -> Result<bool> {
    job.finish(tx)?;
    let import = store::find(tx, id)?;
    if import.state != ImportState::Checking || import.dry_run.map(|found| found.place) != before {
        return Ok(false);
    }
    let finished_at = is_end.then_some(tx.now());
    store::set_dry_run(tx, id, Some(&DryRun { finished_at, ..found }))?;
    if !is_end {
        tx.enqueue(actions::job(CHECK, id))?;
        return Ok(true);
    }
    store::set_state(tx, id, ImportState::Checking, ImportState::Ready)?;
    tx.record(NewFact::new("import.checked").payload(json!({ "import": id })))?;
    Ok(false)
}

impl Memory {
    fn remember(&mut self, value: u64, content: u64) {
        if self.told.len() < REMEMBERED {
            self.told.insert(value, content);
        }
    }

    /// What a row would do after those before it.
    fn consider(&mut self, said: &Said, came: Came) -> Came {
        match said {
            // A name made from the row's own place comes once.
            Said::Fact(fact) if is_made(&fact.message_id) => came,
            Said::Fact(fact) if self.told.contains_key(&hash(&fact.message_id)) => Came::Unchanged,
            Said::Fact(fact) => {
                self.remember(hash(&fact.message_id), 0);
                came
            }
            Said::Person(told) => {
                let content = hash(
                    &json!([told.traits, told.claims.iter().map(|claim| &claim.value).collect::<Vec<_>>()])
                        .to_string(),
                );
                let came = match self.told.get(&hash(&key(&told.key))) {
                    Some(before) if *before == content => Came::Unchanged,
                    Some(_) => Came::Changed,
                    None => came,
                };
                if came != Came::Unchanged {
                    self.remember(hash(&key(&told.key)), content);
                    for claim in &told.claims {
                        let value = hash(&key(claim));
                        if !self.told.contains_key(&value) {
                            self.remember(value, content);
                        }
                    }
                }
                came
            }
        }
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

//! The work in the background: a batch of rows to a job, its cursor in the transaction of its effect.

use std::{collections::HashMap, sync::Arc};

use ::store::{Db, Job, JobFailure, Jobs, Tx};
use kernel::{Code, Error, ImportId, Locale, NewFact, PersonId, Result, Timestamp};
use people::{
    access::workspace,
    persons::{
        self, IdentityKind, Sighting,
        told::{self, Came, Contact, Origin},
    },
};
use serde_json::json;

use super::{
    Aside, Counts, Import, ImportState, Place, Wrong, actions, checking,
    rows::Rows,
    store,
    understand::{Reading, Said, ToldFact},
    values::Manner,
};

pub(super) const RUN: &str = "import.run";
pub(super) const CHECK: &str = "import.check";

/// Rows of one transaction: few enough that others do not wait for it.
const BATCH: usize = 500;

/// Bytes of the file that one batch reads: rows may be long.
const MAX_BATCH: u64 = 8 * 1024 * 1024;

/// What the source of facts, identities and traits is called.
const SOURCE: &str = "import";

/// The jobs of imports.
pub fn jobs(jobs: Jobs, db: &Db) -> Jobs {
    let (run_db, check_db, memory) = (db.clone(), db.clone(), checking::Memories::default());
    jobs.on(RUN, move |job: Job| {
        let db = run_db.clone();
        async move { concluded(&db, &job, run(&db, &job).await).await }
    })
    .on(CHECK, move |job: Job| {
        let (db, memory) = (check_db.clone(), memory.clone());
        async move { concluded(&db, &job, checking::check(&db, &memory, &job).await).await }
    })
}

/// A job that is given up says so at its import, which waits for a colleague.
async fn concluded(db: &Db, job: &Job, outcome: Result<()>) -> Result<(), JobFailure> {
    let Err(error) = outcome else { return Ok(()) };
    if error.code == Code::NotFound {
        return Ok(());
    }
    if job.is_last_try() {
        let (id, reason, fenced) = (id_of(job)?, error.code, job.clone());
        let note = move |tx: &mut Tx<'_>| {
            fenced.finish(tx)?;
            actions::give_up(tx, id, reason)
        };
        if let Err(error) = db.write(&job.caller(), note).await {
            tracing::warn!(import = %id, %error, "it cannot be written that an import was given up");
        }
    }
    Err(error.into())
}

/// Rows that were read and understood.
pub(super) struct Batch {
    pub from: Place,
    pub to: Place,
    pub said: Vec<(Aside, Said)>,
    pub wrong: Vec<Aside>,
    pub is_end: bool,
}

pub(super) fn id_of(job: &Job) -> Result<ImportId> {
    let id = job.payload["import"].as_str().and_then(|id| id.parse().ok());
    id.ok_or_else(|| Error::internal("the job names no import"))
}

/// How the rows of an import are read, apart from its own settings.
pub(super) fn reading<'i>(
    import: &'i Import,
    workspace: &workspace::Workspace,
    now: Timestamp,
) -> Reading<'i> {
    Reading {
        mapping: &import.mapping,
        headers: &import.format.headers,
        manner: Manner::of(import.format.separator, &workspace.time_zone),
        locale: Locale::from_tag(&workspace.locale).unwrap_or_default(),
        word: import.id.to_string(),
        file: import.blob.as_str()[..32].to_owned(),
        now,
    }
}

/// Reads the rows after a place, on a thread that may block.
pub(super) async fn read_batch(
    db: &Db,
    import: &Import,
    workspace: &workspace::Workspace,
    from: Place,
    most: usize,
) -> Result<Batch> {
    let path = db.blobs().path(&import.blob);
    let (import, workspace, now) = (import.clone(), workspace.clone(), db.clock().now());
    let work = move || {
        let reading = reading(&import, &workspace, now);
        let mut rows = Rows::open(&path, &import.format, from)?;
        let mut batch = Batch { from, to: from, said: Vec::new(), wrong: Vec::new(), is_end: false };
        while batch.said.len() + batch.wrong.len() < most && rows.place().byte - from.byte < MAX_BATCH {
            let Some(raw) = rows.next()? else {
                batch.is_end = true;
                break;
            };
            let aside =
                |wrong| Aside { place: raw.place.byte, length: raw.length, line: raw.place.line, wrong };
            match raw
                .cells
                .as_ref()
                .map_err(Clone::clone)
                .and_then(|cells| reading.row(cells, raw.place.byte))
            {
                Ok(said) => batch.said.push((aside(Wrong::new(Code::Internal)), said)),
                Err(wrong) => batch.wrong.push(aside(wrong)),
            }
        }
        batch.to = rows.place();
        Ok(batch)
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

pub(super) async fn load(db: &Db, job: &Job, id: ImportId) -> Result<(Import, workspace::Workspace)> {
    db.read(&job.caller(), move |read| Ok((store::find(read, id)?, workspace::get(read)?))).await
}

async fn run(db: &Db, job: &Job) -> Result<()> {
    let id = id_of(job)?;
    let (import, workspace) = load(db, job, id).await?;
    if import.state != ImportState::Running {
        return Ok(());
    }
    let batch = Arc::new(read_batch(db, &import, &workspace, import.place, BATCH).await?);
    let (work, fenced) = (Arc::clone(&batch), job.clone());
    let caller = job.caller();
    let done = db.write(&caller, move |tx| {
        fenced.finish(tx)?;
        if keep(tx, id, &work)? { go_on(tx, id, work.is_end) } else { Ok(()) }
    });
    match done.await {
        Err(error) if is_poison(&error, job) => {
            tracing::warn!(import = %id, %error, "a batch cannot be kept; its rows are tried one by one");
            one_by_one(db, job, &import, &workspace, batch.to).await
        }
        outcome => outcome,
    }
}

/// What no second try would mend. A database that is away or full is not the fault of a row; to have met somebody
/// meanwhile is one only when it happens each time.
fn is_poison(error: &Error, job: &Job) -> bool {
    match error.code {
        Code::Unavailable | Code::StorageFull => false,
        Code::Conflict => job.is_last_try(),
        _ => true,
    }
}

/// A row that the database refuses is set aside like any other; its neighbours go on.
async fn one_by_one(
    db: &Db,
    job: &Job,
    import: &Import,
    workspace: &workspace::Workspace,
    end: Place,
) -> Result<()> {
    let (id, mut place) = (import.id, import.place);
    let mut is_end = false;
    while place.byte < end.byte && !is_end {
        let batch = Arc::new(read_batch(db, import, workspace, place, 1).await?);
        (place, is_end) = (batch.to, batch.is_end);
        let work = Arc::clone(&batch);
        let kept = match db.write(&job.caller(), move |tx| keep(tx, id, &work)).await {
            Err(error) if is_poison(&error, job) => {
                let wrong = Arc::new(set_aside_whole(&batch));
                db.write(&job.caller(), move |tx| keep(tx, id, &wrong)).await?
            }
            outcome => outcome?,
        };
        // Paused, or in other hands.
        if !kept {
            break;
        }
    }
    let fenced = job.clone();
    let conclude = move |tx: &mut Tx<'_>| {
        fenced.finish(tx)?;
        // Whoever moved the cursor meanwhile goes on.
        if store::find(tx, id)?.place.byte == place.byte { go_on(tx, id, is_end) } else { Ok(()) }
    };
    db.write(&job.caller(), conclude).await
}

/// None of the rows can be kept: each is set aside, those that were understood and those that were not.
fn set_aside_whole(batch: &Batch) -> Batch {
    let said = batch.said.iter().map(|(aside, _)| aside);
    let wrong = said.chain(&batch.wrong).cloned().collect();
    Batch { from: batch.from, to: batch.to, said: Vec::new(), wrong, is_end: batch.is_end }
}

fn go_on(tx: &mut Tx<'_>, id: ImportId, is_end: bool) -> Result<()> {
    if store::find(tx, id)?.state != ImportState::Running {
        return Ok(());
    }
    if is_end { actions::finish(tx, id) } else { tx.enqueue(actions::job(RUN, id)) }
}

/// Keeps what a batch says and moves the cursor; false when somebody else did, or nobody should.
pub(super) fn keep(tx: &mut Tx<'_>, id: ImportId, batch: &Batch) -> Result<bool> {
    if !store::move_on(tx, id, batch.from, batch.to)? {
        return Ok(false);
    }
    let came = keep_rows(tx, id, batch)?;
    store::set_aside(tx, id, &batch.wrong)?;
    store::count(tx, id, counted(came, batch.wrong.len()))?;
    Ok(true)
}

fn keep_rows(tx: &mut Tx<'_>, id: ImportId, batch: &Batch) -> Result<Vec<Came>> {
    let (mut people, mut facts) = (Vec::new(), Vec::new());
    for (_, said) in &batch.said {
        match said {
            Said::Person(told) => people.push(told.clone()),
            Said::Fact(fact) => facts.push(fact),
        }
    }
    let mut came = told::tell(tx, &people, &Origin { source: SOURCE, mark: ("import", json!(id)) })?;
    came.extend(keep_facts(tx, id, &facts)?);
    Ok(came)
}

/// As collection keeps calls: each once, on the timeline of whom its id leads to.
fn keep_facts(tx: &mut Tx<'_>, id: ImportId, told: &[&ToldFact]) -> Result<Vec<Came>> {
    let ids: Vec<&str> = told.iter().map(|fact| fact.message_id.as_str()).collect();
    let mut fresh = store::remember(tx, id, &ids)?;
    let is_fresh: Vec<bool> = told.iter().map(|fact| fresh.remove(&fact.message_id)).collect();
    let now = tx.now();
    let at = |fact: &ToldFact| fact.at.unwrap_or(now).min(now);
    let new: Vec<&ToldFact> =
        told.iter().zip(&is_fresh).filter(|(_, is_fresh)| **is_fresh).map(|(fact, _)| *fact).collect();
    let mut seen: HashMap<(IdentityKind, &str), Seen<'_>> = HashMap::new();
    for fact in &new {
        let seen = seen.entry(key(&fact.who)).or_insert(Seen { fact, first: at(fact), last: at(fact) });
        (seen.first, seen.last) = (seen.first.min(at(fact)), seen.last.max(at(fact)));
    }
    let (mut homes, mut facts) = (HashMap::new(), Vec::with_capacity(new.len()));
    for fact in &new {
        let home = match homes.get(&key(&fact.who)) {
            Some(home) => *home,
            None => sight(tx, &seen[&key(&fact.who)])?,
        };
        homes.insert(key(&fact.who), home);
        let mut payload = json!({ "message_id": fact.message_id, "import": id });
        if !fact.properties.is_empty() {
            payload["properties"] = json!(fact.properties);
        }
        facts.push(NewFact::new(format!("event:{}", fact.event)).person(home).at(at(fact)).payload(payload));
    }
    tx.record_all(facts)?;
    Ok(is_fresh.into_iter().map(|is_fresh| if is_fresh { Came::Created } else { Came::Unchanged }).collect())
}

/// From when to when facts of a batch tell of somebody, and the first of them in the file.
struct Seen<'f> {
    fact: &'f ToldFact,
    first: Timestamp,
    last: Timestamp,
}

/// Somebody new came to be with the earliest fact, and was last here at the latest.
fn sight(tx: &mut Tx<'_>, seen: &Seen<'_>) -> Result<PersonId> {
    let ids = [(seen.fact.who.kind, seen.fact.who.display.clone())];
    let (message_id, reason, source) = (seen.fact.message_id.as_str(), "identify", SOURCE);
    let sighting = Sighting { ids: &ids, at: seen.first, message_id, reason, source };
    let home = persons::sight(tx, &sighting)?.home;
    if seen.last > seen.first {
        persons::sight(tx, &Sighting { at: seen.last, ..sighting })?;
    }
    Ok(home)
}

pub(super) fn key(contact: &Contact) -> (IdentityKind, &str) {
    (contact.kind, contact.value.as_str())
}

pub(super) fn counted(came: Vec<Came>, wrong: usize) -> Counts {
    let mut counts = Counts { wrong: wrong as u64, ..Counts::default() };
    for one in came {
        match one {
            Came::Created => counts.created += 1,
            Came::Changed => counts.changed += 1,
            Came::Unchanged => counts.unchanged += 1,
        }
    }
    counts
}

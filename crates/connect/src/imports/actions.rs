//! What happens to imports. One verb, one transaction, one fact each.

use std::net::IpAddr;

use ::store::{BlobHash, NewJob, Tx};
use kernel::{Code, Error, ImportId, NewFact, Result};
use people::audit;
use serde_json::{Value as Json, json};

use super::{
    Counts, DryRun, Format, Import, ImportState, Mapping, Place,
    jobs::{CHECK, RUN},
    store, understand,
};

/// A file that lies with the blobs and has been looked at.
#[derive(Clone, Debug)]
pub struct NewImport {
    pub name: String,
    pub blob: BlobHash,
    pub size: u64,
    pub format: Format,
    pub mapping: Mapping,
}

/// Keeps a file as an import to be.
pub fn create(tx: &mut Tx<'_>, new: NewImport) -> Result<Import> {
    let import = Import {
        id: ImportId::new(),
        place: Place { byte: new.format.start, line: new.format.start_line },
        name: new.name,
        blob: new.blob,
        size: new.size,
        format: new.format,
        mapping: new.mapping,
        state: ImportState::Ready,
        reason: None,
        counts: Counts::default(),
        dry_run: None,
        actor: tx.caller().actor.clone(),
        created_at: tx.now(),
        started_at: None,
        finished_at: None,
    };
    store::insert(tx, &import)?;
    tx.record(fact("import.created", import.id))?;
    Ok(import)
}

/// Changes how the file is read, or what its columns mean. Only before the first row is worked.
pub fn change(tx: &mut Tx<'_>, id: ImportId, format: Format, mapping: Mapping) -> Result<Import> {
    let import = store::find(tx, id)?;
    if import.state != ImportState::Ready {
        return Err(Error::new(Code::Conflict));
    }
    understand::check(&mapping, format.headers.len())?;
    let place = Place { byte: format.start, line: format.start_line };
    let changed = Import { format, mapping, place, dry_run: None, ..import };
    store::set_mapping(tx, &changed)?;
    tx.record(fact("import.changed", id))?;
    Ok(changed)
}

/// Reads the whole file, counts, and changes nothing.
pub fn check(tx: &mut Tx<'_>, id: ImportId) -> Result<Import> {
    let import = store::find(tx, id)?;
    if import.state != ImportState::Ready {
        return Err(Error::new(Code::Conflict));
    }
    understand::check_whole(&import.mapping)?;
    store::set_state(tx, id, ImportState::Ready, ImportState::Checking)?;
    store::set_reason(tx, id, None)?;
    store::set_dry_run(tx, id, Some(&DryRun { place: import.format.start, ..DryRun::default() }))?;
    tx.enqueue(job(CHECK, id))?;
    tx.record(fact("import.check_started", id))?;
    store::find(tx, id)
}

/// Gives a dry run up.
pub fn stop_check(tx: &mut Tx<'_>, id: ImportId) -> Result<Import> {
    let import = store::find(tx, id)?;
    if import.state != ImportState::Checking {
        return Err(Error::new(Code::Conflict));
    }
    store::set_state(tx, id, ImportState::Checking, ImportState::Ready)?;
    store::set_dry_run(tx, id, None)?;
    tx.record(fact("import.check_stopped", id))?;
    store::find(tx, id)
}

/// Begins, or goes on where it was left.
pub fn run(tx: &mut Tx<'_>, id: ImportId, ip: Option<IpAddr>) -> Result<Import> {
    let import = store::find(tx, id)?;
    if !matches!(import.state, ImportState::Ready | ImportState::Paused | ImportState::Cancelled) {
        return Err(Error::new(Code::Conflict));
    }
    understand::check_whole(&import.mapping)?;
    store::set_state(tx, id, import.state, ImportState::Running)?;
    store::set_started(tx, id)?;
    tx.enqueue(job(RUN, id))?;
    let action = if import.started_at.is_none() { "import.started" } else { "import.resumed" };
    log(tx, &import, action, None, ip)?;
    tx.record(fact(action, id))?;
    store::find(tx, id)
}

pub fn pause(tx: &mut Tx<'_>, id: ImportId) -> Result<Import> {
    let import = store::find(tx, id)?;
    if import.state != ImportState::Running {
        return Err(Error::new(Code::Conflict));
    }
    store::set_state(tx, id, ImportState::Running, ImportState::Paused)?;
    tx.record(fact("import.paused", id))?;
    store::find(tx, id)
}

/// The program has tried again and again: it waits for a colleague, who is told why.
pub(super) fn give_up(tx: &mut Tx<'_>, id: ImportId, reason: Code) -> Result<()> {
    let import = store::find(tx, id)?;
    match import.state {
        ImportState::Running => store::set_state(tx, id, ImportState::Running, ImportState::Paused)?,
        ImportState::Checking => {
            store::set_state(tx, id, ImportState::Checking, ImportState::Ready)?;
            store::set_dry_run(tx, id, None)?;
        }
        _ => return Ok(()),
    }
    store::set_reason(tx, id, Some(reason))?;
    log(tx, &import, "import.paused", Some(json!({ "reason": reason.as_str() })), None)?;
    tx.record(fact("import.paused", id).payload(json!({ "import": id, "reason": reason.as_str() })))
}

/// Ends it where it is. What was imported stays; running it again goes on. One that never ran leaves nothing.
pub fn cancel(tx: &mut Tx<'_>, id: ImportId, ip: Option<IpAddr>) -> Result<()> {
    let import = store::find(tx, id)?;
    if import.state == ImportState::Done {
        return Err(Error::new(Code::Conflict));
    }
    if import.state == ImportState::Cancelled {
        return Ok(());
    }
    if import.started_at.is_none() {
        store::remove(tx, id)?;
        return tx.record(fact("import.cancelled", id));
    }
    store::set_state(tx, id, import.state, ImportState::Cancelled)?;
    let now = tx.now();
    store::set_finished(tx, id, now)?;
    log(tx, &import, "import.cancelled", Some(json!(import.counts)), ip)?;
    tx.record(fact("import.cancelled", id))
}

/// The last row has been worked.
pub(super) fn finish(tx: &mut Tx<'_>, id: ImportId) -> Result<()> {
    store::set_state(tx, id, ImportState::Running, ImportState::Done)?;
    let now = tx.now();
    store::set_finished(tx, id, now)?;
    let import = store::find(tx, id)?;
    log(tx, &import, "import.finished", Some(json!(import.counts)), None)?;
    tx.record(fact("import.finished", id).payload(json!({ "import": id, "counts": import.counts })))
}

/// Of waiting jobs of one import one stays, whoever wrote it.
pub(super) fn job(kind: &'static str, id: ImportId) -> NewJob {
    NewJob::new(kind, json!({ "import": id })).key(format!("{kind}:{id}"))
}

fn fact(name: &'static str, id: ImportId) -> NewFact {
    NewFact::new(name).payload(json!({ "import": id }))
}

fn log(
    tx: &mut Tx<'_>,
    import: &Import,
    action: &'static str,
    after: Option<Json>,
    ip: Option<IpAddr>,
) -> Result<()> {
    let target = Some(("import", import.id.as_bytes(), import.name.as_str()));
    audit::log(tx, audit::Entry { action, target, before: None, after, ip })
}

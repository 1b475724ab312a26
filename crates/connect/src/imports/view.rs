//! Imports as they are shown.

use std::path::Path;

use ::store::Read;
use kernel::{ImportId, Locale, Result, Timestamp};
use people::{
    ActorRef,
    persons::{
        IdentityKind,
        told::{Came, Told},
    },
};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use super::{
    Aside, Column, Counts, Encoding, FileKind, Import, ImportKind, ImportState, Separator, Wrong,
    asides::text_at,
    checking::known_rows,
    jobs::Batch,
    understand::{Said, ToldFact},
};

/// Characters of a row that are shown.
const SHOWN: usize = 2_000;

/// A file of people or facts, and what became of it.
#[derive(Serialize, ToSchema)]
pub struct ImportView {
    #[schema(value_type = String, format = "uuid")]
    pub id: ImportId,
    /// As the file was called.
    pub name: String,
    /// Bytes.
    pub size: u64,
    pub kind: ImportKind,
    pub state: ImportState,
    /// Why it was given up, when the program itself paused it.
    pub reason: Option<String>,
    pub file: FileKind,
    pub encoding: Encoding,
    /// Of CSV.
    pub separator: Separator,
    pub headers: Vec<String>,
    /// What each of the headers means.
    pub columns: Vec<Column>,
    /// The name of every fact, when no column has it.
    pub event: Option<String>,
    pub counts: Counts,
    /// How much of the file has been worked, 0 to 1.
    pub progress: f64,
    pub dry_run: Option<DryRunView>,
    pub created_by: ActorRef,
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub finished_at: Option<Timestamp>,
}

/// What a run would do.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportDryRun)]
pub struct DryRunView {
    pub counts: Counts,
    pub progress: f64,
    /// The first rows that would be set aside.
    pub first: Vec<AsideView>,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub finished_at: Option<Timestamp>,
}

/// A row that is set aside.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportError)]
pub struct AsideView {
    /// In the file, from 1.
    pub line: u64,
    /// Of the table of errors.
    pub code: String,
    pub message: String,
    /// The column it is about.
    pub field: Option<String>,
    /// As it stands in the file, cut at 2,000 characters.
    pub raw: String,
}

/// A row, and whom or what it would become.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportPreviewRow)]
pub struct PreviewRow {
    pub line: u64,
    /// created, changed, unchanged or wrong
    pub outcome: &'static str,
    pub person: Option<PreviewPerson>,
    pub fact: Option<PreviewFact>,
    pub wrong: Option<AsideView>,
}

#[derive(Serialize, ToSchema, Default)]
#[schema(as = ImportPreviewPerson)]
pub struct PreviewPerson {
    pub name: Option<String>,
    pub user_id: Option<String>,
    pub emails: Vec<String>,
    pub phones: Vec<String>,
    pub locale: Option<String>,
    #[schema(value_type = Object)]
    pub traits: Map<String, Json>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ImportPreviewFact)]
pub struct PreviewFact {
    /// By which the person is known.
    pub who: String,
    pub event: String,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub at: Option<Timestamp>,
    #[schema(value_type = Object)]
    pub properties: Map<String, Json>,
}

/// The first rows of a file by its mapping, and some cells of each column.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportPreview)]
pub struct Preview {
    /// Of each header, in their order.
    pub samples: Vec<Vec<String>>,
    pub rows: Vec<PreviewRow>,
}

pub(super) fn view(read: &mut Read<'_>, import: Import, path: &Path) -> Result<ImportView> {
    let mut views = views(read, vec![import], |_| path.to_owned())?;
    Ok(views.remove(0))
}

/// Rows that were set aside are read from the file, so its path is asked for.
pub(super) fn views(
    read: &mut Read<'_>,
    imports: Vec<Import>,
    path: impl Fn(&Import) -> std::path::PathBuf,
) -> Result<Vec<ImportView>> {
    let actors: Vec<_> = imports.iter().map(|import| import.actor.clone()).collect();
    let locale = read.caller().locale;
    let actors = people::describe(read, &actors)?;
    imports.into_iter().zip(actors).map(|(import, by)| one(&path(&import), import, by, locale)).collect()
}

fn one(path: &Path, import: Import, created_by: ActorRef, locale: Locale) -> Result<ImportView> {
    let done = |place: u64| {
        let all = import.size.saturating_sub(import.format.start);
        if all == 0 { 1.0 } else { (place.saturating_sub(import.format.start) as f64 / all as f64).min(1.0) }
    };
    let dry_run = import.dry_run.as_ref().map(|found| {
        let first = found.first.iter().map(|row| aside(path, &import, row, locale));
        Ok::<_, kernel::Error>(DryRunView {
            counts: found.counts,
            progress: done(found.place),
            first: first.collect::<Result<_>>()?,
            finished_at: found.finished_at,
        })
    });
    Ok(ImportView {
        dry_run: dry_run.transpose()?,
        progress: if import.state == ImportState::Done { 1.0 } else { done(import.place.byte) },
        id: import.id,
        name: import.name,
        size: import.size,
        kind: import.mapping.kind,
        state: import.state,
        reason: import.reason.map(|code| code.text(locale).to_owned()),
        file: import.format.file,
        encoding: import.format.encoding,
        separator: import.format.separator,
        headers: import.format.headers,
        columns: import.mapping.columns,
        event: import.mapping.event,
        counts: import.counts,
        created_by,
        created_at: import.created_at,
        started_at: import.started_at,
        finished_at: import.finished_at,
    })
}

/// Without the row's text when the file cannot be read any more: that it was set aside is said all the same.
pub(super) fn aside(path: &Path, import: &Import, row: &Aside, locale: Locale) -> Result<AsideView> {
    let raw = text_at(path, &import.format, row.place, row.length, SHOWN).unwrap_or_default();
    Ok(AsideView {
        line: row.line,
        code: row.wrong.code.clone(),
        message: message(&row.wrong, locale),
        field: row.wrong.field.clone(),
        raw,
    })
}

pub(super) fn message(wrong: &Wrong, locale: Locale) -> String {
    wrong.code().text(locale).to_owned()
}

/// What the rows of a batch would become.
pub(super) fn preview(
    read: &mut Read<'_>,
    path: &Path,
    import: &Import,
    batch: &Batch,
) -> Result<Vec<PreviewRow>> {
    let locale = read.caller().locale;
    let came = known_rows(read, batch)?;
    let mut rows = Vec::new();
    for ((aside, said), came) in batch.said.iter().zip(came) {
        let (person, fact) = match said {
            Said::Person(told) => (Some(person(told)), None),
            Said::Fact(told) => (None, Some(fact(told))),
        };
        let outcome = match came {
            Came::Created => "created",
            Came::Changed => "changed",
            Came::Unchanged => "unchanged",
        };
        rows.push(PreviewRow { line: aside.line, outcome, person, fact, wrong: None });
    }
    for row in &batch.wrong {
        let wrong = Some(aside(path, import, row, locale)?);
        rows.push(PreviewRow { line: row.line, outcome: "wrong", person: None, fact: None, wrong });
    }
    rows.sort_by_key(|row| row.line);
    Ok(rows)
}

fn person(told: &Told) -> PreviewPerson {
    let mut traits = told.traits.clone();
    let mut text = |name: &str| traits.remove(name).and_then(|value| value.as_str().map(str::to_owned));
    let (name, locale) = (text("name"), text("locale"));
    let contacts = || std::iter::once(&told.key).chain(&told.claims);
    let of =
        |kind| contacts().filter(move |contact| contact.kind == kind).map(|contact| contact.display.clone());
    PreviewPerson {
        name,
        user_id: of(IdentityKind::External).next(),
        emails: of(IdentityKind::Email).collect(),
        phones: of(IdentityKind::Phone).collect(),
        locale,
        traits,
    }
}

fn fact(told: &ToldFact) -> PreviewFact {
    PreviewFact {
        who: told.who.display.clone(),
        event: told.event.clone(),
        at: told.at,
        properties: told.properties.clone(),
    }
}

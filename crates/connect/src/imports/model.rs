//! Plain types of imports.

use kernel::{Actor, Code, ImportId, Timestamp};
use serde::{Deserialize, Serialize};
use store::BlobHash;
use utoipa::ToSchema;

/// What the rows of a file are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImportKind {
    People,
    /// What people did, each row a fact on somebody's timeline.
    Facts,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImportState {
    /// Its mapping may be changed.
    Ready,
    /// A dry run is under way.
    Checking,
    Running,
    Paused,
    /// Ended by a colleague; running it goes on where it was left.
    Cancelled,
    Done,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ImportFileKind)]
pub enum FileKind {
    Csv,
    /// One JSON object to a line.
    Jsonl,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportEncoding)]
pub enum Encoding {
    #[serde(rename = "utf-8")]
    Utf8,
    /// What spreadsheets write in Central Europe.
    #[serde(rename = "windows-1250")]
    Windows1250,
    #[serde(rename = "iso-8859-2")]
    Latin2,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportSeparator)]
#[serde(rename_all = "lowercase")]
pub enum Separator {
    Comma,
    Semicolon,
    Tab,
}

impl Separator {
    pub(super) const ALL: [Self; 3] = [Self::Semicolon, Self::Comma, Self::Tab];

    pub(super) fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

/// How the bytes of a file are read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Format {
    pub file: FileKind,
    pub encoding: Encoding,
    pub separator: Separator,
    /// Formulas were made text by an apostrophe: a table of ours.
    pub escaped: bool,
    /// The names of the columns; of JSON the paths of its values.
    pub headers: Vec<String>,
    /// The first byte after the header.
    pub start: u64,
    /// The line that begins there, from 1.
    pub start_line: u64,
}

/// What a column means.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportTarget)]
pub enum Target {
    /// The id in the organisation's own system.
    UserId,
    Email,
    Phone,
    Name,
    FirstName,
    LastName,
    Locale,
    /// When the person came to be.
    CreatedAt,
    /// `name` and `type` say which.
    Trait,
    /// The name of a fact.
    Event,
    /// When a fact happened.
    Time,
    /// What tells a fact from its repetition.
    MessageId,
    /// Of a fact; `name` and `type` say which.
    Property,
    Ignore,
}

/// How the text of a cell is understood.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ImportValueType)]
pub enum ValueType {
    Text,
    Number,
    /// Yes or no.
    Boolean,
    Date,
    /// As it stands in JSON: lists and objects.
    Json,
}

/// What one column becomes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportColumn)]
pub struct Column {
    #[serde(rename = "as")]
    pub target: Target,
    /// Of a trait or a property.
    #[serde(default)]
    pub name: Option<String>,
    /// Of a trait or a property; text when not given.
    #[serde(default, rename = "type")]
    pub value_type: Option<ValueType>,
}

impl Column {
    pub fn of(target: Target) -> Self {
        Self { target, name: None, value_type: None }
    }

    pub fn named(target: Target, name: &str, value_type: ValueType) -> Self {
        Self { target, name: Some(name.to_owned()), value_type: Some(value_type) }
    }
}

/// What the columns of a file become.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mapping {
    pub kind: ImportKind,
    /// One for each header.
    pub columns: Vec<Column>,
    /// The name of every fact, when no column has it.
    pub event: Option<String>,
}

/// What became of rows, or would.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportCounts)]
pub struct Counts {
    pub created: u64,
    pub changed: u64,
    /// Known already, with the same values.
    pub unchanged: u64,
    /// Set aside.
    pub wrong: u64,
}

impl Counts {
    pub fn rows(&self) -> u64 {
        self.created + self.changed + self.unchanged + self.wrong
    }

    pub(super) fn add(&mut self, other: Self) {
        self.created += other.created;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.wrong += other.wrong;
    }
}

/// A place in a file: a byte, and its line from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Place {
    pub byte: u64,
    pub line: u64,
}

/// Why a row is set aside: a code of the one table, and the column it is about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Wrong {
    pub code: String,
    pub field: Option<String>,
}

impl Wrong {
    pub fn new(code: Code) -> Self {
        Self { code: code.as_str().to_owned(), field: None }
    }

    pub fn at(code: Code, field: &str) -> Self {
        Self { code: code.as_str().to_owned(), field: Some(field.to_owned()) }
    }

    pub fn code(&self) -> Code {
        code_named(&self.code)
    }
}

pub(super) fn code_named(name: &str) -> Code {
    Code::ALL.iter().copied().find(|code| code.as_str() == name).unwrap_or(Code::Invalid)
}

/// A row that is set aside.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Aside {
    pub place: u64,
    pub length: u64,
    pub line: u64,
    pub wrong: Wrong,
}

/// What a dry run found.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct DryRun {
    pub counts: Counts,
    /// Up to where it has read.
    pub place: u64,
    pub line: u64,
    /// The first rows that would be set aside.
    pub first: Vec<Aside>,
    pub finished_at: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub struct Import {
    pub id: ImportId,
    /// As the file was called.
    pub name: String,
    pub blob: BlobHash,
    pub size: u64,
    pub format: Format,
    pub mapping: Mapping,
    pub state: ImportState,
    /// Why the program itself paused it.
    pub reason: Option<Code>,
    pub place: Place,
    pub counts: Counts,
    pub dry_run: Option<DryRun>,
    pub actor: Actor,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
}

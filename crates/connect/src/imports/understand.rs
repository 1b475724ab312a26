//! From the cells of a row to what it says, by the mapping.

use std::collections::BTreeMap;

use kernel::{Code, Error, Locale, Result, Timestamp};
use people::persons::{
    self, IdentityKind,
    told::{Contact, Told},
};
use serde_json::{Map, Value as Json, json};

use super::{
    Column, ImportKind, Mapping, Target, ValueType, Wrong, guess,
    rows::has_nul,
    values::{self, Manner},
};

/// Characters of a text of somebody's.
const MAX_TEXT: usize = 32 * 1024;
const MAX_NAME: usize = 200;

/// What a row says.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Said {
    Person(Told),
    Fact(ToldFact),
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct ToldFact {
    pub who: Contact,
    pub event: String,
    /// `None`: when it is imported.
    pub at: Option<Timestamp>,
    pub properties: Map<String, Json>,
    pub message_id: String,
}

/// What all rows of an import have in common.
pub(super) struct Reading<'i> {
    pub mapping: &'i Mapping,
    pub headers: &'i [String],
    pub manner: Manner,
    /// In which order names are put together.
    pub locale: Locale,
    /// The beginning of the message ids of people, before the place: a later import is the later word.
    pub word: String,
    /// The same of facts: by the file, so that the same row is known in another import.
    pub file: String,
    /// Nobody became a customer later than this.
    pub now: Timestamp,
}

impl Reading<'_> {
    pub(super) fn row(&self, cells: &[Json], place: u64) -> Result<Said, Wrong> {
        match self.mapping.kind {
            ImportKind::People => self.person(cells, place).map(Said::Person),
            ImportKind::Facts => self.fact(cells, place).map(Said::Fact),
        }
    }

    fn person(&self, cells: &[Json], place: u64) -> Result<Told, Wrong> {
        let mut contacts = self.contacts(cells)?.into_iter();
        let key = contacts.next().ok_or_else(|| Wrong::new(Code::NoIdentity))?;
        let mut traits = self.values(cells, Target::Trait)?;
        let mut since = None;
        let mut names: BTreeMap<NamePart, String> = BTreeMap::new();
        for (at, text) in self.texts(cells) {
            match self.mapping.columns[at].target {
                Target::Name => drop(names.insert(NamePart::Whole, text)),
                Target::FirstName => drop(names.insert(NamePart::First, text)),
                Target::LastName => drop(names.insert(NamePart::Last, text)),
                Target::Locale => drop(traits.insert("locale".into(), json!(locale(&text)))),
                Target::CreatedAt => {
                    let moment = values::moment(&text, &self.manner.zone)
                        .filter(|moment| *moment <= self.now)
                        .ok_or_else(|| self.wrong(Code::InvalidDate, at))?;
                    since = Some(moment);
                    traits.insert("created_at".into(), json!(moment.to_string()));
                }
                _ => {}
            }
        }
        let joined = self.name(&names, &mut traits);
        let message_id = message_id(&self.word, place);
        Ok(Told { key, claims: contacts.collect(), traits, joined, since, message_id })
    }

    /// Tells names; of which parts the whole is put together, unless the row has it.
    fn name(
        &self,
        names: &BTreeMap<NamePart, String>,
        traits: &mut Map<String, Json>,
    ) -> Option<[&'static str; 2]> {
        let part = |which| names.get(&which).map(|name| clean(name)).filter(|name| !name.is_empty());
        let (first, last) = (part(NamePart::First), part(NamePart::Last));
        let is_hungarian = traits.get("locale").map_or(self.locale == Locale::Hu, |locale| locale == "hu");
        let order = if is_hungarian { [&last, &first] } else { [&first, &last] };
        let joined: Vec<&str> = order.into_iter().flatten().map(String::as_str).collect();
        let told = part(NamePart::Whole);
        let names = if is_hungarian { ["last_name", "first_name"] } else { ["first_name", "last_name"] };
        let joined_of = (told.is_none() && !joined.is_empty()).then_some(names);
        let whole = told.or_else(|| (!joined.is_empty()).then(|| joined.join(" ")));
        let all = [("name", whole), ("first_name", first), ("last_name", last)];
        traits.extend(all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?)))));
        joined_of
    }

    fn fact(&self, cells: &[Json], place: u64) -> Result<ToldFact, Wrong> {
        let who = self.contacts(cells)?.into_iter().next().ok_or_else(|| Wrong::new(Code::NoIdentity))?;
        let (mut event, mut at, mut message_id) =
            (self.mapping.event.clone(), None, message_id(&self.file, place));
        for (number, column) in self.mapping.columns.iter().enumerate() {
            let cell = cells.get(number).map(values::text).unwrap_or_default();
            let text = cell.trim();
            match column.target {
                Target::Event if !text.is_empty() => event = Some(clean(text)),
                Target::Time if text.is_empty() => return Err(self.wrong(Code::Required, number)),
                Target::Time => {
                    let moment = values::moment(text, &self.manner.zone);
                    at = Some(moment.ok_or_else(|| self.wrong(Code::InvalidDate, number))?);
                }
                Target::MessageId if text.chars().count() > MAX_NAME => {
                    return Err(self.wrong(Code::TooLong, number));
                }
                Target::MessageId if !text.is_empty() => text.clone_into(&mut message_id),
                _ => {}
            }
        }
        let event =
            event.filter(|name| !name.is_empty()).ok_or_else(|| Wrong::at(Code::Required, "event"))?;
        Ok(ToldFact { who, event, at, properties: self.values(cells, Target::Property)?, message_id })
    }

    fn texts(&self, cells: &[Json]) -> impl Iterator<Item = (usize, String)> {
        let filled = cells.iter().enumerate().filter(|(_, cell)| !values::is_empty(cell));
        filled.take(self.mapping.columns.len()).map(|(at, cell)| (at, values::text(cell).trim().to_owned()))
    }

    /// By what the row is known, the strongest first.
    fn contacts(&self, cells: &[Json]) -> Result<Vec<Contact>, Wrong> {
        let mut contacts: Vec<Contact> = Vec::new();
        let kinds = [
            (Target::UserId, IdentityKind::External),
            (Target::Email, IdentityKind::Email),
            (Target::Phone, IdentityKind::Phone),
        ];
        for (target, kind) in kinds {
            for (at, text) in self.texts(cells).filter(|(at, _)| self.mapping.columns[*at].target == target) {
                if persons::is_blocked(kind, &text) {
                    return Err(self.wrong(Code::MeaninglessId, at));
                }
                // Some write an apostrophe before the plus, so that a spreadsheet leaves the number alone.
                let text = if kind == IdentityKind::Phone { text.trim_start_matches('\'') } else { &text };
                let contact = Contact::new(kind, text).map_err(|error| self.wrong(code(kind, &error), at))?;
                if !contacts.contains(&contact) {
                    contacts.push(contact);
                }
            }
        }
        Ok(contacts)
    }

    fn values(&self, cells: &[Json], target: Target) -> Result<Map<String, Json>, Wrong> {
        let mut found = Map::new();
        for (at, column) in
            self.mapping.columns.iter().enumerate().filter(|(_, column)| column.target == target)
        {
            let (Some(cell), Some(name)) = (cells.get(at), &column.name) else { continue };
            if values::is_empty(cell) {
                continue;
            }
            let value_type = column.value_type.unwrap_or(ValueType::Text);
            let value = values::read(cell, value_type, &self.manner)
                .ok_or_else(|| self.wrong(refusal(value_type), at))?;
            // JSON in a cell may spell what the text of a cell may not hold.
            if has_nul(&value) {
                return Err(self.wrong(Code::InvalidEncoding, at));
            }
            if length(&value) > MAX_TEXT {
                return Err(self.wrong(Code::TooLong, at));
            }
            found.insert(name.clone(), value);
        }
        Ok(found)
    }

    fn wrong(&self, code: Code, column: usize) -> Wrong {
        Wrong::at(code, self.headers.get(column).map_or("", String::as_str))
    }
}

/// By the byte the row begins at, padded, so that of two rows about one person the later counts.
fn message_id(mark: &str, place: u64) -> String {
    format!("import:{mark}:{place:010}")
}

/// Whether a message id was made by [`message_id`].
pub(super) fn is_made(message_id: &str) -> bool {
    message_id.starts_with("import:")
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum NamePart {
    Whole,
    First,
    Last,
}

fn code(kind: IdentityKind, error: &Error) -> Code {
    match (kind, error.code) {
        (IdentityKind::Phone, Code::Invalid) => Code::InvalidPhone,
        (IdentityKind::External, Code::Invalid) => Code::TooLong,
        (_, code) => code,
    }
}

/// Bytes of a value as it is kept.
fn length(value: &Json) -> usize {
    match value {
        Json::String(text) => text.len(),
        Json::Array(_) | Json::Object(_) => value.to_string().len(),
        Json::Null | Json::Bool(_) | Json::Number(_) => 0,
    }
}

fn refusal(value_type: ValueType) -> Code {
    match value_type {
        ValueType::Number => Code::InvalidNumber,
        ValueType::Boolean => Code::InvalidBoolean,
        ValueType::Date => Code::InvalidDate,
        ValueType::Text | ValueType::Json => Code::Invalid,
    }
}

/// On one line, at most 200 characters.
fn clean(name: &str) -> String {
    let words: Vec<&str> =
        name.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    words.join(" ").chars().take(MAX_NAME).collect()
}

/// `hu` and `en` in their many spellings; what we do not speak is kept as it is.
fn locale(text: &str) -> String {
    let lower = persons::fold(text);
    match lower.split(['-', '_']).next().unwrap_or_default() {
        "hu" | "hun" | "magyar" | "hungarian" => "hu".to_owned(),
        "en" | "eng" | "angol" | "english" => "en".to_owned(),
        _ => text.chars().take(35).collect(),
    }
}

/// A mapping by which rows can be understood.
pub(super) fn check(mapping: &Mapping, headers: usize) -> Result<()> {
    if mapping.columns.len() != headers {
        return Err(Error::invalid("columns").detail(format!("{headers} columns")));
    }
    let mut known: Vec<Column> = Vec::new();
    for column in &mapping.columns {
        let is_named = matches!(column.target, Target::Trait | Target::Property);
        let name = column.name.as_deref().map(str::trim).unwrap_or_default();
        if !guess::fits(column.target, mapping.kind)
            || (is_named && (name.is_empty() || name.chars().count() > MAX_NAME))
        {
            return Err(Error::invalid("columns"));
        }
        let is_twice =
            is_named && known.iter().any(|other| other.target == column.target && other.name == column.name);
        if is_twice || !guess::is_free(column.target, &known) {
            return Err(Error::new(Code::AlreadyExists).field("columns"));
        }
        known.push(column.clone());
    }
    Ok(())
}

/// As [`check`], and somebody and something is told of.
pub(super) fn check_whole(mapping: &Mapping) -> Result<()> {
    let has = |wanted: &[Target]| mapping.columns.iter().any(|column| wanted.contains(&column.target));
    if !has(&[Target::UserId, Target::Email, Target::Phone]) {
        return Err(Error::new(Code::NoIdentity).field("columns"));
    }
    let has_event =
        mapping.event.as_deref().is_some_and(|name| !name.trim().is_empty()) || has(&[Target::Event]);
    if mapping.kind == ImportKind::Facts && !has_event {
        return Err(Error::new(Code::Required).field("event"));
    }
    Ok(())
}

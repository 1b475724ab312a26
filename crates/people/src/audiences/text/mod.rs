//! Conditions as text, to be read and written by people.

mod lex;
mod parse;
mod print;

use std::{collections::BTreeMap, fmt};

pub use parse::parse;
pub use print::print;

use super::condition::AudienceId;

/// The names of audiences. A name that stands for two audiences must stand for none.
pub trait AudienceNames {
    fn name(&self, id: AudienceId) -> Option<String>;
    fn id(&self, name: &str) -> Option<AudienceId>;
}

/// No names: audiences are written by their ids.
impl AudienceNames for () {
    fn name(&self, _: AudienceId) -> Option<String> {
        None
    }

    fn id(&self, _: &str) -> Option<AudienceId> {
        None
    }
}

impl AudienceNames for BTreeMap<String, AudienceId> {
    fn name(&self, id: AudienceId) -> Option<String> {
        self.iter().find(|(_, known)| **known == id).map(|(name, _)| name.clone())
    }

    fn id(&self, name: &str) -> Option<AudienceId> {
        self.get(name).copied()
    }
}

/// Where a text is no condition, what was expected there and what was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseError {
    /// In characters from the beginning.
    pub at: usize,
    pub expected: Expected,
    /// Empty at the end of the text.
    pub found: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expected {
    Condition,
    Word(&'static str),
    OneOf(&'static [&'static str]),
    Name,
    EventName,
    /// A text in quotes.
    Text,
    EndOfText,
    /// Closing quotes, or an escape that exists.
    TextEnd,
    Number,
    WholeNumber,
    Value,
    Test,
    Date,
    Unit,
    KnownAudience,
    LessNesting,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at character {}: expected ", self.at + 1)?;
        match self.expected {
            Expected::Condition => f.write_str("a condition"),
            Expected::Word(word) => write!(f, "“{word}”"),
            Expected::OneOf(words) => write!(f, "one of “{}”", words.join("”, “")),
            Expected::Name => f.write_str("a name"),
            Expected::EventName => f.write_str("the name of an event, in quotes"),
            Expected::Text => f.write_str("a text in quotes"),
            Expected::EndOfText => f.write_str("the end"),
            Expected::TextEnd => f.write_str("closing quotes"),
            Expected::Number => f.write_str("a number"),
            Expected::WholeNumber => f.write_str("a whole number"),
            Expected::Value => f.write_str("a text in quotes, a number, true or false"),
            Expected::Test => f.write_str("a test, such as is, contains, exists or >"),
            Expected::Date => f.write_str("a date (2026-11-22) or a time (2026-11-22T10:00:00Z)"),
            Expected::Unit => f.write_str("seconds, minutes, hours, days or weeks"),
            Expected::KnownAudience => f.write_str("an audience that exists"),
            Expected::LessNesting => f.write_str("less nesting"),
        }?;
        match self.found.as_str() {
            "" => f.write_str(", found the end"),
            found => write!(f, ", found {found}"),
        }
    }
}

impl std::error::Error for ParseError {}

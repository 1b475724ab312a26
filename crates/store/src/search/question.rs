//! What can be asked, and what the answer looks like.

use std::{fmt, ops::Range, str::FromStr};

use kernel::{Code, Error, TeamId, Timestamp, WorkspaceId};

use super::document::DocumentKind;

/// A search as one caller may make it.
#[derive(Clone, Debug)]
pub struct Query {
    pub workspace: WorkspaceId,
    pub access: AccessFilter,
    /// Empty = every kind.
    pub kinds: Vec<DocumentKind>,
    /// As typed: words (all are required), `"a phrase"`, `-without`. The last word is also a beginning until a space
    /// follows it. Never wrong; without a word nothing is found.
    pub text: String,
    pub order: Order,
    /// One hit for everything that belongs together: the messages of a conversation and the conversation itself.
    pub collapse_by_parent: bool,
    pub limit: usize,
    /// Continues after a page ([`Hits::next`]).
    pub after: Option<SearchCursor>,
}

/// What the caller may see. What everyone may see is always included.
#[derive(Clone, Debug)]
pub enum AccessFilter {
    All,
    Teams(Vec<TeamId>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// Numbers before titles before texts, the word as typed before its other forms; then the newest.
    Relevance,
    Newest,
}

#[derive(Clone, Debug, Default)]
pub struct Hits {
    pub items: Vec<Hit>,
    pub next: Option<SearchCursor>,
    /// Nothing had the words as typed; these have similar ones.
    pub corrected: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    pub kind: DocumentKind,
    pub id: [u8; 16],
    pub parent: [u8; 16],
    /// Zero when the order is [`Order::Newest`].
    pub score: f32,
    pub at: Timestamp,
    /// Where the words stand in the body; `None` when they do not.
    pub snippet: Option<Snippet>,
}

/// A piece of a text and where in it the words stand (in bytes, ascending, never overlapping).
#[derive(Clone, Debug, PartialEq)]
pub struct Snippet {
    pub text: String,
    pub highlights: Vec<Range<usize>>,
}

impl Snippet {
    /// The text in pieces; `true` = to be highlighted.
    pub fn pieces(&self) -> Vec<(&str, bool)> {
        let mut pieces = Vec::new();
        let mut at = 0;
        for range in &self.highlights {
            pieces.push((&self.text[at..range.start], false));
            pieces.push((&self.text[range.clone()], true));
            at = range.end;
        }
        pieces.push((&self.text[at..], false));
        pieces.retain(|(text, _)| !text.is_empty());
        pieces
    }
}

/// The place of a document in an answer, best first. Holds nothing that depends on the rest of the index, so it means
/// the same after a merge, a rebuild, and on another node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) struct Rank {
    pub score: u32,
    pub at: i64,
    /// Part of the id: orders what is equal otherwise.
    pub tie: u64,
}

/// Where a page of hits ended. Opaque in its text form.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SearchCursor {
    pub(super) rank: Rank,
    pub(super) corrected: bool,
}

impl fmt::Display for SearchCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rank { score, at, tie } = self.rank;
        write!(f, "{}{score:08x}{at:016x}{tie:016x}", u8::from(self.corrected))
    }
}

impl FromStr for SearchCursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let number = |range| u64::from_str_radix(text.get(range)?, 16).ok();
        let parse = || {
            let rank = Rank {
                score: u32::try_from(number(1..9)?).ok()?,
                at: number(9..25)?.cast_signed(),
                tie: number(25..41)?,
            };
            Some(Self { rank, corrected: text.starts_with('1') })
        };
        parse().filter(|_| text.len() == 41).ok_or_else(|| Error::new(Code::InvalidCursor))
    }
}

//! How a document lies in the index.

use std::ops::RangeInclusive;

use kernel::{TeamId, WorkspaceId};
use tantivy::{
    TantivyDocument, Term,
    schema::{
        BytesOptions, Field, IndexRecordOption, NumericOptions, STORED, Schema, TextFieldIndexing,
        TextOptions,
    },
    tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer, TokenizerManager},
};

use super::{
    document::{Access, Document, DocumentKind},
    words::{Word, literal, national, stems, truncate, words},
};

/// Changes whenever documents would be written or words cut differently: the index is then built anew.
pub(super) const VERSION: u32 = 1;

/// More of a text is not read.
const LONGEST_TITLE: usize = 1_000;
const LONGEST_BODY: usize = 100_000;
/// More of a text is not kept for showing where the words stand.
const LONGEST_SHOWN: usize = 16_000;

/// How many letters make a beginning that is a term of its own.
pub(super) const SHORT_BEGINNING: RangeInclusive<usize> = 2..=3;

#[derive(Clone)]
pub(super) struct Fields {
    /// Workspace and who in it: what a search is let in by. There is no other way in.
    pub reader: Field,
    pub key: Field,
    pub family: Field,
    pub title: Field,
    pub title_stems: Field,
    pub body: Field,
    pub body_stems: Field,
    /// The first letters of every word, for those who are still typing: asking the index for all words that begin
    /// with two letters would read most of it.
    pub beginnings: Field,
    pub exact: Field,
    pub card: Field,
    pub shown: Field,
    at: Field,
    tie: Field,
    parent: Field,
    kind: Field,
}

/// Columns are read by name.
pub(super) const AT: &str = "at";
pub(super) const TIE: &str = "tie";
pub(super) const PARENT: &str = "parent";
pub(super) const KIND: &str = "kind";

pub(super) fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let key = BytesOptions::default().set_indexed();
    let words = text("words", IndexRecordOption::WithFreqsAndPositions);
    let terms = |tokenizer| text(tokenizer, IndexRecordOption::Basic);
    let column = NumericOptions::default().set_fast();
    let fields = Fields {
        reader: schema.add_bytes_field("reader", key.clone()),
        key: schema.add_bytes_field("key", key.clone()),
        family: schema.add_bytes_field("family", key),
        title: schema.add_text_field("title", words.clone()),
        title_stems: schema.add_text_field("title_stems", terms("stems")),
        body: schema.add_text_field("body", words),
        body_stems: schema.add_text_field("body_stems", terms("stems")),
        beginnings: schema.add_text_field("beginnings", terms("beginnings")),
        exact: schema.add_text_field("exact", terms("raw")),
        card: schema.add_bytes_field("card", STORED),
        shown: schema.add_text_field("shown", STORED),
        at: schema.add_i64_field(AT, column.clone()),
        tie: schema.add_u64_field(TIE, column.clone()),
        parent: schema.add_u64_field(PARENT, column.clone()),
        kind: schema.add_u64_field(KIND, column),
    };
    (schema.build(), fields)
}

/// Without lengths and, where no phrase is looked for, without positions: they would never be read.
fn text(tokenizer: &str, record: IndexRecordOption) -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(record).set_fieldnorms(false),
    )
}

pub(super) fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register("words", TextAnalyzer::builder(Words(one_term)).build());
    manager.register("stems", TextAnalyzer::builder(Words(stem_terms)).build());
    manager.register("beginnings", TextAnalyzer::builder(Words(beginning_terms)).build());
    manager
}

fn one_term(word: &Word) -> Vec<String> {
    vec![word.folded.clone()]
}

fn stem_terms(word: &Word) -> Vec<String> {
    stems(&word.folded)
}

fn beginning_terms(word: &Word) -> Vec<String> {
    beginnings(&word.folded).map(str::to_owned).collect()
}

/// The first two and the first three letters.
fn beginnings(text: &str) -> impl Iterator<Item = &str> {
    SHORT_BEGINNING.filter_map(|letters| Some(&text[..letters_end(text, letters)?]))
}

/// Where a text has so many letters, if it has.
fn letters_end(text: &str, letters: usize) -> Option<usize> {
    text.char_indices().nth(letters - 1).map(|(at, letter)| at + letter.len_utf8())
}

/// Cuts a text with [`words`] and makes terms of each word.
#[derive(Clone)]
struct Words(fn(&Word) -> Vec<String>);

struct Terms<'a> {
    words: Box<dyn Iterator<Item = Word> + 'a>,
    terms_of: fn(&Word) -> Vec<String>,
    pending: Vec<String>,
    token: Token,
}

impl Tokenizer for Words {
    type TokenStream<'a> = Terms<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Terms<'a> {
        Terms { words: Box::new(words(text)), terms_of: self.0, pending: Vec::new(), token: Token::default() }
    }
}

impl TokenStream for Terms<'_> {
    fn advance(&mut self) -> bool {
        if self.pending.is_empty() {
            let Some(word) = self.words.next() else { return false };
            self.pending = (self.terms_of)(&word);
            self.token.position = word.position;
            (self.token.offset_from, self.token.offset_to) = (word.range.start, word.range.end);
        }
        self.token.text = self.pending.pop().unwrap_or_default();
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

impl Fields {
    pub fn document(&self, document: Document) -> TantivyDocument {
        let mut row = TantivyDocument::default();
        row.add_bytes(self.reader, &reader_key(document.workspace, Reader::All));
        row.add_bytes(self.reader, &reader_key(document.workspace, document.access.into()));
        row.add_bytes(self.key, &key(document.workspace, &document.id));
        row.add_bytes(self.family, &key(document.workspace, &document.parent));
        row.add_i64(self.at, document.at.0);
        row.add_u64(self.tie, number(&document.id));
        row.add_u64(self.parent, number(&document.parent));
        row.add_u64(self.kind, u64::from(document.kind.code()));
        row.add_bytes(self.card, &Card::of(document.kind, document.id, document.parent).0);
        for literal in document.exact.iter().flat_map(|text| literals(text, false)) {
            beginnings(&literal).for_each(|beginning| row.add_text(self.beginnings, beginning));
            row.add_text(self.exact, literal);
        }
        self.add_texts(&mut row, document.title, document.body);
        row
    }

    fn add_texts(&self, row: &mut TantivyDocument, mut title: String, mut body: String) {
        truncate(&mut title, LONGEST_TITLE);
        row.add_text(self.title, &title);
        row.add_text(self.beginnings, &title);
        row.add_text(self.title_stems, title);
        truncate(&mut body, LONGEST_BODY);
        row.add_text(self.body, &body);
        row.add_text(self.beginnings, &body);
        row.add_text(self.body_stems, &body);
        truncate(&mut body, LONGEST_SHOWN);
        row.add_text(self.shown, body);
    }

    pub fn with_id(&self, workspace: WorkspaceId, id: &[u8; 16]) -> Term {
        Term::from_field_bytes(self.key, &key(workspace, id))
    }

    pub fn with_parent(&self, workspace: WorkspaceId, parent: &[u8; 16]) -> Term {
        Term::from_field_bytes(self.family, &key(workspace, parent))
    }

    pub fn read_by(&self, workspace: WorkspaceId, reader: Reader) -> Term {
        Term::from_field_bytes(self.reader, &reader_key(workspace, reader))
    }
}

/// As a whole; a telephone number also without its country, even when only its beginning is there.
pub(super) fn literals(text: &str, beginning: bool) -> Vec<String> {
    let whole = literal(text);
    let digits = if beginning { 4..=9 } else { 8..=9 };
    let national = national(&whole, digits).map(str::to_owned);
    std::iter::once(whole).chain(national).filter(|literal| !literal.is_empty()).collect()
}

/// Who a document is let out to.
#[derive(Clone, Copy)]
pub(super) enum Reader {
    All,
    Everyone,
    Member(TeamId),
}

impl From<Access> for Reader {
    fn from(access: Access) -> Self {
        match access {
            Access::Everyone => Self::Everyone,
            Access::Team(team) => Self::Member(team),
        }
    }
}

fn reader_key(workspace: WorkspaceId, reader: Reader) -> Vec<u8> {
    let mut key = workspace.as_bytes().to_vec();
    match reader {
        Reader::All => key.push(b'*'),
        Reader::Everyone => key.push(b'e'),
        Reader::Member(team) => key.extend_from_slice(team.as_bytes()),
    }
    key
}

fn key(workspace: WorkspaceId, id: &[u8; 16]) -> [u8; 32] {
    let mut key = [0; 32];
    key[..16].copy_from_slice(workspace.as_bytes());
    key[16..].copy_from_slice(id);
    key
}

/// A number for an id: two ids of a workspace share one about never, and then one hit of two is not shown.
fn number(id: &[u8; 16]) -> u64 {
    let number = u128::from_be_bytes(*id);
    let (high, low) = ((number >> 64) as u64, number as u64);
    low ^ high.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// What a hit is, as kept with the document.
pub(super) struct Card(Vec<u8>);

impl Card {
    fn of(kind: DocumentKind, id: [u8; 16], parent: [u8; 16]) -> Self {
        Self([&[kind.code()], id.as_slice(), parent.as_slice()].concat())
    }

    pub fn read(bytes: &[u8]) -> Option<(DocumentKind, [u8; 16], [u8; 16])> {
        let (kind, ids) = bytes.split_first()?;
        let (id, parent) = ids.split_at_checked(16)?;
        Some((DocumentKind::from_code(*kind)?, id.try_into().ok()?, parent.try_into().ok()?))
    }
}

//! What somebody typed into a search box. Every text means something; none is an error.

use super::{
    schema::literals,
    words::{truncate, words},
};

const LONGEST_TEXT: usize = 500;
const MOST_CLAUSES: usize = 16;
/// The digits that make neighbouring numbers a telephone number.
const SHORTEST_PHONE: usize = 7;

#[derive(Debug, Default, PartialEq)]
pub(super) struct Parsed {
    pub wanted: Vec<Clause>,
    pub unwanted: Vec<Clause>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Clause {
    Typed(Typed),
    /// Words next to each other, exactly so.
    Phrase(Vec<String>),
}

/// What stood between two spaces.
#[derive(Debug, PartialEq)]
pub(super) struct Typed {
    pub words: Vec<String>,
    /// "e-mail" also as "email".
    pub joined: Option<String>,
    pub literals: Vec<String>,
    /// A number or an address: its words mean something only next to each other.
    pub ordered: bool,
    /// Still being typed: also the beginning of what is meant.
    pub unfinished: bool,
}

pub(super) fn parse(text: &str) -> Parsed {
    let mut text = text.to_owned();
    truncate(&mut text, LONGEST_TEXT);
    let mut parsed = Parsed::default();
    for chunk in with_phones(&chunks(&text)).into_iter().take(MOST_CLAUSES) {
        let Some(clause) = clause(&chunk) else { continue };
        if chunk.without { &mut parsed.unwanted } else { &mut parsed.wanted }.push(clause);
    }
    parsed
}

#[derive(Clone, Debug)]
struct Chunk {
    text: String,
    without: bool,
    quoted: bool,
    unfinished: bool,
}

fn chunks(text: &str) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (without, start) = match rest.strip_prefix('-') {
            Some(start) => (true, start),
            None => (false, rest),
        };
        let chunk = if let Some(quoted) = start.strip_prefix(is_quote) {
            let end = quoted.find(is_quote).unwrap_or(quoted.len());
            rest = quoted[end..].trim_start_matches(is_quote);
            Chunk { text: quoted[..end].to_owned(), without, quoted: true, unfinished: false }
        } else {
            let end =
                start.find(|letter: char| letter.is_whitespace() || is_quote(letter)).unwrap_or(start.len());
            rest = &start[end..];
            let unfinished = rest.is_empty() && !without;
            Chunk { text: start[..end].to_owned(), without, quoted: false, unfinished }
        };
        chunks.push(chunk);
        rest = rest.trim_start();
    }
    chunks
}

fn is_quote(letter: char) -> bool {
    matches!(letter, '"' | '„' | '”' | '“' | '«' | '»')
}

/// Makes one chunk of the numbers that are a telephone number written with spaces.
fn with_phones(chunks: &[Chunk]) -> Vec<Chunk> {
    chunks
        .chunk_by(|one, next| is_number(one) && is_number(next))
        .flat_map(|run| if is_phone(run) { vec![joined(run)] } else { run.to_vec() })
        .collect()
}

fn is_number(chunk: &Chunk) -> bool {
    !chunk.quoted
        && !chunk.without
        && chunk.text.bytes().any(|byte| byte.is_ascii_digit())
        && chunk.text.bytes().all(|byte| byte.is_ascii_digit() || b"+-/().".contains(&byte))
}

/// Begins with a prefix (+36, 06) or with an area; two order numbers do not.
fn is_phone(run: &[Chunk]) -> bool {
    let digits = run.iter().flat_map(|chunk| chunk.text.bytes()).filter(u8::is_ascii_digit).count();
    let first = run[0].text.as_str();
    run.len() > 1 && digits >= SHORTEST_PHONE && (first.len() <= 2 || first.starts_with(['+', '0', '(']))
}

fn joined(run: &[Chunk]) -> Chunk {
    let text = run.iter().map(|chunk| chunk.text.as_str()).collect::<Vec<_>>().join(" ");
    Chunk { text, unfinished: run.iter().any(|chunk| chunk.unfinished), ..run[0].clone() }
}

fn clause(chunk: &Chunk) -> Option<Clause> {
    let mut parts: Vec<String> = Vec::new();
    let mut hyphenated = None;
    let mut next_position = 0;
    for word in words(&chunk.text).filter(|word| !word.folded.is_empty()) {
        if word.position < next_position {
            hyphenated = Some(word.folded);
        } else {
            next_position = word.position + 1;
            parts.push(word.folded);
        }
    }
    if parts.is_empty() {
        return None;
    }
    if chunk.quoted {
        return Some(Clause::Phrase(parts));
    }
    let ordered = chunk.text.contains(|letter: char| letter == '@' || letter.is_ascii_digit());
    Some(Clause::Typed(Typed {
        joined: hyphenated.filter(|_| parts.len() > 1),
        words: parts,
        literals: literals(&chunk.text, chunk.unfinished),
        ordered,
        unfinished: chunk.unfinished,
    }))
}

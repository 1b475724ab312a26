//! Where in a text the words stand that were looked for.

use std::ops::Range;

use super::{
    parse::{Clause, Parsed},
    plan::tolerated,
    question::Snippet,
    words::{Word, stems, words},
};

/// How much of the text is shown, and how much of it before the first word, in bytes.
const LENGTH: usize = 240;
const LEAD: usize = 60;
const MOST_MATCHES: usize = 100;

/// Knows what to look for in a text.
pub(super) struct Highlighter {
    words: Vec<String>,
    stems: Vec<String>,
    beginnings: Vec<String>,
    phrases: Vec<Vec<String>>,
    similar: bool,
}

impl Highlighter {
    pub fn new(parsed: &Parsed, similar: bool) -> Self {
        let mut it = Self { words: vec![], stems: vec![], beginnings: vec![], phrases: vec![], similar };
        for clause in &parsed.wanted {
            match clause {
                Clause::Phrase(words) => it.phrases.push(words.clone()),
                Clause::Typed(typed) if typed.ordered && typed.words.len() > 1 => {
                    it.phrases.push(typed.words.clone());
                }
                Clause::Typed(typed) => {
                    it.words.extend(typed.words.iter().chain(&typed.joined).cloned());
                    let last = typed.words.last().filter(|word| typed.unfinished && word.len() > 1);
                    it.beginnings.extend(last.cloned());
                }
            }
        }
        it.stems = it.words.iter().flat_map(|word| stems(word)).collect();
        it
    }

    /// The piece of the text that has the most of the words.
    pub fn snippet(&self, text: &str) -> Option<Snippet> {
        let matches = self.matches(text);
        let first = (0..matches.len()).max_by_key(|&at| (within(&matches, at).len(), usize::MAX - at))?;
        let piece = piece(text, &matches[first]);
        let highlights = matches.iter().filter(|range| piece.start <= range.start && range.end <= piece.end);
        Some(cut(text, piece.clone(), highlights))
    }

    fn matches(&self, text: &str) -> Vec<Range<usize>> {
        let words: Vec<Word> = words(text).collect();
        let mut matches: Vec<Range<usize>> = Vec::new();
        for (at, word) in words.iter().enumerate() {
            let found =
                self.phrase_at(&words[at..]).or_else(|| self.finds(&word.folded).then(|| word.range.clone()));
            let Some(mut range) = found else { continue };
            // A joined word comes after its parts and holds them.
            while let Some(last) = matches.pop_if(|last| range.start < last.end) {
                range = last.start.min(range.start)..last.end.max(range.end);
            }
            matches.push(range);
            if matches.len() == MOST_MATCHES {
                break;
            }
        }
        matches
    }

    fn phrase_at(&self, words: &[Word]) -> Option<Range<usize>> {
        let fits = |phrase: &&Vec<String>| {
            words.len() >= phrase.len()
                && phrase.iter().zip(words).all(|(wanted, word)| *wanted == word.folded)
        };
        let phrase = self.phrases.iter().find(fits)?;
        Some(words[0].range.start..words[phrase.len() - 1].range.end)
    }

    fn finds(&self, word: &str) -> bool {
        self.words.iter().any(|wanted| wanted == word)
            || self.beginnings.iter().any(|beginning| word.starts_with(beginning.as_str()))
            || self.has_stem_of(word)
            || self.similar && self.finds_similar(word)
    }

    fn finds_similar(&self, word: &str) -> bool {
        self.words.iter().any(|wanted| is_similar(wanted, word))
            || stems(word).iter().any(|stem| self.stems.iter().any(|wanted| is_similar(wanted, stem)))
    }

    fn has_stem_of(&self, word: &str) -> bool {
        // A stem begins as its word does, so most words need not be stemmed.
        let first = word.chars().next();
        self.stems.iter().any(|stem| stem.chars().next() == first)
            && stems(word).iter().any(|stem| self.stems.contains(stem))
    }
}

/// The matches that fit into a piece beginning with one of them.
fn within(matches: &[Range<usize>], at: usize) -> &[Range<usize>] {
    let end = matches[at].start + LENGTH - LEAD;
    let fitting = matches[at..].iter().take_while(|range| range.end <= end).count();
    &matches[at..at + fitting]
}

fn piece(text: &str, first: &Range<usize>) -> Range<usize> {
    let start = first.start.saturating_sub(LEAD);
    let start = if start == 0 { 0 } else { after_space(text, text.floor_char_boundary(start), first.start) };
    let end = text.ceil_char_boundary((start + LENGTH).max(first.end));
    let end = if end >= text.len() { text.len() } else { before_space(text, end, first.end) };
    start..end
}

fn after_space(text: &str, from: usize, until: usize) -> usize {
    text[from..until].find(char::is_whitespace).map_or(until, |at| text.ceil_char_boundary(from + at + 1))
}

fn before_space(text: &str, until: usize, from: usize) -> usize {
    text[from..until].rfind(char::is_whitespace).map_or(until, |at| from + at)
}

fn cut<'a>(text: &str, piece: Range<usize>, matches: impl Iterator<Item = &'a Range<usize>>) -> Snippet {
    let start = if piece.start > 0 { "…" } else { "" };
    let end = if piece.end < text.len() { "…" } else { "" };
    let shown = text[piece.clone()].replace(['\n', '\r', '\t'], " ");
    let shift = |at: usize| at - piece.start + start.len();
    let highlights = matches.map(|range| shift(range.start)..shift(range.end)).collect();
    Snippet { text: format!("{start}{shown}{end}"), highlights }
}

/// Whether two words differ by no more letters than are tolerated; two letters in the wrong order are one.
fn is_similar(wanted: &str, word: &str) -> bool {
    let Some(tolerated) = tolerated(wanted) else { return false };
    let (wanted, word): (Vec<char>, Vec<char>) = (wanted.chars().collect(), word.chars().collect());
    if wanted.len().abs_diff(word.len()) > usize::from(tolerated) {
        return false;
    }
    let mut rows = vec![(0..=word.len()).collect::<Vec<usize>>()];
    for i in 1..=wanted.len() {
        let mut row = vec![i];
        for j in 1..=word.len() {
            let change = usize::from(wanted[i - 1] != word[j - 1]);
            let mut least = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + change);
            if i > 1 && j > 1 && wanted[i - 1] == word[j - 2] && wanted[i - 2] == word[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[wanted.len()][word.len()] <= usize::from(tolerated)
}

//! Text into words: Unicode letters and digits, lower case, no accents. Reading and searching cut words the same way.

use std::{
    cell::LazyCell,
    ops::{Range, RangeInclusive},
};

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::hungarian;

/// A longer word is cut; nobody types one.
const LONGEST_WORD: usize = 40;
/// "e-mail-cím": more parts than this are a list, not a word.
const LONGEST_CHAIN: usize = 4;

/// A word of a text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// How many words stand before it.
    pub position: usize,
    pub folded: String,
}

/// The words of a text in order. A hyphenated word is followed by its joined form, at the same position:
/// "e-mail-cím" is found as "e", "mail", "email", "cím" and "emailcím".
pub(super) fn words(text: &str) -> impl Iterator<Item = Word> + '_ {
    let mut chain: Vec<Word> = Vec::new();
    let mut position = 0;
    let mut joined = None;
    let mut parts = Parts { text, at: 0 };
    std::iter::from_fn(move || {
        if joined.is_some() {
            return joined.take();
        }
        let part = parts.next()?;
        let word = Word { folded: fold(&text[part.clone()]), range: part, position };
        position += 1;
        if chain.last().is_none_or(|last| !is_hyphen(&text[last.range.end..word.range.start])) {
            chain.clear();
        }
        chain.push(word.clone());
        joined = join(&chain);
        Some(word)
    })
}

fn join(chain: &[Word]) -> Option<Word> {
    let (first, last) = (chain.first()?, chain.last()?);
    let folded: String = chain.iter().map(|word| word.folded.as_str()).collect();
    let fits = (2..=LONGEST_CHAIN).contains(&chain.len()) && folded.len() <= LONGEST_WORD;
    fits.then_some(Word { range: first.range.start..last.range.end, position: last.position, folded })
}

fn is_hyphen(between: &str) -> bool {
    matches!(between, "-" | "\u{2010}" | "\u{2011}")
}

/// Where the words of a text stand.
struct Parts<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Parts<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let start = self.at + self.text[self.at..].find(char::is_alphanumeric)?;
        let mut end = start;
        let mut letters = self.text[start..].char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            let inner = is_inner(letter) && letters.peek().is_some_and(|(_, next)| next.is_alphanumeric());
            if letter.is_alphanumeric() || is_combining_mark(letter) {
                end = start + at + letter.len_utf8();
            } else if !inner {
                break;
            }
        }
        self.at = end;
        Some(start..end)
    }
}

/// Does not end a word when a letter follows: apostrophes, the soft hyphen, joiners.
fn is_inner(letter: char) -> bool {
    matches!(letter, '\'' | '\u{2019}' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}')
}

/// Lower case without accents and apostrophes: "Üvegé" and "uvege" are the same.
fn fold(word: &str) -> String {
    let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("\u{2019}s")).unwrap_or(word);
    let mut folded = String::with_capacity(word.len());
    for letter in word.chars() {
        if letter.is_ascii() {
            folded.extend(letter.is_ascii_alphanumeric().then(|| letter.to_ascii_lowercase()));
        } else {
            fold_letter(letter, &mut folded);
        }
    }
    truncate(&mut folded, LONGEST_WORD);
    folded
}

fn fold_letter(letter: char, folded: &mut String) {
    match letter {
        'ß' | 'ẞ' => folded.push_str("ss"),
        'æ' | 'Æ' => folded.push_str("ae"),
        'œ' | 'Œ' => folded.push_str("oe"),
        'ø' | 'Ø' => folded.push('o'),
        'ł' | 'Ł' => folded.push('l'),
        'đ' | 'Đ' => folded.push('d'),
        'ı' => folded.push('i'),
        _ => folded.extend(
            std::iter::once(letter).nfkd().flat_map(char::to_lowercase).filter(|part| part.is_alphanumeric()),
        ),
    }
}

/// A number, an address, as one term: only its letters and digits count. "K-1042" is "k1042".
pub(super) fn literal(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        fold_letter(letter, &mut folded);
    }
    truncate(&mut folded, 4 * LONGEST_WORD);
    folded
}

/// A Hungarian telephone number without what stands before the area: +36, 0036, 06. `digits` = how many must be left.
pub(super) fn national(literal: &str, digits: RangeInclusive<usize>) -> Option<&str> {
    if !literal.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut rests = ["0036", "36", "06"].iter().filter_map(|prefix| literal.strip_prefix(prefix));
    rests.find(|rest| digits.contains(&rest.len()))
}

/// What a folded word is also found by: its Hungarian and its English stem, each once.
///
/// Both always: five words are too few to know their language.
pub(super) fn stems(folded: &str) -> Vec<String> {
    thread_local! {
        static ENGLISH: LazyCell<Stemmer> = LazyCell::new(|| Stemmer::create(Algorithm::English));
    }
    let hungarian = hungarian::stem(folded);
    let english = ENGLISH.with(|stemmer| stemmer.stem(folded).into_owned());
    if english == hungarian { vec![hungarian] } else { vec![hungarian, english] }
}

/// Cuts a text at a character, not within one.
pub(super) fn truncate(text: &mut String, bytes: usize) {
    text.truncate(text.floor_char_boundary(bytes));
}

//! Folding: what is left of a text when accents, case and punctuation do not count.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Lower case without accents. Letters that do not come apart by decomposition are spelt out.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' | 'ð' => out.push('d'),
            'ı' => out.push('i'),
            'þ' => out.push_str("th"),
            c if is_combining_mark(c) => {}
            c => out.push(c),
        }
    }
    out
}

/// The folded words of a text: runs of letters and digits.
pub fn words(text: &str) -> Vec<String> {
    fold(text).split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

pub fn digits(text: &str) -> String {
    text.chars().filter_map(|c| c.to_digit(10)).filter_map(|d| char::from_digit(d, 10)).collect()
}

/// The text with each one of its letters left out: two texts that are one error apart have one of these in common.
pub fn deletions(text: &str) -> impl Iterator<Item = String> {
    text.char_indices().map(|(at, c)| [&text[..at], &text[at + c.len_utf8()..]].concat())
}

//! A light Hungarian stemmer for search, over folded words (lower case, no accents).
//!
//! The Snowball algorithm needs the accents that people leave out in a search box, and does not bring the forms of a
//! noun together ("számla" becomes "szaml", "számlák" "szamla"; "hiba" becomes "hi", "bank" "ba"). Here suffixes are
//! taken off one by one until none is left. So a word and the same word with one more suffix end at the same stem,
//! even where that stem is shorter than the one of the grammar: nobody reads it, it only has to be the same.

/// One suffix, how many letters must be left of the word without it, and what must stand before it.
struct Suffix {
    text: &'static str,
    rest: usize,
    before: Before,
}

#[derive(Clone, Copy)]
enum Before {
    Any,
    Vowel,
    /// A consonant after which "-t" needs no linking vowel.
    Liquid,
}

const fn suffix(text: &'static str, rest: usize, before: Before) -> Suffix {
    Suffix { text, rest, before }
}

use Before::{Any, Liquid, Vowel};

/// The longest one that fits is taken.
const SUFFIXES: &[Suffix] = &[
    // cases
    suffix("kent", 3, Any),
    suffix("ban", 3, Any),
    suffix("ben", 3, Any),
    suffix("bol", 3, Any),
    suffix("rol", 3, Any),
    suffix("tol", 3, Any),
    suffix("nal", 3, Any),
    suffix("nel", 3, Any),
    suffix("nak", 3, Any),
    suffix("nek", 3, Any),
    suffix("hoz", 3, Any),
    suffix("hez", 3, Any),
    suffix("kor", 4, Any),
    suffix("ert", 4, Any),
    suffix("val", 3, Vowel),
    suffix("vel", 3, Vowel),
    suffix("ig", 4, Any),
    suffix("ba", 3, Any),
    suffix("be", 3, Any),
    suffix("ra", 3, Any),
    suffix("re", 3, Any),
    suffix("at", 3, Any),
    suffix("et", 3, Any),
    suffix("ot", 3, Any),
    suffix("t", 3, Vowel),
    suffix("t", 4, Liquid),
    suffix("an", 3, Any),
    suffix("en", 3, Any),
    suffix("on", 3, Any),
    suffix("n", 4, Vowel),
    // plural
    suffix("ak", 3, Any),
    suffix("ek", 3, Any),
    suffix("ok", 3, Any),
    suffix("k", 3, Vowel),
    // whose it is
    suffix("am", 3, Any),
    suffix("em", 3, Any),
    suffix("om", 3, Any),
    suffix("m", 3, Vowel),
    suffix("ad", 3, Any),
    suffix("ed", 3, Any),
    suffix("od", 3, Any),
    suffix("d", 3, Vowel),
    suffix("unk", 3, Any),
    suffix("nk", 4, Vowel),
    suffix("aim", 3, Any),
    suffix("eim", 3, Any),
    suffix("aid", 3, Any),
    suffix("eid", 3, Any),
    suffix("ait", 3, Any),
    suffix("eit", 3, Any),
    suffix("ain", 3, Any),
    suffix("ein", 3, Any),
    suffix("aik", 3, Any),
    suffix("eik", 3, Any),
    suffix("aink", 3, Any),
    suffix("eink", 3, Any),
    suffix("juk", 3, Any),
    suffix("uk", 4, Any),
    suffix("ja", 3, Any),
    suffix("j", 4, Any),
    suffix("je", 3, Any),
    // the verb, and the noun and the adjective made of it
    suffix("ani", 3, Any),
    suffix("eni", 3, Any),
    suffix("ni", 3, Any),
    suffix("ik", 3, Any),
    suffix("ott", 3, Any),
    suffix("ett", 3, Any),
    suffix("att", 3, Any),
    suffix("tam", 3, Any),
    suffix("tem", 3, Any),
    suffix("tal", 4, Any),
    suffix("tel", 4, Any),
    suffix("ta", 4, Any),
    suffix("te", 4, Any),
    suffix("tunk", 3, Any),
    suffix("tatok", 3, Any),
    suffix("tetek", 3, Any),
    suffix("tok", 4, Any),
    suffix("tak", 3, Any),
    suffix("tek", 3, Any),
    suffix("as", 4, Any),
    suffix("es", 4, Any),
    // not a suffix, but "szoftver" and "szoftvert" must meet though "-ért" is one
    suffix("er", 4, Any),
    // possession, "-i", and the last vowel of the word itself, which changes before a suffix
    suffix("a", 3, Any),
    suffix("e", 3, Any),
    suffix("i", 3, Any),
    suffix("o", 3, Any),
];

/// Nouns of two letters, and the stem that their longer forms come to (árak, évek, utak).
const SHORT: &[(&str, &str)] = &[("ar", "ara"), ("ev", "eve"), ("ut", "uta")];

/// Prefixes of verbs: what stands before them is the word, not a suffix (feladat).
const PREFIXES: &[&str] = &["fel", "meg"];

const SHORTEST: usize = 4;

/// The stem of a folded word; the word itself when it is too short or not made of letters alone.
pub(super) fn stem(word: &str) -> String {
    if !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word.to_owned();
    }
    let mut stem = with_changed_root(word);
    while let Some(shorter) = strip(&stem) {
        stem = with_changed_root(shorter);
    }
    stem
}

fn strip(word: &str) -> Option<&str> {
    if word.len() < SHORTEST {
        return None;
    }
    let longest =
        SUFFIXES.iter().filter(|suffix| suffix.fits(word)).max_by_key(|suffix| suffix.text.len())?;
    Some(&word[..word.len() - longest.text.len()])
}

impl Suffix {
    fn fits(&self, word: &str) -> bool {
        let Some(rest) = word.strip_suffix(self.text) else { return false };
        if !rest.bytes().any(is_vowel) {
            return rest.len() > 2; // PDF-ben, SMS-t
        }
        let enough = rest.len() > 3 || rest.len() == 3 && self.leaves_a_word(rest.as_bytes());
        let short = self.text.len() > 2 && SHORT.iter().any(|(root, _)| *root == rest);
        (short || enough && rest.len() >= self.rest) && self.follows(rest)
    }

    fn follows(&self, rest: &str) -> bool {
        let last = rest.bytes().last();
        if last == Some(b'i') && self.text.starts_with('t') {
            return false; // the verbs in "-ít": segít-ek, not segí-tek
        }
        match self.before {
            Any => true,
            Vowel => last.is_some_and(|byte| b"aeou".contains(&byte)),
            Liquid => last.is_some_and(|byte| b"szlrnj".contains(&byte)),
        }
    }

    /// Of three letters not all can be a noun: "házat" is "ház", but "állat" is not "áll".
    fn leaves_a_word(&self, rest: &[u8]) -> bool {
        if PREFIXES.iter().any(|prefix| prefix.as_bytes() == rest) {
            return false;
        }
        let shape = [is_vowel(rest[0]), is_vowel(rest[1]), is_vowel(rest[2])];
        let (closed, open) = (shape == [false, true, false], shape == [true, false, true]);
        match self.text.as_bytes() {
            [_] if matches!(self.before, Vowel) => open,
            [first] | [first, _] if is_vowel(*first) => closed,
            [_, _] => closed || open || shape == [false, true, true],
            _ => true,
        }
    }
}

/// Takes up the nouns that change inside, and "-val, -vel", which takes the consonant before it.
fn with_changed_root(word: &str) -> String {
    if let Some((_, stem)) = SHORT.iter().find(|(root, _)| *root == word) {
        return (*stem).to_owned();
    }
    // szó, jelszó, kulcsszó: jelszavam, jelszavak
    if let Some(start) = word.strip_suffix("szav") {
        return format!("{start}szo");
    }
    without_assimilated(word).unwrap_or_else(|| word.to_owned())
}

/// bankkal, késsel, válasszal
fn without_assimilated(word: &str) -> Option<String> {
    let rest = word.strip_suffix("al").or_else(|| word.strip_suffix("el"))?;
    let bytes = rest.as_bytes();
    let (&last, before) = bytes.split_last()?;
    if is_vowel(last) || rest.len() < 4 {
        return None;
    }
    if before.last() == Some(&last) {
        return Some(rest[..rest.len() - 1].to_owned());
    }
    let doubled = ["ssz", "ggy", "nny", "tty", "lly", "ccs", "zzs"].iter().any(|end| rest.ends_with(end));
    doubled.then(|| format!("{}{}", &rest[..rest.len() - 3], &rest[rest.len() - 2..]))
}

fn is_vowel(byte: u8) -> bool {
    b"aeiou".contains(&byte)
}

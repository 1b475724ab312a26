//! How alike two texts are by their letters. The costly distances are asked only when a glance leaves hope.

use strsim::{jaro_winkler, osa_distance};

use super::{level::Level, text::digits};

/// From this likeness on (Jaro–Winkler) two words may be one word with several errors.
const ALIKE: f64 = 0.88;
/// Words that differ in more different letters than this are not alike.
const FAR: u32 = 5;

/// Two words: names, streets, cities.
pub fn words(a: &str, b: &str) -> Level {
    let (short, long) = (a.len().min(b.len()), a.len().max(b.len()));
    if short < 3 || long > 2 * short || (letters(a) ^ letters(b)).count_ones() > FAR {
        return Level::Different;
    }
    match osa_distance(a, b) {
        0 => Level::Same,
        1 => Level::Typo,
        2 if short >= 7 => Level::Similar,
        _ if short >= 4 && jaro_winkler(a, b) >= ALIKE => Level::Similar,
        _ => Level::Different,
    }
}

/// One bit for each letter or digit that occurs.
fn letters(text: &str) -> u64 {
    text.bytes().fold(0, |set, byte| set | 1 << (byte & 63))
}

/// Two numbers: only the count of wrong digits tells.
pub fn numbers(a: &str, b: &str) -> Level {
    if a == b {
        return Level::Same;
    }
    let wrong = a.bytes().zip(b.bytes()).filter(|(x, y)| x != y).count();
    if a.len() == b.len() && wrong > 4 || a.len().abs_diff(b.len()) > 2 {
        return Level::Different;
    }
    match osa_distance(a, b) {
        1 => Level::Typo,
        2 if a.len().min(b.len()) >= 6 => Level::Similar,
        _ => Level::Different,
    }
}

/// Two different e-mail addresses.
pub fn emails(a: &str, b: &str) -> Level {
    let local = |text| str::split(text, '@').next().unwrap_or_default();
    let (x, y) = (local(a), local(b));
    if x == y && x.len() >= 4 {
        return match osa_distance(a, b) {
            1 => Level::Typo,
            _ if digits(x).is_empty() => Level::NearMiss,
            _ => Level::Part,
        };
    }
    let numbers = (digits(x), digits(y));
    let near = a.len().abs_diff(b.len()) <= 2 && (letters(a) ^ letters(b)).count_ones() <= 4;
    let contradict = !numbers.0.is_empty() && !numbers.1.is_empty() && numbers.0 != numbers.1;
    match if near && !contradict { osa_distance(a, b) } else { usize::MAX } {
        1 => Level::Typo,
        2 if x.len().min(y.len()) >= 6 => Level::Similar,
        _ => other_address(&numbers.0, &numbers.1),
    }
}

/// People have several addresses, but the number in them is often a year of birth: two numbers contradict.
fn other_address(x: &str, y: &str) -> Level {
    match (x.len().min(y.len()), x == y) {
        (0, _) => Level::Mixed,
        (_, true) => Level::Exchanged,
        _ => Level::Different,
    }
}

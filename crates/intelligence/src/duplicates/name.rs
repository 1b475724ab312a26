//! Names: which words are the family's and which the person's own.

use super::{given_names, text::fold};

const TITLES: &[&str] = &[
    "dr",
    "ifj",
    "ifjabb",
    "id",
    "idos",
    "idosb",
    "ozv",
    "ozvegy",
    "prof",
    "professor",
    "mr",
    "mrs",
    "ms",
    "miss",
    "herr",
    "frau",
    "jr",
    "sr",
    "phd",
    "habil",
];

/// A name taken apart. Words are folded.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Name {
    pub surname: Vec<String>,
    pub given: Vec<String>,
    /// Whether the order is known, and not only the usual one.
    pub sure: bool,
}

/// Words of one name field, titles left out. A double name (`Nagy-Kovács`) is one word with a hyphen.
pub fn parts(text: &str) -> Vec<String> {
    let plain: String = text.chars().filter(|c| !matches!(c, '\'' | '’' | '`')).collect();
    plain
        .split(|c: char| c.is_whitespace() || matches!(c, '.' | ',' | ';' | '/'))
        .map(|word| word.trim_matches('-').to_lowercase())
        .map(|word| fold(&married(&word)))
        .filter(|word| !word.is_empty() && !TITLES.contains(&word.as_str()))
        .collect()
}

/// `Kovácsné` is of the family Kovács. `Jánosné` stays: it names the husband, and nothing is known of her own name.
fn married(word: &str) -> String {
    match word.strip_suffix("né") {
        Some(stem) if stem.chars().count() >= 3 && !given_names::is_known(&fold(stem)) => stem.to_owned(),
        _ => word.to_owned(),
    }
}

/// The husband's name in `janosne`.
pub fn husband(given: &str) -> Option<&str> {
    given.strip_suffix("ne").filter(|stem| given_names::is_known(stem) && !given_names::is_known(given))
}

/// Takes a whole name apart, in whichever order it was written.
pub fn split(text: &str) -> Name {
    if let Some((family, own)) = text.split_once(',') {
        let (surname, given) = (parts(family), parts(own));
        if !surname.is_empty() && !given.is_empty() {
            return Name { surname, given, sure: true };
        }
    }
    by_likeness(parts(text))
}

fn by_likeness(parts: Vec<String>) -> Name {
    let likeness: Vec<u8> = parts.iter().map(|part| givenness(part)).collect();
    let best = likeness.iter().copied().max().unwrap_or(0);
    let own: Vec<bool> = likeness.iter().map(|l| *l > 0 && *l == best).collect();
    let known = own.iter().filter(|own| **own).count();
    if known == 0 || known == parts.len() {
        return usual_order(parts);
    }
    // `Márton Pissta`: a family name that is a given name too, and a given name with an error in it.
    let sure = likeness.iter().zip(&own).all(|(likeness, own)| *own || *likeness == 0);
    let (mut surname, mut given) = (Vec::new(), Vec::new());
    for (part, own) in parts.into_iter().zip(own) {
        if own { given.push(part) } else { surname.push(part) }
    }
    Name { surname, given, sure }
}

/// Nothing tells: family name first, as in Hungarian. The comparison tries the other order too.
fn usual_order(mut parts: Vec<String>) -> Name {
    let given = if parts.len() > 1 { parts.split_off(1) } else { Vec::new() };
    Name { surname: parts, given, sure: false }
}

fn givenness(part: &str) -> u8 {
    if part.contains('-') {
        return 0;
    }
    if given_names::is_known(part) || husband(part).is_some() {
        2
    } else {
        u8::from(part.len() >= 4 && !given_names::nearly(part).is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (String, String) {
        let name = split(text);
        (name.surname.join(" "), name.given.join(" "))
    }

    #[test]
    fn both_orders_are_read_alike() {
        let expected = ("kovacs".to_owned(), "anna".to_owned());
        for text in [
            "Kovács Anna",
            "Anna Kovács",
            "KOVÁCS, Anna",
            "dr. Kovács Anna",
            "Kovácsné Anna",
            "Kovács Anna PhD",
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_double_surname_stays_together() {
        assert_eq!(read("Nagy-Lukács Laura"), ("nagy-lukacs".to_owned(), "laura".to_owned()));
        assert_eq!(read("Laura Nagy-Lukács"), ("nagy-lukacs".to_owned(), "laura".to_owned()));
    }

    #[test]
    fn the_husbands_name_is_not_her_own() {
        assert_eq!(read("Kovács Jánosné"), ("kovacs".to_owned(), "janosne".to_owned()));
        assert_eq!(husband("janosne"), Some("janos"));
        assert_eq!(husband("anne"), None);
    }

    #[test]
    fn a_name_that_could_be_either_is_not_taken_for_sure() {
        assert!(!split("Máté Simon").sure);
        assert!(!split("Xu Wei").sure);
        assert!(split("Kovács Anna").sure);
    }
}

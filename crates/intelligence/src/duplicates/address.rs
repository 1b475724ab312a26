//! Streets: the name without its type word, and the house number.

use strsim::osa_distance;

use super::text::words;

/// Type words and their short forms. Which one it is says little: people write `út` for `utca`.
const TYPES: &[&str] = &[
    "utca",
    "u",
    "ut",
    "utja",
    "ter",
    "t",
    "tere",
    "korut",
    "krt",
    "koz",
    "sor",
    "setany",
    "fasor",
    "sugarut",
    "lejto",
    "dulo",
    "rakpart",
    "rkp",
    "lakotelep",
    "ltp",
    "street",
    "st",
    "road",
    "rd",
    "avenue",
    "ave",
    "lane",
    "ln",
    "drive",
    "dr",
    "place",
    "pl",
    "court",
    "ct",
    "crescent",
    "cres",
    "close",
    "circuit",
    "terrace",
    "tce",
    "way",
    "square",
    "sq",
    "boulevard",
    "blvd",
    "strasse",
    "str",
    "platz",
    "gasse",
    "weg",
];
/// Long type words are also known with one typing error and when written together with the name.
const LONG: usize = 4;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Street {
    pub name: Option<String>,
    pub number: Option<String>,
}

pub fn street(text: &str) -> Street {
    let mut words = words(text);
    let number = take_number(&mut words);
    if words.len() > 1 && words.last().is_some_and(|w| is_type(w)) {
        words.pop();
    }
    let joined = words.concat();
    let name = without_glued_type(&joined).to_owned();
    Street { name: (!name.is_empty()).then_some(name), number }
}

/// The number behind the type word, else the first number; what stands behind it is floor and door.
fn take_number(words: &mut Vec<String>) -> Option<String> {
    let has_digit = |w: &String| w.contains(|c: char| c.is_ascii_digit());
    let behind_type = (1..words.len()).find(|i| has_digit(&words[*i]) && is_type(&words[i - 1]));
    let at = behind_type.or_else(|| words.iter().skip(1).position(has_digit).map(|i| i + 1));
    let at = at.or_else(|| words.first().filter(|w| has_digit(w)).map(|_| 0))?;
    let number = house_number(&words[at])?;
    if at == 0 {
        words.remove(0);
    } else {
        words.truncate(at);
    }
    Some(number)
}

/// `12.`, `12/a`, `12-14` → `12`.
pub fn house_number(text: &str) -> Option<String> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let run: String = text[start..].chars().take_while(char::is_ascii_digit).collect();
    let plain = run.trim_start_matches('0');
    (!plain.is_empty()).then(|| plain.to_owned())
}

fn is_type(word: &str) -> bool {
    TYPES.contains(&word)
        || word.len() >= LONG && TYPES.iter().any(|t| t.len() >= LONG && osa_distance(t, word) <= 1)
}

fn without_glued_type(name: &str) -> &str {
    TYPES
        .iter()
        .filter(|t| t.len() >= LONG && name.len() >= t.len() + LONG)
        .find_map(|t| name.strip_suffix(t))
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_word_and_its_spelling_do_not_matter() {
        let spellings = [
            "József Attila utca 33.",
            "Jozsef attila u. 33",
            "József Attila u.33.",
            "József Attila utca 33/a II. em. 4",
            "József Attila utcaa 33",
            "József Attilautca 33",
        ];
        for text in spellings {
            let street = street(text);
            assert_eq!(street.name.as_deref(), Some("jozsefattila"), "{text}");
            assert_eq!(street.number.as_deref(), Some("33"), "{text}");
        }
    }

    #[test]
    fn a_number_in_the_name_is_not_the_house() {
        let street = street("Október 23. utca 5.");
        assert_eq!((street.name.as_deref(), street.number.as_deref()), (Some("oktober23"), Some("5")));
    }

    #[test]
    fn a_number_may_stand_first_or_be_missing() {
        assert_eq!(street("12 Forbes Street").number.as_deref(), Some("12"));
        assert_eq!(street("Forbes Street"), Street { name: Some("forbes".to_owned()), number: None });
        assert_eq!(street(""), Street::default());
    }
}

//! Words without case and accents, so that "uveg" finds "Üveg".

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Lower-case, without accents.
pub fn fold(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).map(base_letter).collect()
}

/// Letters whose stroke is no combining mark.
fn base_letter(letter: char) -> char {
    match letter {
        'ł' => 'l',
        'ø' => 'o',
        'đ' => 'd',
        'ı' => 'i',
        other => other,
    }
}

/// What a person is found by: each word after a space, so that ` word` finds its beginning.
pub(super) fn search_text<'a>(name: Option<&str>, values: impl Iterator<Item = &'a str>) -> String {
    let mut words: Vec<String> =
        fold(name.unwrap_or_default()).split_whitespace().map(str::to_owned).collect();
    let parts = words.iter().flat_map(|word| word.split('-').skip(1)).map(str::to_owned);
    words.extend(parts.collect::<Vec<_>>());
    for value in values.map(fold) {
        words.extend(value.split_once('@').map(|(_, domain)| domain.to_owned()));
        words.push(value.trim_start_matches('+').to_owned());
    }
    words.iter().map(|word| format!(" {word}")).collect()
}

/// The words somebody looks for. A telephone number is one word, however it is grouped.
pub(super) fn search_words(query: &str) -> Vec<String> {
    let is_number = query.chars().any(|c| c.is_ascii_digit())
        && query.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-/().".contains(c));
    if is_number {
        let digits: String = query.chars().filter(char::is_ascii_digit).collect();
        let local = digits.strip_prefix("06").map(|rest| format!("36{rest}"));
        return vec![local.unwrap_or_else(|| digits.strip_prefix("00").unwrap_or(&digits).to_owned())];
    }
    fold(query).split_whitespace().take(8).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_case_do_not_matter() {
        assert_eq!(fold("Szűcs-Kőrösi ÁRPÁD"), "szucs-korosi arpad");
        assert_eq!(fold("Øyvind Łoś"), "oyvind los");
    }

    #[test]
    fn each_part_of_a_name_and_of_an_address_begins_a_word() {
        let values = ["anna@pelda.hu", "+36301234567"];
        let text = search_text(Some("Szűcs-Kőrösi Anna"), values.into_iter());
        for word in [" szucs", " korosi", " anna", " anna@pelda.hu", " pelda.hu", " 3630"] {
            assert!(text.contains(word), "{word} in {text}");
        }
    }
}

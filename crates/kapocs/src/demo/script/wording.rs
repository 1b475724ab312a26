//! How a wording becomes a text: choices, values, articles, capitals, lost accents; and decks of phrases.

use rand::{Rng, rngs::StdRng, seq::SliceRandom};

/// Phrases dealt like cards: none comes twice before all the others have come once.
pub(super) struct Deck {
    cards: Vec<String>,
    next: usize,
}

impl Deck {
    pub fn new(cards: &[String], rng: &mut StdRng) -> Self {
        let mut cards = cards.to_vec();
        cards.shuffle(rng);
        Self { cards, next: 0 }
    }

    pub fn deal(&mut self) -> &str {
        self.next = (self.next + 1) % self.cards.len();
        &self.cards[self.next]
    }
}

/// Takes one side of every `[one|other]`. Wordings do not nest them.
pub(super) fn choose(text: &str, rng: &mut StdRng) -> String {
    replace_between(text, '[', ']', |inner| {
        let sides: Vec<&str> = inner.split('|').collect();
        Some(sides[rng.random_range(0..sides.len())].to_owned())
    })
}

/// Puts in the values of `{keys}`. `{A_key}` brings the Hungarian article, a capital key a capital letter.
pub(super) fn fill(text: &str, mut value: impl FnMut(&str) -> Option<String>) -> String {
    let starts_with_value = text.starts_with('{');
    let filled = replace_between(text, '{', '}', |key| {
        let lower = decapitalised(key);
        let (with_article, name) = match lower.strip_prefix("a_") {
            Some(name) => (true, name),
            None => (false, lower.as_str()),
        };
        let mut text = value(name)?;
        if with_article {
            text = format!("{} {text}", article(&text));
        }
        Some(if key.starts_with(char::is_uppercase) { capitalised(&text) } else { text })
    });
    if starts_with_value { capitalised(&filled) } else { filled }
}

fn replace_between(
    text: &str,
    open: char,
    close: char,
    mut with: impl FnMut(&str) -> Option<String>,
) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, (inner, after))) =
        rest.split_once(open).and_then(|(b, r)| Some((b, r.split_once(close)?)))
    {
        result.push_str(before);
        rest = after;
        match with(inner) {
            Some(value) => {
                // "14." or "Kft." at the end of a sentence brings the full stop with it.
                let stops_twice = value.ends_with('.') && rest.starts_with('.') && !rest.starts_with("..");
                rest = &rest[usize::from(stops_twice)..];
                result.push_str(&value);
            }
            None => result.extend([open.to_string().as_str(), inner, close.to_string().as_str()]),
        }
    }
    result + rest
}

pub(super) fn capitalised(text: &str) -> String {
    change_first(text, |first| first.to_uppercase().collect())
}

pub(super) fn decapitalised(text: &str) -> String {
    change_first(text, |first| first.to_lowercase().collect())
}

fn change_first(text: &str, change: impl Fn(char) -> String) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| change(first) + characters.as_str()).unwrap_or_default()
}

/// *a* or *az*, as the next word is spoken (öt, egy and ezer begin with a vowel).
fn article(next: &str) -> &'static str {
    let digits: String =
        next.chars().filter(|c| !c.is_whitespace()).take_while(char::is_ascii_digit).collect();
    let vowel = match digits.as_bytes() {
        [] => next.starts_with(|c: char| "aáeéiíoóöőuúüűAÁEÉIÍOÓÖŐUÚÜŰ".contains(c)),
        [b'5', ..] => true,
        [b'1', others @ ..] => others.len() % 3 == 0,
        _ => false,
    };
    if vowel { "az" } else { "a" }
}

/// Text as somebody types it who has no Hungarian keyboard.
pub(super) fn without_accents(text: &str) -> String {
    text.chars().map(plain).collect()
}

fn plain(character: char) -> char {
    const PAIRS: [(char, char); 18] = [
        ('á', 'a'),
        ('é', 'e'),
        ('í', 'i'),
        ('ó', 'o'),
        ('ö', 'o'),
        ('ő', 'o'),
        ('ú', 'u'),
        ('ü', 'u'),
        ('ű', 'u'),
        ('Á', 'A'),
        ('É', 'E'),
        ('Í', 'I'),
        ('Ó', 'O'),
        ('Ö', 'O'),
        ('Ő', 'O'),
        ('Ú', 'U'),
        ('Ü', 'U'),
        ('Ű', 'U'),
    ];
    PAIRS.iter().find(|(accented, _)| *accented == character).map_or(character, |(_, plain)| *plain)
}

/// Letters and digits fit for a file or mail name, joined by `joint`.
pub(super) fn slug(text: &str, joint: &str) -> String {
    const FOREIGN: [(&str, &str); 22] = [
        ("ä", "a"),
        ("å", "a"),
        ("ã", "a"),
        ("ç", "c"),
        ("č", "c"),
        ("ć", "c"),
        ("ď", "d"),
        ("ě", "e"),
        ("è", "e"),
        ("ê", "e"),
        ("ń", "n"),
        ("ñ", "n"),
        ("ø", "o"),
        ("ř", "r"),
        ("š", "s"),
        ("ś", "s"),
        ("ș", "s"),
        ("ț", "t"),
        ("ý", "y"),
        ("ž", "z"),
        ("ł", "l"),
        ("ż", "z"),
    ];
    let mut text = without_accents(text).to_lowercase();
    for (foreign, plain) in FOREIGN {
        text = text.replace(foreign, plain);
    }
    let words: Vec<&str> =
        text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join(joint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_article_follows_the_spoken_word() {
        let cases = [
            ("Hajnal bögre", "a"),
            ("Otthon ajándékcsomag", "az"),
            ("5490 Ft", "az"),
            ("1490 Ft", "az"),
            ("14 900 Ft", "a"),
            ("1 200 000 Ft", "az"),
            ("8900 Ft", "a"),
        ];
        for (next, expected) in cases {
            assert_eq!(article(next), expected, "{next}");
        }
    }

    #[test]
    fn an_abbreviation_ends_its_sentence_with_one_full_stop() {
        let value = |_: &str| Some("Borostyán Kft.".to_owned());
        assert_eq!(fill("Ez a {company}. Igen.", value), "Ez a Borostyán Kft. Igen.");
        assert_eq!(fill("Ez a {company}...", value), "Ez a Borostyán Kft....");
    }

    #[test]
    fn a_capital_key_gives_a_capital_value_with_its_article() {
        let text = fill("{A_product} eltört, {a_product} is.", |_| Some("Őszi bögre".into()));
        assert_eq!(text, "Az Őszi bögre eltört, az Őszi bögre is.");
    }
}

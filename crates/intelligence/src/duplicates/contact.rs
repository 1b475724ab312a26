//! E-mail addresses, phone numbers, dates and official numbers in one form.

use super::text::{digits, fold};

/// `Kovács Anna <Anna.Kovacs@Example.HU>` → `anna.kovacs@example.hu`.
pub fn email(text: &str) -> Option<String> {
    let inner = text.rsplit_once('<').map_or(text, |(_, rest)| rest.trim_end_matches('>'));
    let folded: String = fold(inner).chars().filter(|c| !c.is_whitespace()).collect();
    (!folded.is_empty()).then_some(folded)
}

/// Digits with the country in front; `06`, `0036` and `+36` mean the same. A number that is too short to be one
/// (an extension, a typing error) is no evidence.
pub fn phone(text: &str) -> Option<String> {
    let all = digits(text);
    let international = text.trim_start().starts_with('+') || text.trim_start().starts_with("(+");
    let number = if international {
        // `+36 (06) 30 …` and `+36 0 30 …` are often seen.
        all.strip_prefix("3606").map(|rest| format!("36{rest}")).unwrap_or(all)
    } else if let Some(rest) = all.strip_prefix("00") {
        rest.to_owned()
    } else if let Some(rest) = all.strip_prefix("06").filter(|rest| (8..=9).contains(&rest.len())) {
        format!("36{rest}")
    } else if matches!(all.get(..2), Some("20" | "30" | "31" | "50" | "70")) && all.len() == 9 {
        format!("36{all}")
    } else {
        all
    };
    (number.len() >= 6).then_some(number)
}

/// Year, month, day as eight digits where they can be told; else the digits as they are.
pub fn date(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()).collect();
    let joined = match parts.as_slice() {
        [y, m, d, ..] if y.len() == 4 => format!("{y}{m:0>2}{d:0>2}"),
        [d, m, y, ..] if y.len() == 4 => format!("{y}{m:0>2}{d:0>2}"),
        _ => parts.concat(),
    };
    (joined.len() >= 4).then_some(joined)
}

/// Letters and digits of an official number.
pub fn official(text: &str) -> Option<String> {
    let kept: String = fold(text).chars().filter(|c| c.is_alphanumeric()).collect();
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_in_all_its_spellings() {
        let spellings = [
            "+36 20 366 2277",
            "06-20/366-2277",
            "0036203662277",
            "06203662277",
            "20 366 2277",
            "+36 (06) 20 366 2277",
        ];
        for text in spellings {
            assert_eq!(phone(text).as_deref(), Some("36203662277"), "{text}");
        }
        assert_eq!(phone("+44 20 7946 0018").as_deref(), Some("442079460018"));
        assert_eq!(phone("112"), None);
    }

    #[test]
    fn one_address_in_all_its_spellings() {
        assert_eq!(email(" Anna.KOVÁCS@Example.HU ").as_deref(), Some("anna.kovacs@example.hu"));
        assert_eq!(email("Kovács Anna <anna@example.hu>").as_deref(), Some("anna@example.hu"));
        assert_eq!(email("  "), None);
    }

    #[test]
    fn one_day_in_all_its_spellings() {
        for text in ["1984-03-07", "1984. 3. 7.", "19840307", "7/3/1984"] {
            assert_eq!(date(text).as_deref(), Some("19840307"), "{text}");
        }
    }
}

//! One form of each value, so that two ways of writing it are the same identity.

use kernel::{Code, Error, Result};

use super::IdentityKind;

/// The form by which a value is found.
pub fn normalize(kind: IdentityKind, value: &str) -> Result<String> {
    match kind {
        IdentityKind::Email => email(value),
        IdentityKind::Phone => phone(value),
        IdentityKind::Visitor | IdentityKind::External | IdentityKind::Anonymous => {
            let value = value.trim();
            let fits = !value.is_empty() && value.chars().count() <= 200;
            if fits { Ok(value.to_owned()) } else { Err(Error::invalid(kind.as_str())) }
        }
    }
}

/// Mail hosts everywhere treat local parts without regard to case, whatever RFC 5321 allows them.
fn email(value: &str) -> Result<String> {
    let refused = || Error::new(Code::InvalidEmail).field("email");
    let value = value.trim();
    let (local, domain) = value.rsplit_once('@').ok_or_else(refused)?;
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',');
    // Of two @ the first belongs to a quoted local part, or the address is none.
    let is_torn = local.contains('@') && !(local.starts_with('"') && local.ends_with('"'));
    if local.is_empty() || domain.is_empty() || is_torn || value.len() > 254 || value.contains(is_odd) {
        return Err(refused());
    }
    let domain = domain.trim_end_matches('.');
    let domain = idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_lowercase());
    if domain.is_empty() { Err(refused()) } else { Ok(format!("{}@{domain}", local.to_lowercase())) }
}

/// E.164. A number without a country is taken for Hungarian: `06…`, or area code and number alone.
fn phone(value: &str) -> Result<String> {
    let refused = || Error::invalid("phone");
    let is_filler = |c: char| c.is_whitespace() || matches!(c, '-' | '–' | '(' | ')' | '/' | '.' | '\u{a0}');
    let bare: String = value.chars().filter(|c| !is_filler(*c)).collect();
    let (abroad, digits) = match bare.strip_prefix('+').or_else(|| bare.strip_prefix("00")) {
        // `+36 (06) 30 …`, as people write it.
        Some(digits) => {
            (true, digits.strip_prefix("3606").map_or(digits.to_owned(), |rest| format!("36{rest}")))
        }
        None => (false, bare.clone()),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refused());
    }
    let number = match (abroad, digits.len()) {
        (true, 8..=15) => digits,
        (false, 10 | 11) if digits.starts_with("06") => format!("36{}", &digits[2..]),
        (false, 10 | 11) if digits.starts_with("36") => digits,
        (false, 8 | 9) if !digits.starts_with('0') => format!("36{digits}"),
        _ => return Err(refused()),
    };
    Ok(format!("+{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_however_it_is_written() {
        for written in ["Anna@Pelda.hu", "  anna@pelda.hu ", "ANNA@PELDA.HU."] {
            assert_eq!(normalize(IdentityKind::Email, written).expect("valid"), "anna@pelda.hu");
        }
        let ace = normalize(IdentityKind::Email, "info@árvíztűrő.hu").expect("valid");
        assert_eq!(ace, normalize(IdentityKind::Email, "info@ÁRVÍZTŰRŐ.hu").expect("valid"));
        for wrong in ["", "anna", "@pelda.hu", "anna@", "an na@pelda.hu", "a@b\n.hu", "a@.", "anna@@pelda.hu"]
        {
            assert!(normalize(IdentityKind::Email, wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_hungarian_number_is_one_number_in_all_its_spellings() {
        for written in [
            "06 30 123 4567",
            "+36 30 123-4567",
            "0036301234567",
            "36301234567",
            "(30) 123 4567",
            "+36 (06) 30/1234567",
        ] {
            assert_eq!(normalize(IdentityKind::Phone, written).expect("valid"), "+36301234567", "{written}");
        }
        assert_eq!(normalize(IdentityKind::Phone, "06-1-234-5678").expect("valid"), "+3612345678");
        assert_eq!(normalize(IdentityKind::Phone, "+44 20 7946 0958").expect("valid"), "+442079460958");
        for wrong in ["", "123", "hello", "06301234567890", "+3630abc4567"] {
            assert!(normalize(IdentityKind::Phone, wrong).is_err(), "{wrong:?}");
        }
    }
}

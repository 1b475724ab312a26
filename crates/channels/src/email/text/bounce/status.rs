//! What a code or a sentence says about the address.

use serde::Serialize;

/// Whether writing again makes sense.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Permanence {
    /// The address does not work.
    Hard,
    /// This mail, or this moment: the box is full, the mail too large, the server away or suspicious.
    Soft,
    Unknown,
}

const SOFT_WORDS: [&str; 30] = [
    "quota",
    "mailbox full",
    "mailbox is full",
    "box full",
    "storage",
    "megtelt",
    "betelt",
    "too large",
    "too big",
    "exceeds",
    "size limit",
    "túl nagy",
    "timed out",
    "timeout",
    "try again",
    "temporar",
    "átmeneti",
    "greylist",
    "graylist",
    "rate limit",
    "too many",
    "spam",
    "blacklist",
    "blocklist",
    "blocked",
    "policy",
    "reputation",
    "connection refused",
    "virus",
    "dmarc",
];

const HARD_WORDS: [&str; 30] = [
    "user unknown",
    "unknown user",
    "no such user",
    "no such recipient",
    "does not exist",
    "doesn't exist",
    "not exist",
    "unknown recipient",
    "recipient unknown",
    "recipient not found",
    "invalid recipient",
    "invalid mailbox",
    "mailbox unavailable",
    "mailbox not found",
    "no mailbox",
    "address rejected",
    "no longer",
    "account has been disabled",
    "is disabled",
    "not listed",
    "user not found",
    "unrouteable",
    "host not found",
    "domain not found",
    "nem létezik",
    "nem található",
    "ismeretlen",
    "megszűnt",
    "not recognized",
    "couldn't be found",
];

/// The first enhanced status code (`5.1.1`) in a text.
pub(super) fn find(text: &str) -> Option<String> {
    let ends = |c: char| !(c.is_ascii_digit() || c == '.');
    text.split(ends).map(|word| word.trim_matches('.')).find(|word| is_status(word)).map(str::to_owned)
}

fn is_status(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let number = |part: &&str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    parts.len() == 3
        && matches!(parts[0], "2" | "4" | "5")
        && parts[1..].iter().all(number)
        && parts[1].len() <= 2
}

/// `5.0.0` and its like say nothing.
pub(super) fn is_vague(status: &str) -> bool {
    status.ends_with(".0.0")
}

/// The first SMTP reply code (`550`) in a text.
fn reply_code(text: &str) -> Option<u16> {
    let words = text.split(|c: char| c.is_whitespace() || "(<>):;,'\"-#=".contains(c));
    words
        .filter(|word| word.len() == 3)
        .filter_map(|word| word.parse().ok())
        .find(|code| (400..600).contains(code))
}

pub(super) fn permanence(status: Option<&str>, said: &str) -> Permanence {
    let said = said.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    match status {
        Some(status) if status.starts_with('4') => return Permanence::Soft,
        Some("5.2.2" | "5.2.3" | "5.3.4") => return Permanence::Soft,
        Some(status) if status.starts_with("5.1.") || status == "5.2.1" => return Permanence::Hard,
        Some(status) if status.starts_with("5.7.") && !says(&HARD_WORDS) => return Permanence::Soft,
        _ => {}
    }
    let code = reply_code(&said);
    if says(&SOFT_WORDS) {
        Permanence::Soft
    } else if says(&HARD_WORDS) {
        Permanence::Hard
    } else if code.is_some_and(|code| code < 500) {
        Permanence::Soft
    } else if code.is_some() || status.is_some_and(|status| status.starts_with('5')) {
        Permanence::Hard
    } else {
        Permanence::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_told_from_an_ip_address_and_a_version() {
        assert_eq!(find("host mx[192.0.2.1] said: 550 5.1.1 <a@b>").as_deref(), Some("5.1.1"));
        assert_eq!(find("(#5.5.0)").as_deref(), Some("5.5.0"));
        assert_eq!(find("550 no"), None);
    }

    #[test]
    fn a_full_box_is_not_a_bad_address() {
        for (status, said, wanted) in [
            (Some("5.1.1"), "", Permanence::Hard),
            (Some("5.2.2"), "", Permanence::Soft),
            (Some("4.4.1"), "", Permanence::Soft),
            (Some("5.7.1"), "message blocked as spam", Permanence::Soft),
            (Some("5.0.0"), "550 no such user here", Permanence::Hard),
            (None, "A postafiók megtelt", Permanence::Soft),
            (None, "Ismeretlen címzett", Permanence::Hard),
            (None, "450 try again later", Permanence::Soft),
            (None, "554 rejected", Permanence::Hard),
            (None, "sajnáljuk", Permanence::Unknown),
        ] {
            assert_eq!(permanence(status, said), wanted, "{status:?} {said}");
        }
    }
}

//! The signed token of a shown form: when it was shown, and a nonce.
//!
//! It stands for the page, not for a person: who fills in a form faster than anyone can, or days later, is asked to
//! send it once more; and the same page sent twice with the same words is one message.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use kernel::{ChannelId, Timestamp};
use sha2::Sha256;
use uuid::{Builder, Uuid};

const FASTEST: Duration = Duration::from_secs(2);
const SLOWEST: Duration = Duration::from_secs(24 * 3_600);
const NONCE: usize = 16;
const MAC: usize = 16;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct FormToken {
    issued: Timestamp,
    nonce: [u8; NONCE],
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Age {
    TooYoung,
    Good,
    TooOld,
}

impl FormToken {
    pub fn issue(now: Timestamp) -> Self {
        Self { issued: Timestamp::from_seconds(now.seconds()), nonce: rand::random() }
    }

    /// As it stands in the page.
    pub fn sign(&self, secret: &[u8], form: ChannelId) -> String {
        let mut bytes = self.bytes();
        let mac = mac(secret, "token", form, &bytes).finalize().into_bytes();
        bytes.extend_from_slice(&mac[..MAC]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a token that was signed for this form.
    pub fn read(text: &str, secret: &[u8], form: ChannelId) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (signed, given) = bytes.split_at_checked(8 + NONCE)?;
        let (issued, nonce) = signed.split_at(8);
        let is_ours =
            given.len() == MAC && mac(secret, "token", form, signed).verify_truncated_left(given).is_ok();
        if !is_ours {
            return None;
        }
        let issued = Timestamp::from_seconds(i64::from_be_bytes(issued.try_into().ok()?));
        Some(Self { issued, nonce: nonce.try_into().ok()? })
    }

    pub fn age(&self, now: Timestamp) -> Age {
        match now - self.issued {
            age if age < FASTEST => Age::TooYoung,
            age if age > SLOWEST => Age::TooOld,
            _ => Age::Good,
        }
    }

    /// The id of what is sent with this page: the same words again are the same message, other words another one.
    pub fn client_id(&self, secret: &[u8], form: ChannelId, content: &[u8]) -> Uuid {
        let mac = mac(secret, "message", form, &[&self.bytes(), content].concat()).finalize().into_bytes();
        let mut id = [0; 16];
        id.copy_from_slice(&mac[..16]);
        Builder::from_random_bytes(id).into_uuid()
    }

    fn bytes(&self) -> Vec<u8> {
        [&self.issued.seconds().to_be_bytes()[..], &self.nonce].concat()
    }
}

/// Lets the page of thanks show a number that we gave, and no other.
pub(super) fn sign_number(secret: &[u8], form: ChannelId, number: i64) -> String {
    URL_SAFE_NO_PAD.encode(&mac(secret, "number", form, &number.to_be_bytes()).finalize().into_bytes()[..MAC])
}

pub(super) fn is_number_signed(secret: &[u8], form: ChannelId, number: i64, signature: &str) -> bool {
    let given = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
    given.len() == MAC
        && mac(secret, "number", form, &number.to_be_bytes()).verify_truncated_left(&given).is_ok()
}

fn mac(secret: &[u8], purpose: &str, form: ChannelId, bytes: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(format!("form:{purpose}:{form}:").as_bytes());
    mac.update(bytes);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"the secret of a workspace";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn a_token_is_good_from_two_seconds_to_a_day() {
        let token = FormToken::issue(at(1_000));
        assert_eq!(token.age(at(1_001)), Age::TooYoung);
        assert_eq!(token.age(at(1_002)), Age::Good);
        assert_eq!(token.age(at(1_000 + 24 * 3_600)), Age::Good);
        assert_eq!(token.age(at(1_001 + 24 * 3_600)), Age::TooOld);
    }

    #[test]
    fn only_a_token_signed_for_this_form_is_read() {
        let (form, other) = (ChannelId::new(), ChannelId::new());
        let token = FormToken::issue(at(1_000));
        let text = token.sign(SECRET, form);
        assert_eq!(FormToken::read(&text, SECRET, form), Some(token));
        assert_eq!(FormToken::read(&text, SECRET, other), None, "another form");
        assert_eq!(FormToken::read(&text, b"another secret", form), None, "another workspace");
        let refused = [
            "",
            "AAAA",
            &text[..text.len() - 4],
            &format!("{text}AAAA"),
            &text.replacen(&text[4..5], "_", 1),
        ];
        for wrong in refused.iter().filter(|wrong| ***wrong != text) {
            assert_eq!(FormToken::read(wrong, SECRET, form), None, "{wrong}");
        }
    }

    #[test]
    fn the_same_words_from_one_page_have_one_id() {
        let (form, token) = (ChannelId::new(), FormToken::issue(at(1_000)));
        let id = |token: &FormToken, words: &str| token.client_id(SECRET, form, words.as_bytes());
        assert_eq!(id(&token, "a"), id(&token, "a"));
        assert_ne!(id(&token, "a"), id(&token, "b"), "other words are not lost");
        assert_ne!(id(&token, "a"), id(&FormToken::issue(at(1_000)), "a"), "another page");
    }

    #[test]
    fn the_thanks_page_shows_only_numbers_that_we_gave() {
        let form = ChannelId::new();
        let signature = sign_number(SECRET, form, 1_042);
        assert!(is_number_signed(SECRET, form, 1_042, &signature));
        assert!(!is_number_signed(SECRET, form, 1_043, &signature));
        assert!(!is_number_signed(SECRET, ChannelId::new(), 1_042, &signature));
        assert!(!is_number_signed(SECRET, form, 1_042, ""));
    }
}

//! The reply token: proof that an answer belongs to a conversation.
//!
//! A token is the id of the conversation and a 128-bit HMAC-SHA256 over (conversation, recipient, epoch) under the
//! secret of the workspace. The epoch is the workspace's counter of key periods: raising it makes older tokens
//! expire. A token names its conversation, so it is looked up first and verified against the people we wrote to.
//!
//! Written out it is `k.` and 52 characters of lower-case base32. It travels in three places:
//! - the plus-address of `Reply-To`: `info+k.<token>@cegem.hu`. A local part may have 64 characters, so the full form
//!   fits a mailbox name of up to 9. Longer names (up to 35) get the short form `m.<26 characters>`, the HMAC alone:
//!   the conversation is then found by the HMACs that were issued. Even longer names get no plus-address; then
//!   Message-ID and body marker do the work.
//! - our Message-IDs: `<<message id>.k.<token>@cegem.hu>`, found again in `In-Reply-To` and `References`;
//! - a line in the body, `[ref:k.<token>]`, for relays that rewrite the rest.

use data_encoding::{Encoding, Specification};
use hmac::{Hmac, Mac};
use kernel::{ConversationId, MessageId};
use sha2::Sha256;
use std::{fmt, str::FromStr, sync::LazyLock};

use super::mail::Mail;

const MAC: usize = 16;
const FULL: &str = "k.";
const SHORT: &str = "m.";
const FULL_LEN: usize = 52;
const SHORT_LEN: usize = 26;
const MAX_LOCAL_PART: usize = 64;
const MAX_CANDIDATES: usize = 20;
const MAX_SEARCHED: usize = 256 * 1024;
const MARKER: &str = "[ref:";

static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    specification.translate.from.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    specification.translate.to.push_str("abcdefghijklmnopqrstuvwxyz");
    // The bits left over at the end carry nothing and are not looked at.
    specification.check_trailing_bits = false;
    specification.encoding().expect("32 distinct symbols")
});

/// The secret of a workspace.
#[derive(Clone)]
pub struct TokenKey(Hmac<Sha256>);

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey(…)")
    }
}

impl TokenKey {
    /// `None` for a secret too short to be one (under 16 bytes).
    pub fn new(secret: &[u8]) -> Option<Self> {
        if secret.len() < MAC {
            return None;
        }
        Hmac::new_from_slice(secret).ok().map(Self)
    }

    fn keyed(&self, conversation: ConversationId, recipient: &str, epoch: u32) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(b"kapocs reply token 1\0");
        mac.update(conversation.as_bytes());
        mac.update(&epoch.to_be_bytes());
        mac.update(recipient.trim().to_lowercase().as_bytes());
        mac
    }

    pub fn token(&self, conversation: ConversationId, recipient: &str, epoch: u32) -> ReplyToken {
        let whole = self.keyed(conversation, recipient, epoch).finalize().into_bytes();
        let mut mac = [0; MAC];
        mac.copy_from_slice(&whole[..MAC]);
        ReplyToken { conversation: Some(conversation), mac }
    }

    /// Whom the token was given to, among the people we wrote to in this conversation. Constant time in the token.
    /// A short token names no conversation: look it up by [`ReplyToken::mac`] and pass the conversation found.
    pub fn verify<'a>(
        &self,
        token: &ReplyToken,
        conversation: ConversationId,
        recipients: impl IntoIterator<Item = &'a str>,
        epochs: impl IntoIterator<Item = u32> + Clone,
    ) -> Option<&'a str> {
        if token.conversation.is_some_and(|named| named != conversation) {
            return None;
        }
        recipients.into_iter().find(|recipient| {
            epochs.clone().into_iter().any(|epoch| {
                self.keyed(conversation, recipient, epoch).verify_truncated_left(&token.mac).is_ok()
            })
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ReplyToken {
    /// Absent in the short form.
    pub conversation: Option<ConversationId>,
    pub mac: [u8; MAC],
}

impl ReplyToken {
    /// The text of the short form.
    pub fn short(&self) -> String {
        format!("{SHORT}{}", BASE32.encode(&self.mac))
    }

    /// A Message-ID (without brackets) that carries the token; the same for the same message.
    pub fn message_id(&self, message: MessageId, domain: &str) -> String {
        format!("{}.{self}@{domain}", BASE32.encode(message.as_bytes()))
    }

    /// The line that marks a body.
    pub fn body_marker(&self) -> String {
        format!("{MARKER}{self}]")
    }
}

impl fmt::Display for ReplyToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(conversation) = self.conversation else { return f.write_str(&self.short()) };
        let mut bytes = [0; 2 * MAC];
        bytes[..MAC].copy_from_slice(conversation.as_bytes());
        bytes[MAC..].copy_from_slice(&self.mac);
        write!(f, "{FULL}{}", BASE32.encode(&bytes))
    }
}

/// The text is no token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NoToken;

impl FromStr for ReplyToken {
    type Err = NoToken;

    fn from_str(text: &str) -> Result<Self, NoToken> {
        let decode = |code: &str, len: usize| {
            let bytes = (code.len() == len).then(|| BASE32.decode(code.as_bytes()).ok()).flatten();
            bytes.ok_or(NoToken)
        };
        let mac = |bytes: &[u8]| bytes.try_into().map_err(|_| NoToken);
        if let Some(code) = strip_prefix(text, FULL) {
            let bytes = decode(code, FULL_LEN)?;
            let (id, rest) = bytes.split_at(MAC);
            let id: [u8; 16] = id.try_into().map_err(|_| NoToken)?;
            let conversation = ConversationId(uuid_from(id));
            return Ok(Self { conversation: Some(conversation), mac: mac(rest)? });
        }
        let code = strip_prefix(text, SHORT).ok_or(NoToken)?;
        Ok(Self { conversation: None, mac: mac(&decode(code, SHORT_LEN)?)? })
    }
}

fn uuid_from(bytes: [u8; 16]) -> uuid::Uuid {
    uuid::Uuid::from_bytes(bytes)
}

fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let start = text.get(..prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// `mailbox` with the token as plus-address; `None` when the name leaves no room for it.
pub fn plus_address(mailbox: &str, token: &ReplyToken) -> Option<String> {
    let (local, domain) = mailbox.rsplit_once('@')?;
    let with = |token: String| format!("{local}+{token}");
    [with(token.to_string()), with(token.short())]
        .into_iter()
        .find(|local| local.len() <= MAX_LOCAL_PART)
        .map(|local| format!("{local}@{domain}"))
}

/// Where a token was found, in the order of trust.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Place {
    PlusAddress,
    InReplyTo,
    References,
    BodyMarker,
}

/// Something that reads as a token. Proves nothing until it is verified.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    pub token: ReplyToken,
    pub place: Place,
}

/// Every token in the mail, each once, the surest place first.
pub fn find_candidates(mail: &Mail) -> Vec<Candidate> {
    let plus = mail
        .receivers()
        .filter_map(|address| address.local().split_once('+'))
        .flat_map(|(_, tag)| in_text(tag, MAX_LOCAL_PART));
    let html = mail.html.as_deref().unwrap_or_default();
    let found = plus
        .map(|token| (token, Place::PlusAddress))
        .chain(find_in_ids(&mail.in_reply_to).into_iter().map(|token| (token, Place::InReplyTo)))
        .chain(find_in_ids(mail.references.iter().rev()).into_iter().map(|token| (token, Place::References)))
        .chain(markers(&mail.text).into_iter().chain(markers(html)).map(|token| (token, Place::BodyMarker)));
    let mut candidates: Vec<Candidate> = Vec::new();
    for (token, place) in found {
        if candidates.len() < MAX_CANDIDATES && candidates.iter().all(|known| known.token != token) {
            candidates.push(Candidate { token, place });
        }
    }
    candidates
}

/// Tokens within Message-IDs, also those that a relay put something around.
pub fn find_in_ids<'a>(ids: impl IntoIterator<Item = &'a String>) -> Vec<ReplyToken> {
    ids.into_iter().flat_map(|id| in_text(id, 998)).take(MAX_CANDIDATES).collect()
}

/// Tokens that stand in a text between characters that belong to none.
fn in_text(text: &str, max: usize) -> Vec<ReplyToken> {
    let text = &text[..text.floor_char_boundary(max)];
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let pairs =
        words.windows(2).filter(|pair| pair[0].len() == 1 && matches!(pair[1].len(), FULL_LEN | SHORT_LEN));
    pairs.filter_map(|pair| format!("{}.{}", pair[0], pair[1]).parse().ok()).collect()
}

/// Tokens in body markers; a mail program may have broken or quoted the line.
fn markers(text: &str) -> Vec<ReplyToken> {
    let text = &text[..text.floor_char_boundary(MAX_SEARCHED)];
    let mut found = Vec::new();
    for (at, _) in text.match_indices(MARKER).take(MAX_CANDIDATES) {
        let rest = &text[at + MARKER.len()..];
        let code: String = rest
            .chars()
            .take(120)
            .take_while(|c| *c != ']')
            .filter(|c| c.is_ascii_alphanumeric() || *c == '.')
            .collect();
        found.extend(code.parse::<ReplyToken>());
    }
    found
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;

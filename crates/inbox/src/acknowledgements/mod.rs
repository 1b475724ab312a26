//! Acknowledgements: the one thing the inbox sends without a colleague. Off unless a channel's settings switch it on.
//!
//! Invariants
//! - Only the first message of a conversation is acknowledged, and only a person's (RFC 3834; the channel says which).
//! - Nothing of what the sender wrote is in it: neither words nor subject.
//! - Each one is counted in the transaction that writes it; over a cap there is none ([`caps`]).

mod caps;
mod store;
mod words;

use std::net::IpAddr;

use ::store::Tx;
use kernel::{Actor, ChannelId, Locale, Result, fault};
use people::access::{users, workspace};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    channels,
    conversations::{self, Received},
    port::{Field, Text},
};

/// A text of one's own is not longer than this, in characters.
pub const MAX_TEXT: usize = 2_000;

/// What an administrator may set on a channel that acknowledges.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub acknowledge: bool,
    /// Ours when empty. `{number}` is the number of the conversation.
    pub acknowledgement_hu: String,
    pub acknowledgement_en: String,
}

impl Settings {
    pub fn of(config: &serde_json::Value) -> Self {
        serde_json::from_value(config.clone()).unwrap_or_default()
    }

    /// The name of a text that is too long.
    pub fn too_long(&self) -> Option<&'static str> {
        let long = |text: &str| text.chars().count() > MAX_TEXT;
        [
            ("config.acknowledgement_hu", &self.acknowledgement_hu),
            ("config.acknowledgement_en", &self.acknowledgement_en),
        ]
        .into_iter()
        .find(|(_, text)| long(text))
        .map(|(field, _)| field)
    }
}

/// Who is to be told that the message has arrived.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub channel: ChannelId,
    pub address: String,
    /// Where it came from, when it did not come by mail.
    pub source: Option<IpAddr>,
    pub locale: Option<Locale>,
}

/// Acknowledges what was received, if the channel does so and no cap is reached. Says whether it did.
pub fn acknowledge(tx: &mut Tx<'_>, received: &Received, wanted: &Wanted) -> Result<bool> {
    let channel = channels::find(tx, wanted.channel)?;
    let settings = Settings::of(&channel.config);
    if !settings.acknowledge || received.repeated || received.seq != 1 {
        return Ok(false);
    }
    let address = wanted.address.to_lowercase();
    if channels::by_address(tx, &address)?.is_some() || users::is_disabled(tx, &address)? {
        return Ok(false);
    }
    let source = wanted.source.map(caps::network);
    if !fault::is_off("automatic-sends") && caps::is_reached(tx, &address, source.as_deref())? {
        return Ok(false);
    }
    let about = workspace::get(tx)?;
    let locale = wanted.locale.or(Locale::from_tag(&about.locale)).unwrap_or_default();
    let conversation = conversations::find(tx, received.conversation)?;
    if conversation.spam {
        return Ok(false);
    }
    let number = conversations::number_text(conversation.number);
    let (subject, text) = words::letter(&settings, locale, &number, &about.name);
    let from = (Actor::System("acknowledgement".into()), channel.name.as_str());
    let message = conversations::send_automatically(
        tx,
        received.conversation,
        from,
        &wanted.address,
        (&subject, &text),
    )?;
    store::count(tx, &address, source.as_deref(), received.conversation, message)?;
    Ok(true)
}

/// The fields of the settings form.
pub fn fields() -> Vec<Field> {
    let field = |name: &str, kind: &str, label: Text, help: Text, default| Field {
        name: name.into(),
        kind: kind.into(),
        label,
        help,
        required: false,
        choices: Vec::new(),
        default,
    };
    let own_words = Text::new(
        "Üresen hagyva a beépített szöveg megy ki. A {number} helyére a beszélgetés száma kerül.",
        "When empty, the built-in text is sent. {number} stands for the number of the conversation.",
    );
    vec![
        field(
            "acknowledge",
            "bool",
            Text::new("Automatikus visszaigazolás", "Acknowledge new messages"),
            Text::new(
                "Aki új beszélgetést kezd, rövid levelet kap a beszélgetés számával. Gépek, levelezőlisták és hamis \
                 feladók nem kapnak; egy címre óránként legfeljebb egy, naponta három megy.",
                "Whoever begins a conversation gets a short mail with its number. Machines, mailing lists and forged \
                 senders get none; one address gets at most one an hour and three a day.",
            ),
            json!(false),
        ),
        field(
            "acknowledgement_hu",
            "paragraph",
            Text::new("A visszaigazolás szövege magyarul", "Acknowledgement in Hungarian"),
            own_words.clone(),
            json!(""),
        ),
        field(
            "acknowledgement_en",
            "paragraph",
            Text::new("A visszaigazolás szövege angolul", "Acknowledgement in English"),
            own_words,
            json!(""),
        ),
    ]
}

#[cfg(test)]
mod tests;

//! What people put around the matter itself: greetings, closings, names, quoted answers.

use super::{
    Person,
    calendar::quote_line,
    material::{CastAgent, Material},
    people::{Customer, Manner},
    wording::{Deck, decapitalised, without_accents},
};
use kernel::Locale;
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};
use std::collections::BTreeMap;

/// The shop's stock of phrases, one deck per language and purpose.
pub(super) struct Decks(BTreeMap<(String, String), Deck>);

impl Decks {
    pub fn new(material: &Material, rng: &mut StdRng) -> Self {
        let mut decks = BTreeMap::new();
        for (locale, lists) in &material.phrases {
            for (name, cards) in lists {
                decks.insert((locale.clone(), name.clone()), Deck::new(cards, rng));
            }
        }
        Self(decks)
    }

    pub fn deal(&mut self, locale: Locale, name: &str) -> String {
        let deck = self.0.get_mut(&(locale.as_str().to_owned(), name.to_owned()));
        deck.map(|deck| deck.deal().to_owned()).unwrap_or_default()
    }
}

/// Where in the conversation something is said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    ChatOpening,
    Chat,
    Opening,
    Later,
}

/// The voice of a customer in one conversation.
pub(super) struct Voice<'a> {
    pub customer: &'a Customer,
    pub locale: Locale,
}

impl Voice<'_> {
    /// The text as this customer sends it. Greetings may hold values of their own.
    pub fn say(&self, core: &str, casual: bool, place: Place, decks: &mut Decks, rng: &mut StdRng) -> String {
        let text = match place {
            Place::Chat => core.to_owned(),
            Place::ChatOpening => self.open_chat(core, casual, decks, rng),
            Place::Opening => self.write(core, casual, decks, rng),
            Place::Later => self.write_again(core, decks, rng),
        };
        if self.types_plainly(core) { without_accents(&text) } else { text }
    }

    fn types_plainly(&self, core: &str) -> bool {
        let bare = is_dashed_off(core) && core.chars().count() > 40 && without_accents(core) == core;
        self.customer.manner == Manner::Unaccented || (bare && self.locale == Locale::Hu)
    }

    fn register(&self, casual: bool, purpose: &str) -> String {
        let prefix = match (self.locale, casual) {
            (Locale::Hu, true) => "casual",
            _ => "formal",
        };
        format!("{prefix}_{purpose}")
    }

    fn open_chat(&self, core: &str, casual: bool, decks: &mut Decks, rng: &mut StdRng) -> String {
        let greets = core.starts_with(char::is_uppercase) && self.customer.manner != Manner::Hasty;
        if !greets || rng.random_bool(0.35) {
            return core.to_owned();
        }
        let deck = if casual { "chat_casual_greetings" } else { "chat_greetings" };
        format!("{} {core}", decks.deal(self.locale, deck))
    }

    fn write(&self, core: &str, casual: bool, decks: &mut Decks, rng: &mut StdRng) -> String {
        let name = self.signed_name(casual);
        if self.customer.manner == Manner::Hasty || is_dashed_off(core) {
            return match rng.random_range(0..3) {
                0 => self.lowered(core),
                1 => format!("{core}\n\n{name}"),
                _ => format!("{}\n{}", self.lowered(core), self.customer.given),
            };
        }
        let greeting = decks.deal(self.locale, &self.register(casual, "greetings"));
        let closing = decks.deal(self.locale, &self.register(casual, "closings"));
        format!("{greeting}\n\n{core}\n\n{closing}\n{name}")
    }

    fn write_again(&self, core: &str, decks: &mut Decks, rng: &mut StdRng) -> String {
        let (short, careful) = (core.chars().count() < 70, self.customer.manner != Manner::Hasty);
        let mut text = core.to_owned();
        if careful && rng.random_bool(if short { 0.3 } else { 0.6 }) {
            text = format!("{}\n\n{text}", decks.deal(self.locale, "reply_greetings"));
        }
        if rng.random_bool(0.55) {
            text = format!(
                "{text}\n\n{}",
                if rng.random_bool(0.5) { self.signed_name(false) } else { self.signed_name(true) }
            );
        }
        text
    }

    fn signed_name(&self, casual: bool) -> String {
        match &self.customer.person.name {
            Some(name) if !casual || self.customer.given.is_empty() => name.clone(),
            _ => self.customer.given.clone(),
        }
    }

    fn lowered(&self, core: &str) -> String {
        let first = core.split([' ', '\'', ',']).next().unwrap_or_default();
        let is_word = first.chars().skip(1).all(char::is_lowercase) && first != "I";
        if is_word { decapitalised(core) } else { core.to_owned() }
    }
}

/// Begun without a capital: no greeting will stand above it.
fn is_dashed_off(core: &str) -> bool {
    core.starts_with(char::is_lowercase)
}

/// An agent's answer with greeting and name.
pub(super) fn answer(agent: &CastAgent, core: &str, place: Place, rng: &mut StdRng) -> String {
    let pick = |list: &[String], rng: &mut StdRng| list.choose(rng).cloned().unwrap_or_default();
    match place {
        Place::Chat => core.to_owned(),
        Place::ChatOpening if rng.random_bool(0.3) => core.to_owned(),
        Place::ChatOpening => format!("{} {core}", pick(&agent.chat, rng)),
        Place::Opening | Place::Later => {
            format!("{}\n\n{core}\n\n{}", pick(&agent.greetings, rng), pick(&agent.closings, rng))
        }
    }
}

/// The answer a customer's mail program leaves below the new words.
pub(super) fn quoted(locale: Locale, at: i64, address: &str, answer: &str) -> String {
    let mut quoted = quote_line(locale, at, address);
    for line in answer.lines() {
        quoted.push_str(if line.is_empty() { "\n>" } else { "\n> " });
        quoted.push_str(line);
    }
    quoted
}

/// The block a company's mail program puts below every message.
pub(super) fn signature(person: &Person, phone: &str) -> Option<String> {
    let (name, company) = (person.name.as_ref()?, person.company.as_ref()?);
    let mut lines = vec![name.as_str(), &company.position, &company.name];
    if person.phone.is_some() {
        lines.push(phone);
    }
    Some(lines.join("\n"))
}

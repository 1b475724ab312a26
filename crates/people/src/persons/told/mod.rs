//! Persons told of in bulk by a colleague: a thousand rows with a few statements.
//!
//! Invariants
//! - Each row ends as if the rows came one by one, in their order.
//! - A row is found by its strongest value alone. Its other values are claims: they merge nobody, and lead only
//!   where they lead to nobody yet.
//! - What is known already, with the same value, is not said again: the same row once more changes nothing.

mod store;

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use ::store::{Read, Tx};
use kernel::{Code, Error, NewFact, PersonId, Result, Timestamp};
use serde_json::{Map, Value as Json, json};

use super::{IdentityKind, graph, normal::normalize};

/// A value by which somebody is known, as it was written and as it is found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contact {
    pub kind: IdentityKind,
    pub display: String,
    pub value: String,
}

impl Contact {
    pub fn new(kind: IdentityKind, display: &str) -> Result<Self> {
        Ok(Self { kind, display: display.trim().to_owned(), value: normalize(kind, display)? })
    }
}

/// What one row says of somebody.
#[derive(Clone, PartialEq, Debug)]
pub struct Told {
    /// Whom it is about.
    pub key: Contact,
    pub claims: Vec<Contact>,
    /// `name` and `locale` are traits like the others.
    pub traits: Map<String, Json>,
    /// Of which traits `name` is put together: a part that the row leaves out is the one that is known.
    pub joined: Option<[&'static str; 2]>,
    /// When the person came to be, where it was told; only of somebody new.
    pub since: Option<Timestamp>,
    /// Orders what is told at one moment, and names it.
    pub message_id: String,
}

/// What a row does, or would do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Came {
    Created,
    Changed,
    Unchanged,
}

/// Where told rows come from.
#[derive(Clone, Debug)]
pub struct Origin<'a> {
    /// `import`
    pub source: &'a str,
    /// What the facts say of where they come from.
    pub mark: (&'a str, Json),
}

/// What the rows would do, in their order. Changes nothing.
pub fn weigh(read: &mut Read<'_>, rows: &[Told]) -> Result<Vec<Came>> {
    let mut came = Vec::with_capacity(rows.len());
    for mut wave in waves(rows) {
        while !wave.is_empty() {
            let news = News::of(read, wave)?;
            came.extend(news.rows.iter().map(NewsOfRow::came));
            wave = &wave[news.rows.len()..];
        }
    }
    Ok(came)
}

/// Keeps what the rows say.
pub fn tell(tx: &mut Tx<'_>, rows: &[Told], origin: &Origin<'_>) -> Result<Vec<Came>> {
    let mut came = Vec::with_capacity(rows.len());
    for mut wave in waves(rows) {
        while !wave.is_empty() {
            let news = News::of(tx, wave)?;
            news.keep(tx, origin)?;
            came.extend(news.rows.iter().map(NewsOfRow::came));
            wave = &wave[news.rows.len()..];
        }
    }
    Ok(came)
}

/// Rows that do not touch each other: none is about a value that an earlier one of its wave names.
fn waves(rows: &[Told]) -> Vec<&[Told]> {
    let (mut waves, mut first) = (Vec::new(), 0);
    let mut named: HashSet<(IdentityKind, &str)> = HashSet::new();
    for (at, row) in rows.iter().enumerate() {
        if named.contains(&(row.key.kind, row.key.value.as_str())) {
            waves.push(&rows[first..at]);
            (first, named) = (at, HashSet::new());
        }
        named.extend(row.contacts().map(|contact| (contact.kind, contact.value.as_str())));
    }
    if first < rows.len() {
        waves.push(&rows[first..]);
    }
    waves
}

impl Told {
    fn contacts(&self) -> impl Iterator<Item = &Contact> {
        std::iter::once(&self.key).chain(&self.claims)
    }

    /// The name with the part that only the home knows.
    fn whole_name(&self, known: &Map<String, Json>) -> Option<String> {
        let part = |name: &&str| self.traits.get(*name).or_else(|| known.get(*name)).and_then(Json::as_str);
        let parts: Vec<&str> = self.joined.as_ref()?.iter().filter_map(part).collect();
        Some(parts.join(" "))
    }
}

/// What one row adds to what is known.
struct NewsOfRow<'r> {
    row: &'r Told,
    home: PersonId,
    is_new: bool,
    /// With whether the value leads here from now on.
    contacts: Vec<(&'r Contact, bool)>,
    traits: Vec<(&'r str, Cow<'r, Json>)>,
}

impl NewsOfRow<'_> {
    fn came(&self) -> Came {
        match (self.is_new, self.contacts.is_empty() && self.traits.is_empty()) {
            (true, _) => Came::Created,
            (false, true) => Came::Unchanged,
            (false, false) => Came::Changed,
        }
    }
}

struct News<'r> {
    rows: Vec<NewsOfRow<'r>>,
}

impl<'r> News<'r> {
    /// Of the first rows, up to one about somebody an earlier one is about: that one must see what this one said.
    fn of(read: &mut Read<'_>, wave: &'r [Told]) -> Result<Self> {
        let (mut leading, mut held) = (HashMap::new(), HashSet::new());
        for kind in [IdentityKind::External, IdentityKind::Email, IdentityKind::Phone] {
            let of_kind = wave.iter().flat_map(Told::contacts).filter(|contact| contact.kind == kind);
            let values: Vec<&str> = of_kind.map(|contact| contact.value.as_str()).collect();
            for one in store::known(read, kind, &values)? {
                if one.leads {
                    leading.insert((kind, one.value.clone()), one.home);
                }
                held.insert((one.home, kind, one.value));
            }
        }
        let known = |contact: &Contact| leading.get(&(contact.kind, contact.value.clone())).copied();
        let homes: Vec<PersonId> = wave.iter().filter_map(|row| known(&row.key)).collect();
        let traits = store::traits_at(read, &homes)?;
        let mut led: HashSet<(IdentityKind, &str)> = HashSet::new();
        let mut met: HashSet<PersonId> = HashSet::new();
        let apart = wave.iter().take_while(|row| known(&row.key).is_none_or(|home| met.insert(home)));
        let rows = apart.map(|row| {
            let found = known(&row.key);
            let home = found.unwrap_or_else(PersonId::new);
            let new_here =
                row.contacts().filter(|contact| !held.contains(&(home, contact.kind, contact.value.clone())));
            let mut contacts: Vec<(&Contact, bool)> = Vec::new();
            for contact in new_here {
                let value = (contact.kind, contact.value.as_str());
                if contacts.iter().all(|(other, _)| (other.kind, other.value.as_str()) != value) {
                    let leads = known(contact).is_none() && led.insert(value);
                    contacts.push((contact, leads));
                }
            }
            let said = traits.get(&home);
            let is_news = |name: &str, value: &Json| said.and_then(|said| said.get(name)) != Some(value);
            let whole = said.and_then(|said| row.whole_name(said));
            let traits = row.traits.iter().map(|(name, value)| match &whole {
                Some(whole) if name == "name" => (name.as_str(), Cow::Owned(json!(whole))),
                _ => (name.as_str(), Cow::Borrowed(value)),
            });
            let traits = traits.filter(|(name, value)| is_news(name, value));
            NewsOfRow { row, home, is_new: found.is_none(), contacts, traits: traits.collect() }
        });
        Ok(Self { rows: rows.collect() })
    }

    fn keep(&self, tx: &mut Tx<'_>, origin: &Origin<'_>) -> Result<()> {
        let new: Vec<&NewsOfRow<'_>> = self.rows.iter().filter(|news| news.is_new).collect();
        let changed: Vec<PersonId> =
            self.rows.iter().filter(|news| news.came() == Came::Changed).map(|news| news.home).collect();
        let persons = graph::hold(tx, &changed)?;
        // Whoever leads is told first: when somebody else met them meanwhile, all of it is tried again.
        let leads: Vec<_> = self.identities(true).collect();
        if store::add_identities(tx, &leads, true, origin.source)? != leads.len() {
            return Err(Error::new(Code::Conflict).detail("somebody was met meanwhile"));
        }
        let claims: Vec<_> = self.identities(false).collect();
        store::add_identities(tx, &claims, false, origin.source)?;
        store::add_persons(tx, &new)?;
        let said: Vec<_> = self
            .rows
            .iter()
            .flat_map(|news| {
                news.traits
                    .iter()
                    .map(|(name, value)| (news.home, *name, &**value, news.row.message_id.as_str()))
            })
            .collect();
        store::say(tx, &said, origin.source)?;
        for person in persons {
            graph::refold(tx, person)?;
        }
        tx.record_all(self.rows.iter().flat_map(|news| facts(news, origin)).collect())
    }

    fn identities(&self, leads: bool) -> impl Iterator<Item = store::NewIdentity<'_>> {
        self.rows.iter().flat_map(move |news| {
            let wanted = news.contacts.iter().filter(move |(_, leading)| *leading == leads);
            wanted.map(|(contact, _)| store::NewIdentity { contact, home: news.home })
        })
    }
}

fn facts(news: &NewsOfRow<'_>, origin: &Origin<'_>) -> Vec<NewFact> {
    let mut facts = Vec::new();
    let mut fact = |name: &'static str, mut payload: Json| {
        payload[origin.mark.0] = origin.mark.1.clone();
        facts.push(NewFact::new(name).person(news.home).payload(payload));
    };
    if news.is_new {
        fact("person.created", json!({ "kind": news.row.key.kind, "source": origin.source }));
    }
    if !news.traits.is_empty() {
        let traits: Map<String, Json> = news
            .traits
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone().into_owned()))
            .collect();
        fact("person.described", json!({ "message_id": news.row.message_id, "traits": traits }));
    }
    if !news.is_new && !news.contacts.is_empty() {
        let fields: Vec<&str> = news.contacts.iter().map(|(contact, _)| contact.kind.as_str()).collect();
        fact("person.changed", json!({ "fields": fields }));
    }
    facts
}

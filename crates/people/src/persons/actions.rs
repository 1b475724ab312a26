//! What happens to persons. One verb, one transaction, one fact each.

use kernel::{Code, Error, Locale, NewFact, PersonId, Result, Timestamp};
use serde_json::{Map, Value as Json, json};
use store::Tx;

use super::{
    Handle, IdentityKind, canonical, get,
    graph::{self, Cause, Link},
    model::clean_name,
    normalize, store as rows,
    traits::{self, Said},
};

/// Somebody met by a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Met {
    /// Where the value was met first. Whatever is noted of them is noted there, so that persons can be taken apart again.
    pub home: PersonId,
    /// Whom that is now.
    pub person: PersonId,
}

/// Finds the person whom this value leads to, or meets a new one.
pub fn resolve(tx: &mut Tx<'_>, handle: &Handle) -> Result<PersonId> {
    Ok(meet(tx, handle)?.person)
}

/// As [`resolve`], for those who note something of them.
pub fn meet(tx: &mut Tx<'_>, handle: &Handle) -> Result<Met> {
    let value = normalize(handle.kind, &handle.value)?;
    if handle.may_lead()
        && let Some(known) = rows::leading(tx, handle.kind, &value)?
    {
        return meet_again(tx, &known, handle, &value);
    }
    let id = PersonId::new();
    if rows::add_identity(tx, id, handle, &value, handle.may_lead())? {
        introduce(tx, id, handle)?;
        return Ok(Met { home: id, person: id });
    }
    // Another transaction met the same person a moment earlier.
    let known = rows::leading(tx, handle.kind, &value)?.ok_or_else(|| Error::new(Code::Conflict))?;
    meet_again(tx, &known, handle, &value)
}

fn introduce(tx: &mut Tx<'_>, id: PersonId, handle: &Handle) -> Result<()> {
    let now = tx.now();
    rows::insert(tx, id, now, handle.is_sighting().then_some(now))?;
    if let Some(name) = handle.clean_name() {
        traits::notice(tx, id, "name", &json!(name), &handle.source)?;
    }
    graph::refold(tx, id)?;
    let payload = json!({ "kind": handle.kind, "source": handle.source });
    tx.record(NewFact::new("person.created").person(id).payload(payload))
}

fn meet_again(tx: &mut Tx<'_>, known: &rows::Leading, handle: &Handle, value: &str) -> Result<Met> {
    let id = known.person;
    if handle.is_sighting() {
        rows::touch(tx, known.home)?;
    }
    fill_name(tx, known.home, handle)?;
    if handle.verified && !known.verified && rows::mark_verified(tx, known.home, handle.kind, value)? {
        identified(tx, id, handle)?;
    }
    Ok(Met { home: known.home, person: id })
}

/// The name somebody goes by is noted with the home it was seen at, when it has none.
fn fill_name(tx: &mut Tx<'_>, home: PersonId, handle: &Handle) -> Result<()> {
    let Some(name) = handle.clean_name() else { return Ok(()) };
    if traits::notice(tx, home, "name", &json!(name), &handle.source)? {
        let person = canonical(tx, home)?;
        graph::refold(tx, person)?;
        changed(tx, person, &["name"])?;
    }
    Ok(())
}

fn changed(tx: &mut Tx<'_>, id: PersonId, fields: &[&str]) -> Result<()> {
    tx.record(NewFact::new("person.changed").person(id).payload(json!({ "fields": fields })))
}

fn identified(tx: &mut Tx<'_>, id: PersonId, handle: &Handle) -> Result<()> {
    let payload = json!({ "kind": handle.kind, "source": handle.source });
    tx.record(NewFact::new("person.identified").person(id).payload(payload))
}

/// Notes a value that somebody says is theirs. It leads to nobody until it proves itself, and merges nobody.
pub fn claim(tx: &mut Tx<'_>, home: PersonId, handle: &Handle) -> Result<()> {
    let person = canonical(tx, home)?;
    let value = normalize(handle.kind, &handle.value)?;
    let claimed = Handle { verified: false, ..handle.clone() };
    let leads = claimed.may_lead() && rows::leading(tx, handle.kind, &value)?.is_none();
    let is_new = !rows::has_value(tx, person, handle.kind, &value)?;
    // Claimed here, it is noted here, even if another home of the person has it.
    if rows::add_identity(tx, home, &claimed, &value, leads)? && is_new {
        rows::refresh_search(tx, person)?;
        changed(tx, person, &[handle.kind.as_str()])?;
    }
    fill_name(tx, home, &claimed)
}

/// The value proved itself to be this person's. Whoever else it leads to is the same person: they are merged,
/// unless one person may not have all the values they have together. Gives the person of `home` then.
pub fn verify(tx: &mut Tx<'_>, home: PersonId, handle: &Handle) -> Result<PersonId> {
    let value = normalize(handle.kind, &handle.value)?;
    let proved = Handle { verified: true, ..handle.clone() };
    let mut holder = home;
    if let Some(known) = rows::leading(tx, handle.kind, &value)? {
        holder = known.home;
        let (now, reason) = (tx.now(), format!("verified_{}", handle.kind.as_str()));
        let cause = Cause { reason: &reason, at: now, message_id: "", decided: false };
        match graph::link(tx, home, known.home, &cause)? {
            Link::Joined(_) | Link::Already(_) => {}
            Link::Refused(_) | Link::KeptApart => return canonical(tx, home),
        }
    }
    let person = canonical(tx, home)?;
    // Proved here, it is noted here, even if another home of the person claims it already.
    rows::add_identity(tx, holder, &Handle { verified: false, ..handle.clone() }, &value, false)?;
    if rows::mark_verified(tx, holder, handle.kind, &value)? {
        rows::refresh_search(tx, person)?;
        identified(tx, person, &proved)?;
    }
    fill_name(tx, home, &proved)?;
    Ok(person)
}

/// Ids that one call of an SDK names together.
#[derive(Clone, Debug)]
pub struct Sighting<'a> {
    /// The strongest first: what is told is told of it.
    pub ids: &'a [(IdentityKind, String)],
    pub at: Timestamp,
    pub message_id: &'a str,
    /// `identify`, `alias`
    pub reason: &'a str,
    pub source: &'a str,
}

/// Whom a call is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sighted {
    /// Where what the call tells is kept.
    pub home: PersonId,
    pub person: PersonId,
    /// What came of each further id, in their order.
    pub links: Vec<Link>,
}

/// Meets whoever a call names. Ids named together are one person's, within the limits.
pub fn sight(tx: &mut Tx<'_>, sighting: &Sighting<'_>) -> Result<Sighted> {
    let (first, others) =
        sighting.ids.split_first().ok_or_else(|| Error::new(Code::Required).field("userId"))?;
    let home = home_of(tx, first, sighting)?;
    let mut links = Vec::new();
    for id in others {
        let other = home_of(tx, id, sighting)?;
        let cause = Cause {
            reason: sighting.reason,
            at: sighting.at,
            message_id: sighting.message_id,
            decided: false,
        };
        links.push(graph::link(tx, home, other, &cause)?);
    }
    rows::seen_at(tx, home, sighting.at)?;
    Ok(Sighted { home, person: canonical(tx, home)?, links })
}

fn home_of(tx: &mut Tx<'_>, id: &(IdentityKind, String), sighting: &Sighting<'_>) -> Result<PersonId> {
    let (kind, value) = (id.0, normalize(id.0, &id.1)?);
    if let Some(known) = rows::leading(tx, kind, &value)? {
        return Ok(known.home);
    }
    let handle = Handle {
        kind,
        value: id.1.clone(),
        name: None,
        verified: kind == IdentityKind::External,
        source: sighting.source.to_owned(),
    };
    let home = PersonId::new();
    if rows::add_identity(tx, home, &handle, &value, true)? {
        rows::insert(tx, home, sighting.at, Some(sighting.at))?;
        rows::refresh_search(tx, home)?;
        let payload = json!({ "kind": kind, "source": sighting.source });
        tx.record(NewFact::new("person.created").person(home).at(sighting.at).payload(payload))?;
        return Ok(home);
    }
    Ok(rows::leading(tx, kind, &value)?.ok_or_else(|| Error::new(Code::Conflict))?.home)
}

/// Keeps traits that were said of a home; gives the names of those that are new or newer.
pub fn describe(
    tx: &mut Tx<'_>,
    home: PersonId,
    traits: &Map<String, Json>,
    said: &Said<'_>,
) -> Result<Vec<String>> {
    let mut changed = Vec::new();
    for (name, value) in traits {
        if traits::say(tx, home, name, value, said)? {
            changed.push(name.clone());
        }
    }
    if !changed.is_empty() {
        let person = canonical(tx, home)?;
        graph::refold(tx, person)?;
    }
    Ok(changed)
}

/// Makes two persons one by a colleague's decision. Persons who are one already stay as they are.
pub fn merge(tx: &mut Tx<'_>, a: PersonId, b: PersonId, reason: &str) -> Result<PersonId> {
    let now = tx.now();
    let cause = Cause { reason, at: now, message_id: "", decided: true };
    match graph::link(tx, a, b, &cause)? {
        Link::Joined(person) | Link::Already(person) => Ok(person),
        Link::Refused(_) | Link::KeptApart => Err(Error::new(Code::Conflict)),
    }
}

/// A person as a colleague or a program enters them.
#[derive(Clone, Debug, Default)]
pub struct NewPerson {
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
}

/// Enters a person. An address that leads to somebody already is refused.
pub fn create(tx: &mut Tx<'_>, new: &NewPerson, source: &str) -> Result<PersonId> {
    let name = new.name.as_deref().and_then(clean_name);
    if name.is_none() && new.email.is_none() && new.phone.is_none() {
        return Err(Error::new(Code::Required).field("name"));
    }
    let (id, now) = (PersonId::new(), tx.now());
    rows::insert(tx, id, now, None)?;
    if let Some(name) = &name {
        traits::say(tx, id, "name", &json!(name), &Said { at: now, message_id: "", source })?;
    }
    let values = [(IdentityKind::Email, &new.email), (IdentityKind::Phone, &new.phone)];
    for (kind, value) in values {
        if let Some(value) = value {
            add_told(tx, id, kind, value, source)?;
        }
    }
    graph::refold(tx, id)?;
    tx.record(NewFact::new("person.created").person(id).payload(json!({ "source": source })))?;
    Ok(id)
}

fn add_told(tx: &mut Tx<'_>, id: PersonId, kind: IdentityKind, value: &str, source: &str) -> Result<()> {
    let normal = normalize(kind, value)?;
    let handle =
        Handle { kind, value: value.to_owned(), name: None, verified: false, source: source.to_owned() };
    if rows::add_identity(tx, id, &handle, &normal, true)? {
        return Ok(());
    }
    Err(Error::new(Code::AlreadyExists).field(kind.as_str()))
}

/// What a colleague changes about a person. `Some(None)` empties a field; a trait set to null is removed.
#[derive(Clone, Debug, Default)]
pub struct PersonChange {
    pub name: Option<Option<String>>,
    pub phone: Option<Option<String>>,
    pub locale: Option<Option<Locale>>,
    pub traits: Option<Map<String, Json>>,
}

/// Changes what we know of a person.
pub fn change(tx: &mut Tx<'_>, id: PersonId, change: &PersonChange, source: &str) -> Result<PersonId> {
    let id = get(tx, id)?.id;
    // Two changes of one moment are told apart by their own ids.
    let (now, message) = (tx.now(), uuid::Uuid::now_v7().to_string());
    let said = Said { at: now, message_id: &message, source };
    let mut fields = Vec::new();
    if let Some(new) = &change.name {
        traits::say(tx, id, "name", &json!(new.as_deref().and_then(clean_name)), &said)?;
        fields.push("name");
    }
    if let Some(new) = change.locale {
        traits::say(tx, id, "locale", &json!(new.map(|locale| locale.as_str())), &said)?;
        fields.push("locale");
    }
    if let Some(new) = &change.traits {
        for (name, value) in new {
            traits::say(tx, id, name, value, &said)?;
        }
        fields.push("traits");
    }
    if let Some(phone) = &change.phone {
        set_phone(tx, id, phone.as_deref(), source)?;
        fields.push("phone");
    }
    graph::refold(tx, id)?;
    changed(tx, id, &fields)?;
    Ok(id)
}

fn set_phone(tx: &mut Tx<'_>, id: PersonId, phone: Option<&str>, source: &str) -> Result<()> {
    let Some(phone) = phone else { return rows::remove_told_phones(tx, id) };
    let normal = normalize(IdentityKind::Phone, phone)?;
    if let Some(known) = rows::leading(tx, IdentityKind::Phone, &normal)?
        && known.person == id
    {
        return Ok(());
    }
    rows::remove_told_phones(tx, id)?;
    add_told(tx, id, IdentityKind::Phone, phone, source)
}

//! What happens to persons. One verb, one transaction, one fact each.

use kernel::{Code, Error, Locale, NewFact, PersonId, Result};
use serde_json::{Map, Value as Json, json};
use store::Tx;

use super::{
    Handle, IdentityKind, canonical, get,
    model::clean_name,
    normalize,
    store::{self as rows, Standing},
};

/// Finds the person whom this value leads to, or meets a new one.
pub fn resolve(tx: &mut Tx<'_>, handle: &Handle) -> Result<PersonId> {
    let value = normalize(handle.kind, &handle.value)?;
    if handle.may_lead()
        && let Some(known) = rows::leading(tx, handle.kind, &value)?
    {
        return meet_again(tx, known, handle, &value);
    }
    let id = PersonId::new();
    if rows::add_identity(tx, id, handle, &value, handle.may_lead())? {
        meet(tx, id, handle)?;
        return Ok(id);
    }
    // Another transaction met the same person a moment earlier.
    let known = rows::leading(tx, handle.kind, &value)?.ok_or_else(|| Error::new(Code::Conflict))?;
    meet_again(tx, known, handle, &value)
}

fn meet(tx: &mut Tx<'_>, id: PersonId, handle: &Handle) -> Result<()> {
    let seen = handle.is_sighting().then(|| tx.now());
    rows::insert(tx, id, handle.clean_name().as_deref(), seen)?;
    rows::refresh_search(tx, id)?;
    let payload = json!({ "kind": handle.kind, "source": handle.source });
    tx.record(NewFact::new("person.created").person(id).payload(payload))
}

fn meet_again(tx: &mut Tx<'_>, known: PersonId, handle: &Handle, value: &str) -> Result<PersonId> {
    let id = canonical(tx, known)?;
    if handle.is_sighting() {
        rows::touch(tx, id)?;
    }
    fill_name(tx, id, handle)?;
    if handle.verified && rows::mark_verified(tx, id, handle.kind, value)? {
        identified(tx, id, handle)?;
    }
    Ok(id)
}

fn fill_name(tx: &mut Tx<'_>, id: PersonId, handle: &Handle) -> Result<()> {
    let Some(name) = handle.clean_name() else { return Ok(()) };
    if rows::fill_name(tx, id, &name)? {
        rows::refresh_search(tx, id)?;
        changed(tx, id, &["name"])?;
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
pub fn claim(tx: &mut Tx<'_>, person: PersonId, handle: &Handle) -> Result<()> {
    let person = canonical(tx, person)?;
    let value = normalize(handle.kind, &handle.value)?;
    let claimed = Handle { verified: false, ..handle.clone() };
    let leads = claimed.may_lead() && rows::leading(tx, handle.kind, &value)?.is_none();
    if rows::add_identity(tx, person, &claimed, &value, leads)? {
        rows::refresh_search(tx, person)?;
        changed(tx, person, &[handle.kind.as_str()])?;
    }
    fill_name(tx, person, &claimed)
}

/// The value proved itself to be this person's. Whoever else it leads to is the same person: they are merged.
/// Gives the surviving person.
pub fn verify(tx: &mut Tx<'_>, person: PersonId, handle: &Handle) -> Result<PersonId> {
    let mut person = canonical(tx, person)?;
    let value = normalize(handle.kind, &handle.value)?;
    let proved = Handle { verified: true, ..handle.clone() };
    if let Some(known) = rows::leading(tx, handle.kind, &value)? {
        let other = canonical(tx, known)?;
        if other != person {
            match unite(tx, person, other, handle.kind)? {
                Some(survivor) => person = survivor,
                // One of them was merged a moment ago: look again.
                None => return verify(tx, person, handle),
            }
        }
    }
    rows::add_identity(tx, person, &Handle { verified: false, ..handle.clone() }, &value, false)?;
    if rows::mark_verified(tx, person, handle.kind, &value)? {
        rows::refresh_search(tx, person)?;
        identified(tx, person, &proved)?;
    }
    fill_name(tx, person, &proved)?;
    Ok(person)
}

/// Merges two persons into the one we know better: the identified one, else the older.
fn unite(tx: &mut Tx<'_>, a: PersonId, b: PersonId, proof: IdentityKind) -> Result<Option<PersonId>> {
    let Some([a, b]) = rows::hold_pair(tx, a, b)? else { return Ok(None) };
    let rank = |one: &Standing| (!one.identified, one.created_at, one.id);
    let (survivor, merged) = if rank(&a) <= rank(&b) { (a.id, b.id) } else { (b.id, a.id) };
    merge(tx, survivor, merged, &format!("verified_{}", proof.as_str()))?;
    Ok(Some(survivor))
}

/// Makes two persons one. Persons who are one already stay as they are.
pub fn merge(tx: &mut Tx<'_>, survivor: PersonId, merged: PersonId, reason: &str) -> Result<()> {
    let (survivor, merged) = (canonical(tx, survivor)?, canonical(tx, merged)?);
    if survivor == merged {
        return Ok(());
    }
    if rows::hold_pair(tx, survivor, merged)?.is_none() {
        return merge(tx, survivor, merged, reason);
    }
    rows::add_edge(tx, survivor, merged, reason)?;
    rows::point_at(tx, merged, survivor)?;
    rows::move_identities(tx, merged, survivor)?;
    rows::fill_from(tx, survivor, merged)?;
    rows::refresh_search(tx, survivor)?;
    let payload = json!({ "survivor": survivor, "merged": merged, "reason": reason });
    tx.record(NewFact::new("person.merged").person(survivor).payload(payload))
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
    let id = PersonId::new();
    rows::insert(tx, id, name.as_deref(), None)?;
    let values = [(IdentityKind::Email, &new.email), (IdentityKind::Phone, &new.phone)];
    for (kind, value) in values {
        if let Some(value) = value {
            add_told(tx, id, kind, value, source)?;
        }
    }
    rows::refresh_search(tx, id)?;
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
    let before = get(tx, id)?;
    let id = before.id;
    let mut fields = Vec::new();
    let mut name = before.name.clone();
    if let Some(new) = &change.name {
        name = new.as_deref().and_then(clean_name);
        fields.push("name");
    }
    let mut locale = before.locale.clone();
    if let Some(new) = change.locale {
        locale = new.map(|locale| locale.as_str().to_owned());
        fields.push("locale");
    }
    let mut traits = before.traits;
    if let Some(new) = &change.traits {
        traits.extend(new.clone());
        traits.retain(|_, value| !value.is_null());
        fields.push("traits");
    }
    rows::set_details(tx, id, name.as_deref(), locale.as_deref(), &traits)?;
    if let Some(phone) = &change.phone {
        set_phone(tx, id, phone.as_deref(), source)?;
        fields.push("phone");
    }
    rows::refresh_search(tx, id)?;
    changed(tx, id, &fields)?;
    Ok(id)
}

fn set_phone(tx: &mut Tx<'_>, id: PersonId, phone: Option<&str>, source: &str) -> Result<()> {
    let Some(phone) = phone else { return rows::remove_told_phones(tx, id) };
    let normal = normalize(IdentityKind::Phone, phone)?;
    if rows::leading(tx, IdentityKind::Phone, &normal)? == Some(id) {
        return Ok(());
    }
    rows::remove_told_phones(tx, id)?;
    add_told(tx, id, IdentityKind::Phone, phone, source)
}

//! Issuing and revoking keys.

use std::net::IpAddr;

use kernel::{Code, Error, KeyId, NewFact, Result};
use serde_json::json;
use store::Tx;

use super::{Key, KeyScope, store as rows};
use crate::{
    access::{token, workspace::checked_name},
    audit,
};

const PREFIX: &str = "kps_";
/// Enough of a key to tell it from others, too little to guess the rest.
const SHOWN: usize = 10;

/// A new key with its secret, which nobody can read again.
pub struct IssuedKey {
    pub key: Key,
    pub secret: String,
}

/// A secret about to become a key.
#[derive(Clone)]
pub(super) struct Secret(String);

impl Secret {
    pub fn new() -> Self {
        Self(token::generate(PREFIX))
    }

    pub fn into_text(self) -> String {
        self.0
    }
}

/// Issues a key.
pub fn issue(tx: &mut Tx<'_>, name: &str, scopes: &[KeyScope], ip: Option<IpAddr>) -> Result<IssuedKey> {
    let secret = Secret::new();
    let key = issue_as(tx, name, scopes, &secret, ip)?;
    Ok(IssuedKey { key, secret: secret.into_text() })
}

pub(super) fn issue_as(
    tx: &mut Tx<'_>,
    name: &str,
    scopes: &[KeyScope],
    secret: &Secret,
    ip: Option<IpAddr>,
) -> Result<Key> {
    if scopes.is_empty() {
        return Err(Error::new(Code::Required).field("scopes"));
    }
    let mut scopes = scopes.to_vec();
    scopes.sort_unstable();
    scopes.dedup();
    // It stands in web pages: whoever reads it there may do nothing else with it.
    if scopes.contains(&KeyScope::Intake) && scopes.len() > 1 {
        return Err(Error::invalid("scopes"));
    }
    let key = Key {
        id: KeyId::new(),
        name: checked_name(name)?,
        scopes,
        prefix: secret.0.chars().take(SHOWN).collect(),
        created_at: tx.now(),
        last_used_at: None,
    };
    rows::insert(tx, &key, &token::digest(&secret.0))?;
    told(tx, "key.created", &key, ip)?;
    Ok(key)
}

/// Revokes a key. It is refused from the next request on.
pub fn revoke(tx: &mut Tx<'_>, id: KeyId, ip: Option<IpAddr>) -> Result<()> {
    let key = rows::get(tx, id)?;
    rows::revoke(tx, id)?;
    told(tx, "key.revoked", &key, ip)
}

fn told(tx: &mut Tx<'_>, action: &'static str, key: &Key, ip: Option<IpAddr>) -> Result<()> {
    let scopes = json!({ "name": key.name, "scopes": key.scopes, "prefix": key.prefix });
    let (before, after) = if action == "key.created" { (None, Some(scopes)) } else { (Some(scopes), None) };
    let target = Some(("key", key.id.as_bytes(), key.name.as_str()));
    audit::log(tx, audit::Entry { action, target, before, after, ip })?;
    tx.record(NewFact::new(action).payload(json!({ "key": key.id })))
}

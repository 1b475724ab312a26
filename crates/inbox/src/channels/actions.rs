use ::store::Tx;
use kernel::{ChannelId, Code, Error, NewFact, Result};
use people::audit;
use rand::Rng;
use serde_json::json;

use super::{ChannelRow, Health, HealthState, NewChannel, store};

/// Makes a channel and starts it.
pub fn create(tx: &mut Tx<'_>, new: &NewChannel) -> Result<ChannelRow> {
    if new.name.trim().is_empty() {
        return Err(Error::new(kernel::Code::Required).field("name"));
    }
    if let Some(team) = new.team {
        people::access::teams::get(tx, team)?;
    }
    let channel = ChannelRow {
        workspace: tx.workspace(),
        id: ChannelId::new(),
        kind: new.kind.clone(),
        name: new.name.trim().to_owned(),
        public_key: public_key(),
        team: new.team,
        enabled: true,
        config: new.config.clone(),
        secrets: new.secrets.clone(),
        addresses: new.addresses.clone(),
        health: Health::default(),
        created_at: tx.now(),
    };
    store::insert(tx, &channel)?;
    store::set_addresses(tx, channel.id, &channel.addresses)?;
    audit::log(tx, entry("channel.created", &channel))?;
    tx.record(
        NewFact::new("channel.changed").payload(json!({ "channel": channel.id, "kind": channel.kind })),
    )?;
    Ok(channel)
}

/// Saves a changed channel; whoever runs it starts it anew.
pub fn update(tx: &mut Tx<'_>, channel: &ChannelRow) -> Result<()> {
    store::save(tx, channel)?;
    store::set_addresses(tx, channel.id, &channel.addresses)?;
    if !channel.enabled {
        store::save_health(tx, channel.id, &Health { state: HealthState::Off, ..channel.health.clone() })?;
    }
    audit::log(tx, entry("channel.changed", channel))?;
    tx.record(NewFact::new("channel.changed").payload(json!({ "channel": channel.id, "kind": channel.kind })))
}

/// Takes a channel away; its conversations stay.
pub fn delete(tx: &mut Tx<'_>, id: ChannelId) -> Result<()> {
    let channel = store::find(tx, id)?;
    store::mark_deleted(tx, id)?;
    store::set_addresses(tx, id, &[])?;
    audit::log(tx, entry("channel.deleted", &channel))?;
    tx.record(NewFact::new("channel.changed").payload(json!({ "channel": id, "kind": channel.kind })))
}

/// Notes how a channel is. A fact only when the state or the error changed.
pub fn set_health(tx: &mut Tx<'_>, id: ChannelId, change: impl Fn(&mut Health)) -> Result<()> {
    let channel = match store::find(tx, id) {
        Err(error) if error.code == Code::NotFound => return Ok(()),
        found => found?,
    };
    let mut health = channel.health.clone();
    change(&mut health);
    store::save_health(tx, id, &health)?;
    if health.state != channel.health.state || health.error != channel.health.error {
        let payload = json!({ "channel": id, "state": health.state, "error": health.error });
        tx.record(NewFact::new("channel.health_changed").payload(payload))?;
    }
    Ok(())
}

fn entry<'a>(action: &'static str, channel: &'a ChannelRow) -> audit::Entry<'a> {
    audit::Entry {
        action,
        target: Some(("channel", channel.id.as_bytes(), channel.name.as_str())),
        before: None,
        after: Some(
            json!({ "name": channel.name, "kind": channel.kind, "enabled": channel.enabled, "config": channel.config }),
        ),
        ip: None,
    }
}

/// 24 characters without look-alikes.
fn public_key() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut random = rand::rng();
    (0..24).map(|_| LETTERS[random.random_range(0..LETTERS.len())] as char).collect()
}

//! Who and what is there before anybody writes: colleagues, teams, tags, channels.

use std::collections::HashMap;

use inbox::{
    channels::{self, ChannelRow, NewChannel},
    tags,
};
use kernel::{Actor, Caller, Error, KeyId, Result, TagId, TeamId, UserId};
use people::access::{
    PasswordHash,
    keys::{self, KeyScope},
    setup::{NewWorkspace, create_workspace},
    teams,
    users::{self, NewUser},
};
use serde_json::{Value, json};
use store::Tx;

use super::Equipment;
use crate::demo::{
    place::operator,
    script::{Agent, Channel, ChannelKind, Demo},
};

pub(super) struct Cast {
    /// The workspace itself, acting by its own rules.
    pub workspace: Caller,
    /// Of the shop's pages.
    pub write_key: KeyId,
    pub agents: HashMap<String, Caller>,
    pub teams: HashMap<String, TeamId>,
    pub tags: HashMap<String, TagId>,
    pub channels: HashMap<String, ChannelRow>,
}

impl Cast {
    /// Makes the workspace with all of them. The first agent of the script is its administrator.
    pub fn engage(
        tx: &mut Tx<'_>,
        demo: &Demo,
        equipment: &Equipment,
        password: &PasswordHash,
    ) -> Result<Self> {
        let first = demo.agents.first().ok_or_else(|| Error::internal("the script has no agents"))?;
        let created = create_workspace(
            tx,
            &NewWorkspace {
                name: demo.workspace.name.clone(),
                locale: demo.workspace.locale,
                time_zone: demo.workspace.time_zone.clone(),
                admin_name: first.name.clone(),
                admin_email: first.email.clone(),
                admin_password: password.clone(),
            },
        )?;
        let pages = tx.within(operator(created.workspace), |tx| {
            keys::issue(tx, "Webáruház", &[KeyScope::Intake], None)
        })?;
        let mut cast = Self {
            workspace: operator(created.workspace),
            write_key: pages.key.id,
            agents: HashMap::new(),
            teams: HashMap::new(),
            tags: HashMap::new(),
            channels: HashMap::new(),
        };
        cast.join(first, created.admin);
        tx.within(cast.workspace.clone(), |tx| {
            for agent in &demo.agents[1..] {
                let new = NewUser {
                    name: agent.name.clone(),
                    email: agent.email.clone(),
                    role: agent.role,
                    password: Some(password.clone()),
                    locale: Some(agent.locale),
                };
                let user = users::create(tx, &new, None)?;
                cast.join(agent, user.id);
            }
            cast.form_teams(tx, demo)?;
            for tag in &demo.tags {
                cast.tags.insert(tag.name.clone(), tags::create(tx, &tag.name, &tag.color)?.id);
            }
            cast.open_channels(tx, demo, equipment)
        })?;
        Ok(cast)
    }

    fn join(&mut self, agent: &Agent, id: UserId) {
        let caller = Caller {
            workspace: self.workspace.workspace,
            actor: Actor::User(id),
            role: agent.role,
            locale: agent.locale,
            operator: false,
            visitor: None,
        };
        self.agents.insert(agent.key.clone(), caller);
    }

    fn form_teams(&mut self, tx: &mut Tx<'_>, demo: &Demo) -> Result<()> {
        for team in &demo.teams {
            let id = teams::create(tx, &team.name, false, None)?.id;
            for member in &team.members {
                teams::add_member(tx, id, self.user(member)?, None)?;
            }
            self.teams.insert(team.key.clone(), id);
        }
        Ok(())
    }

    fn open_channels(&mut self, tx: &mut Tx<'_>, demo: &Demo, equipment: &Equipment) -> Result<()> {
        for channel in &demo.channels {
            let (kind, config) = wished(channel, equipment.mail_port, &demo.workspace.name);
            let handler = equipment
                .registry
                .get(kind)
                .ok_or_else(|| Error::internal("a kind of channel is missing"))?;
            let configured = handler.configure(&self.workspace, config, None)?;
            let seal = |secrets: &Value| {
                equipment.vault.seal(self.workspace.workspace, secrets.to_string().as_bytes())
            };
            let new = NewChannel {
                kind: kind.to_owned(),
                name: channel.name.clone(),
                team: Some(self.team(&channel.team)?),
                secrets: configured.secrets.as_ref().map(seal),
                config: configured.config,
                addresses: configured.addresses,
            };
            self.channels.insert(channel.key.clone(), channels::create(tx, &new)?);
        }
        Ok(())
    }

    pub fn agent(&self, key: &str) -> Result<&Caller> {
        self.agents.get(key).ok_or_else(|| unknown(key))
    }

    pub fn user(&self, key: &str) -> Result<UserId> {
        self.agent(key)?.user().ok_or_else(|| unknown(key))
    }

    pub fn team(&self, key: &str) -> Result<TeamId> {
        self.teams.get(key).copied().ok_or_else(|| unknown(key))
    }

    pub fn tag(&self, name: &str) -> Result<TagId> {
        self.tags.get(name).copied().ok_or_else(|| unknown(name))
    }

    pub fn channel(&self, key: &str) -> Result<&ChannelRow> {
        self.channels.get(key).ok_or_else(|| unknown(key))
    }

    /// Whoever acts: an agent, or the workspace itself.
    pub fn actor(&self, by: Option<&str>) -> Result<&Caller> {
        by.map_or(Ok(&self.workspace), |key| self.agent(key))
    }
}

/// Mail leaves through the trap, and none comes in by itself.
fn wished(channel: &Channel, mail_port: u16, sender: &str) -> (&'static str, Value) {
    match channel.kind {
        ChannelKind::Email => {
            let addresses: Vec<&String> = channel.address.iter().collect();
            let smtp = json!({ "host": "127.0.0.1", "port": mail_port, "tls": "none" });
            ("email", json!({ "addresses": addresses, "from_name": sender, "smtp": smtp }))
        }
        ChannelKind::Chat => ("chat", json!({ "color": "#B5532F" })),
        ChannelKind::Form => ("form", json!({ "ask_phone": true })),
    }
}

fn unknown(name: &str) -> Error {
    Error::internal(format!("the script names {name}, whom nobody knows"))
}

//! The script of the demo workspace: who writes what to Mécses Bolt, and when.
//!
//! [`script`] is pure: no clock, no database, no files beside the TOML built into the program.
//! The same seed and moment always give the same [`Demo`]. Whoever loads it replays the steps of
//! every conversation through the product's own actions; [`Ending`] says where each should arrive.
//!
//! - Times are microseconds UTC, strictly ascending within a conversation, never after `now`.
//! - People, agents and teams refer to each other by key: a person's key is its place in
//!   [`Demo::people`], the others are words (`bence`, `szamlazas`, `info`).
//! - Texts are final: greeting, answer and name of the writer are already in them.
//!
//! The raw material lies in `data/`; [`material`] describes its format.

mod calendar;
mod ending;
mod frame;
mod material;
mod people;
mod plan;
mod telling;
#[cfg(test)]
mod tests;
mod values;
mod wording;

use kernel::{Locale, Role};

/// Everything the demo workspace consists of.
#[derive(Clone, PartialEq, Debug)]
pub struct Demo {
    pub workspace: Workspace,
    pub agents: Vec<Agent>,
    pub teams: Vec<Team>,
    pub tags: Vec<Tag>,
    pub channels: Vec<Channel>,
    pub people: Vec<Person>,
    /// In the order of their first message.
    pub conversations: Vec<Conversation>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Workspace {
    pub name: String,
    pub domain: String,
    pub locale: Locale,
    pub time_zone: String,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Agent {
    pub key: String,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub locale: Locale,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Team {
    pub key: String,
    pub name: String,
    /// Keys of agents.
    pub members: Vec<String>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Tag {
    pub name: String,
    pub color: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChannelKind {
    Email,
    Chat,
    Form,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Channel {
    pub key: String,
    pub kind: ChannelKind,
    pub name: String,
    /// Of e-mail channels only.
    pub address: Option<String>,
    /// The team its conversations begin with.
    pub team: String,
}

/// A customer. A visitor of the chat who never said a name has none, and no address either.
#[derive(Clone, PartialEq, Debug)]
pub struct Person {
    pub key: usize,
    pub name: Option<String>,
    pub locale: Locale,
    pub city: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub company: Option<Company>,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Company {
    pub name: String,
    pub position: String,
    pub tax_number: String,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Conversation {
    /// Which story it tells (`late-parcel`); several conversations tell the same one in other words.
    pub story: String,
    pub topic: String,
    pub locale: Locale,
    /// Key of the channel.
    pub channel: String,
    /// Key of the person.
    pub person: usize,
    /// Chats have none.
    pub subject: Option<String>,
    /// The shop page a chat was opened on.
    pub page: Option<Page>,
    pub steps: Vec<Step>,
    pub ending: Ending,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Page {
    pub url: String,
    pub title: String,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    pub at: i64,
    pub act: Act,
}

/// One thing somebody does. `by` is the key of an agent; `None` is the workspace itself.
#[derive(Clone, PartialEq, Debug)]
pub enum Act {
    Receive(Received),
    Reply(Reply),
    Note(Note),
    Team { by: Option<String>, team: String },
    Assign { by: String, to: String },
    Priority { by: Option<String>, priority: Priority },
    Tag { by: Option<String>, tag: String },
    Snooze { by: String, until: i64 },
    Close { by: String },
}

/// A message of the customer.
#[derive(Clone, PartialEq, Debug)]
pub struct Received {
    /// The new words alone.
    pub text: String,
    pub signature: Option<String>,
    /// The answer below it, with its line of introduction and `> ` before each line.
    pub quoted: Option<String>,
    pub cc: Option<String>,
    pub attachments: Vec<Attachment>,
    /// Written by a machine (`Auto-Submitted: auto-replied`).
    pub automatic: bool,
}

impl Received {
    /// The message as its sender's mail program would write it.
    pub fn body(&self) -> String {
        let mut body = self.text.clone();
        for (before, part) in [("\n\n-- \n", &self.signature), ("\n\n", &self.quoted)] {
            if let Some(part) = part {
                body.push_str(before);
                body.push_str(part);
            }
        }
        body
    }
}

/// An answer of an agent.
#[derive(Clone, PartialEq, Debug)]
pub struct Reply {
    pub by: String,
    pub text: String,
    pub attachments: Vec<Attachment>,
    /// Sent and closed in one go.
    pub closes: bool,
}

#[derive(Clone, PartialEq, Debug)]
pub struct Note {
    pub by: String,
    pub text: String,
    /// Keys of the agents mentioned in it.
    pub mentions: Vec<String>,
}

/// Name and kind only: whoever loads the script decides what is in the file.
#[derive(Clone, PartialEq, Debug)]
pub struct Attachment {
    pub name: String,
    pub media_type: &'static str,
}

/// Where the steps lead.
#[derive(Clone, PartialEq, Debug)]
pub struct Ending {
    pub status: Status,
    pub assignee: Option<String>,
    pub team: String,
    pub priority: Priority,
    pub tags: Vec<String>,
    /// Set only while it sleeps.
    pub snoozed_until: Option<i64>,
    /// Nobody has looked at its last message yet.
    pub unread: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    New,
    Open,
    Waiting,
    Snoozed,
    Closed,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    Low,
    #[default]
    Normal,
    High,
    Urgent,
}

/// Tells the six weeks before `now_micros`.
pub fn script(seed: u64, now_micros: i64) -> Demo {
    let material = material::Material::read();
    let (people, conversations) = plan::conversations(&material, seed, now_micros);
    let cast = material.cast;
    Demo {
        workspace: cast.workspace.into(),
        agents: cast.agent.into_iter().map(Agent::from).collect(),
        teams: cast.team.into_iter().map(Team::from).collect(),
        tags: cast.tag.into_iter().map(Tag::from).collect(),
        channels: cast.channel.into_iter().map(Channel::from).collect(),
        people,
        conversations,
    }
}

//! The TOML in `data/` and its format.
//!
//! A story is told by turns. A turn holds up to one of `in`, `out`, `note` (a list of wordings, each in
//! one breath) and any of the acts `assign`, `priority`, `snooze`. Of lists of the same length the same place is
//! always taken together, so an answer can fit its question.
//!
//! In a wording `{order}` is a value (see `values`), `{A_product}` the same with its article and a capital,
//! `{date_on:-3}` a working day before the conversation, `:+3` one after the turn, `[one|other]` a choice,
//! and a leading `~` marks a writer who is on first-name terms with the shop.

use super::{Agent, Channel, ChannelKind, Priority, Status, Tag, Team, Workspace};
use kernel::{Locale, Role};
use serde::{Deserialize, de::DeserializeOwned};
use std::collections::BTreeMap;

pub(super) struct Material {
    pub cast: Cast,
    pub people: People,
    pub products: Products,
    pub phrases: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    pub stories: Vec<Story>,
    pub recent: Vec<Story>,
}

const STORIES: [&str; 7] = [
    include_str!("../data/stories_delivery.toml"),
    include_str!("../data/stories_quality.toml"),
    include_str!("../data/stories_money.toml"),
    include_str!("../data/stories_sales.toml"),
    include_str!("../data/stories_contact.toml"),
    include_str!("../data/stories_english_mail.toml"),
    include_str!("../data/stories_english_chat.toml"),
];

impl Material {
    pub fn read() -> Self {
        Self {
            cast: parse(include_str!("../data/cast.toml")),
            people: parse(include_str!("../data/people.toml")),
            products: parse(include_str!("../data/products.toml")),
            phrases: parse(include_str!("../data/phrases.toml")),
            stories: STORIES.iter().flat_map(|text| parse::<Stories>(text).story).collect(),
            recent: parse::<Stories>(include_str!("../data/recent.toml")).story,
        }
    }
}

fn parse<T: DeserializeOwned>(text: &str) -> T {
    toml::from_str(text).expect("the demo's own material is read by its tests")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stories {
    story: Vec<Story>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Story {
    pub id: String,
    pub lang: Locale,
    pub channel: String,
    pub topic: String,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub priority: Priority,
    pub team: String,
    /// Who answers, when not anybody of the team.
    #[serde(default)]
    pub agents: Vec<String>,
    /// `company`, `shop`, `office`, `hotel`, `spam`; else a private person.
    pub who: Option<String>,
    /// A regular customer by key.
    pub from: Option<String>,
    /// The visitor may stay without a name.
    #[serde(default)]
    pub anonymous: bool,
    /// Kinds of products it is about; all when empty.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Products by English name, when it must be these.
    #[serde(default)]
    pub products: Vec<String>,
    #[serde(default)]
    pub subject: Vec<String>,
    pub end: Status,
    pub turn: Vec<Turn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Turn {
    /// Time since the turn before (`20m`, `3h`, `9d`).
    pub after: Option<String>,
    /// Time before now, in recent stories.
    pub ago: Option<String>,
    #[serde(default, rename = "in")]
    pub heard: Vec<String>,
    #[serde(default)]
    pub out: Vec<String>,
    #[serde(default)]
    pub note: Vec<String>,
    /// The agent, when not the assignee.
    pub by: Option<String>,
    /// The conversation ends before this turn unless chance lets it go on.
    pub chance: Option<f64>,
    #[serde(default)]
    pub attach: Vec<String>,
    pub cc: Option<String>,
    /// `none`: the wording brings its own greeting and name.
    pub frame: Option<String>,
    #[serde(default)]
    pub auto: bool,
    #[serde(default)]
    pub quote: bool,
    #[serde(default)]
    pub signature: bool,
    pub assign: Option<String>,
    pub priority: Option<Priority>,
    pub snooze: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cast {
    pub workspace: CastWorkspace,
    pub agent: Vec<CastAgent>,
    pub team: Vec<CastTeam>,
    pub channel: Vec<CastChannel>,
    pub tag: Vec<CastTag>,
}

impl Cast {
    pub fn agent(&self, key: &str) -> &CastAgent {
        self.agent.iter().find(|agent| agent.key == key).expect("stories name agents of the cast")
    }

    pub fn team(&self, key: &str) -> &CastTeam {
        self.team.iter().find(|team| team.key == key).expect("stories name teams of the cast")
    }

    pub fn channel(&self, key: &str) -> &CastChannel {
        self.channel.iter().find(|channel| channel.key == key).expect("stories name channels of the cast")
    }
}

#[derive(Deserialize)]
pub(super) struct CastWorkspace {
    name: String,
    domain: String,
    locale: Locale,
    time_zone: String,
}

#[derive(Deserialize)]
pub(super) struct CastAgent {
    pub key: String,
    pub name: String,
    pub first: String,
    email: String,
    role: String,
    locale: Locale,
    #[serde(default)]
    pub greetings: Vec<String>,
    #[serde(default)]
    pub closings: Vec<String>,
    #[serde(default)]
    pub chat: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct CastTeam {
    key: String,
    name: String,
    members: Vec<String>,
    /// Who answers its mail; named twice, twice as often.
    pub answering: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct CastChannel {
    key: String,
    pub kind: String,
    name: String,
    pub address: Option<String>,
    pub team: String,
}

impl CastChannel {
    pub fn is_chat(&self) -> bool {
        self.kind == "chat"
    }
}

#[derive(Deserialize)]
pub(super) struct CastTag {
    name: String,
    color: String,
}

impl From<CastWorkspace> for Workspace {
    fn from(CastWorkspace { name, domain, locale, time_zone }: CastWorkspace) -> Self {
        Self { name, domain, locale, time_zone }
    }
}

impl From<CastAgent> for Agent {
    fn from(agent: CastAgent) -> Self {
        let role = match agent.role.as_str() {
            "administrator" => Role::Administrator,
            "lead" => Role::Lead,
            "observer" => Role::Observer,
            _ => Role::Agent,
        };
        Self { key: agent.key, name: agent.name, email: agent.email, role, locale: agent.locale }
    }
}

impl From<CastTeam> for Team {
    fn from(CastTeam { key, name, members, .. }: CastTeam) -> Self {
        Self { key, name, members }
    }
}

impl From<CastTag> for Tag {
    fn from(CastTag { name, color }: CastTag) -> Self {
        Self { name, color }
    }
}

impl From<CastChannel> for Channel {
    fn from(channel: CastChannel) -> Self {
        let kind = match channel.kind.as_str() {
            "chat" => ChannelKind::Chat,
            "form" => ChannelKind::Form,
            _ => ChannelKind::Email,
        };
        Self { key: channel.key, kind, name: channel.name, address: channel.address, team: channel.team }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct People {
    pub hu: Names,
    pub en: Names,
    pub regular: Vec<Regular>,
    pub spam: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    #[serde(default)]
    pub families: Vec<String>,
    pub women: Vec<String>,
    pub men: Vec<String>,
    #[serde(default)]
    pub married: Vec<String>,
    pub domains: Vec<String>,
    pub cities: Vec<String>,
    pub companies: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Regular {
    pub key: String,
    pub name: String,
    pub given: String,
    pub lang: Locale,
    pub city: String,
    pub email: String,
    pub phone: Option<String>,
    pub company: Option<String>,
    pub role: Option<String>,
    /// `stranger`: in the tale it is named in, and in no other.
    pub sort: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Products {
    pub order_prefix: String,
    pub colors_hu: Vec<String>,
    pub colors_en: Vec<String>,
    pub coupons: Vec<String>,
    pub items: Vec<String>,
    pub list: Vec<String>,
    pub sizes: BTreeMap<String, Vec<String>>,
}

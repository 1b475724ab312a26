//! Who acts. A caller is made at the edge (a session, a key, a signed visitor) or by the system itself.

use serde::{Deserialize, Serialize};

use crate::{ChannelId, Code, Error, KeyId, Locale, PersonId, Result, UserId, VisitorId, WorkspaceId, fault};

/// What a user may do, from least to most. The order is the order of power.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads everything a colleague may see, changes nothing.
    Observer,
    /// Answers.
    Agent,
    /// Also manages teams' work, tags and the quarantine.
    Lead,
    /// Also manages people, channels, keys and the workspace.
    Administrator,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Observer => "observer",
            Self::Agent => "agent",
            Self::Lead => "lead",
            Self::Administrator => "administrator",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Observer, Self::Agent, Self::Lead, Self::Administrator]
            .into_iter()
            .find(|role| role.as_str() == text)
    }
}

/// What an API key may do. `Operator` is only given by the command line of the machine itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Read everything an administrator may read.
    Read,
    /// Also act like an agent.
    Write,
    /// Also manage the workspace.
    Admin,
    /// Also name network addresses of the machine's own network (see `egress`).
    Operator,
}

impl Scope {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
            Self::Operator => "operator",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Read, Self::Write, Self::Admin, Self::Operator]
            .into_iter()
            .find(|scope| scope.as_str() == text)
    }
}

/// Who did a thing, as it is written into facts and the audit log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "lowercase")]
pub enum Actor {
    User(UserId),
    Key(KeyId),
    Person(PersonId),
    /// A part of the program, by its name (`snooze`, `email`, `demo`).
    System(String),
}

/// An authenticated caller of one workspace.
#[derive(Clone, Debug)]
pub struct Caller {
    pub workspace: WorkspaceId,
    pub actor: Actor,
    pub role: Role,
    pub locale: Locale,
    /// May name addresses inside the machine's own network.
    pub operator: bool,
    /// Set for a visitor of a web chat: may only touch this channel's own conversation.
    pub visitor: Option<(ChannelId, VisitorId)>,
}

impl Caller {
    /// The program itself, acting in a workspace.
    pub fn system(workspace: WorkspaceId, name: &str) -> Self {
        Self {
            workspace,
            actor: Actor::System(name.to_owned()),
            role: Role::Administrator,
            locale: Locale::default(),
            operator: false,
            visitor: None,
        }
    }

    pub fn user(&self) -> Option<UserId> {
        match self.actor {
            Actor::User(id) => Some(id),
            _ => None,
        }
    }

    /// Refuses a caller below `role`.
    pub fn require(&self, role: Role) -> Result<()> {
        if (self.visitor.is_none() && self.role >= role) || fault::is_off("roles") {
            Ok(())
        } else {
            Err(Error::new(Code::Forbidden).detail(role.as_str()))
        }
    }
}

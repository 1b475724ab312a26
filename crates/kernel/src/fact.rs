//! A fact: something that happened, immutable, on a timeline.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Actor, ConversationId, PersonId, ThingId, Timestamp, WorkspaceId};

/// A place in the log of facts. Ordered; every fact is after the cursor of all facts that became visible before it.
///
/// `tx` is the writing transaction (0 on SQLite), because PostgreSQL gives out `seq` before a commit makes it visible:
/// in the order (tx, seq), read below the oldest running transaction, nothing appears later behind a cursor.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct FactCursor {
    pub tx: i64,
    pub seq: i64,
}

impl std::fmt::Display for FactCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.tx, self.seq)
    }
}

impl std::str::FromStr for FactCursor {
    type Err = crate::Error;

    fn from_str(text: &str) -> Result<Self, crate::Error> {
        let parse = || {
            let (tx, seq) = text.split_once('.')?;
            Some(Self { tx: tx.parse().ok()?, seq: seq.parse().ok()? })
        };
        parse().ok_or_else(|| crate::Error::new(crate::Code::InvalidCursor))
    }
}

/// A fact as it is about to be recorded.
#[derive(Clone, Debug)]
pub struct NewFact {
    /// `noun.verb` in the past tense: `message.received`, `conversation.closed`; `event:…` what a customer's own
    /// program named.
    pub name: Cow<'static, str>,
    pub person: Option<PersonId>,
    pub conversation: Option<ConversationId>,
    pub thing: Option<ThingId>,
    /// When it happened; `None` = now.
    pub at: Option<Timestamp>,
    pub payload: Value,
}

impl NewFact {
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            person: None,
            conversation: None,
            thing: None,
            at: None,
            payload: Value::Object(Default::default()),
        }
    }

    #[must_use]
    pub fn person(mut self, id: PersonId) -> Self {
        self.person = Some(id);
        self
    }

    #[must_use]
    pub fn conversation(mut self, id: ConversationId) -> Self {
        self.conversation = Some(id);
        self
    }

    #[must_use]
    pub fn at(mut self, at: Timestamp) -> Self {
        self.at = Some(at);
        self
    }

    #[must_use]
    pub fn payload(mut self, payload: Value) -> Self {
        self.payload = payload;
        self
    }
}

/// A recorded fact.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fact {
    #[serde(skip)]
    pub cursor: FactCursor,
    pub workspace: WorkspaceId,
    pub name: String,
    pub person: Option<PersonId>,
    pub conversation: Option<ConversationId>,
    pub thing: Option<ThingId>,
    pub at: Timestamp,
    pub received_at: Timestamp,
    pub actor: Actor,
    pub payload: Value,
}

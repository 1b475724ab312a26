//! Live events inside one process: facts as they become visible, presence, typing. A hint, never the truth.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::future::BoxFuture;
use kernel::{Caller, ConversationId, Fact, PersonId, Result, TeamId, Timestamp, UserId, WorkspaceId, fault};
use serde::{Deserialize, Serialize};
use store::{Db, Tail};
use tokio::sync::{broadcast, watch};
use utoipa::ToSchema;

/// Events a slow listener may be behind before it has to start anew.
const BACKLOG: usize = 4_096;
/// A presence that is not renewed lapses.
const PRESENCE: Duration = Duration::from_secs(30);
/// A person who writes says so again and again; silence means that the line is gone.
const TYPING: Duration = Duration::from_secs(10);

/// What the hub must ask the domain about.
pub trait LiveRights: Send + Sync {
    /// The private teams a caller belongs to.
    fn rights<'a>(&'a self, caller: &'a Caller) -> BoxFuture<'a, Result<Rights>>;
    /// What listeners must know of facts and facts do not tell.
    fn around<'a>(&'a self, facts: &'a [Fact]) -> BoxFuture<'a, Result<Around>>;
    /// The private team of a conversation, if it has one. An error when the caller may not see the conversation.
    fn private_team<'a>(
        &'a self,
        caller: &'a Caller,
        conversation: ConversationId,
    ) -> BoxFuture<'a, Result<Option<TeamId>>>;
    /// The caller's view counters, as sent to the client.
    fn views<'a>(&'a self, caller: &'a Caller) -> BoxFuture<'a, Result<serde_json::Value>>;
}

/// What stands around facts now.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// Of those conversations that belong to a private team.
    pub private_teams: HashMap<ConversationId, TeamId>,
    /// Whom the persons of the facts are now: a fact is of the home where somebody was met.
    pub persons: HashMap<PersonId, PersonId>,
}

impl Around {
    pub(crate) fn event(&self, fact: Fact) -> LiveEvent {
        let private_team = fact.conversation.and_then(|id| self.private_teams.get(&id).copied());
        let person = fact.person.map(|id| self.persons.get(&id).copied().unwrap_or(id));
        LiveEvent::Fact { fact, private_team, person }
    }
}

/// What a listener may see.
#[derive(Clone, Debug, Default)]
pub struct Rights {
    /// Sees every team's conversations.
    pub all: bool,
    pub teams: HashSet<TeamId>,
    /// As shown to colleagues.
    pub name: String,
}

impl Rights {
    pub fn may_see(&self, private_team: Option<TeamId>) -> bool {
        self.all || fault::is_off("live-rights") || private_team.is_none_or(|team| self.teams.contains(&team))
    }
}

#[derive(Clone, Debug)]
pub enum LiveEvent {
    Fact {
        fact: Fact,
        private_team: Option<TeamId>,
        /// Whom the fact's person is now.
        person: Option<PersonId>,
    },
    Presence {
        workspace: WorkspaceId,
        conversation: ConversationId,
        private_team: Option<TeamId>,
    },
    /// The person at the other end writes.
    Typing {
        workspace: WorkspaceId,
        conversation: ConversationId,
        private_team: Option<TeamId>,
        on: bool,
    },
    /// A colleague writes to the person.
    AgentTyping {
        workspace: WorkspaceId,
        conversation: ConversationId,
        name: String,
        on: bool,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PresenceState {
    Viewing,
    Replying,
    None,
}

/// A colleague who has a conversation open.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Viewer {
    #[schema(value_type = String)]
    pub id: UserId,
    pub name: String,
    pub state: PresenceState,
    #[serde(skip)]
    until: Timestamp,
}

type Presences = HashMap<(WorkspaceId, ConversationId), Vec<Viewer>>;
/// Until when a person at the other end counts as writing.
type Writing = HashMap<(WorkspaceId, ConversationId), Timestamp>;

#[derive(Clone)]
pub struct Hub {
    events: broadcast::Sender<Arc<LiveEvent>>,
    presences: Arc<Mutex<Presences>>,
    writing: Arc<Mutex<Writing>>,
    pub(crate) rights: Arc<dyn LiveRights>,
    pub(crate) stop: watch::Receiver<bool>,
}

impl Hub {
    /// `stop` tells sockets that the server is going down.
    pub fn new(rights: Arc<dyn LiveRights>, stop: watch::Receiver<bool>) -> Self {
        let events = broadcast::Sender::new(BACKLOG);
        Self { events, presences: Arc::default(), writing: Arc::default(), rights, stop }
    }

    pub fn subscribe(&self) -> broadcast::Receiver<Arc<LiveEvent>> {
        self.events.subscribe()
    }

    /// Becomes true when the server is going down.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.clone()
    }

    /// Follows the log and tells everybody, until told to stop.
    pub async fn run(self, db: Db, mut stop: watch::Receiver<bool>) -> Result<()> {
        let mut tail = Tail::from_head(&db).await?;
        loop {
            let facts = tokio::select! {
                facts = tail.next() => facts?,
                _ = stop.changed() => return Ok(()),
            };
            let around = self.rights.around(&facts).await?;
            for fact in facts {
                self.tell(around.event(fact));
            }
        }
    }

    /// Sends an event to whoever listens.
    pub fn tell(&self, event: LiveEvent) {
        // Nobody listening is fine.
        let _ = self.events.send(Arc::new(event));
    }

    /// Notes that a user views or answers a conversation, and tells colleagues when that changed.
    pub fn set_presence(
        &self,
        caller: &Caller,
        name: &str,
        conversation: ConversationId,
        private_team: Option<TeamId>,
        state: PresenceState,
        now: Timestamp,
    ) {
        let Some(user) = caller.user() else { return };
        let changed = {
            let mut presences = self.presences.lock().expect("no panic while held");
            let viewers = presences.entry((caller.workspace, conversation)).or_default();
            let before = viewers.iter().find(|viewer| viewer.id == user).map(|viewer| viewer.state);
            viewers.retain(|viewer| viewer.id != user && viewer.until > now);
            if state != PresenceState::None {
                viewers.push(Viewer { id: user, name: name.to_owned(), state, until: now + PRESENCE });
            }
            if viewers.is_empty() {
                presences.remove(&(caller.workspace, conversation));
            }
            before != (state != PresenceState::None).then_some(state)
        };
        if changed {
            let workspace = caller.workspace;
            self.tell(LiveEvent::Presence { workspace, conversation, private_team });
            let (name, on) = (name.to_owned(), state == PresenceState::Replying);
            self.tell(LiveEvent::AgentTyping { workspace, conversation, name, on });
        }
    }

    /// Notes that the person at the other end writes, or no longer does, and tells everybody.
    pub fn set_writing(
        &self,
        workspace: WorkspaceId,
        conversation: ConversationId,
        private_team: Option<TeamId>,
        on: bool,
        now: Timestamp,
    ) {
        {
            let mut writing = self.writing.lock().expect("no panic while held");
            writing.retain(|_, until| *until > now);
            if on {
                writing.insert((workspace, conversation), now + TYPING);
            } else {
                writing.remove(&(workspace, conversation));
            }
        }
        self.tell(LiveEvent::Typing { workspace, conversation, private_team, on });
    }

    /// The person at the other end writes now.
    pub fn is_writing(&self, workspace: WorkspaceId, conversation: ConversationId, now: Timestamp) -> bool {
        let writing = self.writing.lock().expect("no panic while held");
        writing.get(&(workspace, conversation)).is_some_and(|until| *until > now)
    }

    /// Who has the conversation open now.
    pub fn viewers(
        &self,
        workspace: WorkspaceId,
        conversation: ConversationId,
        now: Timestamp,
    ) -> Vec<Viewer> {
        let presences = self.presences.lock().expect("no panic while held");
        let viewers = presences.get(&(workspace, conversation)).cloned().unwrap_or_default();
        viewers.into_iter().filter(|viewer| viewer.until > now).collect()
    }
}

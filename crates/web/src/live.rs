//! `GET /api/v1/live`: the WebSocket of the application (RFC 6455).

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{
        State,
        ws::{Message, WebSocketUpgrade},
    },
    response::Response,
    routing::any,
};
use kernel::{ConversationId, Fact, FactCursor, PersonId, Result, TeamId, WorkspaceId, fault};
use serde::Deserialize;
use serde_json::{Value, json};
use store::facts_after;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::Instant,
};

use crate::{App, Auth, Line, LiveEvent, PresenceState, Rights};

/// A client that lost the last frame notices at the next.
const PING: Duration = Duration::from_secs(8);
const RIGHTS: Duration = Duration::from_secs(25);
/// Counters change in bursts; they are read once the burst has passed.
const COUNTERS: Duration = Duration::from_millis(150);
/// More missed facts than this, and reading everything again is cheaper.
const MAX_RESUME: usize = 2_000;
/// Facts that concern nobody's screen, or would drown it.
const SILENT: [&str; 7] =
    ["session.", "key.", "event:", "page.", "screen.", "audience.entered", "audience.left"];

/// A million people who come by a file are told of when all are there (`import.finished`).
fn is_silent(fact: &Fact) -> bool {
    let is_person = fact.name.starts_with("person.");
    let is_imported = is_person && (!fact.payload["import"].is_null() || fact.payload["source"] == "import");
    is_imported || SILENT.iter().any(|name| fact.name.starts_with(name))
}

pub fn live_routes() -> Router<App> {
    Router::new().route("/api/v1/live", any(open))
}

async fn open(auth: Auth, State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .read_buffer_size(4_096)
        .write_buffer_size(0)
        .max_write_buffer_size(1 << 20)
        .max_message_size(16 * 1_024)
        .on_upgrade(move |socket| async move {
            let events = app.hub.subscribe();
            let Ok(rights) = app.hub.rights.rights(&auth.caller).await else { return };
            let mut session = Session::new(app, auth, rights);
            // A broken connection ends it; the client comes back and resumes.
            let _ = session.serve(Line::new(socket), events).await;
            session.leave();
        })
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum FromClient {
    Hello { since: Option<String> },
    Presence { conversation: ConversationId, state: PresenceState },
    Pong {},
}

struct Session {
    app: App,
    auth: Auth,
    rights: Rights,
    cursor: FactCursor,
    last_views: Value,
    /// Conversations this socket said it has open, with their private team.
    open: HashMap<ConversationId, Option<TeamId>>,
    ended: bool,
}

impl Session {
    fn new(app: App, auth: Auth, rights: Rights) -> Self {
        let cursor = FactCursor::default();
        Self { app, auth, rights, cursor, last_views: Value::Null, open: HashMap::new(), ended: false }
    }

    async fn serve(
        &mut self,
        mut line: Line,
        mut events: Receiver<Arc<LiveEvent>>,
    ) -> Result<(), axum::Error> {
        let mut stop = self.app.hub.stop.clone();
        let mut room = self.app.db.room().changes();
        let mut ping = tokio::time::interval_at(Instant::now() + PING, PING);
        let mut renewal = tokio::time::interval_at(Instant::now() + RIGHTS, RIGHTS);
        let mut counters_due: Option<Instant> = None;
        let mut greeted = false;
        loop {
            let due = counters_due.unwrap_or_else(|| Instant::now() + PING);
            tokio::select! {
                message = line.recv() => match message {
                    Some(Ok(Message::Text(text))) => {
                        if let Ok(FromClient::Hello { since }) = serde_json::from_str(&text) {
                            greeted = true;
                            self.greet(&mut line, since).await?;
                            let low = *room.borrow_and_update();
                            line.send(storage_frame(low)).await?;
                            counters_due = Some(Instant::now());
                        } else {
                            self.hear(&mut line, &text).await?;
                        }
                    }
                    Some(Ok(Message::Close(_))) | None => return Ok(()),
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(error),
                },
                event = events.recv(), if greeted => match event {
                    Ok(event) => {
                        let changes_views = self.pass_on(&mut line, &event).await?;
                        if self.ended {
                            return line.close(4001, "signed out").await;
                        }
                        if changes_views {
                            counters_due.get_or_insert(Instant::now() + COUNTERS);
                        }
                    }
                    Err(RecvError::Lagged(_)) => self.reset(&mut line).await?,
                    Err(RecvError::Closed) => return Ok(()),
                },
                () = tokio::time::sleep_until(due), if counters_due.is_some() => {
                    counters_due = None;
                    self.send_views(&mut line).await?;
                }
                _ = ping.tick() => line.send(json!({ "type": "ping" })).await?,
                _ = renewal.tick() => {
                    self.renew_rights().await;
                    if self.ended {
                        return line.close(4001, "signed out").await;
                    }
                }
                Ok(()) = room.changed(), if greeted => {
                    let low = *room.borrow_and_update();
                    line.send(storage_frame(low)).await?;
                }
                _ = stop.changed() => return line.close(1012, "restarting").await,
            }
        }
    }

    fn is_at_home(&self, workspace: WorkspaceId) -> bool {
        workspace == self.auth.caller.workspace || fault::is_off("live-rights")
    }

    /// Reads the caller's rights again: they end at once when the user or the session does.
    async fn renew_rights(&mut self) {
        match self.app.hub.rights.rights(&self.auth.caller).await {
            Ok(rights) => self.rights = rights,
            Err(_) => self.ended = !fault::is_off("live-end"),
        }
    }

    fn leave(&mut self) {
        let now = self.app.db.clock().now();
        for (conversation, team) in self.open.drain() {
            let (hub, caller) = (&self.app.hub, &self.auth.caller);
            hub.set_presence(caller, &self.rights.name, conversation, team, PresenceState::None, now);
        }
    }

    async fn greet(&mut self, line: &mut Line, since: Option<String>) -> Result<(), axum::Error> {
        let since = match since.map(|text| text.parse::<FactCursor>()) {
            Some(Ok(since)) => since,
            // The first connection: from now on.
            None => self.head().await,
            Some(Err(_)) => return self.reset(line).await,
        };
        self.cursor = since;
        line.send(json!({ "type": "hello", "cursor": since.to_string() })).await?;
        let missed = self
            .app
            .db
            .system_read("live", move |read| facts_after(read, since, MAX_RESUME))
            .await
            .map(|facts| facts.items);
        let Ok(missed) = missed else { return self.reset(line).await };
        if missed.len() == MAX_RESUME {
            return self.reset(line).await;
        }
        let Ok(around) = self.app.hub.rights.around(&missed).await else {
            return self.reset(line).await;
        };
        for fact in missed {
            self.pass_on(line, &around.event(fact)).await?;
        }
        Ok(())
    }

    /// The place after everything that is visible now.
    async fn head(&self) -> FactCursor {
        store::Tail::from_head(&self.app.db).await.map(|tail| tail.cursor()).unwrap_or_default()
    }

    async fn reset(&mut self, line: &mut Line) -> Result<(), axum::Error> {
        let head = self.head().await;
        self.cursor = head;
        line.send(json!({ "type": "reset", "cursor": head.to_string() })).await
    }

    /// Sends an event if this listener may see it; true when counters may have changed.
    async fn pass_on(&mut self, line: &mut Line, event: &LiveEvent) -> Result<bool, axum::Error> {
        let workspace = self.auth.caller.workspace;
        match event {
            LiveEvent::Fact { fact, private_team, person }
                if self.is_at_home(fact.workspace) && fact.cursor > self.cursor =>
            {
                if ["team.", "user.", "key."].iter().any(|about| fact.name.starts_with(about)) {
                    self.renew_rights().await;
                }
                if fact.name == "session.ended" && fact.payload["session"] == json!(self.auth.session) {
                    self.ended = !fault::is_off("live-end");
                }
                if !self.rights.may_see(*private_team) || is_silent(fact) {
                    return Ok(false);
                }
                self.cursor = fact.cursor;
                line.send(fact_frame(fact, *person)).await?;
                Ok(fact.conversation.is_some())
            }
            LiveEvent::Presence { workspace: of, conversation, private_team }
                if *of == workspace && self.rights.may_see(*private_team) =>
            {
                let viewers = self.app.hub.viewers(workspace, *conversation, self.app.db.clock().now());
                let people: Vec<Value> = viewers
                    .iter()
                    .map(|viewer| json!({ "user": { "id": viewer.id, "name": viewer.name }, "state": viewer.state }))
                    .collect();
                line.send(json!({ "type": "presence", "conversation": conversation, "people": people }))
                    .await?;
                Ok(false)
            }
            LiveEvent::Typing { workspace: of, conversation, private_team, on }
                if *of == workspace && self.rights.may_see(*private_team) =>
            {
                line.send(typing_frame(*conversation, *on)).await?;
                Ok(false)
            }
            _ => Ok(false),
        }
    }

    async fn send_views(&mut self, line: &mut Line) -> Result<(), axum::Error> {
        let Ok(views) = self.app.hub.rights.views(&self.auth.caller).await else { return Ok(()) };
        if views != self.last_views {
            line.send(json!({ "type": "views", "views": views })).await?;
            self.last_views = views;
        }
        Ok(())
    }

    async fn hear(&mut self, line: &mut Line, text: &str) -> Result<(), axum::Error> {
        let Ok(FromClient::Presence { conversation, state }) = serde_json::from_str(text) else {
            return Ok(());
        };
        let (hub, caller) = (&self.app.hub, &self.auth.caller);
        let Ok(team) = hub.rights.private_team(caller, conversation).await else { return Ok(()) };
        let now = self.app.db.clock().now();
        self.open.insert(conversation, team);
        hub.set_presence(caller, &self.rights.name, conversation, team, state, now);
        // Whoever opens a conversation later than the typing began has missed the event.
        if state != PresenceState::None && hub.is_writing(caller.workspace, conversation, now) {
            line.send(typing_frame(conversation, true)).await?;
        }
        Ok(())
    }
}

fn typing_frame(conversation: ConversationId, on: bool) -> Value {
    json!({ "type": "typing", "conversation": conversation, "on": on })
}

fn storage_frame(low: bool) -> Value {
    json!({ "type": "storage", "read_only": low })
}

fn fact_frame(fact: &Fact, person: Option<PersonId>) -> Value {
    json!({
        "type": "fact", "cursor": fact.cursor.to_string(), "name": fact.name, "conversation": fact.conversation,
        "person": person, "at": fact.at, "actor": fact.actor, "payload": fact.payload,
    })
}

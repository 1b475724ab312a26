//! The visitor's socket: hello with token and the last number seen, then messages both ways.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{
        State,
        ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade},
    },
    response::{IntoResponse, Response},
};
use inbox::channels::ChannelRow;
use kernel::{Caller, Code, ConversationId, Error, Result};
use serde::Deserialize;
use serde_json::json;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Instant, timeout},
};
use uuid::Uuid;
use web::{ApiError, App, Line, LiveEvent, PathId, PresenceState};

use super::{
    Connected,
    http::{self, Said, Written},
    view,
    visitors::{self, Visitor},
};

/// A client that lost the last frame notices at the next.
const PING: Duration = Duration::from_secs(8);
const HELLO: Duration = Duration::from_secs(5);

pub(super) async fn open(
    State(app): State<App>,
    PathId(key): PathId<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let channel = match http::channel(&app, key).await {
        Ok(channel) => channel,
        Err(error) => return ApiError(error).into_response(),
    };
    upgrade
        .read_buffer_size(2_048)
        .write_buffer_size(0)
        .max_write_buffer_size(256 * 1_024)
        .max_message_size(64 * 1_024)
        // The future of an idle visitor is kept small: there may be many thousand.
        .on_upgrade(move |socket| Box::pin(serve(app, channel, socket)))
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum FromVisitor {
    Hello {
        token: String,
        #[serde(default)]
        since: i64,
    },
    Message {
        client_id: Uuid,
        #[serde(default)]
        text: String,
        #[serde(default)]
        attachments: Vec<kernel::AttachmentId>,
    },
    Typing {
        on: bool,
    },
    Read {
        seq: i64,
    },
    Pong {},
}

async fn serve(app: App, channel: ChannelRow, mut socket: WebSocket) {
    let Ok(Some(Ok(Message::Text(first)))) = timeout(HELLO, socket.recv()).await else { return };
    let Ok(FromVisitor::Hello { token, since }) = serde_json::from_str(&first) else { return };
    let visitor = match http::visitor(&app, &channel, token).await {
        Ok(visitor) => visitor,
        Err(error) => {
            let code = if error.code == Code::InvalidToken { 4_001 } else { 1_011 };
            let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: "".into() }))).await;
            return;
        }
    };
    let events = app.hub.subscribe();
    let _connected = Connected::new(visitor.id);
    let mut chat = Chat { app, visitor, seq: since, writing: false };
    // A broken connection ends it; the widget comes back and resumes.
    let _ = chat.run(Line::new(socket), events).await;
    if chat.writing {
        chat.typing(false).await;
    }
}

struct Chat {
    app: App,
    visitor: Visitor,
    /// The newest number sent.
    seq: i64,
    /// The visitor said so, and has not said otherwise.
    writing: bool,
}

impl Chat {
    async fn run(&mut self, mut line: Line, mut events: Receiver<Arc<LiveEvent>>) -> Result<(), axum::Error> {
        let mut stop = self.app.hub.stopping();
        let mut ping = tokio::time::interval_at(Instant::now() + PING, PING);
        self.greet(&mut line).await?;
        loop {
            tokio::select! {
                message = line.recv() => match message {
                    Some(Ok(Message::Text(text))) => self.hear(&mut line, &text).await?,
                    Some(Ok(Message::Close(_))) | None => return Ok(()),
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(error),
                },
                event = events.recv() => match event {
                    Ok(event) => self.pass_on(&mut line, &event).await?,
                    Err(RecvError::Lagged(_)) => self.send_missed(&mut line).await?,
                    Err(RecvError::Closed) => return Ok(()),
                },
                _ = ping.tick() => line.send(json!({ "type": "ping" })).await?,
                _ = stop.changed() => return line.close(1_012, "restarting").await,
            }
        }
    }

    async fn greet(&mut self, line: &mut Line) -> Result<(), axum::Error> {
        let (caller, visitor) = (self.system(), self.visitor.clone());
        let state = self.app.db.read(&caller, move |read| {
            let last = match visitors::current_conversation(read, &visitor)? {
                Some(id) => view::last_seq(read, id)?,
                None => 0,
            };
            Ok((last, visitors::is_staffed(read)?))
        });
        let (last_seq, online) = state.await.unwrap_or((self.seq, false));
        line.send(json!({ "type": "hello", "last_seq": last_seq, "online": online })).await?;
        self.send_missed(line).await?;
        for name in self.agents_writing() {
            line.send(json!({ "type": "typing", "on": true, "name": name })).await?;
        }
        Ok(())
    }

    /// Who began to answer before this socket was open.
    fn agents_writing(&self) -> Vec<String> {
        let Some(conversation) = self.visitor.conversation else { return Vec::new() };
        let now = self.app.db.clock().now();
        let viewers = self.app.hub.viewers(self.visitor.workspace, conversation, now).into_iter();
        viewers.filter(|viewer| viewer.state == PresenceState::Replying).map(|viewer| viewer.name).collect()
    }

    fn system(&self) -> Caller {
        Caller::system(self.visitor.workspace, "chat")
    }

    async fn send_missed(&mut self, line: &mut Line) -> Result<(), axum::Error> {
        let Ok(missed) = http::missed(&self.app, &self.visitor, self.seq).await else { return Ok(()) };
        for message in missed {
            self.seq = self.seq.max(message.seq);
            line.send(json!({ "type": "message", "message": message })).await?;
        }
        Ok(())
    }

    async fn hear(&mut self, line: &mut Line, text: &str) -> Result<(), axum::Error> {
        match serde_json::from_str(text) {
            Ok(FromVisitor::Message { client_id, text, attachments }) => {
                let said =
                    http::say(&self.app, &self.visitor, Written { client_id, text, attachments }).await;
                match said {
                    Ok(said) => self.acknowledge(line, said).await?,
                    Err(error) => self.refuse(line, &error, client_id).await?,
                }
            }
            Ok(FromVisitor::Typing { on }) => self.typing(on).await,
            Ok(FromVisitor::Read { seq }) => self.mark_read(seq).await,
            Ok(FromVisitor::Hello { .. } | FromVisitor::Pong {}) | Err(_) => {}
        }
        Ok(())
    }

    /// Shows the visitor their own message, and before it whatever they have missed.
    async fn acknowledge(&mut self, line: &mut Line, said: Said) -> Result<(), axum::Error> {
        let Said { conversation, message } = said;
        if self.visitor.conversation != Some(conversation) {
            self.renew().await;
        }
        let is_here = self.visitor.conversation == Some(conversation);
        if is_here && message.seq > self.seq + 1 {
            self.send_missed(line).await?;
            if self.seq >= message.seq {
                return Ok(());
            }
        } else if is_here {
            self.seq = self.seq.max(message.seq);
        }
        // Said once more, or of a conversation that is over: its number is none of those that are waited for.
        line.send(json!({ "type": "message", "message": message })).await
    }

    async fn refuse(&self, line: &mut Line, error: &Error, client_id: Uuid) -> Result<(), axum::Error> {
        let text = error.code.text(self.visitor.locale);
        let frame =
            json!({ "type": "error", "code": error.code.as_str(), "message": text, "client_id": client_id });
        line.send(frame).await
    }

    /// Reads again which conversation the visitor is in.
    async fn renew(&mut self) {
        let (caller, id) = (self.system(), self.visitor.id);
        if let Ok(Some(visitor)) = self.app.db.read(&caller, move |read| visitors::by_id(read, id)).await {
            if visitor.conversation != self.visitor.conversation {
                self.seq = 0;
            }
            self.visitor = visitor;
        }
    }

    async fn pass_on(&mut self, line: &mut Line, event: &LiveEvent) -> Result<(), axum::Error> {
        match event {
            // The visitor's own first words may have come by HTTP, before this socket was open.
            LiveEvent::Fact { fact, .. }
                if fact.name == "message.received"
                    && fact.person == Some(self.visitor.person)
                    && fact.conversation != self.visitor.conversation =>
            {
                self.renew().await;
                self.send_missed(line).await
            }
            LiveEvent::Fact { fact, .. }
                if fact.workspace == self.visitor.workspace
                    && fact.conversation.is_some()
                    && fact.conversation == self.visitor.conversation
                    && matches!(fact.name.as_str(), "message.sent" | "message.received")
                    && fact.payload["seq"].as_i64().is_none_or(|seq| seq > self.seq) =>
            {
                self.send_missed(line).await
            }
            LiveEvent::AgentTyping { workspace, conversation, name, on }
                if self.is_mine(*workspace, *conversation) =>
            {
                line.send(json!({ "type": "typing", "on": on, "name": name })).await
            }
            _ => Ok(()),
        }
    }

    fn is_mine(&self, workspace: kernel::WorkspaceId, conversation: ConversationId) -> bool {
        workspace == self.visitor.workspace && Some(conversation) == self.visitor.conversation
    }

    async fn typing(&mut self, on: bool) {
        if self.visitor.conversation.is_none() {
            self.renew().await;
        }
        let Some(conversation) = self.visitor.conversation else { return };
        let caller = self.system();
        let team = self.app.db.read(&caller, move |read| {
            let found = inbox::conversations::find(read, conversation)?;
            inbox::conversations::private_team(read, &found)
        });
        let Ok(private_team) = team.await else { return };
        let (workspace, now) = (self.visitor.workspace, self.app.db.clock().now());
        self.app.hub.set_writing(workspace, conversation, private_team, on, now);
        self.writing = on;
    }

    /// The visitor has seen our answers up to a number.
    async fn mark_read(&self, seq: i64) {
        let (Some(conversation), caller) = (self.visitor.conversation, self.system()) else { return };
        let marked =
            self.app.db.write(&caller, move |tx| inbox::deliveries::mark_read(tx, conversation, seq));
        if let Err(error) = marked.await {
            tracing::warn!(%error, "a read mark could not be written");
        }
    }
}

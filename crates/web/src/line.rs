//! A WebSocket whose frames are numbered, so that the client notices when one is missing.

use axum::{
    Error,
    extract::ws::{CloseFrame, Message, WebSocket},
};
use kernel::fault;
use serde_json::Value;

/// Every frame of the server carries `n`: 1, 2, 3 … on this connection. Whoever misses one comes back and resumes.
pub struct Line {
    socket: WebSocket,
    sent: u64,
}

impl Line {
    pub fn new(socket: WebSocket) -> Self {
        Self { socket, sent: 0 }
    }

    pub async fn recv(&mut self) -> Option<Result<Message, Error>> {
        self.socket.recv().await
    }

    /// Sends an object.
    pub async fn send(&mut self, mut frame: Value) -> Result<(), Error> {
        self.sent += 1;
        if !fault::is_off("frame-numbers") {
            frame["n"] = self.sent.into();
        }
        self.socket.send(Message::Text(frame.to_string().into())).await
    }

    pub async fn close(mut self, code: u16, reason: &'static str) -> Result<(), Error> {
        self.socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await
    }
}

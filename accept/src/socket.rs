//! The live socket, as a browser opens it.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Error as WireError, Message, client::IntoClientRequest, handshake::client::Request},
};

use crate::{check::Error, client::Client};

pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The code with which the server closed it.
    pub closed: Option<u16>,
}

impl Socket {
    /// Opens the socket and says hello, from `since` if given.
    pub async fn open(client: &Client, since: Option<&str>) -> Result<Self, Error> {
        let request = request(client, "/api/v1/live", Some(&client.base.clone()), None)?;
        let mut socket = Self::of(request).await?;
        socket.send(&json!({ "type": "hello", "since": since })).await?;
        Ok(socket)
    }

    pub async fn of(request: Request) -> Result<Self, Error> {
        let (stream, _) = tokio_tungstenite::connect_async(request).await?;
        Ok(Self { stream, closed: None })
    }

    pub async fn send(&mut self, frame: &Value) -> Result<(), Error> {
        Ok(self.stream.send(Message::text(frame.to_string())).await?)
    }

    /// The next frame; none when nothing comes for so long, or when the socket is closed.
    pub async fn next(&mut self, patience: Duration) -> Option<Value> {
        loop {
            match timeout(patience, self.stream.next()).await.ok()?? {
                Ok(Message::Text(text)) => return serde_json::from_str(&text).ok(),
                Ok(Message::Close(frame)) => {
                    self.closed = Some(frame.map_or(1005, |frame| frame.code.into()));
                    return None;
                }
                Ok(_) => {}
                Err(_) => {
                    self.closed.get_or_insert(1006);
                    return None;
                }
            }
        }
    }

    /// Reads until a frame matches, and gives everything that came up to it.
    pub async fn until(&mut self, patience: Duration, wanted: impl Fn(&Value) -> bool) -> (Vec<Value>, bool) {
        let mut frames = Vec::new();
        while let Some(frame) = self.next(patience).await {
            let found = wanted(&frame);
            frames.push(frame);
            if found {
                return (frames, true);
            }
        }
        (frames, false)
    }
}

/// The request that opens a socket; the origin and the host are the caller's to choose.
pub fn request(
    client: &Client,
    path: &str,
    origin: Option<&str>,
    host: Option<&str>,
) -> Result<Request, Error> {
    let mut request = format!("{}{path}", client.base.replacen("http", "ws", 1)).into_client_request()?;
    let headers = request.headers_mut();
    if let Some((name, value)) = client.credential() {
        headers.insert(name, value.parse()?);
    }
    if let Some(origin) = origin {
        headers.insert("origin", origin.parse()?);
    }
    if let Some(host) = host {
        headers.insert("host", host.parse()?);
    }
    Ok(request)
}

/// The HTTP status with which a socket is refused, or 101.
pub async fn status_of_opening(request: Request) -> Result<u16, Error> {
    match tokio_tungstenite::connect_async(request).await {
        Ok((_, response)) => Ok(response.status().as_u16()),
        Err(WireError::Http(response)) => Ok(response.status().as_u16()),
        Err(error) => Err(error.into()),
    }
}

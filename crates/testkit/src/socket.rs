//! A WebSocket of the API: the live feed of an agent, or a visitor's chat.

use std::{
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use serde_json::Value as Json;
use testservers::dial;
use tokio_tungstenite::tungstenite::{
    Message, WebSocket, client, client::IntoClientRequest, http::HeaderValue,
};

use crate::Credential;

const PATIENCE: Duration = Duration::from_secs(60);

pub struct Socket {
    wire: WebSocket<TcpStream>,
    /// Everything heard so far, pings left out.
    pub heard: Vec<Json>,
}

impl Socket {
    #[track_caller]
    pub fn open(address: SocketAddr, path: &str, credential: &Credential) -> Self {
        let stream = dial(address).expect("the server listens");
        let mut request =
            format!("ws://{address}{path}").into_client_request().expect("an address of a socket");
        let headers = request.headers_mut();
        let origin = HeaderValue::from_str(&format!("http://{address}")).expect("an origin");
        headers.insert("origin", origin);
        let header = |value: &str| HeaderValue::from_str(value).expect("a header");
        match credential {
            Credential::Nobody => {}
            Credential::Bearer(secret) => {
                headers.insert("authorization", header(&format!("Bearer {secret}")));
            }
            Credential::Cookie(pair) => {
                headers.insert("cookie", header(pair));
            }
        }
        let (wire, _) = client(request, stream).expect("the server opens the socket");
        Self { wire, heard: Vec::new() }
    }

    pub fn say(&mut self, message: &Json) {
        self.wire.send(Message::text(message.to_string())).expect("the socket is open");
    }

    /// Reads until a message fits; what came before stays in `heard`.
    #[track_caller]
    pub fn hear(&mut self, awaited: &str, mut fits: impl FnMut(&Json) -> bool) -> Json {
        let give_up = Instant::now() + PATIENCE;
        while Instant::now() < give_up {
            let timeout = Some(Duration::from_millis(200));
            self.wire.get_ref().set_read_timeout(timeout).expect("a timeout can be set");
            match self.wire.read() {
                Ok(Message::Text(text)) => {
                    let json: Json = serde_json::from_str(&text).expect("the server speaks JSON");
                    if json["type"] == "ping" {
                        continue;
                    }
                    self.heard.push(json.clone());
                    if fits(&json) {
                        return json;
                    }
                }
                Ok(_) => {}
                Err(tokio_tungstenite::tungstenite::Error::Io(error))
                    if matches!(
                        error.kind(),
                        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                    ) => {}
                Err(error) => panic!("waited for {awaited}: {error}; heard {:?}", self.heard),
            }
        }
        panic!("waited in vain for {awaited}; heard {:#?}", self.heard);
    }

    /// The next message of a type.
    #[track_caller]
    pub fn hear_type(&mut self, kind: &str) -> Json {
        self.hear(kind, |message| message["type"] == kind)
    }

    /// Says goodbye and waits until the server has heard it.
    pub fn close(mut self) {
        let _ = self.wire.close(None);
        while self.wire.read().is_ok() {}
    }
}

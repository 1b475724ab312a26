//! A caller of the API: one blocking request per connection, over a real socket.

use std::{
    io::{Read, Write},
    net::SocketAddr,
};

use serde_json::Value as Json;
use testservers::dial;

/// Who calls.
#[derive(Clone, Debug)]
pub enum Credential {
    Nobody,
    /// An API key, or a visitor's token.
    Bearer(String),
    /// A session, as `name=value`.
    Cookie(String),
}

#[derive(Clone, Debug)]
pub struct Client {
    address: SocketAddr,
    pub credential: Credential,
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or(Json::Null)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

impl Client {
    pub fn new(address: SocketAddr, credential: Credential) -> Self {
        Self { address, credential }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Calls `/api/v1/{path}`, or `path` itself when it begins with a slash. `null` sends no body.
    pub fn api(&self, method: &str, path: &str, body: Json) -> (u16, Json) {
        let answer = self.send(method, path, &[], &body);
        (answer.status, answer.json())
    }

    /// Reads; anything but 2xx fails the test.
    #[track_caller]
    pub fn get(&self, path: &str) -> Json {
        self.ok("GET", path, Json::Null)
    }

    #[track_caller]
    pub fn post(&self, path: &str, body: Json) -> Json {
        self.ok("POST", path, body)
    }

    #[track_caller]
    pub fn put(&self, path: &str, body: Json) -> Json {
        self.ok("PUT", path, body)
    }

    #[track_caller]
    pub fn patch(&self, path: &str, body: Json) -> Json {
        self.ok("PATCH", path, body)
    }

    #[track_caller]
    pub fn delete(&self, path: &str) -> Json {
        self.ok("DELETE", path, Json::Null)
    }

    #[track_caller]
    pub fn ok(&self, method: &str, path: &str, body: Json) -> Json {
        let (status, answer) = self.api(method, path, body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer
    }

    /// One request with headers of the caller's choice.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Json) -> Answer {
        let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.raw(method, path, &all, &bytes)
    }

    /// One request with bytes of the caller's choice.
    pub fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.try_raw(method, path, headers, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// As [`Client::raw`], for a server that may be dead.
    pub fn try_raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> std::io::Result<Answer> {
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/api/v1/{path}") };
        let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "host") {
            head += &format!("host: {}\r\n", self.address);
        }
        head += &match &self.credential {
            Credential::Nobody => String::new(),
            Credential::Bearer(secret) => format!("authorization: Bearer {secret}\r\n"),
            Credential::Cookie(pair) => format!("cookie: {pair}\r\norigin: http://{}\r\n", self.address),
        };
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("content-length: {}\r\n\r\n", body.len());
        let mut connection = dial(self.address)?;
        connection.write_all(head.as_bytes())?;
        connection.write_all(body)?;
        let mut heard = Vec::new();
        connection.read_to_end(&mut heard)?;
        understood(&heard).ok_or_else(|| std::io::Error::other("no whole answer"))
    }
}

fn understood(heard: &[u8]) -> Option<Answer> {
    let mut slots = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut slots);
    let httparse::Status::Complete(start) = response.parse(heard).ok()? else { return None };
    let headers: Vec<(String, String)> = response
        .headers
        .iter()
        .map(|header| (header.name.to_owned(), String::from_utf8_lossy(header.value).into_owned()))
        .collect();
    let status = response.code?;
    let mut answer = Answer { status, headers, body: heard.get(start..)?.to_vec() };
    if answer.header("transfer-encoding") == Some("chunked") {
        answer.body = unchunked(&answer.body)?;
    } else if let Some(length) = answer.header("content-length").and_then(|text| text.parse::<usize>().ok()) {
        (answer.body.len() >= length).then_some(())?;
    }
    Some(answer)
}

fn unchunked(mut wire: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let httparse::Status::Complete((start, size)) = httparse::parse_chunk_size(wire).ok()? else {
            return None;
        };
        if size == 0 {
            return Some(body);
        }
        let end = start + usize::try_from(size).ok()?;
        body.extend_from_slice(wire.get(start..end)?);
        wire = wire.get(end + 2..)?;
    }
}

//! A support desk: a server with its agents and mail channels, and short names for what is done there.

use std::net::SocketAddr;

use serde_json::{Value as Json, json};
use testkit::{
    Client, Engine, TestApp,
    servers::{free_port, mail::hand_over},
    text, until,
};

use crate::{letter::Letter, post};

/// A port of ours that takes mail, and the address it takes it for.
pub struct Receiver {
    pub id: String,
    pub address: String,
    pub port: SocketAddr,
}

impl Receiver {
    /// Hands a letter over; heard 250 means it is kept.
    #[track_caller]
    pub fn take(&self, letter: &Letter) {
        self.take_raw(&letter.bytes(), &letter.envelope_from);
    }

    #[track_caller]
    pub fn take_raw(&self, raw: &[u8], from: &str) {
        hand_over(self.port, raw, from, &self.address).unwrap();
    }
}

/// A mail channel on a port of our own, which answers through Postfix.
#[track_caller]
pub fn receiver(app: &TestApp, name: &str) -> Receiver {
    let address = post::address(name, "kapocs.example");
    let port = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let channel = app.post(
        "channels",
        json!({ "kind": "receiver", "name": name, "config": {
            "addresses": [address], "listen_port": port.port(),
            "smtp_host": "127.0.0.1", "smtp_port": post::smtp().port(), "smtp_tls": "none",
        } }),
    );
    let id = text(&channel["id"]);
    ready(app, &id);
    Receiver { id, address, port }
}

/// A mailbox at Dovecot, watched by IMAP.
#[track_caller]
pub fn mailbox(app: &TestApp, name: &str) -> (String, String) {
    let address = post::our_mailbox();
    let (imap, smtp) = (post::mail().imap_addr(), post::smtp());
    let channel = app.post(
        "channels",
        json!({ "kind": "email", "name": name, "config": {
            "addresses": [address], "imap_host": "127.0.0.1", "imap_port": imap.port(), "imap_user": address,
            "imap_password": post::PASSWORD, "imap_tls": "none",
            "smtp_host": "127.0.0.1", "smtp_port": smtp.port(), "smtp_tls": "none",
        } }),
    );
    let id = text(&channel["id"]);
    ready(app, &id);
    (id, address)
}

#[track_caller]
pub fn ready(app: &TestApp, channel: &str) {
    until("a channel that works", || {
        let health = app.get(&format!("channels/{channel}"))["health"].clone();
        assert_ne!(health["state"], "error", "{health}");
        (health["state"] == "ok").then_some(())
    });
}

pub fn start(engine: Engine) -> (TestApp, Receiver) {
    let app = TestApp::start(engine);
    let receiver = receiver(&app, "info");
    (app, receiver)
}

pub fn conversations(app: &Client) -> Vec<Json> {
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        let page = app.get(&format!("conversations?order=oldest&limit=200{after}"));
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return all,
        }
    }
}

/// The messages of a conversation, oldest first.
pub fn thread(app: &Client, conversation: &str) -> Vec<Json> {
    app.get(&format!("conversations/{conversation}/messages?limit=200"))["items"].as_array().unwrap().clone()
}

/// Every message of the workspace.
pub fn messages(app: &Client) -> Vec<Json> {
    conversations(app).iter().flat_map(|c| thread(app, c["id"].as_str().unwrap())).collect()
}

/// Waits until a message with this text is in the inbox; gives its conversation and itself.
#[track_caller]
pub fn arrived(app: &Client, words: &str) -> (String, Json) {
    until(&format!("“{words}” in the inbox"), || {
        conversations(app).iter().find_map(|c| {
            let id = text(&c["id"]);
            let found =
                thread(app, &id).into_iter().find(|m| m["text"].as_str().is_some_and(|t| t.contains(words)));
            found.map(|message| (id, message))
        })
    })
}

/// Answers a conversation.
#[track_caller]
pub fn answer(app: &Client, conversation: &str, words: &str) -> Json {
    app.post(&format!("conversations/{conversation}/messages"), json!({ "text": words }))
}

/// Waits until nothing that came in waits to be understood, and nothing to be sent.
#[track_caller]
pub fn quiet(app: &TestApp) {
    until("an empty queue", || {
        let answer = app.raw("GET", "/metrics", &[], &[]).text();
        let waiting = answer.lines().find_map(|line| line.strip_prefix("kapocs_jobs_waiting "))?;
        (waiting == "0").then_some(())
    });
}

pub fn quarantined(app: &Client) -> Vec<Json> {
    app.get("quarantine?limit=200")["items"].as_array().unwrap().clone()
}

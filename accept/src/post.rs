//! The post: real Postfix and Dovecot with the mailboxes of people, and letters as people and forgers write them.

use std::sync::Arc;

use channels::email::text::{DkimKey, parse};
use kernel::Timestamp;
use serde_json::{Value, json};
use testservers::Mail;

use crate::{
    check::Error,
    client::Client,
    world::{channel, listening},
};

pub const PASSWORD: &str = "titok";

/// Both servers; they end with the last of us.
pub async fn start(people: &[&str]) -> Result<Arc<Mail>, Error> {
    let people: Vec<String> = people.iter().map(|address| (*address).to_owned()).collect();
    let started = tokio::task::spawn_blocking(move || {
        let mail = Mail::start()?;
        people.iter().try_for_each(|address| mail.add_user(address, PASSWORD))?;
        Ok::<_, testservers::Failure>(mail)
    });
    Ok(Arc::new(started.await?.map_err(|failure| failure.to_string())?))
}

/// What lies in somebody's mailbox.
pub fn mailbox(mail: &Mail, address: &str) -> Result<Vec<String>, Error> {
    let raw = mail.messages(address).map_err(|failure| failure.to_string())?;
    Ok(raw.iter().map(|raw| String::from_utf8_lossy(raw).into_owned()).collect())
}

/// A receiver of ours that answers through the post; its id and its port.
pub async fn receiver(
    admin: &Client,
    mail: &Mail,
    address: &str,
    more: Value,
) -> Result<(String, u16), Error> {
    let port = testservers::free_port();
    let smtp = mail.smtp_addr();
    let mut config = json!({
        "addresses": [address], "listen_port": port,
        "smtp_host": smtp.ip().to_string(), "smtp_port": smtp.port(), "smtp_tls": "none",
    });
    if let (Value::Object(config), Value::Object(more)) = (&mut config, more) {
        config.extend(more);
    }
    let body = json!({ "kind": "receiver", "name": format!("Levelek: {address}"), "config": config });
    let (id, _) = channel(admin, body).await?;
    listening(port).await?;
    Ok((id, port))
}

/// A letter, header by header.
#[derive(Clone)]
pub struct Letter {
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Letter {
    pub fn new(from: &str, to: &str, subject: &str, body: &str) -> Self {
        let id = format!("<{}@mua.example>", uuid::Uuid::new_v4().simple());
        let headers = [
            ("From", from),
            ("To", to),
            ("Subject", subject),
            ("Message-ID", &id),
            ("Date", "Sat, 21 Nov 2026 10:00:00 +0100"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { headers, body: body.to_owned() }
    }

    /// One more header, on top.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(0, (name.to_owned(), value.to_owned()));
        self
    }

    pub fn answering(self, id: &str) -> Self {
        self.with("In-Reply-To", id).with("References", id)
    }

    pub fn raw(&self) -> Vec<u8> {
        let head: String = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("{head}\r\n{}\r\n", self.body).into_bytes()
    }

    pub fn signed(&self, key: &DkimKey) -> Result<Vec<u8>, Error> {
        Ok(key.sign(&self.raw())?)
    }
}

/// A letter with all that its reader sees: what is encoded in it, too.
pub fn readable(raw: &str) -> String {
    let parsed = parse(raw.as_bytes(), Timestamp::from_seconds(1_795_253_105));
    let Ok(mail) = parsed else { return raw.to_owned() };
    let name = mail.from.and_then(|from| from.name).unwrap_or_default();
    let texts = [name, mail.subject.unwrap_or_default(), mail.text, mail.html.unwrap_or_default()];
    format!("{raw}\n{}", texts.join("\n"))
}

/// The one address that a header names.
pub fn address(raw: &str, name: &str) -> Option<String> {
    let value = header(raw, name)?;
    let inner = value.rsplit_once('<').map_or(value.as_str(), |(_, inner)| inner);
    Some(inner.trim_matches(['<', '>', ' ']).to_owned())
}

/// The value of a header, unfolded.
pub fn header(raw: &str, name: &str) -> Option<String> {
    let head = raw
        .split("\r\n\r\n")
        .next()
        .unwrap_or(raw)
        .replace("\r\n", "\n")
        .replace("\n ", " ")
        .replace("\n\t", " ");
    let wanted = format!("{}:", name.to_lowercase());
    let line = head.lines().find(|line| line.to_lowercase().starts_with(&wanted))?;
    Some(line[wanted.len()..].trim().to_owned())
}

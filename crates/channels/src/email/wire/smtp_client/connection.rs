//! One connection to a server: greeted, secured, signed in.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use egress::{CONNECT_TIMEOUT, Grant, Stream, TlsMode};
use tokio::time::{Instant, timeout};

use super::{SmtpConfig, Trouble, reply::Reply};
use crate::email::wire::{
    credentials::{Credentials, plain, xoauth2},
    framing::Framed,
};

/// What the server said it can do.
#[derive(Default)]
pub(super) struct Features {
    pub pipelining: bool,
    pub eight_bit: bool,
    pub utf8: bool,
    pub size: Option<u64>,
    start_tls: bool,
    mechanisms: Vec<String>,
}

pub(super) struct Connection {
    pub wire: Framed<Stream>,
    pub features: Features,
    pub used_at: Instant,
    pub uses: u32,
    patience: Duration,
}

impl Connection {
    pub async fn open(config: &SmtpConfig) -> Result<Self, Trouble> {
        let stream =
            egress::connect_tls(&config.policy, &config.target, config.grant, &config.tls, CONNECT_TIMEOUT);
        let wire = Framed::new(stream.await.map_err(Trouble::Connect)?);
        let features = Features::default();
        let mut connection =
            Self { wire, features, used_at: Instant::now(), uses: 0, patience: config.command };
        let greeting = connection.reply().await?;
        if !greeting.is_ok() {
            return Err(Trouble::Refused { code: greeting.code, text: greeting.text() });
        }
        connection.hello(&config.hello).await?;
        if config.tls.mode == TlsMode::StartTls {
            connection = connection.secure(config).await?;
            connection.hello(&config.hello).await?;
        }
        if let Some(credentials) = &config.credentials {
            if config.tls.mode == TlsMode::None && config.grant == Grant::Public {
                return Err(Trouble::Insecure);
            }
            connection.sign_in(credentials).await?;
        }
        Ok(connection)
    }

    /// Whether it still answers, and has forgotten whatever was said before.
    pub async fn is_fresh(&mut self) -> bool {
        self.ask("RSET").await.is_ok_and(|reply| reply.is_ok())
    }

    pub async fn close(mut self) {
        // Whether the server hears it is its own business.
        let _ = timeout(Duration::from_secs(1), self.ask("QUIT")).await;
    }

    pub fn push(&mut self, line: &str) {
        self.wire.push(line.as_bytes());
        self.wire.push(b"\r\n");
    }

    pub async fn ask(&mut self, line: &str) -> Result<Reply, Trouble> {
        self.push(line);
        self.reply().await
    }

    pub async fn reply(&mut self) -> Result<Reply, Trouble> {
        self.reply_within(self.patience).await
    }

    pub async fn reply_within(&mut self, patience: Duration) -> Result<Reply, Trouble> {
        match timeout(patience, Reply::read(&mut self.wire)).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(error)) => Err(Trouble::from(error)),
            Err(_) => Err(Trouble::TimedOut),
        }
    }

    async fn hello(&mut self, name: &str) -> Result<(), Trouble> {
        let reply = self.ask(&format!("EHLO {name}")).await?;
        if reply.is_ok() {
            self.features = Features::read(&reply);
            return Ok(());
        }
        self.features = Features::default();
        let reply = self.ask(&format!("HELO {name}")).await?;
        if reply.is_ok() { Ok(()) } else { Err(Trouble::Refused { code: reply.code, text: reply.text() }) }
    }

    async fn secure(mut self, config: &SmtpConfig) -> Result<Self, Trouble> {
        if !self.features.start_tls || !self.ask("STARTTLS").await?.is_ok() {
            return Err(Trouble::NoStartTls);
        }
        // What was read ahead is dropped with the framing: it was said in clear.
        let stream = self.wire.into_inner();
        let host = &config.target.host;
        let stream = egress::upgrade(stream, host, config.grant, &config.tls, CONNECT_TIMEOUT).await;
        Ok(Self { wire: Framed::new(stream.map_err(Trouble::Connect)?), ..self })
    }

    async fn sign_in(&mut self, credentials: &Credentials) -> Result<(), Trouble> {
        let offers = |name: &str| self.features.mechanisms.iter().any(|offered| offered == name);
        let reply = match credentials {
            Credentials::Password { user, password } if offers("PLAIN") => {
                self.ask(&format!("AUTH PLAIN {}", STANDARD.encode(plain(user, password)))).await?
            }
            Credentials::Password { user, password } if offers("LOGIN") => {
                self.ask("AUTH LOGIN").await?;
                self.ask(&STANDARD.encode(user)).await?;
                self.ask(&STANDARD.encode(password)).await?
            }
            Credentials::Token { user, source } if offers("XOAUTH2") => {
                let token = source().await.map_err(|_| Trouble::Token)?;
                let reply =
                    self.ask(&format!("AUTH XOAUTH2 {}", STANDARD.encode(xoauth2(user, &token)))).await?;
                // The reason comes as a challenge; an empty answer brings the refusal itself.
                if reply.code == 334 { self.ask("").await? } else { reply }
            }
            _ => return Err(Trouble::NoMechanism),
        };
        if reply.is_ok() { Ok(()) } else { Err(Trouble::Login { code: reply.code, text: reply.text() }) }
    }
}

impl Features {
    fn read(reply: &Reply) -> Self {
        let mut features = Self::default();
        for line in reply.lines.iter().skip(1) {
            let line = line.to_ascii_uppercase();
            // Old servers write `AUTH=LOGIN PLAIN`.
            let mut words = line.split([' ', '=']).filter(|word| !word.is_empty());
            match words.next() {
                Some("PIPELINING") => features.pipelining = true,
                Some("8BITMIME") => features.eight_bit = true,
                Some("SMTPUTF8") => features.utf8 = true,
                Some("STARTTLS") => features.start_tls = true,
                Some("SIZE") => features.size = words.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0),
                Some("AUTH") => features.mechanisms.extend(words.map(str::to_owned)),
                _ => {}
            }
        }
        features
    }
}

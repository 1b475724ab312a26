//! The sender, before real servers and before one that does what it is told.

mod real;
mod scripted;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use egress::{Grant, Target, Tls, TlsMode};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use super::{Delivery, Outcome, Outgoing, SmtpClient, SmtpConfig};

pub const LETTER: &[u8] = b"Subject: hi\r\n\r\nhello\r\n.\r\n";

/// What a server answers to a line; `data` stands for the end of a message, `greeting` for the beginning.
pub enum Say {
    Text(&'static str),
    Hang,
    Cut,
}

type Script = Box<dyn FnMut(&str) -> Option<Say> + Send>;

/// A server that is content with everything its script does not speak of.
pub struct Scripted {
    pub address: SocketAddr,
    pub heard: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    pub async fn start(script: impl FnMut(&str) -> Option<Say> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let (shared, script) = (heard.clone(), Arc::new(Mutex::new(Box::new(script) as Script)));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(BufReader::new(stream), script.clone(), shared.clone()));
            }
        });
        Self { address, heard }
    }

    pub fn count(&self, part: &str) -> usize {
        self.heard.lock().unwrap().iter().filter(|line| line.contains(part)).count()
    }
}

async fn serve(mut stream: BufReader<TcpStream>, script: Arc<Mutex<Script>>, heard: Arc<Mutex<Vec<String>>>) {
    let mut line = "greeting".to_owned();
    let mut in_data = false;
    loop {
        if in_data && line == "." {
            in_data = false;
            line = "data".to_owned();
        }
        if !in_data {
            heard.lock().unwrap().push(line.clone());
            let told = (*script.lock().unwrap())(&line);
            let default = if line == "DATA" { "354 go" } else { "250 fine" };
            let text = match told.unwrap_or(Say::Text(default)) {
                Say::Text(text) => text,
                Say::Hang => std::future::pending().await,
                Say::Cut => return,
            };
            in_data = text.starts_with("354");
            if stream.write_all(format!("{text}\r\n").as_bytes()).await.is_err() {
                return;
            }
        }
        line.clear();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        line.truncate(line.trim_end().len());
    }
}

pub fn config(address: SocketAddr) -> SmtpConfig {
    let target = Target::new(address.ip().to_string(), address.port());
    SmtpConfig {
        grant: Grant::Operator,
        command: Duration::from_secs(10),
        end_of_data: Duration::from_secs(20),
        ..SmtpConfig::new(target, Tls::new(TlsMode::None), "desk.kapocs.example")
    }
}

/// Sends the letter to these recipients and gives back the outcomes.
pub async fn send(client: &SmtpClient, recipients: &[&str]) -> Vec<Outcome> {
    let recipients: Vec<String> = recipients.iter().map(|recipient| (*recipient).to_owned()).collect();
    let message = Outgoing { mail_from: Some("desk@kapocs.example"), recipients: &recipients, raw: LETTER };
    let deliveries = client.send(message).await;
    let named: Vec<&String> = deliveries.iter().map(|delivery| &delivery.recipient).collect();
    assert_eq!(named, recipients.iter().collect::<Vec<_>>());
    deliveries.into_iter().map(|Delivery { outcome, .. }| outcome).collect()
}

pub fn transient(code: u16, text: &str) -> Outcome {
    Outcome::Transient { code: Some(code), text: text.to_owned() }
}

pub fn permanent(code: u16, text: &str) -> Outcome {
    Outcome::Permanent { code: Some(code), text: text.to_owned() }
}

pub fn accepted() -> Outcome {
    Outcome::Accepted { response: "250 fine".to_owned() }
}

//! Hostile letters, and a mail server whose refusals are hostile, too.

use std::sync::{Arc, Mutex};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufStream},
    net::{TcpListener, TcpStream},
};

use crate::check::Error;

pub const OURS: &str = "segitseg@mecses.example";

/// What one letter says about itself.
#[derive(Default)]
pub struct Letter<'a> {
    pub from: String,
    pub name: &'a str,
    pub subject: &'a str,
    pub text: &'a str,
    pub html: Option<&'a str>,
    /// Names of attached files.
    pub files: &'a [String],
    /// More header lines, each with its end.
    pub headers: &'a str,
}

impl Letter<'_> {
    pub fn raw(&self) -> Vec<u8> {
        let (kind, body) = match self.html {
            Some(html) => ("html", html),
            None => ("plain", self.text),
        };
        let mut out = format!(
            "From: {} <{}>\r\nTo: {OURS}\r\nSubject: {}\r\nMessage-ID: <{}>\r\n{}\
             MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=hatar\r\n\r\n\
             --hatar\r\nContent-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            word(self.name),
            self.from,
            encoded(self.subject),
            self.from,
            self.headers,
            lines(body.as_bytes())
        );
        for name in self.files {
            out += &format!(
                "--hatar\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=\"{}\"\r\n\
                 Content-Transfer-Encoding: base64\r\n\r\neA==\r\n",
                name.replace('\\', "\\\\").replace('"', "\\\"")
            );
        }
        (out + "--hatar--\r\n").into_bytes()
    }
}

fn word(name: &str) -> String {
    if name.is_empty() { "\"Levélíró\"".to_owned() } else { encoded(name) }
}

/// An encoded word (RFC 2047), the way by which any text comes through.
fn encoded(text: &str) -> String {
    let words = text.as_bytes().chunks(40).map(|chunk| format!("=?utf-8?B?{}?=", STANDARD.encode(chunk)));
    words.collect::<Vec<_>>().join("\r\n ")
}

fn lines(bytes: &[u8]) -> String {
    let encoded = STANDARD.encode(bytes);
    encoded.as_bytes().chunks(76).map(String::from_utf8_lossy).collect::<Vec<_>>().join("\r\n")
}

/// A mail server that refuses everybody, with the next of its reasons.
pub struct Refuser {
    pub port: u16,
    pub reasons: Arc<Mutex<Vec<String>>>,
}

impl Refuser {
    pub async fn listen() -> Result<Self, Error> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (port, reasons) = (listener.local_addr()?.port(), Arc::new(Mutex::new(Vec::<String>::new())));
        let given = Arc::clone(&reasons);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(refuse(stream, Arc::clone(&given)));
            }
        });
        Ok(Self { port, reasons })
    }
}

async fn refuse(stream: TcpStream, reasons: Arc<Mutex<Vec<String>>>) -> std::io::Result<()> {
    let mut stream = BufStream::new(stream);
    stream.write_all(b"220 elutasit.example\r\n").await?;
    stream.flush().await?;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        let answer = if line.to_ascii_uppercase().starts_with("RCPT") {
            let reason = reasons.lock().expect("no panic while held").pop().unwrap_or_default();
            format!("550 5.1.1 {reason}\r\n")
        } else if line.to_ascii_uppercase().starts_with("DATA") {
            "554 5.5.1 no recipient\r\n".to_owned()
        } else {
            "250 ok\r\n".to_owned()
        };
        stream.write_all(answer.as_bytes()).await?;
        stream.flush().await?;
        line.clear();
    }
    Ok(())
}

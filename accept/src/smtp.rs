//! A mail server of somebody else, handing mail over to ours.

use std::{net::Ipv4Addr, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufStream},
    net::TcpStream,
    time::timeout,
};

use crate::check::Error;

const PATIENCE: Duration = Duration::from_secs(30);

/// One connection, after its greeting.
pub struct Courier {
    stream: BufStream<TcpStream>,
}

impl Courier {
    #[expect(
        clippy::disallowed_methods,
        reason = "the checks call a server of their own on the loopback address"
    )]
    pub async fn connect(port: u16) -> Result<Self, Error> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        let mut courier = Self { stream: BufStream::new(stream) };
        courier.reply().await?;
        courier.say("EHLO courier.example").await?;
        Ok(courier)
    }

    /// Hands over one mail; the code of the answer to its end.
    pub async fn deliver(&mut self, from: &str, to: &str, raw: &[u8]) -> Result<u16, Error> {
        for line in [format!("MAIL FROM:<{from}>"), format!("RCPT TO:<{to}>"), "DATA".to_owned()] {
            let code = self.say(&line).await?;
            if code >= 400 {
                return Ok(code);
            }
        }
        self.stream.write_all(&stuffed(raw)).await?;
        self.stream.flush().await?;
        self.reply().await
    }

    pub async fn say(&mut self, line: &str) -> Result<u16, Error> {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        self.stream.flush().await?;
        self.reply().await
    }

    async fn reply(&mut self) -> Result<u16, Error> {
        loop {
            let mut line = String::new();
            let read = timeout(PATIENCE, self.stream.read_line(&mut line))
                .await
                .map_err(|_| "the mail server is silent")??;
            if read == 0 {
                return Err("the mail server hung up".into());
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(line.get(..3).and_then(|code| code.parse().ok()).unwrap_or(0));
            }
        }
    }
}

/// Lines end with CRLF, a leading dot is doubled, a lone dot ends it all (RFC 5321).
fn stuffed(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len() + 64);
    for line in raw.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.starts_with(b".") {
            out.push(b'.');
        }
        // A lone CR would be taken for a broken line end by a strict server.
        out.extend(line.iter().map(|byte| if *byte == b'\r' { b' ' } else { *byte }));
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}

/// A plain mail in UTF-8.
pub fn letter(from: &str, to: &str, subject: &str, id: &str, text: &str) -> Vec<u8> {
    format!(
        "From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{id}@courier.example>\r\n\
         Date: Mon, 20 Jul 2026 10:00:00 +0200\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
    .into_bytes()
}

/// Delivers one mail over a connection of its own.
pub async fn deliver(port: u16, from: &str, to: &str, raw: &[u8]) -> Result<u16, Error> {
    Courier::connect(port).await?.deliver(from, to, raw).await
}

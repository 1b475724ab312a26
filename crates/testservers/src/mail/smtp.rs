//! The shortest SMTP client that can hand over any mail byte by byte.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
};

use crate::{Failure, Result, network};

/// Hands a mail to any SMTP server; its refusal is the failure.
pub fn send(server: SocketAddr, raw: &[u8], from: &str, to: &str) -> Result<()> {
    let mut session = Session::greeted(server)?;
    session.say("EHLO test.example")?;
    let kind = if raw.is_ascii() { "" } else { " BODY=8BITMIME" };
    session.say(&format!("MAIL FROM:<{from}>{kind}"))?;
    session.say(&format!("RCPT TO:<{to}>"))?;
    session.say("DATA")?;
    session.data(raw)?;
    session.say("QUIT")
}

struct Session {
    reader: BufReader<TcpStream>,
    writer: TcpStream,
}

impl Session {
    /// A server that reads its settings anew drops whom it has not greeted yet.
    fn greeted(server: SocketAddr) -> Result<Self> {
        let again = (0..4).find_map(|_| Self::open(server).ok());
        again.map_or_else(|| Self::open(server), Ok)
    }

    fn open(server: SocketAddr) -> Result<Self> {
        let writer = network::dial(server)?;
        let mut session = Self { reader: BufReader::new(writer.try_clone()?), writer };
        session.hear("the greeting")?;
        Ok(session)
    }

    fn say(&mut self, command: &str) -> Result<()> {
        self.writer.write_all(format!("{command}\r\n").as_bytes())?;
        self.hear(command)
    }

    /// Lines that begin with a dot get a second one (RFC 5321, 4.5.2).
    fn data(&mut self, raw: &[u8]) -> Result<()> {
        let mut wire = Vec::with_capacity(raw.len() + 64);
        for line in raw.split_inclusive(|&byte| byte == b'\n') {
            if line.starts_with(b".") {
                wire.push(b'.');
            }
            wire.extend_from_slice(line);
        }
        if !wire.ends_with(b"\r\n") {
            wire.extend_from_slice(b"\r\n");
        }
        wire.extend_from_slice(b".\r\n");
        self.writer.write_all(&wire)?;
        self.hear("the mail")
    }

    /// Reads a whole answer; 2xx and 3xx are consent.
    fn hear(&mut self, about: &str) -> Result<()> {
        let mut line = String::new();
        loop {
            line.clear();
            if self.reader.read_line(&mut line)? == 0 {
                return Err(Failure::new(format!("the SMTP server hung up after {about}")));
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                break;
            }
        }
        match line.as_bytes().first() {
            Some(b'2' | b'3') => Ok(()),
            _ => Err(Failure::new(format!("{about} was refused: {}", line.trim_end()))),
        }
    }
}

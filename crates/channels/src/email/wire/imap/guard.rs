//! A connection that a broken or hostile server cannot use to exhaust us.
//!
//! The parser behind it allocates whatever a literal announces and recurses as deep as parentheses nest, so both are
//! checked here first. A server that falls silent in the middle of an answer is given up.

use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use egress::Stream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep},
};

const MAX_LINE: usize = 1 << 20;
const MAX_DEPTH: u32 = 32;
const MAX_HEAD: usize = 24;

pub(super) struct Guarded {
    stream: Stream,
    scanner: Scanner,
    stall: Duration,
    timer: Pin<Box<Sleep>>,
}

impl Guarded {
    pub fn new(stream: Stream, max_literal: usize, stall: Duration) -> Self {
        Self { stream, scanner: Scanner::new(max_literal), stall, timer: Box::pin(sleep(stall)) }
    }

    pub fn into_inner(self) -> Stream {
        self.stream
    }

    /// How long the server may say nothing from now on.
    pub fn set_stall(&mut self, stall: Duration) {
        self.stall = stall;
        self.timer.as_mut().reset(Instant::now() + stall);
    }
}

impl fmt::Debug for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guarded")
    }
}

impl AsyncRead for Guarded {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        match Pin::new(&mut this.stream).poll_read(cx, buf) {
            Poll::Ready(Ok(())) => {
                this.timer.as_mut().reset(Instant::now() + this.stall);
                Poll::Ready(this.scanner.push(&buf.filled()[before..]))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                std::task::ready!(this.timer.as_mut().poll(cx));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.timer.as_mut().reset(Instant::now() + this.stall);
        Pin::new(&mut this.stream).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

/// Follows the answers of a server just closely enough to see literals and nesting.
struct Scanner {
    max_literal: usize,
    /// What is left of the current literal.
    literal: usize,
    /// What the current answer holds in literals so far.
    literals: usize,
    line: usize,
    head: Vec<u8>,
    depth: u32,
    quoted: bool,
    escaped: bool,
    brace: Brace,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Brace {
    None,
    Digits(usize),
    Closed(usize),
}

impl Scanner {
    fn new(max_literal: usize) -> Self {
        let (line, literals) = (0, 0);
        let brace = Brace::None;
        let (depth, quoted, escaped) = (0, false, false);
        Self { max_literal, literal: 0, literals, line, head: Vec::new(), depth, quoted, escaped, brace }
    }

    fn push(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.literal > 0 {
                let skipped = self.literal.min(bytes.len());
                self.literal -= skipped;
                bytes = &bytes[skipped..];
                continue;
            }
            self.byte(bytes[0])?;
            bytes = &bytes[1..];
        }
        Ok(())
    }

    fn byte(&mut self, byte: u8) -> io::Result<()> {
        self.line += 1;
        if self.line > MAX_LINE {
            return Err(invalid("line too long"));
        }
        if self.head.len() < MAX_HEAD {
            self.head.push(byte);
        }
        if byte == b'\n' {
            return self.end_of_line();
        }
        if self.quoted {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.quoted = false,
                _ => {}
            }
            return Ok(());
        }
        self.brace = match (self.brace, byte) {
            (_, b'{') => Brace::Digits(0),
            (Brace::Digits(n), b'0'..=b'9') => {
                Brace::Digits(n.saturating_mul(10).saturating_add(usize::from(byte - b'0')))
            }
            (Brace::Digits(n), b'}') => Brace::Closed(n),
            (Brace::Closed(n), b'\r') => Brace::Closed(n),
            _ => Brace::None,
        };
        match byte {
            b'"' => self.quoted = true,
            b'(' => self.depth += 1,
            b')' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        if self.depth > MAX_DEPTH { Err(invalid("nested too deep")) } else { Ok(()) }
    }

    fn end_of_line(&mut self) -> io::Result<()> {
        if let (Brace::Closed(size), false) = (self.brace, self.quoted) {
            // Elsewhere a brace may be mere text: guessing wrong would let an announcement pass unseen.
            if !self.is_fetch() {
                return Err(invalid("a literal out of place"));
            }
            self.literals = self.literals.saturating_add(size);
            if self.literals > self.max_literal {
                return Err(invalid("literal too large"));
            }
            self.literal = size;
        } else {
            self.line = 0;
            self.literals = 0;
            self.head.clear();
            self.depth = 0;
        }
        (self.quoted, self.escaped, self.brace) = (false, false, Brace::None);
        Ok(())
    }

    fn is_fetch(&self) -> bool {
        let head = self.head.to_ascii_uppercase();
        let Some(rest) = head.strip_prefix(b"* ") else {
            return false;
        };
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        digits > 0 && rest[digits..].starts_with(b" FETCH ")
    }
}

fn invalid(text: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scans with a limit of 1000, also byte by byte.
    fn passes(text: &str) -> bool {
        let whole = Scanner::new(1000).push(text.as_bytes()).is_ok();
        let mut scanner = Scanner::new(1000);
        let bytewise = text.as_bytes().chunks(1).all(|byte| scanner.push(byte).is_ok());
        assert_eq!(whole, bytewise, "{text:?}");
        whole
    }

    #[test]
    fn honest_answers_pass() {
        assert!(passes(
            "* OK ready (or \"not) {\r\n* 1 FETCH (UID 1 BODY[] {5}\r\n{999)\" FLAGS (\\Seen))\r\n"
        ));
        assert!(passes("* 1 FETCH (UID 1 BODY[] \"{9999}\\\"\")\r\n* 12 EXISTS\r\nA1 OK done\r\n"));
        assert!(passes(&format!("* 1 FETCH (BODY[] {{1000}}\r\n{})\r\n", "(".repeat(1000))));
    }

    #[test]
    fn an_announcement_beyond_the_limit_is_seen_wherever_it_hides() {
        assert!(!passes("* 1 FETCH (UID 1 BODY[] {1001}\r\n"));
        assert!(!passes("* 1 FETCH (UID 1 BODY[] {99999999999999999999999}\r\n"));
        assert!(
            !passes("* 1 FETCH (A[] {900}\r\n")
                || !passes(&format!("* 1 FETCH (A {{900}}\r\n{} B {{900}}\r\n", "x".repeat(900)))
        );
        assert!(!passes("* OK text {40}\r\n* 1 FETCH (UID 1 BODY[] {5000}\r\n"));
        assert!(!passes("* OK \"\r\n* 1 FETCH (UID 1 BODY[] {5000}\r\n"));
        assert!(!passes("* 1 FETCH (BODY[] {3}\r\n\"\"\" BODY[] {5000}\r\n"));
    }

    #[test]
    fn deep_nesting_and_endless_lines_are_cut() {
        assert!(!passes(&format!("* 1 FETCH (BODYSTRUCTURE {}", "(".repeat(100))));
        assert!(!passes(&"x".repeat(MAX_LINE + 1)));
    }
}

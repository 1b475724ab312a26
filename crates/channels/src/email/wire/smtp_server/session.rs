//! One connection: its greeting, its state, its commands.

use std::{net::IpAddr, sync::Arc, time::Duration};

use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsAcceptor;

use super::{
    Config, Connection, Flavour, Protocol, RecipientVerdict, Server, Sink,
    command::{Command, Fault, Hello},
};
use crate::email::wire::framing::{Framed, LineError};

/// RFC 5321 §4.5.3.1.4 asks for 512 octets; extensions and UTF-8 addresses need more.
const MAX_LINE: usize = 2048;
/// Who makes this many mistakes is no mail server.
const MAX_FAULTS: u32 = 20;
const HANDSHAKE: Duration = Duration::from_secs(30);

/// The mail being described by MAIL and RCPT.
pub(super) struct Transaction {
    pub from: Option<String>,
    pub utf8: bool,
    pub recipients: Vec<String>,
}

pub(super) struct Session<S> {
    pub server: Arc<Server<S>>,
    pub wire: Framed<Connection>,
    pub peer: IpAddr,
    pub hello: Option<(Hello, String)>,
    pub tls: bool,
    pub transaction: Option<Transaction>,
    faults: u32,
}

/// What comes after a command.
pub(super) enum Next {
    Continue,
    StartTls,
    Close,
}

pub(super) async fn run<S: Sink>(server: Arc<Server<S>>, stream: TcpStream, peer: IpAddr) {
    let _ = stream.set_nodelay(true);
    let wire = Framed::new(Connection::Plain(stream));
    let mut session = Session { server, wire, peer, hello: None, tls: false, transaction: None, faults: 0 };
    let kind = match session.config().flavour {
        Flavour::Smtp => "ESMTP",
        Flavour::Lmtp => "LMTP",
    };
    let greeting = format!("220 {} {kind} ready\r\n", session.config().hostname);
    session.wire.push(greeting.as_bytes());
    loop {
        match session.step().await {
            Next::Continue => {}
            Next::StartTls => match session.secure().await {
                Some(secured) => session = secured,
                None => return,
            },
            Next::Close => {
                let _ = timeout(session.config().idle, session.wire.flush()).await;
                return;
            }
        }
    }
}

impl<S: Sink> Session<S> {
    pub fn config(&self) -> &Config {
        &self.server.config
    }

    pub fn reply(&mut self, code: u16, status: &str, text: &str) {
        let line = format!("{code} {status} {text}\r\n");
        self.wire.push(line.as_bytes());
    }

    async fn step(&mut self) -> Next {
        let mut stop = self.server.stop.clone();
        let idle = self.config().idle;
        let line = tokio::select! {
            line = timeout(idle, self.wire.line(MAX_LINE)) => line,
            _ = stop.wait_for(|stop| *stop) => {
                self.reply(421, "4.3.2", "Shutting down, try again later");
                return Next::Close;
            }
        };
        match line {
            Ok(Ok(line)) => self.execute(&line).await,
            Ok(Err(LineError::Closed | LineError::Io | LineError::Malformed)) => Next::Close,
            Ok(Err(LineError::TooLong)) => {
                self.reply(500, "5.5.6", "Line too long");
                Next::Close
            }
            Ok(Err(LineError::BareNewline)) => {
                self.reply(521, "5.5.2", "Lines end with CR LF");
                Next::Close
            }
            Err(_) => {
                self.reply(421, "4.4.2", "Idle for too long");
                Next::Close
            }
        }
    }

    async fn execute(&mut self, line: &[u8]) -> Next {
        match Command::parse(line) {
            Ok(Command::Hello(hello, name)) => self.hello(hello, name),
            Ok(Command::Mail { from, size, utf8 }) => self.mail(from, size, utf8),
            Ok(Command::Rcpt { to }) => self.rcpt(to).await,
            Ok(Command::Data) => return self.data().await,
            Ok(Command::StartTls) => return self.start_tls(),
            Ok(Command::Rset) => {
                self.transaction = None;
                self.reply(250, "2.0.0", "Forgotten");
            }
            Ok(Command::Noop) => self.reply(250, "2.0.0", "Nothing done"),
            Ok(Command::Vrfy) => self.reply(252, "2.1.5", "Send some mail, then it will be seen"),
            Ok(Command::Help) => self.reply(214, "2.0.0", "RFC 5321"),
            Ok(Command::Quit) => {
                self.reply(221, "2.0.0", "Goodbye");
                return Next::Close;
            }
            Err(fault) => return self.fault(fault),
        }
        Next::Continue
    }

    fn fault(&mut self, fault: Fault) -> Next {
        self.faults += 1;
        if self.faults > MAX_FAULTS {
            self.reply(421, "4.7.0", "Too many errors");
            return Next::Close;
        }
        let (code, status, text) = fault.reply();
        self.reply(code, status, text);
        Next::Continue
    }

    fn out_of_order(&mut self, text: &str) {
        self.faults += 1;
        self.reply(503, "5.5.1", text);
    }

    fn hello(&mut self, hello: Hello, name: String) {
        let speaks_lmtp = self.config().flavour == Flavour::Lmtp;
        if speaks_lmtp != (hello == Hello::Lhlo) {
            self.fault(Fault::Unknown);
            return;
        }
        self.transaction = None;
        let hostname = self.config().hostname.clone();
        if hello == Hello::Helo {
            self.wire.push(format!("250 {hostname}\r\n").as_bytes());
        } else {
            let starttls = if self.config().tls.is_some() && !self.tls { "250-STARTTLS\r\n" } else { "" };
            let size = self.config().max_message;
            let text = format!(
                "250-{hostname}\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-SIZE {size}\r\n\
                 {starttls}250 ENHANCEDSTATUSCODES\r\n"
            );
            self.wire.push(text.as_bytes());
        }
        self.hello = Some((hello, name));
    }

    fn mail(&mut self, from: Option<String>, size: Option<u64>, utf8: bool) {
        let limit = self.config().max_message as u64;
        if self.hello.is_none() {
            self.out_of_order("Say hello first");
        } else if self.transaction.is_some() {
            self.out_of_order("One mail at a time");
        } else if size.is_some_and(|size| size > limit) {
            self.reply(552, "5.3.4", "Message too large");
        } else {
            self.transaction = Some(Transaction { from, utf8, recipients: Vec::new() });
            self.reply(250, "2.1.0", "Sender noted");
        }
    }

    async fn rcpt(&mut self, to: String) {
        let limit = self.config().max_recipients;
        let Some(transaction) = &mut self.transaction else {
            return self.out_of_order("MAIL comes first");
        };
        if transaction.recipients.len() >= limit {
            return self.reply(452, "4.5.3", "Too many recipients");
        }
        if !transaction.utf8 && !to.is_ascii() {
            self.fault(Fault::Address);
            return;
        }
        match self.server.sink.recipient(&to).await {
            RecipientVerdict::Accept => {
                transaction.recipients.push(to);
                self.reply(250, "2.1.5", "Recipient noted");
            }
            RecipientVerdict::Reject => {
                // Counted, so that nobody tries a dictionary of names on one connection.
                self.faults += 1;
                self.reply(550, "5.1.1", "No such recipient here");
            }
            RecipientVerdict::TryLater => self.reply(451, "4.3.0", "Cannot tell now, try again later"),
        }
    }

    pub fn protocol(&self) -> Protocol {
        match self.hello {
            Some((Hello::Lhlo, _)) => Protocol::Lmtp,
            Some((Hello::Ehlo, _)) => Protocol::Esmtp,
            _ => Protocol::Smtp,
        }
    }

    fn start_tls(&mut self) -> Next {
        if self.config().tls.is_none() || self.tls {
            return self.fault(Fault::NotImplemented);
        }
        if self.wire.has_input() {
            // Commands sent in clear would otherwise be taken for secured ones (CVE-2011-0411).
            self.reply(554, "5.5.1", "Nothing may follow STARTTLS before the handshake");
            return Next::Close;
        }
        self.reply(220, "2.0.0", "Go ahead");
        Next::StartTls
    }

    /// RFC 3207: everything said before the handshake is forgotten.
    async fn secure(mut self) -> Option<Self> {
        let config = self.config().tls.clone()?;
        timeout(self.config().idle, self.wire.flush()).await.ok()?.ok()?;
        let Connection::Plain(stream) = self.wire.into_inner() else {
            return None;
        };
        let handshake = TlsAcceptor::from(config).accept(stream);
        let stream = timeout(HANDSHAKE, handshake).await.ok()?.ok()?;
        let wire = Framed::new(Connection::Tls(Box::new(stream)));
        Some(Self { wire, hello: None, tls: true, transaction: None, ..self })
    }
}

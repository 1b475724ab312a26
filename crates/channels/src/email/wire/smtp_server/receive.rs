//! DATA: taking a message in and handing it on.

use tokio::time::timeout;

use super::{
    Envelope, Protocol, Sink, SinkError,
    data::{Content, Decoder, Overflow},
    session::{Next, Session, Transaction},
};

/// A sender that ignores our limit is listened to this much longer, so that it hears the refusal.
const MAX_DISCARDED: u64 = 256 << 20;

type Reply = (u16, &'static str, String);

/// The connection is gone or not worth keeping.
struct Broken;

impl<S: Sink> Session<S> {
    pub async fn data(&mut self) -> Next {
        let Some(transaction) = self.transaction.take() else {
            self.reply(503, "5.5.1", "MAIL comes first");
            return Next::Continue;
        };
        if transaction.recipients.is_empty() {
            self.reply(503, "5.5.1", "No valid recipients");
            return Next::Continue;
        }
        self.wire.push(b"354 End with CR LF . CR LF\r\n");
        let patience = self.config().data;
        match timeout(patience, self.content()).await {
            Ok(Ok(content)) => self.keep(transaction, content).await,
            Ok(Err(Broken)) => Next::Close,
            Err(_) => {
                self.reply(421, "4.4.2", "The message took too long");
                Next::Close
            }
        }
    }

    async fn content(&mut self) -> Result<Content, Broken> {
        let idle = self.config().idle;
        let mut content = Content::new(self.config().max_message, self.server.memory.clone());
        let mut decoder = Decoder::default();
        loop {
            let chunk = timeout(idle, self.wire.chunk()).await.map_err(|_| Broken)?.map_err(|_| Broken)?;
            if chunk.is_empty() || content.discarded() > MAX_DISCARDED {
                return Err(Broken);
            }
            if let Some(end) = decoder.push(&chunk, |part| content.push(part)) {
                self.wire.unread(&chunk[end..]);
                return Ok(content);
            }
        }
    }

    async fn keep(&mut self, transaction: Transaction, content: Content) -> Next {
        // RFC 2033 §4.2: LMTP answers once for each accepted recipient.
        let answers = if self.protocol() == Protocol::Lmtp { transaction.recipients.len() } else { 1 };
        let (code, status, text) = match content.finish() {
            Err(Overflow::TooLarge) => (552, "5.3.4", "Message too large".to_owned()),
            Err(Overflow::NoMemory) => (452, "4.3.1", "No room now, try again later".to_owned()),
            // Its place in memory is held until the sink is done with it.
            Ok((raw, _place)) => self.hand_over(transaction, raw).await,
        };
        for _ in 0..answers {
            self.reply(code, status, &text);
        }
        Next::Continue
    }

    async fn hand_over(&self, transaction: Transaction, raw: Vec<u8>) -> Reply {
        let envelope = Envelope {
            mail_from: transaction.from,
            recipients: transaction.recipients,
            peer: self.peer,
            helo: self.hello.as_ref().map(|(_, name)| name.clone()).unwrap_or_default(),
            tls: self.tls,
            protocol: self.protocol(),
        };
        match self.server.sink.accept(envelope, raw).await {
            Ok(()) => (250, "2.0.0", "Kept".to_owned()),
            Err(SinkError::Full) => (452, "4.3.1", "No room now, try again later".to_owned()),
            Err(SinkError::Busy) => (451, "4.3.2", "Busy, try again later".to_owned()),
            Err(SinkError::Rejected(text)) => (554, "5.6.0", one_line(&text)),
        }
    }
}

/// A reason can hold anything; a reply is one line of printable ASCII.
fn one_line(text: &str) -> String {
    let clean: String = text.chars().filter(|c| *c == ' ' || c.is_ascii_graphic()).take(200).collect();
    if clean.trim().is_empty() { "Rejected".to_owned() } else { clean }
}

//! Handing one message over.

use std::time::Duration;

use tokio::time::timeout;

use super::{Delivery, Outcome, SmtpConfig, Trouble, connection::Connection, reply::Reply};
use crate::email::wire::address::{is_address, to_wire};

const CHUNK: usize = 64 * 1024;
/// Commands sent before their answers are read; more could fill the buffers of both sides and stand still.
const PIPELINE: usize = 50;
/// A server that cuts a message short has usually said why.
const LAST_WORD: Duration = Duration::from_secs(2);

/// A message ready for the wire.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// `None`: the null sender, for automatic answers.
    pub mail_from: Option<&'a str>,
    pub recipients: &'a [String],
    pub raw: &'a [u8],
}

/// The outcomes so far; recipients that are still open have none.
pub(super) struct Transfer<'a> {
    message: Outgoing<'a>,
    outcomes: Vec<Option<Outcome>>,
    pub can_reuse: bool,
}

impl<'a> Transfer<'a> {
    pub fn new(message: Outgoing<'a>) -> Self {
        let check = |recipient: &String| {
            (!is_address(recipient)).then(|| Outcome::permanent("this is not an address mail can be sent to"))
        };
        Self { message, outcomes: message.recipients.iter().map(check).collect(), can_reuse: false }
    }

    pub fn is_settled(&self) -> bool {
        self.outcomes.iter().all(Option::is_some)
    }

    pub fn settle(&mut self, outcome: &Outcome) {
        for open in self.outcomes.iter_mut().filter(|open| open.is_none()) {
            *open = Some(outcome.clone());
        }
    }

    pub fn finish(mut self) -> Vec<Delivery> {
        self.settle(&Outcome::transient("not tried"));
        let recipients = self.message.recipients.iter().cloned();
        let outcomes = self.outcomes.into_iter().flatten();
        recipients.zip(outcomes).map(|(recipient, outcome)| Delivery { recipient, outcome }).collect()
    }

    pub async fn run(&mut self, connection: &mut Connection, config: &SmtpConfig) {
        let ran = self.try_run(connection, config).await;
        match ran {
            Ok(()) => self.can_reuse = true,
            // Nothing was handed over completely, so nothing can have arrived.
            Err(trouble) => self.settle(&Outcome::transient(trouble)),
        }
    }

    async fn try_run(&mut self, connection: &mut Connection, config: &SmtpConfig) -> Result<(), Trouble> {
        let mail = match self.mail_command(connection) {
            Ok(mail) => mail,
            Err(refusal) => {
                self.settle(&refusal);
                return Ok(());
            }
        };
        self.envelope(connection, &mail).await?;
        if self.is_settled() {
            return Ok(());
        }
        let reply = connection.ask("DATA").await?;
        if reply.code != 354 {
            self.settle(&refused(&reply));
            return Ok(());
        }
        if let Err(trouble) = self.content(connection, config).await {
            connection.wire.discard_output();
            let said = connection.reply_within(LAST_WORD).await;
            self.settle(&said.map_or_else(|_| Outcome::transient(&trouble), |reply| refused(&reply)));
            return Err(trouble);
        }
        self.end(connection, config).await
    }

    fn mail_command(&self, connection: &Connection) -> Result<String, Outcome> {
        let (features, message) = (&connection.features, &self.message);
        let from = to_wire(message.mail_from.unwrap_or_default());
        if !from.is_empty() && !is_address(&from) {
            return Err(Outcome::permanent("the sender is not an address"));
        }
        let size = message.raw.len() as u64;
        if features.size.is_some_and(|limit| size > limit) {
            return Err(Outcome::permanent("the message is larger than the server allows"));
        }
        let mut command = format!("MAIL FROM:<{from}>");
        if features.size.is_some() {
            command.push_str(&format!(" SIZE={size}"));
        }
        let open = message.recipients.iter().zip(&self.outcomes).filter(|(_, outcome)| outcome.is_none());
        if !from.is_ascii() || open.into_iter().any(|(recipient, _)| !to_wire(recipient).is_ascii()) {
            if !features.utf8 {
                return Err(Outcome::permanent("the server takes no addresses beyond ASCII"));
            }
            command.push_str(" SMTPUTF8");
        }
        if !message.raw.is_ascii() {
            if !features.eight_bit {
                return Err(Outcome::permanent("the server takes no 8-bit messages"));
            }
            command.push_str(" BODY=8BITMIME");
        }
        Ok(command)
    }

    /// MAIL and the RCPTs, many at once where the server takes them so.
    async fn envelope(&mut self, connection: &mut Connection, mail: &str) -> Result<(), Trouble> {
        let open: Vec<usize> = (0..self.outcomes.len()).filter(|i| self.outcomes[*i].is_none()).collect();
        let rcpt = |i: &usize| format!("RCPT TO:<{}>", to_wire(&self.message.recipients[*i]));
        let commands: Vec<String> = std::iter::once(mail.to_owned()).chain(open.iter().map(rcpt)).collect();
        let at_once = if connection.features.pipelining { PIPELINE } else { 1 };
        let mut replies: Vec<Reply> = Vec::with_capacity(commands.len());
        for group in commands.chunks(at_once) {
            group.iter().for_each(|command| connection.push(command));
            for _ in group {
                replies.push(connection.reply().await?);
            }
            if !replies[0].is_ok() {
                self.settle(&refused(&replies[0]));
                return Ok(());
            }
        }
        for (i, reply) in open.iter().zip(&replies[1..]) {
            if !reply.is_ok() {
                self.outcomes[*i] = Some(refused(reply));
            }
        }
        Ok(())
    }

    async fn content(&self, connection: &mut Connection, config: &SmtpConfig) -> Result<(), Trouble> {
        let mut encoder = Encoder::default();
        for chunk in self.message.raw.chunks(CHUNK) {
            connection.wire.push(&encoder.encode(chunk));
            let flushed = timeout(config.block, connection.wire.flush()).await;
            flushed.map_err(|_| Trouble::TimedOut)?.map_err(|_| Trouble::Lost)?;
        }
        connection.wire.push(encoder.end());
        let flushed = timeout(config.block, connection.wire.flush()).await;
        flushed.map_err(|_| Trouble::TimedOut)?.map_err(|_| Trouble::Lost)
    }

    /// From the first byte of the final line on, silence means that nobody can know.
    async fn end(&mut self, connection: &mut Connection, config: &SmtpConfig) -> Result<(), Trouble> {
        connection.wire.push(b".\r\n");
        match connection.reply_within(config.end_of_data).await {
            Ok(reply) => {
                self.settle(&Outcome::of(&reply));
                Ok(())
            }
            Err(trouble) => {
                self.settle(&Outcome::Unknown { text: trouble.to_string() });
                Err(trouble)
            }
        }
    }
}

/// A reply where another was needed; a success in the wrong place is a confusion that may pass.
fn refused(reply: &Reply) -> Outcome {
    match Outcome::of(reply) {
        Outcome::Accepted { .. } => Outcome::Transient { code: Some(reply.code), text: reply.text() },
        outcome => outcome,
    }
}

/// Doubles the dots (RFC 5321 §4.5.2) and makes every newline CR LF, so that no server down the line reads a bare one
/// as the end of the message.
#[derive(Default)]
struct Encoder {
    in_line: bool,
    after_cr: bool,
}

impl Encoder {
    fn encode(&mut self, input: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(input.len() + input.len() / 32 + 2);
        for byte in input {
            match byte {
                b'\n' if self.after_cr => {}
                b'\r' | b'\n' => {
                    out.extend_from_slice(b"\r\n");
                    self.in_line = false;
                }
                byte => {
                    if *byte == b'.' && !self.in_line {
                        out.push(b'.');
                    }
                    out.push(*byte);
                    self.in_line = true;
                }
            }
            self.after_cr = *byte == b'\r';
        }
        out
    }

    /// Ends a last line that has no end.
    fn end(&self) -> &'static [u8] {
        if self.in_line { b"\r\n" } else { b"" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_dot_and_no_newline_of_a_message_can_end_it() {
        for (input, expected) in [
            ("a\r\n.b\r\n..\r\n.", "a\r\n..b\r\n...\r\n..\r\n"),
            ("a\n.\nb", "a\r\n..\r\nb\r\n"),
            ("a\r.\rb", "a\r\n..\r\nb\r\n"),
            ("a\r\n.\n.\r", "a\r\n..\r\n..\r\n"),
            ("", ""),
        ] {
            for cut in 0..=input.len() {
                let mut encoder = Encoder::default();
                let mut out = encoder.encode(&input.as_bytes()[..cut]);
                out.extend(encoder.encode(&input.as_bytes()[cut..]));
                out.extend_from_slice(encoder.end());
                assert_eq!(String::from_utf8_lossy(&out), expected, "{input:?} cut at {cut}");
            }
        }
    }
}

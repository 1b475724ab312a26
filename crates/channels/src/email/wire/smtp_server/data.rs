//! The content of a message: undoing the dots, keeping to the limits.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Finds the end of the data (RFC 5321 §4.1.1.4). Only CR LF . CR LF ends it: a reader that also took bare newlines
/// would let a sender smuggle a second message through a relay that does not.
#[derive(Default)]
pub(super) struct Decoder {
    state: State,
}

#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    LineStart,
    Middle,
    Cr,
    Dot,
    DotCr,
}

impl Decoder {
    /// Passes the content of `input` on to `out`. `Some(n)`: the data ended within the first `n` bytes.
    pub fn push(&mut self, input: &[u8], mut out: impl FnMut(&[u8])) -> Option<usize> {
        let mut start = 0;
        for (i, byte) in input.iter().enumerate() {
            self.state = match (self.state, byte) {
                (State::LineStart, b'.') => {
                    out(&input[start..i]);
                    start = i + 1;
                    State::Dot
                }
                (State::Dot, b'\r') => {
                    start = i + 1;
                    State::DotCr
                }
                (State::DotCr, b'\n') => {
                    self.state = State::LineStart;
                    return Some(i + 1);
                }
                // The line went on after all: the CR that was held back belongs to it, the dot was stuffing.
                (State::DotCr, byte) => {
                    out(b"\r");
                    if *byte == b'\r' { State::Cr } else { State::Middle }
                }
                (State::Cr, b'\n') => State::LineStart,
                (_, b'\r') => State::Cr,
                _ => State::Middle,
            };
        }
        out(&input[start..]);
        None
    }
}

const STEP: usize = 256 * 1024;

/// What all connections together may hold of messages that are not kept yet.
#[derive(Clone)]
pub(super) struct Memory(Arc<Semaphore>);

impl Memory {
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes / STEP)))
    }

    fn take(&self, steps: u32) -> Option<OwnedSemaphorePermit> {
        self.0.clone().try_acquire_many_owned(steps).ok()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Overflow {
    TooLarge,
    NoMemory,
}

/// A message as it arrives.
pub(super) struct Content {
    bytes: Vec<u8>,
    limit: usize,
    memory: Memory,
    held: Option<OwnedSemaphorePermit>,
    overflow: Option<Overflow>,
    discarded: u64,
}

impl Content {
    pub fn new(limit: usize, memory: Memory) -> Self {
        Self { bytes: Vec::new(), limit, memory, held: None, overflow: None, discarded: 0 }
    }

    pub fn push(&mut self, part: &[u8]) {
        if self.overflow.is_none() {
            self.overflow = self.grow(part.len()).err();
        }
        if self.overflow.is_none() {
            self.bytes.extend_from_slice(part);
        } else {
            self.bytes = Vec::new();
            self.held = None;
            self.discarded += part.len() as u64;
        }
    }

    fn grow(&mut self, more: usize) -> Result<(), Overflow> {
        let needed = self.bytes.len() + more;
        if needed > self.limit {
            return Err(Overflow::TooLarge);
        }
        if needed <= self.bytes.capacity() {
            return Ok(());
        }
        // Grows by half, so that a large message is not copied once per step.
        let capacity = needed.max(self.bytes.capacity() * 3 / 2).min(self.limit).next_multiple_of(STEP);
        let steps = u32::try_from((capacity - self.held_bytes()) / STEP).unwrap_or(u32::MAX);
        let more = self.memory.take(steps).ok_or(Overflow::NoMemory)?;
        match &mut self.held {
            Some(held) => held.merge(more),
            held => *held = Some(more),
        }
        self.bytes.reserve_exact(capacity - self.bytes.len());
        Ok(())
    }

    fn held_bytes(&self) -> usize {
        self.held.as_ref().map_or(0, |held| held.num_permits() * STEP)
    }

    /// How much was thrown away since the limit was passed.
    pub fn discarded(&self) -> u64 {
        self.discarded
    }

    /// The whole message, and its place in memory until it is kept.
    pub fn finish(self) -> Result<(Vec<u8>, Option<OwnedSemaphorePermit>), Overflow> {
        match self.overflow {
            Some(overflow) => Err(overflow),
            None => Ok((self.bytes, self.held)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes `input` cut at every place, so that no state depends on how packets fall.
    fn decode(input: &[u8]) -> (Vec<u8>, Option<usize>) {
        let whole = decode_parts(&[input]);
        for cut in 0..=input.len() {
            let (content, end) = decode_parts(&[&input[..cut], &input[cut..]]);
            assert_eq!((&content, end), (&whole.0, whole.1), "cut at {cut}");
        }
        whole
    }

    fn decode_parts(parts: &[&[u8]]) -> (Vec<u8>, Option<usize>) {
        let (mut decoder, mut content, mut before) = (Decoder::default(), Vec::new(), 0);
        for part in parts {
            if let Some(end) = decoder.push(part, |bytes| content.extend_from_slice(bytes)) {
                return (content, Some(before + end));
            }
            before += part.len();
        }
        (content, None)
    }

    #[test]
    fn dots_are_unstuffed_and_the_end_is_found() {
        assert_eq!(decode(b"a\r\n..b\r\n.c\r\n.\r\nQUIT"), (b"a\r\n.b\r\nc\r\n".to_vec(), Some(15)));
        assert_eq!(decode(b".\r\n"), (Vec::new(), Some(3)));
        assert_eq!(decode(b"a.\r\n.\r\n"), (b"a.\r\n".to_vec(), Some(7)));
    }

    #[test]
    fn nothing_but_crlf_dot_crlf_ends_a_message() {
        for trick in [
            "\n.\n",
            "\n.\r\n",
            "\r\n.\n",
            "\r.\r",
            "\r\n.\r",
            "\r.\r\n",
            "\r\n.\r\r\n",
            "\r\n.\n\r\n",
            "\r\n\0.\r\n",
            "\r\n.\0\r\n",
        ] {
            let input = format!("body{trick}MAIL FROM:<x@y>\r\n");
            assert_eq!(decode(input.as_bytes()).1, None, "{trick:?}");
        }
    }

    #[test]
    fn a_message_over_the_limit_is_thrown_away_at_once() {
        let mut content = Content::new(1_000_000, Memory::new(8 * STEP));
        content.push(&[b'a'; 900_000]);
        content.push(&[b'a'; 200_000]);
        assert_eq!(content.bytes.capacity(), 0);
        assert_eq!(content.discarded(), 200_000);
        assert_eq!(content.finish().err(), Some(Overflow::TooLarge));
    }

    #[test]
    fn all_connections_share_one_memory_limit_and_give_it_back() {
        let memory = Memory::new(2 * STEP);
        let mut first = Content::new(10 * STEP, memory.clone());
        first.push(&vec![b'a'; STEP + 1]);
        let mut second = Content::new(10 * STEP, memory.clone());
        second.push(b"a");
        assert_eq!(second.finish().err(), Some(Overflow::NoMemory));

        let kept = first.finish().unwrap();
        assert!(memory.take(1).is_none(), "a message is counted until it is kept");
        drop(kept);
        assert!(memory.take(2).is_some());
    }
}

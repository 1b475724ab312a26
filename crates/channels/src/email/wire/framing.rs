//! Lines of a mail protocol over a stream, with limits.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

const CHUNK: usize = 16 * 1024;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LineError {
    Closed,
    Io,
    TooLong,
    Malformed,
    /// A CR or LF alone. Two programs could see different lines here, so nobody may guess.
    BareNewline,
}

/// A stream with what was read ahead and what waits to be written.
pub(super) struct Framed<S> {
    stream: S,
    input: Vec<u8>,
    output: Vec<u8>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Framed<S> {
    pub fn new(stream: S) -> Self {
        Self { stream, input: Vec::new(), output: Vec::new() }
    }

    /// Drops what was read ahead: it belongs to the time before whatever comes now.
    pub fn into_inner(self) -> S {
        self.stream
    }

    pub fn has_input(&self) -> bool {
        !self.input.is_empty()
    }

    pub fn push(&mut self, bytes: &[u8]) {
        self.output.extend_from_slice(bytes);
    }

    /// May be cancelled: what has left is not sent again.
    pub async fn flush(&mut self) -> io::Result<()> {
        while !self.output.is_empty() {
            let written = self.stream.write(&self.output).await?;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.output.drain(..written);
        }
        self.stream.flush().await
    }

    /// What still waits to be written is not worth it any more.
    pub fn discard_output(&mut self) {
        self.output.clear();
    }

    /// The next line without its CRLF. Answers leave before anything is waited for; may be cancelled between reads.
    pub async fn line(&mut self, limit: usize) -> Result<Vec<u8>, LineError> {
        let mut seen = 0;
        loop {
            if let Some(at) = self.input[seen..].iter().position(|b| *b == b'\n').map(|at| seen + at) {
                let mut line: Vec<u8> = self.input.drain(..=at).collect();
                line.pop();
                if line.pop() != Some(b'\r') || line.contains(&b'\r') {
                    return Err(LineError::BareNewline);
                }
                return if line.len() > limit { Err(LineError::TooLong) } else { Ok(line) };
            }
            seen = self.input.len();
            if seen > limit + 1 {
                return Err(LineError::TooLong);
            }
            self.flush().await.map_err(|_| LineError::Io)?;
            if self.fill().await.map_err(|_| LineError::Io)? == 0 {
                return Err(LineError::Closed);
            }
        }
    }

    /// The next bytes as they come; empty at the end of the stream.
    pub async fn chunk(&mut self) -> io::Result<Vec<u8>> {
        if self.input.is_empty() {
            self.flush().await?;
            self.fill().await?;
        }
        Ok(std::mem::take(&mut self.input))
    }

    /// Gives back what `chunk` handed out too much of.
    pub fn unread(&mut self, rest: &[u8]) {
        self.input.splice(..0, rest.iter().copied());
    }

    async fn fill(&mut self) -> io::Result<usize> {
        self.input.reserve(CHUNK);
        // The limit keeps one read from growing the buffer beyond its reservation.
        (&mut self.stream).take(CHUNK as u64).read_buf(&mut self.input).await
    }
}

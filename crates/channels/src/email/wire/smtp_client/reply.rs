//! What a server answers.

use tokio::io::{AsyncRead, AsyncWrite};

use crate::email::wire::framing::{Framed, LineError};

const MAX_LINE: usize = 4096;
const MAX_LINES: usize = 100;
/// Enough of a reason for a person to read.
const MAX_TEXT: usize = 500;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Reply {
    pub code: u16,
    pub lines: Vec<String>,
}

impl Reply {
    pub async fn read<S: AsyncRead + AsyncWrite + Unpin>(wire: &mut Framed<S>) -> Result<Self, LineError> {
        let mut lines = Vec::new();
        loop {
            let line = wire.line(MAX_LINE).await?;
            let (code, last, text) = parse(&line).ok_or(LineError::Malformed)?;
            lines.push(text);
            if last {
                return Ok(Self { code, lines });
            }
            if lines.len() >= MAX_LINES {
                return Err(LineError::TooLong);
            }
        }
    }

    pub fn is_ok(&self) -> bool {
        self.code / 100 == 2
    }

    pub fn text(&self) -> String {
        self.lines.join(" ").chars().take(MAX_TEXT).collect()
    }
}

fn parse(line: &[u8]) -> Option<(u16, bool, String)> {
    let (code, rest) = line.split_at_checked(3)?;
    let code: u16 = std::str::from_utf8(code).ok()?.parse().ok()?;
    let last = match rest.first() {
        None | Some(b' ') => true,
        Some(b'-') => false,
        Some(_) => return None,
    };
    let text = String::from_utf8_lossy(rest.get(1..).unwrap_or_default());
    let text = text.chars().filter(|c| !c.is_control()).collect();
    (200..600).contains(&code).then_some((code, last, text))
}

//! What became of a message, recipient by recipient.

use std::time::Duration;

use super::reply::Reply;

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The server took the responsibility over.
    Accepted { response: String },
    /// Not now; trying again is right. Without a code no server said so: there was no connection, or it broke.
    Transient { code: Option<u16>, text: String },
    /// Never; trying again is wrong.
    Permanent { code: Option<u16>, text: String },
    /// The connection was lost after the whole message was sent and before the answer: it may have arrived.
    Unknown { text: String },
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    pub recipient: String,
    pub outcome: Outcome,
}

impl Outcome {
    pub(super) fn of(reply: &Reply) -> Self {
        let (code, text) = (Some(reply.code), reply.text());
        match reply.code / 100 {
            2 => Self::Accepted { response: format!("{} {text}", reply.code) },
            5 => Self::Permanent { code, text },
            _ => Self::Transient { code, text },
        }
    }

    pub(super) fn transient(text: impl ToString) -> Self {
        Self::Transient { code: None, text: text.to_string() }
    }

    pub(super) fn permanent(text: &str) -> Self {
        Self::Permanent { code: None, text: text.to_owned() }
    }
}

const FIRST_MINUTES: [u64; 3] = [1, 5, 15];
const MINUTES: u64 = 30;
const GIVE_UP_MINUTES: u64 = 5 * 24 * 60;

/// How long to wait after the `attempt`-th try failed (1 = the first); `None`: give up, after five days.
/// The first tries come quickly, for greylisting; then every half hour (RFC 5321 §4.5.4.1).
pub fn retry_delay(attempt: u32) -> Option<Duration> {
    let attempt = u64::from(attempt.max(1));
    let index = usize::try_from(attempt - 1).unwrap_or(usize::MAX);
    let minutes = FIRST_MINUTES.get(index).copied().unwrap_or(MINUTES);
    let quick: u64 = FIRST_MINUTES.iter().take(index).sum();
    let waited = quick + MINUTES * attempt.saturating_sub(1 + FIRST_MINUTES.len() as u64);
    (waited + minutes <= GIVE_UP_MINUTES).then(|| Duration::from_secs(60 * minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_come_quickly_at_first_and_end_after_five_days() {
        let minutes: Vec<u64> = (1..).map_while(retry_delay).map(|delay| delay.as_secs() / 60).collect();
        assert_eq!(minutes[..5], [1, 5, 15, 30, 30]);
        let days = minutes.iter().sum::<u64>() as f64 / 1440.0;
        assert!((4.9..=5.0).contains(&days), "{days} days");
        assert_eq!(retry_delay(u32::MAX), None);
    }
}

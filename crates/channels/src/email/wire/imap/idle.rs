//! Waiting for news without asking for it.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::{
    Trouble,
    session::{Session, Word},
};

/// Servers log a client out after 30 minutes, whatever they say meanwhile (RFC 2177).
const LONGEST: Duration = Duration::from_secs(25 * 60);

enum Heard {
    /// Something may be new.
    News,
    /// The server does not know IDLE after all.
    Unknown,
    /// Long enough: look and begin again.
    Due,
}

impl Session {
    /// Returns when there may be new mail, at the latest after `renew` without a word of the server.
    pub async fn idle(&mut self, renew: Duration) -> Result<(), Trouble> {
        if std::mem::take(&mut self.stirred) {
            return Ok(());
        }
        self.listen_for(self.stall);
        let id = self.start("IDLE").await?;
        match self.hear(renew).await? {
            Heard::Unknown => {
                self.can_idle = false;
                return Ok(());
            }
            Heard::News | Heard::Due => {}
        }
        self.listen_for(self.stall);
        self.say("DONE").await?;
        while !matches!(self.word().await?, Word::Done { id: ended, .. } if ended == id) {}
        Ok(())
    }

    async fn hear(&mut self, renew: Duration) -> Result<Heard, Trouble> {
        let end = Instant::now() + LONGEST.max(renew);
        let mut due = Instant::now() + self.stall;
        let mut entered = false;
        loop {
            let Ok(word) = timeout_at(due.min(end), self.word()).await else {
                return if entered { Ok(Heard::Due) } else { Err(Trouble::TimedOut) };
            };
            match word? {
                Word::Continue => {
                    entered = true;
                    self.listen_for(renew + self.stall);
                }
                Word::Done { ok: false, .. } if !entered => return Ok(Heard::Unknown),
                Word::Done { .. } => return Err(Trouble::Protocol),
                Word::Other => {}
            }
            if self.stirred && entered {
                return Ok(Heard::News);
            }
            // `* OK Still here`: the connection lives, so there is no need to prove it yet.
            if entered {
                due = Instant::now() + renew;
            }
        }
    }

    /// For servers without IDLE.
    pub async fn poll(&mut self, pause: Duration) -> Result<(), Trouble> {
        if !std::mem::take(&mut self.stirred) {
            tokio::time::sleep(pause).await;
            self.run("NOOP", |_| {}).await?;
        }
        Ok(())
    }
}

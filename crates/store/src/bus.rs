//! Wake-ups inside one process. The database is the truth; a lost wake-up delays, it never loses.

use std::sync::Arc;

use tokio::sync::watch;

#[derive(Clone)]
pub struct Bus {
    facts: Arc<watch::Sender<u64>>,
    jobs: Arc<watch::Sender<u64>>,
}

impl Default for Bus {
    fn default() -> Self {
        Self { facts: Arc::new(watch::Sender::new(0)), jobs: Arc::new(watch::Sender::new(0)) }
    }
}

impl Bus {
    /// Changes each time facts were committed.
    pub fn facts(&self) -> watch::Receiver<u64> {
        self.facts.subscribe()
    }

    /// Changes each time jobs were committed.
    pub fn jobs(&self) -> watch::Receiver<u64> {
        self.jobs.subscribe()
    }

    pub(crate) fn facts_committed(&self) {
        self.facts.send_modify(|count| *count += 1);
    }

    pub(crate) fn jobs_committed(&self) {
        self.jobs.send_modify(|count| *count += 1);
    }
}

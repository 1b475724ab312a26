//! When somebody last wrote: the card of a channel shows it, and need not know each word's second.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex},
    time::Duration,
};

use inbox::channels::{self, HealthState};
use kernel::{ChannelId, Result, Timestamp};
use store::Tx;

/// A row that every message of a chat would wait for is written this often at most.
const AGAIN: Duration = Duration::from_secs(60);

static LAST: LazyLock<Mutex<HashMap<ChannelId, Timestamp>>> = LazyLock::new(Mutex::default);

/// Whether the channel has not been told of a message for a while; then it counts as told.
pub(super) fn is_news(channel: ChannelId, now: Timestamp) -> bool {
    let mut last = LAST.lock().expect("no panic while held");
    let is_news = last.get(&channel).is_none_or(|at| now < *at || now - *at >= AGAIN);
    if is_news {
        last.insert(channel, now);
    }
    is_news
}

pub(super) fn note(tx: &mut Tx<'_>, channel: ChannelId) -> Result<()> {
    let now = tx.now();
    channels::set_health(tx, channel, |health| {
        health.state = HealthState::Ok;
        health.last_in_at = Some(now);
        health.error = None;
    })
}

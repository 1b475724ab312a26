//! Keeps every enabled channel running, and starts it anew when it was changed.

use std::{collections::HashMap, sync::Arc};

use ::store::{Db, Tail};
use kernel::{ChannelId, Result};
use tokio::{sync::watch, task::JoinHandle};

use super::{ChannelRow, store};
use crate::port::Registry;

struct Running {
    row: ChannelRow,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// Runs until told to stop; then waits for the channels to end what they hold.
pub async fn supervise(db: Db, registry: Registry, mut stop: watch::Receiver<bool>) -> Result<()> {
    let mut tail = Tail::from_head(&db).await?;
    let mut running: HashMap<ChannelId, Running> = HashMap::new();
    loop {
        let wanted = db.system_read("channels", store::all_enabled).await?;
        settle(&registry, &mut running, wanted).await;
        loop {
            let facts = tokio::select! {
                facts = tail.next() => facts?,
                _ = stop.changed() => {
                    end_all(running).await;
                    return Ok(());
                }
            };
            if facts.iter().any(|fact| fact.name == "channel.changed") {
                break;
            }
        }
    }
}

async fn settle(registry: &Registry, running: &mut HashMap<ChannelId, Running>, wanted: Vec<ChannelRow>) {
    let stale: Vec<ChannelId> = running
        .iter()
        .filter(|(id, now)| !wanted.iter().any(|row| row.id == **id && same(row, &now.row)))
        .map(|(id, _)| *id)
        .collect();
    for id in stale {
        if let Some(old) = running.remove(&id) {
            end(old).await;
        }
    }
    for row in wanted {
        if running.contains_key(&row.id) {
            continue;
        }
        let Some(kind) = registry.get(&row.kind) else { continue };
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(Arc::clone(kind).run(row.clone(), stopped));
        running.insert(row.id, Running { row, stop, task });
    }
}

/// Health and name do not matter to what runs.
fn same(a: &ChannelRow, b: &ChannelRow) -> bool {
    a.config == b.config && a.secrets == b.secrets && a.addresses == b.addresses && a.team == b.team
}

async fn end(running: Running) {
    let _ = running.stop.send(true);
    let _ = running.task.await;
}

async fn end_all(running: HashMap<ChannelId, Running>) {
    for (_, channel) in running {
        end(channel).await;
    }
}

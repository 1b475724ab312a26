//! Connections kept for the next message.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
};

use super::{SmtpConfig, Trouble, connection::Connection};

/// Many servers end a connection after some number of messages; leaving first is politer.
const MAX_USES: u32 = 100;

#[derive(Default)]
struct Shelf {
    connections: Vec<Connection>,
    is_watched: bool,
}

pub(super) struct Pool {
    shelf: Arc<Mutex<Shelf>>,
    places: Arc<Semaphore>,
    idle: Duration,
}

/// A connection and the right to have one.
pub(super) struct Held {
    pub connection: Connection,
    place: OwnedSemaphorePermit,
}

impl Pool {
    pub fn new(max_connections: usize, idle: Duration) -> Self {
        Self { shelf: Arc::default(), places: Arc::new(Semaphore::new(max_connections.max(1))), idle }
    }

    /// A connection that answered just now: one from before, or a new one. Waits while all are in use.
    pub async fn take(&self, config: &SmtpConfig) -> Result<Held, Trouble> {
        let place = self.places.clone().acquire_owned().await.expect("the semaphore is never closed");
        while let Some(mut connection) = self.pop() {
            if connection.used_at.elapsed() < self.idle && connection.is_fresh().await {
                return Ok(Held { connection, place });
            }
        }
        Ok(Held { connection: Connection::open(config).await?, place })
    }

    pub async fn give_back(&self, held: Held) {
        let Held { mut connection, place } = held;
        connection.uses += 1;
        connection.used_at = tokio::time::Instant::now();
        if connection.uses >= MAX_USES {
            drop(place);
            return connection.close().await;
        }
        let mut shelf = lock(&self.shelf);
        shelf.connections.push(connection);
        if !std::mem::replace(&mut shelf.is_watched, true) {
            tokio::spawn(close_idle(Arc::downgrade(&self.shelf), self.idle));
        }
    }

    fn pop(&self) -> Option<Connection> {
        lock(&self.shelf).connections.pop()
    }
}

fn lock(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Closes what was not used for a while; ends when nothing is left.
async fn close_idle(shelf: Weak<Mutex<Shelf>>, idle: Duration) {
    loop {
        sleep(idle).await;
        let Some(shelf) = shelf.upgrade() else {
            return;
        };
        let (old, done): (Vec<Connection>, bool) = {
            let mut shelf = lock(&shelf);
            let is_old = |connection: &mut Connection| connection.used_at.elapsed() >= idle;
            let old = shelf.connections.extract_if(.., is_old).collect();
            shelf.is_watched = !shelf.connections.is_empty();
            (old, shelf.connections.is_empty())
        };
        for connection in old {
            connection.close().await;
        }
        if done {
            return;
        }
    }
}

//! Room on the disk of the data folder. When little is left, nothing new is taken in, reading goes on, and what was
//! begun is finished: for that a reserve is held in a file, which is given up when the disk is truly full.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use kernel::{Code, Error, Result, fault};
use rustix::fs::{FallocateFlags, StatVfs, fallocate, statvfs};
use tokio::sync::watch;

/// The share of the disk below which nothing new is taken in, and the one from which it is again.
const LOW: f64 = 0.05;
const ENOUGH: f64 = 0.06;
/// On large disks so much free is enough, whatever the share.
const ENOUGH_BYTES: u64 = 10 << 30;
/// The reserve: a hundredth of the disk, at most so much.
const RESERVE_BYTES: u64 = 32 << 20;
const RESERVE_SHARE: u64 = 100;
/// How old a measurement may be when somebody wants to write.
const FRESH: Duration = Duration::from_millis(200);
/// Its name where acceptance checks switch it off.
const GUARD: &str = "room";
const EVERY: Duration = Duration::from_secs(1);

/// How much of the disk is free.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Free {
    pub bytes: u64,
    pub of: u64,
}

impl Free {
    fn share(self) -> f64 {
        if self.of == 0 { 0.0 } else { self.bytes as f64 / self.of as f64 }
    }

    /// Whether it is too little, given whether it was before: a disk at the limit is not to flicker.
    fn is_low(self, before: bool) -> bool {
        self.bytes < ENOUGH_BYTES && self.share() < if before { ENOUGH } else { LOW }
    }
}

impl From<StatVfs> for Free {
    /// As `df` counts: without what only the superuser may use.
    fn from(disk: StatVfs) -> Self {
        let used = disk.f_blocks.saturating_sub(disk.f_bfree);
        Self { bytes: disk.f_bavail * disk.f_frsize, of: (used + disk.f_bavail) * disk.f_frsize }
    }
}

/// The room of one data folder. Cheap to clone.
#[derive(Clone)]
pub struct Room {
    inner: Arc<Inner>,
}

struct Inner {
    folder: PathBuf,
    low: watch::Sender<bool>,
    measured: Mutex<Measured>,
}

struct Measured {
    at: Instant,
    free: Free,
}

impl Room {
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let free = measure(folder).map_err(Error::internal)?;
        let inner = Inner {
            folder: folder.to_owned(),
            low: watch::Sender::new(free.is_low(false)),
            measured: Mutex::new(Measured { at: Instant::now(), free }),
        };
        let room = Self { inner: Arc::new(inner) };
        if !room.is_low() {
            room.make_reserve();
        }
        Ok(room)
    }

    pub fn is_low(&self) -> bool {
        *self.inner.low.borrow()
    }

    /// Changes when the disk becomes nearly full, and when there is room again.
    pub fn changes(&self) -> watch::Receiver<bool> {
        self.inner.low.subscribe()
    }

    pub fn free(&self) -> Free {
        self.measured().free
    }

    /// Refuses what is new while the disk is nearly full.
    pub fn admit(&self) -> Result<()> {
        if self.measured().at.elapsed() > FRESH {
            self.measure();
        }
        if self.is_low() && !fault::is_off(GUARD) { Err(Error::new(Code::StorageFull)) } else { Ok(()) }
    }

    /// Measures until told to stop, so that everybody learns of room that came back.
    pub async fn watch(self, mut stop: watch::Receiver<bool>) {
        while tokio::time::timeout(EVERY, stop.wait_for(|stop| *stop)).await.is_err() {
            self.measure();
        }
    }

    /// The disk refused to take more: nothing new from now on, and the reserve is given up.
    pub(crate) fn ran_out(&self) {
        tracing::error!("the disk is full");
        self.measured().at = Instant::now();
        self.inner.low.send_replace(true);
        let _ = fs::remove_file(self.reserve());
    }

    fn measure(&self) {
        let free = match measure(&self.inner.folder) {
            Ok(free) => free,
            Err(error) => return tracing::warn!(%error, "the room on the disk cannot be measured"),
        };
        *self.measured() = Measured { at: Instant::now(), free };
        if free.bytes < reserve_of(free) / 2 {
            let _ = fs::remove_file(self.reserve());
        }
        let changed = self.inner.low.send_if_modified(|low| {
            let before = std::mem::replace(low, free.is_low(*low));
            *low != before
        });
        match (changed, self.is_low()) {
            (true, true) => tracing::error!(free = free.bytes, "the disk is nearly full: read-only"),
            (true, false) => {
                tracing::info!(free = free.bytes, "there is room on the disk again");
                self.make_reserve();
            }
            (false, _) => {}
        }
    }

    fn measured(&self) -> std::sync::MutexGuard<'_, Measured> {
        self.inner.measured.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reserve(&self) -> PathBuf {
        self.inner.folder.join("reserve")
    }

    /// Without it the server runs as well, only nearer to the edge.
    fn make_reserve(&self) {
        let size = reserve_of(self.free());
        let path = self.reserve();
        let made = fs::File::create(&path)
            .and_then(|file| Ok(fallocate(&file, FallocateFlags::empty(), 0, size.max(1))?));
        if let Err(error) = made {
            tracing::warn!(%error, "no reserve on the disk");
            let _ = fs::remove_file(&path);
        }
    }
}

fn reserve_of(free: Free) -> u64 {
    RESERVE_BYTES.min(free.of / RESERVE_SHARE)
}

fn measure(folder: &Path) -> io::Result<Free> {
    Ok(statvfs(folder)?.into())
}

/// A failed sync leaves nobody knowing what is on the disk, and a second try would report a success that is none: the
/// process ends, and the next one finds out what there is.
pub(crate) fn stop_unsynced(what: &str, error: &dyn std::fmt::Display) {
    tracing::error!(what, %error, "the disk cannot be trusted; stopping");
    if !fault::is_off(GUARD) {
        std::process::exit(74);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn free(percent: u64) -> Free {
        Free { bytes: percent << 20, of: 100 << 20 }
    }

    #[test]
    fn nothing_new_is_taken_in_below_a_twentieth_and_again_only_above_it() {
        assert!(!free(5).is_low(false));
        assert!(free(4).is_low(false));
        assert!(free(5).is_low(true), "a little more is not enough to go on");
        assert!(!free(6).is_low(true));
    }

    #[test]
    fn a_large_disk_may_be_fuller() {
        let large = Free { bytes: 20 << 30, of: 4_000 << 30 };
        assert!(!large.is_low(false) && !large.is_low(true));
    }
}

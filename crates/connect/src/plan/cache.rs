//! Plans in memory, so that a call costs no query.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use kernel::{Result, WorkspaceId};
use store::{Read, Tx};

use super::{Plan, store as rows};

/// A change made by another node counts here after so long at the latest; our own count at once.
const BELIEVED: Duration = Duration::from_secs(1);

/// The plans in use, by workspace.
#[derive(Clone, Default)]
pub struct Plans(Arc<Mutex<HashMap<WorkspaceId, Slot>>>);

#[derive(Default)]
struct Slot {
    /// Grows with each change made here: what was read before it is not kept.
    changes: u64,
    known: Option<(Arc<Plan>, Instant)>,
}

impl Plans {
    /// The plan of the reader's workspace.
    pub fn of(&self, read: &mut Read<'_>) -> Result<Arc<Plan>> {
        let workspace = read.workspace();
        let (changes, known) = {
            let mut slots = self.0.lock().expect("no panic while held");
            let slot = slots.entry(workspace).or_default();
            (slot.changes, slot.known.clone())
        };
        let plan = match known {
            Some((plan, read_at)) if read_at.elapsed() < BELIEVED => return Ok(plan),
            Some((plan, _)) if rows::is_current(read, &plan)? => plan,
            _ => Arc::new(rows::load(read)?),
        };
        let mut slots = self.0.lock().expect("no panic while held");
        let slot = slots.entry(workspace).or_default();
        if slot.changes == changes {
            slot.known = Some((Arc::clone(&plan), Instant::now()));
        }
        Ok(plan)
    }

    /// Whatever is remembered of the workspace's plan is old once this is on the disk.
    pub(super) fn forget_after(&self, tx: &mut Tx<'_>) {
        let (plans, workspace) = (self.clone(), tx.workspace());
        tx.after_commit(move || {
            let mut slots = plans.0.lock().expect("no panic while held");
            let slot = slots.entry(workspace).or_default();
            slot.changes += 1;
            slot.known = None;
        });
    }
}

//! The last calls of each workspace, for whoever looks at the live events: memory only, a window and not a record.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use kernel::{KeyId, Timestamp, WorkspaceId};
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::{CallKind, Refusal};
use crate::plan::Violation;

const KEPT: usize = 300;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallOutcome {
    Accepted,
    /// Known by its message id.
    Duplicate,
    Refused,
    /// Not as planned: kept, and worked when somebody says so.
    SetAside,
}

/// A call as it was seen.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SeenCall {
    /// Grows by one with each call of the workspace.
    pub number: u64,
    #[schema(value_type = String, format = "date-time")]
    pub received_at: Timestamp,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub at: Option<Timestamp>,
    #[schema(value_type = String, format = "uuid")]
    pub key: KeyId,
    pub kind: Option<CallKind>,
    /// The event, or the page's name.
    pub name: Option<String>,
    pub user_id: Option<String>,
    pub anonymous_id: Option<String>,
    #[schema(value_type = Option<String>, format = "uuid")]
    pub person: Option<kernel::PersonId>,
    pub outcome: CallOutcome,
    pub refusal: Option<Refusal>,
    pub warnings: Vec<String>,
    /// What is not as planned.
    pub violations: Vec<Violation>,
    /// Where it waits, when it was set aside: an id of the refused calls.
    #[schema(value_type = Option<String>, format = "uuid")]
    pub set_aside: Option<uuid::Uuid>,
    /// What was sent.
    #[schema(value_type = Object)]
    pub body: Json,
}

#[derive(Default)]
struct Ring {
    next: u64,
    calls: VecDeque<SeenCall>,
}

#[derive(Clone, Default)]
pub struct Recent(Arc<Mutex<HashMap<WorkspaceId, Ring>>>);

impl Recent {
    pub(super) fn note(&self, workspace: WorkspaceId, calls: Vec<SeenCall>) {
        let mut rings = self.0.lock().expect("no panic while held");
        let ring = rings.entry(workspace).or_default();
        for mut call in calls {
            ring.next += 1;
            call.number = ring.next;
            ring.calls.push_back(call);
        }
        let surplus = ring.calls.len().saturating_sub(KEPT);
        ring.calls.drain(..surplus);
    }

    /// Calls after a number, oldest first.
    pub(super) fn after(&self, workspace: WorkspaceId, number: u64) -> Vec<SeenCall> {
        let rings = self.0.lock().expect("no panic while held");
        let calls =
            rings.get(&workspace).map(|ring| ring.calls.iter().filter(|call| call.number > number).cloned());
        calls.map(Iterator::collect).unwrap_or_default()
    }
}

use kernel::{Result, TeamId, Timestamp, UserId};
use serde_json::json;
use store::{NewJob, Tx};

use super::fact;
use crate::conversations::{
    model::{Conversation, Priority, Status},
    snooze::{WAKE, wake_key},
    store as rows,
};

/// An earlier state of a conversation.
#[derive(Clone, Debug)]
pub struct Restore {
    pub status: Status,
    pub assignee: Option<UserId>,
    pub team: Option<TeamId>,
    pub priority: Priority,
    pub snoozed_until: Option<Timestamp>,
    pub snoozed_until_reply: bool,
    pub waiting_since: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    pub spam: bool,
}

/// Brings an earlier state back: the undo of a bulk act.
pub fn restore(tx: &mut Tx<'_>, current: &Conversation, earlier: Restore) -> Result<()> {
    let mut c = Conversation {
        status: earlier.status,
        assignee: earlier.assignee,
        team: earlier.team,
        priority: earlier.priority,
        snoozed_until: earlier.snoozed_until,
        snoozed_until_reply: earlier.snoozed_until_reply,
        waiting_since: earlier.waiting_since,
        closed_at: earlier.closed_at,
        spam: earlier.spam,
        ..current.clone()
    };
    rows::save(tx, current, &mut c)?;
    if let Some(until) = c.snoozed_until {
        tx.enqueue(NewJob::new(WAKE, json!({ "conversation": c.id })).at(until).key(wake_key(c.id)))?;
    }
    if c.team != current.team {
        // Who may see and find it depends on the team.
        let payload = json!({ "from": current.team, "to": c.team, "undo": true });
        tx.record(fact("conversation.team_changed", &c).payload(payload))?;
    }
    let payload = json!({ "from": current.status, "to": c.status, "undo": true });
    tx.record(fact("conversation.status_changed", &c).payload(payload))
}

//! Where a conversation's steps lead: a small model of the inbox's own rules.

use super::{Act, Ending, Priority, Status, Step};

/// `team` is the channel's.
pub(super) fn ending(steps: &[Step], team: &str, now: i64) -> Ending {
    let mut end = Ending {
        status: Status::New,
        assignee: None,
        team: team.to_owned(),
        priority: Priority::Normal,
        tags: Vec::new(),
        snoozed_until: None,
        unread: true,
    };
    for step in steps {
        apply(&mut end, &step.act);
    }
    if end.snoozed_until.is_some_and(|until| until <= now) {
        end.status = Status::Open;
    }
    if end.status != Status::Snoozed {
        end.snoozed_until = None;
    }
    end
}

fn apply(end: &mut Ending, act: &Act) {
    match act {
        // A machine's word changes nothing.
        Act::Receive(received) if received.automatic => end.unread = true,
        Act::Receive(_) => {
            end.unread = true;
            end.snoozed_until = None;
            if end.status != Status::New {
                end.status = Status::Open;
            }
        }
        Act::Reply(reply) => {
            end.unread = false;
            end.snoozed_until = None;
            end.status = if reply.closes { Status::Closed } else { Status::Waiting };
        }
        Act::Note(_) => end.unread = false,
        Act::Team { team, .. } => end.team.clone_from(team),
        Act::Priority { priority, .. } => end.priority = *priority,
        Act::Tag { tag, .. } => end.tags.push(tag.clone()),
        Act::Assign { to, .. } => {
            end.assignee = Some(to.clone());
            if end.status == Status::New {
                end.status = Status::Open;
            }
        }
        Act::Snooze { until, .. } => {
            end.status = Status::Snoozed;
            end.snoozed_until = Some(*until);
        }
        Act::Close { .. } => {
            end.unread = false;
            end.snoozed_until = None;
            end.status = Status::Closed;
        }
    }
}

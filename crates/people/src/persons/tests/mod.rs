//! What people and colleagues notice of persons, on both engines.

mod api;
mod graph;
mod identity;
mod merging;
mod reading;

use kernel::{ConversationId, PersonId, Result, TeamId};
use store::{Tx, params};

use super::{Handle, IdentityKind};

pub(crate) fn handle(kind: IdentityKind, value: &str, source: &str) -> Handle {
    Handle { kind, value: value.to_owned(), name: None, verified: false, source: source.to_owned() }
}

pub(super) fn mail(address: &str) -> Handle {
    handle(IdentityKind::Email, address, "mail")
}

/// What a visitor typed into the chat.
pub(super) fn typed(address: &str) -> Handle {
    handle(IdentityKind::Email, address, "chat")
}

pub(super) fn visitor(value: &str) -> Handle {
    Handle { verified: true, ..handle(IdentityKind::Visitor, value, "chat") }
}

/// A conversation row, as far as persons and teams look at it.
#[derive(Clone)]
pub(crate) struct Conversation {
    pub id: ConversationId,
    person: PersonId,
    team: Option<TeamId>,
    number: i64,
}

pub(crate) fn conversation(person: PersonId, team: Option<TeamId>, number: i64) -> Conversation {
    Conversation { id: ConversationId::new(), person, team, number }
}

impl Conversation {
    pub fn insert(&self, tx: &mut Tx<'_>) -> Result<()> {
        let (workspace, now) = (tx.workspace(), tx.now());
        tx.execute(
            "INSERT INTO conversations (workspace_id, id, number, channel_id, person_id, subject, preview, status,
                 priority, team_id, message_count, last_seq, last_out_seq, last_message_kind, created_at,
                 last_message_at, snoozed_until_reply, woken, version)
             VALUES ($1, $2, $3, $2, $4, 'Hol a csomagom?', '', 'open', 1, $5, 1, 1, 0, 'in', $6, $6, 0, 0, 1)",
            params![workspace, self.id, self.number, self.person, self.team, now],
        )?;
        Ok(())
    }
}

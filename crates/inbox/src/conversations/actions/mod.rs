//! The verbs. Each is one transaction and one fact.

mod assign;
mod automatic;
mod change;
mod close;
mod create;
mod forward;
mod read;
mod receive;
mod reply;
mod restore;
mod separate;
mod snooze;
mod spam;
mod tag;
mod undo;

pub use assign::{assign, set_team};
pub use automatic::send_automatically;
pub use change::{set_priority, set_status, set_subject};
pub use close::{close, reopen};
pub use create::create;
pub use read::{mark_read, mark_unread};
pub use receive::{Received, receive};
pub use reply::{note, reply};
pub use restore::{Restore, restore};
pub use separate::separate;
pub use snooze::{snooze, unsnooze, wake};
pub use spam::{mark_spam, unmark_spam};
pub use tag::{tag, untag};
pub use undo::undo;

use kernel::NewFact;
use serde_json::json;

use super::model::Conversation;

/// A fact about a conversation.
fn fact(name: &'static str, c: &Conversation) -> NewFact {
    NewFact::new(name).conversation(c.id).person(c.person)
}

/// The first words of a text, for lists.
fn preview(text: &str) -> String {
    const LENGTH: usize = 160;
    let mut words = String::new();
    for word in text.split_whitespace() {
        if words.chars().count() + word.chars().count() > LENGTH {
            words.push('…');
            break;
        }
        if !words.is_empty() {
            words.push(' ');
        }
        words.extend(word.chars().take(LENGTH));
    }
    words
}

/// Cleans a subject to one line of a bearable length.
fn subject_line(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(250).collect()
}

/// The name under which a caller appears in a thread.
fn author_name(read: &mut store::Read<'_>) -> kernel::Result<String> {
    let caller = read.caller().clone();
    Ok(match &caller.actor {
        kernel::Actor::User(id) => people::access::users::names(read, &[*id])?.remove(id).unwrap_or_default(),
        kernel::Actor::Key(_) => "API".to_owned(),
        kernel::Actor::System(name) => name.clone(),
        kernel::Actor::Person(_) => String::new(),
    })
}

fn message_payload(id: kernel::MessageId, seq: i64) -> serde_json::Value {
    json!({ "message": id, "seq": seq })
}

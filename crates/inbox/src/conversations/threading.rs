//! Which conversation an inbound message belongs to, and why.
//!
//! Order: the channel's own knowledge, a signed token, known Message-IDs (and their ancestors). A message joins only
//! when its sender holds a token, takes part already, or comes from the requester's organisation; otherwise it opens a
//! conversation of its own, linked to the guess. `From:` alone is never enough: a sender who is known not to be verified
//! shares no organisation, and brings nobody along ([`may_bring_others`]).

use std::time::Duration;

use kernel::{ConversationId, PersonId, Result};
use store::{Read, params};

use super::{
    model::{Conversation, Status},
    store as rows,
};
use crate::port::Inbound;

/// After so long a closed conversation is over: an answer opens a follow-up.
const OVER: Duration = Duration::from_secs(30 * 24 * 3_600);
/// Mail providers whose domain says nothing about who somebody is with.
const PUBLIC_DOMAINS: [&str; 24] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "msn.com",
    "yahoo.com",
    "icloud.com",
    "me.com",
    "aol.com",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "web.de",
    "proton.me",
    "protonmail.com",
    "mail.com",
    "freemail.hu",
    "citromail.hu",
    "indamail.hu",
    "vipmail.hu",
    "t-online.hu",
    "upcmail.hu",
    "invitel.hu",
];

/// The rule of a message whose channel knows its conversation.
pub(super) const CHAT: &str = "chat";

/// Where a message goes.
pub(super) struct Placed {
    pub conversation: Option<ConversationId>,
    /// A conversation it may have to do with.
    pub linked: Option<(ConversationId, &'static str)>,
    pub rule: &'static str,
    pub detail: String,
    /// How the sender takes part when it joins.
    pub role: &'static str,
}

impl Placed {
    fn join(id: ConversationId, rule: &'static str, detail: String, role: &'static str) -> Self {
        Self { conversation: Some(id), linked: None, rule, detail, role }
    }

    fn apart(linked: Option<(ConversationId, &'static str)>, rule: &'static str, detail: String) -> Self {
        Self { conversation: None, linked, rule, detail, role: "requester" }
    }
}

pub(super) fn place(read: &mut Read<'_>, inbound: &Inbound, person: PersonId) -> Result<Placed> {
    if let Some(id) = inbound.thread.conversation {
        return Ok(Placed::join(id, CHAT, String::new(), "requester"));
    }
    let address = inbound.from.value.as_str();
    // Who is a colleague no longer may still have every token and Message-ID.
    let is_former = people::access::users::is_disabled(read, address)?;
    let mut guess = None;
    for (id, place) in &inbound.thread.tokens {
        let Ok(conversation) = rows::find(read, *id) else { continue };
        if is_former {
            guess.get_or_insert((*id, "references"));
            continue;
        }
        let role = if rows::is_participant(read, *id, person, address)? { "requester" } else { "via" };
        return Ok(join_or_follow_up(read, &conversation, "token", (*place).to_owned(), role));
    }
    for reference in &inbound.thread.references {
        for (id, is_message) in known(read, inbound.channel, reference)? {
            let Ok(conversation) = rows::find(read, id) else { continue };
            if is_former {
                guess.get_or_insert((id, "references"));
                continue;
            }
            if rows::is_participant(read, id, person, address)? {
                let detail = format!("<{reference}>");
                return Ok(join_or_follow_up(read, &conversation, "references", detail, "requester"));
            }
            if is_message && is_credible(inbound) && shares_organisation(read, inbound, id)? {
                let detail = format!("<{reference}> · {}", domain(address));
                return Ok(join_or_follow_up(read, &conversation, "references", detail, "via"));
            }
            if is_message {
                guess.get_or_insert((id, "references"));
            }
        }
    }
    let guess = match guess {
        None => number_in_subject(read, inbound.subject.as_deref())?.map(|id| (id, "subject")),
        found => found,
    };
    Ok(match guess {
        Some(guess) => Placed::apart(Some(guess), "linked", guess.1.to_owned()),
        None => Placed::apart(None, "new", String::new()),
    })
}

/// Whether nothing is known against the sender being who the message says.
fn is_credible(inbound: &Inbound) -> bool {
    inbound.sender_verified != Some(false)
}

/// Whether those in copy take part in a conversation that is there already.
pub(super) fn may_bring_others(inbound: &Inbound) -> bool {
    is_credible(inbound)
}

fn shares_organisation(read: &mut Read<'_>, inbound: &Inbound, id: ConversationId) -> Result<bool> {
    Ok(same_organisation(read, id, &inbound.from.value)? || is_colleague(read, inbound)?)
}

/// Whether the message would join a conversation that is there already.
pub fn joins(read: &mut Read<'_>, inbound: &Inbound) -> Result<bool> {
    // Nobody: only the address tells whether the sender takes part.
    let nobody = PersonId(uuid::Uuid::nil());
    Ok(place(read, inbound, nobody)?.conversation.is_some())
}

fn join_or_follow_up(
    read: &Read<'_>,
    c: &Conversation,
    rule: &'static str,
    detail: String,
    role: &'static str,
) -> Placed {
    let over = c.status == Status::Closed && c.closed_at.is_some_and(|at| read.now() - at > OVER);
    if over {
        Placed::apart(Some((c.id, "follow_up")), "linked", "follow_up".to_owned())
    } else {
        Placed::join(c.id, rule, detail, role)
    }
}

/// Conversations of the channel that know a Message-ID, and whether it is a message they hold. These come first: whoever
/// only refers to somebody's message, and copies him, must not draw his next one to himself.
fn known(
    read: &mut Read<'_>,
    channel: kernel::ChannelId,
    reference: &str,
) -> Result<Vec<(ConversationId, bool)>> {
    let workspace = read.workspace();
    let sql = "SELECT conversation_id, message_id FROM message_references
               WHERE workspace_id = $1 AND channel_id = $2 AND reference = $3
               ORDER BY CASE WHEN message_id IS NULL THEN 1 ELSE 0 END, conversation_id DESC LIMIT 200";
    read.rows(sql, params![workspace, channel, reference])?
        .iter()
        .map(|row| Ok((row.get(0)?, row.get::<Option<kernel::MessageId>>(1)?.is_some())))
        .collect()
}

/// Whether the sender's domain is that of the requester or of somebody the requester wrote to.
fn same_organisation(read: &mut Read<'_>, conversation: ConversationId, address: &str) -> Result<bool> {
    let domain = domain(address);
    if domain.is_empty() || PUBLIC_DOMAINS.contains(&domain) {
        return Ok(false);
    }
    let workspace = read.workspace();
    let sql = "SELECT address FROM participants WHERE workspace_id = $1 AND conversation_id = $2";
    let rows = read.rows(sql, params![workspace, conversation])?;
    let addresses = rows.iter().map(|row| row.get::<String>(0)).collect::<Result<Vec<_>>>()?;
    Ok(addresses.iter().any(|other| self::domain(other) == domain))
}

/// Whether the sender writes from the domain of the mailbox itself: a colleague who answered from a mail program.
fn is_colleague(read: &mut Read<'_>, inbound: &Inbound) -> Result<bool> {
    let domain = domain(&inbound.from.value);
    if domain.is_empty() || PUBLIC_DOMAINS.contains(&domain) {
        return Ok(false);
    }
    let channel = crate::channels::find(read, inbound.channel)?;
    Ok(channel.addresses.iter().any(|own| self::domain(own) == domain))
}

fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// A conversation whose number stands in the subject: a hint for a person, never a reason to join.
fn number_in_subject(read: &mut Read<'_>, subject: Option<&str>) -> Result<Option<ConversationId>> {
    let Some(number) = subject.and_then(number_of) else { return Ok(None) };
    let workspace = read.workspace();
    let sql = "SELECT id FROM conversations WHERE workspace_id = $1 AND number = $2";
    read.row(sql, params![workspace, number])?.map(|row| row.get(0)).transpose()
}

/// `[K-1042]`, `K-1042`, `[#1042]`.
fn number_of(subject: &str) -> Option<i64> {
    let (before, rest, least) = match subject.split_once("K-") {
        Some((before, rest)) => (before, rest, 1),
        // Bare numbers are everywhere; ours are long.
        None => subject.split_once('#').map(|(before, rest)| (before, rest, 3))?,
    };
    if before.ends_with(char::is_alphanumeric) {
        return None;
    }
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (least..=12).contains(&digits.len()).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::number_of;

    #[test]
    fn a_number_is_read_from_a_subject_in_its_usual_forms() {
        assert_eq!(number_of("Re: [K-1042] Hibás számla"), Some(1042));
        assert_eq!(number_of("Re: [#1234] help"), Some(1234));
        assert_eq!(number_of("Nr. 1234"), None);
        assert_eq!(number_of("#1"), None);
        assert_eq!(number_of("[K-1] Az első"), Some(1));
        assert_eq!(number_of("OK-12 rendben"), None);
    }
}

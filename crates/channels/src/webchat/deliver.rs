//! Answers to visitors. Whoever has the chat open sees the message by the live events; whoever has gone and left an
//! address gets it by mail, from where the conversation goes on.

use inbox::{
    channels::ChannelRow,
    port::{Outcome, Outgoing},
};
use kernel::{Caller, VisitorId};

use super::{is_connected, visitors};
use crate::{Parts, email::Email};

pub(super) async fn deliver(
    parts: &Parts,
    email: &Email,
    channel: &ChannelRow,
    outgoing: &Outgoing,
) -> Vec<(String, Outcome)> {
    let mut outcomes = Vec::new();
    for recipient in &outgoing.recipients {
        outcomes.push((recipient.clone(), to_one(parts, email, channel, outgoing, recipient).await));
    }
    outcomes
}

async fn to_one(
    parts: &Parts,
    email: &Email,
    channel: &ChannelRow,
    outgoing: &Outgoing,
    recipient: &str,
) -> Outcome {
    let Ok(id) = recipient.parse::<VisitorId>() else {
        return by_mail(email, outgoing, recipient).await;
    };
    if is_connected(id) {
        return Outcome::Sent;
    }
    let caller = Caller::system(channel.workspace, "chat");
    match parts.db.read(&caller, move |read| visitors::by_id(read, id)).await {
        Ok(Some(visitor)) => match visitor.email_claim {
            Some(address) => by_mail(email, outgoing, &address).await,
            // The message waits in the conversation until the visitor comes back.
            None => Outcome::Sent,
        },
        Ok(None) => Outcome::Permanent("this visitor is not known any more".into()),
        Err(error) => Outcome::Transient(error.to_string()),
    }
}

async fn by_mail(email: &Email, outgoing: &Outgoing, address: &str) -> Outcome {
    let sent = email.send_through_any(outgoing, vec![address.to_owned()]).await;
    sent.into_iter().next().map_or(Outcome::Sent, |(_, outcome)| outcome)
}

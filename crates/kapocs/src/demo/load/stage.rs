//! The conversations while they are played.

mod customers;

use std::{cmp::Reverse, time::Duration};

use inbox::{
    attachments,
    channels::ChannelRow,
    conversations::{self, DraftMode, NewMessage, Snooze},
    port::{Inbound, Registry, Thread},
};
use kernel::{AttachmentId, ChannelId, ConversationId, Error, MessageId, Result, Timestamp, UserId};
use people::persons::Handle;
use store::{Tx, params};

use super::{cast::Cast, deliver_without_sending, files::Files, part};
use crate::demo::script::{self, Act, ChannelKind, Demo, Note, Received, Reply};
use customers::Customers;

/// A held answer leaves a moment after its undo has passed.
const SENT_AFTER: Duration = Duration::from_secs(12);
/// So many conversations wait to be read at most, besides mentions.
const UNREAD: usize = 14;
/// A mention so fresh may still wait to be read.
const FRESH: Duration = Duration::from_secs(4 * 24 * 3_600);

pub(super) struct Stage<'a> {
    demo: &'a Demo,
    cast: &'a Cast,
    registry: &'a Registry,
    files: &'a Files,
    customers: Customers<'a>,
    played: Vec<Played>,
}

/// How far a conversation has come.
#[derive(Clone, Default)]
struct Played {
    conversation: Option<ConversationId>,
    /// The Message-ID of the newest message.
    newest: Option<String>,
    answered: bool,
}

impl Played {
    fn conversation(&self) -> Result<ConversationId> {
        self.conversation
            .ok_or_else(|| Error::internal("a conversation begins with a message of its customer"))
    }
}

impl<'a> Stage<'a> {
    pub fn new(demo: &'a Demo, cast: &'a Cast, registry: &'a Registry, files: &'a Files) -> Self {
        let played = vec![Played::default(); demo.conversations.len()];
        Self { demo, cast, registry, files, customers: Customers::new(demo, cast), played }
    }

    /// Plays one step at the moment of the transaction.
    pub fn perform(&mut self, tx: &mut Tx<'_>, index: usize, step: usize) -> Result<()> {
        let demo = self.demo;
        match &demo.conversations[index].steps[step].act {
            Act::Receive(received) => self.receive(tx, index, step, received),
            Act::Reply(reply) => self.reply(tx, index, reply),
            other => self.change(tx, self.played[index].conversation()?, other),
        }
    }

    /// The snooze has ended, unless somebody was faster.
    pub fn wake(&self, tx: &mut Tx<'_>, index: usize) -> Result<()> {
        let id = self.played[index].conversation()?;
        tx.within(part(self.cast, conversations::snooze::WAKE), |tx| conversations::wake(tx, id))
    }

    fn receive(&mut self, tx: &mut Tx<'_>, index: usize, step: usize, received: &Received) -> Result<()> {
        let told = &self.demo.conversations[index];
        let channel = self.demo.channels.iter().find(|channel| channel.key == told.channel);
        let kind = channel.map_or(ChannelKind::Email, |channel| channel.kind);
        let by_mail = kind == ChannelKind::Email || (kind == ChannelKind::Form && step > 0);
        let (door, inbound) = match kind {
            ChannelKind::Chat => ("chat", self.said_in_chat(tx, index, received)?),
            _ if by_mail => ("email", self.mailed(index, step, received)?),
            _ => ("form", self.filled_in(index, received)?),
        };
        let inbound = Inbound { at: tx.now(), ..inbound };
        let placed = tx.within(part(self.cast, door), |tx| {
            let placed = conversations::receive(tx, &inbound)?;
            if by_mail && self.played[index].answered {
                self.customers.prove(tx, placed.conversation, &inbound)?;
            }
            self.customers.describe(tx, told, placed.person, kind)?;
            Ok(placed)
        })?;
        if kind == ChannelKind::Chat {
            self.customers.note_visit(tx, told, placed.conversation)?;
        }
        let played = &mut self.played[index];
        played.conversation = Some(placed.conversation);
        played.newest = inbound.external_id;
        Ok(())
    }

    fn mailed(&self, index: usize, step: usize, received: &Received) -> Result<Inbound> {
        let (told, played) = (&self.demo.conversations[index], &self.played[index]);
        let channel = self.mailbox(told)?;
        let from = self.customers.by_mail(told)?;
        let domain = from.value.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
        let external_id = format!("demo.{index}.{step}@{domain}");
        let answers = played.conversation.filter(|_| played.answered);
        let subject = told.subject.as_deref().unwrap_or_default();
        let mut text = received.text.clone();
        if let Some(signature) = &received.signature {
            text = format!("{text}\n\n-- \n{signature}");
        }
        Ok(Inbound {
            external_id: Some(external_id),
            sender_verified: Some(true),
            to: channel.addresses.clone(),
            cc: received.cc.iter().map(|address| self.customers.copied(address)).collect(),
            subject: Some(if played.conversation.is_some() {
                format!("Re: {subject}")
            } else {
                subject.to_owned()
            }),
            quoted: received.quoted.clone(),
            thread: Thread {
                conversation: None,
                tokens: answers.map(|id| (id, "In-Reply-To")).into_iter().collect(),
                references: played.newest.iter().cloned().collect(),
            },
            automatic: received.automatic,
            ..self.inbound(channel.id, from, text, received)?
        })
    }

    /// The channel's own mailbox; answers to a form come to the workspace's first.
    fn mailbox(&self, told: &script::Conversation) -> Result<&ChannelRow> {
        let own = self.cast.channel(&told.channel)?;
        if own.kind == "email" {
            return Ok(own);
        }
        let first = self.demo.channels.iter().find(|channel| channel.kind == ChannelKind::Email);
        self.cast.channel(&first.ok_or_else(|| Error::internal("the script has no mailbox"))?.key)
    }

    fn filled_in(&self, index: usize, received: &Received) -> Result<Inbound> {
        let told = &self.demo.conversations[index];
        let from = self.customers.by_form(told)?;
        let channel = self.cast.channel(&told.channel)?.id;
        Ok(Inbound {
            sender_verified: Some(false),
            subject: told.subject.clone(),
            ..self.inbound(channel, from, received.text.clone(), received)?
        })
    }

    fn said_in_chat(&mut self, tx: &mut Tx<'_>, index: usize, received: &Received) -> Result<Inbound> {
        let told = &self.demo.conversations[index];
        let channel = self.cast.channel(&told.channel)?.id;
        let (from, verified) = self.customers.in_chat(tx, told, channel)?;
        Ok(Inbound {
            author: Some(String::new()),
            sender_verified: Some(verified),
            thread: Thread { conversation: self.played[index].conversation, ..Thread::default() },
            ..self.inbound(channel, from, received.text.clone(), received)?
        })
    }

    fn inbound(
        &self,
        channel: ChannelId,
        from: Handle,
        text: String,
        received: &Received,
    ) -> Result<Inbound> {
        Ok(Inbound {
            channel,
            inbound: None,
            external_id: None,
            client_id: None,
            from,
            author: None,
            sender_verified: None,
            to: Vec::new(),
            cc: Vec::new(),
            subject: None,
            text,
            quoted: None,
            html: None,
            attachments: self.files.inbound(&received.attachments)?,
            at: Timestamp::default(),
            thread: Thread::default(),
            automatic: false,
        })
    }

    fn reply(&mut self, tx: &mut Tx<'_>, index: usize, reply: &Reply) -> Result<()> {
        let id = self.played[index].conversation()?;
        let author = self.cast.agent(&reply.by)?.clone();
        let message = tx.within(author, |tx| {
            let new = NewMessage {
                text: reply.text.clone(),
                attachments: self.uploaded(tx, &reply.attachments)?,
                close: reply.closes,
                anyway: true,
                ..NewMessage::default()
            };
            conversations::reply(tx, self.registry, id, &new)
        })?;
        let (message, sent_at): (MessageId, _) = (message.id.parse()?, tx.now() + SENT_AFTER);
        let delivered = tx.within(part(self.cast, "deliver"), |tx| {
            tx.at(sent_at, |tx| deliver_without_sending(tx, self.registry, message))
        })?;
        let played = &mut self.played[index];
        played.newest = delivered.or(played.newest.take());
        played.answered = true;
        Ok(())
    }

    fn uploaded(&self, tx: &mut Tx<'_>, files: &[script::Attachment]) -> Result<Vec<AttachmentId>> {
        files
            .iter()
            .map(|file| {
                let (blob, size) = self.files.blob(&file.name)?;
                Ok(attachments::upload(tx, blob, &file.name, file.media_type, size)?.id)
            })
            .collect()
    }

    fn change(&self, tx: &mut Tx<'_>, id: ConversationId, act: &Act) -> Result<()> {
        let cast = self.cast;
        let by = match act {
            Act::Team { by, .. } | Act::Priority { by, .. } | Act::Tag { by, .. } => by.as_deref(),
            Act::Assign { by, .. } | Act::Snooze { by, .. } | Act::Close { by } => Some(by.as_str()),
            Act::Note(note) => Some(note.by.as_str()),
            Act::Receive(_) | Act::Reply(_) => None,
        };
        tx.within(cast.actor(by)?.clone(), |tx| match act {
            Act::Team { team, .. } => conversations::set_team(tx, id, Some(cast.team(team)?)),
            Act::Assign { to, .. } => conversations::assign(tx, id, Some(cast.user(to)?)),
            Act::Priority { priority, .. } => conversations::set_priority(tx, id, priority_of(*priority)),
            Act::Tag { tag, .. } => conversations::tag(tx, id, cast.tag(tag)?),
            Act::Snooze { until, .. } => {
                conversations::sleep(tx, id, &Snooze { until: Some(Timestamp(*until)), until_reply: false })
            }
            Act::Close { .. } => conversations::close(tx, id),
            Act::Note(note) => self.note(tx, id, note),
            Act::Receive(_) | Act::Reply(_) => Ok(()),
        })
    }

    fn note(&self, tx: &mut Tx<'_>, id: ConversationId, note: &Note) -> Result<()> {
        let mentions = note.mentions.iter().map(|key| self.cast.user(key)).collect::<Result<_>>()?;
        let new =
            NewMessage { kind: DraftMode::Note, text: note.text.clone(), mentions, ..NewMessage::default() };
        conversations::note(tx, id, &new).map(drop)
    }

    /// Everybody has read what has been looked at, but for mentions of the last days that wait for their reader. Of what
    /// came since somebody last looked, the newest is unread: as much after a weekend as at noon.
    pub fn catch_up_on_reading(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
        let told = self.demo.conversations.iter().zip(&self.played);
        let (mut unread, looked_at): (Vec<_>, Vec<_>) = told.partition(|(told, _)| told.ending.unread);
        unread.sort_by_key(|(told, _)| Reverse(told.steps.last().map(|step| step.at)));
        let read: Vec<ConversationId> = looked_at
            .into_iter()
            .chain(unread.into_iter().skip(UNREAD))
            .filter_map(|(_, played)| played.conversation)
            .collect();
        for reader in self.cast.agents.values() {
            let waiting = mentioned_since(tx, reader.user(), now - FRESH)?;
            tx.within(reader.clone(), |tx| {
                for id in read.iter().filter(|id| !waiting.contains(id)) {
                    let newest = conversations::find(tx, *id)?.last_seq;
                    conversations::mark_read(tx, *id, newest)?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}

fn mentioned_since(tx: &mut Tx<'_>, user: Option<UserId>, since: Timestamp) -> Result<Vec<ConversationId>> {
    let workspace = tx.workspace();
    let sql = "SELECT conversation_id FROM mentions WHERE workspace_id = $1 AND user_id = $2 AND open = 1 AND at > $3";
    tx.rows(sql, params![workspace, user, since])?.iter().map(|row| row.get(0)).collect()
}

fn priority_of(priority: script::Priority) -> conversations::Priority {
    match priority {
        script::Priority::Low => conversations::Priority::Low,
        script::Priority::Normal => conversations::Priority::Normal,
        script::Priority::High => conversations::Priority::High,
        script::Priority::Urgent => conversations::Priority::Urgent,
    }
}

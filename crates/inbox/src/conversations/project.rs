//! Conversations as others need them: for the wire, and for the search index.

use kernel::{Actor, ConversationId, Error, Fact, Locale, MessageId, PersonId, Result, Timestamp, fault};
use people::persons;
use serde_json::Value as Json;
use store::{
    Read, params,
    search::{Access, Change, Document, DocumentKind},
};

use super::{
    model::{Conversation, number_text},
    store as rows,
};
use crate::{
    attachments,
    channels::ChannelRow,
    port::{Outgoing, OutgoingFile, TokenSecret},
};

/// Everything a channel needs to hand a message over to `recipients`.
pub fn outgoing(
    read: &mut Read<'_>,
    channel: &ChannelRow,
    id: MessageId,
    recipients: Vec<String>,
) -> Result<Outgoing> {
    let workspace = read.workspace();
    let sql = "SELECT conversation_id, seq, text, author_name, created_at, recipients, external_id, automatic, subject
               FROM messages
               WHERE workspace_id = $1 AND id = $2";
    let row = read.row(sql, params![workspace, id])?.ok_or_else(Error::not_found)?;
    let (conversation, seq): (ConversationId, i64) = (row.get(0)?, row.get(1)?);
    let c = rows::find(read, conversation)?;
    let addressed: Json = row.get(5)?;
    let list = |key: &str| serde_json::from_value::<Vec<String>>(addressed[key].clone()).unwrap_or_default();
    let files = attachments::of_message(read, id)?;
    let (to, cc) = (list("to"), list("cc"));
    let automatic: bool = row.get(7)?;
    // The conversation's subject is the sender's.
    let own_subject = if automatic { row.get::<Option<String>>(8)? } else { None };
    let quote = if automatic { None } else { answered(read, &c, seq, &[to.as_slice(), &cc].concat())? };
    Ok(Outgoing {
        workspace,
        conversation,
        number: c.number,
        message: id,
        subject: own_subject.unwrap_or_else(|| c.subject.clone()),
        text: row.get(2)?,
        author: row.get(3)?,
        at: row.get(4)?,
        recipients,
        to,
        cc,
        attachments: files
            .into_iter()
            .map(|file| OutgoingFile {
                id: file.id,
                name: file.name,
                media_type: file.media_type,
                blob: file.blob,
            })
            .collect(),
        references: references(read, channel, conversation, seq)?,
        quote,
        locale: locale(read, &c)?,
        automatic,
        external_id: row.get(6)?,
        secret: TokenSecret(people::access::workspace::secret(read)?),
    })
}

/// The Message-IDs of what stands above, oldest first.
fn references(
    read: &mut Read<'_>,
    channel: &ChannelRow,
    id: ConversationId,
    seq: i64,
) -> Result<Vec<String>> {
    let workspace = read.workspace();
    let sql = "SELECT external_id FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND seq < $3
               AND channel_id = $4 AND external_id IS NOT NULL AND undone_at IS NULL ORDER BY seq";
    read.rows(sql, params![workspace, id, seq, channel.id])?.iter().map(|row| row.get(0)).collect()
}

/// The newest words before ours of somebody they go to. What others sent in is not shown to them: with a reply address
/// anybody can have a third party's mail sent here, a sign-in code for example. A machine's words are for us alone.
fn answered(
    read: &mut Read<'_>,
    c: &Conversation,
    seq: i64,
    addressed: &[String],
) -> Result<Option<(String, Timestamp, String)>> {
    let workspace = read.workspace();
    let sql = "SELECT author, author_name, created_at, text FROM messages WHERE workspace_id = $1
               AND conversation_id = $2 AND seq < $3 AND kind = 'in' AND automatic = 0 ORDER BY seq DESC LIMIT 50";
    for row in read.rows(sql, params![workspace, c.id, seq])? {
        let author = serde_json::from_str(&row.get::<String>(0)?).map_err(Error::internal)?;
        if is_of(read, c, &author)? || is_addressed(read, c, &author, addressed)? {
            return Ok(Some((row.get(1)?, row.get(2)?, row.get(3)?)));
        }
    }
    Ok(None)
}

/// Whether the conversation's own person wrote it.
pub fn is_of(read: &mut Read<'_>, c: &Conversation, author: &Actor) -> Result<bool> {
    let Actor::Person(author) = *author else { return Ok(false) };
    if fault::is_off("third-party-words") {
        return Ok(true);
    }
    // Two homes may be one person.
    Ok(author == c.person || persons::canonical(read, author)? == persons::canonical(read, c.person)?)
}

fn is_addressed(read: &mut Read<'_>, c: &Conversation, author: &Actor, addressed: &[String]) -> Result<bool> {
    let Actor::Person(author) = *author else { return Ok(false) };
    let workspace = read.workspace();
    let sql = "SELECT p.address FROM participants p JOIN persons h ON h.workspace_id = p.workspace_id AND h.id = p.person_id
               WHERE p.workspace_id = $1 AND p.conversation_id = $2 AND COALESCE(h.merged_into, h.id) = $3";
    let author = persons::canonical(read, author)?;
    let own = read.rows(sql, params![workspace, c.id, author])?;
    let own = own.iter().map(|row| row.get::<String>(0)).collect::<Result<Vec<_>>>()?;
    Ok(own.iter().any(|own| addressed.iter().any(|to| to.eq_ignore_ascii_case(own))))
}

/// The person's language, else the workspace's.
fn locale(read: &mut Read<'_>, c: &Conversation) -> Result<Locale> {
    let person = people::persons::get(read, c.person)?;
    let tag = match person.locale {
        Some(tag) => tag,
        None => people::access::workspace::get(read)?.locale,
    };
    Ok(Locale::from_tag(&tag).unwrap_or_default())
}

/// What the search index must change because of a fact.
pub fn documents(read: &mut Read<'_>, fact: &Fact) -> Result<Vec<Change>> {
    match fact.name.as_str() {
        "message.received" | "message.sent" | "note.added" => one_message(read, fact),
        "conversation.created" | "conversation.subject_changed" => head(read, fact),
        "conversation.team_changed" | "message.undone" | "message.separated" => whole(read, fact),
        "person.created" | "person.changed" | "person.identified" => {
            fact.person.map_or(Ok(Vec::new()), |id| person(read, id))
        }
        "person.merged" | "person.separated" => regrouped(read, fact),
        _ => Ok(Vec::new()),
    }
}

fn one_message(read: &mut Read<'_>, fact: &Fact) -> Result<Vec<Change>> {
    let Some(c) = conversation_of(read, fact)? else { return Ok(Vec::new()) };
    let seq = fact.payload["seq"].as_i64().unwrap_or(0);
    messages(read, &c, seq, seq)
}

fn head(read: &mut Read<'_>, fact: &Fact) -> Result<Vec<Change>> {
    let Some(c) = conversation_of(read, fact)? else { return Ok(Vec::new()) };
    Ok(vec![Change::Put(conversation_document(read, &c)?)])
}

/// Everything of the conversation anew: its access or its messages changed.
fn whole(read: &mut Read<'_>, fact: &Fact) -> Result<Vec<Change>> {
    let Some(c) = conversation_of(read, fact)? else { return Ok(Vec::new()) };
    let mut changes = vec![Change::RemoveParent { workspace: read.workspace(), parent: *c.id.as_bytes() }];
    changes.push(Change::Put(conversation_document(read, &c)?));
    changes.extend(messages(read, &c, 0, i64::MAX)?);
    Ok(changes)
}

fn conversation_of(read: &mut Read<'_>, fact: &Fact) -> Result<Option<Conversation>> {
    let Some(id) = fact.conversation else { return Ok(None) };
    match rows::find(read, id) {
        Ok(conversation) => Ok(Some(conversation)),
        Err(error) if error.code == kernel::Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn access(c: &Conversation) -> Access {
    c.team.map_or(Access::Everyone, Access::Team)
}

fn conversation_document(read: &mut Read<'_>, c: &Conversation) -> Result<Document> {
    let person = people::persons::brief(read, &[c.person])?.remove(&c.person);
    let name = person.as_ref().and_then(|person| person.name.clone()).unwrap_or_default();
    let email = person.and_then(|person| person.email);
    let mut exact = vec![number_text(c.number), c.number.to_string()];
    exact.extend(email);
    Ok(Document {
        workspace: read.workspace(),
        kind: DocumentKind::Conversation,
        id: *c.id.as_bytes(),
        parent: *c.id.as_bytes(),
        access: access(c),
        title: c.subject.clone(),
        body: name,
        exact,
        at: c.last_message_at,
    })
}

fn messages(read: &mut Read<'_>, c: &Conversation, from: i64, to: i64) -> Result<Vec<Change>> {
    let workspace = read.workspace();
    let sql = "SELECT id, text, subject, author_name, created_at FROM messages WHERE workspace_id = $1 AND conversation_id = $2
               AND seq >= $3 AND seq <= $4 AND undone_at IS NULL ORDER BY seq";
    let found = read.rows(sql, params![workspace, c.id, from, to])?;
    found
        .iter()
        .map(|row| {
            let id: MessageId = row.get(0)?;
            let files = attachments::of_message(read, id)?;
            let mut body: String = row.get(1)?;
            for file in &files {
                body.push('\n');
                body.push_str(&file.name);
            }
            Ok(Change::Put(Document {
                workspace,
                kind: DocumentKind::Message,
                id: *id.as_bytes(),
                parent: *c.id.as_bytes(),
                access: access(c),
                title: row.get::<Option<String>>(2)?.unwrap_or_else(|| c.subject.clone()),
                body,
                exact: Vec::new(),
                at: row.get(4)?,
            }))
        })
        .collect()
}

/// Everybody whom a merge or a separation touched, and what names them.
fn regrouped(read: &mut Read<'_>, fact: &Fact) -> Result<Vec<Change>> {
    let mut touched: Vec<PersonId> = serde_json::from_value(fact.payload["from"].clone()).unwrap_or_default();
    touched.extend(serde_json::from_value::<PersonId>(fact.payload["merged"].clone()).ok());
    touched.extend(fact.person);
    let (mut changes, mut homes) = (Vec::new(), Vec::new());
    for id in touched {
        changes.extend(person(read, id)?);
        homes.extend(persons::component(read, id).unwrap_or_default());
    }
    homes.sort_unstable();
    homes.dedup();
    for home in homes {
        for c in rows::of_home(read, home)? {
            changes.push(Change::Put(conversation_document(read, &c)?));
        }
    }
    Ok(changes)
}

fn person(read: &mut Read<'_>, id: PersonId) -> Result<Vec<Change>> {
    let person = match people::persons::get(read, id) {
        Ok(person) => person,
        Err(error) if error.code == kernel::Code::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut changes = Vec::new();
    if person.id != id {
        changes.push(Change::Remove { workspace: read.workspace(), id: *id.as_bytes() });
    }
    let exact = person.identities.iter().map(|identity| identity.value.clone()).collect();
    changes.push(Change::Put(Document {
        workspace: read.workspace(),
        kind: DocumentKind::Person,
        id: *person.id.as_bytes(),
        parent: *person.id.as_bytes(),
        access: Access::Everyone,
        title: person.name.unwrap_or_default(),
        body: String::new(),
        exact,
        at: person.created_at,
    }));
    Ok(changes)
}

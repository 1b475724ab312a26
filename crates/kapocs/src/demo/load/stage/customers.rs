//! The customers, as each channel meets them.

use std::collections::{HashMap, HashSet};

use inbox::{conversations, port::Inbound};
use kernel::{ChannelId, ConversationId, Error, PersonId, Result, VisitorId};
use people::persons::{self, Handle, IdentityKind, PersonChange};
use serde_json::{Map, Value, json};
use store::{Tx, params};

use super::super::{cast::Cast, visits::account as account_of};
use crate::demo::script::{ChannelKind, Conversation, Demo, Person};

pub(super) struct Customers<'a> {
    demo: &'a Demo,
    cast: &'a Cast,
    /// The browser of each person who chatted.
    visitors: HashMap<usize, VisitorId>,
    described: HashSet<PersonId>,
}

impl<'a> Customers<'a> {
    pub fn new(demo: &'a Demo, cast: &'a Cast) -> Self {
        Self { demo, cast, visitors: HashMap::new(), described: HashSet::new() }
    }

    fn person(&self, told: &Conversation) -> &'a Person {
        &self.demo.people[told.person]
    }

    /// A mail's sender; mail says who it is from and proves nothing.
    pub fn by_mail(&self, told: &Conversation) -> Result<Handle> {
        let person = self.person(told);
        let value = person.email.clone().ok_or_else(|| Error::internal("whoever mails has an address"))?;
        Ok(handle(IdentityKind::Email, value, person.name.clone(), "mail"))
    }

    pub fn by_form(&self, told: &Conversation) -> Result<Handle> {
        Ok(Handle { source: "form".into(), ..self.by_mail(told)? })
    }

    pub fn copied(&self, address: &str) -> Handle {
        handle(IdentityKind::Email, address.to_owned(), None, "mail")
    }

    /// A visitor, signed in to the shop when the person has an account there. Also whether they are.
    pub fn in_chat(
        &mut self,
        tx: &mut Tx<'_>,
        told: &Conversation,
        channel: ChannelId,
    ) -> Result<(Handle, bool)> {
        let person = self.person(told);
        let visitor = match self.visitors.get(&told.person) {
            Some(visitor) => *visitor,
            None => self.arrive(tx, told, channel)?,
        };
        let from = handle(IdentityKind::Visitor, visitor.to_string(), person.name.clone(), "chat");
        Ok((Handle { verified: true, ..from }, person.email.is_some()))
    }

    fn arrive(&mut self, tx: &mut Tx<'_>, told: &Conversation, channel: ChannelId) -> Result<VisitorId> {
        let (person, id, now) = (self.person(told), VisitorId::new(), tx.now());
        let seen = Handle { verified: true, ..handle(IdentityKind::Visitor, id.to_string(), None, "chat") };
        let home = persons::meet(tx, &seen)?.home;
        if let Some(email) = &person.email {
            let account = handle(IdentityKind::Email, email.clone(), person.name.clone(), "identity");
            persons::verify(tx, home, &account)?;
            let number = handle(IdentityKind::External, account_of(told.person), None, "identity");
            persons::verify(tx, home, &number)?;
        }
        // The token is known to nobody: these browsers do not come back.
        let token = rand::random::<[u8; 32]>().to_vec();
        let workspace = tx.workspace();
        tx.execute(
            "INSERT INTO visitors (workspace_id, id, channel_id, token_hash, person_id, locale, created_at, last_seen_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
            params![workspace, id, channel, token, home, told.locale.as_str(), now],
        )?;
        self.visitors.insert(told.person, id);
        Ok(id)
    }

    /// Where on the shop's pages the visitor was, and in which conversation they are.
    pub fn note_visit(
        &self,
        tx: &mut Tx<'_>,
        told: &Conversation,
        conversation: ConversationId,
    ) -> Result<()> {
        let Some(visitor) = self.visitors.get(&told.person) else { return Ok(()) };
        let page = told.page.as_ref().map(|page| json!({ "url": page.url, "title": page.title }).to_string());
        let (workspace, now) = (tx.workspace(), tx.now());
        let sql = "UPDATE visitors SET conversation_id = $3, page = $4, last_seen_at = $5 WHERE workspace_id = $1 AND id = $2";
        tx.execute(sql, params![workspace, *visitor, conversation, page, now]).map(drop)
    }

    /// Whoever answers a mail of ours reads the address it was sent to.
    pub fn prove(&self, tx: &mut Tx<'_>, conversation: ConversationId, inbound: &Inbound) -> Result<()> {
        let person = conversations::find(tx, conversation)?.person;
        persons::verify(tx, person, &inbound.from).map(drop)
    }

    /// What the shop knows of the customer beside the address.
    pub fn describe(
        &mut self,
        tx: &mut Tx<'_>,
        told: &Conversation,
        id: PersonId,
        kind: ChannelKind,
    ) -> Result<()> {
        let (person, id) = (self.person(told), persons::canonical(tx, id)?);
        if person.name.is_none() || !self.described.insert(id) {
            return Ok(());
        }
        if let Some(phone) = &person.phone {
            let source = if kind == ChannelKind::Form { "form" } else { "import" };
            persons::claim(tx, id, &handle(IdentityKind::Phone, phone.clone(), None, source))?;
        }
        let change = PersonChange {
            locale: Some(Some(person.locale)),
            traits: Some(traits(person)),
            ..PersonChange::default()
        };
        let part = self.cast.workspace.clone();
        tx.within(part, |tx| persons::change(tx, id, &change, "import")).map(drop)
    }
}

fn handle(kind: IdentityKind, value: String, name: Option<String>, source: &str) -> Handle {
    Handle { kind, value, name, verified: false, source: source.to_owned() }
}

/// Under the names the shop gave them.
fn traits(person: &Person) -> Map<String, Value> {
    let mut traits = Map::new();
    let mut add = |name: &str, value: &str| traits.insert(name.to_owned(), json!(value));
    add("város", &person.city);
    if let Some(company) = &person.company {
        add("cég", &company.name);
        add("beosztás", &company.position);
        add("adószám", &company.tax_number);
    }
    traits
}

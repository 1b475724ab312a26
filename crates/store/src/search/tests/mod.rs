//! What a search promises.

mod asking;
mod following;
mod language;
mod scale;

use std::sync::Arc;

use kernel::{Caller, Fact, FactCursor, NewFact, Result, TeamId, Timestamp, WorkspaceId};
use serde_json::{Value, json};
use tokio::{sync::watch, task::JoinHandle};
use uuid::Uuid;

use super::{
    Access, AccessFilter, Change, Document, DocumentKind, Hits, Order, Projector, Query, Search, SearchCursor,
};
use crate::{
    Db, Read, facts_after,
    tests::{TestDb, open},
};

/// A database and a search that follows it.
struct Desk {
    db: TestDb,
    search: Search,
    running: Running,
}

struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Desk {
    async fn new() -> Self {
        Self::on(open(None).await).await
    }

    async fn on(db: TestDb) -> Self {
        let search = open_search(&db.db).await;
        let running = Running::start(&search);
        Self { db, search, running }
    }

    /// As the next process does after the one before ended.
    async fn reopen(&mut self) {
        self.search = open_search(&self.db.db).await;
        self.running = Running::start(&self.search);
    }

    async fn put(&self, document: &Document) {
        self.record(document.workspace, payload(document)).await;
    }

    async fn record(&self, workspace: WorkspaceId, payload: Value) {
        let caller = Caller::system(workspace, "test");
        let work = move |tx: &mut crate::Tx<'_>| {
            tx.record(NewFact::new("documents.changed").payload(payload.clone()))
        };
        self.db.db.write(&caller, work).await.expect("recorded");
    }

    /// Puts messages of one workspace, one conversation each, numbered from 1.
    async fn with_messages(bodies: &[&str]) -> Self {
        let desk = Self::new().await;
        for (n, body) in (1..).zip(bodies) {
            desk.put(&desk.message(n, body)).await;
        }
        desk.caught_up().await;
        desk
    }

    fn workspace(&self) -> WorkspaceId {
        self.db.caller.workspace
    }

    fn message(&self, n: u64, body: &str) -> Document {
        Document {
            workspace: self.workspace(),
            kind: DocumentKind::Message,
            id: id(n),
            parent: id(n),
            access: Access::Everyone,
            title: String::new(),
            body: body.to_owned(),
            exact: vec![],
            at: Timestamp::from_seconds(i64::try_from(n).expect("small")),
        }
    }

    async fn caught_up(&self) {
        // On PostgreSQL a transaction of anybody on the same server holds back what is newer than its beginning.
        let is_held_back = |read: &mut Read<'_>| {
            let end = FactCursor { tx: i64::MAX, seq: i64::MAX };
            Ok(facts_after(read, end, 1)?.held_back)
        };
        while self.db.db.system_read("test", is_held_back).await.expect("reads") {
            tokio::task::yield_now().await;
        }
        tokio::time::timeout(std::time::Duration::from_secs(60), self.search.caught_up())
            .await
            .expect("in time")
            .expect("reads");
    }

    fn query(&self, text: &str) -> Query {
        Query {
            workspace: self.workspace(),
            access: AccessFilter::All,
            kinds: vec![],
            text: text.to_owned(),
            order: Order::Relevance,
            collapse_by_parent: true,
            limit: 50,
            after: None,
        }
    }

    async fn find(&self, text: &str) -> Vec<u64> {
        numbers(&self.hits(self.query(text)).await)
    }

    async fn hits(&self, query: Query) -> Hits {
        self.search.find(query).await.expect("answers")
    }
}

impl Running {
    fn start(search: &Search) -> Self {
        let (stop, stopped) = watch::channel(false);
        let search = search.clone();
        let task = tokio::spawn(async move { search.run(stopped).await });
        Self { stop, task }
    }

    async fn stop(&mut self) {
        self.stop.send(true).expect("it runs");
        (&mut self.task).await.expect("it ends");
    }

    /// As a crash does: nothing is finished, nothing more is committed.
    async fn crash(&mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

async fn open_search(db: &Db) -> Search {
    let projector: Projector = Arc::new(|read, fact| changes(read.workspace(), fact));
    Search::open(db, projector).await.expect("opens")
}

fn id(n: u64) -> [u8; 16] {
    u128::from(n).to_be_bytes()
}

fn number(id: [u8; 16]) -> u64 {
    u64::try_from(u128::from_be_bytes(id)).expect("small")
}

fn numbers(hits: &Hits) -> Vec<u64> {
    hits.items.iter().map(|hit| number(hit.id)).collect()
}

fn payload(document: &Document) -> Value {
    let team = match document.access {
        Access::Everyone => None,
        Access::Team(team) => Some(team),
    };
    let kind = DocumentKind::ALL.iter().position(|kind| *kind == document.kind);
    json!({ "put": {
        "id": number(document.id), "parent": number(document.parent), "kind": kind, "team": team,
        "title": document.title, "body": document.body, "exact": document.exact, "at": document.at.0,
    } })
}

/// What the domain would say.
fn changes(workspace: WorkspaceId, fact: &Fact) -> Result<Vec<Change>> {
    let payload = &fact.payload;
    if payload["poison"] == json!(true) {
        return Err(kernel::Error::invalid("poison"));
    }
    let mut changes = Vec::new();
    if payload["put"].is_object() {
        changes.push(Change::Put(document(workspace, &payload["put"])));
    }
    if let Some(n) = payload["remove"].as_u64() {
        changes.push(Change::Remove { workspace, id: id(n) });
    }
    if let Some(n) = payload["remove_parent"].as_u64() {
        changes.push(Change::RemoveParent { workspace, parent: id(n) });
    }
    if let Some(from) = payload["thousand_from"].as_u64() {
        changes.extend((from..from + 1_000).map(|n| Change::Put(scale::message(workspace, n))));
    }
    Ok(changes)
}

fn document(workspace: WorkspaceId, put: &Value) -> Document {
    let number = |name: &str| put[name].as_u64().expect("a number");
    let text = |name: &str| put[name].as_str().expect("a text").to_owned();
    let team: Option<Uuid> = serde_json::from_value(put["team"].clone()).expect("a team");
    Document {
        workspace,
        kind: DocumentKind::ALL[usize::try_from(number("kind")).expect("small")],
        id: id(number("id")),
        parent: id(number("parent")),
        access: team.map_or(Access::Everyone, |team| Access::Team(TeamId(team))),
        title: text("title"),
        body: text("body"),
        exact: serde_json::from_value(put["exact"].clone()).expect("texts"),
        at: Timestamp(put["at"].as_i64().expect("a time")),
    }
}

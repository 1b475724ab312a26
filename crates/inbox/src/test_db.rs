//! A workspace with its cast, on both engines, for the tests of this crate.

use std::{path::PathBuf, sync::Arc};

use futures::future::BoxFuture;
use kernel::{Actor, Caller, ChannelId, Clock, Locale, Result, Role, TeamId, Timestamp, UserId};
use people::{
    access::{
        hash_password,
        setup::{NewWorkspace, create_workspace},
        teams,
        users::{self, NewUser},
    },
    persons::{Handle, IdentityKind},
};
use serde_json::{Value, json};
use store::{Db, Options, Read, Tx};
use tokio::sync::watch;

use crate::{
    channels::{self, ChannelRow, NewChannel, Step},
    intake::Item,
    port::{Can, Channel, ChannelKind, Configured, Inbound, Outcome, Outgoing, Registry, Thread},
};

/// A channel that takes everything and sends nothing, so that a test sees only the inbox.
pub struct Paper;

impl Channel for Paper {
    fn kind(&self) -> ChannelKind {
        let can = Can { receive: true, send: true, attachments: true, hold: true, max_length: None };
        ChannelKind {
            kind: "paper".into(),
            name: "Paper".into(),
            operator_only: false,
            fields: Vec::new(),
            can,
        }
    }

    fn configure(&self, _: &Caller, config: Value, _: Option<&Configured>) -> Result<Configured> {
        Ok(Configured { config, secrets: None, addresses: Vec::new() })
    }

    fn deliver<'a>(&'a self, _: &'a ChannelRow, out: &'a Outgoing) -> BoxFuture<'a, Vec<(String, Outcome)>> {
        Box::pin(async { out.recipients.iter().map(|to| (to.clone(), Outcome::Sent)).collect() })
    }

    fn test<'a>(&'a self, _: &'a ChannelRow) -> BoxFuture<'a, Vec<Step>> {
        Box::pin(async { Vec::new() })
    }

    fn understand<'a>(&'a self, _: &'a ChannelRow, _: &'a Item) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn run(self: Arc<Self>, _: ChannelRow, _: watch::Receiver<bool>) -> BoxFuture<'static, ()> {
        Box::pin(async {})
    }
}

/// A database with a workspace: Anna leads, Bence and Nora answer, Nora is in the private team.
pub struct Office {
    pub db: Db,
    pub registry: Registry,
    pub system: Caller,
    pub anna: Caller,
    pub bence: Caller,
    pub nora: Caller,
    pub channel: ChannelId,
    pub private_team: TeamId,
    folder: PathBuf,
}

impl Drop for Office {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Office {
    pub async fn write<T: Send + 'static>(
        &self,
        caller: &Caller,
        work: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.db.write(caller, work).await
    }

    pub async fn read<T: Send + 'static>(
        &self,
        caller: &Caller,
        work: impl FnOnce(&mut Read<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.db.read(caller, work).await.expect("read")
    }

    /// A letter from somebody, not yet received.
    pub fn letter(&self, from: &str, subject: &str, text: &str) -> Inbound {
        Inbound {
            channel: self.channel,
            inbound: None,
            external_id: Some(format!("{}@mail.example", uuid::Uuid::now_v7().simple())),
            client_id: None,
            from: handle(from),
            author: None,
            sender_verified: None,
            to: Vec::new(),
            cc: Vec::new(),
            subject: Some(subject.to_owned()),
            text: text.to_owned(),
            quoted: None,
            html: None,
            attachments: Vec::new(),
            at: self.db.clock().now(),
            thread: Thread::default(),
            automatic: false,
        }
    }
}

pub fn handle(address: &str) -> Handle {
    Handle {
        kind: IdentityKind::Email,
        value: address.to_owned(),
        name: None,
        verified: false,
        source: "mail".into(),
    }
}

/// SQLite always, PostgreSQL when its address is given.
pub async fn offices() -> Vec<Office> {
    let mut all = vec![open(None).await];
    if let Ok(url) = std::env::var("KAPOCS_TEST_POSTGRES") {
        all.push(open(Some(url)).await);
    }
    all
}

async fn open(server: Option<String>) -> Office {
    let name = format!("kapocs_{}", uuid::Uuid::now_v7().simple());
    let folder = std::env::temp_dir().join(&name);
    let database = match server {
        None => None,
        Some(url) => {
            let create = move || {
                let mut client =
                    postgres::Client::connect(&url, postgres::NoTls).expect("PostgreSQL answers");
                client.batch_execute(&format!("CREATE DATABASE {name}")).expect("creates");
                format!("{}/{name}", url.rsplit_once('/').expect("a URL with a database").0)
            };
            Some(tokio::task::spawn_blocking(create).await.expect("created"))
        }
    };
    let options = Options { data: folder.clone(), database };
    let clock = Clock::manual(Timestamp::from_seconds(1_795_000_000));
    let db = Db::open(&options, clock).await.expect("opens");
    let new = NewWorkspace {
        name: "Mécses Bolt".into(),
        locale: Locale::Hu,
        time_zone: "Europe/Budapest".into(),
        admin_name: "Kovács Anna".into(),
        admin_email: "anna@mecses.example".into(),
        admin_password: hash_password("esőben ázó zsiráf").await.expect("hashed"),
    };
    let made = db.system("setup", move |tx| create_workspace(tx, &new)).await.expect("made");
    let system = made.caller();
    let (bence, nora, private_team, channel) = db.write(&system, cast).await.expect("cast");
    let user = |id: UserId, role| Caller { actor: Actor::User(id), role, ..system.clone() };
    Office {
        registry: Registry::new(vec![Arc::new(Paper)]),
        anna: user(made.admin, Role::Administrator),
        bence: user(bence, Role::Agent),
        nora: user(nora, Role::Agent),
        db,
        system,
        channel,
        private_team,
        folder,
    }
}

fn cast(tx: &mut Tx<'_>) -> Result<(UserId, UserId, TeamId, ChannelId)> {
    let mut agent = |name: &str, email: &str| {
        let new = NewUser {
            name: name.into(),
            email: email.into(),
            role: Role::Agent,
            password: None,
            locale: None,
        };
        users::create(tx, &new, None).map(|user| user.id)
    };
    let bence = agent("Tóth Bence", "bence@mecses.example")?;
    let nora = agent("Szabó Nóra", "nora@mecses.example")?;
    let team = teams::create(tx, "Számlázás", true, None)?.id;
    teams::add_member(tx, team, nora, None)?;
    let new = NewChannel {
        kind: "paper".into(),
        name: "Levelek".into(),
        team: None,
        config: json!({}),
        secrets: None,
        addresses: vec!["info@mecses.example".into()],
    };
    Ok((bence, nora, team, channels::create(tx, &new)?.id))
}

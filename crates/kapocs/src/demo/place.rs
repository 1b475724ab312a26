//! The demo's database before the server runs over it.

use std::sync::Arc;

use channels::Parts;
use inbox::{
    channels::{self as rows, ChannelRow},
    live::Listeners,
    port::{Configured, Registry},
};
use kernel::{Caller, Clock, Code, Error, Result, Role, Timestamp, WorkspaceId};
use people::{access::setup::is_needed, secrets::Vault};
use serde_json::json;
use store::{Db, Options, Read, params};
use tokio::sync::watch;
use web::Hub;

use super::{
    SEED,
    load::{Equipment, load},
    script::script,
};
use crate::{
    Config,
    serve::{edge_of, policy_of},
};

/// By whom the demo is known again.
const ADMINISTRATOR: &str = "kovacs.anna@mecsesbolt.example";

/// What the console and the shop's page tell of the demo.
pub(super) struct Place {
    pub colleagues: Vec<Colleague>,
    pub conversations: i64,
    pub chat_key: String,
    pub form_key: String,
}

pub(super) struct Colleague {
    pub name: String,
    pub email: String,
    pub role: Role,
}

/// Fills an empty database; one that holds the demo already is only told where its mail goes today.
pub(super) async fn prepare(config: &Config, now: Timestamp, mail_port: u16) -> Result<Place> {
    let options = Options { data: config.data.clone(), database: config.database.clone() };
    let db = Db::open(&options, Clock::System).await?;
    let vault = Vault::load(&config.data, config.master_key.as_deref())?;
    let registry = registry(config, &db, &vault)?;
    if db.system_read("demo", is_needed).await? {
        let equipment = Equipment { registry: registry.clone(), vault, mail_port };
        load(&db, equipment, script(SEED, now.0), now).await?;
    }
    let workspace = db.system_read("demo", workspace).await?;
    let caller = operator(workspace);
    send_mail_to(&db, &registry, &caller, mail_port).await?;
    db.read(&caller, place).await
}

fn registry(config: &Config, db: &Db, vault: &Vault) -> Result<Registry> {
    let (_, stop) = watch::channel(false);
    Ok(channels::registry(&Parts {
        db: db.clone(),
        vault: vault.clone(),
        egress: policy_of(config)?,
        edge: Arc::new(edge_of(config, config.listen)?),
        hub: Hub::new(Arc::new(Listeners { db: db.clone() }), stop),
        mail: channels::email::MailEdge::default(),
    }))
}

/// Whoever starts the demo runs the machine: the trap listens on it.
pub(super) fn operator(workspace: WorkspaceId) -> Caller {
    Caller { operator: true, ..Caller::system(workspace, "demo") }
}

/// The demo's own workspace. Another one is left alone.
fn workspace(read: &mut Read<'_>) -> Result<WorkspaceId> {
    let row = read.row("SELECT workspace_id FROM users WHERE email = $1", params![ADMINISTRATOR])?;
    let refused =
        || Error::new(Code::Conflict).detail("this data belongs to another workspace, not to the demo");
    row.ok_or_else(refused)?.get(0)
}

/// The trap has another port at each start.
async fn send_mail_to(db: &Db, registry: &Registry, caller: &Caller, port: u16) -> Result<()> {
    let Some(kind) = registry.get("email") else { return Ok(()) };
    let is_trapped =
        |row: &ChannelRow| row.config["smtp_host"] == "127.0.0.1" && row.config["smtp_port"] != port;
    let mail =
        db.read(caller, rows::list).await?.into_iter().filter(|row| row.kind == "email" && is_trapped(row));
    for mut row in mail {
        let before =
            Configured { config: row.config.clone(), secrets: None, addresses: row.addresses.clone() };
        row.config = kind.configure(caller, json!({ "smtp_port": port }), Some(&before))?.config;
        db.write(caller, move |tx| rows::update(tx, &row)).await?;
    }
    Ok(())
}

fn place(read: &mut Read<'_>) -> Result<Place> {
    let workspace = read.workspace();
    let sql =
        "SELECT name, email, role FROM users WHERE workspace_id = $1 AND disabled_at IS NULL ORDER BY id";
    let colleagues = read.rows(sql, params![workspace])?;
    let colleagues = colleagues.iter().map(|row| {
        let role: String = row.get(2)?;
        Ok(Colleague {
            name: row.get(0)?,
            email: row.get(1)?,
            role: Role::parse(&role).unwrap_or(Role::Observer),
        })
    });
    let colleagues = colleagues.collect::<Result<_>>()?;
    let sql = "SELECT COUNT(*) FROM conversations WHERE workspace_id = $1";
    let conversations = read.one(sql, params![workspace])?.get(0)?;
    let listed = rows::list(read)?;
    let key = |kind: &str| listed.iter().find(|row| row.kind == kind).map(|row| row.public_key.clone());
    Ok(Place {
        colleagues,
        conversations,
        chat_key: key("chat").unwrap_or_default(),
        form_key: key("form").unwrap_or_default(),
    })
}

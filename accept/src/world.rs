//! A workspace at work: colleagues of every role, channels, conversations.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    check::Error,
    client::Client,
    engine::Engine,
    program::{PASSWORD, Program},
    routes::Ids,
    smtp::{deliver, letter},
};

/// A visitor of a web chat.
#[derive(Clone)]
pub struct Visitor {
    client: Client,
    key: String,
}

impl Visitor {
    pub async fn arrive(base: &str, key: &str) -> Result<Self, Error> {
        let path = format!("/chat/v1/{key}/visitor");
        let welcome = Client::stranger(base).post(&path, json!({})).await?.good()?.json();
        let token = welcome["token"].as_str().ok_or("the visitor got no token")?;
        Ok(Self { client: Client::with_key(base, token), key: key.to_owned() })
    }

    /// True when the server acknowledged the message.
    pub async fn say(&self, id: Uuid, text: &str) -> Result<bool, Error> {
        let body = json!({ "client_id": id, "text": text });
        Ok(self.client.post(&format!("/chat/v1/{}/messages", self.key), body).await?.is_good())
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The public key of the chat.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// A colleague of a role, signed in.
pub struct Colleague {
    pub id: String,
    pub email: String,
    pub client: Client,
}

pub async fn colleague(admin: &Client, name: &str, role: &str) -> Result<Colleague, Error> {
    let email = format!("{}@mecses.example", name.replace('á', "a"));
    let body = json!({ "name": name, "email": email, "role": role, "password": PASSWORD });
    let id = admin.post("/api/v1/users", body).await?.good()?.id();
    let client = Client::sign_in(&admin.base, &email, PASSWORD).await?;
    Ok(Colleague { id, email, client })
}

pub async fn team(admin: &Client, name: &str, private: bool, members: &[&str]) -> Result<String, Error> {
    let id = admin.post("/api/v1/teams", json!({ "name": name, "private": private })).await?.good()?.id();
    for member in members {
        admin
            .call(reqwest::Method::PUT, &format!("/api/v1/teams/{id}/members/{member}"), None)
            .await?
            .good()?;
    }
    Ok(id)
}

/// A chat; its id and its public key.
pub async fn chat(admin: &Client, name: &str, team: Option<&str>) -> Result<(String, String), Error> {
    let body = json!({ "kind": "chat", "name": name, "team_id": team, "config": {} });
    channel(admin, body).await
}

pub async fn form(admin: &Client, name: &str) -> Result<(String, String), Error> {
    channel(admin, json!({ "kind": "form", "name": name, "config": {} })).await
}

pub async fn channel(admin: &Client, body: Value) -> Result<(String, String), Error> {
    let made = admin.post("/api/v1/channels", body).await?.good()?;
    let key = made.json()["key"].as_str().unwrap_or_default().to_owned();
    Ok((made.id(), key))
}

/// A port where mail is received for one address; its id and the port.
pub async fn receiver(admin: &Client, address: &str) -> Result<(String, u16), Error> {
    let port = testservers::free_port();
    let config = json!({ "addresses": [address], "listen_port": port });
    let body = json!({ "kind": "receiver", "name": format!("Levelek: {address}"), "config": config });
    let (id, _) = channel(admin, body).await?;
    listening(port).await?;
    Ok((id, port))
}

/// Waits until somebody listens on a port.
pub async fn listening(port: u16) -> Result<(), Error> {
    let given_up = Instant::now() + Duration::from_secs(20);
    while crate::smtp::Courier::connect(port).await.is_err() {
        if Instant::now() > given_up {
            return Err(format!("nobody listens on port {port}").into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// A conversation that a visitor began; its id.
pub async fn conversation(admin: &Client, chat_key: &str, text: &str) -> Result<(String, Visitor), Error> {
    let visitor = Visitor::arrive(&admin.base, chat_key).await?;
    if !visitor.say(Uuid::now_v7(), text).await? {
        return Err("the visitor's message was not taken".into());
    }
    let found = wait(Duration::from_secs(20), || async {
        let all = admin.all("/api/v1/conversations?view=all").await?;
        Ok(all.iter().find(|c| c["preview"].as_str().is_some_and(|p| p.contains(text))).cloned())
    });
    let found = found.await?.ok_or("the visitor's conversation is not in the list")?;
    Ok((found["id"].as_str().unwrap_or_default().to_owned(), visitor))
}

/// Asks again and again until there is an answer; none when the time is over.
pub async fn wait<T, F, W>(patience: Duration, mut ask: W) -> Result<Option<T>, Error>
where
    F: Future<Output = Result<Option<T>, Error>>,
    W: FnMut() -> F,
{
    let given_up = Instant::now() + patience;
    loop {
        if let Some(value) = ask().await? {
            return Ok(Some(value));
        }
        if Instant::now() > given_up {
            return Ok(None);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A workspace with one of everything, and a neighbour in the same database.
pub struct House {
    pub program: Program,
    pub ids: Ids,
    pub observer: Colleague,
    pub agent: Colleague,
    pub lead: Colleague,
    pub administrator: Colleague,
    /// A member of the private team.
    pub insider: Colleague,
    pub departed: Client,
    pub revoked: Client,
    pub reader: Client,
    /// A conversation of the private team.
    pub secret: String,
    /// The administrator of the other workspace.
    pub foreign: Client,
    pub foreign_conversation: String,
    pub foreign_channel: String,
}

impl House {
    /// Starts the program anew, without some of its guards.
    pub async fn without(&mut self, guards: &str) -> Result<(), Error> {
        self.program.terminate().await?;
        self.program.configure("TEST_GUARDS_OFF", guards);
        self.program.restart().await
    }
}

const NEIGHBOUR: &str = "bela@masik.example";

/// Two workspaces in one database; the second is as a setup of its own made it.
pub async fn neighbours(engine: Engine, variables: &[(&str, &str)]) -> Result<(Program, Client), Error> {
    let mut program = Program::installed(engine, "Mécses Kanári Bolt", crate::program::ADMIN).await?;
    let other = Program::installed(engine, "Másik Bolt", NEIGHBOUR).await?;
    program.database().copy_tables(other.database(), &["workspaces", "users", "api_keys"]).await?;
    for (name, value) in variables {
        program.configure(name, *value);
    }
    program.restart().await?;
    let foreign = Client::sign_in(&program.url, NEIGHBOUR, PASSWORD).await?;
    Ok((program, foreign))
}

pub async fn furnish(engine: Engine) -> Result<House, Error> {
    let (program, foreign) = neighbours(engine, &[("RATE_LIMITS", "false")]).await?;
    let admin = program.admin();
    let observer = colleague(&admin, "olga-kanári", "observer").await?;
    let agent = colleague(&admin, "agnes-kanári", "agent").await?;
    let lead = colleague(&admin, "lajos-kanári", "lead").await?;
    let administrator = colleague(&admin, "adam-kanári", "administrator").await?;
    let insider = colleague(&admin, "ivan-kanári", "agent").await?;
    let departed = colleague(&admin, "denes-kanári", "administrator").await?;
    admin.patch(&format!("/api/v1/users/{}", departed.id), json!({ "disabled": true })).await?.good()?;
    let (revoked_id, revoked) = key(&admin, "Visszavont kanári", &["read", "write", "admin"]).await?;
    admin.delete(&format!("/api/v1/keys/{revoked_id}")).await?.good()?;
    let (_, reader) = key(&admin, "Olvasó kanári", &["read"]).await?;
    let closed = team(&admin, "Kanári zárt csapat", true, &[&insider.id]).await?;
    let (_, closed_chat) = chat(&admin, "Kanári zárt csevegés", Some(&closed)).await?;
    let (secret, _) = conversation(&admin, &closed_chat, "A páncélszekrény kódja kanári").await?;
    let (foreign_channel, foreign_key) = chat(&foreign, "Az övék", None).await?;
    let (foreign_conversation, _) = conversation(&foreign, &foreign_key, "Az ő ügyfelük").await?;
    let ids = things(&program, &administrator, &observer).await?;
    Ok(House {
        program,
        ids,
        observer,
        agent,
        lead,
        administrator,
        insider,
        departed: departed.client,
        revoked,
        reader,
        secret,
        foreign,
        foreign_conversation,
        foreign_channel,
    })
}

pub async fn key(admin: &Client, name: &str, scopes: &[&str]) -> Result<(String, Client), Error> {
    let made = admin.post("/api/v1/keys", json!({ "name": name, "scopes": scopes })).await?.good()?;
    let secret = made.json()["secret"].as_str().unwrap_or_default().to_owned();
    Ok((made.id(), Client::with_key(&admin.base, &secret)))
}

/// One of every thing that a route may name.
async fn things(program: &Program, administrator: &Colleague, observer: &Colleague) -> Result<Ids, Error> {
    let admin = program.admin();
    let mut ids = Ids::new();
    let (mailbox, port) = receiver(&admin, "segitseg@mecses.example").await?;
    let mail = letter(
        "Teszt Elek <elek@pelda.example>",
        "segitseg@mecses.example",
        "Kanári levél",
        "kanari-1",
        "Kanári szöveg",
    );
    deliver(port, "elek@pelda.example", "segitseg@mecses.example", &mail).await?;
    let empty = letter("Üres <ures@pelda.example>", "segitseg@mecses.example", "", "kanari-2", "");
    deliver(port, "ures@pelda.example", "segitseg@mecses.example", &empty).await?;
    let mail = wait(Duration::from_secs(20), || async {
        let all = admin.all("/api/v1/conversations?view=all").await?;
        Ok(all.into_iter().find(|c| c["subject"] == "Kanári levél"))
    });
    let mail = mail.await?.ok_or("the mail did not arrive")?;
    let quarantined = wait(Duration::from_secs(20), || async {
        Ok(admin.all("/api/v1/quarantine").await?.first().cloned())
    });
    let quarantined = quarantined.await?.ok_or("the empty mail is not in the quarantine")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (conversation, person) = (text(&mail["id"]), text(&mail["person"]["id"]));
    let messages = format!("/api/v1/conversations/{conversation}/messages");
    let message = text(&admin.get(&messages).await?.good()?.json()["items"][0]["id"]);
    let answer = administrator.client.post(&messages, json!({ "text": "Kanári válasz" })).await?.good()?.id();
    let stranger = json!({ "name": "Kanári Kelemen", "email": "kelemen@pelda.example" });
    // Nobody else's, in whichever world.
    let known_by = format!("{person}@pelda.example");
    admin.post("/api/v1/people", json!({ "name": "Kanári Profil", "email": known_by })).await?.good()?;
    let twin = json!({ "name": "Kanári Iker", "email": "iker@pelda.example" });
    let twin = admin.post("/api/v1/people", twin).await?.good()?.id();
    let merge = format!("/api/v1/people/{person}/merge");
    let merged = admin.post(&merge, json!({ "person_id": twin })).await?.good()?.json();
    let batch = json!({ "ids": [conversation], "act": { "kind": "priority", "priority": "low" } });
    let upload =
        admin.upload("/api/v1/attachments", "kanari.txt", "text/plain", b"x".to_vec()).await?.good()?;
    let table = b"id;name\nkanari-1;Kan\xc3\xa1ri Sor\n".to_vec();
    let import = admin.upload("/api/v1/imports", "kanari.csv", "text/csv", table).await?.good()?;
    Client::sign_in(&admin.base, &observer.email, PASSWORD).await?;
    let sessions = observer.client.all("/api/v1/me/sessions").await?;
    let other = sessions.iter().find(|session| session["current"] == false);
    let audience = json!({ "name": "Kanári szegmens", "text": "locale is \"hu\"" });
    let job = Uuid::now_v7().to_string();
    dead_job(program, &job).await?;
    ids.extend([
        ("mailbox", mailbox),
        ("conversations", conversation),
        ("message", message),
        ("answer", answer),
        ("people", person),
        ("profiles", known_by),
        ("edge", merged["edge"].to_string()),
        ("other_person", admin.post("/api/v1/people", stranger).await?.good()?.id()),
        ("quarantine", text(&quarantined["id"])),
        ("conversation-batches", admin.post("/api/v1/conversation-batches", batch).await?.good()?.id()),
        ("attachments", upload.id()),
        ("imports", import.id()),
        ("sessions", text(&other.ok_or("there is one session only")?["id"])),
        ("jobs", job),
        ("users", administrator.id.clone()),
        ("tags", admin.post("/api/v1/tags", json!({ "name": "Kanári címke" })).await?.good()?.id()),
        ("audiences", admin.post("/api/v1/audiences", audience).await?.good()?.id()),
        (
            "tracking-plan",
            admin
                .post("/api/v1/tracking-plan/events", json!({ "name": "Kanári esemény" }))
                .await?
                .good()?
                .id(),
        ),
        ("teams", team(&admin, "Kanári csapat", false, &[]).await?),
        ("keys", key(&admin, "Kanári kulcs", &["read"]).await?.0),
        ("channels", form(&admin, "Kanári űrlap").await?.0),
    ]);
    Ok(ids)
}

/// A job that gave up is not easily had from outside.
async fn dead_job(program: &Program, id: &str) -> Result<(), Error> {
    let database = program.database();
    let (workspace, id) = (database.bytes(&program.workspace), database.bytes(id));
    let sql = format!(
        "INSERT INTO jobs (workspace_id, id, kind, payload, state, run_at, attempts, created_at)
         VALUES ({workspace}, {id}, 'kanári', '{{}}', 'dead', 0, 9, 0)"
    );
    database.execute(&sql).await.map(drop)
}

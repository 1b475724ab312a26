//! S10: the live socket tells nobody what is not theirs.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    check::{Error, Guard, Outcome},
    client::Client,
    engine::Engine,
    report::Report,
    socket::{Socket, request, status_of_opening},
    world::{Colleague, Visitor, chat, colleague, conversation, key, neighbours, team},
};

const MESSAGES: usize = 200;
const PATIENCE: Duration = Duration::from_secs(8);
/// So long a listener that should hear nothing is listened to after everything has happened.
const SILENCE: Duration = Duration::from_millis(1500);
const SECRET: &str = "kanárimadár";

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    for engine in Engine::BOTH {
        examine(engine, guard, &mut report).await?;
    }
    Ok(report)
}

async fn examine(engine: Engine, guard: Guard, report: &mut Report) -> Result<(), Error> {
    // The control: sockets pass everything on and outlive what they were opened with.
    let off = if guard == Guard::On { "" } else { "live-rights,live-end" };
    let (program, neighbour) =
        neighbours(engine, &[("RATE_LIMITS", "false"), ("TEST_GUARDS_OFF", off)]).await?;
    let admin = program.admin();
    let insider = colleague(&admin, "ivan", "agent").await?;
    let removed = colleague(&admin, "reka", "agent").await?;
    let outsider = colleague(&admin, "otto", "lead").await?;
    let private = team(&admin, "Zárt", true, &[&insider.id, &removed.id]).await?;
    let (_, chat_key) = chat(&admin, "Zárt csevegés", Some(&private)).await?;
    let (id, visitor) = conversation(&admin, &chat_key, "Kezdet").await?;

    let mut listeners = vec![
        ("a foreign administrator", Socket::open(&neighbour, Some("0-0")).await?),
        ("a foreign administrator who names our conversation", asking(&neighbour, &id).await?),
        ("a lead outside the private team", Socket::open(&outsider.client, Some("0-0")).await?),
    ];
    let mut leaver = Socket::open(&removed.client, None).await?;
    leaver.until(PATIENCE, |frame| frame["type"] == "reset" || frame["type"] == "hello").await;
    let mut member = Socket::open(&insider.client, None).await?;
    member.until(PATIENCE, |frame| frame["type"] == "reset" || frame["type"] == "hello").await;
    let path = format!("/api/v1/teams/{private}/members/{}", removed.id);
    admin.delete(&path).await?.good()?;
    speak(&admin, &visitor, &id).await?;
    let last = format!("{SECRET} {MESSAGES}");
    let (_, heard) = member
        .until(PATIENCE, |frame| frame["name"] == "note.added" && frame.to_string().contains(&id))
        .await;
    report.assert(format!("{engine}: a member of the team hears it all"), heard, &last);
    listeners.push(("a colleague who was taken out of the team", leaver));
    for (who, mut socket) in listeners {
        let frames = everything(&mut socket).await;
        let leaks: Vec<String> = frames.iter().filter(|frame| tells(frame, &id)).map(shorten).collect();
        report.assert_none(format!("{engine}: {who} hears nothing of it"), &leaks);
    }
    ended(engine, &admin, &insider, &outsider, report).await?;
    wrong_doors(engine, &program.stranger(), report).await
}

/// The conversation, and at its end a note whose fact the members wait for.
async fn speak(admin: &Client, visitor: &Visitor, id: &str) -> Result<(), Error> {
    for number in 0..MESSAGES {
        visitor.say(Uuid::new_v4(), &format!("{SECRET} {number}")).await?;
    }
    let path = format!("/api/v1/conversations/{id}/messages");
    admin.post(&path, json!({ "kind": "note", "text": SECRET })).await?.good().map(drop)
}

/// A socket whose client asks for what is not its own: wildcards, other ids, presence elsewhere.
async fn asking(client: &Client, conversation: &str) -> Result<Socket, Error> {
    let mut socket = Socket::open(client, Some("0-0")).await?;
    for wanted in [conversation, "%", "_", "*", "", "00000000-0000-0000-0000-000000000000"] {
        socket.send(&json!({ "type": "presence", "conversation": wanted, "state": "viewing" })).await?;
        socket.send(&json!({ "type": "subscribe", "conversation": wanted })).await?;
        socket.send(&json!({ "type": "hello", "since": "0-0", "workspace": wanted })).await?;
    }
    Ok(socket)
}

async fn everything(socket: &mut Socket) -> Vec<Value> {
    socket.until(SILENCE, |_| false).await.0
}

/// Frames of the workspace itself (teams, colleagues) are everybody's; those of the conversation are not.
fn tells(frame: &Value, conversation: &str) -> bool {
    let text = frame.to_string();
    text.contains(conversation) || text.contains(SECRET)
}

fn shorten(frame: &Value) -> String {
    frame.to_string().chars().take(120).collect()
}

/// A socket ends with the session or with the account.
async fn ended(
    engine: Engine,
    admin: &Client,
    insider: &Colleague,
    outsider: &Colleague,
    report: &mut Report,
) -> Result<(), Error> {
    let mut signed_out = Socket::open(&insider.client, None).await?;
    let mut disabled = Socket::open(&outsider.client, None).await?;
    let (key_id, program) = key(admin, "Rövid életű", &["read"]).await?;
    let mut revoked = Socket::open(&program, None).await?;
    for socket in [&mut signed_out, &mut disabled, &mut revoked] {
        socket.until(PATIENCE, |frame| frame["type"] == "views").await;
    }
    insider.client.call(Method::DELETE, "/api/v1/session", None).await?.good()?;
    admin.patch(&format!("/api/v1/users/{}", outsider.id), json!({ "disabled": true })).await?.good()?;
    admin.delete(&format!("/api/v1/keys/{key_id}")).await?.good()?;
    let sockets = [
        ("a colleague who signed out", signed_out),
        ("a disabled colleague", disabled),
        ("a revoked key", revoked),
    ];
    for (who, mut socket) in sockets {
        socket.until(Duration::from_secs(4), |_| false).await;
        let closed = socket.closed.map_or_else(|| "still open".to_owned(), |code| code.to_string());
        report.assert(
            format!("{engine}: the socket of {who} is closed"),
            socket.closed == Some(4001),
            closed,
        );
    }
    Ok(())
}

async fn wrong_doors(engine: Engine, stranger: &Client, report: &mut Report) -> Result<(), Error> {
    let opened = status_of_opening(request(stranger, "/api/v1/live", Some(&stranger.base), None)?).await?;
    report.assert(format!("{engine}: a stranger gets no socket"), opened == 401, opened);
    Ok(())
}

//! S20: what is secret or personal stands neither in the log nor in the measures nor in an error.

use serde_json::json;
use uuid::Uuid;

use crate::{
    check::{Error, Guard, Outcome},
    client::Client,
    engine::Engine,
    program::{ADMIN, PASSWORD, Program},
    report::Report,
    smtp::{deliver, letter},
    world::{Visitor, chat, colleague, key, receiver, wait},
};

const ADDRESS: &str = "segitseg@mecses.example";
const BODY: &str = "Kanariszoveg-4711";
const SUBJECT: &str = "Kanaritargy-4712";
const SENDER: &str = "kanarifelado-4713@pelda.example";
const MAILBOX_PASSWORD: &str = "Kanarijelszo-4714";
const WRONG_PASSWORD: &str = "Kanarirossz-4715";
const IDENTITY_SECRET: &str = "Kanarititok-4716-4716-4716-4716-4716";
const NAME: &str = "Kanarinev-4717";

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    for (engine, format) in [(Engine::Sqlite, "text"), (Engine::Postgres, "json")] {
        let variables = [("LOG", "debug"), ("LOG_FORMAT", format)];
        let mut program = Program::start_with(engine, &variables).await?;
        let canaries = exercise(&program).await?;
        let metrics = program.stranger().get("/metrics").await?.good()?.text;
        program.terminate().await?;
        let mut log = program.log();
        if guard == Guard::Off {
            log.push_str(BODY);
        }
        report.assert(format!("{engine}: there is a log to look at"), log.len() > 2_000, log.len());
        report.assert_none(
            format!("{engine}: no canary is in the log ({format}, debug)"),
            &found(&log, &canaries),
        );
        report.assert_none(format!("{engine}: none is in the measures"), &found(&metrics, &canaries));
        secrets_at_rest(engine, &program, &canaries, &mut report).await?;
    }
    Ok(report)
}

fn found(text: &str, canaries: &[String]) -> Vec<String> {
    canaries.iter().filter(|canary| text.contains(canary.as_str())).cloned().collect()
}

/// Sends canaries by every door, also in ways that fail.
async fn exercise(program: &Program) -> Result<Vec<String>, Error> {
    let admin = program.admin();
    let person = Client::sign_in(&program.url, ADMIN, PASSWORD).await?;
    let agent = colleague(&admin, "agnes", "agent").await?;
    let (_, reader) = key(&admin, "Olvasó", &["read"]).await?;
    let (_, chat_key) = chat(&admin, "Csevegés", None).await?;
    let (_, port) = receiver(&admin, ADDRESS).await?;
    let mail = letter(SENDER, ADDRESS, SUBJECT, "kanari", BODY);
    deliver(port, SENDER, ADDRESS, &mail).await?;
    deliver(port, SENDER, ADDRESS, format!("{BODY}\r\n{SUBJECT}: =?utf-8?B?//").as_bytes()).await?;
    let visitor = Visitor::arrive(&program.url, &chat_key).await?;
    visitor.say(Uuid::new_v4(), BODY).await?;
    let wrong = json!({ "email": ADMIN, "password": WRONG_PASSWORD });
    let refused = program.stranger().post("/api/v1/session", wrong).await?;
    let forms = [
        json!({ "kind": "email", "name": "Posta", "config": { "addresses": [ADDRESS], "imap_host": "imap.invalid", "imap_user": "u", "imap_password": MAILBOX_PASSWORD } }),
        json!({ "kind": "chat", "name": "Csevegés", "config": { "identity_secret": IDENTITY_SECRET } }),
        json!({ "kind": "email", "name": "Posta", "config": { "imap_password": MAILBOX_PASSWORD, "unknown": IDENTITY_SECRET } }),
    ];
    let mut answers = vec![refused.text];
    for form in forms {
        answers.push(admin.post("/api/v1/channels", form).await?.text);
    }
    answers.push(
        admin.post("/api/v1/people", json!({ "name": NAME, "email": "nem cím", "phone": NAME })).await?.text,
    );
    answers.push(admin.get("/api/v1/channels").await?.text);
    let told = answers.join("\n");
    for secret in [MAILBOX_PASSWORD, WRONG_PASSWORD, IDENTITY_SECRET] {
        if told.contains(secret) {
            return Err(format!("an answer repeats the secret {secret}").into());
        }
    }
    let arrived = wait(std::time::Duration::from_secs(20), || async {
        let all = person.all("/api/v1/conversations?view=all").await?;
        Ok(all.iter().any(|c| c["subject"] == SUBJECT).then_some(()))
    });
    arrived.await?.ok_or("the canary mail did not arrive")?;
    let texts = [BODY, SUBJECT, SENDER, MAILBOX_PASSWORD, WRONG_PASSWORD, IDENTITY_SECRET, NAME, PASSWORD];
    let mut canaries: Vec<String> = texts.map(str::to_owned).into();
    canaries.extend([person.token().to_owned(), agent.client.token().to_owned(), program.key.clone()]);
    for client in [&reader, visitor.client()] {
        canaries.extend(client.credential().map(|(_, value)| value.trim_start_matches("Bearer ").to_owned()));
    }
    Ok(canaries)
}

/// Tokens and passwords are not in the database as they are.
async fn secrets_at_rest(
    engine: Engine,
    program: &Program,
    canaries: &[String],
    report: &mut Report,
) -> Result<(), Error> {
    let dump = program.database().dump("workspace_id", &program.workspace).await?;
    let all: String = dump.into_values().flatten().collect::<Vec<_>>().join("\n");
    let content = [BODY, SUBJECT, SENDER, NAME];
    let secrets: Vec<String> =
        canaries.iter().filter(|canary| !content.contains(&canary.as_str())).cloned().collect();
    report.assert_none(format!("{engine}: no secret is in the database as it is"), &found(&all, &secrets));
    report.assert(format!("{engine}: the search of the database would see one"), all.contains(BODY), "");
    Ok(())
}

//! S21: a fresh installation has no default credential, and no more doors than are listed.

use std::{fs, os::unix::fs::PermissionsExt};

use reqwest::Method;
use serde_json::json;

use crate::{
    check::{Error, Guard, Outcome},
    client::Client,
    engine::Engine,
    program::{ADMIN, PASSWORD, Program},
    report::Report,
};

/// What scanners and bots try first.
const GUESSED: [&str; 22] = [
    "/admin",
    "/administrator",
    "/install",
    "/installer",
    "/phpinfo.php",
    "/.env",
    "/.git/config",
    "/config",
    "/debug",
    "/debug/pprof",
    "/actuator",
    "/actuator/env",
    "/graphql",
    "/swagger",
    "/api-docs",
    "/console",
    "/server-status",
    "/backup",
    "/api/v1/debug",
    "/api/v2/users",
    "/master.key",
    "/kapocs.db",
];
const CREDENTIALS: [(&str, &str); 6] = [
    ("admin", "admin"),
    ("admin@example.com", "admin"),
    ("admin@example.com", "password"),
    ("root", "root"),
    ("admin@localhost", "kapocs"),
    ("demo@kapocs.example", "kapocs-demo"),
];

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    let mut fresh = Program::bare(Engine::Sqlite).await?;
    fresh.restart().await?;
    // The control: somebody who reads the console.
    let stolen =
        if guard == Guard::On { "" } else { &token(&fresh.log()).ok_or("no token on the console")? };
    first_run(&fresh, stolen, &mut report).await?;
    surface(&fresh, &mut report).await?;
    secrets(&fresh, &mut report)?;
    weak(&mut report).await?;
    Ok(report)
}

/// The one-time token as the console shows it.
fn token(log: &str) -> Option<String> {
    let (_, rest) = log.split_once("setup?token=")?;
    Some(rest.split_whitespace().next()?.to_owned())
}

async fn first_run(fresh: &Program, stolen: &str, report: &mut Report) -> Result<(), Error> {
    let body = |token: &str| {
        json!({
            "token": token, "workspace": "Elfoglalt", "locale": "hu", "time_zone": "Europe/Budapest",
            "name": "Tolvaj", "email": "tolvaj@pelda.example", "password": "tolvaj-es-tarsa-77",
        })
    };
    let mut taken = Vec::new();
    for guess in ["", "x", "admin", "00000000", "null", "undefined", stolen] {
        let answer = fresh.stranger().post("/api/v1/setup", body(guess)).await?;
        if answer.is_good() {
            taken.push(guess.len());
        }
    }
    report.assert_none("nobody sets it up without the token of the console", &taken);
    for (email, password) in CREDENTIALS {
        let answer =
            fresh.stranger().post("/api/v1/session", json!({ "email": email, "password": password })).await?;
        if answer.is_good() {
            report.assert("no default account signs in", false, email);
        }
    }
    let token = token(&fresh.log()).ok_or("the console shows no token")?;
    report.assert("the token is long", token.len() >= 22, token.len());
    let mine = fresh.stranger().post("/api/v1/setup", body(&token)).await?;
    report.assert("whoever reads the console sets it up", mine.is_good(), mine.status);
    let again = fresh.stranger().post("/api/v1/setup", body(&token)).await?;
    report.assert("the token works once", !again.is_good(), again.status);
    Ok(())
}

/// Without a sign-in only the listed paths answer with something of their own.
async fn surface(fresh: &Program, report: &mut Report) -> Result<(), Error> {
    let application = fresh.stranger().get("/").await?;
    let mut open = Vec::new();
    for path in GUESSED {
        for method in [Method::GET, Method::POST] {
            let answer = fresh.stranger().call(method.clone(), path, None).await?;
            let is_application = answer.text == application.text && answer.status == application.status;
            if answer.is_good() && !is_application {
                open.push(format!("{method} {path}: {}", answer.status));
            }
        }
    }
    report.assert_none("no guessed path opens", &open);
    for method in ["TRACE", "CONNECT", "PROPFIND", "DEBUG"] {
        let answer = fresh.stranger().call(method.parse()?, "/api/v1/users", None).await;
        let served = answer.is_ok_and(|answer| answer.is_good());
        report.assert(format!("{method} is not served"), !served, "");
    }
    let wrong = Client::with_key(&fresh.url, "").get("/api/v1/users").await?;
    report.assert("an empty key is no key", wrong.status == 401, wrong.status);
    let empty = Client::with_session(&fresh.url, "").get("/api/v1/users").await?;
    report.assert("an empty session is no session", empty.status == 401, empty.status);
    Ok(())
}

fn secrets(fresh: &Program, report: &mut Report) -> Result<(), Error> {
    let key = fresh.data().join("master.key");
    let mode = fs::metadata(&key)?.permissions().mode() & 0o777;
    report.assert("only the owner may read the master key", mode & 0o077 == 0, format!("{mode:o}"));
    Ok(())
}

/// Weak secrets do not start, weak passwords do not set up.
async fn weak(report: &mut Report) -> Result<(), Error> {
    for weak in ["", "secret", "changeme", "0123456789abcdef", &"0".repeat(64)] {
        let mut program = Program::installed(Engine::Sqlite, "Mécses Bolt", ADMIN).await?;
        program.configure("MASTER_KEY", weak);
        let started = program.restart().await.is_ok();
        report.assert(format!("the master key {weak:?} does not start"), !started, "");
    }
    for weak in ["", "short", "password1234", "kapocs", "aaaaaaaaaaaaaa"] {
        let program = Program::bare(Engine::Sqlite).await?;
        let file = program.data().join("password");
        fs::write(&file, weak)?;
        let words = ["setup", "--workspace", "Bolt", "--admin", ADMIN, "--password-file"];
        let status = program.command(&words).arg(&file).output().await?.status;
        report.assert(format!("the password {weak:?} sets up nothing"), !status.success(), "");
    }
    report.assert("a good password is at hand for comparison", PASSWORD.len() >= 12, "");
    Ok(())
}

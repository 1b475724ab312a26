//! S12: who we are is said by the configuration, never by a request.

use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    check::{Error, Guard, Outcome},
    client::Answer,
    engine::Engine,
    program::{ADMIN, PASSWORD, Program},
    report::Report,
    world::{chat, conversation, form},
};

const EVIL: &str = "evil.example";
/// What proxies and single-sign-on gateways say, sent by somebody who is neither.
const CLAIMS: [(&str, &str); 14] = [
    ("x-forwarded-host", EVIL),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-prefix", "/evil.example"),
    ("x-original-url", "/api/v1/users"),
    ("x-rewrite-url", "/api/v1/users"),
    ("x-host", EVIL),
    ("forwarded", "for=10.0.0.1;host=evil.example;proto=https"),
    ("x-remote-user", ADMIN),
    ("remote-user", ADMIN),
    ("x-forwarded-user", ADMIN),
    ("x-forwarded-email", ADMIN),
    ("x-auth-request-email", ADMIN),
    ("x-goog-authenticated-user-email", ADMIN),
    ("cf-access-authenticated-user-email", ADMIN),
];

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    let mut program = Program::installed(Engine::Sqlite, "Mécses Bolt", ADMIN).await?;
    if guard == Guard::Off {
        // The control: a careless configuration that believes everybody.
        program.configure("TRUSTED_PROXIES", "127.0.0.1");
        program.configure("HOSTS", format!("{EVIL},{EVIL}:{}", program.port));
        program.configure("TEST_GUARDS_OFF", "one-host");
    }
    program.restart().await?;
    hosts(&program, &mut report).await?;
    identity(&program, &mut report).await?;
    links(&program, &mut report).await?;
    addresses(&program, &mut report).await?;
    Ok(report)
}

/// Requests under a name that is not ours are misdirected, whatever they ask for.
async fn hosts(program: &Program, report: &mut Report) -> Result<(), Error> {
    let port = program.port;
    let names = [
        EVIL.to_owned(),
        format!("{EVIL}:{port}"),
        format!("127.0.0.1.{EVIL}"),
        format!("127.0.0.1:{port}.{EVIL}"),
        format!("127.0.0.1:{}", port ^ 1),
        "127.0.0.1".to_owned(),
        format!("user@127.0.0.1:{port}"),
        String::new(),
    ];
    let mut served = Vec::new();
    for name in &names {
        for path in ["/", "/health/ready", "/api/v1/session", "/api/v1/openapi.json", "/widget.js"] {
            let status =
                raw(port, &format!("GET {path} HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"))
                    .await?;
            if status != 421 && status != 400 {
                served.push(format!("{name:?} {path}: {status}"));
            }
        }
    }
    report.assert_none("no request under a foreign name is served", &served);
    let bare = raw(port, "GET /api/v1/session HTTP/1.0\r\n\r\n").await?;
    report.assert("a request without a name is not served", bare == 421 || bare == 400, bare);
    twofold(program, report).await?;
    let own = raw(
        port,
        &format!("GET /health/ready HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", program.host()),
    )
    .await?;
    report.assert("our own name is served", own == 200, own);
    Ok(())
}

/// A request has one name: a proxy before us might have looked at the other.
async fn twofold(program: &Program, report: &mut Report) -> Result<(), Error> {
    let own = program.host();
    let requests = [
        ("/health/ready", vec![own.as_str(), EVIL]),
        ("/health/ready", vec![EVIL, own.as_str()]),
        ("/health/ready", vec![own.as_str(), own.as_str()]),
        ("http://evil.example/health/ready", vec![EVIL]),
        ("http://evil.example/health/ready", vec![own.as_str()]),
        ("OWN/health/ready", vec![EVIL]),
        ("OWN/health/ready", vec![own.as_str(), EVIL]),
    ];
    let (together, folded) = (format!("{own}, {EVIL}"), format!("{own}\r\n {EVIL}"));
    let more = [("/health/ready", vec![together.as_str()]), ("/health/ready", vec![folded.as_str()])];
    let mut served = Vec::new();
    for (target, hosts) in requests.iter().chain(&more) {
        let target = target.replace("OWN", &program.url);
        let lines: String = hosts.iter().map(|host| format!("Host: {host}\r\n")).collect();
        let status =
            raw(program.port, &format!("GET {target} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n")).await?;
        if status != 421 && status != 400 {
            served.push(format!("{target} {hosts:?}: {status}"));
        }
    }
    report.assert_none("a request with two names is not served", &served);
    let named = raw(
        program.port,
        &format!("GET {}/health/ready HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n", program.url),
    )
    .await?;
    report.assert("our own name may stand in the request line, too", named == 200, named);
    Ok(())
}

/// The status of an answer to bytes that no client library would send.
#[expect(
    clippy::disallowed_methods,
    reason = "the checks call a server of their own on the loopback address"
)]
async fn raw(port: u16, request: &str) -> Result<u16, Error> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let line = String::from_utf8_lossy(&answer);
    Ok(line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0))
}

/// Nobody is signed in by a header.
async fn identity(program: &Program, report: &mut Report) -> Result<(), Error> {
    let mut believed = Vec::new();
    for (name, value) in CLAIMS {
        for path in ["/api/v1/me", "/api/v1/users"] {
            let answer = Answer::of(program.stranger().naked(Method::GET, path).header(name, value)).await?;
            if answer.status != 401 {
                believed.push(format!("{name} {path}: {}", answer.status));
            }
        }
        let answer =
            Answer::of(program.stranger().naked(Method::GET, "/health/live").header(name, value)).await?;
        if answer.text != "ok" {
            believed.push(format!("{name} leads elsewhere: {}", answer.text));
        }
    }
    report.assert_none("no header signs anybody in or leads elsewhere", &believed);
    Ok(())
}

/// Links and redirects hold only the configured address.
async fn links(program: &Program, report: &mut Report) -> Result<(), Error> {
    let admin = program.admin();
    let (_, chat_key) = chat(&admin, "Csevegés", None).await?;
    let (_, form_key) = form(&admin, "Űrlap").await?;
    let (id, _) = conversation(&admin, &chat_key, "Szia").await?;
    let upload = admin.upload("/api/v1/attachments", "a.png", "image/png", b"x".to_vec()).await?.good()?;
    let body = json!({ "kind": "note", "text": "kép", "attachments": [upload.id()] });
    let messages = format!("/api/v1/conversations/{id}/messages");
    admin.post(&messages, body).await?.good()?;
    let paths = [
        messages,
        format!("/api/v1/conversations/{id}"),
        format!("/hu/forms/{form_key}"),
        format!("/widget/{chat_key}"),
        "/".to_owned(),
        "/widget.js".to_owned(),
    ];
    let mut echoed = Vec::new();
    for path in &paths {
        let request = CLAIMS
            .iter()
            .fold(admin.naked(Method::GET, path), |request, (name, value)| request.header(*name, *value));
        let answer = Answer::of(request).await?;
        let headers = format!("{:?}", answer.headers);
        if answer.text.contains(EVIL) || headers.contains(EVIL) {
            echoed.push(path);
        }
    }
    report.assert_none("no answer repeats the name that a request claims", &echoed);
    let content = Answer::of(
        program.stranger().naked(Method::GET, "/").header("host", format!("localhost:{}", program.port)),
    )
    .await?;
    let target = content.header("location");
    report.assert(
        "the other origin leads back to the configured one",
        target.starts_with(&program.url),
        target,
    );
    Ok(())
}

/// The address of the caller is that of the connection: nobody escapes the limits by inventing others.
async fn addresses(program: &Program, report: &mut Report) -> Result<(), Error> {
    let mut refused = 0;
    for number in 0..60 {
        let body = json!({ "email": format!("senki{number}@pelda.example"), "password": PASSWORD });
        let request = program
            .stranger()
            .request(Method::POST, "/api/v1/session")
            .header("x-forwarded-for", format!("10.1.2.{number}"));
        let request = request
            .header("cf-connecting-ip", format!("10.1.3.{number}"))
            .header("x-real-ip", format!("10.1.4.{number}"));
        refused += u32::from(Answer::of(request.json(&body)).await?.status == 429);
    }
    report.assert("sixty invented addresses are one caller", refused >= 20, refused);
    forged_in_the_log(program, report).await
}

/// What is written down of a caller is the address of the connection.
async fn forged_in_the_log(program: &Program, report: &mut Report) -> Result<(), Error> {
    const FORGED: [&str; 12] = [
        "x-forwarded-for",
        "forwarded",
        "x-real-ip",
        "x-client-ip",
        "true-client-ip",
        "cf-connecting-ip",
        "fastly-client-ip",
        "fly-client-ip",
        "x-cluster-client-ip",
        "x-forwarded",
        "forwarded-for",
        "x-originating-ip",
    ];
    let admin = program.admin();
    for (name, number) in FORGED.iter().zip(0..) {
        let value = if *name == "forwarded" { "for=10.9.8.7".to_owned() } else { "10.9.8.7".to_owned() };
        let body = json!({ "name": format!("Kulcs {number}"), "scopes": ["read"] });
        let request = admin.request(Method::POST, "/api/v1/keys").header(*name, value);
        Answer::of(request.json(&body)).await?.good()?;
    }
    let mut acts = admin.all("/api/v1/audit?action=key.created").await?;
    // Setup wrote of its own keys, without an address.
    acts.retain(|act| act["target"]["name"].as_str().is_some_and(|name| name.starts_with("Kulcs")));
    let forged: Vec<String> =
        acts.iter().filter(|act| act["ip"] != "127.0.0.1").map(|act| act["ip"].to_string()).collect();
    report.assert("twelve keys were made", acts.len() >= FORGED.len(), acts.len());
    report.assert_none("the log of acts knows the true address", &forged);
    Ok(())
}

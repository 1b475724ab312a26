//! S11: pages of others cannot act in our users' name, and our own pages are closed.

use std::collections::BTreeSet;

use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::{
    check::{Error, Guard, Outcome},
    client::{Answer, Client},
    engine::Engine,
    fingerprint::{at_rest, changed},
    program::{ADMIN, PASSWORD, Program},
    report::Report,
    routes::{Ids, ROUTES, Route},
    socket::{request, status_of_opening},
    world::{chat, form},
};

/// What a page of somebody else, or a sandboxed frame, sends along.
const FOREIGN: [&[(&str, &str)]; 7] = [
    &[("origin", "https://evil.example")],
    &[("origin", "null")],
    &[("origin", "http://127.0.0.1.evil.example")],
    &[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[],
];

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    // The control: origins, media types and headers are nobody's business.
    let off = if guard == Guard::On { "" } else { "origin,json-only,safe-headers" };
    let variables = [("RATE_LIMITS", "false"), ("TEST_GUARDS_OFF", off)];
    let program = Program::start_with(Engine::Sqlite, &variables).await?;
    let person = Client::sign_in(&program.url, ADMIN, PASSWORD).await?;
    forgery(&program, &person, &mut report).await?;
    // Forged sign-outs may have ended it, where they came through.
    let person = Client::sign_in(&program.url, ADMIN, PASSWORD).await?;
    bodies(&person, &mut report).await?;
    sockets(&program, &person, &mut report).await?;
    cookie(&program, &mut report).await?;
    sharing(&program, &mut report).await?;
    pages(&program, &mut report).await?;
    Ok(report)
}

/// Every unsafe route, from every foreign origin.
async fn forgery(program: &Program, person: &Client, report: &mut Report) -> Result<(), Error> {
    let ids = Ids::new();
    let database = program.database();
    let before = at_rest(program).await?;
    let mut passed = BTreeSet::new();
    let routes: Vec<&Route> =
        ROUTES.iter().filter(|route| !route.is_safe() && route.path != "/api/v1/setup").collect();
    for route in &routes {
        for headers in FOREIGN {
            let answer = forged(person, route, headers, &ids).await?;
            let is_sign_in = route.path == "/api/v1/session" && route.method == "POST";
            if answer.code() != "foreign_origin" && !(is_sign_in && headers.is_empty()) {
                passed.insert(format!("{} {headers:?}: {}", route.name(), answer.status));
            }
        }
    }
    report.assert("all unsafe routes are examined", routes.len() > 45, routes.len());
    report.assert_none(
        "no unsafe route takes a session from a foreign page",
        &passed.into_iter().collect::<Vec<_>>(),
    );
    let after = database.fingerprints().await?;
    report.assert_none("forged requests change no row", &changed(&before, &after));
    let own = person.patch("/api/v1/me", json!({ "theme": "dark" })).await?;
    report.assert("our own pages can", own.status == 200, own.status);
    Ok(())
}

async fn forged(
    client: &Client,
    route: &Route,
    headers: &[(&str, &str)],
    ids: &Ids,
) -> Result<Answer, Error> {
    let request = client.naked(route.method(), &route.path(ids));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    Answer::of(match route.body(ids) {
        Some(body) => request.json(&body),
        None => request,
    })
    .await
}

/// A form can send text, multipart and URL-encoded bodies across origins without asking; JSON it cannot.
async fn bodies(person: &Client, report: &mut Report) -> Result<(), Error> {
    let mut taken = Vec::new();
    for media_type in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
    {
        let body = json!({ "name": format!("Címke {media_type} {}", taken.len()) }).to_string();
        let request = person.request(Method::POST, "/api/v1/tags").body(body);
        let request =
            if media_type.is_empty() { request } else { request.header("content-type", media_type) };
        let answer = Answer::of(request).await?;
        if answer.is_good() {
            taken.push(format!("{media_type:?}: {}", answer.status));
        }
    }
    report.assert_none("only JSON is taken for JSON", &taken);
    Ok(())
}

async fn sockets(program: &Program, person: &Client, report: &mut Report) -> Result<(), Error> {
    let mut opened = Vec::new();
    for origin in [Some("https://evil.example"), Some("null"), Some("http://127.0.0.1.evil.example"), None] {
        let status = status_of_opening(request(person, "/api/v1/live", origin, None)?).await?;
        if status == 101 {
            opened.push(format!("{origin:?}"));
        }
    }
    report.assert_none("the live socket opens to no foreign page", &opened);
    let own = status_of_opening(request(person, "/api/v1/live", Some(&program.url), None)?).await?;
    report.assert("the live socket opens to our own pages", own == 101, own);
    Ok(())
}

async fn cookie(program: &Program, report: &mut Report) -> Result<(), Error> {
    let body = json!({ "email": ADMIN, "password": PASSWORD });
    let sign_in = || async { program.stranger().post("/api/v1/session", body.clone()).await?.good() };
    let (first, second) = (sign_in().await?, sign_in().await?);
    let cookie = first.header("set-cookie");
    let missing: Vec<&str> = ["__Host-", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"]
        .into_iter()
        .filter(|part| !cookie.contains(part))
        .collect();
    report.assert_none("the cookie says __Host-, Path=/, Secure, HttpOnly and SameSite", &missing);
    report.assert("it names no domain", !cookie.to_lowercase().contains("domain"), "");
    report.assert("every sign-in gets a session of its own", cookie != second.header("set-cookie"), "");
    let fixed = Answer::of(
        program
            .stranger()
            .request(Method::POST, "/api/v1/session")
            .header("cookie", "__Host-kapocs=fixed")
            .json(&body),
    )
    .await?;
    report.assert(
        "a session that somebody brings along is not taken over",
        fixed.is_good() && !fixed.header("set-cookie").contains("fixed"),
        "",
    );
    Ok(())
}

/// Nothing is shared with other origins.
async fn sharing(program: &Program, report: &mut Report) -> Result<(), Error> {
    let mut shared = Vec::new();
    for path in ["/api/v1/me", "/api/v1/session", "/api/v1/openapi.json", "/", "/metrics"] {
        for method in [Method::OPTIONS, Method::GET] {
            let request: RequestBuilder =
                program.stranger().naked(method.clone(), path).header("origin", "https://evil.example");
            let answer = Answer::of(request.header("access-control-request-method", "POST")).await?;
            if answer.headers.contains_key("access-control-allow-origin") {
                shared.push(format!("{method} {path}"));
            }
        }
    }
    report.assert_none("no answer is shared with a foreign origin", &shared);
    Ok(())
}

async fn pages(program: &Program, report: &mut Report) -> Result<(), Error> {
    let (_, chat_key) = chat(&program.admin(), "Csevegés", None).await?;
    let (_, form_key) = form(&program.admin(), "Űrlap").await?;
    let framed =
        [format!("/hu/forms/{form_key}"), format!("/en/forms/{form_key}"), format!("/widget/{chat_key}")];
    let ours = [
        "/",
        "/inbox",
        "/setup",
        "/api/v1/me",
        "/api/v1/openapi.json",
        "/health/ready",
        "/metrics",
        "/nowhere",
        "/api/nowhere",
    ];
    let mut offences = Vec::new();
    for (path, may_be_framed) in
        ours.iter().map(|path| ((*path).to_owned(), false)).chain(framed.map(|path| (path, true)))
    {
        let answer = program.stranger().get(&path).await?;
        offences.extend(
            faults(&answer, may_be_framed)
                .into_iter()
                .map(|fault| format!("{path} ({}): {fault}", answer.status)),
        );
    }
    report.assert_none("every answer carries the headers that close it", &offences);
    Ok(())
}

fn faults(answer: &Answer, may_be_framed: bool) -> Vec<String> {
    let policy = answer.header("content-security-policy");
    let is_page = answer.header("content-type").starts_with("text/html");
    let mut faults = Vec::new();
    let wanted = [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
    ];
    for (name, value) in wanted {
        if answer.header(name) != value {
            faults.push(format!("{name} is {:?}", answer.header(name)));
        }
    }
    for name in ["permissions-policy", "cross-origin-resource-policy"] {
        if answer.header(name).is_empty() {
            faults.push(format!("no {name}"));
        }
    }
    if !policy.starts_with("default-src 'none'") {
        faults.push(format!("the policy begins with {policy:?}"));
    }
    if ["'unsafe-inline'", "'unsafe-eval'", "script-src *", "https:"].iter().any(|word| policy.contains(word))
    {
        faults.push(format!("the policy allows too much: {policy:?}"));
    }
    if !may_be_framed && !policy.contains("frame-ancestors 'none'") {
        faults.push("it may be framed".to_owned());
    }
    let trusted = policy.contains("require-trusted-types-for 'script'") || !policy.contains("script-src");
    if is_page && !(policy.contains("base-uri 'none'") && policy.contains("form-action") && trusted) {
        faults.push(format!("the page's policy is incomplete: {policy:?}"));
    }
    faults
}

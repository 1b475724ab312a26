//! S01: every route of the API with every kind of caller. A route that the table does not know fails.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    check::{Error, Guard, Outcome},
    client::{Answer, Client},
    engine::Engine,
    fingerprint::{at_rest, changed},
    program::Program,
    report::Report,
    routes::{ROUTES, Right, Route},
    world::{House, Visitor, chat, furnish},
};

/// Every name in the house holds it, so that it shows where nothing may be shown.
const CANARY: &str = "anári";

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    for engine in Engine::BOTH {
        let house = furnish(engine).await?;
        if guard == Guard::Off {
            unguarded(engine, house, &mut report).await?;
            continue;
        }
        listed(engine, &house.program, &mut report).await?;
        refused(engine, &house, &mut report).await?;
        crossed(engine, &house, &mut report).await?;
        private(engine, &house, &mut report).await?;
        entitled(engine, &house, &mut report).await?;
    }
    Ok(report)
}

/// The control: the same callers, first with statements that have lost their workspace, then in a house where every
/// role may do everything and private teams hide nothing.
async fn unguarded(engine: Engine, mut house: House, report: &mut Report) -> Result<(), Error> {
    house.without("workspace").await?;
    refused(engine, &house, report).await?;
    let mut house = furnish(engine).await?;
    house.without("roles,private-teams").await?;
    private(engine, &house, report).await?;
    refused(engine, &house, report).await
}

/// The table and the description of the API name the same routes.
async fn listed(engine: Engine, program: &Program, report: &mut Report) -> Result<(), Error> {
    let described = program.stranger().get("/api/v1/openapi.json").await?.good()?.json();
    let paths = described["paths"].as_object().ok_or("the description has no paths")?;
    let described: BTreeSet<String> = paths
        .iter()
        .flat_map(|(path, verbs)| verbs.as_object().into_iter().flatten().map(move |(verb, _)| (path, verb)))
        .map(|(path, verb)| format!("{} {path}", verb.to_uppercase()))
        .collect();
    let known: BTreeSet<String> = ROUTES.iter().map(Route::name).collect();
    let strange: Vec<&String> = described.difference(&known).collect();
    report.assert_none(format!("{engine}: every route has a row in the table"), &strange);
    let gone: Vec<&String> = known.difference(&described).collect();
    report.assert_none(format!("{engine}: every row is a route"), &gone);
    Ok(())
}

/// Callers without a right get no answer, and leave the database as it was.
async fn refused(engine: Engine, house: &House, report: &mut Report) -> Result<(), Error> {
    let database = house.program.database();
    let rows = database.dump("workspace_id", &house.program.workspace).await?;
    let (_, chat_key) = chat(&house.program.admin(), "Kanári csevegés", None).await?;
    let visitor = Visitor::arrive(&house.program.url, &chat_key).await?;
    let before = at_rest(&house.program).await?;
    let callers = [
        ("a stranger", Client::stranger(&house.program.url), None),
        ("a key that was deleted", house.revoked.clone(), None),
        ("a colleague who left", house.departed.clone(), None),
        ("a visitor of the chat", visitor.client().clone(), None),
        ("an administrator of another workspace", house.foreign.clone(), Some(Right::Administrator)),
        ("an observer", house.observer.client.clone(), Some(Right::Observer)),
        ("an agent", house.agent.client.clone(), Some(Right::Agent)),
        ("a lead", house.lead.client.clone(), Some(Right::Lead)),
        ("a key that reads", house.reader.clone(), Some(Right::Observer)),
    ];
    for (who, client, right) in callers {
        let is_foreign = right == Some(Right::Administrator);
        let mut offences = Vec::new();
        for route in ROUTES.iter().filter(|route| forbidden(route, right, is_foreign, who)) {
            let answer = call(&client, route, house).await?;
            let wanted: &[u16] = match right {
                None => &[401],
                Some(_) if is_foreign => &[404],
                Some(_) => &[403, 404],
            };
            if !wanted.contains(&answer.status) || answer.text.contains(CANARY) {
                offences.push(format!("{}: {} {}", route.name(), answer.status, answer.code()));
            }
        }
        report.assert_none(format!("{engine}: {who} is refused wherever there is no right"), &offences);
    }
    let after = database.fingerprints().await?;
    report.assert(
        format!("{engine}: there was something to change"),
        rows.values().map(Vec::len).sum::<usize>() > 30,
        "",
    );
    report.assert_none(
        format!("{engine}: refused calls change no row of any table"),
        &changed(&before, &after),
    );
    Ok(())
}

fn forbidden(route: &Route, right: Option<Right>, is_foreign: bool, who: &str) -> bool {
    match right {
        // A program may read the administration, and a person's own things are not a key's.
        Some(_) if who == "a key that reads" => !route.is_safe() && route.right > Right::Observer,
        Some(_) if is_foreign => route.names_something(),
        Some(right) => route.right > right,
        None => route.right != Right::Everyone,
    }
}

async fn call(client: &Client, route: &Route, house: &House) -> Result<Answer, Error> {
    let path = route.path(&house.ids);
    if route.method == "POST" && ["/api/v1/attachments", "/api/v1/imports"].contains(&path.as_str()) {
        return client.upload(&path, "a.csv", "text/csv", b"id;name\n1;A\n".to_vec()).await;
    }
    client.call(route.method(), &path, route.body(&house.ids)).await
}

/// A foreign administrator cannot bring our things into their own, nor find them.
async fn crossed(engine: Engine, house: &House, report: &mut Report) -> Result<(), Error> {
    let (ids, foreign) = (&house.ids, &house.foreign);
    let own = &house.foreign_conversation;
    let team = foreign.post("/api/v1/teams", json!({ "name": "Az övék" })).await?.good()?.id();
    let attempts: Vec<(&str, String, Value)> = vec![
        ("PUT", format!("/api/v1/conversations/{own}/assignee"), json!({ "user_id": ids["users"] })),
        ("PUT", format!("/api/v1/conversations/{own}/team"), json!({ "team_id": ids["teams"] })),
        ("PUT", format!("/api/v1/conversations/{own}/tags/{}", ids["tags"]), Value::Null),
        ("PUT", format!("/api/v1/teams/{team}/members/{}", ids["users"]), Value::Null),
        (
            "POST",
            format!("/api/v1/conversations/{own}/messages"),
            json!({ "kind": "note", "text": "x", "attachments": [ids["attachments"]] }),
        ),
        (
            "POST",
            format!("/api/v1/conversations/{own}/messages"),
            json!({ "kind": "note", "text": "x", "mentions": [ids["users"]] }),
        ),
        (
            "POST",
            "/api/v1/conversations".into(),
            json!({ "channel_id": ids["mailbox"], "to": "x@x.example", "text": "x" }),
        ),
        (
            "POST",
            "/api/v1/conversations".into(),
            json!({ "channel_id": house.foreign_channel, "person_id": ids["people"], "text": "x" }),
        ),
        (
            "POST",
            "/api/v1/channels".into(),
            json!({ "kind": "chat", "name": "x", "team_id": ids["teams"], "config": {} }),
        ),
        (
            "PUT",
            format!("/api/v1/conversations/{own}/draft"),
            json!({ "mode": "note", "text": "x", "version": 0, "attachments": [ids["attachments"]] }),
        ),
        ("POST", format!("/api/v1/conversations/{own}/messages/{}/separation", ids["message"]), Value::Null),
        ("GET", format!("/api/v1/conversations/{own}/messages/{}/original", ids["message"]), Value::Null),
    ];
    let mut taken = Vec::new();
    for (method, path, body) in attempts {
        let answer = foreign.call(method.parse()?, &path, (!body.is_null()).then_some(body)).await?;
        // A draft keeps only files of its author's own.
        let is_empty = answer.json()["attachments"] == json!([]);
        if (answer.is_good() && !is_empty) || answer.status >= 500 {
            taken.push(format!("{method} {path}: {}", answer.status));
        }
    }
    report.assert_none(format!("{engine}: nothing of ours goes into another workspace's things"), &taken);
    let lists: Vec<String> = ROUTES
        .iter()
        .filter(|route| route.is_safe() && !route.names_something())
        .map(|route| route.path(ids))
        .chain([
            format!("/api/v1/conversations?view=all&ids={}", ids["conversations"]),
            format!("/api/v1/conversations?view=all&person={}", ids["people"]),
            format!("/api/v1/conversations?view=team:{}", ids["teams"]),
            "/api/v1/conversations?view=all&query=kan%C3%A1ri".to_owned(),
            "/api/v1/people?query=kan%C3%A1ri".to_owned(),
        ])
        .collect();
    let mut shown = Vec::new();
    for path in lists {
        let answer = foreign.get(&path).await?;
        let leaks = answer.text.contains(CANARY) || answer.text.contains(&ids["conversations"]);
        if leaks || answer.status >= 500 {
            shown.push(format!("{path}: {}", answer.status));
        }
    }
    report.assert_none(format!("{engine}: no list shows anything of another workspace"), &shown);
    Ok(())
}

/// A private team's conversation does not exist for a colleague outside.
async fn private(engine: Engine, house: &House, report: &mut Report) -> Result<(), Error> {
    let mut ids = house.ids.clone();
    ids.insert("conversations", house.secret.clone());
    let mut offences = Vec::new();
    for route in ROUTES
        .iter()
        .filter(|route| route.path.starts_with("/api/v1/conversations/{id}") && route.right <= Right::Lead)
    {
        let answer = house.lead.client.call(route.method(), &route.path(&ids), route.body(&ids)).await?;
        if answer.status != 404 {
            offences.push(format!("{}: {}", route.name(), answer.status));
        }
    }
    report.assert_none(
        format!("{engine}: a private team's conversation is 404 for a lead outside it"),
        &offences,
    );
    let list = house.lead.client.get("/api/v1/conversations?view=all&limit=200").await?.good()?;
    let found = house.lead.client.get("/api/v1/search?query=p%C3%A1nc%C3%A9lszekr%C3%A9ny").await?.good()?;
    let hidden = ![list.text, found.text].iter().any(|text| text.contains(&house.secret));
    report.assert(format!("{engine}: neither the list nor the search shows it"), hidden, "");
    let seen = house.insider.client.get(&format!("/api/v1/conversations/{}", house.secret)).await?.status;
    report.assert(format!("{engine}: its members see it"), seen == 200, seen);
    Ok(())
}

/// Whoever has just the right is let through.
async fn entitled(engine: Engine, house: &House, report: &mut Report) -> Result<(), Error> {
    let mut offences = Vec::new();
    for route in ROUTES {
        let client = match route.right {
            Right::Everyone => &house.program.stranger(),
            Right::Observer => &house.observer.client,
            Right::Agent => &house.agent.client,
            Right::Lead => &house.lead.client,
            Right::Administrator => &house.administrator.client,
        };
        let answer = call(client, route, house).await?;
        let is_late = route.path.contains("/quarantine/{id}") || route.path.contains("-batches/{id}");
        let public = route.right == Right::Everyone;
        let stopped = match answer.status {
            // A wrong password is answered so, too.
            401 if answer.code() == "wrong_credentials" => false,
            401 | 403 => !public,
            404 => !is_late && !public,
            status => status >= 500,
        };
        if stopped || (route.is_safe() && answer.status != 200) {
            offences.push(format!("{}: {} {}", route.name(), answer.status, answer.text));
        }
    }
    report.assert_none(format!("{engine}: whoever has the right is served"), &offences);
    Ok(())
}

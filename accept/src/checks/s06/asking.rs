//! The payloads at every parameter of every list, on a running program.

use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Method, Url};
use serde_json::{Value, json};

use super::payloads::{NONE, NOWHERE, PAIRS, PLACES, SLOW, TYPED};
use crate::{
    check::Error,
    client::{Answer, Client},
    engine::Engine,
    report::Report,
    routes::{ROUTES, Route},
    world::House,
};

/// So long no list takes here, and a payload that sleeps takes longer.
const PATIENCE: Duration = Duration::from_secs(3);
/// A word that several things are called by.
const KNOWN: &str = "kanári";
/// Parameters that mean a text, anything else being a word of a list, a number, an id or a place.
const TEXTS: [&str; 3] = ["query", "action", "name"];

/// A parameter of a list: the filled path and its name.
struct Place {
    path: String,
    name: String,
}

pub async fn ask(engine: Engine, house: &House, report: &mut Report) -> Result<(), Error> {
    let admin = house.program.admin();
    let places = places(house).await?;
    report.assert(format!("{engine}: every list has its parameters"), places.len() >= 20, places.len());
    let (mut broken, mut widened, mut slow) = (Vec::new(), Vec::new(), Vec::new());
    for place in &places {
        let is_text = TEXTS.contains(&place.name.as_str());
        for payload in payloads(is_text) {
            let (answer, took) = timed(&admin, place, &payload).await?;
            let told = || format!("{} {}={payload:?}", place.path, place.name);
            if answer.status >= 500 {
                broken.push(format!("{}: {}", told(), answer.status));
            }
            // What is found must be nothing, since nothing is called so.
            if payload.contains(NOWHERE) && answer.is_good() && !found(&answer).is_empty() {
                widened.push(format!("{} finds {}", told(), found(&answer).len()));
            }
            if took > PATIENCE && timed(&admin, place, &payload).await?.1 > PATIENCE {
                slow.push(format!("{} takes {took:?}", told()));
                // It is no better with the others.
                break;
            }
        }
        if is_text {
            widened.extend(told_apart(&admin, place).await?);
        }
    }
    report.assert_none(format!("{engine}: no payload breaks a list"), &broken);
    report.assert_none(format!("{engine}: none finds more than it literally means"), &widened);
    report.assert_none(format!("{engine}: none takes its time"), &slow);
    Ok(())
}

/// The query parameters of every list, as the program describes them.
async fn places(house: &House) -> Result<Vec<Place>, Error> {
    let described = house.program.stranger().get("/api/v1/openapi.json").await?.good()?.json();
    let mut places = Vec::new();
    for route in ROUTES.iter().filter(|route| route.is_safe()) {
        let parameters =
            described["paths"][route.path]["get"]["parameters"].as_array().cloned().unwrap_or_default();
        for parameter in parameters.iter().filter(|parameter| parameter["in"] == "query") {
            let name = parameter["name"].as_str().unwrap_or_default().to_owned();
            let path = Route::path(route, &house.ids);
            places.push(Place { path: path.split('?').next().unwrap_or_default().to_owned(), name });
        }
    }
    Ok(places)
}

fn payloads(is_text: bool) -> Vec<String> {
    let filled = |list: &[&str]| list.iter().map(|text| text.replace("{z}", NOWHERE)).collect::<Vec<_>>();
    let mut all = filled(NONE);
    all.extend(filled(SLOW));
    all.push(format!("{NOWHERE}{}", "'".repeat(5_000)));
    if !is_text {
        all.extend(filled(TYPED));
        all.extend(PLACES.iter().map(|inside| URL_SAFE_NO_PAD.encode(inside)));
    }
    all
}

async fn timed(client: &Client, place: &Place, value: &str) -> Result<(Answer, Duration), Error> {
    let mut url = Url::parse(&client.base)?.join(&place.path)?;
    url.query_pairs_mut().append_pair(&place.name, value);
    let path = url.as_str().strip_prefix(&client.base).unwrap_or_default();
    let started = Instant::now();
    // A connection that ends without an answer is worse than any answer.
    let answer = client.get(path).await.unwrap_or_else(|_| Answer::none());
    Ok((answer, started.elapsed()))
}

/// The ids of what a list or a search gave.
fn found(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let lists =
        ["items", "conversations", "people"].map(|list| body[list].as_array().cloned().unwrap_or_default());
    let id = |item: &Value| {
        item.get("id").or(item.get("cursor")).map_or_else(|| item.to_string(), Value::to_string)
    };
    lists.iter().flatten().map(id).collect()
}

/// True and false conditions beside a known word give the same, when they are no conditions.
async fn told_apart(client: &Client, place: &Place) -> Result<Vec<String>, Error> {
    let mut apart = Vec::new();
    for (yes, no) in PAIRS {
        let mut seen = Vec::new();
        for text in [yes, no] {
            let (answer, _) = timed(client, place, &text.replace("{w}", KNOWN)).await?;
            seen.push((answer.status, found(&answer)));
        }
        if seen[0] != seen[1] {
            apart.push(format!("{} {}: {yes} is told from {no}", place.path, place.name));
        }
    }
    Ok(apart)
}

/// Ids in paths.
pub async fn ask_by_path(engine: Engine, house: &House, report: &mut Report) -> Result<(), Error> {
    let admin = house.program.admin();
    let mut served = Vec::new();
    for route in ROUTES.iter().filter(|route| route.is_safe() && route.path.contains("{id}")) {
        for payload in NONE.iter().chain(SLOW).map(|text| text.replace("{z}", NOWHERE)) {
            let mut url = Url::parse(&admin.base)?;
            let parts: Vec<&str> = route.path.trim_start_matches('/').split('/').collect();
            let filled = parts.iter().map(|part| if part.starts_with('{') { payload.as_str() } else { part });
            url.path_segments_mut().map_err(|()| "no base")?.clear().extend(filled);
            let path = url.as_str().strip_prefix(&admin.base).unwrap_or_default().to_owned();
            let answer = admin.call(Method::GET, &path, None).await?;
            if answer.status != 404 && answer.status != 400 {
                served.push(format!("{} {payload:?}: {}", route.path, answer.status));
            }
        }
    }
    report.assert_none(format!("{engine}: no payload is anybody's id"), &served);
    Ok(())
}

/// Signs that mean something to `LIKE` mean themselves.
pub async fn ask_for_signs(engine: Engine, house: &House, report: &mut Report) -> Result<(), Error> {
    let admin = house.program.admin();
    let signs = ["%", "_", "!", "\\", "'", "\"", "*", "?", "$1", "%%", "_%", "!%", "a%b", "a_b"];
    for sign in signs {
        admin.post("/api/v1/people", json!({ "name": format!("{sign} Jelesné") })).await?.good()?;
    }
    admin.post("/api/v1/people", json!({ "name": "axxb Jeltelenné" })).await?.good()?;
    let mut wrong = Vec::new();
    for sign in signs {
        let place = Place { path: "/api/v1/people".to_owned(), name: "query".to_owned() };
        let answer = timed(&admin, &place, sign).await?.0.good()?.json();
        let mut names: Vec<&str> = answer["items"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|item| item["name"].as_str())
            .collect();
        let own = format!("{sign} Jelesné");
        // The beginning of a word finds it.
        names.retain(|name| !name.starts_with(sign));
        let is_there = answer.to_string().contains(&json!(own).to_string());
        if !names.is_empty() || !is_there {
            wrong.push(format!("{sign:?} finds {names:?}, its own: {is_there}"));
        }
    }
    report.assert_none(format!("{engine}: the signs of LIKE mean themselves"), &wrong);
    Ok(())
}

/// What is written is kept and given back word for word.
pub async fn write(engine: Engine, house: &House, report: &mut Report) -> Result<(), Error> {
    let admin = house.program.admin();
    let mut changed = Vec::new();
    for payload in NONE.iter().chain(SLOW).map(|text| text.replace("{z}", NOWHERE)) {
        let made = admin.post("/api/v1/people", json!({ "name": payload })).await?;
        let tagged = admin.post("/api/v1/people", json!({ "phone": payload, "name": "x" })).await?;
        let read = if made.is_good() {
            admin.get(&format!("/api/v1/people/{}", made.id())).await?.json()
        } else {
            Value::Null
        };
        let is_kept =
            made.status == 400 || visible(read["name"].as_str().unwrap_or_default()) == visible(&payload);
        if !is_kept || tagged.status >= 500 {
            changed.push(format!("{payload:?}: {} {} {}", made.status, tagged.status, read["name"]));
        }
    }
    report.assert_none(format!("{engine}: what is written is given back word for word"), &changed);
    Ok(())
}

/// Control characters are nobody's name.
fn visible(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect()
}

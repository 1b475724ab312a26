//! The port of the SDKs.

use std::collections::HashMap;

use axum::{
    Extension, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Query as RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, options, post},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kernel::{Actor, Caller, Error, Result};
use people::access::keys;
use serde_json::{Map, Value as Json, json};
use web::App;

use super::{
    CallKind, Collection, Refusal,
    actions::{collect, unknown_key},
    body,
    dialects::{self, Read},
    recent::SeenCall,
};

type Asked = RawQuery<HashMap<String, String>>;

/// What SDKs call. Any origin may: the write key is public and can only write.
pub fn public_routes() -> Router<App> {
    let call = || post(one).options(preflight);
    let several = |dialect: Dialect| post(many).options(preflight).layer(Extension(dialect));
    let batch = || several(dialects::segment_batch);
    let posthog = || several(dialects::posthog);
    Router::new()
        .route("/v1/batch", batch())
        .route("/v1/import", batch())
        .route("/v1/b", batch())
        .route("/v1/m", post(metrics).options(preflight))
        .route("/v1/{kind}", call())
        .route("/api/s/{kind}", call())
        .route("/api/s/s2s/{kind}", call())
        .route("/batch/", posthog())
        .route("/batch", posthog())
        .route("/i/v0/e/", posthog())
        .route("/e/", posthog())
        .route("/capture/", posthog())
        .route("/flags/", post(flags).options(preflight))
        .route("/decide/", post(flags).options(preflight))
        .route("/v1/projects/{key}/settings", get(settings).options(preflight))
        .route("/customerio/v1/projects/{key}/settings", get(customerio_settings).options(preflight))
        .route("/sourceConfig", get(source_config).options(preflight))
        .route("/sourceConfig/", get(source_config).options(preflight))
        .route("/v1/pixel/{kind}", get(pixel))
        .route("/pixel/v1/{kind}", get(pixel))
        .route("/v1", options(preflight))
        .layer(DefaultBodyLimit::max(body::MAX_REQUEST))
}

async fn preflight(headers: HeaderMap) -> Response {
    open_to_all(&headers, StatusCode::NO_CONTENT.into_response())
}

/// CORS of the Fetch standard: the write key stands in the page anyway.
fn open_to_all(headers: &HeaderMap, mut response: Response) -> Response {
    let origin = headers.get(header::ORIGIN).cloned().unwrap_or(HeaderValue::from_static("*"));
    let answer = response.headers_mut();
    answer.insert("access-control-allow-origin", origin);
    answer.insert("vary", HeaderValue::from_static("Origin"));
    answer.insert("access-control-allow-credentials", HeaderValue::from_static("true"));
    answer.insert("access-control-allow-methods", HeaderValue::from_static("GET, POST, OPTIONS"));
    // Each SDK brings headers of its own (`anonymousid`, `sentat`, `x-retry-count`, …).
    if let Some(asked) = headers.get("access-control-request-headers") {
        answer.insert("access-control-allow-headers", asked.clone());
    }
    answer.insert("access-control-max-age", HeaderValue::from_static("86400"));
    answer.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}

/// How a call is answered: SDKs look for `code` and `message` at the top.
fn answered(headers: &HeaderMap, outcome: Result<Vec<SeenCall>, Failure>) -> Response {
    let response = match outcome {
        Ok(seen) => accepted(&seen),
        Err(failure) => failure.into_response(),
    };
    open_to_all(headers, response)
}

fn accepted(seen: &[SeenCall]) -> Response {
    let rejected: Vec<Json> = seen
        .iter()
        .enumerate()
        .filter_map(|(index, call)| {
            let refusal = call.refusal.as_ref()?;
            Some(json!({ "index": index, "code": refusal.code, "message": refusal.message }))
        })
        .collect();
    let mut body = json!({ "success": true, "ok": true, "status": 1 });
    if !rejected.is_empty() {
        body["rejected"] = json!(rejected);
    }
    axum::Json(body).into_response()
}

enum Failure {
    /// Nothing of the request could be worked.
    Refused(Refusal),
    Error(Error),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, code, message, wait) = match self {
            Self::Refused(refusal) => {
                let status = if refusal.code == "too_large" { 413 } else { 400 };
                (status, refusal.code, refusal.message, None)
            }
            Self::Error(error) => {
                let text = error.code.text(kernel::Locale::En).to_owned();
                let wait = matches!(error.code.status(), 429 | 503 | 507)
                    .then(|| error.detail.unwrap_or("5".into()));
                // A full disk passes: SDKs send again after 503.
                let status = if error.code.status() == 507 { 503 } else { error.code.status() };
                (status, error.code.as_str(), text, wait)
            }
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(json!({ "code": code, "message": message }))).into_response();
        if let Some(wait) = wait.and_then(|wait| HeaderValue::from_str(&wait).ok()) {
            response.headers_mut().insert(header::RETRY_AFTER, wait);
        }
        response
    }
}

async fn one(
    State(app): State<App>,
    Extension(collection): Extension<Collection>,
    Path(kind): Path<String>,
    RawQuery(query): Asked,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let outcome = async {
        let json = body::read(&bytes)?;
        let caller = caller(&app, &headers, &query, &json).await?;
        let kind = CallKind::parse(&kind);
        if kind.is_none() && json.get("type").is_none() {
            return Err(Failure::Error(Error::not_found()));
        }
        let read = dialects::segment_one(json, kind);
        if let Err((refusal, _)) = &read {
            let refusal = refusal.clone();
            take(&app, &collection, caller, vec![read]).await?;
            return Err(refusal.into());
        }
        take(&app, &collection, caller, vec![read]).await
    };
    answered(&headers, outcome.await)
}

/// How the calls of one body are told apart.
type Dialect = fn(Json) -> Result<Vec<Read>, Refusal>;

/// Several calls in one body.
async fn many(
    State(app): State<App>,
    Extension(collection): Extension<Collection>,
    Extension(dialect): Extension<Dialect>,
    RawQuery(query): Asked,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let outcome = async {
        let json = body::read(&bytes)?;
        let caller = caller(&app, &headers, &query, &json).await?;
        take(&app, &collection, caller, dialect(json)?).await
    };
    answered(&headers, outcome.await)
}

async fn take(
    app: &App,
    collection: &Collection,
    caller: Caller,
    items: Vec<Read>,
) -> Result<Vec<SeenCall>, Failure> {
    if items.is_empty() {
        return Err(Refusal::new("empty_batch", "The batch is empty.").into());
    }
    let Actor::Key(key) = caller.actor else { return Err(unknown_key().into()) };
    let used = collection.clone();
    let collected = app.db.write(&caller, move |tx| collect(tx, &used, key, &items)).await?;
    collection.recent.note(caller.workspace, collected.seen.clone());
    Ok(collected.seen)
}

/// Whose key it is: by Basic, by header, by the body or by the address.
async fn caller(
    app: &App,
    headers: &HeaderMap,
    query: &HashMap<String, String>,
    json: &Json,
) -> Result<Caller, Error> {
    let in_body = ["writeKey", "write_key", "api_key", "token"].iter().find_map(|name| json.get(*name));
    let in_query =
        || query.get("writeKey").or_else(|| query.get("write_key")).or_else(|| query.get("api_key"));
    let token = in_headers(headers)
        .or_else(|| in_body.and_then(Json::as_str).map(str::to_owned))
        .or_else(|| in_query().cloned())
        .ok_or_else(unknown_key)?;
    app.db.system_read("collect", move |read| keys::intake(read, &token)).await?.ok_or_else(unknown_key)
}

fn in_headers(headers: &HeaderMap) -> Option<String> {
    if let Some(key) = headers.get("x-write-key").and_then(|value| value.to_str().ok()) {
        // Jitsu writes `key:secret`.
        return Some(key.split(':').next().unwrap_or(key).to_owned());
    }
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    Some(pair.split(':').next().unwrap_or(&pair).to_owned())
}

/// The browser SDK's figures about itself.
async fn metrics(headers: HeaderMap) -> Response {
    open_to_all(&headers, axum::Json(json!({ "success": true })).into_response())
}

/// No flags are kept here; PostHog's SDKs ask before they send.
async fn flags(headers: HeaderMap) -> Response {
    let none = json!({
        "flags": {}, "featureFlags": {}, "featureFlagPayloads": {}, "errorsWhileComputingFlags": false,
        "supportedCompression": ["gzip", "gzip-js"], "sessionRecording": false, "config": { "enable_collect_everything": false }
    });
    open_to_all(&headers, axum::Json(none).into_response())
}

/// What analytics.js asks when it starts. The key is not checked: a wrong one is told at the first call.
async fn settings(
    State(app): State<App>,
    Extension(collection): Extension<Collection>,
    Path(key): Path<String>,
    headers: HeaderMap,
) -> Response {
    let answer = analytics_settings(&app, &collection, &key, "Segment.io").await;
    open_to_all(&headers, axum::Json(answer).into_response())
}

/// The same for Customer.io's build of it, which knows its own integration only.
async fn customerio_settings(
    State(app): State<App>,
    Extension(collection): Extension<Collection>,
    Path(key): Path<String>,
    headers: HeaderMap,
) -> Response {
    let answer = analytics_settings(&app, &collection, &key, "Customer.io Data Pipelines").await;
    open_to_all(&headers, axum::Json(answer).into_response())
}

/// One integration and no more: with a second one analytics.js loads code from its vendor.
async fn analytics_settings(app: &App, collection: &Collection, key: &str, integration: &str) -> Json {
    let (protocol, host) = app.edge.external_url.split_once("://").unwrap_or(("https", ""));
    json!({
        "integrations": { integration: { "apiKey": key, "apiHost": format!("{host}/v1"), "protocol": protocol } },
        "plan": { "track": events_for_sdks(app, collection, key).await },
        "metrics": { "sampleRate": 0 }
    })
}

/// Every event is wanted, but for those that the tracking plan has retired and would set aside.
async fn events_for_sdks(app: &App, collection: &Collection, key: &str) -> Map<String, Json> {
    let (key, plans) = (key.to_owned(), collection.plans.clone());
    let plan = app.db.system_read("collect", move |read| {
        let Some(caller) = keys::intake(read, &key)? else { return Ok(None) };
        Ok(Some((caller, plans)))
    });
    let mut events =
        Map::from_iter([("__default".to_owned(), json!({ "enabled": true, "integrations": {} }))]);
    // Whatever is wrong here, the SDK has to start.
    let Ok(Some((caller, plans))) = plan.await else { return events };
    let Ok(plan) = app.db.read(&caller, move |read| plans.of(read)).await else { return events };
    for event in plan.switched_off() {
        events.insert(event.to_owned(), json!({ "enabled": false, "integrations": {} }));
    }
    events
}

/// What RudderStack's browser SDK asks when it starts.
async fn source_config(RawQuery(query): Asked, headers: HeaderMap) -> Response {
    let key = in_headers(&headers).or_else(|| query.get("writeKey").cloned()).unwrap_or_default();
    let answer = json!({
        "source": {
            "id": "kapocs", "name": "kapocs", "writeKey": key, "enabled": true, "workspaceId": "kapocs",
            "config": { "statsCollection": { "errors": { "enabled": false }, "metrics": { "enabled": false } } },
            "destinations": [], "connections": [], "dataplanes": {}
        }
    });
    open_to_all(&headers, axum::Json(answer).into_response())
}

/// One transparent point (GIF89a).
const POINT: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

/// A call in an address. Whatever is wrong with it, a picture is answered: it stands in mails and pages.
async fn pixel(
    State(app): State<App>,
    Extension(collection): Extension<Collection>,
    Path(kind): Path<String>,
    RawQuery(query): Asked,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let json = match query.get("data") {
            Some(data) => body::from_base64(data.as_bytes())?,
            None => flattened(&query),
        };
        let caller = caller(&app, &headers, &query, &json).await?;
        take(&app, &collection, caller, vec![dialects::segment_one(json, CallKind::parse(&kind))]).await
    };
    if let Err(Failure::Error(error)) = outcome.await {
        tracing::debug!(%error, "a pixel's call was not taken");
    }
    let mut response = ([(header::CONTENT_TYPE, "image/gif")], POINT).into_response();
    response.headers_mut().insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}

/// `a.b=c` means `{"a": {"b": "c"}}`.
fn flattened(query: &HashMap<String, String>) -> Json {
    let mut json = json!({});
    for (name, value) in query.iter().filter(|(name, _)| name.split('.').count() <= 8) {
        let pointer = name.split('.').fold(&mut json, |place, part| {
            if !place.is_object() {
                *place = json!({});
            }
            &mut place[part]
        });
        *pointer = json!(value);
    }
    json
}

//! All people as a table.

use std::net::IpAddr;

use axum::{extract::State, response::Response};
use kernel::{NewFact, Result, Role};
use serde::Deserialize;
use serde_json::json;
use store::Tx;
use utoipa::IntoParams;
use web::{ApiResult, App, Auth, ErrorBody, Query};

use super::{
    Person,
    fold::search_words,
    store::{ListCursor, find},
};
use crate::audit;

const PAGE: usize = 200;
const COLUMNS: [&str; 11] = [
    "id",
    "name",
    "email",
    "phone",
    "locale",
    "created_at",
    "last_seen_at",
    "open_conversations",
    "conversation_count",
    "identities",
    "traits",
];

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ExportQuery {
    /// As of the list
    query: Option<String>,
    /// Begin with a byte order mark, by which spreadsheets know UTF-8
    #[serde(default)]
    bom: bool,
}

/// All people as CSV, newest first. Formulas are made text by an apostrophe.
#[utoipa::path(get, path = "/api/v1/people/export", tag = "people", params(ExportQuery),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "default", body = ErrorBody)))]
pub(super) async fn export(
    auth: Auth,
    State(app): State<App>,
    Query(asked): Query<ExportQuery>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Lead)?;
    let ip = auth.ip;
    app.db.write(&auth.caller, move |tx| note_export(tx, "people.exported", ip)).await?;
    let words = search_words(asked.query.as_deref().unwrap_or_default());
    let page = move |after: Option<ListCursor>| {
        let (db, caller, words) = (app.db.clone(), auth.caller.clone(), words.clone());
        async move {
            let found = db.read(&caller, move |read| find(read, &words, after, PAGE)).await?;
            let more = found.last().filter(|_| found.len() == PAGE);
            let place = more.map(|last| Some((last.created_at, last.id)));
            Ok((found.iter().map(row).collect::<Result<_>>()?, place))
        }
    };
    Ok(web::csv("people", asked.bom, &COLUMNS, None, page))
}

/// Much leaves the house at once: who did it is kept, in the log of acts and as a fact.
pub fn note_export(tx: &mut Tx<'_>, action: &'static str, ip: IpAddr) -> Result<()> {
    let entry = audit::Entry { action, target: None, before: None, after: None, ip: Some(ip) };
    audit::log(tx, entry)?;
    tx.record(NewFact::new(action).payload(json!({ "format": "csv" })))
}

fn row(person: &Person) -> Result<Vec<String>> {
    let json = |value| serde_json::to_string(value).map_err(kernel::Error::internal);
    Ok(vec![
        person.id.to_string(),
        person.name.clone().unwrap_or_default(),
        person.email.clone().unwrap_or_default(),
        person.phone.clone().unwrap_or_default(),
        person.locale.clone().unwrap_or_default(),
        person.created_at.to_string(),
        person.last_seen_at.map(|at| at.to_string()).unwrap_or_default(),
        person.open_conversations.to_string(),
        person.conversation_count.to_string(),
        json(&json!(person.identities))?,
        json(&json!(person.traits))?,
    ])
}

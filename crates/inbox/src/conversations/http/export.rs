//! Conversations as a table.

use axum::{extract::State, response::Response};
use kernel::{Role, Timestamp};
use people::persons::note_export;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use web::{ApiResult, App, Auth, Query};

use crate::conversations::{ConversationView, ListQuery, Position};

const PAGE: usize = 200;
const COLUMNS: [&str; 16] = [
    "id",
    "number",
    "subject",
    "status",
    "priority",
    "channel",
    "person_id",
    "person_name",
    "person_email",
    "assignee",
    "team",
    "tags",
    "message_count",
    "created_at",
    "last_message_at",
    "closed_at",
];

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::conversations) struct ExportQuery {
    /// As of the list; without it those of every view.
    view: Option<String>,
    /// Begin with a byte order mark, by which spreadsheets know UTF-8.
    #[serde(default)]
    bom: bool,
}

/// The conversations the caller may see as CSV, newest first. Formulas are made text by an apostrophe.
#[utoipa::path(get, path = "/api/v1/conversations/export", tag = "conversations", params(ExportQuery),
    responses((status = 200, body = String, content_type = "text/csv")))]
pub(super) async fn export(
    auth: Auth,
    State(app): State<App>,
    Query(asked): Query<ExportQuery>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Lead)?;
    // A view that is none must be answered; once rows have left, the answer can only break off.
    let first = ListQuery { view: asked.view.clone(), limit: 1, ..ListQuery::default() };
    app.db.read(&auth.caller, move |read| crate::conversations::list(read, &first)).await?;
    let ip = auth.ip;
    app.db.write(&auth.caller, move |tx| note_export(tx, "conversations.exported", ip)).await?;
    let page = move |after: Option<Position>| {
        let (db, caller) = (app.db.clone(), auth.caller.clone());
        let query = ListQuery { view: asked.view.clone(), limit: PAGE, after, ..ListQuery::default() };
        async move {
            let found = db.read(&caller, move |read| crate::conversations::list(read, &query)).await?;
            let more = found.len() > PAGE;
            let rows = found.iter().take(PAGE);
            let place = rows.clone().next_back().filter(|_| more).map(|(place, _)| Some(place.clone()));
            Ok((rows.map(|(_, conversation)| row(conversation)).collect(), place))
        }
    };
    Ok(web::csv("conversations", asked.bom, &COLUMNS, None, page))
}

fn row(c: &ConversationView) -> Vec<String> {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let tags: Vec<&str> = c.tags.iter().map(|tag| tag.name.as_str()).collect();
    vec![
        c.id.to_string(),
        c.number.clone(),
        c.subject.clone(),
        c.status.as_str().to_owned(),
        word(serde_json::to_value(c.priority)),
        c.channel.name.clone(),
        c.person.id.to_string(),
        c.person.name.clone().unwrap_or_default(),
        c.person.email.clone().unwrap_or_default(),
        c.assignee.as_ref().map(|owner| owner.name.clone()).unwrap_or_default(),
        c.team.as_ref().map(|team| team.name.clone()).unwrap_or_default(),
        serde_json::json!(tags).to_string(),
        c.message_count.to_string(),
        time(Some(c.created_at)),
        time(Some(c.last_message_at)),
        time(c.closed_at),
    ]
}

fn word(value: serde_json::Result<Value>) -> String {
    value.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

//! The route of the audit log.

use axum::extract::State;
use kernel::{Actor, Error, Result};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ApiResult, App, Auth, ErrorBody, Json, Page, PageQuery, Query, RouterExt};

use super::{AuditEntry, entries};
use crate::access::reads_administration;

pub fn routes() -> RouterExt {
    OpenApiRouter::new().routes(routes!(list))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AuditQuery {
    /// Only this action, for example user.created
    action: Option<String>,
    /// Only this actor: user:ID, key:ID, or the id of a user
    actor: Option<String>,
    limit: Option<usize>,
    after: Option<String>,
}

/// What was changed about the workspace, newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(AuditQuery),
    responses((status = 200, body = Page<AuditEntry>), (status = "default", body = ErrorBody)))]
async fn list(
    auth: Auth,
    State(app): State<App>,
    Query(query): Query<AuditQuery>,
) -> ApiResult<Json<Page<AuditEntry>>> {
    reads_administration(&auth.caller)?;
    let page = PageQuery { limit: query.limit, after: query.after };
    let (limit, before) = (page.limit(), page.after::<i64>()?);
    let actor = query.actor.as_deref().map(parse_actor).transpose()?;
    let action = query.action;
    let found = app
        .db
        .read(&auth.caller, move |read| entries(read, action.as_deref(), actor.as_ref(), before, limit + 1))
        .await?;
    Ok(Json(Page::from_rows(found, limit, |entry| entry.id)))
}

fn parse_actor(text: &str) -> Result<Actor> {
    let invalid = |_| Error::invalid("actor");
    match text.split_once(':') {
        Some(("user", id)) => Ok(Actor::User(id.parse().map_err(invalid)?)),
        Some(("key", id)) => Ok(Actor::Key(id.parse().map_err(invalid)?)),
        Some(("system", name)) => Ok(Actor::System(name.to_owned())),
        _ => Ok(Actor::User(text.parse().map_err(invalid)?)),
    }
}

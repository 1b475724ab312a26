use axum::{extract::State, response::Response};
use kernel::{InboundId, Role};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ApiResult, App, Auth, Json, Page, PageQuery, PathId, Query, RouterExt};

use super::{Quarantined, store};
use crate::conversations::http::raw;

pub fn routes() -> RouterExt {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(release))
        .routes(routes!(discard))
        .routes(routes!(original))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct StateFilter {
    /// quarantined (default), released, discarded
    state: Option<String>,
    limit: Option<usize>,
    after: Option<String>,
}

/// What came in and did not become a message, with its reason, newest first.
#[utoipa::path(get, path = "/api/v1/quarantine", tag = "quarantine", params(StateFilter),
    responses((status = 200, body = Page<Quarantined>)))]
async fn list(
    auth: Auth,
    State(app): State<App>,
    Query(filter): Query<StateFilter>,
) -> ApiResult<Json<Page<Quarantined>>> {
    auth.caller.require(Role::Lead)?;
    let page = PageQuery { limit: filter.limit, after: filter.after };
    let (limit, after) = (page.limit(), page.after::<InboundId>()?);
    let state = filter.state.unwrap_or_else(|| "quarantined".to_owned());
    let rows = app.db.read(&auth.caller, move |read| store::list(read, &state, after, limit + 1)).await?;
    Ok(Json(Page::from_rows(rows, limit, |item| item.id)))
}

/// Lets an item through: it is understood again, without the guard that stopped it.
#[utoipa::path(post, path = "/api/v1/quarantine/{id}/release", tag = "quarantine", params(("id" = String, Path)),
    responses((status = 204)))]
async fn release(auth: Auth, State(app): State<App>, PathId(id): PathId<InboundId>) -> ApiResult<Response> {
    auth.caller.require(Role::Lead)?;
    auth.done(&app.db, move |tx| super::release(tx, id)).await
}

/// Marks an item as nothing; its raw bytes stay.
#[utoipa::path(delete, path = "/api/v1/quarantine/{id}", tag = "quarantine", params(("id" = String, Path)),
    responses((status = 204)))]
async fn discard(auth: Auth, State(app): State<App>, PathId(id): PathId<InboundId>) -> ApiResult<Response> {
    auth.caller.require(Role::Lead)?;
    auth.done(&app.db, move |tx| super::discard(tx, id)).await
}

/// The item as it came, byte for byte.
#[utoipa::path(get, path = "/api/v1/quarantine/{id}/original", tag = "quarantine", params(("id" = String, Path)),
    responses((status = 200, content_type = "message/rfc822", body = String)))]
async fn original(auth: Auth, State(app): State<App>, PathId(id): PathId<InboundId>) -> ApiResult<Response> {
    auth.caller.require(Role::Lead)?;
    let item = app.db.read(&auth.caller, move |read| store::find(read, id)).await?;
    raw(&app, &item.blob).await
}

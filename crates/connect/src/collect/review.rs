//! Routes for colleagues: the calls as they come, those that were refused, and those that wait to be worked.

use axum::{Extension, extract::State, http::StatusCode, response::Response};
use kernel::{Error, Result, Role, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;
use web::{ApiResult, App, Auth, Cursor, ErrorBody, Page, PageQuery, Query, RouterExt};

use super::{
    CallKind, Collection,
    aside::{self, Which},
    recent::SeenCall,
    store::{self, RefusedCall},
};

pub fn routes() -> RouterExt {
    OpenApiRouter::new()
        .routes(routes!(list_recent))
        .routes(routes!(list_refused))
        .routes(routes!(list_waiting))
        .routes(routes!(post_replay))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RecentQuery {
    /// The number of the newest call already seen; 0 for all that are kept.
    #[serde(default)]
    after: u64,
}

/// The last calls of the SDKs, oldest first: a window of 300, kept in memory.
#[utoipa::path(get, path = "/api/v1/collection/recent", tag = "collection",
    params(RecentQuery), responses((status = 200, body = Vec<SeenCall>), (status = "default", body = ErrorBody)))]
async fn list_recent(
    auth: Auth,
    Extension(collection): Extension<Collection>,
    Query(query): Query<RecentQuery>,
) -> ApiResult<axum::Json<Vec<SeenCall>>> {
    auth.caller.require(Role::Lead)?;
    Ok(axum::Json(collection.recent.after(auth.caller.workspace, query.after)))
}

/// Calls that could not be worked, newest first, each with its reason and as it came.
#[utoipa::path(get, path = "/api/v1/collection/refused", tag = "collection",
    params(PageQuery), responses((status = 200, body = Page<RefusedCall>), (status = "default", body = ErrorBody)))]
async fn list_refused(
    auth: Auth,
    State(app): State<App>,
    Query(page): Query<PageQuery>,
) -> ApiResult<axum::Json<Page<RefusedCall>>> {
    auth.caller.require(Role::Lead)?;
    let (after, limit) = (page.after::<(i64, Uuid)>()?.map(|(at, id)| (Timestamp(at), id)), page.limit());
    let items = app.db.read(&auth.caller, move |read| store::refused(read, after, limit + 1)).await?;
    Ok(axum::Json(Page::from_rows(items, limit, |call| (call.received_at.0, call.id))))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct WaitingQuery {
    /// `track` (default), `identify` or `group`.
    #[param(inline)]
    kind: Option<CallKind>,
    /// Of a track.
    #[serde(default)]
    event: String,
    /// 1–200, default 50.
    limit: Option<usize>,
    /// `next` of the page before.
    after: Option<String>,
}

/// Calls of an event that the tracking plan set aside and that wait to be worked, newest first.
#[utoipa::path(get, path = "/api/v1/collection/waiting", tag = "collection",
    params(WaitingQuery), responses((status = 200, body = Page<RefusedCall>), (status = "default", body = ErrorBody)))]
async fn list_waiting(
    auth: Auth,
    State(app): State<App>,
    Query(query): Query<WaitingQuery>,
) -> ApiResult<axum::Json<Page<RefusedCall>>> {
    auth.caller.require(Role::Lead)?;
    let WaitingQuery { kind, event, limit, after } = query;
    let page = PageQuery { limit, after };
    let (before, limit) = (page.after::<(i64, Uuid)>()?.map(|(at, id)| (Timestamp(at), id)), page.limit());
    let items = app
        .db
        .read(&auth.caller, move |read| {
            store::waiting_of(read, kind.unwrap_or(CallKind::Track), &event, before, limit + 1)
        })
        .await?;
    Ok(axum::Json(Page::from_rows(items, limit, |call| (call.received_at.0, call.id))))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Replay {
    /// These calls, at most 200; or all of an event, by `kind` and `event`.
    #[schema(value_type = Option<Vec<String>>)]
    ids: Option<Vec<Uuid>>,
    kind: Option<CallKind>,
    event: Option<String>,
    /// `next` of the answer before.
    after: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct ReplayView {
    /// So many are worked now: each is a fact.
    worked: usize,
    /// So many cannot be worked: each says why in its row and waits no more.
    refused: usize,
    /// So many are still not as planned, and wait on.
    kept: usize,
    /// Give it as `after` to go on with the rest; null at the end.
    next: Option<String>,
}

impl Replay {
    fn which(&self) -> Result<Which> {
        match (&self.ids, self.kind) {
            (Some(ids), None) if ids.len() <= 200 => Ok(Which::These(ids.clone())),
            (None, Some(kind)) => {
                let after = self.after.as_deref().map(Cursor::decode::<(i64, Uuid)>).transpose()?;
                let event = self.event.clone().unwrap_or_default();
                Ok(Which::Event { kind, event, after: after.map(|(at, id)| (Timestamp(at), id)) })
            }
            _ => Err(Error::invalid("ids")),
        }
    }
}

/// Works calls that were set aside, with the time they came at; what is still not as planned waits on.
#[utoipa::path(post, path = "/api/v1/collection/replays", tag = "collection", request_body = Replay,
    responses((status = 200, body = ReplayView), (status = "default", body = ErrorBody)))]
async fn post_replay(
    auth: Auth,
    State(app): State<App>,
    Extension(collection): Extension<Collection>,
    web::Json(request): web::Json<Replay>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Administrator)?;
    let which = request.which()?;
    auth.write(&app.db, StatusCode::OK, move |tx| {
        let done = aside::replay(tx, &collection, &which)?;
        let view = ReplayView {
            worked: done.worked,
            refused: done.refused,
            kept: done.kept,
            next: done.next.map(|(at, id)| Cursor::encode(&(at.0, id))),
        };
        let (recent, workspace) = (collection.recent.clone(), tx.workspace());
        tx.after_commit(move || recent.note(workspace, done.seen));
        Ok(view)
    })
    .await
}

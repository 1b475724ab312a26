//! Routes of the tracking plan.

use axum::{Extension, extract::State, http::StatusCode, response::Response};
use kernel::{PlannedEventId, Role};
use serde::{Deserialize, Serialize};
use serde_json::Value as AnyJson;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ApiResult, App, Auth, ErrorBody, Json, Page, PathId, Query, RouterExt};

use super::{
    Draft, ImportReport, Mode, PlannedEvent, Proposal, Schema, Settings, Status, Unplanned, actions,
    exchange, learn, store as rows,
};
use crate::collect::{CallKind, Collection};

/// Facts looked at for a proposal, of the newest of the whole log.
const LOOKED_AT: usize = 20_000;

pub fn routes() -> RouterExt {
    OpenApiRouter::new()
        .routes(routes!(read, patch))
        .routes(routes!(post_event))
        .routes(routes!(put_event, delete_event))
        .routes(routes!(proposals))
        .routes(routes!(export))
        .routes(routes!(import))
}

/// The whole plan.
#[derive(Serialize, ToSchema)]
struct PlanView {
    /// The number of its last change; 0 when nothing was ever planned.
    version: i64,
    mode: Mode,
    unplanned: Unplanned,
    events: Vec<PlannedEvent>,
}

fn view(read: &mut store::Read<'_>) -> kernel::Result<PlanView> {
    let (version, Settings { mode, unplanned }) = rows::settings(read)?;
    Ok(PlanView { version, mode, unplanned, events: rows::list(read)? })
}

/// The tracking plan: how it is applied, and its events.
#[utoipa::path(get, path = "/api/v1/tracking-plan", tag = "tracking plan",
    responses((status = 200, body = PlanView), (status = "default", body = ErrorBody)))]
async fn read(auth: Auth, State(app): State<App>) -> ApiResult<Json<PlanView>> {
    auth.caller.require(Role::Lead)?;
    Ok(Json(app.db.read(&auth.caller, view).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PlanChange {
    /// Of events that have no mode of their own.
    mode: Option<Mode>,
    /// Of events that are not in the plan.
    unplanned: Option<Unplanned>,
}

/// Changes how the plan is applied. It counts for every call from now on.
#[utoipa::path(patch, path = "/api/v1/tracking-plan", tag = "tracking plan", request_body = PlanChange,
    responses((status = 200, body = PlanView), (status = "default", body = ErrorBody)))]
async fn patch(
    auth: Auth,
    State(app): State<App>,
    Extension(collection): Extension<Collection>,
    Json(change): Json<PlanChange>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Administrator)?;
    let ip = Some(auth.ip);
    auth.write(&app.db, StatusCode::OK, move |tx| {
        actions::configure(tx, &collection.plans, change.mode, change.unplanned, ip)?;
        view(tx)
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WriteEvent {
    /// `track` (default), `identify` or `group`.
    kind: Option<CallKind>,
    /// Of a track.
    name: Option<String>,
    description: Option<String>,
    /// `live` by default.
    status: Option<Status>,
    /// Null: the plan's.
    mode: Option<Mode>,
    /// JSON Schema of the properties, or of the traits: `type`, `properties`, `required`, `additionalProperties`, `items`,
    /// `enum`, `pattern`, `minimum`, `maximum`, `format: date-time`.
    #[schema(value_type = Option<Object>)]
    schema: Option<AnyJson>,
}

impl WriteEvent {
    fn draft(&self) -> kernel::Result<Draft> {
        Ok(Draft {
            kind: self.kind.unwrap_or(CallKind::Track),
            name: self.name.clone().unwrap_or_default(),
            description: self.description.clone().unwrap_or_default(),
            status: self.status,
            mode: self.mode,
            schema: self.schema.as_ref().map(Schema::strict).transpose()?.unwrap_or_default(),
        })
    }
}

/// Puts an event into the plan, or the traits of persons or groups.
#[utoipa::path(post, path = "/api/v1/tracking-plan/events", tag = "tracking plan", request_body = WriteEvent,
    responses((status = 201, body = PlannedEvent), (status = "default", body = ErrorBody)))]
async fn post_event(
    auth: Auth,
    State(app): State<App>,
    Extension(collection): Extension<Collection>,
    Json(event): Json<WriteEvent>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Administrator)?;
    let (ip, draft) = (Some(auth.ip), event.draft()?);
    auth.write(&app.db, StatusCode::CREATED, move |tx| {
        actions::create(tx, &collection.plans, draft.clone(), ip)
    })
    .await
}

/// Writes an event of the plan anew.
#[utoipa::path(put, path = "/api/v1/tracking-plan/events/{id}", tag = "tracking plan", params(("id" = String, Path)),
    request_body = WriteEvent, responses((status = 200, body = PlannedEvent), (status = "default", body = ErrorBody)))]
async fn put_event(
    auth: Auth,
    State(app): State<App>,
    Extension(collection): Extension<Collection>,
    PathId(id): PathId<PlannedEventId>,
    Json(event): Json<WriteEvent>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Administrator)?;
    let (ip, draft) = (Some(auth.ip), event.draft()?);
    auth.write(&app.db, StatusCode::OK, move |tx| {
        actions::change(tx, &collection.plans, id, draft.clone(), ip)
    })
    .await
}

/// Takes an event out of the plan.
#[utoipa::path(delete, path = "/api/v1/tracking-plan/events/{id}", tag = "tracking plan", params(("id" = String, Path)),
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn delete_event(
    auth: Auth,
    State(app): State<App>,
    Extension(collection): Extension<Collection>,
    PathId(id): PathId<PlannedEventId>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Administrator)?;
    let ip = Some(auth.ip);
    auth.done(&app.db, move |tx| actions::remove(tx, &collection.plans, id, ip)).await
}

/// What the newest calls look like, as events for the plan; the most frequent first. Nothing is changed.
#[utoipa::path(get, path = "/api/v1/tracking-plan/proposals", tag = "tracking plan",
    responses((status = 200, body = Page<Proposal>), (status = "default", body = ErrorBody)))]
async fn proposals(auth: Auth, State(app): State<App>) -> ApiResult<Json<Page<Proposal>>> {
    auth.caller.require(Role::Lead)?;
    let calls = app.db.read(&auth.caller, |read| rows::newest_calls(read, LOOKED_AT)).await?;
    let learned =
        tokio::task::spawn_blocking(move || learn::learn(&calls)).await.map_err(kernel::Error::internal)?;
    Ok(Json(Page::whole(learned)))
}

#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Shape {
    /// As Segment's Public API writes a tracking plan.
    #[default]
    Segment,
    /// One JSON Schema for each event.
    JsonSchema,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ExportQuery {
    /// `segment` (default) or `json_schema`.
    #[serde(default)]
    #[param(inline)]
    shape: Shape,
}

/// The plan as a file.
#[utoipa::path(get, path = "/api/v1/tracking-plan/export", tag = "tracking plan", params(ExportQuery),
    responses((status = 200, body = Object), (status = "default", body = ErrorBody)))]
async fn export(
    auth: Auth,
    State(app): State<App>,
    Query(query): Query<ExportQuery>,
) -> ApiResult<Json<AnyJson>> {
    auth.caller.require(Role::Lead)?;
    let file = app.db.read(&auth.caller, move |read| {
        let events = rows::list(read)?;
        match query.shape {
            Shape::Segment => exchange::segment(&people::access::workspace::get(read)?.name, &events),
            Shape::JsonSchema => exchange::schemas(&events),
        }
    });
    Ok(Json(file.await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Import {
    /// A tracking plan of Segment, or a list of JSON Schemas whose titles are the events.
    #[schema(value_type = Object)]
    plan: AnyJson,
    /// Only say what would happen.
    #[serde(default)]
    preview: bool,
}

/// Takes in a plan: new events are added, those of the same name written anew, all others stay.
#[utoipa::path(post, path = "/api/v1/tracking-plan/import", tag = "tracking plan", request_body = Import,
    responses((status = 200, body = ImportReport), (status = "default", body = ErrorBody)))]
async fn import(
    auth: Auth,
    State(app): State<App>,
    Extension(collection): Extension<Collection>,
    Json(request): Json<Import>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Administrator)?;
    let ip = Some(auth.ip);
    let (file, preview) = (exchange::read(&request.plan)?, request.preview);
    auth.write(&app.db, StatusCode::OK, move |tx| actions::import(tx, &collection.plans, &file, preview, ip))
        .await
}

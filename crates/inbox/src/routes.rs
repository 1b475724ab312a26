//! Everything the inbox offers: its routes and its jobs.

use axum::extract::State;
use axum::response::Response;
use kernel::{JobId, Role, Timestamp};
use serde::Serialize;
use store::{Db, Jobs, dead_jobs, replay_job};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ApiResult, App, Auth, Json, Page, PageQuery, PathId, Query, RouterExt};

use crate::{
    attachments, batches, channels, conversations, deliveries, drafts, intake, port::Registry, tags,
};

/// All routes of the inbox.
pub fn routes() -> RouterExt {
    OpenApiRouter::new()
        .merge(conversations::http::routes())
        .merge(drafts::routes())
        .merge(batches::routes())
        .merge(attachments::http::routes())
        .merge(tags::http::routes())
        .merge(channels::http::routes())
        .merge(intake::http::routes())
        .merge(OpenApiRouter::new().routes(routes!(list_jobs)).routes(routes!(replay)))
}

/// The jobs of the inbox.
pub fn jobs(jobs: Jobs, db: &Db, registry: &Registry) -> Jobs {
    let (intake_db, intake_registry) = (db.clone(), registry.clone());
    let (send_db, send_registry) = (db.clone(), registry.clone());
    let wake_db = db.clone();
    jobs.on(intake::jobs::UNDERSTAND, move |job| {
        intake::jobs::understand(intake_db.clone(), intake_registry.clone(), job)
    })
    .on(deliveries::DELIVER, move |job| {
        deliveries::jobs::deliver(send_db.clone(), send_registry.clone(), job)
    })
    .on(conversations::snooze::WAKE, move |job| conversations::snooze::wake(wake_db.clone(), job))
}

/// A job that gave up.
#[derive(Serialize, ToSchema)]
struct JobView {
    #[schema(value_type = String)]
    id: JobId,
    kind: String,
    state: String,
    #[schema(value_type = String)]
    run_at: Timestamp,
    attempts: i64,
    last_error: Option<String>,
    #[schema(value_type = String)]
    created_at: Timestamp,
}

/// Jobs that gave up, newest first.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "jobs", params(PageQuery), responses((status = 200, body = Page<JobView>)))]
async fn list_jobs(
    auth: Auth,
    State(app): State<App>,
    Query(page): Query<PageQuery>,
) -> ApiResult<Json<Page<JobView>>> {
    auth.caller.require(Role::Lead)?;
    let (limit, after) = (page.limit(), page.after::<JobId>()?);
    let rows = app.db.read(&auth.caller, move |read| dead_jobs(read, after, limit + 1)).await?;
    let page = Page::from_rows(rows, limit, |job| job.id);
    let view = |job: store::JobRow| JobView {
        id: job.id,
        kind: job.kind,
        state: job.state,
        run_at: job.run_at,
        attempts: job.attempts,
        last_error: job.last_error,
        created_at: job.created_at,
    };
    Ok(Json(Page { items: page.items.into_iter().map(view).collect(), next: page.next }))
}

/// Gives a job that gave up a fresh start.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/replay", tag = "jobs", params(("id" = String, Path)), responses((status = 204)))]
async fn replay(auth: Auth, State(app): State<App>, PathId(id): PathId<JobId>) -> ApiResult<Response> {
    auth.caller.require(Role::Lead)?;
    auth.done(&app.db, move |tx| replay_job(tx, id)).await
}

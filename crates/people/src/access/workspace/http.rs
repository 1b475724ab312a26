//! Routes of the workspace.

use axum::{extract::State, http::StatusCode, response::Response};
use kernel::{Locale, Role};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ApiResult, App, Auth, ErrorBody, Json, RouterExt};

use super::{Workspace, WorkspaceChange, change, get};

pub fn routes() -> RouterExt {
    OpenApiRouter::new().routes(routes!(read, patch))
}

/// The workspace.
#[utoipa::path(get, path = "/api/v1/workspace", tag = "workspace",
    responses((status = 200, body = Workspace), (status = "default", body = ErrorBody)))]
async fn read(auth: Auth, State(app): State<App>) -> ApiResult<Json<Workspace>> {
    auth.caller.require(Role::Observer)?;
    Ok(Json(app.db.read(&auth.caller, get).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchWorkspace {
    name: Option<String>,
    /// hu or en
    #[schema(value_type = Option<String>)]
    locale: Option<Locale>,
    /// A name of the IANA database.
    time_zone: Option<String>,
    /// 0–30
    send_undo_seconds: Option<i64>,
}

/// Change the workspace.
#[utoipa::path(patch, path = "/api/v1/workspace", tag = "workspace", request_body = PatchWorkspace,
    responses((status = 200, body = Workspace), (status = "default", body = ErrorBody)))]
async fn patch(
    auth: Auth,
    State(app): State<App>,
    Json(request): Json<PatchWorkspace>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Administrator)?;
    let wanted = WorkspaceChange {
        name: request.name,
        locale: request.locale,
        time_zone: request.time_zone,
        send_undo_seconds: request.send_undo_seconds,
    };
    let ip = Some(auth.ip);
    auth.write(&app.db, StatusCode::OK, move |tx| change(tx, &wanted, ip)).await
}

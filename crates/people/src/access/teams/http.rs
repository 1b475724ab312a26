//! Routes of teams.

use axum::{extract::State, http::StatusCode, response::Response};
use kernel::{Role, TeamId, UserId};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ApiResult, App, Auth, ErrorBody, Json, Page, PathId, RouterExt};

use super::{Team, add_member, change, create, delete, list, remove_member};

pub fn routes() -> RouterExt {
    OpenApiRouter::new()
        .routes(routes!(list_all, post))
        .routes(routes!(patch, remove))
        .routes(routes!(put_member, remove_member_of))
}

/// All teams.
#[utoipa::path(get, path = "/api/v1/teams", tag = "teams",
    responses((status = 200, body = Page<Team>), (status = "default", body = ErrorBody)))]
async fn list_all(auth: Auth, State(app): State<App>) -> ApiResult<Json<Page<Team>>> {
    auth.caller.require(Role::Observer)?;
    Ok(Json(Page::whole(app.db.read(&auth.caller, list).await?)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostTeam {
    name: String,
    /// Its conversations are seen by its members and by administrators only.
    #[serde(default)]
    private: bool,
}

/// Make a team.
#[utoipa::path(post, path = "/api/v1/teams", tag = "teams", request_body = PostTeam,
    responses((status = 201, body = Team), (status = "default", body = ErrorBody)))]
async fn post(auth: Auth, State(app): State<App>, Json(request): Json<PostTeam>) -> ApiResult<Response> {
    auth.caller.require(Role::Administrator)?;
    let ip = Some(auth.ip);
    auth.write(&app.db, StatusCode::CREATED, move |tx| create(tx, &request.name, request.private, ip)).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchTeam {
    name: Option<String>,
    private: Option<bool>,
}

/// Change a team.
#[utoipa::path(patch, path = "/api/v1/teams/{id}", tag = "teams", request_body = PatchTeam,
    params(("id" = String, Path, description = "team")),
    responses((status = 200, body = Team), (status = "default", body = ErrorBody)))]
async fn patch(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<TeamId>,
    Json(request): Json<PatchTeam>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Administrator)?;
    let ip = Some(auth.ip);
    let act = move |tx: &mut store::Tx<'_>| change(tx, id, request.name.as_deref(), request.private, ip);
    auth.write(&app.db, StatusCode::OK, act).await
}

/// Delete a team to which no conversation and no channel belongs.
#[utoipa::path(delete, path = "/api/v1/teams/{id}", tag = "teams",
    params(("id" = String, Path, description = "team")),
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn remove(auth: Auth, State(app): State<App>, PathId(id): PathId<TeamId>) -> ApiResult<Response> {
    auth.caller.require(Role::Administrator)?;
    let ip = Some(auth.ip);
    auth.done(&app.db, move |tx| delete(tx, id, ip)).await
}

/// Add a user to a team.
#[utoipa::path(put, path = "/api/v1/teams/{id}/members/{user_id}", tag = "teams",
    params(("id" = String, Path, description = "team"), ("user_id" = String, Path, description = "user")),
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn put_member(
    auth: Auth,
    State(app): State<App>,
    PathId((id, user)): PathId<(TeamId, UserId)>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Administrator)?;
    let ip = Some(auth.ip);
    auth.done(&app.db, move |tx| add_member(tx, id, user, ip)).await
}

/// Take a user out of a team.
#[utoipa::path(delete, path = "/api/v1/teams/{id}/members/{user_id}", tag = "teams",
    params(("id" = String, Path, description = "team"), ("user_id" = String, Path, description = "user")),
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn remove_member_of(
    auth: Auth,
    State(app): State<App>,
    PathId((id, user)): PathId<(TeamId, UserId)>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Administrator)?;
    let ip = Some(auth.ip);
    auth.done(&app.db, move |tx| remove_member(tx, id, user, ip)).await
}

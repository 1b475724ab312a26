//! Routes of users.

use axum::{extract::State, http::StatusCode, response::Response};
use kernel::{Locale, Role, UserId};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ApiResult, App, Auth, ErrorBody, Json, Page, PathId, RouterExt};

use super::{NewUser, User, UserChange, change, create, get, list};
use crate::access::{PasswordHash, hash_password};

pub fn routes() -> RouterExt {
    OpenApiRouter::new().routes(routes!(list_all, post)).routes(routes!(read, patch))
}

/// All users. Every colleague may see them.
#[utoipa::path(get, path = "/api/v1/users", tag = "users",
    responses((status = 200, body = Page<User>), (status = "default", body = ErrorBody)))]
async fn list_all(auth: Auth, State(app): State<App>) -> ApiResult<Json<Page<User>>> {
    auth.caller.require(Role::Observer)?;
    Ok(Json(Page::whole(app.db.read(&auth.caller, list).await?)))
}

/// A user.
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "users",
    params(("id" = String, Path, description = "user")),
    responses((status = 200, body = User), (status = "default", body = ErrorBody)))]
async fn read(auth: Auth, State(app): State<App>, PathId(id): PathId<UserId>) -> ApiResult<Json<User>> {
    auth.caller.require(Role::Observer)?;
    Ok(Json(app.db.read(&auth.caller, move |read| get(read, id)).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostUser {
    name: String,
    email: String,
    /// observer, agent, lead or administrator
    #[schema(value_type = String)]
    role: Role,
    /// 12–128 characters, not widely known. Without one the user cannot sign in yet.
    password: Option<String>,
    /// hu or en; the workspace's when not given
    #[schema(value_type = Option<String>)]
    locale: Option<Locale>,
}

/// Add a user.
#[utoipa::path(post, path = "/api/v1/users", tag = "users", request_body = PostUser,
    responses((status = 201, body = User), (status = "default", body = ErrorBody)))]
async fn post(auth: Auth, State(app): State<App>, Json(request): Json<PostUser>) -> ApiResult<Response> {
    auth.caller.require(Role::Administrator)?;
    let new = NewUser {
        name: request.name,
        email: request.email,
        role: request.role,
        password: hash_given(request.password).await?,
        locale: request.locale,
    };
    let ip = Some(auth.ip);
    auth.write(&app.db, StatusCode::CREATED, move |tx| create(tx, &new, ip)).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchUser {
    name: Option<String>,
    #[schema(value_type = Option<String>)]
    role: Option<Role>,
    /// true signs the user out and keeps them out.
    disabled: Option<bool>,
    /// Sets another user's password and signs them out.
    password: Option<String>,
}

/// Change a user.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "users", request_body = PatchUser,
    params(("id" = String, Path, description = "user")),
    responses((status = 200, body = User), (status = "default", body = ErrorBody)))]
async fn patch(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<UserId>,
    Json(request): Json<PatchUser>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Administrator)?;
    let wanted = UserChange {
        name: request.name,
        role: request.role,
        disabled: request.disabled,
        password: hash_given(request.password).await?,
    };
    let ip = Some(auth.ip);
    auth.write(&app.db, StatusCode::OK, move |tx| change(tx, id, &wanted, ip)).await
}

async fn hash_given(password: Option<String>) -> ApiResult<Option<PasswordHash>> {
    Ok(match password {
        Some(password) => Some(hash_password(&password).await?),
        None => None,
    })
}

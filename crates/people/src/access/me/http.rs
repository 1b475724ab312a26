//! Routes of the signed-in user.

use std::collections::BTreeMap;

use axum::{extract::State, http::StatusCode, response::Response};
use kernel::{Code, Locale, SessionId};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ApiError, ApiResult, App, Auth, ErrorBody, Json, Limit, Page, PathId, RouterExt};

use super::{Me, MeChange, change, change_password, get};
use crate::access::{
    hash_password, password,
    sessions::{self, Session},
    users::{self, Availability, Density, Theme},
};

pub fn routes() -> RouterExt {
    OpenApiRouter::new()
        .routes(routes!(read, patch))
        .routes(routes!(put_password))
        .routes(routes!(list_sessions))
        .routes(routes!(end_session))
}

/// Who I am.
#[utoipa::path(get, path = "/api/v1/me", tag = "me",
    responses((status = 200, body = Me), (status = "default", body = ErrorBody)))]
async fn read(auth: Auth, State(app): State<App>) -> ApiResult<Json<Me>> {
    Ok(Json(app.db.read(&auth.caller, get).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchMe {
    name: Option<String>,
    /// hu or en
    #[schema(value_type = Option<String>)]
    locale: Option<Locale>,
    /// A name of the IANA database.
    time_zone: Option<String>,
    theme: Option<Theme>,
    density: Option<Density>,
    single_keys: Option<bool>,
    /// At most 2,000 characters.
    signature: Option<String>,
    /// The usual key → the one it moved to, empty = none.
    shortcuts: Option<BTreeMap<String, String>>,
    /// First steps not to be reminded of; names of the client's.
    skipped_steps: Option<Vec<String>>,
    availability: Option<Availability>,
}

/// Change my settings.
#[utoipa::path(patch, path = "/api/v1/me", tag = "me", request_body = PatchMe,
    responses((status = 200, body = Me), (status = "default", body = ErrorBody)))]
async fn patch(auth: Auth, State(app): State<App>, Json(request): Json<PatchMe>) -> ApiResult<Response> {
    let wanted = MeChange {
        name: request.name,
        locale: request.locale,
        time_zone: request.time_zone,
        theme: request.theme,
        density: request.density,
        single_keys: request.single_keys,
        signature: request.signature,
        shortcuts: request.shortcuts,
        skipped_steps: request.skipped_steps,
        availability: request.availability,
    };
    auth.write(&app.db, StatusCode::OK, move |tx| change(tx, &wanted)).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutPassword {
    current: String,
    /// 12–128 characters, not widely known.
    password: String,
}

/// Change my password. Ends my other sessions.
#[utoipa::path(put, path = "/api/v1/me/password", tag = "me", request_body = PutPassword,
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn put_password(
    auth: Auth,
    State(app): State<App>,
    Json(request): Json<PutPassword>,
) -> ApiResult<Response> {
    confirm_current(&auth, &app, &request.current).await?;
    let hash = hash_password(&request.password).await?;
    let (session, ip) = (auth.session, auth.ip);
    auth.done(&app.db, move |tx| change_password(tx, &hash, session, ip)).await
}

/// A borrowed browser must not be able to try passwords either.
async fn confirm_current(auth: &Auth, app: &App, current: &str) -> ApiResult<()> {
    let me = app.db.read(&auth.caller, get).await?.user;
    app.limits.check(Limit::SignInByAccount, &me.email)?;
    let email = me.email.clone();
    let account = app.db.system_read("password", move |read| users::account(read, &email)).await?;
    if password::is_right(current, account.and_then(|account| account.password_hash)).await? {
        return Ok(());
    }
    app.limits.take(Limit::SignInByAccount, &me.email)?;
    Err(ApiError(kernel::Error::new(Code::WrongCredentials).field("current")))
}

/// Where I am signed in.
#[utoipa::path(get, path = "/api/v1/me/sessions", tag = "me",
    responses((status = 200, body = Page<Session>), (status = "default", body = ErrorBody)))]
async fn list_sessions(auth: Auth, State(app): State<App>) -> ApiResult<Json<Page<Session>>> {
    let user = auth.caller.user().ok_or(Code::Forbidden)?;
    let current = auth.session;
    let sessions = app.db.read(&auth.caller, move |read| sessions::list(read, user, current)).await?;
    Ok(Json(Page::whole(sessions)))
}

/// Sign out one of my sessions.
#[utoipa::path(delete, path = "/api/v1/me/sessions/{id}", tag = "me",
    params(("id" = String, Path, description = "session")),
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn end_session(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<SessionId>,
) -> ApiResult<Response> {
    let user = auth.caller.user().ok_or(Code::Forbidden)?;
    auth.done(&app.db, move |tx| sessions::end(tx, user, id)).await
}

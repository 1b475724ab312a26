//! Signing in and out.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::{Actor, Caller, Code, Error, Role};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{
    ApiError, ApiResult, App, Auth, ClientIp, ErrorBody, Json, Limit, RouterExt, clear_session_cookie,
    session_cookie,
};

use super::{NewSession, end, start};
use crate::{
    access::{
        me::{self, Me},
        password,
        users::{self, Account},
    },
    persons::{IdentityKind, normalize},
};

pub fn routes() -> RouterExt {
    OpenApiRouter::new().routes(routes!(sign_in, current, sign_out))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    pub email: String,
    pub password: String,
}

/// Sign in. The session is in the cookie `__Host-kapocs`.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = SignIn,
    responses((status = 201, body = Me), (status = "default", body = ErrorBody)))]
async fn sign_in(
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    headers: HeaderMap,
    Json(request): Json<SignIn>,
) -> ApiResult<Response> {
    app.limits.take(Limit::SignInByIp, &ip.to_string())?;
    let account = authenticate(&app, &request).await?;
    let new = NewSession::new(user_agent(&headers));
    let started = new.clone();
    let caller = Caller {
        workspace: account.workspace,
        actor: Actor::User(account.id),
        role: Role::Observer,
        locale: account.locale,
        operator: false,
        visitor: None,
    };
    // Also while the disk is nearly full: somebody must see to it.
    let me = app.db.write_anyway(&caller, move |tx| begin(tx, &account, &started)).await?;
    Ok(with_session(&new.token, StatusCode::CREATED, me))
}

/// Starts the session, unless the password or the account changed while it was being checked.
fn begin(tx: &mut Tx<'_>, checked: &Account, new: &NewSession) -> kernel::Result<Me> {
    let me = me::get(tx)?;
    if users::account(tx, &me.user.email)?.as_ref() != Some(checked) {
        return Err(Error::new(Code::WrongCredentials));
    }
    start(tx, checked.id, new)?;
    Ok(me)
}

/// The account whose address and password these are; one answer and one amount of work for everybody else.
async fn authenticate(app: &App, request: &SignIn) -> ApiResult<Account> {
    let email = normalize(IdentityKind::Email, &request.email).unwrap_or_default();
    app.limits.check(Limit::SignInByAccount, &email)?;
    let address = email.clone();
    let account = app.db.system_read("sign-in", move |read| users::account(read, &address)).await?;
    let account = account.filter(|account| !account.disabled);
    let hash = account.as_ref().and_then(|account| account.password_hash.clone());
    let right = password::is_right(&request.password, hash).await?;
    // Asked again: while this one waited for its turn, others may have used up the tries.
    app.limits.check(Limit::SignInByAccount, &email)?;
    match account {
        Some(account) if right => Ok(account),
        _ => {
            app.limits.take(Limit::SignInByAccount, &email)?;
            Err(Code::WrongCredentials.into())
        }
    }
}

/// Who is signed in; null when nobody is.
#[utoipa::path(get, path = "/api/v1/session", tag = "session",
    responses((status = 200, body = Option<Me>), (status = "default", body = ErrorBody)))]
async fn current(auth: Result<Auth, ApiError>, State(app): State<App>) -> ApiResult<Json<Option<Me>>> {
    match auth {
        Ok(auth) => Ok(Json(Some(app.db.read(&auth.caller, me::get).await?))),
        Err(ApiError(error)) if error.code == Code::Unauthenticated => Ok(Json(None)),
        Err(error) => Err(error),
    }
}

/// Sign out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session",
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn sign_out(auth: Auth, State(app): State<App>) -> ApiResult<Response> {
    let (Some(user), Some(session)) = (auth.caller.user(), auth.session) else {
        return Err(Code::Forbidden.into());
    };
    // Also while the disk is nearly full; a repetition finds nobody signed in, so no answer needs to be kept.
    app.db.write_anyway(&auth.caller, move |tx| end(tx, user, session)).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Ok(cookie) = clear_session_cookie().parse() {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// An answer that signs in.
pub(in crate::access) fn with_session(token: &str, status: StatusCode, me: Me) -> Response {
    let cookie: [(HeaderName, String); 1] = [(header::SET_COOKIE, session_cookie(token))];
    (status, cookie, Json(me)).into_response()
}

pub(in crate::access) fn user_agent(headers: &HeaderMap) -> &str {
    headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

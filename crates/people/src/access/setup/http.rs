//! Routes of the first run.

use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use kernel::{Actor, Caller, Code, Locale};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ApiResult, App, ClientIp, ErrorBody, Json, Limit, RouterExt};

use super::{NewWorkspace, SetupToken, create_workspace, is_needed};
use crate::access::{
    hash_password,
    me::{self, Me},
    sessions::{self, NewSession, user_agent, with_session},
};

pub fn routes(token: SetupToken) -> RouterExt {
    OpenApiRouter::new().routes(routes!(state, set_up)).layer(Extension(token))
}

#[derive(Serialize, ToSchema)]
pub struct SetupState {
    needed: bool,
}

/// Whether this server waits for its first run.
#[utoipa::path(get, path = "/api/v1/setup", tag = "setup",
    responses((status = 200, body = SetupState), (status = "default", body = ErrorBody)))]
async fn state(State(app): State<App>) -> ApiResult<Json<SetupState>> {
    let needed = app.db.system_read("setup", is_needed).await?;
    Ok(Json(SetupState { needed }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// As printed on the console.
    token: String,
    workspace: String,
    /// hu or en
    #[schema(value_type = String)]
    locale: Locale,
    time_zone: String,
    name: String,
    email: String,
    password: String,
}

/// Make the workspace and its first administrator, and sign in.
#[utoipa::path(post, path = "/api/v1/setup", tag = "setup", request_body = SetUp,
    responses((status = 201, body = Me), (status = "default", body = ErrorBody)))]
async fn set_up(
    State(app): State<App>,
    Extension(token): Extension<SetupToken>,
    ClientIp(ip): ClientIp,
    headers: HeaderMap,
    Json(request): Json<SetUp>,
) -> ApiResult<Response> {
    app.limits.take(Limit::SignInByIp, &ip.to_string())?;
    let right = token.take(&request.token)?;
    let new = NewWorkspace {
        name: request.workspace,
        locale: request.locale,
        time_zone: request.time_zone,
        admin_name: request.name,
        admin_email: request.email,
        admin_password: hash_password(&request.password).await?,
    };
    let session = NewSession::new(user_agent(&headers));
    let started = session.clone();
    let me = app.db.system("setup", move |tx| first_run(tx, &new, &started)).await?;
    right.spend();
    Ok(with_session(&session.token, StatusCode::CREATED, me))
}

fn first_run(tx: &mut Tx<'_>, new: &NewWorkspace, session: &NewSession) -> kernel::Result<Me> {
    if !is_needed(tx)? {
        return Err(kernel::Error::new(Code::AlreadyExists));
    }
    let created = create_workspace(tx, new)?;
    let caller = Caller { actor: Actor::User(created.admin), ..created.caller() };
    tx.within(caller, |tx| {
        sessions::start(tx, created.admin, session)?;
        me::get(tx)
    })
}

//! Routes of API keys.

use axum::{
    body::to_bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use kernel::{Error, KeyId, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ApiResult, App, Auth, ErrorBody, Json, Page, PathId, RouterExt};

use super::{
    Key, KeyScope,
    actions::{Secret, issue_as},
    list, revoke,
};
use crate::access::reads_administration;

pub fn routes() -> RouterExt {
    OpenApiRouter::new().routes(routes!(list_all, post)).routes(routes!(remove))
}

/// All keys, newest first.
#[utoipa::path(get, path = "/api/v1/keys", tag = "keys",
    responses((status = 200, body = Page<Key>), (status = "default", body = ErrorBody)))]
async fn list_all(auth: Auth, State(app): State<App>) -> ApiResult<Json<Page<Key>>> {
    reads_administration(&auth.caller)?;
    Ok(Json(Page::whole(app.db.read(&auth.caller, list).await?)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostKey {
    name: String,
    /// read, write, admin; or intake alone, for a key that stands in public places
    #[schema(value_type = Vec<String>)]
    scopes: Vec<KeyScope>,
}

#[derive(Serialize, ToSchema)]
pub struct CreatedKey {
    #[serde(flatten)]
    key: Key,
    /// Shown now and never again; a repeated request with the same idempotency key is answered without it.
    secret: String,
}

/// Make a key.
#[utoipa::path(post, path = "/api/v1/keys", tag = "keys", request_body = PostKey,
    responses((status = 201, body = CreatedKey), (status = "default", body = ErrorBody)))]
async fn post(auth: Auth, State(app): State<App>, Json(request): Json<PostKey>) -> ApiResult<Response> {
    auth.caller.require(Role::Administrator)?;
    if request.scopes.contains(&KeyScope::Operator) {
        return Err(Error::invalid("scopes").into());
    }
    let secret = Secret::new();
    let (ip, kept) = (Some(auth.ip), secret.clone());
    let act = move |tx: &mut store::Tx<'_>| issue_as(tx, &request.name, &request.scopes, &kept, ip);
    let response = auth.write(&app.db, StatusCode::CREATED, act).await?;
    with_secret(response, secret).await
}

/// The secret is put in after the answer was kept for repetitions: nothing that is stored may hold it.
async fn with_secret(response: Response, secret: Secret) -> ApiResult<Response> {
    if response.headers().contains_key("idempotent-replay") {
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 64 * 1_024).await.map_err(Error::internal)?;
    let key: Key = serde_json::from_slice(&body).map_err(Error::internal)?;
    Ok((parts.status, Json(CreatedKey { key, secret: secret.into_text() })).into_response())
}

/// Revoke a key.
#[utoipa::path(delete, path = "/api/v1/keys/{id}", tag = "keys",
    params(("id" = String, Path, description = "key")),
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn remove(auth: Auth, State(app): State<App>, PathId(id): PathId<KeyId>) -> ApiResult<Response> {
    auth.caller.require(Role::Administrator)?;
    let ip = Some(auth.ip);
    auth.done(&app.db, move |tx| revoke(tx, id, ip)).await
}

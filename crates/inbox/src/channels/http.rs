use axum::{
    Extension,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use kernel::{ChannelId, Code, Error, Role, TeamId};
use people::secrets::Vault;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ApiResult, App, Auth, Json, Page, PathId, RouterExt};

use super::{ChannelView, NewChannel, Step, actions, store};
use crate::port::{ChannelKind, Configured, Registry};

pub fn routes() -> RouterExt {
    OpenApiRouter::new()
        .routes(routes!(kinds))
        .routes(routes!(list, create))
        .routes(routes!(get, change, remove))
        .routes(routes!(test))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChannelBody {
    /// email, receiver, chat, form
    kind: String,
    name: String,
    #[schema(value_type = Option<String>)]
    team_id: Option<TeamId>,
    /// By kind: see `channel-kinds`.
    #[serde(default)]
    #[schema(value_type = Object)]
    config: Value,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChannelChange {
    name: Option<String>,
    enabled: Option<bool>,
    #[serde(default, with = "present")]
    #[schema(value_type = Option<String>)]
    team_id: Option<Option<TeamId>>,
    #[schema(value_type = Option<Object>)]
    config: Option<Value>,
}

/// Tells "not given" from "given as null".
mod present {
    use serde::{Deserialize, Deserializer};

    pub fn deserialize<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
        d: D,
    ) -> Result<Option<Option<T>>, D::Error> {
        Option::deserialize(d).map(Some)
    }
}

#[derive(Serialize, ToSchema)]
struct TestResult {
    ok: bool,
    steps: Vec<Step>,
}

/// The kinds of channel and the fields each asks for.
#[utoipa::path(get, path = "/api/v1/channel-kinds", tag = "channels", responses((status = 200, body = Page<ChannelKind>)))]
async fn kinds(_: Auth, Extension(registry): Extension<Registry>) -> ApiResult<Json<Page<ChannelKind>>> {
    Ok(Json(Page::whole(registry.kinds())))
}

/// The channels of the workspace with their health.
#[utoipa::path(get, path = "/api/v1/channels", tag = "channels", responses((status = 200, body = Page<ChannelView>)))]
async fn list(auth: Auth, State(app): State<App>) -> ApiResult<Json<Page<ChannelView>>> {
    let rows = app.db.read(&auth.caller, store::list).await?;
    Ok(Json(Page::whole(rows.into_iter().map(ChannelView::from).collect())))
}

#[utoipa::path(get, path = "/api/v1/channels/{id}", tag = "channels", params(("id" = String, Path)),
    responses((status = 200, body = ChannelView)))]
async fn get(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ChannelId>,
) -> ApiResult<Json<ChannelView>> {
    Ok(Json(app.db.read(&auth.caller, move |read| store::find(read, id)).await?.into()))
}

fn seal(vault: &Vault, auth: &Auth, configured: &Configured) -> kernel::Result<Option<Vec<u8>>> {
    let Some(secrets) = &configured.secrets else { return Ok(None) };
    let plain = serde_json::to_vec(secrets).map_err(Error::internal)?;
    Ok(Some(vault.seal(auth.caller.workspace, &plain)))
}

/// A change of one secret leaves the others as they are.
fn with_kept_secrets(
    vault: &Vault,
    row: &super::ChannelRow,
    mut given: Configured,
) -> kernel::Result<Configured> {
    let (Some(Value::Object(new)), Some(sealed)) = (&given.secrets, &row.secrets) else { return Ok(given) };
    let kept = vault.open(row.workspace, sealed)?;
    let mut all: serde_json::Map<String, Value> = serde_json::from_slice(&kept).map_err(Error::internal)?;
    all.extend(
        new.iter()
            .filter(|(_, secret)| !secret.is_null())
            .map(|(name, secret)| (name.clone(), secret.clone())),
    );
    given.secrets = Some(Value::Object(all));
    Ok(given)
}

/// Creates and starts a channel. Network addresses are checked on saving.
#[utoipa::path(post, path = "/api/v1/channels", tag = "channels", request_body = ChannelBody,
    responses((status = 201, body = ChannelView)))]
async fn create(
    auth: Auth,
    State(app): State<App>,
    Extension(registry): Extension<Registry>,
    Extension(vault): Extension<Vault>,
    Json(body): Json<ChannelBody>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Administrator)?;
    let kind = registry.get(&body.kind).ok_or_else(|| Error::invalid("kind"))?;
    let configured = kind.configure(&auth.caller, body.config, None)?;
    kind.check_addresses(&auth.caller, &configured).await?;
    let new = NewChannel {
        kind: body.kind,
        name: body.name,
        team: body.team_id,
        secrets: seal(&vault, &auth, &configured)?,
        config: configured.config,
        addresses: configured.addresses,
    };
    auth.write(&app.db, StatusCode::CREATED, move |tx| Ok(ChannelView::from(actions::create(tx, &new)?)))
        .await
}

/// Changes a channel. A secret that is not given stays as it is.
#[utoipa::path(patch, path = "/api/v1/channels/{id}", tag = "channels", params(("id" = String, Path)),
    request_body = ChannelChange, responses((status = 200, body = ChannelView)))]
async fn change(
    auth: Auth,
    State(app): State<App>,
    Extension(registry): Extension<Registry>,
    Extension(vault): Extension<Vault>,
    PathId(id): PathId<ChannelId>,
    Json(body): Json<ChannelChange>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Administrator)?;
    let mut row = app.db.read(&auth.caller, move |read| store::find(read, id)).await?;
    if let Some(config) = body.config {
        let kind = registry.get(&row.kind).ok_or_else(|| Error::new(Code::Gone))?;
        let before =
            Configured { config: row.config.clone(), secrets: None, addresses: row.addresses.clone() };
        let configured = kind.configure(&auth.caller, config, Some(&before))?;
        kind.check_addresses(&auth.caller, &configured).await?;
        let configured = with_kept_secrets(&vault, &row, configured)?;
        row.secrets = seal(&vault, &auth, &configured)?.or(row.secrets);
        row.config = configured.config;
        row.addresses = configured.addresses;
    }
    row.name = body.name.unwrap_or(row.name);
    row.enabled = body.enabled.unwrap_or(row.enabled);
    row.team = body.team_id.unwrap_or(row.team);
    auth.write(&app.db, StatusCode::OK, move |tx| {
        actions::update(tx, &row)?;
        Ok(ChannelView::from(store::find(tx, id)?))
    })
    .await
}

/// Takes a channel away; its conversations stay.
#[utoipa::path(delete, path = "/api/v1/channels/{id}", tag = "channels", params(("id" = String, Path)),
    responses((status = 204)))]
async fn remove(auth: Auth, State(app): State<App>, PathId(id): PathId<ChannelId>) -> ApiResult<Response> {
    auth.caller.require(Role::Administrator)?;
    auth.done(&app.db, move |tx| actions::delete(tx, id)).await
}

/// Tries the channel's connections now, step by step.
#[utoipa::path(post, path = "/api/v1/channels/{id}/test", tag = "channels", params(("id" = String, Path)),
    responses((status = 200, body = TestResult)))]
async fn test(
    auth: Auth,
    State(app): State<App>,
    Extension(registry): Extension<Registry>,
    PathId(id): PathId<ChannelId>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Administrator)?;
    let row = app.db.read(&auth.caller, move |read| store::find(read, id)).await?;
    let kind = registry.get(&row.kind).ok_or_else(|| Error::new(Code::Gone))?;
    let steps = kind.test(&row).await;
    Ok(Json(TestResult { ok: steps.iter().all(|step| step.ok), steps }).into_response())
}

use axum::{extract::State, http::StatusCode, response::Response};
use kernel::{Role, TagId};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ApiResult, App, Auth, Json, Page, PathId, RouterExt};

use super::Tag;

pub fn routes() -> RouterExt {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(change, remove))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTag {
    name: String,
    color: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TagChange {
    name: Option<String>,
    color: Option<String>,
}

/// All tags of the workspace, by name.
#[utoipa::path(get, path = "/api/v1/tags", tag = "tags", responses((status = 200, body = Page<Tag>)))]
async fn list(auth: Auth, State(app): State<App>) -> ApiResult<Json<Page<Tag>>> {
    Ok(Json(Page::whole(app.db.read(&auth.caller, super::list).await?)))
}

/// Makes a tag. Leads and administrators.
#[utoipa::path(post, path = "/api/v1/tags", tag = "tags", request_body = NewTag, responses((status = 201, body = Tag)))]
async fn create(auth: Auth, State(app): State<App>, Json(new): Json<NewTag>) -> ApiResult<Response> {
    auth.caller.require(Role::Lead)?;
    auth.write(&app.db, StatusCode::CREATED, move |tx| {
        super::create(tx, &new.name, new.color.as_deref().unwrap_or("gray"))
    })
    .await
}

/// Renames or recolours a tag.
#[utoipa::path(patch, path = "/api/v1/tags/{id}", tag = "tags", params(("id" = String, Path)), request_body = TagChange,
    responses((status = 200, body = Tag)))]
async fn change(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<TagId>,
    Json(change): Json<TagChange>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Lead)?;
    auth.write(&app.db, StatusCode::OK, move |tx| {
        super::change(tx, id, change.name.as_deref(), change.color.as_deref())
    })
    .await
}

/// Takes a tag away, from every conversation too.
#[utoipa::path(delete, path = "/api/v1/tags/{id}", tag = "tags", params(("id" = String, Path)), responses((status = 204)))]
async fn remove(auth: Auth, State(app): State<App>, PathId(id): PathId<TagId>) -> ApiResult<Response> {
    auth.caller.require(Role::Lead)?;
    auth.done(&app.db, move |tx| super::remove(tx, id)).await
}

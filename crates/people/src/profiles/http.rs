//! The route of profiles.

use axum::extract::State;
use kernel::Role;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ApiResult, App, Auth, ErrorBody, Json, PathId, RouterExt};

use super::{Profile, find};
use crate::persons::IdentityKind;

pub fn routes() -> RouterExt {
    OpenApiRouter::new().routes(routes!(read))
}

/// A profile, by a value that leads to the person: what a site's own server asks before it builds a page.
#[utoipa::path(get, path = "/api/v1/profiles/{kind}/{value}", tag = "people",
    params(("kind" = IdentityKind, Path, description = "external: the userId of collection; anonymous: its anonymousId"),
        ("value" = String, Path, description = "as it was collected or written")),
    responses((status = 200, body = Profile), (status = "default", body = ErrorBody)))]
async fn read(
    auth: Auth,
    State(app): State<App>,
    PathId((kind, value)): PathId<(IdentityKind, String)>,
) -> ApiResult<Json<Profile>> {
    auth.caller.require(Role::Observer)?;
    Ok(Json(app.db.read(&auth.caller, move |read| find(read, kind, &value)).await?))
}

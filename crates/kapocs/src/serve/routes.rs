//! All routes in one place.

use axum::{Extension, Json, Router, extract::DefaultBodyLimit, routing::get};
use inbox::port::Registry;
use kernel::Code;
use people::{access::setup::SetupToken, secrets::Vault};
use tower_http::compression::CompressionLayer;
use web::{ApiError, App, guard};

use super::health::{self, Readiness};
use crate::{embedded, openapi};

/// The largest JSON body.
const MAX_BODY: usize = 1024 * 1024;

pub fn router(
    app: &App,
    registry: &Registry,
    vault: &Vault,
    outside: &egress::Policy,
    token: SetupToken,
    readiness: &Readiness,
) -> Router {
    let (api, spec) = openapi::api(token);
    let api = api
        .merge(web::live_routes())
        .route("/api/v1/openapi.json", get(move || async move { Json(spec) }))
        .layer(DefaultBodyLimit::max(MAX_BODY));
    let router = Router::new()
        .merge(api)
        .merge(channels::public_routes())
        .merge(connect::collect::public_routes())
        .merge(inbox::attachments::http::content_routes(outside))
        .merge(health::routes(readiness))
        .merge(embedded::routes())
        .fallback(embedded::fallback)
        .method_not_allowed_fallback(|| async { ApiError::from(Code::MethodNotAllowed) })
        .layer(Extension(registry.clone()))
        .layer(Extension(vault.clone()))
        .layer(Extension(connect::collect::Collection::default()))
        .layer(CompressionLayer::new())
        .with_state(app.clone());
    guard(router, app)
}

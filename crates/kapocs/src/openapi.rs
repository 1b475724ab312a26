//! The description of the API, made from the code.

use people::access::setup::SetupToken;
use utoipa::{
    OpenApi,
    openapi::{
        OpenApi as Document,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;
use web::RouterExt;

#[derive(OpenApi)]
#[openapi(
    info(title = "Kapocs", description = "The system of engagement: conversations, people, channels.", license(name = "Apache-2.0")),
    components(schemas(web::ErrorBody)),
    security(("key" = []), ("session" = []))
)]
struct Described;

/// The routes of the API with their description.
pub fn api(token: SetupToken) -> RouterExt {
    let mut document = Described::openapi();
    if let Some(components) = document.components.as_mut() {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("key", SecurityScheme::Http(bearer));
        let cookie = ApiKey::Cookie(ApiKeyValue::new(web::SESSION_COOKIE));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    }
    OpenApiRouter::with_openapi(document)
        .merge(people::routes(token))
        .merge(inbox::routes())
        .merge(connect::collect::api_routes())
}

/// The description alone, for the snapshot and the TypeScript types.
pub fn document() -> Document {
    api(SetupToken::none()).split_for_parts().1
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_described_api_is_the_one_that_is_served() {
        let served = super::document().to_pretty_json().expect("JSON");
        let described = include_str!("../../../docs/openapi.json");
        assert!(described.trim_end() == served, "cargo run -p kapocs -- openapi > docs/openapi.json");
    }
}

//! The description of the API, made from the code.

use axum::Router;
use people::access::setup::SetupToken;
use utoipa::{
    OpenApi,
    openapi::{
        OpenApi as Document,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;
use web::App;

#[derive(OpenApi)]
#[openapi(
    info(title = "Kapocs", description = "The system of engagement: conversations, people, channels.", license(name = "Apache-2.0")),
    components(schemas(web::ErrorBody)),
    security(("key" = []), ("session" = []))
)]
struct Described;

/// The routes of the API, and their description.
pub fn api(token: SetupToken) -> (Router<App>, Document) {
    let mut document = Described::openapi();
    if let Some(components) = document.components.as_mut() {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("key", SecurityScheme::Http(bearer));
        let cookie = ApiKey::Cookie(ApiKeyValue::new(web::SESSION_COOKIE));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
    }
    let (routes, mut document) = OpenApiRouter::with_openapi(document)
        .merge(people::routes(token))
        .merge(inbox::routes())
        .merge(connect::collect::api_routes())
        .merge(connect::plan::routes())
        .merge(connect::quality::routes())
        .merge(connect::imports::routes())
        .split_for_parts();
    name_operations(&mut document);
    (routes, document)
}

/// Names are unique only when made of the whole path (OpenAPI 3.1, Operation Object): `get_people_by_id_timeline`.
fn name_operations(document: &mut Document) {
    for (path, item) in &mut document.paths.paths {
        let words: Vec<String> = path
            .trim_start_matches("/api/v1")
            .split('/')
            .filter(|word| !word.is_empty())
            .map(|word| match word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) {
                Some(name) => format!("by_{name}"),
                None => word.replace('-', "_"),
            })
            .collect();
        let words = words.join("_");
        let operations = [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("put", &mut item.put),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                operation.operation_id = Some(format!("{method}_{words}"));
            }
        }
    }
}

/// The description alone, for the snapshot and the TypeScript types.
pub fn document() -> Document {
    api(SetupToken::none()).1
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        let document = serde_json::to_value(super::document()).expect("JSON");
        let paths = document["paths"].as_object().expect("paths");
        let operations = paths.values().flat_map(|item| item.as_object().expect("methods").values());
        let names: Vec<_> = operations.filter_map(|operation| operation["operationId"].as_str()).collect();
        assert!(names.len() > 90, "{}", names.len());
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
        assert!(names.contains(&"get_people_by_id_timeline"), "{names:?}");
    }

    #[test]
    fn the_described_api_is_the_one_that_is_served() {
        let served = super::document().to_pretty_json().expect("JSON");
        let described = include_str!("../../../docs/openapi.json");
        assert!(described.trim_end() == served, "cargo run -p kapocs -- openapi > docs/openapi.json");
    }
}

//! What the crate promises as a whole.

use crate::access::setup::SetupToken;

#[test]
fn every_route_of_the_design_is_described() {
    let (_, api) = crate::routes(SetupToken::none()).split_for_parts();
    let mut described: Vec<String> = Vec::new();
    for (path, item) in &api.paths.paths {
        let methods = [
            ("GET", &item.get),
            ("POST", &item.post),
            ("PUT", &item.put),
            ("PATCH", &item.patch),
            ("DELETE", &item.delete),
        ];
        for (method, operation) in methods {
            let Some(operation) = operation else { continue };
            assert!(operation.summary.is_some() && operation.tags.is_some(), "{method} {path}");
            described.push(format!("{method} {}", path.trim_start_matches("/api/v1/")));
        }
    }
    described.sort();
    let mut designed = vec![
        "GET setup",
        "POST setup",
        "GET session",
        "POST session",
        "DELETE session",
        "GET me",
        "PATCH audiences/{id}",
        "PATCH me",
        "PUT me/password",
        "GET me/sessions",
        "DELETE me/sessions/{id}",
        "GET workspace",
        "PATCH workspace",
        "GET users",
        "POST users",
        "GET users/{id}",
        "PATCH users/{id}",
        "GET teams",
        "POST teams",
        "PATCH teams/{id}",
        "DELETE teams/{id}",
        "PUT teams/{id}/members/{user_id}",
        "DELETE teams/{id}/members/{user_id}",
        "GET keys",
        "POST audience-previews",
        "POST audiences",
        "POST audiences/{id}/publication",
        "POST keys",
        "DELETE people/{id}/block",
        "GET people/{id}/graph",
        "PATCH people/{id}/edges",
        "POST people/{id}/merge",
        "PUT people/{id}/block",
        "DELETE audiences/{id}",
        "DELETE audiences/{id}/publication",
        "DELETE keys/{id}",
        "GET audiences",
        "GET audiences/{id}",
        "GET audiences/{id}/members",
        "GET audiences/{id}/people/{person_id}",
        "GET audit",
        "GET people",
        "GET people/export",
        "POST people",
        "GET people/{id}",
        "PATCH people/{id}",
        "GET people/{id}/audiences",
        "GET people/{id}/timeline",
        "GET profiles/{kind}/{value}",
    ];
    designed.sort_unstable();
    assert_eq!(described, designed);
}

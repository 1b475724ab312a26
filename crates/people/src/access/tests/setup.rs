use serde_json::{Value as Json, json};

use crate::test_db::{PASSWORD, Site};

fn form(token: &str, password: &str) -> Json {
    json!({
        "token": token, "workspace": "Csipke Kft.", "locale": "hu", "time_zone": "Europe/Budapest",
        "name": "Bíró Rita", "email": "rita@pelda.hu", "password": password,
    })
}

#[tokio::test]
async fn the_first_run_makes_the_workspace_and_signs_its_administrator_in() {
    for site in Site::all().await {
        assert_eq!(site.call("GET", "setup").send().await.body["needed"], true);
        let done = site.call("POST", "setup").json(form(&site.setup_token, PASSWORD)).send().await;
        assert_eq!(done.status, 201, "{}", done.body);
        assert_eq!(done.body["role"], "administrator");
        assert_eq!(done.body["locale"], "hu");
        let cookie = done.cookie.expect("a session");
        let me = site.call("GET", "me").cookie(&cookie).send().await;
        assert_eq!(me.body["workspace"]["time_zone"], "Europe/Budapest");
        assert_eq!(site.call("GET", "setup").send().await.body["needed"], false);
    }
}

#[tokio::test]
async fn the_token_of_the_first_run_works_once() {
    for site in Site::all().await {
        for wrong in ["", "x", &site.setup_token[1..]] {
            let refused = site.call("POST", "setup").json(form(wrong, PASSWORD)).send().await;
            assert_eq!(refused.code(), "invalid_token");
        }
        let weak = site.call("POST", "setup").json(form(&site.setup_token, "password1234")).send().await;
        assert_eq!(weak.code(), "weak_password");
        let done = site.call("POST", "setup").json(form(&site.setup_token, PASSWORD)).send().await;
        assert_eq!(done.status, 201, "a failed try does not spend the token: {}", done.body);
        let again = site.call("POST", "setup").json(form(&site.setup_token, PASSWORD)).send().await;
        assert_eq!(again.code(), "invalid_token");
    }
}

#[tokio::test]
async fn a_server_set_up_by_the_command_line_cannot_be_set_up_again() {
    for site in Site::all().await {
        site.workspace("anna@pelda.hu").await;
        let refused = site.call("POST", "setup").json(form(&site.setup_token, PASSWORD)).send().await;
        assert_eq!(refused.code(), "already_exists");
    }
}

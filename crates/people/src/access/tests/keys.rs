use kernel::Role;
use serde_json::json;
use store::params;

use crate::test_db::Site;

const RITA: &str = "rita@pelda.hu";

#[tokio::test]
async fn a_key_may_what_its_scope_says() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let admin = site.sign_in(RITA).await;
        // scope, read people, read the audit log, write people, make a team
        let table = [
            ("read", [200, 200, 403, 403]),
            ("write", [200, 200, 201, 403]),
            ("admin", [200, 200, 201, 201]),
        ];
        for (scope, expected) in table {
            let body = json!({ "name": scope, "scopes": [scope] });
            let made = site.call("POST", "keys").cookie(&admin).json(body).send().await;
            assert_eq!(made.status, 201, "{}", made.body);
            let key = made.body["secret"].as_str().expect("shown once").to_owned();
            assert!(key.starts_with("kps_") && key.len() == 47);
            assert!(key.starts_with(made.body["prefix"].as_str().expect("a prefix")));
            let calls = [
                site.call("GET", "people").key(&key),
                site.call("GET", "audit").key(&key),
                site.call("POST", "people").key(&key).json(json!({ "name": scope })),
                site.call("POST", "teams").key(&key).json(json!({ "name": scope })),
            ];
            for (call, status) in calls.into_iter().zip(expected) {
                assert_eq!(call.send().await.status, status, "{scope}");
            }
            assert_eq!(site.call("GET", "me").key(&key).send().await.status, 403);
        }
        let listed = site.call("GET", "keys").cookie(&admin).send().await;
        assert_eq!(listed.body["items"].as_array().map(Vec::len), Some(3));
        assert!(!listed.body.to_string().contains("secret"));
    }
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once_and_keeps_its_name_in_the_log() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let admin = site.sign_in(RITA).await;
        let body = json!({ "name": "Webshop", "scopes": ["admin"] });
        let made = site.call("POST", "keys").cookie(&admin).json(body).send().await;
        let key = made.body["secret"].as_str().expect("shown once").to_owned();
        site.call("POST", "teams").key(&key).json(json!({ "name": "Szerviz" })).send().await;
        let path = format!("keys/{}", made.id());
        assert_eq!(site.call("DELETE", &path).cookie(&admin).send().await.status, 204);
        assert_eq!(site.call("DELETE", &path).cookie(&admin).send().await.status, 404);
        assert_eq!(site.call("GET", "people").key(&key).send().await.status, 401);
        let log = site.call("GET", "audit?action=team.created").cookie(&admin).send().await;
        assert_eq!(log.body["items"][0]["actor"]["name"], "Webshop");
    }
}

#[tokio::test]
async fn a_write_key_is_nothing_else_and_only_the_command_line_gives_an_operators() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let admin = site.sign_in(RITA).await;
        for scopes in [json!(["operator"]), json!(["read", "intake"]), json!([]), json!(["root"])] {
            let body = json!({ "name": "x", "scopes": scopes });
            assert_eq!(
                site.call("POST", "keys").cookie(&admin).json(body).send().await.status,
                400,
                "{scopes}"
            );
        }
        let body = json!({ "name": "Webshop", "scopes": ["intake"] });
        let made = site.call("POST", "keys").cookie(&admin).json(body).send().await;
        assert_eq!(made.status, 201, "{}", made.body);
        let intake = made.body["secret"].as_str().expect("shown once");
        assert_eq!(site.call("GET", "people").key(intake).send().await.status, 401);
    }
}

#[tokio::test]
async fn no_secret_is_stored_where_it_can_be_read() {
    for site in Site::all().await {
        let created = site.workspace(RITA).await;
        let admin = site.sign_in(RITA).await;
        let post = || {
            let body = json!({ "name": "Webshop", "scopes": ["read"] });
            site.call("POST", "keys").cookie(&admin).header("idempotency-key", "k1").json(body).send()
        };
        let (first, second) = (post().await, post().await);
        let secret = first.body["secret"].as_str().expect("shown once").to_owned();
        assert!(second.replayed && second.body.get("secret").is_none());
        assert_eq!(first.id(), second.id());
        let token = admin.strip_prefix("__Host-kapocs=").expect("a token").to_owned();
        let system = created.caller();
        let stored = site.t.db.read(&system, |read| {
            let workspace = read.workspace();
            let mut texts = Vec::new();
            for sql in [
                "SELECT body FROM idempotency WHERE workspace_id = $1 AND body IS NOT NULL",
                "SELECT COALESCE(after_value, '') FROM audit WHERE workspace_id = $1",
                "SELECT payload FROM facts WHERE workspace_id = $1",
                "SELECT COALESCE(password_hash, '') FROM users WHERE workspace_id = $1",
            ] {
                for row in read.rows(sql, params![workspace])? {
                    texts.push(row.get::<String>(0)?);
                }
            }
            Ok(texts.join("\n"))
        });
        let stored = stored.await.expect("read");
        assert!(stored.contains("Webshop"));
        for secret in [&secret, &token, crate::test_db::PASSWORD] {
            assert!(!stored.contains(secret));
        }
    }
}

#[tokio::test]
async fn only_administrators_manage_keys() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let admin = site.sign_in(RITA).await;
        site.user(&admin, "lili@pelda.hu", Role::Lead).await;
        let lead = site.sign_in("lili@pelda.hu").await;
        assert_eq!(site.call("GET", "keys").cookie(&lead).send().await.status, 403);
        let body = json!({ "name": "x", "scopes": ["read"] });
        assert_eq!(site.call("POST", "keys").cookie(&lead).json(body).send().await.status, 403);
    }
}

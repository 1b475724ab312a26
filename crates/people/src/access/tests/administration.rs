use kernel::{Actor, Caller, Role, TeamId, UserId};
use serde_json::json;

use crate::{
    access::teams,
    test_db::{PASSWORD, Site},
};

const RITA: &str = "rita@pelda.hu";

#[tokio::test]
async fn each_role_may_what_the_table_says() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let admin = site.sign_in(RITA).await;
        let someone = site.user(&admin, "valaki@pelda.hu", Role::Agent).await;
        let person =
            site.call("POST", "people").cookie(&admin).json(json!({ "name": "Anna" })).send().await.id();
        let user = format!("users/{someone}");
        let person = format!("people/{person}");
        let timeline = format!("{person}/timeline");
        // method, path, body, the least role
        let table = [
            ("GET", "workspace", None, Role::Observer),
            ("GET", "users", None, Role::Observer),
            ("GET", user.as_str(), None, Role::Observer),
            ("GET", "teams", None, Role::Observer),
            ("GET", "people", None, Role::Observer),
            ("GET", person.as_str(), None, Role::Observer),
            ("GET", timeline.as_str(), None, Role::Observer),
            ("PATCH", person.as_str(), Some(json!({ "name": "Anna B." })), Role::Agent),
            ("POST", "people", Some(json!({ "name": "Béla" })), Role::Agent),
            ("PATCH", "workspace", Some(json!({ "send_undo_seconds": 5 })), Role::Administrator),
            ("PATCH", user.as_str(), Some(json!({ "name": "Valaki" })), Role::Administrator),
            (
                "POST",
                "users",
                Some(json!({ "name": "x", "email": "x", "role": "agent" })),
                Role::Administrator,
            ),
            ("POST", "teams", Some(json!({ "name": "" })), Role::Administrator),
            ("POST", "keys", Some(json!({ "name": "x", "scopes": [] })), Role::Administrator),
            ("GET", "keys", None, Role::Administrator),
            ("GET", "audit", None, Role::Administrator),
        ];
        for role in [Role::Observer, Role::Agent, Role::Lead, Role::Administrator] {
            let email = format!("{}@pelda.hu", role.as_str());
            site.user(&admin, &email, role).await;
            let cookie = site.sign_in(&email).await;
            for (method, path, body, least) in &table {
                let mut call = site.call(method, path).cookie(&cookie);
                if let Some(body) = body {
                    call = call.json(body.clone());
                }
                let forbidden = call.send().await.status == 403;
                assert_eq!(forbidden, role < *least, "{} {method} {path}", role.as_str());
            }
        }
        for (method, path, body, _) in &table {
            let mut call = site.call(method, path);
            if let Some(body) = body {
                call = call.json(body.clone());
            }
            assert_eq!(call.send().await.status, 401, "a stranger: {method} {path}");
        }
    }
}

#[tokio::test]
async fn a_new_role_works_without_signing_in_again() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let admin = site.sign_in(RITA).await;
        let kata = site.user(&admin, "kata@pelda.hu", Role::Agent).await;
        let cookie = site.sign_in("kata@pelda.hu").await;
        assert_eq!(site.call("GET", "audit").cookie(&cookie).send().await.status, 403);
        let path = format!("users/{kata}");
        for (role, status) in [("administrator", 200), ("observer", 403)] {
            site.call("PATCH", &path).cookie(&admin).json(json!({ "role": role })).send().await;
            assert_eq!(site.call("GET", "audit").cookie(&cookie).send().await.status, status);
        }
    }
}

#[tokio::test]
async fn a_disabled_user_is_signed_out_and_an_enabled_one_signs_in_again() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let admin = site.sign_in(RITA).await;
        let kata = site.user(&admin, "kata@pelda.hu", Role::Agent).await;
        let cookie = site.sign_in("kata@pelda.hu").await;
        let path = format!("users/{kata}");
        let disabled =
            site.call("PATCH", &path).cookie(&admin).json(json!({ "disabled": true })).send().await;
        assert!(disabled.body["disabled_at"].is_string());
        assert_eq!(site.call("GET", "me").cookie(&cookie).send().await.status, 401);
        let enabled =
            site.call("PATCH", &path).cookie(&admin).json(json!({ "disabled": false })).send().await;
        assert!(enabled.body["disabled_at"].is_null());
        assert_eq!(
            site.call("GET", "me").cookie(&cookie).send().await.status,
            401,
            "the old session stays ended"
        );
        site.sign_in("kata@pelda.hu").await;
    }
}

#[tokio::test]
async fn a_password_set_by_an_administrator_signs_the_user_out() {
    for site in Site::all().await {
        let created = site.workspace(RITA).await;
        let admin = site.sign_in(RITA).await;
        let kata = site.user(&admin, "kata@pelda.hu", Role::Agent).await;
        let cookie = site.sign_in("kata@pelda.hu").await;
        let body = json!({ "password": "tizenhét lila villamos" });
        let path = format!("users/{kata}");
        assert_eq!(site.call("PATCH", &path).cookie(&admin).json(body.clone()).send().await.status, 200);
        assert_eq!(site.call("GET", "me").cookie(&cookie).send().await.status, 401);
        assert_eq!(site.try_sign_in("kata@pelda.hu", PASSWORD).await.status, 401);
        let own = format!("users/{}", created.admin);
        let refused = site.call("PATCH", &own).cookie(&admin).json(body).send().await;
        assert_eq!(refused.status, 403, "one's own password needs the old one");
    }
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    for site in Site::all().await {
        let created = site.workspace(RITA).await;
        let admin = site.sign_in(RITA).await;
        let own = format!("users/{}", created.admin);
        for body in [json!({ "role": "lead" }), json!({ "disabled": true })] {
            let refused = site.call("PATCH", &own).cookie(&admin).json(body).send().await;
            assert_eq!(refused.code(), "last_administrator");
        }
        site.user(&admin, "zita@pelda.hu", Role::Administrator).await;
        let body = json!({ "role": "lead" });
        assert_eq!(site.call("PATCH", &own).cookie(&admin).json(body).send().await.status, 200);
        assert_eq!(site.call("GET", "audit").cookie(&admin).send().await.status, 403);
    }
}

#[tokio::test]
async fn a_users_address_is_theirs_alone() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let admin = site.sign_in(RITA).await;
        let body = json!({ "name": "Más", "email": "Rita@Pelda.hu", "role": "agent" });
        let refused = site.call("POST", "users").cookie(&admin).json(body).send().await;
        assert_eq!(
            (refused.code(), refused.body["error"]["field"].as_str()),
            ("already_exists", Some("email"))
        );
        let body = json!({ "name": "Más", "email": "nem cím", "role": "agent" });
        assert_eq!(site.call("POST", "users").cookie(&admin).json(body).send().await.code(), "invalid_email");
    }
}

#[tokio::test]
async fn a_team_has_members_and_goes_only_when_nothing_belongs_to_it() {
    for site in Site::all().await {
        let created = site.workspace(RITA).await;
        let admin = site.sign_in(RITA).await;
        let kata = site.user(&admin, "kata@pelda.hu", Role::Agent).await;
        let body = json!({ "name": "Szerviz", "private": true });
        let team = site.call("POST", "teams").cookie(&admin).json(body.clone()).send().await.id();
        assert_eq!(
            site.call("POST", "teams").cookie(&admin).json(body).send().await.code(),
            "already_exists"
        );
        let member = format!("teams/{team}/members/{kata}");
        for _ in 0..2 {
            assert_eq!(site.call("PUT", &member).cookie(&admin).send().await.status, 204);
        }
        let listed = site.call("GET", "teams").cookie(&admin).send().await;
        assert_eq!(listed.body["items"][0]["members"], json!([kata]));
        let user = site.call("GET", &format!("users/{kata}")).cookie(&admin).send().await;
        assert_eq!(user.body["teams"], json!([team]));
        let id: TeamId = team.parse().expect("an id");
        let conversation = crate::persons::tests::conversation(kernel::PersonId::new(), Some(id), 1);
        site.t.db.write(&created.caller(), move |tx| conversation.insert(tx)).await.expect("written");
        let path = format!("teams/{team}");
        let refused = site.call("DELETE", &path).cookie(&admin).send().await;
        assert_eq!(refused.code(), "in_use");
        assert_eq!(site.call("DELETE", &member).cookie(&admin).send().await.status, 204);
        let empty = json!({ "name": "Átmeneti" });
        let other = site.call("POST", "teams").cookie(&admin).json(empty).send().await.id();
        assert_eq!(site.call("DELETE", &format!("teams/{other}")).cookie(&admin).send().await.status, 204);
    }
}

#[tokio::test]
async fn a_private_team_is_hidden_from_everybody_but_its_members_and_administrators() {
    for site in Site::all().await {
        let created = site.workspace(RITA).await;
        let admin = site.sign_in(RITA).await;
        let kata: UserId = site.user(&admin, "kata@pelda.hu", Role::Agent).await.parse().expect("an id");
        let lili: UserId = site.user(&admin, "lili@pelda.hu", Role::Lead).await.parse().expect("an id");
        let body = json!({ "name": "Vezetőség", "private": true });
        let team: TeamId =
            site.call("POST", "teams").cookie(&admin).json(body).send().await.id().parse().expect("an id");
        site.call("POST", "teams").cookie(&admin).json(json!({ "name": "Szerviz" })).send().await;
        let member = format!("teams/{team}/members/{kata}");
        site.call("PUT", &member).cookie(&admin).send().await;
        let caller = |user, role| Caller { actor: Actor::User(user), role, ..created.caller() };
        let expected = [
            (caller(kata, Role::Agent), vec![]),
            (caller(lili, Role::Lead), vec![team]),
            // An open socket remembers the role of its beginning.
            (caller(lili, Role::Administrator), vec![team]),
            (caller(created.admin, Role::Administrator), vec![]),
            (Caller { role: Role::Observer, ..created.caller() }, vec![]),
        ];
        for (caller, hidden) in expected {
            assert_eq!(site.t.db.read(&caller, teams::hidden).await.expect("read"), hidden, "{caller:?}");
        }
    }
}

#[tokio::test]
async fn another_workspace_is_not_there() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let theirs = site.workspace("masik@pelda.hu").await;
        let (ours, other) = (site.sign_in(RITA).await, site.sign_in("masik@pelda.hu").await);
        let team = site.call("POST", "teams").cookie(&other).json(json!({ "name": "x" })).send().await.id();
        let person =
            site.call("POST", "people").cookie(&other).json(json!({ "name": "x" })).send().await.id();
        let body = json!({ "name": "x", "scopes": ["read"] });
        let key = site.call("POST", "keys").cookie(&other).json(body).send().await.id();
        let rename = || Some(json!({ "name": "mine now" }));
        let user = theirs.admin;
        let calls = [
            ("GET", format!("users/{user}"), None),
            ("PATCH", format!("users/{user}"), rename()),
            ("PATCH", format!("teams/{team}"), rename()),
            ("DELETE", format!("teams/{team}"), None),
            ("PUT", format!("teams/{team}/members/{user}"), None),
            ("DELETE", format!("keys/{key}"), None),
            ("GET", format!("people/{person}"), None),
            ("PATCH", format!("people/{person}"), rename()),
            ("GET", format!("people/{person}/timeline"), None),
        ];
        for (method, path, body) in calls {
            let mut call = site.call(method, &path).cookie(&ours);
            if let Some(body) = body {
                call = call.json(body);
            }
            assert_eq!(call.send().await.code(), "not_found", "{method} {path}");
        }
        let users = site.call("GET", "users").cookie(&ours).send().await;
        assert_eq!(users.body["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(site.call("GET", "teams").cookie(&ours).send().await.body["items"], json!([]));
        assert_eq!(site.call("GET", "people").cookie(&ours).send().await.body["items"], json!([]));
        let log = site.call("GET", "audit").cookie(&ours).send().await;
        assert_eq!(log.body["items"].as_array().map(Vec::len), Some(1), "only our own first user");
    }
}

#[tokio::test]
async fn every_administrative_act_is_in_the_log_with_before_and_after() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let admin = site.sign_in(RITA).await;
        let kata = site.user(&admin, "kata@pelda.hu", Role::Agent).await;
        let call = |method: &'static str, path: String, body: serde_json::Value| {
            site.call(method, &path).cookie(&admin).json(body).send()
        };
        call("PATCH", format!("users/{kata}"), json!({ "role": "lead" })).await;
        call("PATCH", format!("users/{kata}"), json!({ "password": "tizenhét lila villamos" })).await;
        call("PATCH", format!("users/{kata}"), json!({ "disabled": true })).await;
        call("PATCH", "workspace".into(), json!({ "name": "Csipke Zrt.", "send_undo_seconds": 20 })).await;
        let team = call("POST", "teams".into(), json!({ "name": "Szerviz" })).await.id();
        call("PATCH", format!("teams/{team}"), json!({ "private": true })).await;
        call("PUT", format!("teams/{team}/members/{kata}"), json!({})).await;
        call("DELETE", format!("teams/{team}/members/{kata}"), json!({})).await;
        call("DELETE", format!("teams/{team}"), json!({})).await;
        let key = call("POST", "keys".into(), json!({ "name": "Bolt", "scopes": ["read"] })).await.id();
        call("DELETE", format!("keys/{key}"), json!({})).await;
        call(
            "PUT",
            "me/password".into(),
            json!({ "current": PASSWORD, "password": "tizenhét lila villamos" }),
        )
        .await;

        let mut actions = Vec::new();
        let mut path = "audit?limit=5".to_owned();
        loop {
            let page = site.call("GET", &path).cookie(&admin).send().await.body;
            for entry in page["items"].as_array().expect("a list") {
                actions.push(entry["action"].as_str().expect("an action").to_owned());
            }
            let Some(next) = page["next"].as_str() else { break };
            path = format!("audit?limit=5&after={next}");
        }
        actions.reverse();
        assert_eq!(
            actions,
            [
                "user.created",
                "user.created",
                "user.changed",
                "user.password_changed",
                "user.disabled",
                "workspace.changed",
                "team.created",
                "team.changed",
                "team.member_added",
                "team.member_removed",
                "team.deleted",
                "key.created",
                "key.revoked",
                "user.password_changed",
            ]
        );
        let role = site.call("GET", "audit?action=user.changed").cookie(&admin).send().await.body;
        let entry = &role["items"][0];
        assert_eq!((&entry["before"]["role"], &entry["after"]["role"]), (&json!("agent"), &json!("lead")));
        assert_eq!(entry["target"], json!({ "kind": "user", "id": kata, "name": "kata@pelda.hu" }));
        assert_eq!(entry["actor"]["name"], "Bíró Rita");
        assert_eq!(entry["ip"], "127.0.0.1");
        let by = site.call("GET", &format!("audit?actor={kata}")).cookie(&admin).send().await.body;
        assert_eq!(by["items"], json!([]));
    }
}

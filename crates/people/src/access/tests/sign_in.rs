use std::time::Duration;

use kernel::{Role, SessionId};
use serde_json::json;

use crate::{
    access::sessions,
    test_db::{PASSWORD, Site},
};

const RITA: &str = "rita@pelda.hu";
const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::test]
async fn who_signs_in_is_told_who_they_are_and_has_a_new_session_each_time() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let first = site.try_sign_in(" RITA@pelda.hu ", PASSWORD).await;
        assert_eq!(first.status, 201);
        assert_eq!(first.body["name"], "Bíró Rita");
        assert_eq!(first.body["role"], "administrator");
        assert_eq!(first.body["workspace"]["name"], "Csipke Kft.");
        assert_eq!(first.body["theme"], "system");
        let second = site.sign_in(RITA).await;
        let first = first.cookie.expect("a session");
        assert_ne!(first, second);
        let sessions = site.call("GET", "me/sessions").cookie(&second).send().await;
        let current: Vec<_> = sessions.body["items"].as_array().expect("a list").iter().collect();
        assert_eq!(current.len(), 2);
        assert_eq!(current.iter().filter(|session| session["current"] == true).count(), 1);
        assert_eq!(site.call("GET", "session").cookie(&first).send().await.status, 200);
        let nobody = site.call("GET", "session").send().await;
        assert_eq!((nobody.status, nobody.body), (axum::http::StatusCode::OK, serde_json::Value::Null));
    }
}

#[tokio::test]
async fn a_wrong_password_an_unknown_address_and_a_disabled_account_get_one_answer() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let admin = site.sign_in(RITA).await;
        let user = site.user(&admin, "kata@pelda.hu", Role::Agent).await;
        let path = format!("users/{user}");
        site.call("PATCH", &path).cookie(&admin).json(json!({ "disabled": true })).send().await;
        let passwordless = json!({ "name": "Új", "email": "uj@pelda.hu", "role": "agent" });
        site.call("POST", "users").cookie(&admin).json(passwordless).send().await;
        let tries = [
            (RITA, "wrong password"),
            ("nobody@pelda.hu", PASSWORD),
            ("kata@pelda.hu", PASSWORD),
            ("uj@pelda.hu", ""),
            ("not an address", PASSWORD),
        ];
        let mut bodies = Vec::new();
        for (email, password) in tries {
            let answer = site.try_sign_in(email, password).await;
            assert_eq!(answer.status, 401, "{email}");
            assert!(answer.cookie.is_none());
            let mut error = answer.body["error"].clone();
            error.as_object_mut().expect("an error").remove("request_id");
            bodies.push(error);
        }
        assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "{bodies:?}");
    }
}

#[tokio::test]
async fn after_eleven_wrong_tries_even_the_right_password_has_to_wait() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        for n in 0..11 {
            let answer = site.try_sign_in(RITA, "wrong password").await;
            assert_eq!(answer.status, if n < 10 { 401 } else { 429 });
        }
        let right = site.try_sign_in(RITA, PASSWORD).await;
        assert_eq!(right.code(), "too_many_requests");
        let wait: u64 =
            right.body["error"]["detail"].as_str().and_then(|text| text.parse().ok()).expect("seconds");
        assert!((1..=30).contains(&wait));
    }
}

#[tokio::test]
async fn signing_in_often_and_rightly_is_not_limited_by_account() {
    let site = Site::all().await.remove(0);
    site.workspace(RITA).await;
    for _ in 0..15 {
        site.sign_in(RITA).await;
    }
}

#[tokio::test]
async fn one_address_cannot_try_account_after_account() {
    let site = Site::all().await.remove(0);
    site.workspace(RITA).await;
    let mut limited = 0;
    for n in 0..40 {
        let answer = site.try_sign_in(&format!("user{n}@pelda.hu"), "wrong password").await;
        limited += i32::from(answer.status == 429);
    }
    assert!(limited >= 15, "{limited}");
}

#[tokio::test]
async fn a_session_unused_for_twelve_hours_is_over() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let cookie = site.sign_in(RITA).await;
        site.pass(11 * HOUR);
        assert_eq!(site.call("GET", "me").cookie(&cookie).send().await.status, 200);
        site.pass(11 * HOUR);
        assert_eq!(site.call("GET", "me").cookie(&cookie).send().await.status, 200);
        site.pass(12 * HOUR + Duration::from_secs(1));
        assert_eq!(site.call("GET", "me").cookie(&cookie).send().await.status, 401);
    }
}

#[tokio::test]
async fn a_session_is_over_after_seven_days_however_busy() {
    for site in Site::all().await {
        let created = site.workspace(RITA).await;
        let cookie = site.sign_in(RITA).await;
        for _ in 0..16 {
            site.pass(10 * HOUR);
            assert_eq!(site.call("GET", "me").cookie(&cookie).send().await.status, 200);
        }
        site.pass(8 * HOUR + Duration::from_secs(1));
        assert_eq!(site.call("GET", "me").cookie(&cookie).send().await.status, 401);
        assert_eq!(site.t.db.system("sweep", sessions::sweep).await.expect("swept"), 1);
        let facts = site.t.db.read(&created.caller(), count_ended).await.expect("read");
        assert_eq!(facts, 1);
    }
}

fn count_ended(read: &mut store::Read<'_>) -> kernel::Result<i64> {
    let workspace = read.workspace();
    let sql = "SELECT COUNT(*) FROM facts WHERE workspace_id = $1 AND name = 'session.ended'";
    read.one(sql, store::params![workspace])?.get(0)
}

#[tokio::test]
async fn signing_out_ends_this_session_only() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let (here, there) = (site.sign_in(RITA).await, site.sign_in(RITA).await);
        let out = site.call("DELETE", "session").cookie(&here).send().await;
        assert_eq!(out.status, 204);
        assert_eq!(out.cookie.as_deref(), Some("__Host-kapocs="));
        assert_eq!(site.call("GET", "me").cookie(&here).send().await.status, 401);
        assert_eq!(site.call("GET", "me").cookie(&there).send().await.status, 200);
    }
}

#[tokio::test]
async fn a_user_ends_their_own_sessions_and_nobody_elses() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let rita = site.sign_in(RITA).await;
        site.user(&rita, "kata@pelda.hu", Role::Agent).await;
        let kata = site.sign_in("kata@pelda.hu").await;
        let list = site.call("GET", "me/sessions").cookie(&rita).send().await;
        let id = list.body["items"][0]["id"].as_str().expect("an id").to_owned();
        let path = format!("me/sessions/{id}");
        assert_eq!(site.call("DELETE", &path).cookie(&kata).send().await.status, 404);
        assert_eq!(site.call("DELETE", &path).cookie(&rita).send().await.status, 204);
        assert_eq!(site.call("GET", "me").cookie(&rita).send().await.status, 401);
        let unknown = format!("me/sessions/{}", SessionId::new());
        assert_eq!(site.call("DELETE", &unknown).cookie(&kata).send().await.status, 404);
    }
}

#[tokio::test]
async fn a_new_password_needs_the_old_one_and_ends_the_other_sessions() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let (here, there) = (site.sign_in(RITA).await, site.sign_in(RITA).await);
        let new = "tizenhét lila villamos";
        let put = |current: &str, password: &str| {
            let body = json!({ "current": current, "password": password });
            site.call("PUT", "me/password").cookie(&here).json(body)
        };
        assert_eq!(put("wrong password", new).send().await.code(), "wrong_credentials");
        assert_eq!(put(PASSWORD, "Jelszo123456").send().await.code(), "weak_password");
        assert_eq!(put(PASSWORD, new).send().await.status, 204);
        assert_eq!(site.call("GET", "me").cookie(&here).send().await.status, 200);
        assert_eq!(site.call("GET", "me").cookie(&there).send().await.status, 401);
        assert_eq!(site.try_sign_in(RITA, PASSWORD).await.status, 401);
        assert_eq!(site.try_sign_in(RITA, new).await.status, 201);
    }
}

#[tokio::test]
async fn a_session_token_that_is_not_ours_opens_nothing() {
    let site = Site::all().await.remove(0);
    site.workspace(RITA).await;
    let cookie = site.sign_in(RITA).await;
    let token = cookie.strip_prefix("__Host-kapocs=").expect("a token");
    let forged = ["", "x", &token[..token.len() - 1], &format!("{token}A"), &"A".repeat(43)];
    for forged in forged {
        let answer = site.call("GET", "me").cookie(&format!("__Host-kapocs={forged}")).send().await;
        assert_eq!(answer.status, 401, "{forged}");
        assert_eq!(site.call("GET", "me").key(forged).send().await.status, 401, "{forged}");
    }
}

#[tokio::test]
async fn my_settings_are_mine_and_stay() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let cookie = site.sign_in(RITA).await;
        let body = json!({
            "theme": "dark", "density": "compact", "single_keys": false, "signature": "Üdv, Rita",
            "availability": "away", "locale": "en", "time_zone": "Europe/London", "name": "Rita Bíró",
        });
        let patched = site.call("PATCH", "me").cookie(&cookie).json(body.clone()).send().await;
        assert_eq!(patched.status, 200, "{}", patched.body);
        let me = site.call("GET", "me").cookie(&cookie).send().await.body;
        for (field, value) in body.as_object().expect("fields") {
            assert_eq!(&me[field], value, "{field}");
        }
        for (bad, field) in
            [(json!({ "time_zone": "Mars/Olympus" }), "time_zone"), (json!({ "name": " " }), "name")]
        {
            let refused = site.call("PATCH", "me").cookie(&cookie).json(bad).send().await;
            assert_eq!(refused.body["error"]["field"], field);
            // The user's own language.
            assert_ne!(refused.body["error"]["message"], "Ez az érték nem érvényes.");
        }
        let unknown =
            site.call("PATCH", "me").cookie(&cookie).json(json!({ "role": "administrator" })).send().await;
        assert_eq!(unknown.code(), "invalid_json");
    }
}

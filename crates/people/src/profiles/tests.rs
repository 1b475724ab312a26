use kernel::{Caller, Timestamp};
use serde_json::json;

use crate::{
    persons::{IdentityKind, Sighting, sight},
    test_db::Site,
};

const RITA: &str = "rita@pelda.hu";

#[tokio::test]
async fn a_profile_is_found_by_a_value_that_leads_to_the_person_and_tells_no_other_value() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let cookie = site.sign_in(RITA).await;
        let anna = json!({ "name": "Árvai Anna", "email": "Anna@Example.com", "phone": "06 30 123 4567" });
        let made = site.call("POST", "people").cookie(&cookie).json(anna).send().await;
        let id = made.body["id"].as_str().expect("made").to_owned();
        let traits = json!({ "locale": "hu", "traits": { "size": 42, "email": "anna@example.com" } });
        site.call("PATCH", &format!("people/{id}")).cookie(&cookie).json(traits).send().await;
        for path in ["profiles/email/anna@example.COM", "profiles/phone/+36301234567"] {
            let found = site.call("GET", path).cookie(&cookie).send().await;
            assert_eq!(found.status, 200, "{path}: {}", found.body);
            assert_eq!(found.body["id"], json!(id));
            assert_eq!(found.body["name"], json!("Árvai Anna"));
            assert_eq!(found.body["traits"], json!({ "size": 42 }));
            assert_eq!(found.body["audiences"], json!([]));
            assert!(!found.body.to_string().contains("anna@"), "{}", found.body);
        }
        for (path, status) in [
            ("profiles/email/bela@example.com", 404),
            ("profiles/external/anna@example.com", 404),
            ("profiles/shoe/42", 404),
            ("profiles/email/nobody", 400),
        ] {
            assert_eq!(site.call("GET", path).cookie(&cookie).send().await.status, status, "{path}");
        }
    }
}

#[tokio::test]
async fn whoever_was_merged_is_found_under_both_addresses_as_one() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let cookie = site.sign_in(RITA).await;
        let mut ids = Vec::new();
        for email in ["anna@example.com", "anna@work.example"] {
            let made =
                site.call("POST", "people").cookie(&cookie).json(json!({ "email": email })).send().await;
            ids.push(made.body["id"].as_str().expect("made").to_owned());
        }
        let other = json!({ "person_id": ids[1] });
        let merged =
            site.call("POST", &format!("people/{}/merge", ids[0])).cookie(&cookie).json(other).send().await;
        assert_eq!(merged.status, 200, "{}", merged.body);
        let mut found = Vec::new();
        for email in ["anna@example.com", "anna@work.example"] {
            let profile = site.call("GET", &format!("profiles/email/{email}")).cookie(&cookie).send().await;
            found.push(profile.body["id"].clone());
        }
        assert_eq!(found[0], found[1]);
        assert!(ids.iter().any(|id| found[0] == json!(id)));
    }
}

#[tokio::test]
async fn a_browser_that_says_it_is_a_customers_is_not_told_who_they_are() {
    for site in Site::all().await {
        let made = site.workspace(RITA).await;
        let cookie = site.sign_in(RITA).await;
        let profile = async |path: &str| site.call("GET", path).cookie(&cookie).send().await.status;
        let seen = async |ids: &'static [(IdentityKind, &str)]| {
            let caller = Caller::system(made.workspace, "collect");
            let told = site.t.db.write(&caller, move |tx| {
                let ids: Vec<_> = ids.iter().map(|(kind, value)| (*kind, (*value).to_owned())).collect();
                let at = Timestamp(1_000_000);
                sight(tx, &Sighting { ids: &ids, at, message_id: "m", reason: "identify", source: "sdk" })
            });
            told.await.expect("seen");
        };
        seen(&[(IdentityKind::Anonymous, "mine")]).await;
        assert_eq!(profile("profiles/anonymous/mine").await, 200, "a browser of which nothing is known");
        seen(&[(IdentityKind::External, "victim"), (IdentityKind::Anonymous, "mine")]).await;
        assert_eq!(profile("profiles/external/victim").await, 200);
        assert_eq!(profile("profiles/anonymous/mine").await, 404);
    }
}

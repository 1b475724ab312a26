use serde_json::{Value as Json, json};

use crate::test_db::Site;

const RITA: &str = "rita@pelda.hu";

async fn search(site: &Site, cookie: &str, query: &str) -> Vec<String> {
    let found = site.call("GET", &format!("people?query={query}")).cookie(cookie).send().await;
    assert_eq!(found.status, 200, "{}", found.body);
    let name = |person: &Json| person["name"].as_str().unwrap_or_default().to_owned();
    found.body["items"].as_array().expect("a list").iter().map(name).collect()
}

#[tokio::test]
async fn people_are_found_by_name_address_and_number_without_accents() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let cookie = site.sign_in(RITA).await;
        let people = [
            json!({ "name": "Szűcs-Kőrösi Árpád", "email": "arpi@csipke.hu", "phone": "06 30 123 4567" }),
            json!({ "name": "Árvai Anna", "email": "anna@example.com" }),
            json!({ "name": "100% Kft_", "phone": "+44 20 7946 0958" }),
        ];
        for person in people {
            let made = site.call("POST", "people").cookie(&cookie).json(person).send().await;
            assert_eq!(made.status, 201, "{}", made.body);
        }
        let table = [
            ("korosi", vec!["Szűcs-Kőrösi Árpád"]),
            ("%C3%81rp", vec!["Szűcs-Kőrösi Árpád"]),
            ("arp%20szu", vec!["Szűcs-Kőrösi Árpád"]),
            ("ar", vec!["Árvai Anna", "Szűcs-Kőrösi Árpád"]),
            ("anna@ex", vec!["Árvai Anna"]),
            ("csipke.hu", vec!["Szűcs-Kőrösi Árpád"]),
            ("06-30%20123", vec!["Szűcs-Kőrösi Árpád"]),
            ("%2B3630", vec!["Szűcs-Kőrösi Árpád"]),
            ("2079", vec![]),
            ("004420", vec!["100% Kft_"]),
            ("100%25", vec!["100% Kft_"]),
            ("kft_", vec!["100% Kft_"]),
            ("%25", vec![]),
            ("_", vec![]),
            ("nna", vec![]),
            ("' OR 1=1 --", vec![]),
        ];
        for (query, expected) in table {
            let query = query.replace(' ', "%20").replace('\'', "%27");
            assert_eq!(search(&site, &cookie, &query).await, expected, "{query}");
        }
    }
}

#[tokio::test]
async fn a_list_of_people_is_paged_newest_first() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let cookie = site.sign_in(RITA).await;
        for n in 0..7 {
            site.call("POST", "people").cookie(&cookie).json(json!({ "name": format!("P{n}") })).send().await;
        }
        let mut names = Vec::new();
        let mut path = "people?limit=3".to_owned();
        loop {
            let page = site.call("GET", &path).cookie(&cookie).send().await.body;
            let items = page["items"].as_array().expect("a list");
            names.extend(items.iter().map(|person| person["name"].as_str().expect("a name").to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            path = format!("people?limit=3&after={next}");
        }
        assert_eq!(names, ["P6", "P5", "P4", "P3", "P2", "P1", "P0"]);
        let bad = site.call("GET", "people?after=nonsense").cookie(&cookie).send().await;
        assert_eq!(bad.code(), "invalid_cursor");
    }
}

#[tokio::test]
async fn an_address_that_is_somebodys_already_is_refused() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let cookie = site.sign_in(RITA).await;
        let post = |body: Json| site.call("POST", "people").cookie(&cookie).json(body).send();
        assert_eq!(post(json!({ "email": "anna@pelda.hu" })).await.status, 201);
        let again = post(json!({ "name": "Anna", "email": "Anna@pelda.hu" })).await;
        assert_eq!((again.code(), again.body["error"]["field"].as_str()), ("already_exists", Some("email")));
        assert_eq!(post(json!({ "email": "not an address" })).await.code(), "invalid_email");
        assert_eq!(post(json!({})).await.code(), "required");
        assert_eq!(post(json!({ "name": "x", "vip": true })).await.code(), "invalid_json");
        assert_eq!(search(&site, &cookie, "").await.len(), 1, "what was refused left nothing");
    }
}

#[tokio::test]
async fn a_person_is_changed_field_by_field() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let cookie = site.sign_in(RITA).await;
        let body = json!({ "name": "Anna", "phone": "06301234567" });
        let made = site.call("POST", "people").cookie(&cookie).json(body).send().await;
        let path = format!("people/{}", made.id());
        let patch = |body: Json| site.call("PATCH", &path).cookie(&cookie).json(body).send();
        let traits = patch(json!({ "traits": { "vip": true, "size": "M" }, "locale": "hu" })).await.body;
        assert_eq!((&traits["name"], &traits["locale"]), (&json!("Anna"), &json!("hu")));
        let traits = patch(json!({ "traits": { "size": null } })).await.body;
        assert_eq!(traits["traits"], json!({ "vip": true }));
        let phone = patch(json!({ "phone": "+36 20 765 4321" })).await.body;
        assert_eq!(phone["phone"], "+36 20 765 4321");
        assert_eq!(phone["identities"].as_array().map(Vec::len), Some(1));
        let emptied = patch(json!({ "name": null, "phone": null, "locale": null })).await.body;
        assert_eq!(
            (&emptied["name"], &emptied["phone"], &emptied["locale"]),
            (&Json::Null, &Json::Null, &Json::Null)
        );
        assert_eq!(patch(json!({ "phone": "hello" })).await.body["error"]["field"], "phone");
        assert!(search(&site, &cookie, "anna").await.is_empty());
        let timeline =
            site.call("GET", &format!("{path}/timeline?limit=1")).cookie(&cookie).send().await.body;
        assert_eq!(timeline["items"][0]["name"], "person.changed");
        assert_eq!(timeline["items"][0]["actor"]["name"], "Bíró Rita");
        let next = timeline["next"].as_str().expect("more").to_owned();
        let rest =
            site.call("GET", &format!("{path}/timeline?after={next}")).cookie(&cookie).send().await.body;
        assert_eq!(
            rest["items"].as_array().and_then(|items| items.last()).map(|one| &one["name"]),
            Some(&json!("person.created"))
        );
        assert_eq!(rest["next"], Json::Null);
    }
}

#[tokio::test]
async fn persons_are_made_one_after_a_preview_and_taken_apart_to_what_they_were() {
    for site in Site::all().await {
        site.workspace(RITA).await;
        let cookie = site.sign_in(RITA).await;
        let mut ids = Vec::new();
        for (name, email) in [("Kovács Anna", "anna@pelda.hu"), ("K. Anna", "anna.kovacs@ceg.hu")] {
            let made =
                site.call("POST", "people").cookie(&cookie).json(json!({ "name": name, "email": email }));
            ids.push(made.send().await.body["id"].as_str().expect("an id").to_owned());
        }
        let read = async |path: String| site.call("GET", &path).cookie(&cookie).send().await.body;
        let before = [read(format!("people/{}", ids[0])).await, read(format!("people/{}", ids[1])).await];
        let merge = async |preview: bool| {
            let wanted = json!({ "person_id": ids[1], "preview": preview });
            let done = site.call("POST", &format!("people/{}/merge", ids[0])).cookie(&cookie).json(wanted);
            done.send().await
        };
        let seen = merge(true).await;
        assert_eq!(seen.status, 200, "{}", seen.body);
        assert_eq!(seen.body["person"]["identities"].as_array().map(Vec::len), Some(2));
        assert_eq!(read(format!("people/{}", ids[1])).await, before[1], "a preview changes nothing");

        let done = merge(false).await;
        let edge = done.body["edge"].as_i64().expect("the reason");
        let graph = read(format!("people/{}/graph", ids[1])).await;
        assert_eq!(graph["homes"].as_array().map(Vec::len), Some(2), "{graph}");
        let why = &graph["edges"][0];
        assert_eq!((why["reason"].as_str(), why["state"].as_str()), (Some("agent"), Some("joins")));
        assert_eq!(why["by"]["kind"], "user");

        let change = async |retracted: bool| {
            let wanted = json!({ "edges": [edge], "retracted": retracted });
            let done = site.call("PATCH", &format!("people/{}/edges", ids[0])).cookie(&cookie).json(wanted);
            done.send().await
        };
        let apart = change(true).await;
        assert_eq!(apart.body["people"].as_array().map(Vec::len), Some(2), "{}", apart.body);
        for (id, was) in ids.iter().zip(&before) {
            assert_eq!(read(format!("people/{id}")).await, *was);
        }
        assert_eq!(change(true).await.status, 409, "what is taken back is taken back");
        let graph = read(format!("people/{}/graph", ids[0])).await;
        assert_eq!(graph["edges"][0]["state"], "retracted");
        assert_eq!(graph["edges"][0]["somebody_else"]["id"], ids[1].as_str());
        assert_eq!(change(false).await.body["people"].as_array().map(Vec::len), Some(1), "one again");
        let foreign = json!({ "edges": [edge + 1], "retracted": true });
        let refused = site.call("PATCH", &format!("people/{}/edges", ids[0])).cookie(&cookie).json(foreign);
        assert_eq!(refused.send().await.status, 404);
    }
}

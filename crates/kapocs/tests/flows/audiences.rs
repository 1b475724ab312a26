//! Live audiences: people enter and leave by what they do, by what is true of them, and by time alone.

use std::{collections::BTreeMap, time::Duration};

use kernel::{Caller, Clock};
use serde_json::{Value as Json, json};
use testkit::{Client, Engine, TestApp, on_both_engines, text, until};

use crate::sdk::Sdk;

on_both_engines! {
    who_orders_enters_and_leaves_when_the_window_has_passed
    what_did_not_happen_matures_and_says_why
    publishing_asks_everybody_and_an_edit_asks_them_again
    one_person_of_two_pasts_enters_once
    people_parted_again_are_each_where_their_own_facts_put_them
    an_audience_of_an_audience_follows_it_and_keeps_it_from_being_deleted
    a_condition_that_makes_no_sense_is_refused_with_its_place
    published_and_edited_while_events_pour_in_everybody_is_where_their_facts_put_them
}

const HOUR: Duration = Duration::from_secs(3_600);

struct Shop {
    app: TestApp,
    sdk: Sdk,
    sent: std::cell::Cell<u32>,
}

impl Shop {
    fn open(engine: Engine) -> Self {
        let app = TestApp::start_at(engine, Clock::manual(kernel::Timestamp::from_seconds(1_790_000_000)));
        let sdk = Sdk::new(&app);
        Self { app, sdk, sent: std::cell::Cell::new(0) }
    }

    fn calls(&self, calls: &[Json]) {
        let numbered: Vec<Json> = calls
            .iter()
            .map(|call| {
                self.sent.set(self.sent.get() + 1);
                let mut call = call.clone();
                call["messageId"] = json!(format!("m-{}", self.sent.get()));
                call
            })
            .collect();
        self.sdk.batch(&json!(numbered));
    }

    fn did(&self, user: &str, event: &str, properties: Json) {
        self.calls(&[json!({ "type": "track", "userId": user, "event": event, "properties": properties })]);
    }

    fn is(&self, user: &str, traits: Json) {
        self.calls(&[json!({ "type": "identify", "userId": user, "traits": traits })]);
    }

    /// A live audience; waits until everybody was asked.
    fn audience(&self, name: &str, condition: &str) -> String {
        let made = self.app.post("audiences", json!({ "name": name, "text": condition }));
        let id = text(&made["id"]);
        self.app.post(&format!("audiences/{id}/publication"), Json::Null);
        self.filled(&id);
        id
    }

    fn filled(&self, id: &str) {
        until("everybody was asked", || {
            (self.app.get(&format!("audiences/{id}"))["filling"] == false).then_some(())
        });
    }

    fn person(&self, user: &str) -> String {
        let found = self.app.get(&format!("people?query={user}"));
        text(&found["items"][0]["id"])
    }

    /// Waits until these are in it, by their user ids.
    #[track_caller]
    fn holds(&self, audience: &str, users: &[&str]) {
        let mut wanted: Vec<String> = users.iter().map(|user| self.person(user)).collect();
        wanted.sort();
        until(&format!("{users:?} are in it"), || (members(&self.app, audience) == wanted).then_some(()));
        assert_eq!(self.app.get(&format!("audiences/{audience}"))["members"], wanted.len());
    }

    /// What a person's timeline says of entering and leaving, the oldest first.
    fn told(&self, user: &str) -> Vec<(String, String)> {
        let path = format!("people/{}/timeline?limit=200", self.person(user));
        let items = self.app.get(&path)["items"].as_array().unwrap().clone();
        let of = |item: &Json| (text(&item["name"]), text(&item["payload"]["because"]));
        items.iter().rev().filter(|item| text(&item["name"]).starts_with("audience.")).map(of).collect()
    }
}

fn members(app: &Client, audience: &str) -> Vec<String> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let page = app.get(&format!("audiences/{audience}/members?limit=200{after}"));
        all.extend(page["items"].as_array().unwrap().iter().map(|member| text(&member["id"])));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    all.sort();
    all
}

fn pair(name: &str, because: &str) -> (String, String) {
    (name.to_owned(), because.to_owned())
}

fn who_orders_enters_and_leaves_when_the_window_has_passed(engine: Engine) {
    let shop = Shop::open(engine);
    let big = r#"did "Order Completed" at least 2 times in the last 1 hour where total > 1000"#;
    let id = shop.audience("Big spenders", big);
    shop.did("anna", "Order Completed", json!({ "total": 5_000 }));
    shop.did("anna", "Order Completed", json!({ "total": 10 }));
    shop.did("bela", "Order Completed", json!({ "total": 9_000 }));
    shop.did("anna", "Order Completed", json!({ "total": 1_001 }));
    shop.holds(&id, &["anna"]);
    shop.app.advance(HOUR - Duration::from_secs(1));
    shop.did("bela", "Page", json!({}));
    shop.holds(&id, &["anna"]);
    shop.app.advance(Duration::from_secs(1));
    shop.holds(&id, &[]);
    assert_eq!(shop.told("anna"), [pair("audience.entered", "fact"), pair("audience.left", "time")]);
    assert_eq!(shop.told("bela"), []);
}

fn what_did_not_happen_matures_and_says_why(engine: Engine) {
    let mut shop = Shop::open(engine);
    let text =
        r#"in order (did "Checkout Started", did not "Order Completed" within 1 hour) in the last 1 day"#;
    let id = shop.audience("Left the cart", text);
    shop.did("anna", "Checkout Started", json!({}));
    shop.did("bela", "Checkout Started", json!({}));
    shop.app.advance(HOUR / 2);
    shop.did("bela", "Order Completed", json!({ "total": 1 }));
    shop.holds(&id, &[]);
    let why = shop.app.get(&format!("audiences/{id}/people/{}", shop.person("anna")));
    assert_eq!(why["holds"], false, "{why}");
    assert!(why["changes_at"].is_string(), "the next moment of change is known: {why}");
    // The timer outlives the program.
    shop.app.restart();
    shop.app.advance(HOUR / 2 + Duration::from_secs(1));
    shop.holds(&id, &["anna"]);
    let why = shop.app.get(&format!("audiences/{id}/people/{}", shop.person("anna")));
    assert_eq!(
        (&why["holds"], why["because"]["sequence"]["reached"].as_array().unwrap().len()),
        (&json!(true), 2),
        "{why}"
    );
    shop.app.advance(24 * HOUR);
    shop.holds(&id, &[]);
    assert_eq!(shop.told("anna"), [pair("audience.entered", "time"), pair("audience.left", "time")]);
}

fn publishing_asks_everybody_and_an_edit_asks_them_again(engine: Engine) {
    let shop = Shop::open(engine);
    for user in ["anna", "bela", "cili"] {
        shop.is(user, json!({ "country": if user == "cili" { "AT" } else { "HU" } }));
        shop.did(user, "Order Completed", json!({ "total": 100 }));
    }
    let tried = json!({ "text": r#"country is "HU""# });
    let preview = shop.app.post("audience-previews", tried);
    assert_eq!(
        (&preview["matching"], preview["sample"].as_array().unwrap().len()),
        (&json!(2), 2),
        "{preview}"
    );
    let id = shop.audience("Home", r#"all of (country is "HU", did "Order Completed")"#);
    shop.holds(&id, &["anna", "bela"]);
    shop.app.patch(&format!("audiences/{id}"), json!({ "text": r#"country is "AT""# }));
    shop.filled(&id);
    shop.holds(&id, &["cili"]);
    assert_eq!(
        shop.told("anna"),
        [pair("audience.entered", "publication"), pair("audience.left", "publication")]
    );
    shop.is("anna", json!({ "country": "AT" }));
    shop.holds(&id, &["anna", "cili"]);
    assert_eq!(
        shop.app.get(&format!("people/{}/audiences", shop.person("anna")))["items"][0]["name"],
        "Home"
    );
    shop.app.delete(&format!("audiences/{id}/publication"));
    shop.holds(&id, &[]);
    shop.is("bela", json!({ "country": "AT" }));
    let other = shop.audience("Austria", r#"country is "AT""#);
    shop.holds(&other, &["anna", "bela", "cili"]);
    shop.holds(&id, &[]);
}

fn one_person_of_two_pasts_enters_once(engine: Engine) {
    let shop = Shop::open(engine);
    let twice = shop.audience("Twice", r#"did "Order Completed" at least 2 times"#);
    let once = shop.audience("Once", r#"did "Order Completed" exactly 1 time"#);
    let anonymous = json!({ "type": "track", "anonymousId": "cookie-1", "event": "Order Completed" });
    shop.calls(&[anonymous]);
    shop.did("anna", "Order Completed", json!({}));
    until("both are in it", || (members(&shop.app, &once).len() == 2).then_some(()));
    shop.calls(&[json!({ "type": "identify", "userId": "anna", "anonymousId": "cookie-1" })]);
    shop.holds(&twice, &["anna"]);
    shop.holds(&once, &[]);
    let told = shop.told("anna");
    let of = |name: &str| told.iter().filter(|(told, _)| told == name).count();
    assert_eq!((of("audience.entered"), of("audience.left")), (3, 1), "{told:?}");
    assert!(told.contains(&pair("audience.entered", "person.merged")), "a merge is named as one: {told:?}");
}

fn people_parted_again_are_each_where_their_own_facts_put_them(engine: Engine) {
    let shop = Shop::open(engine);
    let twice = shop.audience("Twice", r#"did "Order Completed" at least 2 times"#);
    let once = shop.audience("Once", r#"did "Order Completed" exactly 1 time"#);
    shop.calls(&[json!({ "type": "track", "anonymousId": "cookie-1", "event": "Order Completed" })]);
    shop.did("anna", "Order Completed", json!({}));
    shop.calls(&[json!({ "type": "identify", "userId": "anna", "anonymousId": "cookie-1" })]);
    shop.holds(&twice, &["anna"]);
    let path = format!("people/{}/timeline?limit=200", shop.person("anna"));
    let items = shop.app.get(&path)["items"].as_array().unwrap().clone();
    let merged = items.iter().find(|item| item["name"] == "person.merged").unwrap();
    let edge = merged["payload"]["edge"].as_i64().unwrap();
    let workspace = text(&shop.app.get("workspace")["id"]).parse().unwrap();
    let (db, caller) = (shop.app.running().app.db.clone(), Caller::system(workspace, "test"));
    let parted = async move { db.write(&caller, move |tx| people::persons::retract(tx, edge)).await };
    shop.app.block_on(parted).unwrap();
    until("each is in it again", || (members(&shop.app, &once).len() == 2).then_some(()));
    until("nobody did it twice", || members(&shop.app, &twice).is_empty().then_some(()));
}

fn an_audience_of_an_audience_follows_it_and_keeps_it_from_being_deleted(engine: Engine) {
    let shop = Shop::open(engine);
    let vip = shop.audience("VIP", r#"did "Order Completed" in the last 1 hour"#);
    let silent = shop.audience("Silent VIP", r#"all of (in audience "VIP", did not page.viewed)"#);
    shop.did("anna", "Order Completed", json!({}));
    shop.holds(&silent, &["anna"]);
    let (status, refused) = shop.app.api("DELETE", &format!("audiences/{vip}"), Json::Null);
    assert_eq!((status, refused["error"]["code"].as_str()), (409, Some("in_use")));
    assert_eq!(shop.app.get(&format!("audiences/{vip}"))["used_by"], json!(["Silent VIP"]));
    let circle = json!({ "text": r#"in audience "Silent VIP""# });
    assert_eq!(
        shop.app.api("PATCH", &format!("audiences/{vip}"), circle).0,
        400,
        "no audience is its own condition"
    );
    shop.app.advance(HOUR);
    shop.holds(&silent, &[]);
    shop.app.delete(&format!("audiences/{silent}"));
    shop.app.delete(&format!("audiences/{vip}"));
    assert_eq!(shop.app.get("audiences")["items"], json!([]));
}

fn a_condition_that_makes_no_sense_is_refused_with_its_place(engine: Engine) {
    let shop = Shop::open(engine);
    let refused = |body: Json| {
        let (status, answer) = shop.app.api("POST", "audiences", body);
        (status, text(&answer["error"]["field"]), answer["error"]["detail"].to_string())
    };
    let (status, field, detail) = refused(json!({ "name": "x", "text": "country is" }));
    assert_eq!((status, field.as_str()), (400, "text"));
    assert!(detail.contains("character 11"), "where it stops making sense: {detail}");
    let (status, field, _) = refused(json!({ "name": "x", "condition": { "count": { "of": 1 } } }));
    assert_eq!((status, field.as_str()), (400, "condition"));
    let (status, field, _) = refused(json!({ "name": "x", "text": "did audience.entered" }));
    assert_eq!((status, field.as_str()), (400, "condition"), "it would never come to rest");
    let (status, field, _) = refused(json!({ "name": "x" }));
    assert_eq!((status, field.as_str()), (400, "condition"));
    shop.audience("VIP", r#"did "Order Completed""#);
    let (status, field, _) = refused(json!({ "name": "VIP", "text": r#"did "Refund""# }));
    assert_eq!((status, field.as_str()), (409, "name"), "a condition that names it means one of them");
}

fn published_and_edited_while_events_pour_in_everybody_is_where_their_facts_put_them(engine: Engine) {
    const PEOPLE: usize = 60;
    let shop = Shop::open(engine);
    let condition =
        r#"all of (did "A" at least 2 times in the last 1 hour, did not "B" in the last 30 minutes)"#;
    let made = shop.app.post("audiences", json!({ "name": "Storm", "text": condition }));
    let id = text(&made["id"]);
    for round in 0..40usize {
        let calls: Vec<Json> = (0..25)
            .map(|n| {
                let who = (round * 7 + n * 13) % PEOPLE;
                let what = if (round + n * n) % 5 == 0 { "B" } else { "A" };
                json!({ "type": "track", "userId": format!("u{who:02}"), "event": what })
            })
            .collect();
        shop.calls(&calls);
        match round {
            8 => drop(shop.app.post(&format!("audiences/{id}/publication"), Json::Null)),
            16 => {
                let other = json!({ "text": r#"did "A" at least 3 times in the last 1 hour"# });
                shop.app.patch(&format!("audiences/{id}"), other);
            }
            24 => drop(shop.app.patch(&format!("audiences/{id}"), json!({ "text": condition }))),
            _ => {}
        }
        shop.app.advance(Duration::from_secs(97));
    }
    shop.filled(&id);
    let people: Vec<String> = (0..PEOPLE).map(|who| shop.person(&format!("u{who:02}"))).collect();
    let why = |person: &&String| shop.app.get(&format!("audiences/{id}/people/{person}"))["holds"] == true;
    let mut wanted: Vec<String> = people.iter().filter(why).cloned().collect();
    wanted.sort();
    until("everybody is where their facts put them", || (members(&shop.app, &id) == wanted).then_some(()));
    assert!(!wanted.is_empty() && wanted.len() < PEOPLE, "some are in, some are not");
    // Nobody entered twice without leaving, nobody left without having entered.
    let mut inside: BTreeMap<usize, bool> = BTreeMap::new();
    for (who, person) in people.iter().enumerate() {
        for (name, because) in shop.told(&format!("u{who:02}")) {
            let was = inside.insert(who, name == "audience.entered").unwrap_or(false);
            assert_ne!(was, name == "audience.entered", "u{who} {name} {because}");
        }
        assert_eq!(inside.get(&who).copied().unwrap_or(false), wanted.contains(person));
    }
}

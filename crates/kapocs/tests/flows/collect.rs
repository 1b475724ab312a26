//! What SDKs send, over the wire: once, in its place, with its reason when refused.

use std::io::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value as Json, json};
use testkit::{Credential, Engine, TestApp, on_both_engines, text};

use crate::sdk::Sdk;

on_both_engines! {
    a_batch_sent_twice_and_at_once_is_on_the_timeline_once
    bodies_are_understood_however_they_are_labelled
    what_cannot_be_worked_is_told_and_set_aside_and_its_neighbours_go_on
    a_write_key_reads_nobody_and_another_key_writes_nothing
    a_visitor_who_signs_in_brings_their_past_and_their_devices_clock_is_corrected
    a_pixel_always_answers_with_a_picture
}

fn now(seconds: i64) -> String {
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds);
    at.to_string()
}

fn person(app: &TestApp, query: &str) -> Json {
    let found = app.get(&format!("people?query={query}"));
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
    found["items"][0].clone()
}

fn timeline(app: &TestApp, person: &Json) -> Vec<Json> {
    let id = text(&person["id"]);
    app.get(&format!("people/{id}/timeline?limit=200"))["items"].as_array().unwrap().clone()
}

fn track(number: usize, user: &str) -> Json {
    json!({ "type": "track", "event": "Product Viewed", "userId": user, "messageId": format!("m-{number}"),
        "properties": { "sku": number }, "timestamp": now(-5) })
}

fn a_batch_sent_twice_and_at_once_is_on_the_timeline_once(engine: Engine) {
    let app = TestApp::start(engine);
    let sdk = Sdk::new(&app);
    let calls: Json = (0..50).map(|number| track(number, "anna")).collect();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| sdk.batch(&calls));
        }
    });
    sdk.batch(&json!([track(0, "anna"), track(50, "anna"), track(50, "anna")]));
    let anna = person(&app, "anna");
    let events = timeline(&app, &anna);
    assert_eq!(events.iter().filter(|item| item["name"] == "event:Product Viewed").count(), 51);
}

fn bodies_are_understood_however_they_are_labelled(engine: Engine) {
    let app = TestApp::start(engine);
    let sdk = Sdk::new(&app);
    let mut zipped = GzEncoder::new(Vec::new(), Compression::fast());
    zipped.write_all(json!({ "batch": [track(1, "anna")] }).to_string().as_bytes()).unwrap();
    let zipped = zipped.finish().unwrap();
    assert_eq!(sdk.send("/v1/batch", "application/x-www-form-urlencoded", &zipped).0, 200);
    assert_eq!(sdk.send("/v1/t", "text/plain", track(2, "anna").to_string().as_bytes()).0, 200);
    assert_eq!(sdk.send("/v1/track", "application/json", track(3, "anna").to_string().as_bytes()).0, 200);
    let mut traits_in_context =
        json!({ "type": "identify", "userId": "anna", "messageId": "m-4", "anonymousId": null });
    traits_in_context["context"] =
        json!({ "traits": { "plan": "gold", "firstName": "Anna", "lastName": "Kovács" } });
    assert_eq!(sdk.send("/v1/identify", "application/json", traits_in_context.to_string().as_bytes()).0, 200);
    let anna = person(&app, "anna");
    assert_eq!((&anna["name"], &anna["traits"]["plan"]), (&json!("Anna Kovács"), &json!("gold")));
    assert_eq!(timeline(&app, &anna).iter().filter(|item| item["name"] == "event:Product Viewed").count(), 3);
}

fn what_cannot_be_worked_is_told_and_set_aside_and_its_neighbours_go_on(engine: Engine) {
    let app = TestApp::start(engine);
    let sdk = Sdk::new(&app);
    let answer = sdk.batch(&json!([
        track(1, "anna"),
        { "type": "track", "event": "Nobody's", "messageId": "m-2" },
        { "type": "dance", "userId": "anna", "messageId": "m-3" },
        { "type": "track", "userId": "anna", "messageId": "m-4" },
        track(5, "anna"),
    ]));
    let codes: Vec<_> = answer["rejected"].as_array().unwrap().iter().map(|one| text(&one["code"])).collect();
    assert_eq!(codes, ["no_user_anon_id", "unknown_type", "no_event"]);
    let refused = app.get("collection/refused");
    assert_eq!(refused["items"].as_array().unwrap().len(), 3, "{refused}");
    assert!(text(&refused["items"][2]["body"]).contains("Nobody's"));
    let seen = app.get("collection/recent");
    let outcomes: Vec<_> = seen.as_array().unwrap().iter().map(|call| text(&call["outcome"])).collect();
    assert_eq!(outcomes, ["accepted", "refused", "refused", "refused", "accepted"]);
    assert_eq!(timeline(&app, &person(&app, "anna")).len(), 3, "met, and two events");
    for (body, status) in [(&b"{"[..], 400), (b"{\"batch\":[]}", 400), (b"{\"batch\":5}", 400)] {
        let (got, answer) = sdk.send("/v1/batch", "application/json", body);
        assert_eq!(got, status, "{answer}");
        assert!(answer["code"].is_string() && answer["message"].is_string(), "{answer}");
    }
}

fn a_write_key_reads_nobody_and_another_key_writes_nothing(engine: Engine) {
    let app = TestApp::start(engine);
    let bearer = app.caller(Credential::Bearer(app.write_key()));
    for path in ["people", "conversations", "collection/recent", "channels"] {
        assert_eq!(bearer.api("GET", path, Json::Null).0, 401, "{path}");
    }
    let mut sdk = Sdk::new(&app);
    for wrong in ["Basic bm9ib2R5Og==", "Basic !!", "Basic ", "Bearer x"] {
        sdk.basic = wrong.to_owned();
        let (status, answer) = sdk.send("/v1/track", "text/plain", track(1, "anna").to_string().as_bytes());
        assert_eq!((status, answer["code"].as_str()), (401, Some("unauthenticated")), "{answer}");
    }
    assert_eq!(app.get("people")["items"], json!([]));
}

fn a_visitor_who_signs_in_brings_their_past_and_their_devices_clock_is_corrected(engine: Engine) {
    let app = TestApp::start(engine);
    let sdk = Sdk::new(&app);
    // The device is an hour fast.
    let body = json!({ "sentAt": now(3_600), "batch": [
        { "type": "page", "name": "Home", "anonymousId": "b-1", "messageId": "p-1", "timestamp": now(3_590) },
        { "type": "identify", "userId": "anna", "anonymousId": "b-1", "messageId": "i-1", "timestamp": now(3_595),
          "traits": { "email": "anna@vevo.example", "plan": "gold" } },
        { "type": "identify", "userId": "bela", "anonymousId": "b-1", "messageId": "i-2", "timestamp": now(3_596) },
    ] });
    assert_eq!(sdk.send("/v1/batch", "application/json", body.to_string().as_bytes()).0, 200);
    let anna = person(&app, "anna");
    assert_eq!(anna["email"], "anna@vevo.example");
    let page =
        timeline(&app, &anna).into_iter().find(|item| item["name"] == "page.viewed").expect("her past");
    let at: jiff::Timestamp = text(&page["at"]).parse().unwrap();
    let late = jiff::Timestamp::now().duration_since(at).as_secs();
    assert!((5..120).contains(&late), "{late} s ago");
    let bela = person(&app, "bela");
    assert!(
        timeline(&app, &bela).iter().all(|item| item["name"] != "page.viewed"),
        "nothing of Anna's is his"
    );
    let seen = app.get("collection/recent");
    assert_eq!(seen[2]["warnings"], json!(["merge_refused_external"]));
}

fn a_pixel_always_answers_with_a_picture(engine: Engine) {
    let app = TestApp::start(engine);
    let sdk = Sdk::new(&app);
    let key = app.write_key();
    let data =
        STANDARD.encode(json!({ "writeKey": key, "userId": "anna", "event": "Email Opened" }).to_string());
    let data = data.replace('+', "%2B").replace('=', "%3D").replace('/', "%2F");
    for path in [
        format!("/v1/pixel/track?data={data}"),
        format!("/pixel/v1/track?writeKey={key}&userId=anna&event=Email+Opened&context.ip=1.2.3.4"),
        "/v1/pixel/track?data=nonsense".to_owned(),
    ] {
        let answer = sdk.client.raw("GET", &path, &[], b"");
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("image/gif")), "{path}");
    }
    let opened = timeline(&app, &person(&app, "anna"));
    assert_eq!(opened.iter().filter(|item| item["name"] == "event:Email Opened").count(), 2);
}

//! The tracking plan over the wire: what becomes of calls that are not as planned, and what the numbers say of it.

use std::time::Duration;

use kernel::{Clock, Timestamp};
use serde_json::{Value as Json, json};
use testkit::{Engine, TestApp, on_both_engines, text};

use crate::sdk::Sdk;

on_both_engines! {
    a_plan_changes_what_becomes_of_calls_of_three_dialects
    what_was_set_aside_is_worked_once_with_its_own_time_when_the_plan_is_mended
    two_who_work_the_same_calls_at_once_work_each_once
    a_plan_that_changes_under_load_loses_and_doubles_nothing
    after_a_restart_the_plan_holds_and_what_waited_can_be_worked
    a_plan_is_proposed_from_what_came_and_taken_up_event_by_event
    retired_events_are_switched_off_in_the_settings_that_sdks_ask_for
    the_numbers_of_a_day_say_what_came_and_lead_to_the_calls
    a_plan_goes_out_and_in_as_a_file
    events_without_end_do_not_make_numbers_without_end
    one_call_that_can_never_be_worked_stops_none_of_its_neighbours
    names_of_any_length_and_kind_are_taken_and_wait_and_are_worked
    a_call_that_waits_is_known_as_long_and_is_never_two_facts
    two_who_change_the_plan_at_once_take_nothing_back_from_one_another
    an_event_of_the_plan_that_cannot_be_read_stops_no_call
    what_the_plan_knows_is_told_first_of_what_waits
    an_import_keeps_what_its_file_says_nothing_of
}

const ORDER: &str = "Order Completed";

fn order(schema: Json, mode: &str) -> Json {
    json!({ "name": ORDER, "mode": mode, "schema": schema })
}

fn needs_total() -> Json {
    json!({ "type": "object", "required": ["total"], "properties": { "total": { "type": "number" } } })
}

fn track(id: &str, user: &str, properties: Json) -> Json {
    json!({ "type": "track", "event": ORDER, "userId": user, "messageId": id, "properties": properties })
}

fn send(sdk: &Sdk, path: &str, body: &Json) -> Json {
    let (status, answer) = sdk.send(path, "application/json", body.to_string().as_bytes());
    assert_eq!(status, 200, "{answer}");
    answer
}

/// All of a person's events, by the program's own reading; none when nobody is known by that id.
fn events(app: &TestApp, user: &str) -> Vec<Json> {
    let found = app.get(&format!("people?query={user}"));
    let Some(person) = found["items"].as_array().unwrap().first() else { return Vec::new() };
    let path = format!("people/{}/timeline?limit=200", text(&person["id"]));
    let all = app.get(&path)["items"].as_array().unwrap().clone();
    all.into_iter().filter(|item| text(&item["name"]).starts_with("event:")).collect()
}

fn outcomes(app: &TestApp) -> Vec<String> {
    let seen = app.get("collection/recent");
    seen.as_array().unwrap().iter().map(|call| text(&call["outcome"])).collect()
}

fn waiting(app: &TestApp) -> i64 {
    let waiting = app.get("collection/quality")["waiting"].clone();
    waiting.as_array().unwrap().iter().filter_map(|one| one["count"].as_i64()).sum()
}

/// Works everything that waits of the event; so many were worked.
fn replay(app: &TestApp) -> i64 {
    let (mut worked, mut after) = (0, Json::Null);
    loop {
        let asked = json!({ "kind": "track", "event": ORDER, "after": after });
        let done = app.ok("POST", "collection/replays", asked);
        worked += done["worked"].as_i64().unwrap();
        after = done["next"].clone();
        if after.is_null() {
            return worked;
        }
    }
}

fn number(app: &TestApp, measure: &str) -> i64 {
    let quality = app.get("collection/quality");
    let all = quality["measures"].as_array().unwrap();
    all.iter().find(|one| one["measure"] == measure).unwrap()["total"].as_i64().unwrap()
}

/// The three dialects with an order that has no total.
fn three_dialects(app: &TestApp, sdk: &Sdk, round: &str) {
    send(sdk, "/v1/track", &track(&format!("s-{round}"), "single", json!({ "total": "5" })));
    send(sdk, "/v1/batch", &json!({ "batch": [track(&format!("b-{round}"), "batched", json!({}))] }));
    let posthog = json!({ "api_key": app.write_key(), "batch": [{ "event": ORDER, "distinct_id": "hog", "uuid": format!("p-{round}"),
        "properties": { "total": null, "$lib": "web" } }] });
    send(sdk, "/batch/", &posthog);
}

fn a_plan_changes_what_becomes_of_calls_of_three_dialects(engine: Engine) {
    let app = TestApp::start(engine);
    let sdk = Sdk::new(&app);
    three_dialects(&app, &sdk, "none");
    assert_eq!(outcomes(&app), ["accepted"; 3]);
    let event = app.post("tracking-plan/events", order(needs_total(), "observe"));
    let path = format!("tracking-plan/events/{}", text(&event["id"]));
    three_dialects(&app, &sdk, "observe");
    let seen = app.get("collection/recent");
    assert_eq!(outcomes(&app), ["accepted"; 6]);
    assert_eq!(seen[5]["violations"], json!([]), "only counted");
    app.put(&path, order(needs_total(), "warn"));
    three_dialects(&app, &sdk, "warn");
    let seen = app.get("collection/recent");
    let told: Vec<_> = (6..9).map(|at| seen[at]["violations"][0].clone()).collect();
    assert_eq!(
        told[0],
        json!({ "property": "total", "rule": "wrong_type", "expected": "number", "found": "“5”" })
    );
    assert_eq!((&told[1]["rule"], &told[2]["rule"]), (&json!("missing"), &json!("wrong_type")));
    app.put(&path, order(needs_total(), "set_aside"));
    three_dialects(&app, &sdk, "aside");
    assert_eq!(outcomes(&app)[9..], ["set_aside"; 3]);
    for user in ["single", "batched", "hog"] {
        assert_eq!(events(&app, user).len(), 3, "{user}: three modes of four are worked");
    }
    let marked =
        events(&app, "batched").into_iter().filter(|event| !event["payload"]["violations"].is_null());
    assert_eq!(marked.count(), 1, "the one that was warned of");
    let refused = app.get("collection/refused");
    let first = &refused["items"][0];
    assert_eq!(
        (&first["code"], &first["waiting"], &first["event"]),
        (&json!("plan_violation"), &json!(true), &json!(ORDER))
    );
    assert!(text(&first["body"]).contains("\"hog\""), "{first}");
    assert_eq!(first["violations"][0]["property"], "total");
    assert_eq!((number(&app, "violations"), number(&app, "set_aside"), number(&app, "calls")), (9, 3, 12));
    // An event that nobody planned has a mode of its own.
    app.patch("tracking-plan", json!({ "unplanned": "set_aside" }));
    let other = json!({ "type": "track", "event": "Surprise", "userId": "single", "messageId": "x" });
    let answer =
        send(&sdk, "/v1/batch", &json!({ "batch": [other, track("fine", "single", json!({ "total": 5 }))] }));
    assert_eq!(answer["rejected"][0]["code"], "unplanned_event");
    assert_eq!(outcomes(&app)[12..], ["set_aside", "accepted"]);
}

fn what_was_set_aside_is_worked_once_with_its_own_time_when_the_plan_is_mended(engine: Engine) {
    let app = TestApp::start_at(engine, Clock::manual(Timestamp::from_seconds(1_795_000_000)));
    let sdk = Sdk::new(&app);
    let event = app.post("tracking-plan/events", order(needs_total(), "set_aside"));
    let came = app.clock().now();
    // The device is an hour slow, and sent it ten seconds after it happened.
    let at =
        |seconds: i64| jiff::Timestamp::from_second(1_795_000_000 - 3_600 + seconds).unwrap().to_string();
    let mut call = track("m-1", "anna", json!({ "sum": 5 }));
    call["timestamp"] = json!(at(-10));
    send(&sdk, "/v1/batch", &json!({ "sentAt": at(0), "batch": [call, track("m-2", "anna", json!({}))] }));
    assert_eq!((events(&app, "anna").len(), waiting(&app)), (0, 2), "nobody was met by it");
    assert_eq!(replay(&app), 0, "still not as planned");
    app.advance(Duration::from_secs(7 * 24 * 3_600));
    let mended = json!({ "type": "object", "properties": { "sum": { "type": "number" } } });
    app.put(&format!("tracking-plan/events/{}", text(&event["id"])), order(mended, "set_aside"));
    assert_eq!(replay(&app), 2);
    assert_eq!((replay(&app), waiting(&app)), (0, 0), "once");
    let told = events(&app, "anna");
    assert_eq!(told.len(), 2);
    let mut moments: Vec<String> = told.iter().map(|event| text(&event["at"])).collect();
    moments.sort_unstable();
    let second = |shift: i64| kernel::Timestamp(came.0 + shift * 1_000_000);
    let expected = [second(-10), second(0)].map(|moment| json!(moment).as_str().unwrap().to_owned());
    assert_eq!(moments, expected);
    assert_eq!(told[0]["actor"]["kind"], "key", "the sender told it, whoever lets it pass");
    // The SDK sends it again meanwhile: it is known.
    send(&sdk, "/v1/track", &track("m-2", "anna", json!({})));
    let refused = app.get("collection/refused");
    assert_eq!(refused["items"].as_array().unwrap().len(), 2, "what was kept stays");
    assert!(refused["items"][0]["worked_at"].is_string());
}

fn two_who_work_the_same_calls_at_once_work_each_once(engine: Engine) {
    let app = TestApp::start(engine);
    let sdk = Sdk::new(&app);
    let event = app.post("tracking-plan/events", order(needs_total(), "set_aside"));
    let calls: Json = (0..250).map(|at| track(&format!("m-{at}"), "anna", json!({}))).collect();
    sdk.batch(&calls);
    app.delete(&format!("tracking-plan/events/{}", text(&event["id"])));
    let worked: i64 = std::thread::scope(|scope| {
        let all: Vec<_> = (0..3).map(|_| scope.spawn(|| replay(&app))).collect();
        all.into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert_eq!((worked, waiting(&app)), (250, 0));
    let found = app.get("people?query=anna");
    let id = text(&found["items"][0]["id"]);
    let mut seen = std::collections::BTreeSet::new();
    let mut after = String::new();
    loop {
        let page = app.get(&format!("people/{id}/timeline?limit=200{after}"));
        for item in
            page["items"].as_array().unwrap().iter().filter(|item| text(&item["name"]).starts_with("event:"))
        {
            assert!(seen.insert(text(&item["payload"]["message_id"])), "twice: {item}");
        }
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen.len(), 250);
}

fn a_plan_that_changes_under_load_loses_and_doubles_nothing(engine: Engine) {
    let app = TestApp::start(engine);
    let event = app.post("tracking-plan/events", order(needs_total(), "observe"));
    let path = format!("tracking-plan/events/{}", text(&event["id"]));
    std::thread::scope(|scope| {
        for sender in 0..3 {
            let app = &app;
            scope.spawn(move || {
                let sdk = Sdk::new(app);
                for round in 0..30 {
                    let calls: Json = (0..3)
                        .map(|at| {
                            track(&format!("{sender}-{round}-{at}"), &format!("user{sender}"), json!({}))
                        })
                        .collect();
                    sdk.batch(&calls);
                }
            });
        }
        for round in 0..20 {
            app.put(&path, order(needs_total(), ["set_aside", "warn", "observe"][round % 3]));
        }
    });
    app.put(&path, order(json!({}), "observe"));
    let before = waiting(&app);
    let worked: usize = (0..3).map(|sender| events(&app, &format!("user{sender}")).len()).sum();
    assert_eq!(i64::try_from(worked).unwrap() + before, 270, "{worked} worked, {before} waiting");
    assert_eq!(replay(&app), before);
    for sender in 0..3 {
        let told = events(&app, &format!("user{sender}"));
        let ids: std::collections::BTreeSet<_> =
            told.iter().map(|one| text(&one["payload"]["message_id"])).collect();
        assert_eq!((told.len(), ids.len()), (90, 90));
    }
    assert_eq!(
        (number(&app, "calls"), number(&app, "violations"), number(&app, "set_aside")),
        (270, 270, before)
    );
}

fn after_a_restart_the_plan_holds_and_what_waited_can_be_worked(engine: Engine) {
    let mut app = TestApp::start(engine);
    let event = app.post("tracking-plan/events", order(needs_total(), "set_aside"));
    send(&Sdk::new(&app), "/v1/track", &track("m-1", "anna", json!({})));
    app.restart();
    let sdk = Sdk::new(&app);
    send(&sdk, "/v1/track", &track("m-2", "anna", json!({})));
    assert_eq!((waiting(&app), number(&app, "violations")), (2, 2));
    app.delete(&format!("tracking-plan/events/{}", text(&event["id"])));
    app.restart();
    assert_eq!(replay(&app), 2);
    assert_eq!(events(&app, "anna").len(), 2);
}

fn a_plan_is_proposed_from_what_came_and_taken_up_event_by_event(engine: Engine) {
    let app = TestApp::start(engine);
    let sdk = Sdk::new(&app);
    assert_eq!(app.get("tracking-plan/proposals")["items"], json!([]));
    let calls: Json =
        (0..4).map(|at| track(&format!("m-{at}"), "anna", json!({ "total": at, "sku": "a" }))).collect();
    sdk.batch(&calls);
    let proposed = app.get("tracking-plan/proposals")["items"][0].clone();
    assert_eq!((&proposed["name"], &proposed["seen"]), (&json!(ORDER), &json!(4)));
    assert_eq!(proposed["schema"]["required"], json!(["sku", "total"]));
    let body = json!({ "kind": proposed["kind"], "name": proposed["name"], "schema": proposed["schema"], "mode": "warn" });
    let made = app.post("tracking-plan/events", body.clone());
    assert_eq!(made["schema"], proposed["schema"]);
    let (status, refused) = app.api("POST", "tracking-plan/events", body);
    assert_eq!((status, &refused["error"]["code"]), (409, &json!("already_exists")));
    send(&sdk, "/v1/track", &track("m-5", "anna", json!({ "sku": 5 })));
    let violations = app.get("collection/recent")[4]["violations"].clone();
    let rules: Vec<_> = violations
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", text(&one["property"]), text(&one["rule"])))
        .collect();
    assert_eq!(rules, ["total missing", "sku wrong_type"]);
}

fn retired_events_are_switched_off_in_the_settings_that_sdks_ask_for(engine: Engine) {
    let app = TestApp::start(engine);
    let sdk = Sdk::new(&app);
    let settings = || {
        let path = format!("/v1/projects/{}/settings", app.write_key());
        sdk.client.raw("GET", &path, &[], b"").json()["plan"]["track"].clone()
    };
    let everything = json!({ "__default": { "enabled": true, "integrations": {} } });
    assert_eq!(settings(), everything);
    let event =
        app.post("tracking-plan/events", json!({ "name": "Old", "status": "retired", "mode": "warn" }));
    assert_eq!(settings(), everything);
    let path = format!("tracking-plan/events/{}", text(&event["id"]));
    app.put(&path, json!({ "name": "Old", "status": "retired", "mode": "set_aside" }));
    assert_eq!(settings()["Old"], json!({ "enabled": false, "integrations": {} }));
    let stranger = sdk.client.raw("GET", "/v1/projects/nobody/settings", &[], b"").json();
    assert_eq!(stranger["plan"]["track"], everything, "and a wrong key still gets an answer");
}

fn the_numbers_of_a_day_say_what_came_and_lead_to_the_calls(engine: Engine) {
    let app = TestApp::start_at(engine, Clock::manual(Timestamp::from_seconds(1_795_000_000)));
    let sdk = Sdk::new(&app);
    app.post("tracking-plan/events", order(needs_total(), "observe"));
    let identify = |id: &str, user: &str, email: &str| json!({ "type": "identify", "userId": user, "messageId": id, "traits": { "email": email } });
    sdk.batch(&json!([
        track("m-1", "anna", json!({})),
        track("m-1", "anna", json!({})),
        identify("m-2", "anna", "anna@vevo.example"),
        identify("m-3", "bela", "anna@vevo.example"),
        identify("m-4", "cili", "nem cím"),
        { "type": "track", "event": "Nobody's", "messageId": "m-5" },
    ]));
    app.advance(Duration::from_secs(24 * 3_600));
    for at in 0..8 {
        send(&sdk, "/v1/track", &track(&format!("n-{at}"), "anna", json!({ "total": "sok" })));
    }
    let totals =
        ["calls", "duplicates", "refused", "set_aside", "violations", "unplanned", "invalid", "conflicts"];
    assert_eq!(totals.map(|one| number(&app, one)), [12, 1, 1, 0, 9, 0, 1, 1]);
    let quality = app.get("collection/quality");
    let item = |rule: &str| {
        quality["items"].as_array().unwrap().iter().find(|one| one["rule"] == rule).unwrap().clone()
    };
    let counts = |one: &Json| (one["counts"][28].clone(), one["counts"][29].clone());
    assert_eq!(counts(&item("missing")), (json!(1), json!(0)));
    assert_eq!(counts(&item("wrong_type")), (json!(0), json!(8)));
    assert_eq!(
        (&item("missing")["subject"], &item("missing")["property"]),
        (&json!("track:Order Completed"), &json!("total"))
    );
    let samples = |query: &str| {
        app.get(&format!("collection/quality/samples?{query}"))["items"].as_array().unwrap().clone()
    };
    let wrong = samples("measure=violations&subject=track:Order%20Completed&property=total&rule=wrong_type");
    assert_eq!(wrong.len(), 5, "a few of a day");
    assert!(text(&wrong[0]["call"]).contains("sok") && wrong[0]["person"].is_string(), "{}", wrong[0]);
    assert!(text(&samples("measure=conflicts&subject=email")[0]["call"]).contains("bela"));
    assert!(text(&samples("measure=invalid&subject=email")[0]["call"]).contains("nem cím"));
    assert!(text(&samples("measure=refused&subject=no_user_anon_id")[0]["call"]).contains("Nobody's"));
}

fn a_plan_goes_out_and_in_as_a_file(engine: Engine) {
    let app = TestApp::start(engine);
    app.post("tracking-plan/events", order(needs_total(), "set_aside"));
    app.post("tracking-plan/events", json!({ "kind": "identify", "schema": { "required": ["email"] } }));
    let events = || app.get("tracking-plan")["events"].as_array().unwrap().clone();
    let bare = |events: Vec<Json>| -> Vec<Json> {
        let of = |one: Json| json!([one["kind"], one["name"], one["mode"], one["status"], one["schema"]]);
        events.into_iter().map(of).collect()
    };
    let before = bare(events());
    for shape in ["segment", "json_schema"] {
        let file = app.get(&format!("tracking-plan/export?shape={shape}"));
        for event in events() {
            app.delete(&format!("tracking-plan/events/{}", text(&event["id"])));
        }
        let asked = |preview: bool| {
            app.ok("POST", "tracking-plan/import", json!({ "plan": file, "preview": preview }))
        };
        assert_eq!(asked(true)["added"], json!(["identify", ORDER]));
        assert_eq!(events().len(), 0, "a look changes nothing");
        asked(false);
        assert_eq!(bare(events()), before, "{shape}");
        assert_eq!(asked(false)["unchanged"], json!(2));
    }
    let (status, refused) = app.api("POST", "tracking-plan/import", json!({ "plan": { "a": 1 } }));
    assert_eq!((status, &refused["error"]["field"]), (400, &json!("plan")));
}

fn events_without_end_do_not_make_numbers_without_end(engine: Engine) {
    let app = TestApp::start(engine);
    let sdk = Sdk::new(&app);
    app.patch("tracking-plan", json!({ "unplanned": "observe" }));
    for part in 0..3 {
        let call = |at: i32| json!({ "type": "track", "event": format!("id-{part}-{at}"), "userId": "anna", "messageId": format!("{part}-{at}") });
        sdk.batch(&(0..300).map(call).collect());
    }
    assert_eq!(number(&app, "unplanned"), 900);
    let quality = app.get("collection/quality");
    let named = quality["items"].as_array().unwrap().iter().filter(|one| one["measure"] == "unplanned");
    let rest = named.clone().find(|one| one["subject"] == "").expect("those without a number of their own");
    assert_eq!(rest["total"], json!(400));
    assert_eq!(named.count(), 100);
}

/// As a damaged disk or an older program might have left a row, by the workspace and its id.
fn rewrite(app: &TestApp, sql: &'static str, id: &Json, value: &'static str) {
    let id = text(id).parse::<uuid::Uuid>().unwrap().as_bytes().to_vec();
    let done = app.block_on(app.running().app.db.system("damage", move |tx| {
        let workspace: Vec<u8> = tx.one("SELECT id FROM workspaces", &[])?.get(0)?;
        tx.execute(sql, &[workspace.into(), id.clone().into(), value.into()])
    }));
    assert_eq!(done.unwrap(), 1, "{sql}");
}

/// The row of a call that was set aside, by its message id.
fn row_of(app: &TestApp, message_id: &str) -> Json {
    let refused = app.get("collection/refused")["items"].as_array().unwrap().clone();
    refused.into_iter().find(|one| text(&one["body"]).contains(message_id)).expect("it was set aside")
}

fn sweep(app: &TestApp) {
    app.block_on(app.running().app.db.system("sweep", connect::collect::sweep)).unwrap();
}

fn replayed(app: &TestApp, event: &str) -> (i64, i64, i64) {
    let done = app.ok("POST", "collection/replays", json!({ "kind": "track", "event": event }));
    let number = |name: &str| done[name].as_i64().unwrap();
    (number("worked"), number("refused"), number("kept"))
}

/// 300 characters: no person has such an id.
const LONG: &str = match str::from_utf8(&[b'x'; 300]) {
    Ok(text) => text,
    Err(_) => "",
};

fn one_call_that_can_never_be_worked_stops_none_of_its_neighbours(engine: Engine) {
    let app = TestApp::start(engine);
    let sdk = Sdk::new(&app);
    let event = app.post("tracking-plan/events", order(needs_total(), "set_aside"));
    let calls = json!([
        track("m-1", "anna", json!({})),
        track("m-2", "bela", json!({})),
        track("m-3", "cili", json!({})),
        track("m-4", LONG, json!({})),
        track("m-5", "null", json!({})),
        track("m-6", "anna", json!({})),
    ]);
    let answer = sdk.batch(&calls);
    let rejected: Vec<_> =
        answer["rejected"].as_array().unwrap().iter().map(|one| text(&one["code"])).collect();
    assert_eq!(
        rejected,
        ["plan_violation", "plan_violation", "plan_violation", "bad_id", "blocked_id", "plan_violation"]
    );
    assert_eq!(waiting(&app), 4, "what can never be worked does not wait");
    let rename =
        "UPDATE refused_calls SET call = REPLACE(call, 'bela', $3) WHERE workspace_id = $1 AND id = $2";
    rewrite(&app, rename, &row_of(&app, "m-2")["id"], LONG);
    let cut = "UPDATE refused_calls SET call = $3 WHERE workspace_id = $1 AND id = $2";
    rewrite(&app, cut, &row_of(&app, "m-3")["id"], "{\"call\":{");
    let page = app.get(&format!("collection/waiting?kind=track&event={}", ORDER.replace(' ', "%20")));
    let codes = |page: &Json| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|one| text(&one["code"])).collect()
    };
    assert_eq!(codes(&page).iter().filter(|code| *code == "unreadable").count(), 1, "{page}");
    app.delete(&format!("tracking-plan/events/{}", text(&event["id"])));
    assert_eq!(replayed(&app, ORDER), (2, 2, 0));
    assert_eq!((replayed(&app, ORDER), waiting(&app)), ((0, 0, 0), 0), "and nothing is left behind");
    assert_eq!((events(&app, "anna").len(), events(&app, "bela").len()), (2, 0));
    let refused = app.get("collection/refused");
    let mut all = codes(&refused);
    all.sort_unstable();
    assert_eq!(all, ["bad_id", "blocked_id", "invalid", "plan_violation", "plan_violation", "unreadable"]);
    let worked = refused["items"].as_array().unwrap().iter().filter(|one| one["worked_at"].is_string());
    assert_eq!(worked.count(), 2);
}

fn names_of_any_length_and_kind_are_taken_and_wait_and_are_worked(engine: Engine) {
    let app = TestApp::start(engine);
    let sdk = Sdk::new(&app);
    app.patch("tracking-plan", json!({ "unplanned": "set_aside" }));
    // Text that does not repeat itself, so that no index packs it.
    let long: String = (0..3_000).map(|at| format!("{:x}", at * 2_654_435_761_u64)).collect();
    let named =
        |id: &str, name: &str| json!({ "type": "track", "event": name, "userId": "anna", "messageId": id });
    sdk.batch(&json!([
        named("m-1", &long),
        named("m-2", &format!("{long}x")),
        named("m-3", "a\u{0}"),
        named("m-4", "a\u{fffd}"),
    ]));
    assert_eq!((waiting(&app), number(&app, "unplanned")), (4, 4));
    let names = app.get("collection/quality")["waiting"].clone();
    let names: Vec<String> = names.as_array().unwrap().iter().map(|one| text(&one["event"])).collect();
    assert_eq!(names.len(), 3, "two look alike to a database");
    app.patch("tracking-plan", json!({ "unplanned": "observe" }));
    let worked: i64 = names.iter().map(|name| replayed(&app, name).0).sum();
    assert_eq!((worked, events(&app, "anna").len()), (4, 4));
}

fn a_call_that_waits_is_known_as_long_and_is_never_two_facts(engine: Engine) {
    let app = TestApp::start_at(engine, Clock::manual(Timestamp::from_seconds(1_795_000_000)));
    let sdk = Sdk::new(&app);
    let event = app.post("tracking-plan/events", order(needs_total(), "set_aside"));
    let send = |id: &str| send(&sdk, "/v1/track", &track(id, "anna", json!({})));
    send("m-1");
    app.advance(Duration::from_secs(7 * 24 * 3_600));
    sweep(&app);
    send("m-1");
    assert_eq!((outcomes(&app), waiting(&app)), (vec!["set_aside".to_owned(), "duplicate".to_owned()], 1));
    // Forgotten after all, and sent once more: one of the two becomes a fact.
    let forget = "DELETE FROM collected WHERE workspace_id = $1 AND key_id = $2 AND message_id = $3";
    rewrite(&app, forget, &row_of(&app, "m-1")["key"], "m-1");
    app.advance(Duration::from_secs(60));
    send("m-1");
    assert_eq!(waiting(&app), 2);
    app.delete(&format!("tracking-plan/events/{}", text(&event["id"])));
    assert_eq!(replayed(&app, ORDER), (1, 1, 0));
    send("m-1");
    assert_eq!(events(&app, "anna").len(), 1);
    // What is done with is kept for a month.
    let bodies = || -> Vec<bool> {
        let refused = app.get("collection/refused");
        refused["items"].as_array().unwrap().iter().map(|one| one["body"] != "").collect()
    };
    sweep(&app);
    assert_eq!(bodies(), [true, true]);
    app.advance(Duration::from_secs(31 * 24 * 3_600));
    sweep(&app);
    assert_eq!(bodies(), [false, false]);
}

fn two_who_change_the_plan_at_once_take_nothing_back_from_one_another(engine: Engine) {
    let app = TestApp::start(engine);
    let sides = [("mode", ["warn", "set_aside"]), ("unplanned", ["warn", "allow"])];
    std::thread::scope(|scope| {
        for (field, words) in sides {
            let app = &app;
            scope.spawn(move || {
                for round in 0..30 {
                    let word = words[round % 2];
                    app.patch("tracking-plan", json!({ field: word }));
                    assert_eq!(app.get("tracking-plan")[field], word, "round {round}");
                }
            });
        }
        for round in 0..30 {
            app.post("tracking-plan/events", json!({ "name": format!("event {round}") }));
        }
    });
    assert_eq!(app.get("tracking-plan")["version"], json!(90));
}

fn an_event_of_the_plan_that_cannot_be_read_stops_no_call(engine: Engine) {
    let mut app = TestApp::start(engine);
    app.post("tracking-plan/events", order(needs_total(), "warn"));
    let old =
        app.post("tracking-plan/events", json!({ "name": "Old", "mode": "warn", "schema": needs_total() }));
    let damage = "UPDATE planned_events SET schema = $3 WHERE workspace_id = $1 AND id = $2";
    rewrite(&app, damage, &old["id"], r#"{"type":"nonsense"}"#);
    app.restart();
    let sdk = Sdk::new(&app);
    let old = json!({ "type": "track", "event": "Old", "userId": "anna", "messageId": "m-2" });
    sdk.batch(&json!([track("m-1", "anna", json!({})), old]));
    assert_eq!(
        (events(&app, "anna").len(), number(&app, "violations")),
        (2, 1),
        "the other one still counts"
    );
    assert_eq!(app.get("tracking-plan")["events"].as_array().unwrap().len(), 1);
}

fn what_the_plan_knows_is_told_first_of_what_waits(engine: Engine) {
    let app = TestApp::start(engine);
    let sdk = Sdk::new(&app);
    app.post("tracking-plan/events", order(needs_total(), "set_aside"));
    app.patch("tracking-plan", json!({ "unplanned": "set_aside" }));
    let call = |at: i32| json!({ "type": "track", "event": format!("A {at:03}"), "userId": "anna", "messageId": format!("{at}") });
    sdk.batch(&(0..99).map(call).collect());
    send(&sdk, "/v1/track", &track("m-1", "anna", json!({})));
    let told = || {
        let quality = app.get("collection/quality");
        let all = quality["waiting"].as_array().unwrap();
        (text(&all[0]["event"]), all.len(), quality["more_waiting"].clone())
    };
    assert_eq!(told(), (ORDER.to_owned(), 100, json!(false)));
    sdk.batch(&(99..105).map(call).collect());
    assert_eq!(told(), (ORDER.to_owned(), 100, json!(true)));
}

fn an_import_keeps_what_its_file_says_nothing_of(engine: Engine) {
    let app = TestApp::start(engine);
    let named = json!({ "name": " Order ", "status": "retired", "mode": "warn" });
    assert_eq!(app.post("tracking-plan/events", named)["name"], " Order ", "as the sender writes it");
    let file = json!([{ "title": " Order ", "required": ["total"] }]);
    let report = app.ok("POST", "tracking-plan/import", json!({ "plan": file }));
    assert_eq!(report["changed"], json!([" Order "]));
    let event = app.get("tracking-plan")["events"][0].clone();
    assert_eq!((&event["status"], &event["mode"]), (&json!("retired"), &json!("warn")));
    assert_eq!(event["schema"]["required"], json!(["total"]));
}

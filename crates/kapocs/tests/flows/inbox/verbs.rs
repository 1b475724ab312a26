use std::time::Duration;

use kernel::{Clock, Timestamp};
use serde_json::{Value as Json, json};
use testkit::{ADMINISTRATOR, Client, Engine, TestApp, on_both_engines, text, until};

use crate::{
    desk::{Receiver, arrived, conversations, receiver, start, thread},
    letter::Letter,
};

on_both_engines! {
    what_is_assigned_tagged_and_prioritised_is_seen_by_everybody
    a_private_team_hides_its_conversations
    a_snoozed_conversation_wakes_at_its_time
    the_persons_word_wakes_what_sleeps_and_reopens_what_is_closed
    a_draft_is_never_overwritten_by_an_older_window
    a_mention_is_counted_until_it_is_read
    one_undo_takes_a_whole_bulk_act_back
    the_undo_of_a_bulk_act_spares_what_changed_since
}

/// A letter that came in; gives its conversation.
pub fn letter(app: &TestApp, info: &Receiver, from: &str, words: &str) -> String {
    info.take(&Letter::new(from, &info.address, words, words));
    arrived(app, words).0
}

pub fn count(caller: &Client, view: &str) -> i64 {
    let views = caller.get("views");
    let all = views["items"].as_array().or(views.as_array()).unwrap().clone();
    let found = all.iter().find(|v| v["key"] == view).unwrap_or_else(|| panic!("{view} in {views}"));
    found["count"].as_i64().unwrap()
}

fn show(app: &Client, id: &str) -> Json {
    app.get(&format!("conversations/{id}"))
}

fn what_is_assigned_tagged_and_prioritised_is_seen_by_everybody(engine: Engine) {
    let (app, info) = start(engine);
    let (kata, kata_id) = app.user("Kiss Kata", "kata@kapocs.example", "agent");
    let id = letter(&app, &info, "anna@customer.example", "Hibás számla");
    assert_eq!((count(&kata, "mine"), count(&kata, "unassigned")), (0, 1));
    app.put(&format!("conversations/{id}/assignee"), json!({ "user_id": kata_id }));
    assert_eq!((count(&kata, "mine"), count(&kata, "unassigned")), (1, 0));
    app.put(&format!("conversations/{id}/priority"), json!({ "priority": "urgent" }));
    let tag = text(&app.post("tags", json!({ "name": "számla", "color": "plum" }))["id"]);
    app.put(&format!("conversations/{id}/tags/{tag}"), Json::Null);
    let seen = show(&kata, &id);
    assert_eq!(seen["assignee"]["name"], "Kiss Kata");
    assert_eq!(
        (seen["priority"].as_str(), seen["tags"][0]["name"].as_str()),
        (Some("urgent"), Some("számla"))
    );
    app.delete(&format!("conversations/{id}/tags/{tag}"));
    app.put(&format!("conversations/{id}/assignee"), json!({ "user_id": null }));
    let seen = show(&kata, &id);
    assert_eq!((seen["tags"].as_array().unwrap().len(), &seen["assignee"]), (0, &Json::Null));
    let events: Vec<_> = thread(&app, &id)
        .iter()
        .filter(|m| m["kind"] == "event")
        .map(|m| text(&m["event"]["name"]))
        .collect();
    for name in [
        "conversation.assigned",
        "conversation.priority_changed",
        "conversation.tagged",
        "conversation.untagged",
    ] {
        assert!(events.contains(&name.to_owned()), "{name} in {events:?}");
    }
}

fn a_private_team_hides_its_conversations(engine: Engine) {
    let (app, info) = start(engine);
    let (kata, kata_id) = app.user("Kiss Kata", "kata@kapocs.example", "agent");
    let (peter, _) = app.user("Nagy Péter", "peter@kapocs.example", "agent");
    let administrator = app.sign_in(ADMINISTRATOR);
    let id = letter(&app, &info, "anna@customer.example", "Fizetésemelés ügyében");
    let team = text(&app.post("teams", json!({ "name": "Bérszámfejtés", "private": true }))["id"]);
    app.put(&format!("teams/{team}/members/{kata_id}"), Json::Null);
    assert_eq!(count(&peter, "all"), 1);
    app.put(&format!("conversations/{id}/team"), json!({ "team_id": team }));
    for member in [&kata, &administrator] {
        assert_eq!(show(member, &id)["team"]["name"], "Bérszámfejtés");
        assert_eq!((count(member, "all"), count(member, &format!("team:{team}"))), (1, 1));
    }
    assert_eq!((count(&peter, "all"), count(&peter, "unassigned")), (0, 0));
    assert!(conversations(&peter).is_empty());
    let tag = text(&app.post("tags", json!({ "name": "titok" }))["id"]);
    let calls = [
        ("GET", String::new(), Json::Null),
        ("GET", "/messages".to_owned(), Json::Null),
        ("POST", "/messages".to_owned(), json!({ "text": "Látom!" })),
        ("POST", "/messages".to_owned(), json!({ "text": "Látom!", "kind": "note" })),
        ("PUT", "/priority".to_owned(), json!({ "priority": "low" })),
        ("PUT", "/assignee".to_owned(), json!({ "user_id": null })),
        ("PUT", "/team".to_owned(), json!({ "team_id": null })),
        ("PUT", format!("/tags/{tag}"), Json::Null),
        ("PUT", "/read".to_owned(), json!({ "seq": 1 })),
        ("PUT", "/draft".to_owned(), json!({ "mode": "reply", "text": "Látom!", "version": 0 })),
        ("POST", "/closure".to_owned(), Json::Null),
    ];
    for (method, path, body) in calls {
        let (status, answer) = peter.api(method, &format!("conversations/{id}{path}"), body);
        assert_eq!(status, 404, "{method} {path}: {answer}");
    }
    let by_batch = json!({ "ids": [id], "act": { "kind": "close" } });
    peter.api("POST", "conversation-batches", by_batch);
    assert_eq!(show(&kata, &id)["status"], "new", "nothing of that had an effect");
    let finds = |who: &Client| {
        let found = who.get("search?query=fizet%C3%A9semel%C3%A9s");
        !found["conversations"].as_array().unwrap().is_empty()
    };
    until("the search index", || finds(&kata).then_some(()));
    assert!(!finds(&peter));
    let publish = json!({ "ids": [id], "act": { "kind": "team", "team_id": null } });
    let batch = text(&kata.post("conversation-batches", publish)["id"]);
    until("the search index", || finds(&peter).then_some(()));
    kata.delete(&format!("conversation-batches/{batch}"));
    until("the search index", || (finds(&kata) && !finds(&peter)).then_some(()));
    app.put(&format!("conversations/{id}/team"), json!({ "team_id": null }));
    until("the search index", || finds(&peter).then_some(()));
    let hide = json!({ "ids": [id], "act": { "kind": "team", "team_id": team } });
    let batch = text(&kata.post("conversation-batches", hide)["id"]);
    until("the search index", || (!finds(&peter)).then_some(()));
    kata.delete(&format!("conversation-batches/{batch}"));
    until("the search index after the undo", || finds(&peter).then_some(()));
}

fn a_snoozed_conversation_wakes_at_its_time(engine: Engine) {
    let clock = Clock::manual(Timestamp::from_seconds(1_795_000_000));
    let app = TestApp::start_at(engine, clock);
    let info = receiver(&app, "info");
    let (kata, _) = app.user("Kiss Kata", "kata@kapocs.example", "agent");
    let id = letter(&app, &info, "anna@customer.example", "Jövő héten kérem");
    let until_then = (app.clock().now() + Duration::from_secs(3_600)).to_string();
    kata.put(&format!("conversations/{id}/snooze"), json!({ "until": until_then }));
    assert_eq!((count(&kata, "snoozed"), count(&kata, "all")), (1, 0));
    app.advance(Duration::from_secs(3_000));
    assert_eq!(show(&kata, &id)["status"], "snoozed");
    app.advance(Duration::from_secs(700));
    until("the conversation to wake", || (show(&kata, &id)["status"] == "new").then_some(()));
    let woken = show(&kata, &id);
    assert_eq!((woken["back_from_snooze"].as_bool(), &woken["snoozed_until"]), (Some(true), &Json::Null));
    assert_eq!((count(&kata, "snoozed"), count(&kata, "all")), (0, 1));
    let past = (app.clock().now() - Duration::from_secs(60)).to_string();
    let (status, _) = kata.api("PUT", &format!("conversations/{id}/snooze"), json!({ "until": past }));
    assert_eq!(status, 400, "nothing sleeps until the past");
    kata.put(&format!("conversations/{id}/snooze"), json!({ "until_reply": true }));
    kata.delete(&format!("conversations/{id}/snooze"));
    assert_eq!(show(&kata, &id)["status"], "new");
}

fn the_persons_word_wakes_what_sleeps_and_reopens_what_is_closed(engine: Engine) {
    let (app, info) = start(engine);
    let first = Letter::new("anna@customer.example", &info.address, "Garancia", "Garanciális ügy.");
    info.take(&first);
    let (id, _) = arrived(&app, "Garanciális ügy.");
    app.put(&format!("conversations/{id}/snooze"), json!({ "until_reply": true }));
    info.take(&first.answer_by_gmail("anna@customer.example", "Felébresztem."));
    arrived(&app, "Felébresztem.");
    let woken = show(&app, &id);
    assert_eq!((woken["status"].as_str(), woken["back_from_snooze"].as_bool()), (Some("new"), Some(true)));
    app.post(&format!("conversations/{id}/closure"), Json::Null);
    let closed = show(&app, &id);
    assert_eq!(closed["status"], "closed");
    assert!(closed["closed_at"].is_string());
    info.take(&first.answer_by_gmail("anna@customer.example", "Mégsem oldódott meg."));
    arrived(&app, "Mégsem oldódott meg.");
    let reopened = show(&app, &id);
    assert_ne!(reopened["status"], "closed");
    assert_eq!(reopened["closed_at"], Json::Null);
    app.post(&format!("conversations/{id}/closure"), Json::Null);
    app.delete(&format!("conversations/{id}/closure"));
    assert_ne!(show(&app, &id)["status"], "closed", "reopened by hand");
}

fn a_draft_is_never_overwritten_by_an_older_window(engine: Engine) {
    let (app, info) = start(engine);
    let (kata, _) = app.user("Kiss Kata", "kata@kapocs.example", "agent");
    let (peter, _) = app.user("Nagy Péter", "peter@kapocs.example", "agent");
    let id = letter(&app, &info, "anna@customer.example", "Piszkozat");
    let path = format!("conversations/{id}/draft");
    let save = |who: &Client, words: &str, version: i64| {
        who.api("PUT", &path, json!({ "mode": "reply", "text": words, "version": version }))
    };
    let (_, first) = save(&kata, "Kedves", 0);
    let version = first["version"].as_i64().unwrap();
    let (_, second) = save(&kata, "Kedves Anna!", version);
    let (status, refused) = save(&kata, "Régi ablak", version);
    assert_eq!((status, refused["error"]["code"].as_str()), (409, Some("conflict")), "{refused}");
    assert_eq!(show(&kata, &id)["draft"]["text"], "Kedves Anna!");
    assert_eq!(show(&peter, &id)["draft"], Json::Null, "a draft is its author's own");
    assert_eq!(save(&peter, "Péteré", 0).0, 200);
    assert_eq!(kata.get(&path)["version"], second["version"]);
    kata.post(&format!("conversations/{id}/messages"), json!({ "text": "Kedves Anna!" }));
    assert_eq!(kata.api("GET", &path, Json::Null).0, 404, "the draft became the answer");
    assert_eq!(peter.get(&path)["text"], "Péteré");
    peter.delete(&path);
    assert_eq!(peter.api("GET", &path, Json::Null).0, 404);
}

fn a_mention_is_counted_until_it_is_read(engine: Engine) {
    let (app, info) = start(engine);
    let (kata, _) = app.user("Kiss Kata", "kata@kapocs.example", "agent");
    let (peter, peter_id) = app.user("Nagy Péter", "peter@kapocs.example", "agent");
    let id = letter(&app, &info, "anna@customer.example", "Kérdés a raktárról");
    let note = json!({ "kind": "note", "text": "@Nagy Péter, ránéznél?", "mentions": [peter_id] });
    for _ in 0..2 {
        kata.post(&format!("conversations/{id}/messages"), note.clone());
    }
    assert_eq!((count(&peter, "mentions"), count(&kata, "mentions")), (1, 0), "once per conversation");
    let listed = peter.get("conversations?view=mentions")["items"].clone();
    assert_eq!(listed[0]["id"], id.as_str());
    let seq = show(&peter, &id)["last_seq"].clone();
    peter.put(&format!("conversations/{id}/read"), json!({ "seq": seq }));
    assert_eq!(count(&peter, "mentions"), 0);
    let seen = thread(&peter, &id);
    assert_eq!(seen.iter().filter(|m| m["kind"] == "note").count(), 2);
    assert_eq!(show(&peter, &id)["status"], "new", "a note answers nobody");
}

/// What an act may change of a conversation.
fn state(app: &Client, id: &str) -> Json {
    let c = show(app, id);
    let keys = [
        "status",
        "priority",
        "assignee",
        "team",
        "tags",
        "snoozed_until",
        "snoozed_until_reply",
        "waiting_since",
        "closed_at",
    ];
    keys.iter().map(|key| ((*key).to_owned(), c[*key].clone())).collect::<serde_json::Map<_, _>>().into()
}

fn one_undo_takes_a_whole_bulk_act_back(engine: Engine) {
    let (app, info) = start(engine);
    let (kata, kata_id) = app.user("Kiss Kata", "kata@kapocs.example", "agent");
    let team = text(&app.post("teams", json!({ "name": "Raktár" }))["id"]);
    let tag = text(&app.post("tags", json!({ "name": "sürgős" }))["id"]);
    let ids: Vec<String> =
        (0..6).map(|n| letter(&app, &info, "anna@customer.example", &format!("Tömeges {n}"))).collect();
    app.put(&format!("conversations/{}/assignee", ids[1]), json!({ "user_id": kata_id }));
    app.put(&format!("conversations/{}/snooze", ids[2]), json!({ "until": "2099-01-01T00:00:00Z" }));
    app.post(&format!("conversations/{}/closure", ids[3]), Json::Null);
    app.put(&format!("conversations/{}/tags/{tag}", ids[4]), Json::Null);
    app.put(&format!("conversations/{}/team", ids[5]), json!({ "team_id": team }));
    let acts = [
        json!({ "kind": "close" }),
        json!({ "kind": "reopen" }),
        json!({ "kind": "assign", "user_id": kata_id }),
        json!({ "kind": "team", "team_id": team }),
        json!({ "kind": "tag", "tag_id": tag }),
        json!({ "kind": "untag", "tag_id": tag }),
        json!({ "kind": "priority", "priority": "high" }),
        json!({ "kind": "snooze", "until": "2099-06-01T00:00:00Z" }),
    ];
    for act in acts {
        let before: Vec<Json> = ids.iter().map(|id| state(&app, id)).collect();
        let batch = kata.post("conversation-batches", json!({ "ids": ids, "act": act }));
        let during: Vec<Json> = ids.iter().map(|id| state(&app, id)).collect();
        let changed = before.iter().zip(&during).filter(|(a, b)| a != b).count();
        assert!(changed > 0, "{act}");
        assert_eq!(batch["count"], changed, "{act}");
        kata.delete(&format!("conversation-batches/{}", text(&batch["id"])));
        let after: Vec<Json> = ids.iter().map(|id| state(&app, id)).collect();
        assert_eq!(after, before, "{act}");
    }
}

fn the_undo_of_a_bulk_act_spares_what_changed_since(engine: Engine) {
    let (app, info) = start(engine);
    let (kata, _) = app.user("Kiss Kata", "kata@kapocs.example", "agent");
    let (peter, _) = app.user("Nagy Péter", "peter@kapocs.example", "agent");
    let first = letter(&app, &info, "anna@customer.example", "Ez változik");
    let second = letter(&app, &info, "bea@customer.example", "Ez nem változik");
    let act = json!({ "filter": { "view": "all" }, "act": { "kind": "close" } });
    let batch = text(&kata.post("conversation-batches", act)["id"]);
    peter.put(&format!("conversations/{first}/priority"), json!({ "priority": "urgent" }));
    assert_eq!(
        peter.api("DELETE", &format!("conversation-batches/{batch}"), Json::Null).0,
        404,
        "not Péter's"
    );
    kata.delete(&format!("conversation-batches/{batch}"));
    assert_eq!(show(&app, &first)["status"], "closed");
    assert_eq!(show(&app, &second)["status"], "new");
    assert_eq!(
        kata.api("DELETE", &format!("conversation-batches/{batch}"), Json::Null).0,
        404,
        "undone once"
    );
}

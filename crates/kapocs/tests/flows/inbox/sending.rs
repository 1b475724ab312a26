use serde_json::json;
use testkit::{Engine, on_both_engines, text, until};

use crate::{
    desk::{arrived, quiet, start, thread},
    letter::Letter,
    post::{customer, mailbox_of},
};

on_both_engines! {
    an_undone_answer_never_leaves
    an_answer_after_a_colleagues_is_stopped_unless_it_is_meant
    an_answer_sent_twice_by_a_client_is_one
}

fn an_undone_answer_never_leaves(engine: Engine) {
    let (app, info) = start(engine);
    app.patch("workspace", json!({ "send_undo_seconds": 30 }));
    let (kata, _) = app.user("Kiss Kata", "kata@kapocs.example", "agent");
    let (peter, _) = app.user("Nagy Péter", "peter@kapocs.example", "agent");
    let anna = customer();
    info.take(&Letter::new(&anna, &info.address, "Kérdés", "Mikor nyitnak?"));
    let (id, _) = arrived(&app, "Mikor nyitnak?");
    let before = app.get(&format!("conversations/{id}"));
    let path = format!("conversations/{id}/messages");
    let sent = kata.post(&path, json!({ "text": "Elhamarkodott válasz.", "close": true }));
    assert_eq!(sent["delivery"]["state"], "held", "{sent}");
    let delivery = format!("{path}/{}/delivery", text(&sent["id"]));
    assert_eq!(peter.api("DELETE", &delivery, json!(null)).0, 409, "only its author takes it back");
    let draft = kata.delete(&delivery);
    assert_eq!(draft["text"], "Elhamarkodott válasz.");
    let after = app.get(&format!("conversations/{id}"));
    for key in
        ["status", "closed_at", "assignee", "waiting_since", "preview", "message_count", "last_message_kind"]
    {
        assert_eq!(after[key], before[key], "{key}");
    }
    app.patch("workspace", json!({ "send_undo_seconds": 2 }));
    kata.post(&path, json!({ "text": "Megfontolt válasz." }));
    let arrived = mailbox_of(&anna, 1);
    assert!(arrived[0].body.contains("Megfontolt"), "{}", arrived[0].body);
    quiet(&app);
    assert_eq!(mailbox_of(&anna, 1).len(), 1);
    let late = thread(&app, &id).into_iter().rfind(|m| m["kind"] == "out").unwrap();
    let (status, refused) =
        kata.api("DELETE", &format!("{path}/{}/delivery", text(&late["id"])), json!(null));
    assert_eq!((status, refused["error"]["code"].as_str()), (409, Some("too_late_to_undo")));
}

fn an_answer_after_a_colleagues_is_stopped_unless_it_is_meant(engine: Engine) {
    let (app, info) = start(engine);
    app.patch("workspace", json!({ "send_undo_seconds": 0 }));
    let (kata, _) = app.user("Kiss Kata", "kata@kapocs.example", "agent");
    let (peter, _) = app.user("Nagy Péter", "peter@kapocs.example", "agent");
    let anna = customer();
    info.take(&Letter::new(&anna, &info.address, "Kérdés", "Ki ér rá?"));
    let (id, _) = arrived(&app, "Ki ér rá?");
    let path = format!("conversations/{id}/messages");
    kata.post(&path, json!({ "text": "Én.", "seen_seq": 1 }));
    let (status, refused) = peter.api("POST", &path, json!({ "text": "Én is.", "seen_seq": 1 }));
    assert_eq!((status, refused["error"]["code"].as_str()), (409, Some("answered_meanwhile")));
    peter.post(&path, json!({ "text": "Én is, direkt.", "seen_seq": 1, "override": true }));
    let bodies: Vec<_> = mailbox_of(&anna, 2).into_iter().map(|l| l.body).collect();
    assert!(bodies.iter().any(|b| b.starts_with("Én is, direkt.")), "{bodies:?}");
    quiet(&app);
    assert_eq!(mailbox_of(&anna, 2).len(), 2);
}

fn an_answer_sent_twice_by_a_client_is_one(engine: Engine) {
    let (app, info) = start(engine);
    let anna = customer();
    info.take(&Letter::new(&anna, &info.address, "Kérdés", "Kétszer küldve?"));
    let (id, _) = arrived(&app, "Kétszer küldve?");
    let path = format!("conversations/{id}/messages");
    let body = json!({ "text": "Egyszer.", "client_id": "01a00000-0000-7000-8000-000000000001" });
    let (one, again) = (app.post(&path, body.clone()), app.post(&path, body));
    assert_eq!(one["id"], again["id"]);
    let keyed =
        |words: &str| app.send("POST", &path, &[("idempotency-key", "k1")], &json!({ "text": words }));
    let (first, second, other) = (keyed("Kulccsal."), keyed("Kulccsal."), keyed("Mással."));
    assert_eq!((first.status, second.status, other.status), (201, 201, 422));
    assert_eq!(first.json()["id"], second.json()["id"]);
    until("both answers", || (mailbox_of(&anna, 2).len() == 2).then_some(()));
    quiet(&app);
    assert_eq!(mailbox_of(&anna, 2).len(), 2);
}

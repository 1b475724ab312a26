//! Forwarding, and pictures that a letter only names.

use serde_json::json;
use testkit::{Engine, on_both_engines, text};

use crate::{
    desk::{arrived, start, thread},
    letter::Letter,
    post::{customer, mailbox_of},
};

on_both_engines! {
    a_message_is_passed_on_with_its_file_and_both_conversations_name_each_other
    what_an_agent_may_not_read_cannot_be_passed_on
    pictures_of_other_hosts_come_by_way_of_us_and_never_from_the_inside
}

const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// A letter with a picture beside it.
fn with_file(letter: &Letter) -> Vec<u8> {
    let plain = String::from_utf8(letter.bytes()).unwrap();
    let (head, body) = plain.split_once("\r\n\r\n").unwrap();
    let kept = head.split("\r\n").filter(|line| !line.to_lowercase().starts_with("content-"));
    let head: Vec<&str> = kept.filter(|line| !line.to_lowercase().starts_with("mime-version")).collect();
    format!(
        "{}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x0\r\n\r\n--x0\r\nContent-Type: text/plain; \
         charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}\r\n--x0\r\nContent-Type: image/png\r\n\
         Content-Disposition: attachment; filename=lampa.png\r\nContent-Transfer-Encoding: base64\r\n\r\n{PIXEL}\r\n--x0--\r\n",
        head.join("\r\n")
    )
    .into_bytes()
}

fn a_message_is_passed_on_with_its_file_and_both_conversations_name_each_other(engine: Engine) {
    let (app, info) = start(engine);
    app.patch("workspace", json!({ "send_undo_seconds": 0 }));
    let (anna, maker) = (customer(), customer());
    let letter = Letter::new(&anna, &info.address, "Hibás lámpa", "Ilyen állapotban érkezett.");
    info.take_raw(&with_file(&letter), &anna);
    let (id, message) = arrived(&app, "Ilyen állapotban érkezett.");
    let file = text(&message["attachments"][0]["id"]);

    let made = app.post(
        "conversations",
        json!({ "channel_id": info.id, "to": maker, "subject": "Fwd: Hibás lámpa", "text": "Mit tegyünk?",
            "forward_of": message["id"], "attachments": [file] }),
    );
    let sent = mailbox_of(&maker, 1).remove(0);
    assert_eq!(sent.subject, "Fwd: Hibás lámpa");
    assert!(sent.body.contains("Mit tegyünk?"), "{}", sent.body);
    let ours = thread(&app, &text(&made["id"])).into_iter().find(|m| m["kind"] == "out").unwrap();
    assert_eq!(ours["attachments"][0]["name"], "lampa.png");
    let kept = thread(&app, &id).remove(0);
    assert_eq!(kept["attachments"][0]["id"], file.as_str(), "the first message keeps its own");
    assert_eq!(made["linked"][0]["id"], id.as_str());
    assert_eq!(app.get(&format!("conversations/{id}"))["linked"][0]["id"], made["id"]);
}

fn what_an_agent_may_not_read_cannot_be_passed_on(engine: Engine) {
    let (app, info) = start(engine);
    let (kata, _) = app.user("Kiss Kata", "kata@kapocs.example", "agent");
    let anna = customer();
    info.take(&Letter::new(&anna, &info.address, "Bizalmas", "Csak a vezetőknek."));
    let (id, message) = arrived(&app, "Csak a vezetőknek.");
    let team = app.post("teams", json!({ "name": "Vezetők", "private": true }));
    app.put(&format!("conversations/{id}/team"), json!({ "team_id": team["id"] }));
    let forward = |of: &serde_json::Value| {
        let new = json!({ "channel_id": info.id, "to": customer(), "text": "x", "forward_of": of });
        let (status, answer) = kata.api("POST", "conversations", new);
        (status, text(&answer["error"]["field"]))
    };
    assert_eq!(forward(&message["id"]), (400, "forward_of".to_owned()));
    let note =
        app.post(&format!("conversations/{id}/messages"), json!({ "kind": "note", "text": "Magunk közt." }));
    app.put(&format!("conversations/{id}/team"), json!({ "team_id": null }));
    assert_eq!(forward(&note["id"]), (400, "forward_of".to_owned()), "a note is for us alone");
}

fn pictures_of_other_hosts_come_by_way_of_us_and_never_from_the_inside(engine: Engine) {
    let (app, info) = start(engine);
    let anna = customer();
    let inside = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    inside.set_nonblocking(true).unwrap();
    let port = inside.local_addr().unwrap().port();
    let mut letter = Letter::new(&anna, &info.address, "Képes levél", "Nézze meg a képet!");
    letter.html = Some(format!(
        "<p>Nézze meg a képet!</p><img src=\"http://127.0.0.1:{port}/a.png\" width=\"40\" height=\"40\">"
    ));
    info.take(&letter);
    let (_, message) = arrived(&app, "Nézze meg a képet!");
    let html = &message["html"];
    assert_eq!(html["remote_images"], true, "{message}");
    let page = |url: &serde_json::Value| {
        let url = text(url);
        let (origin, path) = url.split_at(url.find("/content/").unwrap());
        app.raw("GET", path, &[("host", origin.trim_start_matches("http://"))], &[])
    };
    let closed = page(&html["url"]).text();
    assert!(closed.contains("<img") && !closed.contains(" src="), "nothing is fetched unasked: {closed}");
    let shown = page(&html["url_with_images"]).text();
    assert!(shown.contains(" src="), "{shown}");
    let source = shown.split(" src=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    assert!(source.contains("/remote?u=http"), "{shown}");
    let answer = page(&json!(source));
    assert_eq!(answer.status, 404, "{}", answer.text());
    assert_eq!(page(&json!(source.replace("a.png", "b.png"))).status, 404, "the link is signed");
    assert!(inside.accept().is_err(), "nobody came");
}

use std::time::Duration;

use serde_json::Value as Json;
use testkit::{Engine, on_both_engines, servers::wait_within};

use crate::{
    desk::{arrived, start},
    letter::Letter,
};

on_both_engines! {
    a_search_finds_hungarian_forms
}

fn encoded(words: &str) -> String {
    words
        .bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

fn a_search_finds_hungarian_forms(engine: Engine) {
    let (app, info) = start(engine);
    info.take(&Letter::new(
        "anna@customer.example",
        &info.address,
        "Visszaküldés",
        "A megrendelt könyveimet szeretném visszaküldeni.",
    ));
    let (id, _) = arrived(&app, "könyveimet");
    let finds = |words: &str| {
        let found = app.get(&format!("conversations?query={}", encoded(words)));
        found["items"].as_array().unwrap().iter().any(|c| c["id"] == id.as_str())
    };
    wait_within(Duration::from_secs(30), "the letter in the search", || finds("könyv").then_some(()));
    for words in
        ["könyveim", "konyv", "könyvek", "visszaküldés", "megrendelt könyvet", "\"szeretném visszaküldeni\""]
    {
        assert!(finds(words), "{words}");
    }
    for words in ["kenyér", "könyv -megrendelt", "\"visszaküldeni szeretném\""] {
        assert!(!finds(words), "{words}");
    }
    let note = serde_json::json!({ "kind": "note", "text": "A raktárosaink keresik." });
    app.post(&format!("conversations/{id}/messages"), note);
    wait_within(Duration::from_secs(30), "the note in the search", || finds("raktáros").then_some(()));
    let people = app.get("search?query=anna%40customer.example")["people"].clone();
    assert_eq!(people[0]["email"], "anna@customer.example");
    assert_ne!(people, Json::Null);
}

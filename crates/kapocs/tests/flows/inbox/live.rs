use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use testkit::{ADMINISTRATOR, Client, Engine, Socket, TestApp, on_both_engines, text};

use super::counters::{Dice, Stage};
use crate::desk::{conversations, start, thread};

on_both_engines! {
    old_state_and_facts_are_the_fresh_state_after_a_resume
    a_live_feed_tells_nothing_of_a_private_team
}

/// What a client keeps of the inbox: conversations with their messages.
type State = BTreeMap<String, (Json, Vec<Json>)>;

fn one(app: &Client, c: &Json) -> (String, (Json, Vec<Json>)) {
    let id = text(&c["id"]);
    let messages = thread(app, &id);
    (id, (c.clone(), messages))
}

fn fresh(app: &Client) -> State {
    conversations(app).iter().map(|c| one(app, c)).collect()
}

/// Reads facts until that of a mark, and reads the named conversations again, as a client does.
fn catch_up(app: &TestApp, who: &Client, socket: &mut Socket, state: &mut State, round: u32) -> Json {
    let mark = text(&app.post("tags", json!({ "name": format!("jel {round}") }))["id"]);
    let marked = state.keys().next().unwrap().clone();
    app.put(&format!("conversations/{marked}/tags/{mark}"), Json::Null);
    let last = socket
        .hear("the mark", |m| m["name"] == "conversation.tagged" && m["payload"]["tag"] == mark.as_str());
    let named: BTreeSet<String> =
        socket.heard.iter().filter_map(|m| m["conversation"].as_str().map(str::to_owned)).collect();
    let ids: Vec<_> = named.into_iter().collect();
    let page = who.get(&format!("conversations?ids={}", ids.join(",")));
    for c in page["items"].as_array().unwrap() {
        let (id, entry) = one(who, c);
        state.insert(id, entry);
    }
    last["cursor"].clone()
}

fn old_state_and_facts_are_the_fresh_state_after_a_resume(engine: Engine) {
    let (mut app, info) = start(engine);
    let stage = Stage::set(&app, &info);
    let administrator = app.sign_in(ADMINISTRATOR);
    let mut dice = Dice::new(7);
    let mut socket = app.live(&administrator, &Json::Null);
    let mut cursor = socket.hear_type("hello")["cursor"].clone();
    let mut state = fresh(&administrator);
    for round in 0..4 {
        (0..15).for_each(|_| stage.act(&app, &mut dice));
        if round % 2 == 1 {
            // The connection was lost meanwhile.
            drop(socket);
            (0..15).for_each(|_| stage.act(&app, &mut dice));
            socket = app.live(&administrator, &cursor);
            socket.hear_type("hello");
        }
        cursor = catch_up(&app, &administrator, &mut socket, &mut state, round);
        let now = fresh(&administrator);
        for (id, entry) in &now {
            assert_eq!(state.get(id), Some(entry), "round {round}");
        }
        assert_eq!(state.len(), now.len());
    }
    drop(socket);
    app.restart();
    let again = app.sign_in(ADMINISTRATOR);
    let mut socket = app.live(&again, &cursor);
    assert_eq!(socket.hear("a greeting", |m| m["type"] == "hello" || m["type"] == "reset")["type"], "hello");
}

fn a_live_feed_tells_nothing_of_a_private_team(engine: Engine) {
    let (app, info) = start(engine);
    let (kata, kata_id) = app.user("Kiss Kata", "kata@kapocs.example", "agent");
    let (peter, _) = app.user("Nagy Péter", "peter@kapocs.example", "agent");
    let team = text(&app.post("teams", json!({ "name": "Bér", "private": true }))["id"]);
    app.put(&format!("teams/{team}/members/{kata_id}"), Json::Null);
    let hidden = super::verbs::letter(&app, &info, "anna@customer.example", "Bértitok");
    let open = super::verbs::letter(&app, &info, "bea@customer.example", "Nyilvános");
    app.put(&format!("conversations/{hidden}/team"), json!({ "team_id": team }));
    let mut feeds = [app.live(&kata, &Json::Null), app.live(&peter, &Json::Null)];
    feeds.iter_mut().for_each(|feed| drop(feed.hear_type("hello")));
    app.put(&format!("conversations/{hidden}/priority"), json!({ "priority": "urgent" }));
    app.put(&format!("conversations/{open}/priority"), json!({ "priority": "urgent" }));
    let about = |id: &str, m: &Json| m["conversation"] == id && m["name"] == "conversation.priority_changed";
    for feed in &mut feeds {
        feed.hear("the open one", |m| about(&open, m));
    }
    assert!(feeds[0].heard.iter().any(|m| about(&hidden, m)), "its member hears it");
    assert!(feeds[1].heard.iter().all(|m| m["conversation"] != hidden.as_str()), "{:#?}", feeds[1].heard);
}

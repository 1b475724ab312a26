use serde_json::{Value as Json, json};
use testkit::{ADMINISTRATOR, Client, Engine, TestApp, on_both_engines, text};

use super::verbs::letter;
use crate::desk::start;

on_both_engines! {
    view_counters_equal_a_recount_after_three_hundred_random_acts
}

/// A small generator of our own, so that a failed walk can be walked again.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len())]
    }
}

/// Who and what the random acts are about.
pub struct Stage {
    pub users: Vec<(Client, String)>,
    pub teams: Vec<String>,
    pub tags: Vec<String>,
    pub ids: Vec<String>,
}

impl Stage {
    pub fn set(app: &TestApp, info: &crate::desk::Receiver) -> Self {
        let users = vec![
            app.user("Kiss Kata", "kata@kapocs.example", "agent"),
            app.user("Nagy Péter", "peter@kapocs.example", "lead"),
        ];
        let team = |name: &str, private: bool| {
            let id = text(&app.post("teams", json!({ "name": name, "private": private }))["id"]);
            app.put(&format!("teams/{id}/members/{}", users[0].1), Json::Null);
            id
        };
        let teams = vec![team("Raktár", false), team("Bér", true)];
        let tags = ["egy", "két"].map(|name| text(&app.post("tags", json!({ "name": name }))["id"])).to_vec();
        let ids = (0..12)
            .map(|n| letter(app, info, &format!("vevo{n}@customer.example"), &format!("Ügy {n:02}")))
            .collect();
        Self { users, teams, tags, ids }
    }

    /// One act of somebody; what is refused changes nothing, so the answer does not matter.
    pub fn act(&self, app: &TestApp, dice: &mut Dice) {
        let everybody: Vec<&Client> = self.users.iter().map(|(client, _)| client).chain([&**app]).collect();
        let who = *dice.pick(&everybody);
        let id = dice.pick(&self.ids);
        let at = |path: &str| format!("conversations/{id}/{path}");
        let (_, user) = dice.pick(&self.users);
        let team = dice.pick(&self.teams);
        let tag = dice.pick(&self.tags);
        let (method, path, body) = match dice.roll(17) {
            0 => ("PUT", at("assignee"), json!({ "user_id": user })),
            1 => ("PUT", at("assignee"), json!({ "user_id": null })),
            2 => ("PUT", at("team"), json!({ "team_id": team })),
            3 => ("PUT", at("team"), json!({ "team_id": null })),
            4 => ("PUT", at("priority"), json!({ "priority": "high" })),
            5 => ("PUT", at("snooze"), json!({ "until": "2099-01-01T00:00:00Z" })),
            6 => ("DELETE", at("snooze"), Json::Null),
            7 => ("POST", at("closure"), Json::Null),
            8 => ("DELETE", at("closure"), Json::Null),
            9 => ("PUT", at(&format!("tags/{tag}")), Json::Null),
            10 => ("DELETE", at(&format!("tags/{tag}")), Json::Null),
            11 => (
                "POST",
                at("messages"),
                json!({ "text": "Válasz.", "override": true, "close": dice.roll(2) == 0 }),
            ),
            12 => ("POST", at("messages"), json!({ "kind": "note", "text": "Nézd!", "mentions": [user] })),
            13 => ("PUT", at("read"), json!({ "seq": 1_000 })),
            14 => ("PUT", at("status"), json!({ "status": "open" })),
            15 => return self.bulk(who, dice, user, team),
            _ => return self.send_and_undo(who, id),
        };
        let (status, answer) = who.api(method, &path, body);
        assert!(status < 500, "{method} {path}: {status} {answer}");
    }

    fn bulk(&self, who: &Client, dice: &mut Dice, user: &str, team: &str) {
        let ids: Vec<_> = (0..4).map(|_| dice.pick(&self.ids).clone()).collect();
        let acts = [
            json!({ "kind": "close" }),
            json!({ "kind": "assign", "user_id": user }),
            json!({ "kind": "team", "team_id": team }),
            json!({ "kind": "snooze", "until_reply": true }),
        ];
        let (status, batch) =
            who.api("POST", "conversation-batches", json!({ "ids": ids, "act": dice.pick(&acts) }));
        assert!(status < 500, "{status} {batch}");
        if status == 201 && dice.roll(2) == 0 {
            who.delete(&format!("conversation-batches/{}", text(&batch["id"])));
        }
    }

    fn send_and_undo(&self, who: &Client, id: &str) {
        let path = format!("conversations/{id}/messages");
        let (status, sent) = who.api("POST", &path, json!({ "text": "Mégsem.", "override": true }));
        if status == 201 {
            who.api("DELETE", &format!("{path}/{}/delivery", text(&sent["id"])), Json::Null);
        }
    }
}

fn recounted(caller: &Client, view: &str) -> i64 {
    let page = caller.get(&format!("conversations?view={view}&limit=200"));
    assert_eq!(page["next"], Json::Null);
    i64::try_from(page["items"].as_array().unwrap().len()).unwrap()
}

fn view_counters_equal_a_recount_after_three_hundred_random_acts(engine: Engine) {
    let (app, info) = start(engine);
    app.patch("workspace", json!({ "send_undo_seconds": 30 }));
    let stage = Stage::set(&app, &info);
    let administrator = app.sign_in(ADMINISTRATOR);
    let mut dice = Dice::new(20_261_121);
    for step in 1..=300 {
        stage.act(&app, &mut dice);
        if step % 50 != 0 {
            continue;
        }
        for caller in [&stage.users[0].0, &stage.users[1].0, &administrator] {
            let views = caller.get("views");
            for view in views["items"].as_array().or(views.as_array()).unwrap() {
                let key = text(&view["key"]);
                assert_eq!(view["count"], recounted(caller, &key), "{key} after {step} acts");
            }
        }
    }
}

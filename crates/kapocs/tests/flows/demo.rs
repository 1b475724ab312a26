//! The demo: a place that was empty, full of life, and quiet towards the outside.

use std::net::SocketAddr;

use kapocs::{Config, Running, demo};
use serde_json::{Value as Json, json};
use store::Read;
use testkit::{Client, Credential, Database, Engine, on_both_engines, text, until};
use tokio::runtime::{Builder, Runtime};

on_both_engines! {
    the_demo_is_full_of_life_and_every_counter_is_right
    an_answer_in_the_demo_is_sent_and_a_second_start_changes_nothing
}

#[test]
fn a_place_that_outgrew_its_file_goes_on_upon_postgresql() {
    let mut shown = Shown::start(Engine::Sqlite);
    let anna = shown.sign_in("kovacs.anna@mecsesbolt.example");
    let (before, views) = (listed(&anna, "all"), anna.get("views"));
    shown.stop();
    let larger = Database::create(Engine::Postgres);
    shown.config.database = larger.url().map(str::to_owned);
    shown.runtime.block_on(kapocs::relocation::to_postgres(&shown.config)).unwrap();
    shown.launch();
    let anna = shown.sign_in("kovacs.anna@mecsesbolt.example");
    assert_eq!(listed(&anna, "all"), before);
    assert_eq!(anna.get("views"), views);
    let found = until("the search is there again", || {
        let page = anna.get("conversations?query=csomag");
        (!page["items"].as_array().unwrap().is_empty()).then_some(page)
    });
    let id = text(&found["items"][0]["id"]);
    anna.post(
        &format!("conversations/{id}/messages"),
        json!({ "kind": "note", "text": "Már a nagy gépen." }),
    );
    assert!(
        shown.runtime.block_on(kapocs::relocation::to_postgres(&shown.config)).is_err(),
        "what is there already is not overwritten"
    );
    shown.stop();
}

/// Persons of whom we have a visit of a page, an order, a letter and a chat.
const WHOLE_STORIES: &str = "SELECT COUNT(*) FROM persons p WHERE p.merged_into IS NULL
    AND EXISTS (SELECT 1 FROM facts f JOIN persons h ON h.id = f.person_id
                WHERE COALESCE(h.merged_into, h.id) = p.id AND f.name = 'page.viewed')
    AND EXISTS (SELECT 1 FROM facts f JOIN persons h ON h.id = f.person_id
                WHERE COALESCE(h.merged_into, h.id) = p.id AND f.name = 'event:Order Completed')
    AND EXISTS (SELECT 1 FROM conversations c JOIN channels ch ON ch.id = c.channel_id JOIN persons h ON h.id = c.person_id
                WHERE COALESCE(h.merged_into, h.id) = p.id AND ch.kind = 'chat')
    AND EXISTS (SELECT 1 FROM conversations c JOIN channels ch ON ch.id = c.channel_id JOIN persons h ON h.id = c.person_id
                WHERE COALESCE(h.merged_into, h.id) = p.id AND ch.kind = 'email')";

struct Shown {
    runtime: Runtime,
    running: Option<Running>,
    config: Config,
    // Last: the server has ended when its data goes.
    _database: Database,
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shown {
    fn start(engine: Engine) -> Self {
        let database = Database::create(engine);
        let config = Config {
            data: database.folder().to_owned(),
            database: database.url().map(str::to_owned),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            ..Config::default()
        };
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let mut shown = Self { runtime, running: None, config, _database: database };
        shown.launch();
        shown
    }

    fn launch(&mut self) {
        self.running = Some(self.runtime.block_on(demo::start(&self.config)).unwrap());
    }

    fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }

    fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    #[track_caller]
    fn sign_in(&self, email: &str) -> Client {
        let nobody = Client::new(self.running().address, Credential::Nobody);
        let answer =
            nobody.send("POST", "session", &[], &json!({ "email": email, "password": demo::PASSWORD }));
        assert_eq!(answer.status, 201, "{}", answer.text());
        let pair = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        Client::new(self.running().address, Credential::Cookie(pair))
    }

    fn number(&self, sql: &'static str) -> i64 {
        let asked = |read: &mut Read<'_>| read.one(sql, &[])?.get(0);
        self.runtime.block_on(self.running().app.db.system_read("test", asked)).unwrap()
    }
}

/// All conversations of a view, page after page.
fn listed(client: &Client, view: &str) -> Vec<Json> {
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("conversations?view={view}&limit=200{after}"));
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return all,
        }
    }
}

fn the_demo_is_full_of_life_and_every_counter_is_right(engine: Engine) {
    let shown = Shown::start(engine);
    for email in ["kovacs.anna@mecsesbolt.example", "toth.bence@mecsesbolt.example"] {
        let colleague = shown.sign_in(email);
        let views = colleague.get("views");
        let views = views["items"].as_array().or(views.as_array()).unwrap();
        assert!(views.len() >= 9);
        for view in views {
            let key = text(&view["key"]);
            let counted = listed(&colleague, &key).len();
            assert_eq!(view["count"], json!(counted), "{email} {key}");
        }
    }
    let anna = shown.sign_in("kovacs.anna@mecsesbolt.example");
    let all = listed(&anna, "all");
    let unread = all.iter().filter(|conversation| conversation["unread"] == true).count();
    assert!(unread > 0 && unread * 2 < all.len() + 20, "{unread} of {} are unread", all.len());
    assert!(shown.number("SELECT COUNT(*) FROM conversations") >= 400);
    let waiting = "SELECT COUNT(*) FROM jobs
        WHERE state = 'dead' OR (kind <> 'conversation.wake' AND kind NOT LIKE 'audiences.%')";
    assert_eq!(shown.number(waiting), 0);
    let whole = shown.number(WHOLE_STORIES);
    assert!(whole >= 5, "web visit, order, mail and chat of one person: {whole}");
    until("the audiences are filled", || {
        let audiences = anna.get("audiences");
        let found = audiences["items"].as_array().unwrap();
        (found.len() == 3 && found.iter().all(|one| one["members"].as_i64() > Some(0))).then_some(())
    });
    assert_eq!(shown.number("SELECT COUNT(*) FROM deliveries WHERE state <> 'sent'"), 0);
    assert!(shown.number("SELECT COUNT(*) FROM deliveries") > 300);
    assert_eq!(shown.number("SELECT COUNT(*) FROM facts_set_aside"), 0);
}

fn an_answer_in_the_demo_is_sent_and_a_second_start_changes_nothing(engine: Engine) {
    let mut shown = Shown::start(engine);
    let conversations = shown.number("SELECT COUNT(*) FROM conversations");
    shown.stop();
    shown.launch();
    assert_eq!(shown.number("SELECT COUNT(*) FROM conversations"), conversations);
    let bence = shown.sign_in("toth.bence@mecsesbolt.example");
    let waiting = listed(&bence, "all");
    let by_mail = waiting.iter().find(|conversation| conversation["channel"]["kind"] == "email").unwrap();
    let id = text(&by_mail["id"]);
    let body = json!({ "text": "Köszönjük a türelmét, utánanéztünk.", "override": true });
    let message = bence.post(&format!("conversations/{id}/messages"), body);
    let seq = message["seq"].as_i64().unwrap();
    until("the answer is caught", || {
        let newest = bence.get(&format!("conversations/{id}/messages?after={}", seq - 1));
        // Events of the demo's last hours may stand before it.
        let ours = newest["items"].as_array()?.iter().find(|item| item["id"] == message["id"])?;
        (ours["delivery"]["state"] == "sent").then_some(())
    });
}

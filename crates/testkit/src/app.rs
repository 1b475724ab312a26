//! The whole server, with a workspace, on a port of its own.

use std::{net::SocketAddr, ops::Deref, time::Duration};

use kapocs::{
    Config, Running,
    setup::{Asked, Made, setup},
};
use kernel::{Clock, Locale};
use serde_json::{Value as Json, json};
use store::Options;
use tokio::runtime::{Builder, Runtime};

use crate::{Client, Credential, Database, Engine, Socket};

/// The password of every user made here.
pub const PASSWORD: &str = "esőben ázó zsiráf";
/// The administrator made by the setup.
pub const ADMINISTRATOR: &str = "biro.rita@kapocs.example";

/// A running server; calls on it are made with the key that `kapocs setup` prints.
pub struct TestApp {
    runtime: Runtime,
    running: Option<Running>,
    client: Client,
    config: Config,
    clock: Clock,
    pub made: Made,
    // Last: the server has ended when its data goes.
    database: Database,
}

impl Deref for TestApp {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl TestApp {
    pub fn start(engine: Engine) -> Self {
        Self::start_at(engine, Clock::System)
    }

    /// With a clock that the test holds.
    pub fn start_at(engine: Engine, clock: Clock) -> Self {
        let database = Database::create(engine);
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let config = Config {
            data: database.folder().to_owned(),
            database: database.url().map(str::to_owned),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            rate_limits: false,
            dns: vec!["off".to_owned()],
            ..Config::default()
        };
        let options = Options { data: config.data.clone(), database: config.database.clone() };
        let asked = Asked {
            workspace: "Csipke Kft.".into(),
            admin: ADMINISTRATOR.into(),
            password: PASSWORD.into(),
            locale: Locale::Hu,
            time_zone: "Europe/Budapest".into(),
        };
        let made = runtime.block_on(setup(&options, &asked)).expect("a workspace");
        let key = Credential::Bearer(made.api_key.clone().expect("the first setup gives a key"));
        let client = Client::new(config.listen, key);
        let mut app = Self { runtime, running: None, client, config, clock, made, database };
        app.launch();
        app
    }

    fn launch(&mut self) {
        let starting = kapocs::start(&self.config, self.clock.clone());
        let running = self.runtime.block_on(starting).expect("the server starts");
        self.client = Client::new(running.address, self.client.credential.clone());
        self.running = Some(running);
    }

    /// Ends the server in order; its data stays.
    pub fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }

    /// Starts it again over the same data, on another port.
    pub fn restart(&mut self) {
        self.stop();
        self.launch();
    }

    /// What SDKs send with; the setup prints it.
    pub fn write_key(&self) -> String {
        self.made.write_key.clone().expect("the first setup gives a write key")
    }

    pub fn running(&self) -> &Running {
        self.running.as_ref().expect("the server runs")
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Lets time pass on a clock that the test holds; timers that became due fire.
    pub fn advance(&self, time: Duration) {
        self.clock.advance(time);
        let db = self.running().app.db.clone();
        let woken = self.runtime.block_on(async move {
            db.system("test", |tx| {
                tx.wake_jobs();
                Ok(())
            })
            .await
        });
        woken.expect("the database answers");
    }

    /// Runs a future of the server's crates.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// A caller with another credential.
    pub fn caller(&self, credential: Credential) -> Client {
        Client::new(self.client.address(), credential)
    }

    /// Makes a user and signs in. The client's user id is the second.
    #[track_caller]
    pub fn user(&self, name: &str, email: &str, role: &str) -> (Client, String) {
        let user =
            self.post("users", json!({ "name": name, "email": email, "role": role, "password": PASSWORD }));
        (self.sign_in(email), text(&user["id"]))
    }

    #[track_caller]
    pub fn sign_in(&self, email: &str) -> Client {
        let nobody = self.caller(Credential::Nobody);
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = nobody.send("POST", "session", &[], &body);
        assert_eq!(answer.status, 201, "{}", answer.text());
        let set = answer.header("set-cookie").expect("a session cookie");
        let pair = set.split(';').next().expect("a pair").to_owned();
        self.caller(Credential::Cookie(pair))
    }

    /// The live feed as this caller hears it; what came before `since` is left out.
    #[track_caller]
    pub fn live(&self, caller: &Client, since: &Json) -> Socket {
        let mut socket = Socket::open(caller.address(), "/api/v1/live", &caller.credential);
        socket.say(&json!({ "type": "hello", "since": since }));
        socket
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop();
        #[cfg(debug_assertions)]
        if !std::thread::panicking() {
            let ways = store::long_ways();
            assert!(ways.is_empty(), "statements that look through all rows:\n{}", ways.join("\n"));
        }
    }
}

/// A text in JSON, without its quotation marks.
#[track_caller]
pub fn text(json: &Json) -> String {
    json.as_str().unwrap_or_else(|| panic!("{json} is no text")).to_owned()
}

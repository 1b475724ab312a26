//! Databases and a served API for the tests of this crate.

use std::{path::PathBuf, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use futures::future::BoxFuture;
use kernel::{Caller, Clock, ConversationId, Fact, Locale, Result, Role, TeamId, Timestamp, WorkspaceId};
use serde_json::{Value as Json, json};
use store::{Db, Options, Read, Tx, search::Search};
use tower::ServiceExt;
use web::{App, Edge, Hub, Limits, LiveRights, Rights};

use crate::access::{
    Directory, hash_password,
    setup::{Created, NewWorkspace, SetupToken, create_workspace},
};

pub const PASSWORD: &str = "esőben ázó zsiráf";

pub struct TestDb {
    pub db: Db,
    /// The system in a workspace without users.
    pub caller: Caller,
    folder: PathBuf,
    /// The PostgreSQL server and the name of our database there.
    server: Option<(String, String)>,
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
        if let Some((url, name)) = self.server.take() {
            // The blocking client must not run on a thread of the test's runtime.
            let _ = std::thread::spawn(move || run_on(&url, &format!("DROP DATABASE {name} WITH (FORCE)")))
                .join();
        }
    }
}

impl TestDb {
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.db.write(&self.caller, work).await.expect("written")
    }

    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Read<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.db.read(&self.caller, work).await.expect("read")
    }

    /// The names of all facts of the workspace, oldest first.
    pub async fn facts(&self) -> Vec<String> {
        self.read(|read| {
            let workspace = read.workspace();
            let sql = "SELECT name FROM facts WHERE workspace_id = $1 ORDER BY seq";
            read.rows(sql, store::params![workspace])?.iter().map(|row| row.get(0)).collect()
        })
        .await
    }
}

/// SQLite always, PostgreSQL when its address is given.
pub async fn engines() -> Vec<TestDb> {
    let mut all = vec![open(None).await];
    if let Ok(url) = std::env::var("KAPOCS_TEST_POSTGRES") {
        all.push(open(Some(url)).await);
    }
    all
}

async fn open(url: Option<String>) -> TestDb {
    let name = format!("kapocs_{}", uuid::Uuid::now_v7().simple());
    let folder = std::env::temp_dir().join(&name);
    let server = url.map(|url| (url, name));
    let database = server.clone().map(|(url, name)| {
        let (base, _) = url.rsplit_once('/').expect("a URL with a database");
        format!("{base}/{name}")
    });
    if let Some((url, name)) = server.clone() {
        let create = move || run_on(&url, &format!("CREATE DATABASE {name}"));
        tokio::task::spawn_blocking(create).await.expect("created");
    }
    let options = Options { data: folder.clone(), database };
    let clock = Clock::manual(Timestamp::from_seconds(1_795_000_000));
    let db = Db::open(&options, clock).await.expect("opens");
    TestDb { db, caller: Caller::system(WorkspaceId::new(), "test"), folder, server }
}

fn run_on(url: &str, sql: &str) {
    let mut client = postgres::Client::connect(url, postgres::NoTls).expect("PostgreSQL answers");
    client.batch_execute(sql).expect("runs");
}

struct NoLive;

impl LiveRights for NoLive {
    fn private_team<'a>(&'a self, _: &'a Caller, _: ConversationId) -> BoxFuture<'a, Result<Option<TeamId>>> {
        Box::pin(async { Ok(None) })
    }

    fn rights<'a>(&'a self, _: &'a Caller) -> BoxFuture<'a, Result<Rights>> {
        Box::pin(async { Ok(Rights::default()) })
    }

    fn around<'a>(&'a self, _: &'a [Fact]) -> BoxFuture<'a, Result<web::Around>> {
        Box::pin(async { Ok(web::Around::default()) })
    }

    fn views<'a>(&'a self, _: &'a Caller) -> BoxFuture<'a, Result<Json>> {
        Box::pin(async { Ok(Json::Null) })
    }
}

/// The routes of this crate behind all guards, over one database.
pub struct Site {
    pub t: TestDb,
    router: Router,
    pub setup_token: String,
}

pub struct Answer {
    pub status: StatusCode,
    pub body: Json,
    /// The session cookie, when one was set.
    pub cookie: Option<String>,
    pub replayed: bool,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    pub fn id(&self) -> String {
        self.body["id"].as_str().expect("an id").to_owned()
    }
}

/// One request being put together.
pub struct Call<'s> {
    site: &'s Site,
    request: axum::http::request::Builder,
    body: Option<Json>,
}

impl Call<'_> {
    pub fn cookie(mut self, cookie: &str) -> Self {
        self.request = self.request.header(header::COOKIE, cookie).header(header::ORIGIN, "http://localhost");
        self
    }

    pub fn key(mut self, key: &str) -> Self {
        self.request = self.request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub fn json(mut self, body: Json) -> Self {
        self.request = self.request.header(header::CONTENT_TYPE, "application/json");
        self.body = Some(body);
        self
    }

    pub async fn send(self) -> Answer {
        let body = self.body.map_or_else(Body::empty, |json| Body::from(json.to_string()));
        let request = self.request.body(body).expect("a request");
        let response = self.site.router.clone().oneshot(request).await.expect("answers");
        let status = response.status();
        let set = response.headers().get(header::SET_COOKIE).and_then(|value| value.to_str().ok());
        let cookie = set.map(|set| set.split(';').next().expect("a pair").to_owned());
        let replayed = response.headers().contains_key("idempotent-replay");
        let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        let body = serde_json::from_slice(&bytes).unwrap_or(Json::Null);
        Answer { status, body, cookie, replayed }
    }
}

impl Site {
    pub async fn all() -> Vec<Self> {
        let mut sites = Vec::new();
        for t in engines().await {
            sites.push(Self::over(t).await);
        }
        sites
    }

    async fn over(t: TestDb) -> Self {
        let (_, stop) = tokio::sync::watch::channel(false);
        let edge = Edge {
            external_url: "http://localhost".into(),
            content_url: "http://localhost".into(),
            hosts: vec!["localhost".into()],
            trusted_proxies: Vec::new(),
        };
        let app = App {
            db: t.db.clone(),
            search: Search::open(&t.db, Arc::new(|_, _| Ok(Vec::new()))).await.expect("opens"),
            auth: Arc::new(Directory::new(&t.db)),
            hub: Hub::new(Arc::new(NoLive), stop),
            limits: Limits::default(),
            edge: Arc::new(edge),
            request_secret: [7; 32],
        };
        let (token, setup_token) = SetupToken::generate();
        let (router, _) = crate::routes(token).split_for_parts();
        let router = web::guard(router.with_state(app.clone()), &app);
        Self { t, router, setup_token }
    }

    pub fn call(&self, method: &str, path: &str) -> Call<'_> {
        let uri = if path.starts_with('/') { path.to_owned() } else { format!("/api/v1/{path}") };
        let request = Request::builder().method(method).uri(uri).header(header::HOST, "localhost");
        Call { site: self, request, body: None }
    }

    /// A workspace whose administrator is Rita Bíró of this address.
    pub async fn workspace(&self, email: &str) -> Created {
        let new = NewWorkspace {
            name: "Csipke Kft.".into(),
            locale: Locale::Hu,
            time_zone: "Europe/Budapest".into(),
            admin_name: "Bíró Rita".into(),
            admin_email: email.into(),
            admin_password: hash_password(PASSWORD).await.expect("good"),
        };
        self.t.db.system("setup", move |tx| create_workspace(tx, &new)).await.expect("made")
    }

    /// Signs in and gives the cookie.
    pub async fn sign_in(&self, email: &str) -> String {
        let answer = self.try_sign_in(email, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.cookie.expect("a session")
    }

    pub async fn try_sign_in(&self, email: &str, password: &str) -> Answer {
        let body = json!({ "email": email, "password": password });
        self.call("POST", "session").json(body).send().await
    }

    /// Adds a user with the common test password; gives the id.
    pub async fn user(&self, admin: &str, email: &str, role: Role) -> String {
        let body = json!({ "name": email, "email": email, "role": role, "password": PASSWORD });
        let answer = self.call("POST", "users").cookie(admin).json(body).send().await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.id()
    }

    pub fn pass(&self, time: Duration) {
        self.t.db.clock().advance(time);
    }
}

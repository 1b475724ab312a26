//! A served form.

use std::{path::PathBuf, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{Request, StatusCode, header},
};
use inbox::{channels, channels::NewChannel};
use kernel::{Caller, Clock, Locale, Result, Timestamp};
use people::access::{
    Directory, hash_password,
    setup::{NewWorkspace, create_workspace},
};
use serde_json::Value as Json;
use store::{Db, Options, Read, search::Search};
use testservers::Postgres;
use tower::ServiceExt;
use web::{App, Edge, Hub, Limits};

pub(super) struct Site {
    pub db: Db,
    pub caller: Caller,
    pub key: String,
    router: Router,
    folder: PathBuf,
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// An answer of the server.
pub(super) struct Page {
    pub status: StatusCode,
    pub html: String,
    pub location: Option<String>,
    pub headers: header::HeaderMap,
}

impl Page {
    /// The value of the signed token in the page.
    pub fn token(&self) -> String {
        let (_, rest) = self.html.split_once("name=\"token\" value=\"").expect("a token");
        rest.split_once('"').expect("its end").0.to_owned()
    }
}

/// What somebody types, as a browser would send it.
pub(super) type Typed = Vec<(&'static str, String)>;

pub(super) fn filled(token: &str) -> Typed {
    vec![
        ("token", token.to_owned()),
        ("name", "Kiss Ilona".to_owned()),
        ("email", "ilona@vevo.example".to_owned()),
        ("subject", "Kerámia mécses".to_owned()),
        ("message", "Jó napot!\r\n\r\nMikor érkezik meg?".to_owned()),
        ("website", String::new()),
    ]
}

impl Site {
    /// SQLite always, PostgreSQL when its address is given.
    pub async fn all() -> Vec<Self> {
        Self::with(Json::Null).await
    }

    pub async fn with(config: Json) -> Vec<Self> {
        let mut sites = vec![Self::open(None, config.clone()).await];
        if std::env::var(Postgres::GIVEN).is_ok_and(|url| !url.is_empty()) {
            let created = tokio::task::spawn_blocking(|| Postgres::shared().create_database()).await;
            let database = created.expect("no panic").expect("created");
            sites.push(Self::open(Some(database), config).await);
        }
        sites
    }

    async fn open(database: Option<String>, config: Json) -> Self {
        let folder = std::env::temp_dir().join(format!("kapocs_form_{}", uuid::Uuid::now_v7().simple()));
        let options = Options { data: folder.clone(), database };
        let db =
            Db::open(&options, Clock::manual(Timestamp::from_seconds(1_795_000_000))).await.expect("opens");
        let new = NewWorkspace {
            name: "Mécses Bolt".into(),
            locale: Locale::Hu,
            time_zone: "Europe/Budapest".into(),
            admin_name: "Kovács Anna".into(),
            admin_email: "anna@mecses.example".into(),
            admin_password: hash_password("esőben ázó zsiráf").await.expect("good"),
        };
        let workspace =
            db.system("test", move |tx| create_workspace(tx, &new)).await.expect("made").workspace;
        let caller = Caller::system(workspace, "test");
        let configured = super::super::config::configure(config, None).expect("accepted");
        let form = NewChannel {
            kind: "form".into(),
            name: "Kapcsolat".into(),
            team: None,
            config: configured.config,
            secrets: None,
            addresses: Vec::new(),
        };
        let form = db.write(&caller, move |tx| channels::create(tx, &form)).await.expect("made");
        let router = serve(&db).await;
        Self { db, caller, key: form.public_key, router, folder }
    }

    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Read<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.db.read(&self.caller, work).await.expect("read")
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        self.read(move |read| read.one(sql, &[])?.get(0)).await
    }

    pub async fn conversations(&self) -> i64 {
        self.count("SELECT COUNT(*) FROM conversations").await
    }

    pub async fn get(&self, path: &str) -> Page {
        let request = Request::builder().uri(path).header(header::HOST, "localhost");
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    /// The form in a language, shown two seconds ago.
    pub async fn shown(&self, locale: &str) -> Page {
        let page = self.get(&format!("/{locale}/forms/{}", self.key)).await;
        self.db.clock().advance(Duration::from_secs(2));
        page
    }

    pub async fn post(&self, locale: &str, typed: &Typed, files: &[(&str, &[u8])]) -> Page {
        self.post_from("192.0.2.1", locale, typed, files).await
    }

    pub async fn post_from(&self, ip: &str, locale: &str, typed: &Typed, files: &[(&str, &[u8])]) -> Page {
        let peer: std::net::SocketAddr = format!("{ip}:4711").parse().expect("an address");
        let request = Request::builder()
            .method("POST")
            .uri(format!("/{locale}/forms/{}", self.key))
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
            .extension(ConnectInfo(peer))
            .body(Body::from(multipart(typed, files)))
            .expect("a request");
        self.send(request).await
    }

    async fn send(&self, request: Request<Body>) -> Page {
        let response = self.router.clone().oneshot(request).await.expect("answers");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.expect("a body");
        let location =
            parts.headers.get(header::LOCATION).map(|value| value.to_str().expect("text").to_owned());
        let html = String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Page { status: parts.status, html, location, headers: parts.headers }
    }
}

async fn serve(db: &Db) -> Router {
    let (_, stop) = tokio::sync::watch::channel(false);
    let edge = Edge {
        external_url: "http://localhost".into(),
        content_url: "http://localhost".into(),
        hosts: vec!["localhost".into()],
        trusted_proxies: Vec::new(),
    };
    let app = App {
        db: db.clone(),
        search: Search::open(db, Arc::new(|_, _| Ok(Vec::new()))).await.expect("opens"),
        auth: Arc::new(Directory::new(db)),
        hub: Hub::new(Arc::new(inbox::live::Listeners { db: db.clone() }), stop),
        limits: Limits::default(),
        edge: Arc::new(edge),
        request_secret: [7; 32],
    };
    web::guard(super::super::routes().with_state(app.clone()), &app)
}

fn multipart(typed: &Typed, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in typed {
        body.extend_from_slice(
            format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .as_bytes(),
        );
    }
    // A browser sends an empty part when nothing was chosen.
    let nothing: &[(&str, &[u8])] = &[("", b"")];
    for (name, bytes) in if files.is_empty() { nothing } else { files } {
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--edge--\r\n");
    body
}

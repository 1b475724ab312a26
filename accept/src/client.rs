//! Callers of the HTTP interface: strangers, programs with a key, people with a session.

use std::{sync::LazyLock, time::Duration};

use reqwest::{
    Method, RequestBuilder,
    header::{HeaderMap, HeaderValue},
    redirect::Policy,
};
use serde_json::{Value, json};

use crate::check::Error;

pub const COOKIE: &str = "__Host-kapocs";

static HTTP: LazyLock<reqwest::Client> = LazyLock::new(|| {
    let builder =
        reqwest::Client::builder().redirect(Policy::none()).no_proxy().timeout(Duration::from_secs(40));
    builder.build().expect("a plain client needs nothing")
});

#[derive(Clone)]
enum Credential {
    Nothing,
    Key(String),
    Session(String),
}

#[derive(Clone)]
pub struct Client {
    pub base: String,
    credential: Credential,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Client {
    pub fn stranger(base: &str) -> Self {
        Self { base: base.to_owned(), credential: Credential::Nothing }
    }

    pub fn with_key(base: &str, key: &str) -> Self {
        Self { base: base.to_owned(), credential: Credential::Key(key.to_owned()) }
    }

    pub fn with_session(base: &str, token: &str) -> Self {
        Self { base: base.to_owned(), credential: Credential::Session(token.to_owned()) }
    }

    /// Signs in as a browser does.
    pub async fn sign_in(base: &str, email: &str, password: &str) -> Result<Self, Error> {
        let body = json!({ "email": email, "password": password });
        let answer = Self::stranger(base).post("/api/v1/session", body).await?;
        let cookie = answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        let token = cookie.strip_prefix(COOKIE).and_then(|rest| rest.strip_prefix('='));
        let token =
            token.ok_or_else(|| format!("{email} cannot sign in: {} {}", answer.status, answer.text))?;
        Ok(Self::with_session(base, token))
    }

    /// The session's token, if this is a person.
    pub fn token(&self) -> &str {
        if let Credential::Session(token) = &self.credential { token } else { "" }
    }

    /// `Cookie` or `Authorization` as they stand on the wire.
    pub fn credential(&self) -> Option<(&'static str, String)> {
        match &self.credential {
            Credential::Nothing => None,
            Credential::Key(key) => Some(("authorization", format!("Bearer {key}"))),
            Credential::Session(token) => Some(("cookie", format!("{COOKIE}={token}"))),
        }
    }

    /// A request with this caller's credential and nothing else.
    pub fn naked(&self, method: Method, path: &str) -> RequestBuilder {
        let request = HTTP.request(method, format!("{}{path}", self.base));
        match self.credential() {
            Some((name, value)) => request.header(name, value),
            None => request,
        }
    }

    /// A request as our own pages make it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.naked(method, path).header("origin", &self.base)
    }

    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Result<Answer, Error> {
        let request = self.request(method, path);
        Answer::of(if let Some(body) = body { request.json(&body) } else { request }).await
    }

    pub async fn get(&self, path: &str) -> Result<Answer, Error> {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Result<Answer, Error> {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Result<Answer, Error> {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Result<Answer, Error> {
        self.call(Method::DELETE, path, None).await
    }

    /// Every item of a list, page by page.
    pub async fn all(&self, path: &str) -> Result<Vec<Value>, Error> {
        let (mut items, mut after) = (Vec::new(), String::new());
        loop {
            let join = if path.contains('?') { '&' } else { '?' };
            let page = self.get(&format!("{path}{join}limit=200{after}")).await?.good()?.json();
            items.extend(page["items"].as_array().cloned().unwrap_or_default());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return Ok(items),
            }
        }
    }

    /// Uploads a file as the field `file`.
    pub async fn upload(
        &self,
        path: &str,
        name: &str,
        media_type: &str,
        bytes: Vec<u8>,
    ) -> Result<Answer, Error> {
        let part = reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned()).mime_str(media_type)?;
        let form = reqwest::multipart::Form::new().part("file", part);
        Answer::of(self.request(Method::POST, path).multipart(form)).await
    }
}

impl Answer {
    pub async fn of(request: RequestBuilder) -> Result<Self, Error> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = String::from_utf8_lossy(&response.bytes().await?).into_owned();
        Ok(Self { status, headers, text })
    }

    /// What is there when nobody answered.
    pub fn none() -> Self {
        Self { status: 599, headers: HeaderMap::new(), text: String::new() }
    }

    pub fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The answer, if it is one of the 2xx.
    pub fn good(self) -> Result<Self, Error> {
        if self.is_good() { Ok(self) } else { Err(format!("answered {}: {}", self.status, self.text).into()) }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub fn id(&self) -> String {
        self.json()["id"].as_str().unwrap_or_default().to_owned()
    }

    /// `error.code` of a refusal.
    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(HeaderValue::as_bytes)
            .and_then(|value| std::str::from_utf8(value).ok())
            .unwrap_or_default()
    }
}

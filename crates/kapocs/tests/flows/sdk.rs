//! A program that sends what people do, as an SDK would.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value as Json, json};
use testkit::{Client, Credential, TestApp};

pub struct Sdk {
    pub client: Client,
    pub basic: String,
}

impl Sdk {
    pub fn new(app: &TestApp) -> Self {
        let key = app.write_key();
        let basic = format!("Basic {}", STANDARD.encode(format!("{key}:")));
        Self { client: app.caller(Credential::Nobody), basic }
    }

    pub fn send(&self, path: &str, content_type: &str, body: &[u8]) -> (u16, Json) {
        let headers = [("content-type", content_type), ("authorization", self.basic.as_str())];
        let answer = self.client.raw("POST", path, &headers, body);
        (answer.status, answer.json())
    }

    #[track_caller]
    pub fn batch(&self, calls: &Json) -> Json {
        let body = json!({ "batch": calls });
        let (status, answer) = self.send("/v1/batch", "application/json", body.to_string().as_bytes());
        assert_eq!(status, 200, "{answer}");
        answer
    }
}

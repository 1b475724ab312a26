//! The SDKs' part of R01: calls of each protocol, and what the timeline holds of them.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    check::Error,
    client::{Answer, Client},
    world::{key, wait},
};

const USER: &str = "r01-sdk";
const NAME: &str = "Gyűjtött Gizella";
/// Calls in one request of a protocol that sends several.
const TOGETHER: usize = 3;

/// A protocol of SDKs: its path, and a body of the calls with these message ids.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Protocol {
    One,
    Batch,
    Posthog,
}

impl Protocol {
    pub const ALL: [Self; 3] = [Self::One, Self::Batch, Self::Posthog];

    /// The message ids of a request.
    pub fn words(self, id: Uuid) -> Vec<String> {
        match self {
            Self::One => vec![id.to_string()],
            Self::Batch | Self::Posthog => (0..TOGETHER).map(|number| format!("{id}/{number}")).collect(),
        }
    }

    fn request(self, key: &str, id: Uuid) -> (&'static str, Value) {
        let call =
            |word: String| json!({ "type": "track", "userId": USER, "event": "R01", "messageId": word });
        let event = |word: String| json!({ "event": "R01", "distinct_id": USER, "uuid": word });
        let mut words = self.words(id);
        match self {
            Self::One => ("/v1/track", call(words.remove(0))),
            Self::Batch => ("/v1/batch", json!({ "batch": words.into_iter().map(call).collect::<Vec<_>>() })),
            Self::Posthog => (
                "/batch/",
                json!({ "api_key": key, "batch": words.into_iter().map(event).collect::<Vec<_>>() }),
            ),
        }
    }
}

/// A source of calls about one customer.
pub struct Source {
    key: String,
    stranger: Client,
    person: String,
}

impl Source {
    pub async fn open(admin: &Client) -> Result<Self, Error> {
        let (_, secret) = key(admin, "R01", &["intake"]).await?;
        let (_, key) = secret.credential().ok_or("a key has a credential")?;
        let key = key.trim_start_matches("Bearer ").to_owned();
        let mut source = Self { key, stranger: Client::stranger(&admin.base), person: String::new() };
        let told = json!({ "type": "identify", "userId": USER, "traits": { "name": NAME }, "messageId": "r01-name" });
        source.post("/v1/identify", told).await?.good()?;
        let found = wait(std::time::Duration::from_secs(20), || async {
            let found = admin.all("/api/v1/people?query=Gizella").await?;
            Ok(found.first().and_then(|person| person["id"].as_str()).map(str::to_owned))
        });
        source.person = found.await?.ok_or("whoever was identified is not found")?;
        Ok(source)
    }

    pub async fn send(&self, protocol: Protocol, id: Uuid) -> Result<bool, Error> {
        let (path, body) = protocol.request(&self.key, id);
        Ok(self.post(path, body).await?.status == 200)
    }

    async fn post(&self, path: &str, body: Value) -> Result<Answer, Error> {
        let request = self.stranger.request(Method::POST, path).basic_auth(&self.key, Some("")).json(&body);
        Answer::of(request).await
    }

    /// The message ids of all calls on the customer's timeline.
    pub async fn told(&self, admin: &Client) -> Result<Vec<String>, Error> {
        let items = admin.all(&format!("/api/v1/people/{}/timeline?name=event:R01", self.person)).await?;
        Ok(items
            .iter()
            .filter_map(|item| item["payload"]["message_id"].as_str().map(str::to_owned))
            .collect())
    }
}

//! From JSON to calls.
//!
//! Segment's shape is everybody's: RudderStack, Jitsu and Customer.io's pipelines send it with small differences.
//! PostHog has a shape of its own.

mod posthog;
mod segment;

use serde_json::{Map, Value as Json};

use super::{Call, Refusal};

pub(super) use posthog::read as posthog;
pub(super) use segment::{batch as segment_batch, one as segment_one};

/// What became of one item of a request, in its place.
pub(super) type Read = Result<Call, (Refusal, Json)>;

fn object(json: Json) -> Map<String, Json> {
    if let Json::Object(map) = json { map } else { Map::new() }
}

/// An id as text; `null`, empty and blank mean that there is none. Numbers are ids too.
fn id(map: &Map<String, Json>, name: &str) -> Option<String> {
    let text = match map.get(name)? {
        Json::String(text) => text.trim().to_owned(),
        Json::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn text(map: &Map<String, Json>, name: &str) -> Option<String> {
    map.get(name).and_then(Json::as_str).map(str::to_owned)
}

/// The id of a call that has none: the same bytes are the same call.
fn derived_id(item: &Json) -> String {
    use sha2::{Digest as _, Sha256};
    let hash = Sha256::digest(item.to_string().as_bytes());
    format!("content-{}", hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>())
}

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

/// One call as Segment publishes it: 32 KB.
const MAX_CALL: usize = 32 * 1024;
/// Objects and lists within one another. What reads a call back reads 127, and a call that is kept lies within more.
const MAX_DEPTH: usize = 64;
const MAX_MESSAGE_ID: usize = 100;
/// As long as the id of a person may be.
const MAX_ID: usize = 200;
const MAX_GROUP_ID: usize = 500;

/// Refuses an item that is too large to be looked at.
fn sized(item: &Json) -> Result<(), Refusal> {
    let fits = item.to_string().len() <= MAX_CALL;
    if fits { Ok(()) } else { Err(Refusal::new("too_large", "A call holds at most 32 KB.")) }
}

/// Refuses what could not be kept, whoever sent it.
fn keepable(call: Call) -> Result<Call, Refusal> {
    let is_longer = |id: &str, most: usize| id.chars().count() > most;
    if is_longer(&call.message_id, MAX_MESSAGE_ID) {
        return Err(Refusal::new("bad_message_id", "messageId has more than 100 characters."));
    }
    let ids =
        [("userId", &call.user_id), ("anonymousId", &call.anonymous_id), ("previousId", &call.previous_id)];
    for (name, id) in ids {
        if id.as_ref().is_some_and(|id| is_longer(id, MAX_ID)) {
            return Err(Refusal::new("bad_id", format!("{name} has more than {MAX_ID} characters.")));
        }
    }
    if call.group_id.as_ref().is_some_and(|id| is_longer(id, MAX_GROUP_ID)) {
        return Err(Refusal::new("bad_group_id", "groupId has more than 500 characters."));
    }
    // The call is one level and its properties are another.
    let parts = [&call.properties, &call.traits, &call.context];
    if parts.iter().any(|part| part.values().any(|value| is_deeper(value, MAX_DEPTH - 2))) {
        let message = format!("A call is nested at most {MAX_DEPTH} levels deep.");
        return Err(Refusal::new("invalid_json", message));
    }
    Ok(call)
}

fn is_deeper(value: &Json, most: usize) -> bool {
    let Some(within) = most.checked_sub(1) else { return value.is_object() || value.is_array() };
    match value {
        Json::Array(items) => items.iter().any(|item| is_deeper(item, within)),
        Json::Object(fields) => fields.values().any(|item| is_deeper(item, within)),
        _ => false,
    }
}

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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn nested(levels: usize) -> Json {
        (0..levels).fold(json!(1), |inner, _| json!([inner]))
    }

    /// What becomes of a call of each dialect: None when it is taken.
    fn refused(id: &str, message_id: &str, properties: &Json) -> [Option<&'static str>; 2] {
        let segment = json!({ "type": "track", "event": "A", "userId": id, "messageId": message_id, "properties": properties });
        let hog = json!({ "event": "A", "distinct_id": id, "uuid": message_id, "properties": properties });
        let hog = posthog(hog).unwrap().remove(0);
        [segment_one(segment, None), hog].map(|read| read.err().map(|(refusal, _)| refusal.code))
    }

    #[test]
    fn what_could_not_be_kept_is_refused_in_every_dialect() {
        let long = |length: usize| "é".repeat(length);
        let fits = json!({ "a": nested(62) });
        assert_eq!(refused(&long(200), &long(100), &fits), [None; 2]);
        assert_eq!(refused("anna", "m", &json!({ "a": nested(63) })), [Some("invalid_json"); 2]);
        assert_eq!(refused("anna", "m", &json!({ "a": nested(120) })), [Some("invalid_json"); 2]);
        assert_eq!(refused(&long(201), "m", &json!({})), [Some("bad_id"); 2]);
        assert_eq!(refused("anna", &long(101), &json!({})), [Some("bad_message_id"); 2]);
        assert_eq!(refused("anna", "m", &json!({ "a": long(17_000) })), [Some("too_large"); 2]);
    }

    #[test]
    fn what_stands_outside_of_a_batch_is_no_deeper_either() {
        let body = json!({ "context": { "a": nested(100) }, "batch": [{ "type": "track", "event": "A", "userId": "anna" }] });
        assert_eq!(segment_batch(body).unwrap().remove(0).unwrap_err().0.code, "invalid_json");
    }
}

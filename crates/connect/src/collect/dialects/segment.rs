//! Segment's HTTP API (published: "HTTP Tracking API source"), and who speaks it.

use serde_json::{Map, Value as Json};

use super::{Read, derived_id, id, keepable, object, sized, text};
use crate::collect::{Call, CallKind, Refusal, time};

const MAX_BATCH: usize = 2_500;
/// Properties or traits beyond which Segment drops a call.
const MAX_FIELDS: usize = 10_000;
const MANY_FIELDS: usize = 300;

/// A single call; the address says its kind when the body does not.
pub(in crate::collect) fn one(body: Json, kind: Option<CallKind>) -> Read {
    item(object(body), kind, &Map::new())
}

/// `{batch: […], context?, integrations?, sentAt?, timestamp?}`: what stands outside counts for each.
pub(in crate::collect) fn batch(body: Json) -> Result<Vec<Read>, Refusal> {
    let mut envelope = object(body);
    let Some(Json::Array(items)) = envelope.remove("batch") else {
        return Err(Refusal::new("no_batch", "The body has no array named batch."));
    };
    if items.len() > MAX_BATCH {
        return Err(Refusal::new("too_many", format!("A batch holds at most {MAX_BATCH} calls.")));
    }
    Ok(items.into_iter().map(|call| item(object(call), None, &envelope)).collect())
}

fn item(call: Map<String, Json>, kind: Option<CallKind>, envelope: &Map<String, Json>) -> Read {
    let whole = Json::Object(call.clone());
    understand(call, kind, envelope, &whole).map_err(|refusal| (refusal, whole))
}

fn understand(
    mut call: Map<String, Json>,
    kind: Option<CallKind>,
    envelope: &Map<String, Json>,
    whole: &Json,
) -> Result<Call, Refusal> {
    sized(whole)?;
    let told = call.get("type").and_then(Json::as_str).and_then(CallKind::parse);
    let Some(kind) = told.or(kind) else {
        return Err(Refusal::new("unknown_type", "The call's type is none of the six."));
    };
    let mut warnings = Vec::new();
    let message_id = id(&call, "messageId").unwrap_or_else(|| {
        warnings.push("no_message_id");
        derived_id(whole)
    });
    let mut context = envelope.get("context").cloned().map(object).unwrap_or_default();
    context.extend(call.remove("context").map(object).unwrap_or_default());
    // RudderStack's Python SDK tells traits in the context only.
    let mut traits = context.remove("traits").map(object).unwrap_or_default();
    traits.extend(call.remove("traits").map(object).unwrap_or_default());
    let properties = call.remove("properties").map(object).unwrap_or_default();
    for fields in [&traits, &properties] {
        if fields.len() > MAX_FIELDS {
            return Err(Refusal::new("too_many_fields", "A call holds at most 10,000 fields."));
        }
        if fields.len() > MANY_FIELDS {
            warnings.push("many_fields");
        }
    }
    let at = |map: &Map<String, Json>, name: &str| map.get(name).and_then(time::read);
    let understood = Call {
        kind,
        message_id,
        user_id: id(&call, "userId"),
        anonymous_id: id(&call, "anonymousId"),
        previous_id: id(&call, "previousId"),
        group_id: id(&call, "groupId"),
        name: text(&call, if kind == CallKind::Track { "event" } else { "name" })
            .filter(|name| !name.is_empty()),
        properties,
        traits,
        context,
        told_at: at(&call, "originalTimestamp").or_else(|| at(&call, "timestamp")),
        sent_at: at(&call, "sentAt").or_else(|| at(envelope, "sentAt")),
        warnings,
    };
    check(understood)
}

fn check(call: Call) -> Result<Call, Refusal> {
    let nobody = call.user_id.is_none() && call.anonymous_id.is_none();
    if nobody && !(call.kind == CallKind::Alias && call.previous_id.is_some()) {
        return Err(Refusal::new("no_user_anon_id", "The call names neither userId nor anonymousId."));
    }
    if call.kind == CallKind::Track && call.name.is_none() {
        return Err(Refusal::new("no_event", "A track call names its event."));
    }
    if call.kind == CallKind::Group && call.group_id.is_none() {
        return Err(Refusal::new("no_group_id", "A group call names its groupId."));
    }
    keepable(call)
}

//! PostHog's capture API (published: "Capture API"): `{api_key, batch: [{event, distinct_id, properties, uuid, …}]}`.

use serde_json::{Map, Value as Json};

use super::{Read, derived_id, id, keepable, object, sized, text};
use crate::collect::{Call, CallKind, Refusal, time};

/// A batch, or a single event.
pub(in crate::collect) fn read(body: Json) -> Result<Vec<Read>, Refusal> {
    let items = match body {
        Json::Array(items) => items,
        Json::Object(mut map) => match map.remove("batch") {
            Some(Json::Array(items)) => items,
            Some(_) => return Err(Refusal::new("no_batch", "batch is not an array.")),
            None => vec![Json::Object(map)],
        },
        _ => return Err(Refusal::new("invalid_json", "The body is no event.")),
    };
    Ok(items.into_iter().map(|item| event(&item).map_err(|refusal| (refusal, item))).collect())
}

fn event(item: &Json) -> Result<Call, Refusal> {
    sized(item)?;
    let map = object(item.clone());
    let mut properties = map.get("properties").cloned().map(object).unwrap_or_default();
    let event = text(&map, "event").ok_or_else(|| Refusal::new("no_event", "The event has no name."))?;
    let distinct = id(&map, "distinct_id")
        .or_else(|| id(&properties, "distinct_id"))
        .ok_or_else(|| Refusal::new("no_user_anon_id", "The event has no distinct_id."))?;
    let kind = match event.as_str() {
        "$identify" => CallKind::Identify,
        "$set" => CallKind::Identify,
        "$create_alias" => CallKind::Alias,
        "$groupidentify" => CallKind::Group,
        "$pageview" => CallKind::Page,
        "$screen" => CallKind::Screen,
        _ => CallKind::Track,
    };
    let anonymous = id(&properties, "$anon_distinct_id").or_else(|| id(&properties, "$device_id"));
    let is_anonymous =
        anonymous.as_ref() == Some(&distinct) || properties.get("$is_identified") == Some(&Json::Bool(false));
    let mut warnings = Vec::new();
    let message_id = id(&map, "uuid").unwrap_or_else(|| {
        warnings.push("no_message_id");
        derived_id(item)
    });
    let traits = traits(&map, &mut properties, kind);
    keepable(Call {
        kind,
        message_id,
        user_id: (!is_anonymous).then(|| distinct.clone()),
        anonymous_id: anonymous.or_else(|| is_anonymous.then_some(distinct)),
        previous_id: id(&properties, "alias"),
        group_id: id(&properties, "$group_key"),
        name: (kind == CallKind::Track).then_some(event).or_else(|| text(&properties, "$screen_name")),
        traits,
        context: library(&properties),
        properties,
        told_at: map.get("timestamp").and_then(time::read),
        sent_at: map.get("sent_at").and_then(time::read),
        warnings,
    })
}

/// `$set` and `$set_once`, beside the properties or in them.
fn traits(map: &Map<String, Json>, properties: &mut Map<String, Json>, kind: CallKind) -> Map<String, Json> {
    if kind == CallKind::Group {
        return properties.remove("$group_set").map(object).unwrap_or_default();
    }
    let mut traits = Map::new();
    for name in ["$set_once", "$set"] {
        traits.extend(map.get(name).cloned().map(object).unwrap_or_default());
        traits.extend(properties.remove(name).map(object).unwrap_or_default());
    }
    traits
}

fn library(properties: &Map<String, Json>) -> Map<String, Json> {
    let mut library = Map::new();
    for (from, to) in [("$lib", "name"), ("$lib_version", "version")] {
        if let Some(value) = properties.get(from) {
            library.insert(to.to_owned(), value.clone());
        }
    }
    Map::from_iter([("library".to_owned(), Json::Object(library))])
}

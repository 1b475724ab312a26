//! A plan proposed from what came, so that nobody begins with an empty page.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use super::{
    Schema, Type,
    check::{is_moment, is_whole},
};
use crate::collect::{CallKind, countable};

/// Properties of one event; a sender who puts ids into names would else fill the proposal with them.
const MAX_PROPERTIES: usize = 100;
const MAX_PROPOSALS: usize = 200;
/// Lists and objects are learned so deep.
const MAX_DEPTH: usize = 3;
const MAX_ITEMS: usize = 20;
/// Fewer sightings prove nothing required.
const ENOUGH: usize = 3;

/// An event that came, and what it seems to look like.
#[derive(Debug, Serialize, ToSchema)]
pub struct Proposal {
    pub kind: CallKind,
    pub name: String,
    /// Among the calls looked at.
    pub seen: usize,
    #[schema(value_type = String, format = "date-time")]
    pub last_at: Timestamp,
    pub properties: Vec<LearnedProperty>,
    /// As it would stand in the plan.
    #[schema(value_type = Object)]
    pub schema: Json,
}

#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LearnedProperty {
    pub name: String,
    /// In so many of the calls seen.
    pub present: usize,
}

/// What these calls (name of the fact, moment, payload) seem to be; the most frequent first.
pub(super) fn learn(calls: &[(String, Timestamp, Json)]) -> Vec<Proposal> {
    let mut met: BTreeMap<(&str, &str), Met> = BTreeMap::new();
    for (fact, at, payload) in calls {
        let (kind, name, fields) = match fact.strip_prefix("event:") {
            Some(event) => ("track", event, "properties"),
            None if fact == "group.joined" => ("group", "", "traits"),
            None => ("identify", "", "traits"),
        };
        // PostHog's own events have no plan of their own.
        if name.starts_with('$') {
            continue;
        }
        let met = met.entry((kind, name)).or_default();
        met.last_at = met.last_at.max(Some(*at));
        met.shape.take(payload[fields].as_object().unwrap_or(&Map::new()), 0, true);
    }
    let mut proposals: Vec<Proposal> = met.into_iter().filter_map(|(key, met)| met.proposal(key)).collect();
    proposals.sort_by(|one, other| other.seen.cmp(&one.seen).then_with(|| one.name.cmp(&other.name)));
    proposals.truncate(MAX_PROPOSALS);
    proposals
}

#[derive(Default)]
struct Met {
    last_at: Option<Timestamp>,
    shape: Shape,
}

impl Met {
    fn proposal(self, (kind, name): (&str, &str)) -> Option<Proposal> {
        let properties = self.shape.fields.iter();
        Some(Proposal {
            kind: CallKind::parse(kind)?,
            name: countable(name).into_owned(),
            seen: self.shape.seen,
            last_at: self.last_at?,
            properties: properties
                .map(|(name, field)| LearnedProperty { name: name.clone(), present: field.seen })
                .collect(),
            schema: Schema { types: vec![Type::Object], ..self.shape.schema() }.to_json(),
        })
    }
}

/// What the objects of a place have in common.
#[derive(Default)]
struct Shape {
    seen: usize,
    fields: BTreeMap<String, Field>,
}

/// What the values of a place have in common.
#[derive(Default)]
struct Field {
    seen: usize,
    types: BTreeSet<&'static str>,
    other_than_moment: bool,
    shape: Shape,
    items: Option<Box<Field>>,
}

impl Shape {
    fn take(&mut self, fields: &Map<String, Json>, depth: usize, is_top: bool) {
        self.seen += 1;
        let is_ours = |name: &str| !name.is_empty() && (!is_top || !name.starts_with('$'));
        for (name, value) in fields.iter().filter(|(name, _)| is_ours(name)) {
            if self.fields.contains_key(name) || self.fields.len() < MAX_PROPERTIES {
                self.fields.entry(name.clone()).or_default().take(value, depth);
            }
        }
    }

    fn schema(&self) -> Schema {
        let always = |field: &&Field| field.seen == self.seen && self.seen >= ENOUGH;
        Schema {
            properties: self.fields.iter().map(|(name, field)| (name.clone(), field.schema())).collect(),
            required: self
                .fields
                .iter()
                .filter(|(_, field)| always(field))
                .map(|(name, _)| name.clone())
                .collect(),
            ..Schema::default()
        }
    }
}

impl Field {
    fn take(&mut self, value: &Json, depth: usize) {
        self.seen += 1;
        let found = match value {
            Json::Null => Type::Null,
            Json::Bool(_) => Type::YesNo,
            Json::Number(_) if is_whole(value) => Type::Whole,
            Json::Number(_) => Type::Number,
            Json::String(_) => Type::Text,
            Json::Array(_) => Type::List,
            Json::Object(_) => Type::Object,
        };
        self.types.insert(found.as_str());
        match value {
            Json::String(text) => self.other_than_moment |= !is_moment(text),
            Json::Object(fields) if depth < MAX_DEPTH => self.shape.take(fields, depth + 1, false),
            Json::Array(items) if depth < MAX_DEPTH => {
                let learned = self.items.get_or_insert_default();
                items.iter().take(MAX_ITEMS).for_each(|item| learned.take(item, depth + 1));
            }
            _ => {}
        }
    }

    fn schema(&self) -> Schema {
        let has = |one: Type| self.types.contains(one.as_str());
        let all = [Type::Text, Type::Number, Type::Whole, Type::YesNo, Type::List, Type::Object, Type::Null];
        // A number with decimals seen once makes all of them numbers.
        let types: Vec<Type> =
            all.into_iter().filter(|one| has(*one) && !(*one == Type::Whole && has(Type::Number))).collect();
        let nothing_known = types == [Type::Null];
        Schema {
            date_time: has(Type::Text) && !self.other_than_moment,
            types: if nothing_known { Vec::new() } else { types },
            items: self.items.as_ref().filter(|items| items.seen > 0).map(|items| Box::new(items.schema())),
            ..self.shape.schema()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(fact: &str, fields: Json) -> (String, Timestamp, Json) {
        let name = if fact.starts_with("event:") { "properties" } else { "traits" };
        (fact.to_owned(), Timestamp(5), json!({ name: fields }))
    }

    #[test]
    fn types_and_what_is_always_there_are_learned() {
        let order = |total: Json, more: Json| {
            let mut fields =
                json!({ "order_id": "K-1", "total": total, "at": "2026-11-22T17:00:00Z", "$lib": "web" });
            fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            told("event:Order Completed", fields)
        };
        let calls = [
            order(json!(5), json!({ "coupon": null, "products": [{ "sku": "a", "price": 1 }] })),
            order(json!(5.5), json!({ "gift": true, "products": [] })),
            order(json!(7), json!({ "note": "x" })),
            told("event:$pageleave", json!({})),
            told("person.described", json!({ "plan": "gold" })),
        ];
        let learned = learn(&calls);
        assert_eq!(
            learned.iter().map(|one| (one.name.as_str(), one.seen)).collect::<Vec<_>>(),
            [("Order Completed", 3), ("", 1)]
        );
        let expected = json!({
            "type": "object", "required": ["at", "order_id", "total"],
            "properties": {
                "order_id": { "type": "string" }, "total": { "type": "number" },
                "at": { "type": "string", "format": "date-time" },
                "coupon": {}, "gift": { "type": "boolean" }, "note": { "type": "string" },
                "products": { "type": "array", "items": {
                    "type": "object", "properties": { "sku": { "type": "string" }, "price": { "type": "integer" } } } },
            },
        });
        assert_eq!(learned[0].schema, expected);
        let products = learned[0].properties.iter().find(|one| one.name == "products").unwrap();
        assert_eq!(products.present, 2);
        assert_eq!(learned[1].kind, CallKind::Identify);
    }

    #[test]
    fn what_was_learned_allows_everything_it_was_learned_from() {
        let odd = [
            json!({ "a": 1 }),
            json!({ "a": "x" }),
            json!({ "a": { "b": [[1], "c", null] } }),
            json!({ "a": null, "d": 0.5 }),
        ];
        let calls: Vec<_> = odd.iter().map(|fields| told("event:Odd", fields.clone())).collect();
        let schema = Schema::strict(&learn(&calls)[0].schema).unwrap();
        for fields in &odd {
            assert_eq!(super::super::check(&schema, fields.as_object().unwrap()), [], "{fields}");
        }
    }

    #[test]
    fn names_without_end_do_not_fill_the_proposal() {
        let fields: Map<String, Json> = (0..5_000).map(|at| (format!("id-{at}"), json!(at))).collect();
        let learned = learn(&[told("event:Odd", Json::Object(fields))]);
        assert_eq!(learned[0].properties.len(), MAX_PROPERTIES);
        assert!(Schema::strict(&learned[0].schema).is_ok());
    }
}

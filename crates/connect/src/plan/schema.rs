//! What values may be: the part of JSON Schema (draft 2020-12) that a tracking plan needs.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Code, Error, Result};
use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value as Json, json};

/// Objects in lists in objects: deeper than that nobody plans.
const MAX_DEPTH: usize = 8;
const MAX_PROPERTIES: usize = 1_000;
const MAX_VALUES: usize = 500;
const MAX_NAME: usize = 200;
const MAX_PATTERN: usize = 500;
const MAX_DESCRIPTION: usize = 2_000;
/// Bytes of a compiled pattern: a short one can ask for much (`\w{1000}`).
const MAX_COMPILED: usize = 256 * 1024;
/// Keywords that say nothing about what is valid.
const ANNOTATIONS: [&str; 8] =
    ["$schema", "$id", "$comment", "title", "default", "examples", "labels", "deprecated"];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    Text,
    Number,
    Whole,
    YesNo,
    List,
    Object,
    Null,
}

impl Type {
    const ALL: [Self; 7] =
        [Self::Text, Self::Number, Self::Whole, Self::YesNo, Self::List, Self::Object, Self::Null];

    /// By its name in JSON Schema.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Number => "number",
            Self::Whole => "integer",
            Self::YesNo => "boolean",
            Self::List => "array",
            Self::Object => "object",
            Self::Null => "null",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// What one value may be. The default allows everything.
#[derive(Clone, Default, Debug)]
pub struct Schema {
    pub description: String,
    /// Empty: of any type.
    pub types: Vec<Type>,
    /// A text is a moment (RFC 3339).
    pub date_time: bool,
    /// Empty: any.
    pub values: Vec<Json>,
    pub pattern: Option<Regex>,
    pub minimum: Option<f64>,
    pub maximum: Option<f64>,
    /// Of a list.
    pub items: Option<Box<Schema>>,
    /// Of an object.
    pub properties: BTreeMap<String, Schema>,
    pub required: BTreeSet<String>,
    /// No properties but those named.
    pub closed: bool,
}

/// A schema that was read, and the keywords that this part of JSON Schema does not know, by their place.
#[derive(Debug)]
pub struct Understood {
    pub schema: Schema,
    pub ignored: Vec<String>,
}

impl Schema {
    /// Reads a schema; what it says that we cannot check is named.
    pub fn read(json: &Json) -> Result<Understood> {
        let mut reader = Reader { ignored: Vec::new(), properties: 0 };
        let schema = reader.schema(json, "", 0)?;
        Ok(Understood { schema, ignored: reader.ignored })
    }

    /// As [`Schema::read`], refusing what we cannot check: nothing is promised that is not kept.
    pub fn strict(json: &Json) -> Result<Self> {
        let Understood { schema, ignored } = Self::read(json)?;
        match ignored.first() {
            None => Ok(schema),
            Some(first) => Err(wrong(first, "this keyword is not known here")),
        }
    }

    pub fn to_json(&self) -> Json {
        let mut map = Map::new();
        let mut put = |name: &str, value: Json| drop(map.insert(name.to_owned(), value));
        match &self.types[..] {
            [] => {}
            [one] => put("type", json!(one.as_str())),
            many => put("type", many.iter().map(|one| one.as_str()).collect()),
        }
        if !self.description.is_empty() {
            put("description", json!(self.description));
        }
        if self.date_time {
            put("format", json!("date-time"));
        }
        if !self.values.is_empty() {
            put("enum", json!(self.values));
        }
        if let Some(pattern) = &self.pattern {
            put("pattern", json!(pattern.as_str()));
        }
        for (name, bound) in [("minimum", self.minimum), ("maximum", self.maximum)] {
            if let Some(bound) = bound {
                put(name, number(bound));
            }
        }
        if let Some(items) = &self.items {
            put("items", items.to_json());
        }
        if !self.properties.is_empty() {
            let all = self.properties.iter().map(|(name, one)| (name.clone(), one.to_json()));
            put("properties", Json::Object(all.collect()));
        }
        if !self.required.is_empty() {
            put("required", json!(self.required));
        }
        if self.closed {
            put("additionalProperties", json!(false));
        }
        Json::Object(map)
    }
}

/// `5` and not `5.0`, where it is the same.
fn number(bound: f64) -> Json {
    if bound.fract() == 0.0 && bound.abs() < 9e15 { json!(bound as i64) } else { json!(bound) }
}

fn wrong(place: &str, what: &str) -> Error {
    let place = if place.is_empty() { "/" } else { place };
    Error::new(Code::Invalid).field("schema").detail(format!("{place}: {what}"))
}

struct Reader {
    ignored: Vec<String>,
    properties: usize,
}

impl Reader {
    fn schema(&mut self, json: &Json, place: &str, depth: usize) -> Result<Schema> {
        if depth > MAX_DEPTH {
            return Err(wrong(place, "nested too deeply"));
        }
        let Json::Object(map) = json else {
            // `true` allows everything.
            return if json == &Json::Bool(true) {
                Ok(Schema::default())
            } else {
                Err(wrong(place, "not a schema"))
            };
        };
        let mut schema = Schema::default();
        for (keyword, value) in map {
            let at = format!("{place}/{keyword}");
            if !self.keyword(&mut schema, keyword, value, &at, depth)? && !is_annotation(keyword) {
                self.ignored.push(at);
            }
        }
        Ok(schema)
    }

    /// False when the keyword is none of ours.
    fn keyword(
        &mut self,
        schema: &mut Schema,
        name: &str,
        value: &Json,
        at: &str,
        depth: usize,
    ) -> Result<bool> {
        match name {
            "type" => schema.types = types(value, at)?,
            "description" => schema.description = text(value, at, MAX_DESCRIPTION)?,
            "format" => {
                schema.date_time = value == "date-time";
                return Ok(schema.date_time);
            }
            "enum" => schema.values = list(value, at, MAX_VALUES)?.to_vec(),
            "pattern" => schema.pattern = Some(pattern(value, at)?),
            "minimum" => schema.minimum = Some(bound(value, at)?),
            "maximum" => schema.maximum = Some(bound(value, at)?),
            "items" => schema.items = Some(Box::new(self.schema(value, at, depth + 1)?)),
            "properties" => schema.properties = self.properties(value, at, depth)?,
            "required" => {
                let names = list(value, at, MAX_PROPERTIES)?.iter().map(|name| text(name, at, MAX_NAME));
                schema.required = names.collect::<Result<_>>()?;
            }
            "additionalProperties" if value.is_boolean() => schema.closed = value == false,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn properties(&mut self, value: &Json, at: &str, depth: usize) -> Result<BTreeMap<String, Schema>> {
        let map = value.as_object().ok_or_else(|| wrong(at, "not an object"))?;
        self.properties += map.len();
        if self.properties > MAX_PROPERTIES {
            return Err(wrong(at, "too many properties"));
        }
        let one = |(name, value): (&String, &Json)| {
            let place = format!("{at}/{name}");
            if name.is_empty() || name.chars().count() > MAX_NAME {
                return Err(wrong(&place, "not a name"));
            }
            Ok((name.clone(), self.schema(value, &place, depth + 1)?))
        };
        map.iter().map(one).collect()
    }
}

fn is_annotation(keyword: &str) -> bool {
    ANNOTATIONS.contains(&keyword) || keyword.starts_with("x-")
}

fn types(value: &Json, at: &str) -> Result<Vec<Type>> {
    let one = |value: &Json| value.as_str().and_then(Type::parse).ok_or_else(|| wrong(at, "not a type"));
    match value {
        Json::Array(many) if !many.is_empty() && many.len() <= Type::ALL.len() => {
            many.iter().map(one).collect()
        }
        value => Ok(vec![one(value)?]),
    }
}

fn text(value: &Json, at: &str, most: usize) -> Result<String> {
    let text = value.as_str().ok_or_else(|| wrong(at, "not a text"))?;
    if text.chars().count() > most { Err(wrong(at, "too long")) } else { Ok(text.to_owned()) }
}

fn list<'j>(value: &'j Json, at: &str, most: usize) -> Result<&'j [Json]> {
    let items = value.as_array().ok_or_else(|| wrong(at, "not a list"))?;
    if items.len() > most { Err(wrong(at, "too many")) } else { Ok(items) }
}

fn bound(value: &Json, at: &str) -> Result<f64> {
    value.as_f64().ok_or_else(|| wrong(at, "not a number"))
}

fn pattern(value: &Json, at: &str) -> Result<Regex> {
    let source = text(value, at, MAX_PATTERN)?;
    let built = RegexBuilder::new(&source).size_limit(MAX_COMPILED).build();
    built.map_err(|_| wrong(at, "not a pattern that can be checked in linear time"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_written_as_it_was_read() {
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["order_id", "total"],
            "properties": {
                "order_id": { "type": "string", "pattern": "^K-[0-9]+$", "description": "As on the invoice" },
                "total": { "type": ["number", "null"], "minimum": 0, "maximum": 99.5 },
                "currency": { "type": "string", "enum": ["HUF", "EUR"] },
                "at": { "type": "string", "format": "date-time" },
                "products": { "type": "array", "items": { "type": "object", "properties": { "sku": {} } } },
            }
        });
        assert_eq!(Schema::strict(&schema).unwrap().to_json(), schema);
        assert_eq!(Schema::strict(&json!(true)).unwrap().to_json(), json!({}));
    }

    #[test]
    fn what_cannot_be_checked_is_named_and_refused_where_it_would_be_a_promise() {
        let schema = json!({ "title": "A", "properties": { "a": { "oneOf": [{}], "format": "email", "x-owner": "Anna" } } });
        let understood = Schema::read(&schema).unwrap();
        assert_eq!(understood.ignored, ["/properties/a/format", "/properties/a/oneOf"]);
        let refused = Schema::strict(&schema).unwrap_err();
        assert!(refused.detail.unwrap().starts_with("/properties/a/format"));
    }

    #[test]
    fn a_schema_that_makes_no_sense_or_too_much_of_it_is_refused() {
        let deep = (0..20).fold(json!({}), |inner, _| json!({ "items": inner }));
        let wide: Map<String, Json> = (0..1_001).map(|at| (format!("p{at}"), json!({}))).collect();
        for schema in [
            json!(5),
            json!({ "type": "text" }),
            json!({ "type": [] }),
            json!({ "enum": "HUF" }),
            json!({ "pattern": "(" }),
            json!({ "pattern": "(?=a)" }),
            json!({ "pattern": "(\\w{200}){200}" }),
            json!({ "minimum": "0" }),
            json!({ "required": [5] }),
            json!({ "properties": { "": {} } }),
            json!({ "properties": wide }),
            deep,
        ] {
            let refused = Schema::read(&schema).unwrap_err();
            assert_eq!((refused.code, refused.field.as_deref()), (Code::Invalid, Some("schema")), "{schema}");
        }
    }
}

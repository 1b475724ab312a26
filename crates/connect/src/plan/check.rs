//! Whether a value is what the plan says, and where it is not.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;

use super::{Schema, Type};

/// As many of one call are told; a call that is wrong all over is not looked through to its end.
pub const MOST_VIOLATIONS: usize = 20;
/// Characters of a value that are shown.
const SHOWN: usize = 60;

/// What is wrong with a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ViolationRule)]
pub enum Rule {
    /// Required, and not there.
    Missing,
    WrongType,
    /// None of the allowed values.
    NotAllowed,
    /// A text that does not look as it should.
    Pattern,
    /// A number below or above what is allowed.
    Range,
    /// Only the named properties may be there, and this is none of them.
    Unexpected,
    /// The event is not in the plan.
    Unplanned,
    /// The event is in the plan as one that should not come any more.
    Retired,
}

impl Rule {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::WrongType => "wrong_type",
            Self::NotAllowed => "not_allowed",
            Self::Pattern => "pattern",
            Self::Range => "range",
            Self::Unexpected => "unexpected",
            Self::Unplanned => "unplanned",
            Self::Retired => "retired",
        }
    }
}

/// Something about a call that is not as planned.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Violation {
    /// `total`, `products[2].price`; empty when it is about the event itself.
    pub property: String,
    pub rule: Rule,
    /// The types, values, pattern or range that the plan allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was there, cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// The property as it is counted, the same for all items of a list: `products[].price`; `*` for what nobody planned.
    #[serde(skip)]
    pub place: String,
}

impl Violation {
    /// About the event as a whole.
    pub fn of_event(rule: Rule) -> Self {
        Self { property: String::new(), rule, expected: None, found: None, place: String::new() }
    }
}

/// Everything about these fields that the schema does not allow.
///
/// Fields whose name begins with `$` are of the SDK's own making (PostHog) and never unexpected at the top.
pub fn check(schema: &Schema, fields: &Map<String, Json>) -> Vec<Violation> {
    let mut found = Vec::new();
    object(schema, fields, &Path::Top, &mut found);
    found
}

/// Where we are in a value.
enum Path<'p> {
    Top,
    Field(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

impl Path<'_> {
    fn write(&self, out: &mut String, with_numbers: bool) {
        match self {
            Self::Top => {}
            Self::Field(above, name) => {
                above.write(out, with_numbers);
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(name);
            }
            Self::Item(above, number) => {
                above.write(out, with_numbers);
                let _ = if with_numbers { write!(out, "[{number}]") } else { write!(out, "[]") };
            }
        }
    }

    fn text(&self, with_numbers: bool) -> String {
        let mut out = String::new();
        self.write(&mut out, with_numbers);
        out
    }

    fn broken(&self, rule: Rule, expected: Option<String>, found: Option<&Json>) -> Violation {
        Violation {
            property: cut(&self.text(true), 4 * SHOWN),
            rule,
            expected,
            found: found.map(shown),
            place: self.text(false),
        }
    }
}

fn object(schema: &Schema, fields: &Map<String, Json>, at: &Path<'_>, found: &mut Vec<Violation>) {
    for name in &schema.required {
        if found.len() < MOST_VIOLATIONS && !fields.contains_key(name) {
            found.push(Path::Field(at, name).broken(Rule::Missing, None, None));
        }
    }
    for (name, planned) in &schema.properties {
        if let Some(value) = fields.get(name) {
            self::value(planned, value, &Path::Field(at, name), found);
        }
    }
    if !schema.closed {
        return;
    }
    let of_the_sdk = |name: &str| matches!(at, Path::Top) && name.starts_with('$');
    for (name, value) in fields {
        if found.len() >= MOST_VIOLATIONS {
            return;
        }
        if !schema.properties.contains_key(name) && !of_the_sdk(name) {
            // What a sender invents must not become ever more numbers.
            let place = Path::Field(at, "*").text(false);
            found.push(Violation {
                place,
                ..Path::Field(at, name).broken(Rule::Unexpected, None, Some(value))
            });
        }
    }
}

fn value(schema: &Schema, value: &Json, at: &Path<'_>, found: &mut Vec<Violation>) {
    if found.len() >= MOST_VIOLATIONS {
        return;
    }
    if !schema.types.is_empty() && !schema.types.iter().any(|one| is_a(*one, value)) {
        let expected = if schema.date_time {
            vec!["date-time"]
        } else {
            schema.types.iter().map(|one| one.as_str()).collect()
        };
        found.push(at.broken(Rule::WrongType, Some(expected.join(", ")), Some(value)));
        return;
    }
    if let Some((rule, expected)) = limits(schema, value) {
        found.push(at.broken(rule, Some(expected), Some(value)));
        return;
    }
    match value {
        Json::Object(fields) => object(schema, fields, at, found),
        Json::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                let Some(planned) = &schema.items else { return };
                self::value(planned, item, &Path::Item(at, number), found);
            }
        }
        _ => {}
    }
}

/// The first of the value's own limits that it breaks, and what would be allowed.
fn limits(schema: &Schema, value: &Json) -> Option<(Rule, String)> {
    if !schema.values.is_empty() && !schema.values.iter().any(|one| is_same(one, value)) {
        let all: Vec<String> = schema.values.iter().take(20).map(shown).collect();
        return Some((Rule::NotAllowed, all.join(", ")));
    }
    if let Json::String(text) = value {
        if schema.date_time && !is_moment(text) {
            return Some((Rule::WrongType, "date-time".into()));
        }
        let pattern = schema.pattern.as_ref().filter(|pattern| !pattern.is_match(text));
        return pattern.map(|pattern| (Rule::Pattern, pattern.as_str().to_owned()));
    }
    let number = value.as_f64()?;
    let is_outside = schema.minimum.is_some_and(|least| number < least)
        || schema.maximum.is_some_and(|most| number > most);
    is_outside.then(|| (Rule::Range, range(schema)))
}

/// `0–100`, `≥ 0`, `≤ 100`
fn range(schema: &Schema) -> String {
    match (schema.minimum, schema.maximum) {
        (Some(least), Some(most)) => format!("{least}–{most}"),
        (Some(least), None) => format!("≥ {least}"),
        (None, Some(most)) => format!("≤ {most}"),
        (None, None) => String::new(),
    }
}

pub(super) fn is_moment(text: &str) -> bool {
    text.len() <= 64 && text.parse::<jiff::Timestamp>().is_ok()
}

fn is_a(one: Type, value: &Json) -> bool {
    match one {
        Type::Text => value.is_string(),
        Type::Number => value.is_number(),
        // 1.0 is a whole number (JSON Schema 2020-12, 4.2.3).
        Type::Whole => is_whole(value),
        Type::YesNo => value.is_boolean(),
        Type::List => value.is_array(),
        Type::Object => value.is_object(),
        Type::Null => value.is_null(),
    }
}

pub(super) fn is_whole(value: &Json) -> bool {
    value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
}

fn is_same(one: &Json, other: &Json) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => cut(&format!("“{}”", cut(text, SHOWN)), SHOWN + 3),
        Json::Array(items) => format!("[{}]", items.len()),
        Json::Object(fields) => format!("{{{}}}", fields.len()),
        other => cut(&other.to_string(), SHOWN),
    }
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn broken(schema: Json, fields: Json) -> Vec<(String, Rule)> {
        let schema = Schema::strict(&schema).unwrap();
        let found = check(&schema, fields.as_object().unwrap());
        found.into_iter().map(|one| (one.property, one.rule)).collect()
    }

    fn one(planned: Json, value: Json) -> Option<Rule> {
        broken(json!({ "properties": { "x": planned } }), json!({ "x": value })).pop().map(|(_, rule)| rule)
    }

    #[test]
    fn every_type_takes_its_own_and_nothing_else() {
        let values =
            [json!("a"), json!(1.5), json!(7), json!(true), json!([1]), json!({ "a": 1 }), json!(null)];
        let fits = [
            ("string", vec![0]),
            ("number", vec![1, 2]),
            ("integer", vec![2]),
            ("boolean", vec![3]),
            ("array", vec![4]),
            ("object", vec![5]),
            ("null", vec![6]),
        ];
        for (name, fitting) in fits {
            for (at, value) in values.iter().enumerate() {
                let expected = (!fitting.contains(&at)).then_some(Rule::WrongType);
                assert_eq!(one(json!({ "type": name }), value.clone()), expected, "{name} {value}");
            }
        }
        assert_eq!(one(json!({ "type": "integer" }), json!(7.0)), None);
        assert_eq!(one(json!({ "type": ["string", "null"] }), json!(null)), None);
        assert_eq!(one(json!({}), json!(null)), None);
    }

    #[test]
    fn a_date_time_is_a_moment_and_not_any_text() {
        let planned = json!({ "type": "string", "format": "date-time" });
        assert_eq!(one(planned.clone(), json!("2026-11-22T17:00:00+01:00")), None);
        for wrong in ["tomorrow", "2026-11-22", ""] {
            assert_eq!(one(planned.clone(), json!(wrong)), Some(Rule::WrongType), "{wrong}");
        }
    }

    #[test]
    fn values_patterns_and_ranges_are_kept() {
        let currency = json!({ "type": "string", "enum": ["HUF", "EUR"] });
        assert_eq!(
            (one(currency.clone(), json!("EUR")), one(currency, json!("eur"))),
            (None, Some(Rule::NotAllowed))
        );
        assert_eq!(one(json!({ "enum": [1, 2] }), json!(2.0)), None);
        let id = json!({ "pattern": "^K-[0-9]+$" });
        assert_eq!((one(id.clone(), json!("K-12")), one(id, json!("12"))), (None, Some(Rule::Pattern)));
        let share = json!({ "minimum": 0, "maximum": 100 });
        let ranges = [
            (json!(-0.1), Some(Rule::Range)),
            (json!(0), None),
            (json!(100), None),
            (json!(101), Some(Rule::Range)),
        ];
        for (value, expected) in ranges {
            assert_eq!(one(share.clone(), value), expected);
        }
    }

    #[test]
    fn required_and_unexpected_properties_are_named_also_within_lists() {
        let line =
            json!({ "type": "object", "required": ["sku"], "properties": { "price": { "type": "number" } } });
        let schema = json!({
            "required": ["order_id"], "additionalProperties": false,
            "properties": { "order_id": {}, "products": { "type": "array", "items": line } },
        });
        let fields = json!({ "products": [{ "sku": 1 }, { "price": "5" }], "extra": 1, "$lib": "web" });
        let expected = [
            ("order_id", Rule::Missing),
            ("products[1].sku", Rule::Missing),
            ("products[1].price", Rule::WrongType),
            ("extra", Rule::Unexpected),
        ];
        assert_eq!(
            broken(schema.clone(), fields.clone()),
            expected.map(|(name, rule)| (name.to_owned(), rule))
        );
        let schema = Schema::strict(&schema).unwrap();
        let places: Vec<_> =
            check(&schema, fields.as_object().unwrap()).into_iter().map(|one| one.place).collect();
        assert_eq!(places, ["order_id", "products[].sku", "products[].price", "*"]);
    }

    #[test]
    fn the_words_of_a_violation_say_what_was_expected_and_what_was_there() {
        let schema =
            Schema::strict(&json!({ "properties": { "total": { "type": ["number", "null"] } } })).unwrap();
        let fields = json!({ "total": "x".repeat(1_000) });
        let found = check(&schema, fields.as_object().unwrap());
        assert_eq!(found[0].expected.as_deref(), Some("number, null"));
        assert!(found[0].found.as_ref().unwrap().chars().count() < 70, "{found:?}");
    }

    #[test]
    fn a_hostile_payload_costs_little_and_tells_a_few() {
        let schema = json!({ "additionalProperties": false, "properties": {
            "list": { "type": "array", "items": { "type": "integer" } }, "text": { "pattern": "^(a+)+$" },
        } });
        let schema = Schema::strict(&schema).unwrap();
        let mut fields = Map::new();
        fields.insert("list".into(), (0..200_000).map(|_| json!("x")).collect());
        fields.insert("text".into(), json!(format!("{}b", "a".repeat(100_000))));
        for at in 0..20_000 {
            fields.insert(format!("k{at}"), json!({ "ű\u{0}[0].*": [[[[]]]] }));
        }
        assert_eq!(check(&schema, &fields).len(), MOST_VIOLATIONS);
        let deep = (0..100).fold(json!(1), |inner, _| json!({ "a": [inner] }));
        let planned =
            json!({ "properties": { "a": { "items": { "properties": { "a": { "type": "array" } } } } } });
        assert_eq!(broken(planned, deep), []);
    }
}

//! Plans as files: Segment's tracking plan (published: "Protocols", Public API and its older Config API), and one JSON
//! Schema for each event.

use kernel::{Code, Error, Result};
use serde_json::{Map, Value as Json, json};

use super::{
    Draft, PlannedEvent, Schema,
    model::{of_word, word},
};
use crate::collect::CallKind;

const DRAFT_2020_12: &str = "https://json-schema.org/draft/2020-12/schema";
const MAX_RULES: usize = 1_000;

/// What a file says.
#[derive(Clone, Default, Debug)]
pub struct Imported {
    pub drafts: Vec<Draft>,
    /// What cannot be checked here, by its place.
    pub ignored: Vec<String>,
}

/// Reads a plan in any of the shapes that [`segment`] and [`schemas`] write, and that Segment writes.
pub(super) fn read(file: &Json) -> Result<Imported> {
    let mut imported = Imported::default();
    match file {
        Json::Array(schemas) => schemas.iter().try_for_each(|one| imported.schema(one))?,
        Json::Object(map) => match (map.get("rules"), map.get("title")) {
            (Some(Json::Array(rules)), _) => rules.iter().try_for_each(|one| imported.rule(one))?,
            (Some(Json::Object(rules)), _) => imported.old_rules(rules)?,
            (None, Some(_)) => imported.schema(file)?,
            _ => return Err(unknown()),
        },
        _ => return Err(unknown()),
    }
    if imported.drafts.is_empty() {
        return Err(unknown());
    }
    imported.once()
}

fn unknown() -> Error {
    Error::new(Code::Invalid)
        .field("plan")
        .detail("neither a tracking plan nor a list of JSON Schemas with titles")
}

impl Imported {
    /// `{type: "TRACK", key, jsonSchema}`
    fn rule(&mut self, rule: &Json) -> Result<()> {
        let kind = rule["type"].as_str().map(str::to_lowercase).unwrap_or_default();
        let name = rule["key"].as_str().unwrap_or_default();
        let Some(kind) = CallKind::parse(&kind).filter(|kind| kind.can_be_planned()) else {
            self.ignored.push(format!("{kind} {name}").trim().to_owned());
            return Ok(());
        };
        self.enveloped(kind, name, None, rule.get("jsonSchema").unwrap_or(&Json::Null))
    }

    /// `{events: [{name, description, rules}], identify, group, global}`
    fn old_rules(&mut self, rules: &Map<String, Json>) -> Result<()> {
        for (name, value) in rules {
            match (name.as_str(), value) {
                ("events", Json::Array(events)) => {
                    for event in events {
                        let (name, about) =
                            (event["name"].as_str().unwrap_or_default(), event["description"].as_str());
                        self.enveloped(CallKind::Track, name, about, &event["rules"])?;
                    }
                }
                ("identify", Json::Object(_)) => self.enveloped(CallKind::Identify, "", None, value)?,
                ("group", Json::Object(_)) => self.enveloped(CallKind::Group, "", None, value)?,
                (_, Json::Object(other)) if other.is_empty() => {}
                _ => self.ignored.push(name.clone()),
            }
        }
        Ok(())
    }

    /// A schema of the whole call: what we check of it is its `properties`, or its `traits`.
    fn enveloped(&mut self, kind: CallKind, name: &str, about: Option<&str>, schema: &Json) -> Result<()> {
        let place = if name.is_empty() { kind.as_str() } else { name };
        let parts = &schema["properties"];
        let ours = if kind == CallKind::Track { "properties" } else { "traits" };
        for (part, of) in parts.as_object().into_iter().flatten() {
            if part != ours && of.as_object().is_some_and(|of| of.keys().any(|key| key != "type")) {
                self.ignored.push(format!("{place}: /properties/{part}"));
            }
        }
        let everything = json!({});
        let inner = parts.get(ours).unwrap_or(&everything);
        let about = about.or_else(|| schema["description"].as_str()).unwrap_or_default().to_owned();
        self.draft(kind, name, about, schema, inner)
    }

    /// A schema of the properties alone, with the event as its title.
    fn schema(&mut self, schema: &Json) -> Result<()> {
        let name = schema["title"].as_str().unwrap_or_default();
        let kind = match schema["x-call"].as_str() {
            None => CallKind::Track,
            Some(kind) => CallKind::parse(kind).filter(|kind| kind.can_be_planned()).ok_or_else(unknown)?,
        };
        let about = schema["description"].as_str().unwrap_or_default().to_owned();
        self.draft(kind, name, about, schema, schema)
    }

    /// `outer` holds what is said of the event, `inner` what is said of its properties.
    fn draft(
        &mut self,
        kind: CallKind,
        name: &str,
        description: String,
        outer: &Json,
        inner: &Json,
    ) -> Result<()> {
        if self.drafts.len() >= MAX_RULES {
            return Err(Error::new(Code::TooLarge).field("plan"));
        }
        let place = if name.is_empty() { kind.as_str() } else { name };
        let of_file = |mut error: Error| {
            error.field = Some("plan".into());
            error.detail = Some(format!("{place}: {}", error.detail.unwrap_or_default()));
            error
        };
        let mut understood = Schema::read(inner).map_err(of_file)?;
        understood.schema.description.clear();
        self.ignored.extend(understood.ignored.iter().map(|at| format!("{place}: {at}")));
        let said = |key: &str| outer[key].as_str();
        let status = said("x-status").map(of_word).transpose();
        let mode = said("x-mode").map(of_word).transpose();
        let draft = Draft {
            kind,
            name: name.to_owned(),
            description,
            status: status.ok().flatten(),
            mode: mode.ok().flatten(),
            schema: understood.schema,
        };
        self.drafts.push(draft.checked().map_err(of_file)?);
        Ok(())
    }

    /// Refuses a file that says two things of one event.
    fn once(self) -> Result<Self> {
        let mut names: Vec<_> = self.drafts.iter().map(|one| (one.kind.as_str(), &one.name)).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(twice) => Err(Error::new(Code::AlreadyExists).field("plan").detail(twice[0].1.clone())),
            None => Ok(self),
        }
    }
}

/// As Segment's Public API writes it.
pub(super) fn segment(name: &str, events: &[PlannedEvent]) -> Result<Json> {
    let rules = events.iter().map(|event| {
        let part = if event.kind == CallKind::Track { "properties" } else { "traits" };
        let mut schema = json!({
            "$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
            "properties": { "context": {}, "properties": {}, "traits": {} }
        });
        schema["properties"][part] = event.schema.to_json();
        said(&mut schema, event)?;
        Ok(json!({ "type": event.kind.as_str().to_uppercase(), "key": event.name, "version": 1, "jsonSchema": schema }))
    });
    Ok(json!({ "name": name, "type": "LIVE", "rules": rules.collect::<Result<Vec<Json>>>()? }))
}

/// One JSON Schema for each event.
pub(super) fn schemas(events: &[PlannedEvent]) -> Result<Json> {
    let one = |event: &PlannedEvent| {
        let mut schema = event.schema.to_json();
        schema["$schema"] = json!(DRAFT_2020_12);
        schema["title"] = json!(event.name);
        schema["x-call"] = json!(event.kind);
        said(&mut schema, event)?;
        Ok(schema)
    };
    events.iter().map(one).collect()
}

/// What is said of the event itself, as annotations that other readers pass over.
fn said(schema: &mut Json, event: &PlannedEvent) -> Result<()> {
    if !event.description.is_empty() {
        schema["description"] = json!(event.description);
    }
    schema["x-status"] = json!(word(event.status)?);
    if let Some(mode) = event.mode {
        schema["x-mode"] = json!(word(mode)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use kernel::{PlannedEventId, Timestamp};

    use super::*;
    use crate::plan::{Mode, Status};

    fn event(kind: CallKind, name: &str, mode: Option<Mode>) -> PlannedEvent {
        let schema = json!({ "type": "object", "required": ["total"], "properties": { "total": { "type": "number" } } });
        PlannedEvent {
            id: PlannedEventId::new(),
            kind,
            name: name.into(),
            description: format!("About {name}"),
            status: Status::Retired,
            mode,
            schema: Schema::strict(&schema).unwrap(),
            changed_at: Timestamp(0),
        }
    }

    #[test]
    fn a_plan_survives_both_shapes() {
        let events = [
            event(CallKind::Track, "Order Completed", Some(Mode::SetAside)),
            event(CallKind::Identify, "", None),
        ];
        for file in [segment("Shop", &events).unwrap(), schemas(&events).unwrap()] {
            let imported = read(&file).unwrap();
            assert_eq!(imported.ignored, Vec::<String>::new());
            for (draft, event) in imported.drafts.iter().zip(&events) {
                assert_eq!(
                    (draft.kind, &draft.name, &draft.description),
                    (event.kind, &event.name, &event.description)
                );
                assert_eq!((draft.status, draft.mode), (Some(event.status), event.mode));
                assert_eq!(draft.schema.to_json(), event.schema.to_json());
            }
        }
    }

    #[test]
    fn the_older_shape_of_segment_is_read_and_what_cannot_be_checked_is_named() {
        let file = json!({ "name": "plans/1", "display_name": "Shop", "rules": {
            "events": [{ "name": "Order Completed", "description": "Paid", "version": 1, "rules": {
                "$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
                "properties": {
                    "context": { "type": "object", "required": ["ip"] }, "traits": {},
                    "properties": { "type": "object", "required": ["total"],
                        "properties": { "total": { "type": ["number"], "multipleOf": 5 } } } } } }],
            "identify": { "properties": { "traits": { "properties": { "plan": { "type": "string" } } } } },
            "global": {}, "identify_traits": []
        } });
        let imported = read(&file).unwrap();
        assert_eq!(imported.drafts.len(), 2);
        assert_eq!(imported.drafts[0].description, "Paid");
        assert_eq!(
            imported.ignored,
            [
                "Order Completed: /properties/context",
                "Order Completed: /properties/total/multipleOf",
                "identify_traits"
            ]
        );
    }

    #[test]
    fn what_is_no_plan_is_refused_with_its_place() {
        let twice = json!([{ "title": "A" }, { "title": "A" }]);
        let bad = json!([{ "title": "A", "properties": { "x": { "type": "text" } } }]);
        for file in [
            json!(5),
            json!({}),
            json!([]),
            json!({ "rules": [] }),
            json!([{ "title": "" }]),
            twice,
            bad.clone(),
        ] {
            assert_eq!(read(&file).unwrap_err().field.as_deref(), Some("plan"), "{file}");
        }
        assert_eq!(read(&bad).unwrap_err().detail.unwrap(), "A: /properties/x/type: not a type");
    }
}

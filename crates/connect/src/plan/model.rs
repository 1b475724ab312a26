//! The plan of a workspace, as it is kept and as calls are judged by it.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use kernel::{Code, Error, PlannedEventId, Result, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::{Rule, Schema, Violation, check};
use crate::collect::{Call, CallKind};

const MAX_NAME: usize = 200;
const MAX_DESCRIPTION: usize = 2_000;

/// What becomes of a call that is not as planned.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PlanMode)]
pub enum Mode {
    /// It is worked, and counted.
    Observe,
    /// It is worked and marked.
    Warn,
    /// It is kept, and not worked until somebody says so.
    SetAside,
}

/// What becomes of an event that is not in the plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = UnplannedMode)]
pub enum Unplanned {
    /// It is worked and not even counted.
    Allow,
    Observe,
    Warn,
    SetAside,
}

impl Unplanned {
    pub fn mode(self) -> Option<Mode> {
        match self {
            Self::Allow => None,
            Self::Observe => Some(Mode::Observe),
            Self::Warn => Some(Mode::Warn),
            Self::SetAside => Some(Mode::SetAside),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PlannedStatus)]
pub enum Status {
    /// Agreed on; nothing sends it yet.
    Planned,
    Live,
    /// Nothing should send it any more.
    Retired,
}

/// The name of a value of one of the three enums above, as it is stored.
pub(super) fn word(value: impl Serialize) -> Result<String> {
    let Json::String(word) = serde_json::to_value(value).map_err(Error::internal)? else {
        return Err(Error::internal("not a word"));
    };
    Ok(word)
}

pub(super) fn of_word<T: for<'d> Deserialize<'d>>(word: &str) -> Result<T> {
    serde_json::from_value(Json::String(word.to_owned())).map_err(Error::internal)
}

/// How the plan is applied.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Settings {
    /// Of events that have no mode of their own.
    pub mode: Mode,
    pub unplanned: Unplanned,
}

impl Default for Settings {
    fn default() -> Self {
        Self { mode: Mode::Observe, unplanned: Unplanned::Allow }
    }
}

/// What an event should look like, or the traits of persons (`identify`) or of groups (`group`).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlannedEvent {
    #[schema(value_type = String, format = "uuid")]
    pub id: PlannedEventId,
    /// `track`, `identify` or `group`.
    pub kind: CallKind,
    /// Of a track: the event; empty otherwise.
    pub name: String,
    pub description: String,
    pub status: Status,
    /// Null: the plan's.
    pub mode: Option<Mode>,
    /// JSON Schema of the properties, or of the traits.
    #[serde(serialize_with = "as_json")]
    #[schema(value_type = Object)]
    pub schema: Schema,
    #[schema(value_type = String, format = "date-time")]
    pub changed_at: Timestamp,
}

fn as_json<S: serde::Serializer>(schema: &Schema, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    schema.to_json().serialize(serializer)
}

/// An event of the plan as somebody writes it.
#[derive(Clone, Debug)]
pub struct Draft {
    pub kind: CallKind,
    pub name: String,
    pub description: String,
    /// None when nothing is said of it: live, or as it was.
    pub status: Option<Status>,
    pub mode: Option<Mode>,
    pub schema: Schema,
}

impl Draft {
    pub(super) fn checked(mut self) -> Result<Self> {
        match self.kind {
            CallKind::Track if self.name.trim().is_empty() => {
                return Err(Error::new(Code::Required).field("name"));
            }
            CallKind::Track => {}
            CallKind::Identify | CallKind::Group => self.name.clear(),
            _ => return Err(Error::invalid("kind")),
        }
        for (field, text, most) in
            [("name", &self.name, MAX_NAME), ("description", &self.description, MAX_DESCRIPTION)]
        {
            if text.chars().count() > most {
                return Err(Error::new(Code::TooLong).field(field));
            }
        }
        Ok(self)
    }
}

/// A plan as calls are judged by it.
#[derive(Debug)]
pub struct Plan {
    pub version: i64,
    pub settings: Settings,
    /// In which the workspace counts its days.
    pub zone: TimeZone,
    events: HashMap<(&'static str, String), PlannedEvent>,
}

/// What the plan says of a call.
#[derive(Clone, PartialEq, Debug)]
pub struct Judgement {
    pub mode: Mode,
    /// At least one.
    pub violations: Vec<Violation>,
}

impl Plan {
    pub fn new(version: i64, settings: Settings, zone: TimeZone, events: Vec<PlannedEvent>) -> Self {
        let events =
            events.into_iter().map(|event| ((event.kind.as_str(), event.name.clone()), event)).collect();
        Self { version, settings, zone, events }
    }

    fn find(&self, kind: CallKind, name: &str) -> Option<&PlannedEvent> {
        self.events.get(&(kind.as_str(), name.to_owned()))
    }

    /// None when the call is as planned, or nothing is planned about it.
    pub fn judge(&self, call: &Call) -> Option<Judgement> {
        if self.events.is_empty() && self.settings.unplanned == Unplanned::Allow {
            return None;
        }
        let name = call.planned_name();
        let Some(planned) = self.find(call.kind, &name) else {
            // PostHog's own events (`$…`) are nobody's to plan.
            let is_theirs = call.kind == CallKind::Track && !name.starts_with('$');
            let mode = self.settings.unplanned.mode().filter(|_| is_theirs)?;
            return Some(Judgement { mode, violations: vec![Violation::of_event(Rule::Unplanned)] });
        };
        let mut violations = Vec::new();
        if planned.status == Status::Retired {
            violations.push(Violation::of_event(Rule::Retired));
        } else {
            let fields = if call.kind == CallKind::Track { &call.properties } else { &call.traits };
            violations.extend(check(&planned.schema, fields));
        }
        let mode = planned.mode.unwrap_or(self.settings.mode);
        (!violations.is_empty()).then_some(Judgement { mode, violations })
    }

    /// The retired events that are not taken in: SDKs that ask need not send them.
    pub fn switched_off(&self) -> impl Iterator<Item = &str> {
        let is_off = |event: &&PlannedEvent| {
            let mode = event.mode.unwrap_or(self.settings.mode);
            event.kind == CallKind::Track && event.status == Status::Retired && mode == Mode::SetAside
        };
        self.events.values().filter(is_off).map(|event| event.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn planned(kind: CallKind, name: &str, status: Status, mode: Option<Mode>, schema: Json) -> PlannedEvent {
        let (id, schema) = (PlannedEventId::new(), Schema::strict(&schema).unwrap());
        PlannedEvent {
            id,
            kind,
            name: name.into(),
            description: String::new(),
            status,
            mode,
            schema,
            changed_at: Timestamp(0),
        }
    }

    fn call(kind: CallKind, name: Option<&str>, fields: Json) -> Call {
        let fields = fields.as_object().unwrap().clone();
        let (properties, traits) =
            if kind == CallKind::Track { (fields, Default::default()) } else { (Default::default(), fields) };
        Call {
            kind,
            message_id: "m".into(),
            user_id: Some("anna".into()),
            anonymous_id: None,
            previous_id: None,
            group_id: None,
            name: name.map(str::to_owned),
            properties,
            traits,
            context: Default::default(),
            told_at: None,
            sent_at: None,
            warnings: Vec::new(),
        }
    }

    fn plan(settings: Settings, events: Vec<PlannedEvent>) -> Plan {
        Plan::new(1, settings, TimeZone::UTC, events)
    }

    fn rules(judged: Option<Judgement>) -> Option<(Mode, Vec<Rule>)> {
        judged.map(|one| (one.mode, one.violations.iter().map(|violation| violation.rule).collect()))
    }

    #[test]
    fn an_event_is_judged_by_its_own_mode_and_else_by_the_plans() {
        let needs_total = json!({ "required": ["total"] });
        let settings = Settings { mode: Mode::Warn, unplanned: Unplanned::Observe };
        let plan = plan(
            settings,
            vec![
                planned(
                    CallKind::Track,
                    "Order Completed",
                    Status::Live,
                    Some(Mode::SetAside),
                    needs_total.clone(),
                ),
                planned(CallKind::Track, "Cart Viewed", Status::Planned, None, needs_total.clone()),
                planned(CallKind::Identify, "", Status::Live, None, json!({ "required": ["email"] })),
            ],
        );
        let judge = |kind, name, fields| rules(plan.judge(&call(kind, name, fields)));
        let (track, missing) = (CallKind::Track, vec![Rule::Missing]);
        assert_eq!(judge(track, Some("Order Completed"), json!({ "total": 1 })), None);
        assert_eq!(judge(track, Some("Order Completed"), json!({})), Some((Mode::SetAside, missing.clone())));
        assert_eq!(judge(track, Some("Cart Viewed"), json!({})), Some((Mode::Warn, missing.clone())));
        assert_eq!(judge(CallKind::Identify, None, json!({})), Some((Mode::Warn, missing)));
        assert_eq!(judge(track, Some("Anything"), json!({})), Some((Mode::Observe, vec![Rule::Unplanned])));
        assert_eq!(judge(track, Some("$pageleave"), json!({})), None, "PostHog's own");
        for kind in [CallKind::Page, CallKind::Screen, CallKind::Alias, CallKind::Group] {
            assert_eq!(judge(kind, Some("Order Completed"), json!({})), None, "{kind:?}");
        }
    }

    #[test]
    fn a_retired_event_is_one_violation_and_is_switched_off_where_it_would_be_set_aside() {
        let retired = |name, mode| {
            planned(CallKind::Track, name, Status::Retired, mode, json!({ "required": ["total"] }))
        };
        let events = vec![retired("Old", None), retired("Older", Some(Mode::SetAside))];
        let plan = plan(Settings::default(), events);
        let judged = plan.judge(&call(CallKind::Track, Some("Old"), json!({})));
        assert_eq!(rules(judged), Some((Mode::Observe, vec![Rule::Retired])));
        assert_eq!(plan.switched_off().collect::<Vec<_>>(), ["Older"]);
    }

    #[test]
    fn without_a_plan_everything_is_as_planned() {
        let plan = plan(Settings::default(), Vec::new());
        assert_eq!(plan.judge(&call(CallKind::Track, Some("Anything"), json!({}))), None);
    }
}

//! What a call does: one transaction for all calls of a request.

use std::{cell::OnceCell, collections::HashMap, sync::Arc};

use ::store::Tx;
use kernel::{Code, Error, KeyId, NewFact, PersonId, Result, Timestamp};
use people::persons::{self, Handle, IdentityKind, Link, Said, Sighting};
use serde_json::{Map, Value as Json, json};

use super::{
    Call, CallKind, Collection, aside,
    recent::{CallOutcome, SeenCall},
    store, time,
};
use crate::{
    collect::dialects::Read,
    plan::{Mode, Plan, Rule, Violation},
    quality::{Key, Measure, Sample, Tally},
};

/// What is written into the sources of facts, identities and traits.
const SOURCE: &str = "sdk";
/// Characters of a call that are kept behind a number of the data quality.
const SAMPLED: usize = 4 * 1024;

/// What became of a request's items, in their order.
#[derive(Debug)]
pub struct Collected {
    pub(super) seen: Vec<SeenCall>,
}

/// Works the calls of one request: each once, whoever sends it again.
pub fn collect(tx: &mut Tx<'_>, collection: &Collection, key: KeyId, items: &[Read]) -> Result<Collected> {
    let ids: Vec<&str> =
        items.iter().filter_map(|item| Some(item.as_ref().ok()?.message_id.as_str())).collect();
    let mut fresh = store::remember(tx, key, &ids)?;
    let mut work = Work::new(tx, collection, key)?;
    let mut seen = Vec::with_capacity(items.len());
    for item in items {
        seen.push(match item {
            // Taken out: a repetition within the request is one too.
            Ok(call) if fresh.remove(&call.message_id) => work.judged(tx, call)?,
            Ok(call) => {
                work.tally.count(Key::of(Measure::Duplicates, call.kind.as_str()));
                shown(tx, key, call, CallOutcome::Duplicate)
            }
            Err((refusal, body)) => {
                store::set_aside(tx, key, refusal, body)?;
                let seen = SeenCall { refusal: Some(refusal.clone()), body: body.clone(), ..blank(tx, key) };
                work.count_refused(&seen);
                seen
            }
        });
    }
    tx.record_all(work.facts)?;
    work.tally.write(tx)?;
    Ok(Collected { seen })
}

/// What the calls of one request have in common.
pub(super) struct Work {
    key: KeyId,
    pub(super) plan: Arc<Plan>,
    pub(super) tally: Tally,
    /// Whom these ids led to, within this request.
    met: HashMap<Vec<(IdentityKind, String)>, (PersonId, PersonId)>,
    pub(super) facts: Vec<NewFact>,
}

impl Work {
    pub(super) fn new(tx: &mut Tx<'_>, collection: &Collection, key: KeyId) -> Result<Self> {
        let plan = collection.plans.of(tx)?;
        let tally = Tally::new(tx, &plan.zone, &collection.samples);
        Ok(Self { key, plan, tally, met: HashMap::new(), facts: Vec::new() })
    }

    /// Works a call as the plan says of it.
    fn judged(&mut self, tx: &mut Tx<'_>, call: &Call) -> Result<SeenCall> {
        self.tally.count(Key::of(Measure::Calls, call.kind.as_str()));
        let told = Told::now(tx, call);
        let Some(judgement) = self.plan.judge(call) else {
            let seen = self.worked(tx, call, told)?;
            self.count_doubts(&seen);
            return Ok(seen);
        };
        let violations = judgement.violations;
        let seen = match judgement.mode {
            // Nobody could be met by it later either.
            Mode::SetAside if ids(call, &mut Vec::new()).is_empty() => self.worked(tx, call, told)?,
            Mode::Observe => self.worked(tx, call, told)?,
            Mode::Warn => self.worked(tx, call, Told { violations: violations.clone(), ..told })?,
            Mode::SetAside => {
                let id = aside::keep(tx, self.key, call, &violations)?;
                SeenCall {
                    violations: violations.clone(),
                    set_aside: Some(id),
                    refusal: Some(aside::refusal(&violations)),
                    ..shown(tx, self.key, call, CallOutcome::SetAside)
                }
            }
        };
        self.count_violations(call, &violations, &seen);
        self.count_doubts(&seen);
        Ok(seen)
    }

    fn count_violations(&mut self, call: &Call, violations: &[Violation], seen: &SeenCall) {
        let (event, text) = (planned_as(call), OnceCell::new());
        let sample = |seen: &SeenCall| Sample {
            received_at: seen.received_at,
            person: seen.person,
            call: Arc::clone(text.get_or_init(|| written(seen))),
        };
        for violation in violations {
            let key = match violation.rule {
                Rule::Unplanned => Key::of(Measure::Unplanned, &event),
                rule => Key {
                    property: violation.place.clone(),
                    rule: rule.as_str().to_owned(),
                    ..Key::of(Measure::Violations, &event)
                },
            };
            self.tally.count_with(key, || sample(seen));
        }
        if seen.outcome == CallOutcome::SetAside {
            self.tally.count_with(Key::of(Measure::SetAside, &event), || sample(seen));
        }
    }

    fn count_refused(&mut self, seen: &SeenCall) {
        if let Some(refusal) = &seen.refusal {
            self.tally.count_with(Key::of(Measure::Refused, refusal.code), || sample(seen));
        }
    }

    /// Counts what came to light only while the call was worked.
    fn count_doubts(&mut self, seen: &SeenCall) {
        if seen.outcome == CallOutcome::Refused {
            return self.count_refused(seen);
        }
        for warning in &seen.warnings {
            let key = match warning.as_str() {
                "invalid_email" => Key::of(Measure::Invalid, "email"),
                "invalid_phone" => Key::of(Measure::Invalid, "phone"),
                "shared_email" => Key::of(Measure::Conflicts, "email"),
                "shared_phone" => Key::of(Measure::Conflicts, "phone"),
                _ => continue,
            };
            self.tally.count_with(key, || sample(seen));
        }
    }

    /// Works a call; what is refused of it is kept.
    fn worked(&mut self, tx: &mut Tx<'_>, call: &Call, told: Told) -> Result<SeenCall> {
        let seen = self.call(tx, call, told)?;
        if let Some(refusal) = &seen.refusal {
            store::set_aside(tx, self.key, refusal, &seen.body)?;
        }
        Ok(seen)
    }

    /// Makes a fact of a call, or says why it cannot be one.
    pub(super) fn call(&mut self, tx: &mut Tx<'_>, call: &Call, told: Told) -> Result<SeenCall> {
        let Told { received_at, mut warnings, violations } = told;
        let (at, doubt) = time::moment(call.told_at, call.sent_at, received_at);
        warnings.extend(doubt.map(str::to_owned));
        let ids = ids(call, &mut warnings);
        if ids.is_empty() {
            let refusal =
                super::Refusal::new("blocked_id", "The call names only values that tell nobody apart.");
            return Ok(SeenCall {
                refusal: Some(refusal),
                ..shown(tx, self.key, call, CallOutcome::Refused)
            });
        }
        let (home, person) = self.meet(tx, call, &ids, at, &mut warnings)?;
        if !call.traits.is_empty() && call.kind != CallKind::Group {
            describe(tx, home, call, at, &mut warnings)?;
        }
        self.facts.push(fact(call, home, at, self.key, &warnings, &violations));
        Ok(SeenCall {
            at: Some(at),
            person: Some(person),
            warnings,
            violations,
            ..shown(tx, self.key, call, CallOutcome::Accepted)
        })
    }

    fn meet(
        &mut self,
        tx: &mut Tx<'_>,
        call: &Call,
        ids: &[(IdentityKind, String)],
        at: Timestamp,
        warnings: &mut Vec<String>,
    ) -> Result<(PersonId, PersonId)> {
        if let Some(known) = self.met.get(ids) {
            return Ok(*known);
        }
        let reason = if call.kind == CallKind::Alias { "alias" } else { "identify" };
        let sighting = Sighting { ids, at, message_id: &call.message_id, reason, source: SOURCE };
        let sighted = persons::sight(tx, &sighting)?;
        for link in &sighted.links {
            match link {
                Link::Refused(kind) => warnings.push(format!("merge_refused_{kind}")),
                Link::KeptApart => warnings.push("kept_apart".to_owned()),
                Link::Joined(_) => self.met.clear(),
                Link::Already(_) => {}
            }
        }
        let found = (sighted.home, sighted.person);
        self.met.insert(ids.to_vec(), found);
        Ok(found)
    }
}

/// What is known of a call beside itself.
pub(super) struct Told {
    pub received_at: Timestamp,
    pub warnings: Vec<String>,
    /// With which it is marked.
    pub violations: Vec<Violation>,
}

impl Told {
    fn now(tx: &Tx<'_>, call: &Call) -> Self {
        let warnings = call.warnings.iter().map(|text| (*text).to_owned()).collect();
        Self { received_at: tx.now(), warnings, violations: Vec::new() }
    }
}

/// The name under which the plan's numbers speak of a call: `track:Order Completed`, `identify:`.
fn planned_as(call: &Call) -> String {
    format!("{}:{}", call.kind.as_str(), call.planned_name())
}

fn sample(seen: &SeenCall) -> Sample {
    Sample { received_at: seen.received_at, person: seen.person, call: written(seen) }
}

fn written(seen: &SeenCall) -> Arc<str> {
    seen.body.to_string().chars().take(SAMPLED).collect::<String>().into()
}

/// The ids of a call, the strongest first; those that tell nobody apart are left out.
fn ids(call: &Call, warnings: &mut Vec<String>) -> Vec<(IdentityKind, String)> {
    let mut named = Vec::new();
    let mut add = |kind, value: &Option<String>| {
        let Some(value) = value else { return };
        if persons::is_blocked(kind, value) {
            warnings.push("blocked_id".to_owned());
        } else if !named.contains(&(kind, value.clone())) {
            named.push((kind, value.clone()));
        }
    };
    add(IdentityKind::External, &call.user_id);
    add(IdentityKind::Anonymous, &call.anonymous_id);
    if call.kind == CallKind::Alias {
        // analytics.js says `alias(x)` of somebody identified with both ids the same: nothing is joined by it.
        if call.previous_id == call.user_id {
            warnings.push("self_alias".to_owned());
        } else if call.previous_id != call.anonymous_id {
            add(previous_kind(call), &call.previous_id);
        }
    }
    named
}

/// An alias names an anonymous id before a person is known, and another user's id otherwise. SDKs do not say which:
/// a bare UUID is what they make for browsers.
fn previous_kind(call: &Call) -> IdentityKind {
    let previous = call.previous_id.as_deref().unwrap_or_default();
    if uuid::Uuid::try_parse(previous).is_ok() { IdentityKind::Anonymous } else { IdentityKind::External }
}

/// Keeps traits. An address or a number that an SDK tells is a claim: it leads to nobody and merges nobody.
fn describe(
    tx: &mut Tx<'_>,
    home: PersonId,
    call: &Call,
    at: Timestamp,
    warnings: &mut Vec<String>,
) -> Result<()> {
    let said = Said { at, message_id: &call.message_id, source: SOURCE };
    let mut traits = call.traits.clone();
    if !traits.contains_key("name")
        && let Some(name) = whole_name(&traits)
    {
        traits.insert("name".to_owned(), json!(name));
    }
    let changed = persons::describe(tx, home, &traits, &said)?;
    for (name, kind) in [("email", IdentityKind::Email), ("phone", IdentityKind::Phone)] {
        let Some(value) =
            traits.get(name).and_then(Json::as_str).filter(|_| changed.iter().any(|c| c == name))
        else {
            continue;
        };
        let handle =
            Handle { kind, value: value.to_owned(), name: None, verified: false, source: SOURCE.to_owned() };
        match persons::claim(tx, home, &handle) {
            Err(error) if matches!(error.code, Code::InvalidEmail | Code::Invalid) => {
                warnings.push(format!("invalid_{name}"));
            }
            other => {
                other?;
                if persons::is_shared(tx, home, kind, value)? {
                    warnings.push(format!("shared_{name}"));
                }
            }
        }
    }
    Ok(())
}

fn whole_name(traits: &Map<String, Json>) -> Option<String> {
    let part = |names: [&str; 2]| names.iter().find_map(|name| traits.get(*name)).and_then(Json::as_str);
    let parts = [part(["firstName", "first_name"]), part(["lastName", "last_name"])];
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    (!name.trim().is_empty()).then_some(name)
}

fn fact(
    call: &Call,
    home: PersonId,
    at: Timestamp,
    key: KeyId,
    warnings: &[String],
    violations: &[Violation],
) -> NewFact {
    let mut payload = Map::new();
    payload.insert("message_id".into(), json!(call.message_id));
    payload.insert("key".into(), json!(key));
    let mut keep = |name: &str, value: Json| {
        let empty = value.is_null() || value.as_object().is_some_and(Map::is_empty) || value == json!([]);
        if !empty {
            payload.insert(name.into(), value);
        }
    };
    keep("user_id", json!(call.user_id));
    keep("anonymous_id", json!(call.anonymous_id));
    keep("previous_id", json!(call.previous_id));
    keep("group_id", json!(call.group_id));
    keep("properties", Json::Object(call.properties.clone()));
    keep("traits", Json::Object(call.traits.clone()));
    keep("context", Json::Object(call.context.clone()));
    keep("told_at", json!(call.told_at.filter(|told| *told != at)));
    keep("warnings", json!(warnings));
    keep("violations", json!(violations));
    let fact = match (call.kind, &call.name) {
        (CallKind::Track, Some(event)) => NewFact::new(format!("event:{event}")),
        (kind, name) => {
            keep("name", json!(name));
            NewFact::new(name_of(kind))
        }
    };
    fact.person(home).at(at).payload(Json::Object(payload))
}

fn name_of(kind: CallKind) -> &'static str {
    match kind {
        CallKind::Identify => "person.described",
        CallKind::Track => "event",
        CallKind::Page => "page.viewed",
        CallKind::Screen => "screen.viewed",
        CallKind::Group => "group.joined",
        CallKind::Alias => "person.aliased",
    }
}

fn blank(tx: &Tx<'_>, key: KeyId) -> SeenCall {
    SeenCall {
        number: 0,
        received_at: tx.now(),
        at: None,
        key,
        kind: None,
        name: None,
        user_id: None,
        anonymous_id: None,
        person: None,
        outcome: CallOutcome::Refused,
        refusal: None,
        warnings: Vec::new(),
        violations: Vec::new(),
        set_aside: None,
        body: Json::Null,
    }
}

pub(super) fn shown(tx: &Tx<'_>, key: KeyId, call: &Call, outcome: CallOutcome) -> SeenCall {
    SeenCall {
        kind: Some(call.kind),
        name: call.name.clone(),
        user_id: call.user_id.clone(),
        anonymous_id: call.anonymous_id.clone(),
        outcome,
        body: as_sent(call),
        ..blank(tx, key)
    }
}

/// The call in the shape in which Segment publishes it, whatever dialect it came in.
pub(super) fn as_sent(call: &Call) -> Json {
    let name = if call.kind == CallKind::Track { "event" } else { "name" };
    let all = [
        ("type", json!(call.kind)),
        ("messageId", json!(call.message_id)),
        ("userId", json!(call.user_id)),
        ("anonymousId", json!(call.anonymous_id)),
        ("previousId", json!(call.previous_id)),
        ("groupId", json!(call.group_id)),
        (name, json!(call.name)),
        ("properties", json!(call.properties)),
        ("traits", json!(call.traits)),
        ("context", json!(call.context)),
        ("timestamp", json!(call.told_at)),
    ];
    let is_told = |value: &Json| !value.is_null() && !value.as_object().is_some_and(Map::is_empty);
    Json::Object(
        all.into_iter()
            .filter(|(_, value)| is_told(value))
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

/// The write key's calls are refused before anything is read, when it is not one.
pub(super) fn unknown_key() -> Error {
    Error::new(Code::Unauthenticated)
}

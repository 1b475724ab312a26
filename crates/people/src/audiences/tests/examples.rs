//! Audiences as people would write them, lived through.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use kernel::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::audiences::*;

const ID: AudienceId = AudienceId(Uuid::from_u128(1));

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// A person of one audience in Budapest.
struct Life {
    plan: Plan,
    state: PersonState,
    attributes: Map<String, Value>,
    next_id: i64,
}

impl Life {
    fn of(text: &str) -> Self {
        Self::bounded(text, Bounds::default())
    }

    fn bounded(text: &str, bounds: Bounds) -> Self {
        let zone = TimeZone::get("Europe/Budapest").unwrap();
        let plan = Plan::bounded(zone, &[(ID, parse(text, &()).unwrap())], bounds).unwrap();
        Self { state: PersonState::new(&plan), plan, attributes: Map::new(), next_id: 1 }
    }

    fn with(mut self, name: &str, value: Value) -> Self {
        self.attributes.insert(name.to_owned(), value);
        self
    }

    fn does(&mut self, moment: &str, name: &str, properties: Value) -> BTreeSet<AudienceId> {
        self.does_late(moment, moment, name, properties)
    }

    fn does_late(
        &mut self,
        moment: &str,
        received: &str,
        name: &str,
        properties: Value,
    ) -> BTreeSet<AudienceId> {
        let id = self.next_id;
        self.next_id += 1;
        let (moment, received_at) = (at(moment), at(received));
        let event = Event { at: moment, received_at, id, name, properties: &properties };
        self.state.observe(&self.plan, &event).unwrap()
    }

    fn outcome(&self, now: &str) -> Outcome {
        let members = BTreeSet::new();
        let view = View::new(&self.plan, &self.state, at(now), &self.attributes, &members).unwrap();
        view.evaluate(ID).unwrap()
    }

    /// In or out, and until when.
    fn now(&self, now: &str) -> (bool, Option<String>) {
        let outcome = self.outcome(now);
        (outcome.holds, outcome.changes_at.map(|at| at.to_string()))
    }

    fn explain(&self, now: &str) -> Value {
        let members = BTreeSet::new();
        let view = View::new(&self.plan, &self.state, at(now), &self.attributes, &members).unwrap();
        serde_json::to_value(view.explain(ID, &()).unwrap()).unwrap()
    }
}

fn until(text: &str) -> Option<String> {
    Some(at(text).to_string())
}

#[test]
fn a_third_order_enters_and_the_age_of_the_first_leaves() {
    let mut life = Life::of(r#"did "Order Completed" at least 3 times in the last 30 days"#);
    for day in ["2026-11-01T10:00:00Z", "2026-11-05T10:00:00Z"] {
        life.does(day, "event:Order Completed", json!({}));
    }
    assert_eq!(life.now("2026-11-10T10:00:00Z"), (false, None));
    let touched = life.does("2026-11-10T10:00:00Z", "event:Order Completed", json!({}));
    assert_eq!(touched, BTreeSet::from([ID]));
    assert_eq!(life.now("2026-11-10T10:00:00Z"), (true, until("2026-12-01T10:00:00Z")));
    assert_eq!(life.now("2026-12-01T09:59:59.999Z"), (true, until("2026-12-01T10:00:00Z")));
    assert_eq!(life.now("2026-12-01T10:00:00Z"), (false, None));
}

#[test]
fn an_absence_matures_by_itself() {
    let mut life = Life::of(r"did not page.viewed in the last 7 days");
    life.does("2026-11-01T10:00:00Z", "page.viewed", json!({}));
    assert_eq!(life.now("2026-11-02T10:00:00Z"), (false, until("2026-11-08T10:00:00Z")));
    assert_eq!(life.now("2026-11-08T10:00:00Z"), (true, None));
}

#[test]
fn an_abandoned_cart_is_seen_an_hour_later_unless_an_order_came() {
    let text =
        r#"in order (did "Checkout Started", did not "Order Completed" within 1 hour) in the last 1 day"#;
    let mut life = Life::of(text);
    life.does("2026-11-01T10:00:00Z", "event:Checkout Started", json!({}));
    assert_eq!(life.now("2026-11-01T10:00:00Z"), (false, until("2026-11-01T11:00:00Z")));
    assert_eq!(life.now("2026-11-01T11:00:00Z"), (true, until("2026-11-02T10:00:00Z")));
    // The order was made in time, and is only told late.
    life.does_late("2026-11-01T11:00:00Z", "2026-11-01T12:00:00Z", "event:Order Completed", json!({}));
    assert_eq!(life.now("2026-11-01T12:00:00Z"), (false, None));
}

#[test]
fn a_step_may_be_reached_by_a_later_event_than_the_first() {
    let mut life = Life::of(r#"in order (did "A", did "B", did "C" within 1 hour)"#);
    for (moment, name) in [("08:00", "A"), ("09:00", "B"), ("12:00", "B"), ("12:30", "C")] {
        life.does(&format!("2026-11-01T{moment}:00Z"), &format!("event:{name}"), json!({}));
    }
    assert_eq!(life.now("2026-11-01T13:00:00Z"), (true, None));
}

#[test]
fn a_step_has_its_time_up_to_the_last_microsecond() {
    let holds = |last: &str| {
        let mut life = Life::of(r#"in order (did "A", did "B" within 1 hour)"#);
        life.does("2026-11-01T10:00:00Z", "event:A", json!({}));
        life.does(last, "event:B", json!({}));
        life.outcome(last).holds
    };
    assert!(holds("2026-11-01T11:00:00Z"));
    assert!(!holds("2026-11-01T11:00:00.000001Z"));
}

#[test]
fn what_must_not_happen_is_looked_for_beyond_the_window_too() {
    let text = r#"in order (did "A", did not "B" within 1 day) since 2026-11-01 before 2026-11-02"#;
    let mut life = Life::of(text);
    life.does("2026-11-01T20:00:00Z", "event:A", json!({}));
    life.does("2026-11-02T10:00:00Z", "event:B", json!({}));
    assert!(!life.outcome("2026-11-05T10:00:00Z").holds);
}

#[test]
fn a_value_that_came_again_stays_as_long_as_its_last_coming() {
    let mut life = Life::of(r#"unique of n over ("A" in the last 2 hours) >= 1"#);
    life.does("2026-11-01T10:00:00Z", "event:A", json!({ "n": 1 }));
    life.does("2026-11-01T11:00:00Z", "event:A", json!({ "n": 1 }));
    assert_eq!(life.now("2026-11-01T11:00:00Z"), (true, until("2026-11-01T13:00:00Z")));
}

#[test]
fn the_first_of_all_stays_the_first_also_when_it_is_only_remembered_in_sum() {
    let bounds = Bounds { unfolded: 1, ..Bounds::default() };
    let mut life = Life::bounded(r#"first of source over ("Visit") is "ad""#, bounds);
    for (hour, source) in [("10", "ad"), ("11", "mail"), ("12", "shop")] {
        life.does(&format!("2026-11-01T{hour}:00:00Z"), "event:Visit", json!({ "source": source }));
    }
    assert!(life.outcome("2026-11-01T13:00:00Z").holds);
    let late = json!({ "source": "friend" });
    life.does_late("2026-11-01T09:00:00Z", "2026-11-01T13:00:00Z", "event:Visit", late);
    assert!(!life.outcome("2026-11-01T13:00:00Z").holds);
}

#[test]
fn the_last_value_is_known_beside_a_sum_of_the_same() {
    let bounds = Bounds { unfolded: 0, ..Bounds::default() };
    let mut life = Life::bounded(r#"all of (last of n over ("A") > 1, sum of n over ("A") > 2)"#, bounds);
    life.does("2026-11-01T10:00:00Z", "event:A", json!({ "n": 1 }));
    life.does("2026-11-01T11:00:00Z", "event:A", json!({ "n": 2 }));
    assert!(life.outcome("2026-11-01T12:00:00Z").holds);
}

#[test]
fn steps_out_of_order_do_not_count() {
    let mut life = Life::of(r#"in order (did "A", did "B")"#);
    life.does("2026-11-01T10:00:00Z", "event:B", json!({}));
    life.does("2026-11-01T11:00:00Z", "event:A", json!({}));
    assert!(!life.outcome("2026-11-01T12:00:00Z").holds);
    life.does_late("2026-11-01T09:00:00Z", "2026-11-01T12:00:00Z", "event:A", json!({}));
    assert!(life.outcome("2026-11-01T12:00:00Z").holds);
}

#[test]
fn one_event_is_not_two_steps() {
    let mut life = Life::of(r#"in order (did "A", did "A")"#);
    life.does("2026-11-01T10:00:00Z", "event:A", json!({}));
    assert!(!life.outcome("2026-11-01T12:00:00Z").holds);
    life.does("2026-11-01T13:00:00Z", "event:A", json!({}));
    assert!(life.outcome("2026-11-01T14:00:00Z").holds);
}

#[test]
fn an_event_from_the_future_counts_when_its_time_has_come() {
    let mut life = Life::of(r#"did "A""#);
    life.does_late("2026-11-01T12:00:00Z", "2026-11-01T10:00:00Z", "event:A", json!({}));
    assert_eq!(life.now("2026-11-01T10:00:00Z"), (false, until("2026-11-01T12:00:00Z")));
    assert_eq!(life.now("2026-11-01T12:00:00Z"), (true, None));
}

#[test]
fn an_event_told_twice_counts_once() {
    let mut life = Life::of(r#"did "A" at least 2 times"#);
    life.does("2026-11-01T10:00:00Z", "event:A", json!({}));
    life.next_id = 1;
    assert!(life.does("2026-11-01T10:00:00Z", "event:A", json!({})).is_empty());
    assert!(!life.outcome("2026-11-01T10:00:00Z").holds);
}

#[test]
fn cents_add_up_to_the_cent() {
    let mut life = Life::of(r#"sum of total over ("Order Completed" where currency is "EUR") >= 0.3"#);
    life.does("2026-11-01T10:00:00Z", "event:Order Completed", json!({ "total": 0.1, "currency": "eur" }));
    life.does("2026-11-01T10:00:01Z", "event:Order Completed", json!({ "total": 9, "currency": "HUF" }));
    assert!(!life.outcome("2026-11-01T11:00:00Z").holds);
    life.does("2026-11-01T11:00:00Z", "event:Order Completed", json!({ "total": 0.2, "currency": "EUR" }));
    assert!(life.outcome("2026-11-01T11:00:00Z").holds);
}

#[test]
fn an_average_is_rounded_down_below_zero_too() {
    let mut life = Life::of(r#"average of n over ("A") >= 0"#);
    life.does("2026-11-01T10:00:00Z", "event:A", json!({ "n": -0.000_001 }));
    life.does("2026-11-01T10:00:00Z", "event:A", json!({ "n": 0 }));
    assert!(!life.outcome("2026-11-01T11:00:00Z").holds);
}

#[test]
fn a_test_looks_at_every_product_of_an_order() {
    let mut life = Life::of(r#"did "Order Completed" where products.sku is "K-2" and products.price > 100"#);
    let order = json!({ "products": [{ "sku": "K-1", "price": 900 }, { "sku": "K-2", "price": 50 }] });
    life.does("2026-11-01T10:00:00Z", "event:Order Completed", order);
    assert!(life.outcome("2026-11-01T10:00:00Z").holds);
}

#[test]
fn a_birthday_begins_and_ends_at_midnight_of_the_workspace() {
    let life = Life::of("birthday has its anniversary today").with("birthday", json!("1990-11-22"));
    assert_eq!(life.now("2026-11-21T12:00:00Z"), (false, until("2026-11-21T23:00:00Z")));
    assert_eq!(life.now("2026-11-21T23:00:00Z"), (true, until("2026-11-22T23:00:00Z")));
    assert_eq!(life.now("2026-11-22T23:00:00Z"), (false, until("2027-11-21T23:00:00Z")));
}

#[test]
fn whoever_was_born_on_a_leap_day_has_a_birthday_every_year() {
    let life = Life::of("birthday has its anniversary today").with("birthday", json!("2000-02-29"));
    assert_eq!(life.now("2027-02-28T12:00:00Z"), (true, until("2027-02-28T23:00:00Z")));
    assert_eq!(life.now("2028-02-28T12:00:00Z"), (false, until("2028-02-28T23:00:00Z")));
}

#[test]
fn an_appointment_comes_near_and_passes() {
    let life =
        Life::of("appointment is within the next 1 day").with("appointment", json!("2026-11-22T09:00:00Z"));
    assert_eq!(life.now("2026-11-20T09:00:00Z"), (false, until("2026-11-21T09:00:00Z")));
    assert_eq!(life.now("2026-11-21T09:00:00Z"), (true, until("2026-11-22T09:00:00Z")));
    assert_eq!(life.now("2026-11-22T09:00:00Z"), (false, None));
}

#[test]
fn the_inbox_speaks_too() {
    let text = "all of (inbox.open_conversations > 0, inbox.last_satisfaction <= 2)";
    let life = Life::of(text).with("inbox.open_conversations", json!(1));
    assert!(!life.outcome("2026-11-01T10:00:00Z").holds);
    let life = life.with("inbox.last_satisfaction", json!(2));
    assert!(life.outcome("2026-11-01T10:00:00Z").holds);
}

#[test]
fn somebody_too_busy_is_said_to_be_incomplete_until_the_lost_events_have_aged() {
    let text = r#"sum of n over ("A" in the last 1 hour) >= 3"#;
    let mut life = Life::bounded(text, Bounds { entries: 2, unfolded: 0 });
    for minute in ["00", "01", "02"] {
        life.does(&format!("2026-11-01T10:{minute}:00Z"), "event:A", json!({ "n": 1 }));
    }
    assert!(life.state.overflowed());
    assert!(!life.outcome("2026-11-01T10:59:00Z").complete);
    assert!(life.outcome("2026-11-01T11:00:00Z").complete);
    life.state.prune(&life.plan, at("2026-11-01T11:00:00Z"));
    assert!(!life.state.overflowed());
}

#[test]
fn only_what_can_still_matter_is_remembered() {
    let mut life =
        Life::of(r#"any of (did "A" at least 2 times, sum of n over ("B" in the last 1 day) > 5)"#);
    for hour in 0..24 {
        life.does(&format!("2026-11-01T{hour:02}:00:00Z"), "event:A", json!({}));
        life.does(&format!("2026-11-01T{hour:02}:30:00Z"), "event:B", json!({ "n": 1 }));
        life.does(&format!("2026-11-01T{hour:02}:30:00Z"), "event:C", json!({ "n": 1 }));
    }
    life.state.prune(&life.plan, at("2026-11-02T21:30:00Z"));
    let size = serde_json::to_string(&life.state).unwrap().len();
    assert!(size < 250, "two events of each are {size} bytes");
}

#[test]
fn why_somebody_is_not_in_names_the_events_and_the_next_change() {
    let text = r#"all of (country is "HU", did "A" at least 2 times in the last 1 day)"#;
    let mut life = Life::of(text).with("country", json!("RO"));
    life.does("2026-11-01T10:00:00Z", "event:A", json!({}));
    let expected = json!({
        "text": "all of", "holds": false, "changes_at": null, "complete": true,
        "because": { "parts": { "holding": 0 } },
        "parts": [
            { "text": "country is \"HU\"", "holds": false, "changes_at": null, "complete": true,
              "because": { "attribute": { "value": "RO" } } },
            { "text": "did \"A\" at least 2 times in the last 1 day", "holds": false, "changes_at": null,
              "complete": true,
              "because": { "count": { "found": 1, "or_more": false, "latest": ["2026-11-01T10:00:00.000Z"] } } },
        ],
    });
    assert_eq!(life.explain("2026-11-01T11:00:00Z"), expected);
}

#[test]
fn why_a_sequence_is_not_fulfilled_shows_how_far_it_came() {
    let mut life = Life::of(r#"in order (did "A", did "B", did not "C" within 1 hour)"#);
    life.does("2026-11-01T10:00:00Z", "event:A", json!({}));
    life.does("2026-11-01T10:30:00Z", "event:B", json!({}));
    let reached = |now| life.explain(now)["because"]["sequence"]["reached"].clone();
    assert_eq!(
        reached("2026-11-01T11:00:00Z"),
        json!(["2026-11-01T10:00:00.000Z", "2026-11-01T10:30:00.000Z"])
    );
    assert_eq!(reached("2026-11-01T11:30:00Z").as_array().unwrap().len(), 3);
}

fn id(number: u128) -> AudienceId {
    AudienceId(Uuid::from_u128(number))
}

#[test]
fn the_same_need_of_two_audiences_is_remembered_once() {
    let one = parse(r#"did "A" at least 2 times in the last 7 days"#, &()).unwrap();
    let two = parse(r#"did "A" at least 5 times in the last 1 week"#, &()).unwrap();
    let plan = Plan::of(TimeZone::UTC, &[(id(1), one), (id(2), two)]).unwrap();
    let mut state = PersonState::new(&plan);
    let event = Event {
        at: at("2026-11-01T10:00:00Z"),
        received_at: at("2026-11-01T10:00:00Z"),
        id: 1,
        name: "event:A",
        properties: &json!({}),
    };
    assert_eq!(state.observe(&plan, &event).unwrap(), BTreeSet::from([id(1), id(2)]));
    let json = serde_json::to_value(&state).unwrap();
    assert_eq!(json["s"].as_array().unwrap().len(), 1);
}

#[test]
fn audiences_come_after_those_they_name_and_never_in_circles() {
    let named = |number| Condition::Member(Member { audience: id(number) });
    let plan = Plan::of(TimeZone::UTC, &[(id(1), named(2)), (id(2), named(9))]).unwrap();
    assert_eq!(plan.audiences().collect::<Vec<_>>(), [id(2), id(1)]);
    assert_eq!(plan.by_member(id(2)).collect::<Vec<_>>(), [id(1)]);
    let circle = Plan::of(TimeZone::UTC, &[(id(1), named(2)), (id(2), named(1))]);
    assert_eq!(circle.unwrap_err(), PlanError::Cycle(id(1)));
}

#[test]
fn a_state_of_another_plan_is_refused_not_misread() {
    let plan = |text| Plan::of(TimeZone::UTC, &[(id(1), parse(text, &()).unwrap())]).unwrap();
    let (old, new) = (plan(r#"did "A""#), plan(r#"did "B""#));
    let state = PersonState::new(&old);
    let (nothing, members) = (Map::new(), BTreeSet::new());
    assert_eq!(View::new(&new, &state, Timestamp(0), &nothing, &members).err(), Some(Outdated));
    // What is remembered is the same: the state stays.
    assert!(state.fits(&plan(r#"all of (did "A", country is "HU")"#)));
}

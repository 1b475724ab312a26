//! Calendar windows where clocks are changed and months end.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use kernel::Timestamp;
use serde_json::{Map, json};
use uuid::Uuid;

use crate::audiences::*;

/// When an event of `at` enters and leaves a window, found by following the changes from the event's moment on.
fn stay(zone: &str, window: &str, at: &str) -> (String, String) {
    let id = AudienceId(Uuid::nil());
    let condition = parse(&format!(r#"did "A" {window}"#), &()).unwrap();
    let plan = Plan::of(TimeZone::get(zone).unwrap(), &[(id, condition)]).unwrap();
    let at = Timestamp::parse(at).unwrap();
    let properties = json!({});
    let event = Event { at, received_at: at, id: 1, name: "event:A", properties: &properties };
    let state = PersonState::rebuild(&plan, [event]);
    let (nothing, members) = (Map::new(), BTreeSet::new());
    let outcome = |now| View::new(&plan, &state, now, &nothing, &members).unwrap().evaluate(id).unwrap();
    let first = outcome(at);
    let enter = if first.holds { at } else { first.changes_at.unwrap() };
    let leave = outcome(enter).changes_at.unwrap();
    assert!(outcome(enter).holds && !outcome(leave).holds);
    (short(enter), short(leave))
}

fn short(at: Timestamp) -> String {
    at.to_string().replace(":00.000Z", "")
}

fn pair(enter: &str, leave: &str) -> (String, String) {
    (enter.to_owned(), leave.to_owned())
}

const BUDAPEST: &str = "Europe/Budapest";

#[test]
fn a_day_has_25_hours_when_the_clock_is_set_back() {
    // From 22:00 UTC (summer time) to 23:00 UTC (winter time) of the next day.
    let stay_today = stay(BUDAPEST, "today", "2026-10-24T22:00:00Z");
    assert_eq!(stay_today, pair("2026-10-24T22:00", "2026-10-25T23:00"));
}

#[test]
fn yesterday_has_23_hours_when_the_clock_was_set_forward() {
    let yesterday = stay(BUDAPEST, "yesterday", "2026-03-28T12:00:00Z");
    assert_eq!(yesterday, pair("2026-03-28T23:00", "2026-03-29T22:00"));
}

#[test]
fn a_sliding_day_has_always_24_hours() {
    let sliding = stay(BUDAPEST, "in the last 1 day", "2026-10-24T22:00:00Z");
    assert_eq!(sliding, pair("2026-10-24T22:00", "2026-10-25T22:00"));
}

#[test]
fn weeks_begin_on_monday() {
    // A Sunday evening and the Monday after it, in Budapest.
    assert_eq!(stay(BUDAPEST, "this week", "2026-11-22T22:00:00Z").1, "2026-11-22T23:00");
    assert_eq!(stay(BUDAPEST, "this week", "2026-11-22T23:00:00Z").1, "2026-11-29T23:00");
    assert_eq!(
        stay(BUDAPEST, "last week", "2026-11-22T22:00:00Z"),
        pair("2026-11-22T23:00", "2026-11-29T23:00")
    );
}

#[test]
fn the_last_of_january_is_last_month_for_all_of_february() {
    assert_eq!(
        stay(BUDAPEST, "last month", "2028-01-31T12:00:00Z"),
        pair("2028-01-31T23:00", "2028-02-29T23:00")
    );
}

#[test]
fn years_turn_at_midnight_of_the_workspace() {
    assert_eq!(stay("America/New_York", "this year", "2027-01-01T04:59:00Z").1, "2027-01-01T05:00");
    assert_eq!(
        stay("America/New_York", "last year", "2027-01-01T04:59:00Z"),
        pair("2027-01-01T05:00", "2028-01-01T05:00")
    );
}

#[test]
fn a_day_without_a_midnight_begins_when_the_clock_says_one() {
    // In Beirut the clock goes from 24:00 to 1:00 on this night: the day before ends there, the day has 23 hours.
    assert_eq!(stay("Asia/Beirut", "today", "2026-03-28T21:59:00Z").1, "2026-03-28T22:00");
    assert_eq!(stay("Asia/Beirut", "today", "2026-03-28T22:00:00Z").1, "2026-03-29T21:00");
}

#[test]
fn a_window_between_dates_is_meant_in_the_workspaces_zone() {
    let id = AudienceId(Uuid::nil());
    let condition = parse(r#"did "A" since 2026-11-01 before 2026-11-02"#, &()).unwrap();
    let plan = Plan::of(TimeZone::get(BUDAPEST).unwrap(), &[(id, condition)]).unwrap();
    let (nothing, members, properties) = (Map::new(), BTreeSet::new(), json!({}));
    let holds = |at: &str| {
        let at = Timestamp::parse(at).unwrap();
        let event = Event { at, received_at: at, id: 1, name: "event:A", properties: &properties };
        let state = PersonState::rebuild(&plan, [event]);
        View::new(&plan, &state, at, &nothing, &members).unwrap().evaluate(id).unwrap().holds
    };
    let edges =
        ["2026-10-31T22:59:59Z", "2026-10-31T23:00:00Z", "2026-11-01T22:59:59Z", "2026-11-01T23:00:00Z"];
    assert_eq!(edges.map(holds), [false, true, true, false]);
}

#[test]
fn absurd_moments_break_nothing() {
    let windows =
        ["", "in the last 1 day", "today", "last week", "last month", "last year", "since 2026-11-01"];
    let leaves = windows
        .map(|window| format!(r#"did "A" {window}, in order (did "A", did not "B" within 1 day) {window}"#));
    let text = format!("any of ({}, birthday has its anniversary within 7 days)", leaves.join(", "));
    let id = AudienceId(Uuid::nil());
    let plan = Plan::of(TimeZone::get(BUDAPEST).unwrap(), &[(id, parse(&text, &()).unwrap())]).unwrap();
    let absurd = [
        i64::MIN,
        i64::MIN + 1,
        -1_000_000_000_000_000_000,
        0,
        253_402_207_200_000_000,
        i64::MAX - 1,
        i64::MAX,
    ];
    let (members, properties) = (BTreeSet::new(), json!({}));
    let attributes = Map::from_iter([("birthday".to_owned(), json!("9999-12-31"))]);
    // The last microsecond of all stands for never; no clock reaches it.
    let clocks = &absurd[..absurd.len() - 1];
    for received_at in clocks.iter().copied() {
        let events = (0..).zip(absurd).map(|(id, at)| Event {
            at: Timestamp(at),
            received_at: Timestamp(received_at),
            id,
            name: "event:A",
            properties: &properties,
        });
        let state = PersonState::rebuild(&plan, events);
        for now in clocks.iter().copied() {
            let view = View::new(&plan, &state, Timestamp(now), &attributes, &members).unwrap();
            assert!(view.evaluate(id).unwrap().holds, "it happened, ever");
        }
    }
}

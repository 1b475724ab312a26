//! The text and the JSON of conditions.

use std::collections::BTreeMap;

use serde_json::json;
use uuid::Uuid;

use crate::audiences::*;

fn names() -> BTreeMap<String, AudienceId> {
    BTreeMap::from([("VIP".to_owned(), AudienceId(Uuid::from_u128(7)))])
}

const EXAMPLE: &str = r#"all of (country is "HU", did "Order Completed" at least 3 times in the last 30 days where total > 1000, did not "Page Viewed" in the last 7 days, in audience "VIP")"#;

#[test]
fn a_condition_reads_as_a_sentence() {
    let condition = parse(EXAMPLE, &names()).unwrap();
    assert_eq!(print(&condition, &names()), EXAMPLE);
}

#[test]
fn every_form_is_printed_as_it_is_documented() {
    let forms = [
        r#"none of (email exists, tags is one of ("a", 1, true), note is absent)"#,
        r#"any of (plan is not "free", name contains "ov", phone starts with "+36", age is between 18 and 30)"#,
        "signed_up is before 2026-11-22",
        "signed_up is after 2026-11-22T10:00:00.000001Z",
        "signed_up is within the last 30 days",
        "appointment is within the next 1 hour",
        "birthday has its anniversary today",
        "birthday has its anniversary within 7 days",
        r#"did "A" exactly 1 time yesterday"#,
        r#"did "A" at most 2 times since 2026-01-01 before 2026-02-01"#,
        r#"did "A" at any time where deep.value <= -1.5 and "odd name" >= 0"#,
        r#"sum of total over ("Order Completed" this year where currency is "HUF") < 100000"#,
        r#"unique of url over (page.viewed last week) > 3"#,
        r#"in order (did "A", did "B" within 2 hours where n > 1, did not "C" within 1 day) this month"#,
        r#""all" is "quoted \" \\ \n""#,
    ];
    for form in forms {
        let condition = parse(form, &()).unwrap_or_else(|error| panic!("{form}: {error}"));
        assert_eq!(print(&condition, &()), form);
        assert_eq!(condition.check(), Ok(()), "{form}");
    }
}

#[test]
fn the_json_is_what_the_documentation_shows() {
    let text = r#"all of (country is "HU", did "Order Completed" at least 3 times in the last 30 days where total > 1000.5, sum of total over ("Order Completed" this month) >= 1, in order (did page.viewed, did not "B" within 1 hour))"#;
    let expected = json!({ "all": [
        { "attribute": { "name": "country", "test": { "is": "HU" } } },
        { "count": {
            "of": { "name": "event:Order Completed", "where": [{ "property": "total", "test": { "more_than": 1000.5 } }] },
            "window": { "last": { "count": 30, "unit": "day" } },
            "times": { "at_least": 3 },
        } },
        { "measure": {
            "figure": "sum", "property": "total", "of": { "name": "event:Order Completed" },
            "window": { "calendar": "this_month" }, "test": { "at_least": 1 },
        } },
        { "sequence": { "steps": [
            { "kind": "did", "of": { "name": "page.viewed" } },
            { "kind": "did_not", "of": { "name": "event:B" }, "within": { "count": 1, "unit": "hour" } },
        ], "window": "ever" } },
    ] });
    assert_eq!(serde_json::to_value(parse(text, &()).unwrap()).unwrap(), expected);
}

#[test]
fn json_with_an_unknown_field_is_refused() {
    let typed = json!({ "attribute": { "name": "country", "test": { "is": "HU" }, "tset": 1 } });
    assert!(serde_json::from_value::<Condition>(typed).is_err());
}

#[test]
fn a_slip_is_told_with_its_place_and_what_was_expected() {
    let told = |text: &str| parse(text, &names()).unwrap_err().to_string();
    assert_eq!(
        told(r#"did "A" in the last 30 dogs"#),
        "at character 24: expected seconds, minutes, hours, days or weeks, found dogs"
    );
    assert_eq!(
        told("all of (country is HU)"),
        "at character 20: expected a text in quotes, a number, true or false, found HU"
    );
    assert_eq!(
        told(r#"in audience "VPI""#),
        "at character 13: expected an audience that exists, found \"VPI\""
    );
    assert_eq!(told("any of (a exists"), "at character 17: expected “)”, found the end");
    assert_eq!(told("a exists b"), "at character 10: expected the end, found b");
    assert_eq!(told("é is \"x"), "at character 8: expected closing quotes, found the end");
}

#[test]
fn nesting_is_limited_before_it_can_hurt() {
    let deep = format!("{}a exists{}", "all of (".repeat(100_000), ")".repeat(100_000));
    assert_eq!(parse(&deep, &()).unwrap_err().expected, Expected::LessNesting);
}

#[test]
fn what_makes_no_sense_is_refused_with_its_path() {
    let problem = |text: &str| {
        let invalid = parse(text, &()).unwrap().check().unwrap_err();
        (invalid.path, invalid.problem)
    };
    assert_eq!(
        problem(r#"all of (a exists, did "A" where d is within the last 1 day)"#),
        ("all[1].count.where[0]".to_owned(), Problem::TemporalTest)
    );
    assert_eq!(
        problem(r#"in order (did "A", did not "B")"#),
        ("sequence.steps[1]".to_owned(), Problem::StepWithoutEnd)
    );
    assert_eq!(
        problem(r#"in order (did not "A" within 1 day)"#),
        ("sequence.steps[0]".to_owned(), Problem::BadFirstStep)
    );
    assert_eq!(problem("did Something"), ("count".to_owned(), Problem::NotAFact));
    assert_eq!(
        problem(r#"did "A" in the last 600 weeks"#),
        ("count.window".to_owned(), Problem::SpanTooLong)
    );
    assert_eq!(problem("a is between 2 and 1"), ("attribute".to_owned(), Problem::RangeBackwards));
    assert_eq!(problem(r#"did "A" at least 501 times"#).1, Problem::TooManyTimes);
}

#[test]
fn numbers_are_decimal() {
    let number = |text| Number::parse(text).unwrap().to_string();
    assert_eq!(
        ["-0.50", "12", "0.000001", "100000000.4"].map(number),
        ["-0.5", "12", "0.000001", "100000000"]
    );
    assert_eq!(["1e5", "1.", ".5", "--1", "0.0000001", ""].map(Number::parse), [None; 6]);
    assert_eq!(Number::from_f64(f64::INFINITY), None);
    assert_eq!(Number::from_f64(1e300), Some(Number::from(1_000_000_000_000_000)));
}

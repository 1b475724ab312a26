//! Random conditions, histories and clocks. Moments and durations are of a coarse grid, so that borders are hit exactly.

use jiff::tz::TimeZone;
use kernel::Timestamp;
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::audiences::*;

/// An event as it is told to the state and to the oracle.
#[derive(Clone, Debug)]
pub struct Happening {
    pub at: i64,
    pub received_at: i64,
    pub id: i64,
    pub name: String,
    pub properties: Value,
}

impl Happening {
    pub fn event(&self) -> Event<'_> {
        Event {
            at: Timestamp(self.at),
            received_at: Timestamp(self.received_at),
            id: self.id,
            name: &self.name,
            properties: &self.properties,
        }
    }
}

const SECOND: i64 = 1_000_000;
pub const HOUR: i64 = 3_600 * SECOND;
pub const DAY: i64 = 24 * HOUR;

/// Where clocks are changed at various hours, also at midnight; half hours; beyond the date line.
pub fn zone() -> impl Strategy<Value = TimeZone> {
    select(vec![
        "UTC",
        "Europe/Budapest",
        "America/New_York",
        "America/Havana",
        "Asia/Beirut",
        "Africa/Cairo",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Pacific/Apia",
    ])
    .prop_map(|name| TimeZone::get(name).unwrap())
}

/// Around the changes of the clocks, the ends of months and years, the leap day.
pub fn base() -> impl Strategy<Value = i64> {
    select(vec![
        "2026-03-28T22:00:00Z",
        "2026-04-24T20:00:00Z",
        "2026-10-24T22:00:00Z",
        "2026-10-29T20:00:00Z",
        "2026-11-01T04:00:00Z",
        "2026-12-31T00:00:00Z",
        "2027-01-31T12:00:00Z",
        "2028-02-28T12:00:00Z",
        "2026-06-15T12:00:00Z",
    ])
    .prop_map(|text| Timestamp::parse(text).unwrap().0)
}

/// Some steps of one size, at times a hair beside.
pub fn offset(most: i64) -> impl Strategy<Value = i64> {
    let size = select(vec![1, SECOND, HOUR, 6 * HOUR, DAY, 7 * DAY]);
    let beside = prop_oneof![6 => Just(0i64), 1 => Just(1i64), 1 => Just(-1i64)];
    (size, 0..=most, beside).prop_map(|(size, count, beside)| (size * count + beside).max(0))
}

fn name() -> impl Strategy<Value = String> {
    select(vec!["event:Order Completed", "event:B", "page.viewed"]).prop_map(str::to_owned)
}

fn word() -> impl Strategy<Value = String> {
    select(vec!["HU", "hu", "Ősz", "pro", "x \"y\"\\\n\u{7}", "", "2026-11-01"]).prop_map(str::to_owned)
}

fn amount() -> impl Strategy<Value = f64> {
    prop_oneof![(-3i32..6).prop_map(f64::from), (-300i32..600).prop_map(|cents| f64::from(cents) / 100.0)]
}

fn date() -> impl Strategy<Value = String> {
    prop_oneof![
        select(vec!["2026-10-25", "2026-11-01", "2000-02-29", "2026-12-31", "2027-01-01", "1990-03-29"])
            .prop_map(str::to_owned),
        (base(), offset(9)).prop_map(|(base, offset)| When::Moment(Timestamp(base + offset)).to_string()),
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => amount().prop_map(|number| json!(number)),
        2 => word().prop_map(Value::from),
        1 => date().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ]
}

fn property() -> impl Strategy<Value = String> {
    select(vec!["n", "deep.n", "items.n"]).prop_map(str::to_owned)
}

pub fn properties() -> impl Strategy<Value = Value> {
    (option::weighted(0.8, scalar()), option::of(scalar()), vec(scalar(), 0..3)).prop_map(
        |(n, deep, items)| {
            let mut fields = Map::new();
            fields.extend(n.map(|value| ("n".to_owned(), value)));
            fields.extend(deep.map(|value| ("deep".to_owned(), json!({ "n": value }))));
            fields.insert("items".to_owned(), items.into_iter().map(|value| json!({ "n": value })).collect());
            Value::Object(fields)
        },
    )
}

pub fn attributes() -> impl Strategy<Value = Map<String, Value>> {
    let value =
        prop_oneof![scalar(), date().prop_map(Value::from), vec(scalar(), 0..3).prop_map(Value::from)];
    let name = select(vec!["country", "birthday", "inbox.open_conversations"]).prop_map(str::to_owned);
    vec((name, value), 0..4).prop_map(|pairs| pairs.into_iter().collect())
}

/// In the order of arrival; late by a little or much, at times ahead of its time.
pub fn history(most: usize) -> impl Strategy<Value = (i64, Vec<Happening>)> {
    let lateness = prop_oneof![
        4 => Just(0i64),
        3 => offset(6),
        1 => offset(3).prop_map(|ahead| -ahead),
    ];
    let event = (offset(4), lateness, name(), properties());
    (base(), vec(event, 0..=most)).prop_map(|(base, events)| {
        let mut clock = base;
        let mut history = Vec::new();
        for (id, (gap, late, name, properties)) in (0..).zip(events) {
            clock += gap;
            // Ids do not follow the order of the moments.
            let id = (id * 7) % 64;
            history.push(Happening { at: clock - late, received_at: clock, id, name, properties });
        }
        (base, history)
    })
}

fn span() -> impl Strategy<Value = Span> {
    (1u32..5, select(vec![Unit::Second, Unit::Hour, Unit::Day, Unit::Week]))
        .prop_map(|(count, unit)| Span::new(count, unit))
}

fn when() -> impl Strategy<Value = When> {
    date().prop_map(|text| When::parse(&text).unwrap())
}

fn window() -> impl Strategy<Value = Window> {
    prop_oneof![
        2 => Just(Window::Ever),
        4 => span().prop_map(Window::Last),
        4 => select(Calendar::ALL.to_vec()).prop_map(Window::Calendar),
        2 => (option::of(when()), option::of(when())).prop_map(|(from, before)| Window::Between { from, before }),
    ]
}

fn number() -> impl Strategy<Value = Number> {
    amount().prop_map(|number| Number::from_f64(number).unwrap())
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        number().prop_map(Literal::Number),
        word().prop_map(Literal::Text),
        any::<bool>().prop_map(Literal::Bool),
    ]
}

/// Tests in which time plays no part.
fn lasting() -> impl Strategy<Value = Test> {
    prop_oneof![
        literal().prop_map(Test::Is),
        literal().prop_map(Test::IsNot),
        vec(literal(), 1..4).prop_map(Test::OneOf),
        word().prop_map(Test::Contains),
        word().prop_map(Test::StartsWith),
        Just(Test::Exists),
        Just(Test::Absent),
        number().prop_map(Test::LessThan),
        number().prop_map(Test::AtMost),
        number().prop_map(Test::MoreThan),
        number().prop_map(Test::AtLeast),
        (number(), number()).prop_map(|(a, b)| Test::Between { from: a.min(b), to: a.max(b) }),
        when().prop_map(Test::Before),
        when().prop_map(Test::After),
    ]
}

fn temporal() -> impl Strategy<Value = Test> {
    prop_oneof![
        span().prop_map(Test::WithinLast),
        span().prop_map(Test::WithinNext),
        select(vec![0, 1, 7, 30, 363, 364, 365]).prop_map(|within_days| Test::Anniversary { within_days }),
    ]
}

fn filter() -> impl Strategy<Value = EventFilter> {
    let test = (property(), lasting()).prop_map(|(property, test)| PropertyTest { property, test });
    let tests = prop_oneof![3 => Just(Vec::new()), 1 => vec(test, 1..3)];
    (name(), tests).prop_map(|(name, tests)| EventFilter { name, tests })
}

fn times() -> impl Strategy<Value = Times> {
    prop_oneof![
        3 => (0u32..4).prop_map(Times::AtLeast),
        2 => (0u32..4).prop_map(Times::AtMost),
        1 => (0u32..4).prop_map(Times::Exactly),
    ]
}

fn measure() -> impl Strategy<Value = Measure> {
    (select(Figure::ALL.to_vec()), property(), filter(), window(), lasting())
        .prop_map(|(figure, property, of, window, test)| Measure { figure, property, of, window, test })
}

fn sequence() -> impl Strategy<Value = Sequence> {
    let did =
        (filter(), option::of(span())).prop_map(|(of, within)| Step { kind: StepKind::Did, of, within });
    let did_not =
        (filter(), span()).prop_map(|(of, within)| Step { kind: StepKind::DidNot, of, within: Some(within) });
    let step = prop_oneof![3 => did, 2 => did_not];
    (filter(), vec(step, 0..4), window()).prop_map(|(of, mut steps, window)| {
        steps.insert(0, Step { kind: StepKind::Did, of, within: None });
        Sequence { steps, window }
    })
}

pub fn audience_id() -> impl Strategy<Value = AudienceId> {
    (0u128..3).prop_map(|id| AudienceId(Uuid::from_u128(id)))
}

fn leaf() -> impl Strategy<Value = Condition> {
    let name = select(vec!["country", "birthday", "inbox.open_conversations", "all", "fél név"]);
    let test = prop_oneof![lasting(), temporal()];
    prop_oneof![
        4 => (filter(), window(), times())
            .prop_map(|(of, window, times)| Condition::Count(Count { of, window, times })),
        4 => measure().prop_map(Condition::Measure),
        4 => sequence().prop_map(Condition::Sequence),
        3 => (name, test)
            .prop_map(|(name, test)| Condition::Attribute(Attribute { name: name.to_owned(), test })),
        1 => audience_id().prop_map(|audience| Condition::Member(Member { audience })),
    ]
}

pub fn condition() -> impl Strategy<Value = Condition> {
    leaf().prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Condition::All),
            vec(inner.clone(), 0..4).prop_map(Condition::Any),
            vec(inner, 0..4).prop_map(Condition::None),
        ]
    })
}

/// The hour at which the clocks are set back in New York; everything dense happens around it.
const DENSE_BASE: i64 = 1_793_512_800 * SECOND;

/// Few kinds of events, closely packed: what rarely coincides elsewhere coincides here.
pub fn dense_history(most: usize) -> impl Strategy<Value = (i64, Vec<Happening>)> {
    let late = prop_oneof![4 => Just(0i64), 1 => -2i64..5];
    let event = (0i64..3, late, name(), 0i32..3);
    vec(event, 0..=most).prop_map(|events| {
        let mut clock = DENSE_BASE;
        let mut history = Vec::new();
        for (id, (gap, late, name, n)) in (0..).zip(events) {
            clock += gap * HOUR;
            let (at, id, properties) = (clock - late * HOUR, (id * 7) % 64, json!({ "n": n }));
            history.push(Happening { at, received_at: clock, id, name, properties });
        }
        (DENSE_BASE, history)
    })
}

fn dense_window() -> impl Strategy<Value = Window> {
    let moment =
        || option::of((0i64..12).prop_map(|hours| When::Moment(Timestamp(DENSE_BASE + hours * HOUR))));
    prop_oneof![
        1 => Just(Window::Ever),
        2 => (1u32..9).prop_map(|hours| Window::Last(Span::new(hours, Unit::Hour))),
        1 => select(vec![Calendar::Today, Calendar::Yesterday]).prop_map(Window::Calendar),
        2 => (moment(), moment()).prop_map(|(from, before)| Window::Between { from, before }),
    ]
}

fn dense_step() -> impl Strategy<Value = Step> {
    let kind = select(vec![StepKind::Did, StepKind::Did, StepKind::DidNot]);
    (kind, name(), option::of(1u32..4)).prop_map(|(kind, name, hours)| {
        let hours = if kind == StepKind::DidNot { hours.or(Some(2)) } else { hours };
        let within = hours.map(|hours| Span::new(hours, Unit::Hour));
        Step { kind, of: EventFilter { name, tests: Vec::new() }, within }
    })
}

pub fn dense_condition() -> impl Strategy<Value = Condition> {
    let plain = || name().prop_map(|name| EventFilter { name, tests: Vec::new() });
    let sequence = (plain(), vec(dense_step(), 1..4), dense_window()).prop_map(|(of, mut steps, window)| {
        steps.insert(0, Step { kind: StepKind::Did, of, within: None });
        Condition::Sequence(Sequence { steps, window })
    });
    let limit = (0i64..4).prop_map(|limit| Test::AtLeast(limit.into()));
    let measure = (select(Figure::ALL.to_vec()), plain(), dense_window(), limit).prop_map(
        |(figure, of, window, test)| {
            Condition::Measure(Measure { figure, property: "n".to_owned(), of, window, test })
        },
    );
    let count = (plain(), dense_window(), times())
        .prop_map(|(of, window, times)| Condition::Count(Count { of, window, times }));
    prop_oneof![3 => sequence, 2 => measure, 1 => count]
}

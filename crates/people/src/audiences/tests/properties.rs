//! What must be true for any conditions, histories, orders of arrival and clocks.
//!
//! `KAPOCS_AUDIENCES=20000` for the long run.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use kernel::Timestamp;
use proptest::{collection::vec, prelude::*, test_runner::TestCaseError};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    generate::{self, DAY, HOUR, Happening},
    oracle::World,
};
use crate::audiences::*;

/// Durations after which something of the generated conditions may end.
const LATER: [i64; 16] = [
    1,
    1_000_000,
    2_000_000,
    HOUR,
    3 * HOUR,
    DAY - 1,
    DAY,
    2 * DAY,
    3 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
    31 * DAY,
    63 * DAY,
    366 * DAY,
    800 * DAY,
];

fn cases() -> ProptestConfig {
    let cases = std::env::var("KAPOCS_AUDIENCES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(300);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

#[derive(Clone, Debug)]
struct Case {
    zone: TimeZone,
    conditions: Vec<Condition>,
    base: i64,
    history: Vec<Happening>,
    attributes: Map<String, Value>,
    members: BTreeSet<AudienceId>,
    /// Between two arrivals: how far the clock goes, and whether the state is pruned there.
    pauses: Vec<(i64, bool)>,
}

fn case() -> impl Strategy<Value = Case> {
    case_of(generate::condition().boxed(), generate::history(14).boxed())
}

fn dense() -> impl Strategy<Value = Case> {
    case_of(generate::dense_condition().boxed(), generate::dense_history(14).boxed())
}

fn case_of(
    condition: BoxedStrategy<Condition>,
    history: BoxedStrategy<(i64, Vec<Happening>)>,
) -> impl Strategy<Value = Case> {
    let members = vec(generate::audience_id(), 0..2).prop_map(|ids| ids.into_iter().collect());
    let pauses = vec((generate::offset(3), any::<bool>()), 14);
    (generate::zone(), vec(condition, 1..4), history, generate::attributes(), members, pauses).prop_map(
        |(zone, conditions, (base, history), attributes, members, pauses)| Case {
            zone,
            conditions,
            base,
            history,
            attributes,
            members,
            pauses,
        },
    )
}

impl Case {
    /// The audiences' ids are others than those that conditions name.
    fn id(index: usize) -> AudienceId {
        AudienceId(Uuid::from_u128(100 + index as u128))
    }

    fn plan(&self, bounds: Bounds) -> Plan {
        let audiences: Vec<_> = (0..).map(Self::id).zip(self.conditions.iter().cloned()).collect();
        Plan::bounded(self.zone.clone(), &audiences, bounds).unwrap()
    }

    fn world<'w>(&'w self, events: &'w [Happening], now: i64) -> World<'w> {
        World { zone: &self.zone, events, attributes: &self.attributes, members: &self.members, now }
    }

    /// Moments worth a look: shortly after now, and when something ends that began with an event.
    fn moments(&self, now: i64) -> BTreeSet<i64> {
        let starts = self.history.iter().map(|event| event.at).chain([now, self.base]);
        let ends = starts.flat_map(|start| LATER.map(|later| start + later));
        ends.filter(|end| *end > now).collect()
    }

    /// Everything that is promised of an answer, against the oracle.
    fn compare(
        &self,
        plan: &Plan,
        state: &PersonState,
        events: &[Happening],
        now: i64,
    ) -> Result<(), TestCaseError> {
        let view = View::new(plan, state, Timestamp(now), &self.attributes, &self.members).unwrap();
        for (index, condition) in self.conditions.iter().enumerate() {
            let outcome = view.evaluate(Self::id(index)).unwrap();
            let told = || format!("{} at {:?}", print(condition, &()), Timestamp(now));
            prop_assert!(outcome.complete, "{}", told());
            prop_assert_eq!(outcome.holds, self.world(events, now).holds(condition), "{}", told());
            prop_assert!(outcome.changes_at.is_none_or(|at| at.0 > now), "{}", told());
            let until = outcome.changes_at.map_or(i64::MAX, |at| at.0);
            let quiet = self.moments(now).into_iter().filter(|moment| *moment < until).step_by(7);
            let border = outcome.changes_at.map(|at| at.0 - 1);
            for moment in quiet.chain(border) {
                let then = self.world(events, moment).holds(condition);
                prop_assert_eq!(then, outcome.holds, "{} later, at {:?}", told(), Timestamp(moment));
            }
        }
        Ok(())
    }

    fn holds(&self, plan: &Plan, state: &PersonState, now: i64) -> Vec<bool> {
        let view = View::new(plan, state, Timestamp(now), &self.attributes, &self.members).unwrap();
        plan.audiences().map(|id| view.evaluate(id).unwrap().holds).collect()
    }
}

/// Feeds a history as it arrived, with a look at every pause; gives the state and the clock at the end.
fn live(case: &Case, plan: &Plan, look: bool) -> Result<(PersonState, i64), TestCaseError> {
    let (mut state, mut now) = (PersonState::new(plan), case.base);
    for (index, event) in case.history.iter().enumerate() {
        let touched = state.observe(plan, &event.event()).unwrap();
        let known = &case.history[..=index];
        now = event.received_at;
        let (pause, pruned) = case.pauses[index];
        let next = case.history.get(index + 1).map_or(i64::MAX, |next| next.received_at);
        now = now.max((now + pause).min(next));
        if look {
            untouched_stay(case, plan, known, &touched)?;
            case.compare(plan, &state, known, now)?;
        }
        if pruned {
            state.prune(plan, Timestamp(now));
        }
    }
    Ok((state, now))
}

/// An audience that was not named as touched says the same with and without the last event.
fn untouched_stay(
    case: &Case,
    plan: &Plan,
    known: &[Happening],
    touched: &BTreeSet<AudienceId>,
) -> Result<(), TestCaseError> {
    let (last, before) = known.split_last().unwrap();
    for id in plan.audiences().filter(|id| !touched.contains(id)) {
        let condition = plan.condition(id).unwrap();
        let (with, without) = (case.world(known, last.received_at), case.world(before, last.received_at));
        prop_assert_eq!(with.holds(condition), without.holds(condition), "{}", print(condition, &()));
    }
    Ok(())
}

/// At `changes_at` and a little later the state still answers like the oracle, with no new fact in between.
fn goes_on(case: &Case, plan: &Plan, state: &PersonState, now: i64) -> Result<(), TestCaseError> {
    let mut moments: BTreeSet<i64> = case.moments(now).into_iter().step_by(11).collect();
    for index in 0..case.conditions.len() {
        let mut moment = now;
        for _ in 0..6 {
            let view = View::new(plan, state, Timestamp(moment), &case.attributes, &case.members).unwrap();
            let Some(next) = view.evaluate(Case::id(index)).unwrap().changes_at else { break };
            moments.extend([next.0 - 1, next.0]);
            moment = next.0;
        }
    }
    for moment in moments.into_iter().filter(|moment| *moment >= now) {
        let world = case.world(&case.history, moment);
        let expected: Vec<bool> = case.conditions.iter().map(|condition| world.holds(condition)).collect();
        prop_assert_eq!(case.holds(plan, state, moment), expected, "at {:?}", Timestamp(moment));
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_live_answer_is_the_answer_of_the_whole_history(case in case()) {
        let plan = case.plan(Bounds::default());
        let (state, now) = live(&case, &plan, true)?;
        goes_on(&case, &plan, &state, now)?;
    }

    #[test]
    fn the_live_answer_is_right_in_a_dense_life_too(case in dense(), unfolded in 0usize..4) {
        let plan = case.plan(Bounds { unfolded, ..Bounds::default() });
        let (state, now) = live(&case, &plan, true)?;
        goes_on(&case, &plan, &state, now)?;
    }

    #[test]
    fn sums_of_older_events_are_as_good_as_the_events(case in case(), unfolded in 0usize..4) {
        let plan = case.plan(Bounds { unfolded, ..Bounds::default() });
        live(&case, &plan, true)?;
    }

    #[test]
    fn what_does_not_fit_is_wrong_only_where_it_says_so(case in case(), entries in 1usize..5) {
        let plan = case.plan(Bounds { entries, ..Bounds::default() });
        let (state, now) = live(&case, &plan, false)?;
        let view = View::new(&plan, &state, Timestamp(now), &case.attributes, &case.members).unwrap();
        for (index, condition) in case.conditions.iter().enumerate() {
            let outcome = view.evaluate(Case::id(index)).unwrap();
            if outcome.complete {
                let expected = case.world(&case.history, now).holds(condition);
                prop_assert_eq!(outcome.holds, expected, "{}", print(condition, &()));
            }
        }
    }

    #[test]
    fn any_order_with_doubles_gives_the_same_state(
        case in case(),
        order in Just(()).prop_perturb(|(), mut random| random.next_u64()),
        entries in prop_oneof![Just(2_000usize), 1usize..6],
    ) {
        let plan = case.plan(Bounds { entries, ..Bounds::default() });
        let (mut state, now) = live(&case, &plan, false)?;
        let mut shuffled: Vec<&Happening> = case.history.iter().chain(&case.history).collect();
        shuffled.sort_by_key(|event| (event.id as u64 + 1).wrapping_mul(order | 1).rotate_left(17));
        let mut rebuilt = PersonState::rebuild(&plan, shuffled.iter().map(|event| event.event()));
        let answers = (case.holds(&plan, &rebuilt, now), case.holds(&plan, &state, now));
        state.prune(&plan, Timestamp(now));
        rebuilt.prune(&plan, Timestamp(now));
        // What did not fit while it came one by one may fit now, and the other way round.
        if !state.overflowed() && !rebuilt.overflowed() {
            prop_assert_eq!(answers.0, answers.1);
            prop_assert_eq!(&rebuilt, &state);
        }
        let json = serde_json::to_string(&state).unwrap();
        prop_assert_eq!(serde_json::from_str::<PersonState>(&json).unwrap(), state);
    }

    #[test]
    fn a_state_that_followed_a_new_plan_is_the_rebuilt_one(case in case(), other in case()) {
        let (old, new) = (case.plan(Bounds::default()), Case {
            conditions: case.conditions.iter().take(1).chain(&other.conditions).cloned().collect(),
            ..case.clone()
        });
        let plan = new.plan(Bounds::default());
        let (mut state, now) = live(&case, &old, false)?;
        state.follow(&old, &plan, case.history.iter().map(Happening::event)).unwrap();
        let mut rebuilt = PersonState::rebuild(&plan, case.history.iter().map(Happening::event));
        state.prune(&plan, Timestamp(now));
        rebuilt.prune(&plan, Timestamp(now));
        prop_assert_eq!(state, rebuilt);
    }

    #[test]
    fn an_explanation_says_what_the_answer_says(case in case()) {
        let plan = case.plan(Bounds::default());
        let (state, now) = live(&case, &plan, false)?;
        let view = View::new(&plan, &state, Timestamp(now), &case.attributes, &case.members).unwrap();
        for id in plan.audiences() {
            let explained = view.explain(id, &()).unwrap();
            prop_assert_eq!(explained.outcome, view.evaluate(id).unwrap());
            prop_assert!(serde_json::to_string(&explained).is_ok());
        }
    }

    #[test]
    fn a_condition_survives_its_text_and_its_json(condition in generate::condition()) {
        prop_assert_eq!(condition.check(), Ok(()));
        let text = print(&condition, &());
        prop_assert_eq!(parse(&text, &()).map_err(|error| format!("{error}: {text}")), Ok(condition.clone()));
        let json = serde_json::to_string(&condition).unwrap();
        prop_assert_eq!(serde_json::from_str::<Condition>(&json).unwrap(), condition);
    }

    #[test]
    fn no_text_can_break_the_reader(text in "\\PC{0,80}", cut in 0usize..60, condition in generate::condition()) {
        let _any = parse(&text, &());
        let printed: String = print(&condition, &()).chars().take(cut).collect();
        let _cut = parse(&printed, &());
    }
}

//! Routes of the data quality.

use std::collections::BTreeMap;

use axum::{Extension, extract::State};
use kernel::Role;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ApiResult, App, Auth, ErrorBody, Json, Page, Query, RouterExt};

use super::{
    Key, Measure,
    store::{self, Counted, QualitySample},
    tally::{date_of, day_of},
};
use crate::collect::{Collection, WaitingCalls, waiting};

/// Days that are shown.
const DAYS: i64 = 30;
/// Numbers of one measure that are shown by name.
const SHOWN: usize = 100;
const SAMPLES: usize = 50;

pub fn routes() -> RouterExt {
    OpenApiRouter::new().routes(routes!(read)).routes(routes!(list_samples))
}

/// What came in the last 30 days and what was wrong with it.
#[derive(Serialize, ToSchema)]
struct Quality {
    /// `2026-11-22`, in the workspace's time zone; the oldest first, today last.
    days: Vec<String>,
    /// Every measure, day by day.
    measures: Vec<Series>,
    /// What the measures are made of: the largest first, at most 100 of each measure.
    items: Vec<Series>,
    /// Calls that the plan set aside and that wait to be worked, by event.
    waiting: Vec<WaitingCalls>,
    /// Calls of further events wait than are told: at most 100 are, those of the plan first.
    more_waiting: bool,
}

/// A number, day by day.
#[derive(Clone, Serialize, ToSchema)]
struct Series {
    measure: Measure,
    /// `track:Order Completed`, `identify:`; a reason; a trait; empty: everything that has no number of its own.
    subject: String,
    /// Of a violation: `total`, `products[].price`; `*`: properties that nobody planned.
    property: String,
    rule: String,
    total: i64,
    /// One number for each of the days.
    counts: Vec<i64>,
}

impl Series {
    fn empty(measure: Measure) -> Self {
        let none = String::new;
        Self {
            measure,
            subject: none(),
            property: none(),
            rule: none(),
            total: 0,
            counts: vec![0; DAYS as usize],
        }
    }

    fn add(&mut self, index: usize, count: i64) {
        self.total += count;
        if let Some(place) = self.counts.get_mut(index) {
            *place += count;
        }
    }
}

/// What came in the last 30 days, what was wrong with it, and what waits.
#[utoipa::path(get, path = "/api/v1/collection/quality", tag = "collection",
    responses((status = 200, body = Quality), (status = "default", body = ErrorBody)))]
async fn read(
    auth: Auth,
    State(app): State<App>,
    Extension(collection): Extension<Collection>,
) -> ApiResult<Json<Quality>> {
    auth.caller.require(Role::Lead)?;
    let found = app.db.read(&auth.caller, move |read| {
        let plan = collection.plans.of(read)?;
        let first = day_of(read.now(), &plan.zone) - DAYS + 1;
        Ok((first, store::since(read, first)?, waiting(read)?))
    });
    let (first, counted, (waiting, more_waiting)) = found.await?;
    let (measures, items) = series(first, counted);
    let days = (first..first + DAYS).map(date_of).collect();
    Ok(Json(Quality { days, measures, items, waiting, more_waiting }))
}

/// The numbers day by day: of each measure, and of what each is made of.
fn series(first: i64, counted: Vec<Counted>) -> (Vec<Series>, Vec<Series>) {
    let mut measures: Vec<Series> = Measure::ALL.into_iter().map(Series::empty).collect();
    let mut items: BTreeMap<(usize, String, String, String), Series> = BTreeMap::new();
    for one in counted {
        let Some(at) = measures.iter().position(|series| series.measure.as_str() == one.measure) else {
            continue;
        };
        let index = usize::try_from(one.day - first).unwrap_or(usize::MAX);
        measures[at].add(index, one.count);
        let key = (at, one.subject.clone(), one.property.clone(), one.rule.clone());
        let named = Series {
            subject: one.subject,
            property: one.property,
            rule: one.rule,
            ..Series::empty(measures[at].measure)
        };
        items.entry(key).or_insert(named).add(index, one.count);
    }
    let mut shown = Vec::new();
    for measure in &measures {
        let mut of: Vec<Series> =
            items.values().filter(|item| item.measure == measure.measure).cloned().collect();
        of.sort_by_key(|item| std::cmp::Reverse(item.total));
        shown.extend(of.into_iter().take(SHOWN));
    }
    (measures, shown)
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SamplesQuery {
    /// `violations` by default.
    #[param(inline)]
    measure: Option<Measure>,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    property: String,
    #[serde(default)]
    rule: String,
}

/// A few calls behind a number, newest first: the first five of each day, for 31 days.
#[utoipa::path(get, path = "/api/v1/collection/quality/samples", tag = "collection", params(SamplesQuery),
    responses((status = 200, body = Page<QualitySample>), (status = "default", body = ErrorBody)))]
async fn list_samples(
    auth: Auth,
    State(app): State<App>,
    Query(query): Query<SamplesQuery>,
) -> ApiResult<Json<Page<QualitySample>>> {
    auth.caller.require(Role::Lead)?;
    let SamplesQuery { measure, subject, property, rule } = query;
    let measure = measure.unwrap_or(Measure::Violations);
    let key = Key { measure, subject, property, rule };
    let found = app.db.read(&auth.caller, move |read| store::samples(read, &key, SAMPLES)).await?;
    Ok(Json(Page::whole(found)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(day: i64, measure: &str, subject: &str, count: i64) -> Counted {
        let none = String::new;
        Counted {
            day,
            measure: measure.into(),
            subject: subject.into(),
            property: none(),
            rule: none(),
            count,
        }
    }

    #[test]
    fn days_without_calls_are_nought_and_the_largest_stands_first() {
        let counts = vec![
            counted(100, "unplanned", "track:A", 1),
            counted(100, "unplanned", "track:B", 2),
            counted(129, "unplanned", "track:B", 3),
            counted(129, "calls", "track", 9),
        ];
        let (measures, items) = series(100, counts);
        let unplanned = measures.iter().find(|one| one.measure == Measure::Unplanned).unwrap();
        assert_eq!((unplanned.total, unplanned.counts.len()), (6, 30));
        assert_eq!((unplanned.counts[0], unplanned.counts[1], unplanned.counts[29]), (3, 0, 3));
        let names: Vec<_> = items.iter().map(|item| item.subject.as_str()).collect();
        assert_eq!(names, ["track", "track:B", "track:A"]);
    }
}

//! Counts and figures over the events that count.

use kernel::Timestamp;

use super::{
    active::{Active, is_complete},
    condition::{Count, Figure, Literal, Measure, Times},
    evaluate::View,
    number::Number,
    outcome::Outcome,
    plan::Slot,
    record::{Entry, Fold},
    values,
};

/// So many changes of a figure are looked through for the one that matters.
const PATIENCE: usize = 64;

pub(super) fn count(count: &Count, slot: &Slot, view: &View<'_>) -> Outcome {
    let mut active = active(slot, view);
    let outcome = active.outcome(usize::MAX, |entries| is_reached(count.times, entries.len()));
    Outcome { complete: complete(slot, view), ..outcome }
}

fn is_reached(times: Times, found: usize) -> bool {
    let found = u32::try_from(found).unwrap_or(u32::MAX);
    match times {
        Times::AtLeast(n) => found >= n,
        Times::AtMost(n) => found <= n,
        Times::Exactly(n) => found == n,
    }
}

pub(super) fn measure(measure: &Measure, slot: &Slot, view: &View<'_>) -> Outcome {
    let fold = fold(slot, view);
    let zone = &view.plan.zone;
    let mut active = active(slot, view);
    let outcome = active.outcome(PATIENCE, |entries| {
        let value = figure(measure.figure, entries, fold);
        values::figure_holds(&measure.test, value.as_ref(), zone)
    });
    Outcome { complete: complete(slot, view), ..outcome }
}

/// The figure now.
pub(super) fn value(measure: &Measure, slot: &Slot, view: &View<'_>) -> Option<Literal> {
    figure(measure.figure, active(slot, view).entries(), fold(slot, view))
}

/// The events of a slot that count now, the newest first.
pub(super) fn events<'v>(slot: &Slot, view: &View<'v>) -> impl Iterator<Item = Timestamp> + use<'v> {
    active(slot, view).entries().iter().rev().map(Entry::at)
}

fn active<'v>(slot: &Slot, view: &View<'v>) -> Active<'v> {
    Active::at(view.state.record(slot), slot.frame, &view.plan.zone, view.now)
}

fn fold<'v>(slot: &Slot, view: &View<'v>) -> Option<&'v Fold> {
    view.state.record(slot)?.fold.as_deref()
}

pub(super) fn complete(slot: &Slot, view: &View<'_>) -> bool {
    is_complete(view.state.record(slot), slot.frame, &view.plan.zone, view.now)
}

fn figure(figure: Figure, entries: &[Entry], fold: Option<&Fold>) -> Option<Literal> {
    let numbers = || entries.iter().filter_map(|entry| number(entry.2.as_ref()));
    match figure {
        Figure::Sum => Some(Literal::Number(Number::from_millionths(sum(entries, fold).0))),
        Figure::Average => {
            let (sum, count) = sum(entries, fold);
            (count > 0).then(|| Literal::Number(Number::from_millionths(sum.div_euclid(i128::from(count)))))
        }
        Figure::Min => {
            numbers().chain(number(fold.and_then(|fold| fold.min.as_ref()))).min().map(Literal::Number)
        }
        Figure::Max => {
            numbers().chain(number(fold.and_then(|fold| fold.max.as_ref()))).max().map(Literal::Number)
        }
        Figure::First => fold.and_then(|fold| fold.first.as_ref()).or(entries.first())?.2.clone(),
        Figure::Last => entries.last()?.2.clone(),
        Figure::Unique => {
            let mut found: Vec<&Literal> = entries.iter().filter_map(|entry| entry.2.as_ref()).collect();
            found.sort_unstable();
            found.dedup();
            Some(Literal::Number(i64::try_from(found.len()).unwrap_or(i64::MAX).into()))
        }
    }
}

fn number(value: Option<&Literal>) -> Option<Number> {
    if let Some(Literal::Number(number)) = value { Some(*number) } else { None }
}

/// The sum in millionths, and of how many.
fn sum(entries: &[Entry], fold: Option<&Fold>) -> (i128, u64) {
    let start = fold.map_or((0, 0), |fold| (fold.sum, fold.numbers));
    entries
        .iter()
        .filter_map(|entry| number(entry.2.as_ref()))
        .fold(start, |(sum, count), number| (sum.saturating_add(number.millionths()), count + 1))
}

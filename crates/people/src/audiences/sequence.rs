//! Steps one after the other.
//!
//! A chain of events counts from its last moment until its first event leaves the window. For each place that a step
//! can be reached at, only the chain that began last matters: it stays longest. And that one comes from the latest place
//! before: so each step is one pass over the places of the step before and the events of its own.

use kernel::Timestamp;

use super::{
    condition::{Sequence, Step, StepKind},
    evaluate::View,
    figures,
    outcome::Outcome,
    plan::Slot,
    record::{Entry, Position},
    time::Span,
    window::Presences,
};

/// A place reached by the steps so far, by the chain to it that began last.
#[derive(Clone, Copy)]
struct Reach {
    at: Position,
    first: Timestamp,
    /// The last event that did happen.
    last: Timestamp,
}

pub(super) fn evaluate(sequence: &Sequence, slots: &[&Slot], view: &View<'_>) -> Outcome {
    let mut reached = None;
    for (step, slot) in sequence.steps.iter().zip(slots) {
        reached = Some(advance(step, entries(slot, view), reached.as_deref()));
    }
    let reached = reached.unwrap_or_default();
    let complete = slots.iter().all(|slot| figures::complete(slot, view));
    Outcome { complete, ..outcome(&reached, slots, view) }
}

/// The latest moment each step was reached at by now, as far as there is one.
pub(super) fn moments(sequence: &Sequence, slots: &[&Slot], view: &View<'_>) -> Vec<Timestamp> {
    let (mut before, mut moments): (Option<Vec<Reach>>, _) = (None, Vec::new());
    for (step, slot) in sequence.steps.iter().zip(slots) {
        let reached = advance(step, entries(slot, view), before.as_deref());
        let counts =
            |(_, enter, leave): &(Timestamp, Timestamp, Timestamp)| *enter <= view.now && view.now < *leave;
        let Some((latest, ..)) = stays(&reached, slots, view).filter(counts).last() else { break };
        moments.push(latest);
        before = Some(reached);
    }
    moments
}

fn entries<'v>(slot: &Slot, view: &View<'v>) -> &'v [Entry] {
    view.state.record(slot).map_or(&[], |record| &record.entries)
}

fn advance(step: &Step, entries: &[Entry], before: Option<&[Reach]>) -> Vec<Reach> {
    match (before, step.kind, step.within) {
        (None, ..) => entries.iter().map(begin).collect(),
        (Some(before), StepKind::DidNot, Some(within)) => did_not(entries, before, within),
        // `Condition::check` lets no `did not` without its end into a plan.
        (Some(before), _, within) => did(entries, before, within),
    }
}

fn begin(entry: &Entry) -> Reach {
    Reach { at: entry.position(), first: entry.at(), last: entry.at() }
}

fn did(entries: &[Entry], before: &[Reach], within: Option<Span>) -> Vec<Reach> {
    let mut next = 0;
    let mut reached = Vec::new();
    for entry in entries {
        while before.get(next).is_some_and(|reach| reach.at < entry.position()) {
            next += 1;
        }
        let Some(from) = next.checked_sub(1).map(|latest| before[latest]) else { continue };
        if within.is_none_or(|within| entry.at() <= within.after(Timestamp(from.at.0))) {
            reached.push(Reach { at: entry.position(), first: from.first, last: entry.at() });
        }
    }
    reached
}

/// Keeps the places after which nothing happened, and moves them on to the end of the wait.
fn did_not(entries: &[Entry], before: &[Reach], within: Span) -> Vec<Reach> {
    let mut reached = Vec::new();
    for reach in before {
        let end = within.after(Timestamp(reach.at.0));
        let next = entries.partition_point(|entry| entry.position() <= reach.at);
        if entries.get(next).is_none_or(|entry| entry.at() > end) {
            reached.push(Reach { at: (end.0, i64::MAX), ..*reach });
        }
    }
    reached
}

/// Each place's moment, and from when until before when its chain counts.
fn stays<'a>(
    reached: &'a [Reach],
    slots: &[&'a Slot],
    view: &View<'a>,
) -> impl Iterator<Item = (Timestamp, Timestamp, Timestamp)> + use<'a> {
    // The first step did happen: its slot has the window of the whole.
    let frame = slots[0].frame;
    let mut enters = Presences::new(frame, &view.plan.zone);
    let mut leaves = Presences::new(frame, &view.plan.zone);
    reached.iter().filter_map(move |reach| {
        let moment = Timestamp(reach.at.0);
        Some((moment, enters.of(reach.last)?.enter.max(moment), leaves.of(reach.first)?.leave))
    })
}

/// The stays follow one another in their beginnings and in their ends.
fn outcome(reached: &[Reach], slots: &[&Slot], view: &View<'_>) -> Outcome {
    let mut until = None;
    for (_, enter, leave) in stays(reached, slots, view) {
        if enter >= leave || leave <= view.now {
            continue;
        }
        match until {
            None if enter > view.now => return Outcome::until(false, Some(enter)),
            Some(end) if enter > end => break,
            _ => until = Some(leave),
        }
    }
    match until {
        None => Outcome::fixed(false),
        Some(end) => Outcome::until(true, (end.0 != i64::MAX).then_some(end)),
    }
}

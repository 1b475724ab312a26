//! The identity graph: homes joined by an append-only log of edges.
//!
//! Invariants
//! - Which homes are one person is a function of the log ([`model::partition`]), in whatever order it came to us.
//! - Whatever is said of a home stays there. To take two persons apart again, an edge is retracted and the homes
//!   that hang together are joined anew.
//! - Whoever changes a group holds the rows of its persons until the commit.

mod model;
mod store;
mod view;

use std::collections::{BTreeMap, HashMap};

use ::store::Tx;
use kernel::{Code, Error, NewFact, PersonId, Result, Timestamp};
use serde_json::json;

pub(super) use model::Edge;
pub use model::is_blocked;
use model::{Home, exceeded, partition, root};
pub use view::{EdgeView, Graph, HomeView, graph};

use super::{store as rows, traits};

/// More homes than this that hang together are not joined anew for a late edge; it counts as if it came in time.
const MOST_HOMES: usize = 2_000;

/// Why two homes are one person.
#[derive(Clone, Debug)]
pub struct Cause<'a> {
    /// `identify`, `alias`, `verified_email`, `agent`, …
    pub reason: &'a str,
    pub at: Timestamp,
    pub message_id: &'a str,
    /// A colleague decided it: limits do not hold it back.
    pub decided: bool,
}

/// What came of an edge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Link {
    Joined(PersonId),
    Already(PersonId),
    /// One person may not have that many values of this kind.
    Refused(&'static str),
    /// A colleague has taken these two apart.
    KeptApart,
}

/// Says that two homes are one person.
pub fn link(tx: &mut Tx<'_>, a: PersonId, b: PersonId, cause: &Cause<'_>) -> Result<Link> {
    let (one, other) = if a < b { (a, b) } else { (b, a) };
    let groups = store::hold(tx, &[one, other])?;
    if one == other {
        return Ok(Link::Already(groups[0]));
    }
    let edge = match store::edge(tx, one, other, cause.reason)? {
        None => store::add_edge(tx, one, other, cause)?,
        Some(known) if known.retracted && !cause.decided => return Ok(Link::KeptApart),
        Some(known) => {
            let earlier = (cause.at, cause.message_id) < known.edge.order();
            if !earlier && !known.retracted {
                return Ok(said_again(&known.edge, &groups));
            }
            store::renew_edge(tx, &known.edge, cause)?
        }
    };
    if store::has_later_join(tx, &groups, &edge)? {
        return rejoin(tx, &edge, cause.reason);
    }
    join(tx, &edge, &groups, cause.reason)
}

fn said_again(edge: &Edge, groups: &[PersonId]) -> Link {
    match edge.refused.as_deref() {
        Some(kind) => Link::Refused(model::kind_named(kind)),
        None => Link::Already(groups[0]),
    }
}

/// The common case: the newest edge, decided by the two groups alone.
fn join(tx: &mut Tx<'_>, edge: &Edge, groups: &[PersonId], reason: &str) -> Result<Link> {
    let [a, b] = match groups {
        [one] => return Ok(Link::Already(*one)),
        [a, b] => [*a, *b],
        _ => return Err(Error::internal("an edge has two ends")),
    };
    let (mine, theirs) = (store::homes_of(tx, &[a])?, store::homes_of(tx, &[b])?);
    if !edge.decided
        && let Some(kind) = exceeded(mine.iter(), theirs.iter())
    {
        store::set_refused(tx, edge.seq, Some(kind))?;
        refused(tx, edge, kind, reason)?;
        return Ok(Link::Refused(kind));
    }
    let homes: Vec<Home> = mine.into_iter().chain(theirs).collect();
    let survivor = root(homes.iter()).ok_or_else(|| Error::internal("a group has a home"))?;
    let ids: Vec<PersonId> = homes.iter().map(|home| home.id).collect();
    store::gather(tx, &ids, survivor)?;
    refold(tx, survivor)?;
    let merged = if survivor == a { b } else { a };
    // The root of a group can change with what joins it.
    for loser in [merged, if merged == a { b } else { a }] {
        if loser != survivor {
            joined(tx, survivor, loser, reason, edge.seq)?;
        }
    }
    Ok(Link::Joined(survivor))
}

fn joined(tx: &mut Tx<'_>, survivor: PersonId, merged: PersonId, reason: &str, edge: i64) -> Result<()> {
    let payload = json!({ "survivor": survivor, "merged": merged, "reason": reason, "edge": edge });
    tx.record(NewFact::new("person.merged").person(survivor).payload(payload))
}

fn refused(tx: &mut Tx<'_>, edge: &Edge, kind: &str, reason: &str) -> Result<()> {
    let payload =
        json!({ "one": edge.one, "other": edge.other, "limit": kind, "reason": reason, "edge": edge.seq });
    tx.record(NewFact::new("person.merge_refused").person(edge.one).payload(payload))
}

/// A late edge, or one less: whatever hangs together is joined anew.
fn rejoin(tx: &mut Tx<'_>, edge: &Edge, reason: &str) -> Result<Link> {
    let (ids, edges) = store::closure(tx, &[edge.one, edge.other], MOST_HOMES)?;
    if ids.len() >= MOST_HOMES {
        tracing::warn!(homes = ids.len(), "too many homes hang together to be joined anew");
        let groups = store::hold(tx, &[edge.one, edge.other])?;
        return join(tx, edge, &groups, reason);
    }
    let before = store::hold_all(tx, &ids)?;
    let homes = store::homes(tx, &ids)?;
    let after = partition(&homes, &edges);
    for one in &edges {
        let now = after.refused.get(&one.seq).copied();
        if now != one.refused.as_deref() {
            store::set_refused(tx, one.seq, now)?;
        }
    }
    regroup(tx, &homes, &before, &after.roots, reason, edge.seq)?;
    let survivor = after.roots[&edge.one];
    Ok(match after.refused.get(&edge.seq) {
        Some(kind) => Link::Refused(kind),
        None => Link::Joined(survivor),
    })
}

type Roots = HashMap<PersonId, PersonId>;

fn regroup(
    tx: &mut Tx<'_>,
    homes: &[Home],
    before: &Roots,
    after: &Roots,
    reason: &str,
    edge: i64,
) -> Result<()> {
    let mut groups: BTreeMap<PersonId, Vec<PersonId>> = BTreeMap::new();
    for home in homes {
        groups.entry(after[&home.id]).or_default().push(home.id);
    }
    groups.retain(|survivor, members| {
        members.iter().any(|id| before[id] != *survivor)
            || before.values().filter(|root| *root == survivor).count() != members.len()
    });
    for (survivor, members) in &groups {
        store::gather(tx, members, *survivor)?;
    }
    // Only now is each group without what has left it.
    for (survivor, members) in &groups {
        refold(tx, *survivor)?;
        let mut from: Vec<PersonId> =
            members.iter().map(|id| before[id]).filter(|id| id != survivor).collect();
        from.sort_unstable();
        from.dedup();
        let (merged, left): (Vec<_>, Vec<_>) =
            from.into_iter().partition(|id| after.get(id) == Some(survivor));
        for loser in merged {
            joined(tx, *survivor, loser, reason, edge)?;
        }
        if !left.is_empty() {
            let payload = json!({ "from": left, "reason": reason, "edge": edge });
            tx.record(NewFact::new("person.separated").person(*survivor).payload(payload))?;
        }
    }
    Ok(())
}

/// Takes an edge back: the two are apart again unless something else joins them, each as they were.
pub fn retract(tx: &mut Tx<'_>, seq: i64) -> Result<()> {
    let edge = store::edge_by_seq(tx, seq)?.ok_or_else(Error::not_found)?;
    if edge.retracted {
        return Err(Error::new(Code::Conflict));
    }
    store::hold(tx, &[edge.edge.one, edge.edge.other])?;
    refuse_crowd(tx, &[edge.edge.one, edge.edge.other])?;
    store::mark_retracted(tx, seq)?;
    rejoin(tx, &edge.edge, "retracted").map(drop)
}

/// More homes than can be joined anew stay as they are: that is said, not pretended.
pub(super) fn refuse_crowd(tx: &mut Tx<'_>, ends: &[PersonId]) -> Result<()> {
    let (ids, _) = store::closure(tx, ends, MOST_HOMES)?;
    if ids.len() >= MOST_HOMES { Err(Error::new(Code::TooLarge).field("edges")) } else { Ok(()) }
}

/// Gives an edge back that was taken: what it joined is one again.
pub fn reinstate(tx: &mut Tx<'_>, seq: i64) -> Result<()> {
    let edge = store::edge_by_seq(tx, seq)?.ok_or_else(Error::not_found)?;
    if !edge.retracted {
        return Err(Error::new(Code::Conflict));
    }
    store::hold(tx, &[edge.edge.one, edge.edge.other])?;
    refuse_crowd(tx, &[edge.edge.one, edge.edge.other])?;
    store::unmark_retracted(tx, seq)?;
    rejoin(tx, &edge.edge, "reinstated").map(drop)
}

/// The standing edge between two homes by this reason.
pub(super) fn between(
    read: &mut ::store::Read<'_>,
    a: PersonId,
    b: PersonId,
    reason: &str,
) -> Result<Option<i64>> {
    let (one, other) = if a < b { (a, b) } else { (b, a) };
    let known = store::edge(read, one, other, reason)?;
    Ok(known.filter(|known| !known.retracted).map(|known| known.edge.seq))
}

pub(super) fn ends(read: &mut ::store::Read<'_>, seq: i64) -> Result<[PersonId; 2]> {
    let known = store::edge_by_seq(read, seq)?.ok_or_else(Error::not_found)?;
    Ok([known.edge.one, known.edge.other])
}

/// Whether an edge has an end at this person.
pub(super) fn is_of(read: &mut ::store::Read<'_>, seq: i64, person: PersonId) -> Result<bool> {
    let Some(known) = store::edge_by_seq(read, seq)? else { return Ok(false) };
    let person = rows::canonical(read, person)?;
    for end in [known.edge.one, known.edge.other] {
        if rows::canonical(read, end)? == person {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Holds the persons of these homes until the commit and gives them, each once: whoever folds must not read before.
pub(super) fn hold(tx: &mut Tx<'_>, homes: &[PersonId]) -> Result<Vec<PersonId>> {
    store::hold_many(tx, homes)
}

/// Writes again what is folded over all homes of a person.
pub(super) fn refold(tx: &mut Tx<'_>, person: PersonId) -> Result<()> {
    traits::refold(tx, person)?;
    rows::refresh_search(tx, person)
}

//! Which homes are one person: a pure function of the edges between them.

use std::collections::{BTreeMap, HashMap};

use kernel::{PersonId, Timestamp};

use crate::persons::IdentityKind;

/// A value was met here first. What is said of it stays here, whoever the person is now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::persons) struct Home {
    pub id: PersonId,
    pub created_at: Timestamp,
    /// Has a value that proved itself.
    pub identified: bool,
    /// The leading values, by kind.
    pub values: BTreeMap<&'static str, usize>,
}

/// A reason why two homes are one person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::persons) struct Edge {
    pub seq: i64,
    pub one: PersonId,
    pub other: PersonId,
    pub at: Timestamp,
    pub message_id: String,
    pub decided: bool,
    pub refused: Option<String>,
}

impl Edge {
    /// The order in which edges count: of their moments, whenever they came to us.
    pub fn order(&self) -> (Timestamp, &str) {
        (self.at, &self.message_id)
    }
}

/// How many values of a kind one person may have.
pub(in crate::persons) fn limit(kind: &str) -> usize {
    match kind {
        // Two ids in the organisation's own system are two people.
        "external" => 1,
        "email" | "phone" => 5,
        _ => 100,
    }
}

/// Homes by the person they belong to, and the edges that a limit refused with the kind that did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::persons) struct Partition {
    pub roots: HashMap<PersonId, PersonId>,
    pub refused: BTreeMap<i64, &'static str>,
}

/// Joins homes edge by edge, in the order of the edges' moments; an edge that would lead beyond a limit is refused.
/// Gives the same for every order in which homes and edges are handed in.
pub(in crate::persons) fn partition(homes: &[Home], edges: &[Edge]) -> Partition {
    let mut groups = Groups::new(homes);
    let mut sorted: Vec<&Edge> = edges.iter().collect();
    sorted.sort_by_key(|edge| (edge.at, &edge.message_id, edge.one, edge.other));
    let mut refused = BTreeMap::new();
    for edge in sorted {
        if let Some(kind) = groups.join(edge) {
            refused.insert(edge.seq, kind);
        }
    }
    Partition { roots: groups.roots(), refused }
}

struct Groups<'a> {
    homes: HashMap<PersonId, &'a Home>,
    group_of: HashMap<PersonId, usize>,
    groups: Vec<Vec<PersonId>>,
}

impl<'a> Groups<'a> {
    fn new(homes: &'a [Home]) -> Self {
        let group_of = homes.iter().enumerate().map(|(index, home)| (home.id, index)).collect();
        let groups = homes.iter().map(|home| vec![home.id]).collect();
        Self { homes: homes.iter().map(|home| (home.id, home)).collect(), group_of, groups }
    }

    fn join(&mut self, edge: &Edge) -> Option<&'static str> {
        let (Some(&a), Some(&b)) = (self.group_of.get(&edge.one), self.group_of.get(&edge.other)) else {
            return None;
        };
        if a == b {
            return None;
        }
        if !edge.decided
            && let Some(kind) = self.exceeded(a, b)
        {
            return Some(kind);
        }
        let (kept, moved) = if self.groups[a].len() >= self.groups[b].len() { (a, b) } else { (b, a) };
        let members = std::mem::take(&mut self.groups[moved]);
        for id in &members {
            self.group_of.insert(*id, kept);
        }
        self.groups[kept].extend(members);
        None
    }

    fn exceeded(&self, a: usize, b: usize) -> Option<&'static str> {
        exceeded(self.members(a), self.members(b))
    }

    fn members(&self, group: usize) -> impl Iterator<Item = &'a Home> {
        self.groups[group].iter().map(|id| self.homes[id])
    }

    fn roots(&self) -> HashMap<PersonId, PersonId> {
        let mut roots = HashMap::new();
        for index in 0..self.groups.len() {
            let Some(root) = root(self.members(index)) else { continue };
            roots.extend(self.groups[index].iter().map(|id| (*id, root)));
        }
        roots
    }
}

/// The kind of which two groups would together have more values than one person may. Whom a colleague joined beyond
/// a limit stays open for what adds nothing to it.
pub(in crate::persons) fn exceeded<'h>(
    one: impl Iterator<Item = &'h Home>,
    other: impl Iterator<Item = &'h Home>,
) -> Option<&'static str> {
    let (one, other) = (counts(one), counts(other));
    let is_over = |(kind, count): &(&'static str, usize)| {
        other.get(kind).is_some_and(|more| count + more > limit(kind))
    };
    one.into_iter().find(is_over).map(|(kind, _)| kind)
}

fn counts<'h>(homes: impl Iterator<Item = &'h Home>) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for (kind, count) in homes.flat_map(|home| &home.values) {
        *counts.entry(*kind).or_default() += count;
    }
    counts
}

/// The person of a group: the identified home, else the oldest.
pub(in crate::persons) fn root<'h>(homes: impl Iterator<Item = &'h Home>) -> Option<PersonId> {
    homes.min_by_key(|home| (!home.identified, home.created_at, home.id)).map(|home| home.id)
}

/// Values by which nobody can be told from anybody: what programs send when they know no id
/// (the lists of PostHog and Segment).
pub fn is_blocked(kind: IdentityKind, value: &str) -> bool {
    const WORDS: [&str; 13] = [
        "anonymous",
        "guest",
        "distinctid",
        "distinct_id",
        "id",
        "not_authenticated",
        "email",
        "undefined",
        "true",
        "false",
        "null",
        "none",
        "nan",
    ];
    if !matches!(kind, IdentityKind::External | IdentityKind::Anonymous) {
        return false;
    }
    let value = value.trim();
    value.chars().all(|c| c == '0' || c == '-')
        || value == "-1"
        || value == "[object Object]"
        || WORDS.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// The kind by its name, without a copy.
pub(in crate::persons) fn kind_named(name: &str) -> &'static str {
    IdentityKind::parse(name).map_or("other", IdentityKind::as_str)
}

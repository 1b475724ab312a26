//! The best documents of an answer, one for each thing they belong to.

use std::{cmp::Reverse, collections::HashSet, sync::Arc};

use tantivy::{
    DocAddress, DocId, Score, SegmentOrdinal, SegmentReader,
    collector::{Collector, SegmentCollector},
    columnar::ColumnValues,
};

use super::{
    question::Rank,
    schema::{AT, KIND, PARENT, TIE},
};

/// What of the matching documents is looked at.
#[derive(Clone)]
pub(super) struct Scope {
    /// Codes of the kinds; empty = every kind.
    pub kinds: Vec<u64>,
    pub scored: bool,
    pub collapse: bool,
}

/// The columns of a segment that make a rank.
struct Columns {
    scope: Scope,
    at: Arc<dyn ColumnValues<i64>>,
    tie: Arc<dyn ColumnValues<u64>>,
    parent: Arc<dyn ColumnValues<u64>>,
    kind: Arc<dyn ColumnValues<u64>>,
}

impl Columns {
    fn of(scope: &Scope, segment: &SegmentReader) -> tantivy::Result<Self> {
        let columns = segment.fast_fields();
        Ok(Self {
            scope: scope.clone(),
            at: columns.column_first_or_default(AT)?,
            tie: columns.column_first_or_default(TIE)?,
            parent: columns.column_first_or_default(PARENT)?,
            kind: columns.column_first_or_default(KIND)?,
        })
    }

    fn wanted(&self, doc: DocId) -> bool {
        self.scope.kinds.is_empty() || self.scope.kinds.contains(&self.kind.get_val(doc))
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "worths are small whole numbers"
    )]
    fn score(&self, score: Score) -> u32 {
        if self.scope.scored { score.round() as u32 } else { 0 }
    }

    fn rank(&self, doc: DocId, score: Score) -> Rank {
        Rank { score: self.score(score), at: self.at.get_val(doc), tie: self.tie.get_val(doc) }
    }

    fn group(&self, doc: DocId) -> u64 {
        if self.scope.collapse { self.parent.get_val(doc) } else { self.tie.get_val(doc) }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Found {
    pub rank: Rank,
    pub group: u64,
    pub address: DocAddress,
}

/// Collects the best document of each of the best `limit` groups.
pub(super) struct Best {
    pub scope: Scope,
    pub limit: usize,
    /// Only what comes after this…
    pub after: Option<Rank>,
    /// …and is not of these groups, which came before.
    pub without: Arc<HashSet<u64>>,
}

pub(super) struct BestOfSegment {
    columns: Columns,
    ordinal: SegmentOrdinal,
    limit: usize,
    after: Option<Rank>,
    without: Arc<HashSet<u64>>,
    found: Vec<Found>,
    /// The worst that can still be among the best.
    least: Rank,
}

impl Collector for Best {
    type Fruit = Vec<Found>;
    type Child = BestOfSegment;

    fn for_segment(
        &self,
        ordinal: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<BestOfSegment> {
        Ok(BestOfSegment {
            columns: Columns::of(&self.scope, segment)?,
            ordinal,
            limit: self.limit,
            after: self.after,
            without: Arc::clone(&self.without),
            found: Vec::new(),
            least: Rank { at: i64::MIN, ..Rank::default() },
        })
    }

    fn requires_scoring(&self) -> bool {
        self.scope.scored
    }

    fn merge_fruits(&self, fruits: Vec<Vec<Found>>) -> tantivy::Result<Vec<Found>> {
        let mut found = fruits.concat();
        keep_best(&mut found, self.limit);
        found.sort_unstable_by_key(|found| Reverse(found.rank));
        Ok(found)
    }
}

impl SegmentCollector for BestOfSegment {
    type Fruit = Vec<Found>;

    fn collect(&mut self, doc: DocId, score: Score) {
        // Most documents are not among the best, and the tie need not be read to know it.
        let (score, at) = (self.columns.score(score), self.columns.at.get_val(doc));
        if (score, at) < (self.least.score, self.least.at) {
            return;
        }
        let rank = Rank { score, at, tie: self.columns.tie.get_val(doc) };
        if rank < self.least || self.after.is_some_and(|after| rank >= after) || !self.columns.wanted(doc) {
            return;
        }
        let group = self.columns.group(doc);
        if self.without.contains(&group) {
            return;
        }
        self.found.push(Found { rank, group, address: DocAddress::new(self.ordinal, doc) });
        // Sorting out seldom is cheaper than keeping an order: documents mostly come oldest first.
        if self.found.len() >= 16 * self.limit.max(256) {
            self.sort_out();
        }
    }

    fn harvest(mut self) -> Vec<Found> {
        keep_best(&mut self.found, self.limit);
        self.found
    }
}

impl BestOfSegment {
    fn sort_out(&mut self) {
        keep_best(&mut self.found, self.limit);
        if self.found.len() == self.limit {
            self.least = self.found.iter().map(|found| found.rank).min().unwrap_or(self.least);
        }
    }
}

/// The best of each group, and of these the best `limit`.
fn keep_best(found: &mut Vec<Found>, limit: usize) {
    found.sort_unstable_by_key(|found| (found.group, Reverse(found.rank)));
    found.dedup_by_key(|found| found.group);
    if found.len() > limit {
        found.select_nth_unstable_by_key(limit, |found| Reverse(found.rank));
        found.truncate(limit);
    }
}

/// Collects the groups that have a document before or at a rank: they were shown on an earlier page.
pub(super) struct Shown {
    pub scope: Scope,
    pub until: Rank,
}

pub(super) struct ShownOfSegment {
    columns: Columns,
    until: Rank,
    groups: HashSet<u64>,
}

impl Collector for Shown {
    type Fruit = HashSet<u64>;
    type Child = ShownOfSegment;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<ShownOfSegment> {
        let columns = Columns::of(&self.scope, segment)?;
        Ok(ShownOfSegment { columns, until: self.until, groups: HashSet::new() })
    }

    fn requires_scoring(&self) -> bool {
        self.scope.scored
    }

    fn merge_fruits(&self, fruits: Vec<HashSet<u64>>) -> tantivy::Result<HashSet<u64>> {
        Ok(fruits.into_iter().flatten().collect())
    }
}

impl SegmentCollector for ShownOfSegment {
    type Fruit = HashSet<u64>;

    fn collect(&mut self, doc: DocId, score: Score) {
        if self.columns.rank(doc, score) >= self.until && self.columns.wanted(doc) {
            self.groups.insert(self.columns.group(doc));
        }
    }

    fn harvest(self) -> HashSet<u64> {
        self.groups
    }
}

//! Answering a search.

use std::{collections::HashSet, sync::Arc};

use kernel::{Result, Timestamp};
use tantivy::{Searcher, TantivyDocument, schema::Value};

use super::{
    Search, blocking,
    generation::Generation,
    parse::{Parsed, parse},
    plan::{Asked, Plan},
    question::{Hit, Hits, Order, Query, Rank, SearchCursor},
    rank::{Best, Found, Scope, Shown},
    schema::Card,
    snippet::Highlighter,
};

const MOST_HITS: usize = 200;

impl Search {
    pub async fn find(&self, query: Query) -> Result<Hits> {
        let parsed = parse(&query.text);
        if parsed.wanted.is_empty() {
            return Ok(Hits::default());
        }
        let generation = self.current();
        let answer = Answer { searcher: generation.searcher(), generation, query, parsed };
        blocking(move || answer.hits()).await.inspect_err(|_| self.inner.suspect.notify_one())
    }
}

struct Answer {
    generation: Arc<Generation>,
    searcher: Searcher,
    query: Query,
    parsed: Parsed,
}

impl Answer {
    fn hits(&self) -> tantivy::Result<Hits> {
        let plan = Plan { fields: &self.generation.fields, question: &self.query, parsed: &self.parsed };
        let mut corrected = self.query.after.is_some_and(|after| after.corrected);
        let mut found = if corrected { vec![] } else { self.best(&plan.query(|_| false))? };
        if corrected || found.is_empty() && self.query.after.is_none() {
            let unknown = self.unknown(&plan)?;
            corrected = unknown.contains(&true);
            if corrected {
                found = self.best(&plan.query(|at| unknown[at]))?;
            }
        }
        self.page(found, corrected)
    }

    /// For each clause whether nothing has it. Asked only when nothing has all of them.
    fn unknown(&self, plan: &Plan<'_>) -> tantivy::Result<Vec<bool>> {
        let first = |query: &Asked| {
            let scope = Scope { scored: false, ..self.scope() };
            let best = Best { scope, limit: 1, after: None, without: Arc::default() };
            self.searcher.search(query, &best)
        };
        self.parsed.wanted.iter().map(|clause| Ok(first(&plan.alone(clause))?.is_empty())).collect()
    }

    /// One more than fit on a page, best first.
    fn best(&self, query: &Asked) -> tantivy::Result<Vec<Found>> {
        let after = self.query.after.map(|after| after.rank);
        let without = match after {
            Some(until) if self.query.collapse_by_parent => {
                self.searcher.search(query, &Shown { scope: self.scope(), until })?
            }
            _ => HashSet::new(),
        };
        let best = Best { scope: self.scope(), limit: self.limit() + 1, after, without: Arc::new(without) };
        self.searcher.search(query, &best)
    }

    fn scope(&self) -> Scope {
        Scope {
            kinds: self.query.kinds.iter().map(|kind| u64::from(kind.code())).collect(),
            scored: self.query.order == Order::Relevance,
            collapse: self.query.collapse_by_parent,
        }
    }

    fn limit(&self) -> usize {
        self.query.limit.clamp(1, MOST_HITS)
    }

    fn page(&self, mut found: Vec<Found>, corrected: bool) -> tantivy::Result<Hits> {
        let more = found.len() > self.limit();
        found.truncate(self.limit());
        let next = found.last().filter(|_| more).map(|last| SearchCursor { rank: last.rank, corrected });
        let highlighter = Highlighter::new(&self.parsed, corrected);
        let items =
            found.iter().map(|found| self.hit(found, &highlighter)).collect::<tantivy::Result<Vec<_>>>()?;
        Ok(Hits { corrected: corrected && !items.is_empty(), items, next })
    }

    #[expect(clippy::cast_precision_loss, reason = "a score is a small whole number")]
    fn hit(&self, found: &Found, highlighter: &Highlighter) -> tantivy::Result<Hit> {
        let fields = &self.generation.fields;
        let document: TantivyDocument = self.searcher.doc(found.address)?;
        let card = document.get_first(fields.card).and_then(|value| Card::read(value.as_bytes()?));
        let (kind, id, parent) = card.ok_or_else(|| damaged("a document without its card"))?;
        let body = document.get_first(fields.shown).and_then(|value| value.as_str()).unwrap_or_default();
        let Rank { score, at, .. } = found.rank;
        let snippet = highlighter.snippet(body);
        Ok(Hit { kind, id, parent, score: score as f32, at: Timestamp(at), snippet })
    }
}

fn damaged(what: &str) -> tantivy::TantivyError {
    tantivy::TantivyError::InternalError(what.to_owned())
}

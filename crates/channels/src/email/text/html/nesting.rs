//! Which elements stand open, kept in step with what an HTML parser makes of the same tags.

use std::collections::HashMap;

use super::allow::{CONTAINERS, FORMATTING};

const MAX_DEPTH: usize = 200;
/// A parser re-opens unclosed formatting in each block: this bounds the tree.
const MAX_FORMATTING: usize = 16;

#[derive(Default)]
pub(super) struct Nesting {
    containers: Vec<Container>,
    formatting: Vec<Formatting>,
    /// Start tags left out, whose end tags must be left out too.
    dropped: HashMap<&'static str, usize>,
}

struct Container {
    tag: &'static str,
    /// Of a table: a cell is open.
    in_cell: bool,
}

struct Formatting {
    tag: &'static str,
    /// How many tables stood open around it: a cell ends what began in it.
    tables: usize,
}

impl Nesting {
    pub(super) fn depth(&self) -> usize {
        self.containers.len()
    }

    pub(super) fn within(&self, tag: &str) -> bool {
        self.containers.iter().any(|open| open.tag == tag)
    }

    /// Notes a start tag; `false` when it must be left out for being too deep.
    pub(super) fn push(&mut self, tag: &'static str) -> bool {
        let container = CONTAINERS.contains(&tag);
        let formatting = FORMATTING.contains(&tag);
        let full = (container && self.containers.len() >= MAX_DEPTH)
            || (formatting && self.formatting.len() >= MAX_FORMATTING);
        if full {
            *self.dropped.entry(tag).or_default() += 1;
        } else if container {
            self.containers.push(Container { tag, in_cell: false });
        } else if formatting {
            let tables = self.tables();
            self.formatting.push(Formatting { tag, tables });
        }
        !full
    }

    /// Whether this end tag belongs to a start tag that was left out.
    pub(super) fn was_dropped(&mut self, tag: &'static str) -> bool {
        match self.dropped.get_mut(tag) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }

    /// The open container that an end tag closes. A table is a wall: what is open outside cannot be closed within.
    pub(super) fn position(&self, tag: &str) -> Option<usize> {
        let at = self.containers.iter().rposition(|open| open.tag == tag || open.tag == "table")?;
        (self.containers[at].tag == tag).then_some(at)
    }

    pub(super) fn truncate(&mut self, depth: usize) {
        let before = self.tables();
        self.containers.truncate(depth);
        let tables = self.tables();
        if tables < before {
            self.formatting.retain(|open| open.tables <= tables);
        }
    }

    pub(super) fn close_formatting(&mut self, tag: &str) -> bool {
        let tables = self.tables();
        let found = self.formatting.iter().rposition(|open| open.tag == tag && open.tables == tables);
        found.map(|at| self.formatting.remove(at)).is_some()
    }

    pub(super) fn innermost_table(&self) -> Option<usize> {
        self.containers.iter().rposition(|open| open.tag == "table")
    }

    /// Inside a table, but in none of its cells.
    pub(super) fn between_rows(&self) -> bool {
        self.containers.last().is_some_and(|open| open.tag == "table" && !open.in_cell)
    }

    pub(super) fn enter_cell(&mut self) {
        self.set_cell(true);
    }

    pub(super) fn leave_cell(&mut self) {
        self.set_cell(false);
        let tables = self.tables();
        self.formatting.retain(|open| open.tables < tables);
    }

    fn set_cell(&mut self, in_cell: bool) {
        if let Some(table) = self.innermost_table() {
            self.containers[table].in_cell = in_cell;
        }
    }

    fn tables(&self) -> usize {
        self.containers.iter().filter(|open| open.tag == "table").count()
    }
}

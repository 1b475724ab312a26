//! The list of benchmarks: one module and one line for each.

use std::error::Error;

use crate::{disk, table::Table};

pub type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

pub struct Bench {
    pub name: &'static str,
    pub title: &'static str,
    pub run: fn(&mut Table) -> Outcome,
}

pub const ALL: &[Bench] = &[Bench {
    name: "disk",
    title: "what the disk itself can promise: the limit of every durable write",
    run: disk::run,
}];

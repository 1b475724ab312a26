//! The registry: one file for each check, one line for each file.

mod r09;
mod s01;
mod s19;

use crate::check::{Check, check};

pub const ALL: &[Check] = &[
    check!("S19", "no forbidden, vulnerable or foreign crate is in the dependency graph", s19::run),
    check!("S01", "no route serves a caller without the right, nor shows a foreign workspace", s01::run),
    check!("R09", "a request with an idempotency key takes effect once", r09::run),
];

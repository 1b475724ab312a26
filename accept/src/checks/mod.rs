//! The registry: one file for each check, one line for each file.

mod r09;
mod r01;
mod s01;
mod s10;
mod s11;
mod s12;
mod s19;

use crate::check::{Check, check};

pub const ALL: &[Check] = &[
    check!("S19", "no forbidden, vulnerable or foreign crate is in the dependency graph", s19::run),
    check!("S01", "no route serves a caller without the right, nor shows a foreign workspace", s01::run),
    check!("S10", "the live socket tells nobody what is not theirs", s10::run),
    check!("S11", "pages of others cannot act in our users' name; our own pages are closed", s11::run),
    check!("S12", "no request can say who we are or who is calling", s12::run),
    check!("R01", "what was acknowledged survives kill -9, once", r01::run),
    check!("R09", "a request with an idempotency key takes effect once", r09::run),
];

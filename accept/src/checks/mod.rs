//! The registry: one file for each check, one line for each file.

mod s19;

use crate::check::{Check, check};

pub const ALL: &[Check] =
    &[check!("S19", "no forbidden, vulnerable or foreign crate is in the dependency graph", s19::run)];

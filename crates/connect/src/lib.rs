//! Connections: what other systems tell us, and what we tell them.
//!
//! Slices, lowest first: `plan` and `quality` (what should come, and what did), `collect` (the calls themselves).

pub mod collect;
pub mod imports;
pub mod plan;
pub mod quality;

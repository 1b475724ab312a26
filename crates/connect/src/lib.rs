//! Connections: what other systems tell us, and what we tell them.

pub mod collect;
pub mod imports;

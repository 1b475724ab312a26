//! The store: one transaction type over two engines, facts, jobs, blobs, migrations.
//!
//! Invariants
//! - Nothing writes but through [`Tx`]; an answered write is on the disk.
//! - A statement is written once, in the SQL both engines know; what differs has one name in [`Dialect`].
//! - Every statement of the domain carries the workspace of its transaction.

mod backend;
mod blobs;
mod bus;
mod copy;
mod cursors;
mod db;
mod dialect;
mod facts;
mod jobs;
mod migrate;
mod room;
pub mod search;
mod statistics;
mod transfer;
mod tx;
mod unguarded;
mod value;

#[cfg(debug_assertions)]
pub use backend::plans::long_ways;
pub use blobs::{BlobHash, Blobs, NewBlob};
pub use bus::Bus;
pub use copy::{copy_sqlite, settle_restored};
pub use cursors::{BatchWork, React, Reactor, SetAside, Tail, hold_cursor, run_reactors};
pub use db::{Db, Options};
pub use dialect::Dialect;
pub use facts::{Facts, facts_after};
pub use jobs::{Job, JobFailure, JobRow, JobState, Jobs, NewJob, dead_jobs, replay_job};
pub use migrate::{newest_version, schema_version};
pub use room::{Free, Room};
pub use transfer::{CopiedTable, copy_to_postgres};
pub use tx::{Read, Tx};
pub use value::{FromValue, Row, Value};

#[cfg(test)]
mod tests;

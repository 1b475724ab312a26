//! Real servers for tests: PostgreSQL, Postfix and Dovecot, each with a configuration, a data directory and
//! ports of its own. The services of the machine itself are neither used nor touched.
//!
//! A server lives as long as its value; when the process dies, however it dies, a watchdog stops the server
//! and removes its directory. Only the standard library is used, so that `xtask` stays quick to build.

mod certificate;
mod failure;
pub mod mail;
mod network;
mod postgres;
mod supervised;

pub use failure::{Failure, Result};
pub use mail::Mail;
pub use network::{dial, free_port, wait_until, wait_within};
pub use postgres::Postgres;

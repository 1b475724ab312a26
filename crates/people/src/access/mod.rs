//! Who may do what: the workspace, its users, teams, sessions, keys, and the first run.
//!
//! Invariants
//! - A secret is kept only as a hash: passwords by Argon2id, tokens and keys (256 random bits) by SHA-256.
//! - A role is read at every request, so a change works at once; a disabled user has no session.
//! - Every administrative act writes the audit log in its own transaction.

pub mod keys;
pub mod teams;
pub mod users;
pub mod workspace;




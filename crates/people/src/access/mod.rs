//! Who may do what: the workspace, its users, teams, sessions, keys, and the first run.
//!
//! Invariants
//! - A secret is kept only as a hash: passwords by Argon2id, tokens and keys (256 random bits) by SHA-256.
//! - A role is read at every request, so a change works at once; a disabled user has no session.
//! - Every administrative act writes the audit log in its own transaction.

mod directory;
pub mod keys;
pub mod me;
mod password;
pub mod sessions;
pub mod setup;
pub mod teams;
mod token;
pub mod users;
pub mod workspace;

#[cfg(test)]
mod tests;

pub use directory::Directory;
use kernel::{Actor, Caller, Result, Role};
pub use password::{PasswordHash, hash_password};

/// Administrators read the administration; so do keys, whose lowest scope reads everything.
pub(crate) fn reads_administration(caller: &Caller) -> Result<()> {
    match caller.actor {
        Actor::Key(_) => Ok(()),
        _ => caller.require(Role::Administrator),
    }
}

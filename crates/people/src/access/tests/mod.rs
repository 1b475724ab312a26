//! What users, keys and administrators notice, on both engines.

mod administration;
mod keys;
mod setup;
mod sign_in;

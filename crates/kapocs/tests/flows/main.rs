//! Stories across the whole server, told with real parts: a running server on both engines, Postfix, Dovecot.
#![expect(clippy::unwrap_used, reason = "a test may")]

mod conformance;
mod desk;
mod letter;
mod mail;
mod post;

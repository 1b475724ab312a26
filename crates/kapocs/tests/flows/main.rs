//! Stories across the whole server, told with real parts: a running server on both engines, Postfix, Dovecot.
#![expect(clippy::unwrap_used, reason = "a test may")]

mod audiences;
mod chat;
mod collect;
mod conformance;
mod demo;
mod desk;
mod imports;
mod inbox;
mod letter;
mod mail;
mod plan;
mod post;
mod sdk;

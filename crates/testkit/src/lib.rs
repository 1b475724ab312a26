//! What tests of every crate stand on.

mod app;
mod client;
mod database;
mod socket;

pub use app::{ADMINISTRATOR, PASSWORD, TestApp, text};
pub use client::{Answer, Client, Credential};
pub use database::{Database, Engine};
pub use servers::wait_until as until;
pub use socket::Socket;
pub use testservers as servers;

/// Makes two tests of a function that takes an [`Engine`]: one on SQLite, one on PostgreSQL.
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$meta:meta])* $name:ident)+) => {$(
        mod $name {
            $(#[$meta])*
            #[test]
            fn on_sqlite() {
                super::$name($crate::Engine::Sqlite);
            }

            $(#[$meta])*
            #[test]
            fn on_postgres() {
                super::$name($crate::Engine::Postgres);
            }
        }
    )+};
}

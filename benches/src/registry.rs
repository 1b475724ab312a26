//! The list of benchmarks: one module and one line for each.

use std::error::Error;

use crate::{disk, load, rest, size, table::Table};

pub type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

pub struct Bench {
    pub name: &'static str,
    pub title: &'static str,
    pub run: fn(&mut Table) -> Outcome,
}

pub const ALL: &[Bench] = &[
    Bench {
        name: "disk",
        title: "what the disk itself can promise: the limit of every durable write",
        run: disk::run,
    },
    Bench { name: "messages", title: "durable messages, then lists, badges and search", run: load::messages },
    Bench { name: "mails", title: "inbound mail by SMTP", run: load::mails },
    Bench {
        name: "size",
        title: "lists, badges and search at 100,000 conversations, 1,000,000 messages",
        run: size::run,
    },
    Bench { name: "idle", title: "start, memory and processor of a server at rest", run: rest::idle },
    Bench { name: "sockets", title: "memory of open chat sockets", run: rest::sockets },
];

//! What a check is.

use std::{future::Future, pin::Pin};

use crate::report::Report;

/// Whether the protection under examination is at work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guard {
    On,
    /// The control: the same assertions, with what they examine broken on purpose.
    Off,
}

impl Guard {
    pub fn remark(self) -> &'static str {
        match self {
            Self::On => "",
            Self::Off => " (control: the guard is off)",
        }
    }
}

pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// An error means that the check could not be carried out, which is neither green nor red.
pub type Outcome = Result<Report, Error>;

pub type Running = Pin<Box<dyn Future<Output = Outcome> + Send>>;

pub struct Check {
    pub id: &'static str,
    pub title: &'static str,
    pub run: fn(Guard) -> Running,
}

/// One line of the registry: `check!("S19", "what is promised", s19::run)`, where `run` is an
/// `async fn(Guard) -> Outcome`.
macro_rules! check {
    ($id:literal, $title:literal, $run:path) => {
        $crate::check::Check { id: $id, title: $title, run: |guard| Box::pin($run(guard)) }
    };
}

pub(crate) use check;

//! Imports: people and facts from files, by a colleague's hand.
//!
//! Invariants
//! - The file is kept as it came; a row is a place in it. It is read as a stream: never more than a row in memory.
//! - A batch of rows, the cursor behind them and what was set aside are one transaction: whatever stops the program,
//!   each row is worked once.
//! - What is known already is not said again: the same file once more duplicates nobody and nothing.
//! - A row that cannot be worked is set aside with its reason; its neighbours go on.
//! - A dry run reads what a run would read, decides as a run would, and keeps nothing.

mod actions;
mod asides;
mod checking;
mod format;
mod guess;
mod http;
mod inspect;
mod jobs;
mod model;
mod rows;
mod store;
mod understand;
mod upload;
mod values;
mod view;

#[cfg(test)]
mod tests;

pub use actions::{NewImport, cancel, change, check, create, pause, run, stop_check};
pub use http::routes;
pub use jobs::jobs;
pub use model::{
    Aside, Column, Counts, DryRun, Encoding, FileKind, Format, Import, ImportKind, ImportState, Mapping,
    Place, Separator, Target, ValueType, Wrong,
};

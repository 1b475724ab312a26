//! HTML of strangers: bounded, folded, sanitised, turned to text.
//!
//! Two layers. [`rewrite`](mod@rewrite) reads the markup as a stream, with limits on depth, count and attributes, so
//! that no tree it lets through can be expensive; it folds quotes and replaces pictures. [`sanitise`] then lets only
//! an allow-list through and trusts nothing of the first layer. What remains is shown in a sandboxed frame.

mod allow;
mod fold;
mod from_text;
mod nesting;
mod page;
mod plain;
mod rewrite;
mod sanitise;
mod style;
mod tokens;

pub use from_text::{escape, from_text};
pub use page::page;
pub use plain::to_text;
pub use sanitise::{Options, SanitisedHtml, sanitise};

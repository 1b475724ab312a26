//! Live audiences against the whole history.

mod clocks;
mod examples;
mod generate;
mod language;
mod oracle;
mod properties;
mod windows;

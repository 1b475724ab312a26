//! Live audiences against the whole history.

mod examples;
mod generate;
mod language;
mod oracle;
mod properties;
mod windows;

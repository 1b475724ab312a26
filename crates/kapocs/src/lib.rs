//! The program: configuration, composition, command line, and the demo workspace.

pub mod backup;
pub mod config;
pub mod demo;
pub mod doctor;
mod embedded;
pub mod lab;
mod openapi;
pub mod relocation;
pub mod serve;
pub mod setup;

pub use config::Config;
pub use openapi::document as openapi_document;
pub use serve::{Running, start};

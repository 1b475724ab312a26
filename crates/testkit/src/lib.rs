//! What tests of every crate stand on.

pub use testservers as servers;

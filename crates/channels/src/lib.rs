//! The channels: one folder each, behind the port of `inbox`.

pub mod email;

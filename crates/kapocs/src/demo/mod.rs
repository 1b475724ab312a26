//! The demo workspace: a Hungarian–English web shop with six weeks of conversations.

pub mod script;

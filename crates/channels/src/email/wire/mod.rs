//! The protocols of mail: receiving by SMTP, LMTP and IMAP, sending by SMTP.
//!
//! Nothing here knows a conversation. What is received goes raw to a sink of the caller, and the other side is told
//! "kept" only after the sink has committed it; what is sent reports an outcome per recipient and is never sent again
//! from in here. Memory is bounded everywhere. No address, body or secret is logged.

mod address;
pub mod credentials;
mod framing;
pub mod imap;
pub mod smtp_client;
pub mod smtp_server;

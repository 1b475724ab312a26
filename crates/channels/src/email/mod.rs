//! The e-mail channel.
//!
//! `text` is pure: bytes in, meaning out (parse, classify, quotes, sanitise, bounces, tokens, compose).
//! `wire` speaks the protocols: SMTP and LMTP receiver, IMAP with IDLE, SMTP sender. It knows no conversation.

pub mod text;
pub mod wire;

//! Pure mail: bytes in, meaning out. No IO, no SQL; only [`verify`] waits, for the DNS.
//!
//! Invariants: nothing here panics, whatever the bytes; every step is linear in the size of the mail and stops at
//! a stated limit; what a stranger wrote never decides who he is.
//!
//! The way of a mail: [`parse`] → [`classify()`] → [`find_candidates`] → [`split_quotes`], [`html::sanitise`].
//! The way back: [`ReplyToken`] → [`compose`] → [`DkimKey`].

mod bounce;
mod charset;
mod classify;
mod clean;
mod compose;
mod dkim;
mod flowed;
mod headers;
pub mod html;
mod mail;
mod mime;
mod parse;
mod quotes;
mod token;
mod verify;

#[cfg(test)]
mod corpus;

pub use bounce::{BounceReport, Permanence, Recipient, ReportKind};
pub use classify::{AutoReason, Class, MailingList, Verdict, classify};
pub use clean::{clean_file_name, clean_line};
pub use compose::{File, Outgoing, Quote, compose};
pub use dkim::DkimKey;
pub use headers::Headers;
pub use mail::{Address, Attachment, Mail};
pub use parse::{MAX_MAIL_SIZE, Unparseable, parse};
pub use quotes::{Split, split_quotes};
pub use token::{Candidate, Place, ReplyToken, TokenKey, find_candidates, find_in_ids, plus_address};
pub use verify::{AuthResult, Authenticator, DkimOutcome, SpfOutcome, from_authentication_results};

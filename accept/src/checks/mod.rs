//! The registry: one file for each check, one line for each file.

mod r01;
mod r04;
mod r05;
mod r07;
mod r08;
mod r09;
mod r11;
mod r12;
mod s01;
mod s02;
mod s03;
mod s04;
mod s05;
mod s06;
mod s08;
mod s10;
mod s11;
mod s12;
mod s14;
mod s15;
mod s18;
mod s19;
mod s20;
mod s21;

use crate::check::{Check, check};

pub const ALL: &[Check] = &[
    check!("S19", "no forbidden, vulnerable or foreign crate is in the dependency graph", s19::run),
    check!("S01", "no route serves a caller without the right, nor shows a foreign workspace", s01::run),
    check!("S10", "the live socket tells nobody what is not theirs", s10::run),
    check!("S11", "pages of others cannot act in our users' name; our own pages are closed", s11::run),
    check!("S12", "no request can say who we are or who is calling", s12::run),
    check!("R01", "what was acknowledged survives kill -9, once", r01::run),
    check!("S02", "no stranger's markup runs or calls home, wherever it is shown", s02::run),
    check!("S03", "nobody makes the server call an address of the inside", s03::run),
    check!(
        "S04",
        "a forged mail is kept and marked, and neither sends anything nor lets anybody in",
        s04::run
    ),
    check!("S05", "files of strangers are another origin's, and nothing in them runs", s05::run),
    check!("S06", "no word of a caller becomes part of a statement", s06::run),
    check!("S08", "guessing is slow, and tells nothing about accounts", s08::run),
    check!(
        "S14",
        "nobody is bothered with our automatic mail, and machines do not talk through us",
        s14::run
    ),
    check!("S15", "a proof mailed to us is for colleagues, not for whoever had it sent", s15::run),
    check!("S20", "secrets and personal data are in no log, measure or error", s20::run),
    check!("S21", "a fresh installation has no default credential and no unlisted door", s21::run),
    check!("S18", "a table that leaves is text in every spreadsheet, and can be read in again", s18::run),
    check!("R04", "what comes in twice, at once or in disorder has one effect", r04::run),
    check!("R05", "poison ends in sight, and its neighbours go on", r05::run),
    check!("R14", "every mail of the corpora becomes a message or is set aside in sight", r05::run_corpus),
    check!("R07", "a full or broken disk harms nothing that is kept", r07::run),
    check!("R08", "told to stop, the server finishes what it has begun", r08::run),
    check!("R12", "from a mailbox nothing is lost, doubled or brought back", r12::run),
    check!("R09", "a request with an idempotency key takes effect once", r09::run),
    check!("R11", "after any trouble on the line every screen shows what is kept", r11::run),
];

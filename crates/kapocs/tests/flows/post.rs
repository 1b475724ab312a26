//! The post: one Postfix and one Dovecot for all stories, with mailboxes of their own for each.

use std::{
    net::SocketAddr,
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use testkit::servers::Mail;

use crate::letter::Letter;

pub const PASSWORD: &str = "titok";

/// Mailboxes made before the first mail: Dovecot looks for new users once a second only.
const MAILBOXES: u32 = 150;

static MAIL: LazyLock<Mail> = LazyLock::new(|| {
    let mail = Mail::start().unwrap_or_else(|failure| panic!("{failure}"));
    for n in 0..MAILBOXES {
        for domain in ["kapocs.example", "customer.example"] {
            mail.add_user(&format!("mb{n}@{domain}"), PASSWORD).unwrap();
        }
    }
    mail
});

pub fn mail() -> &'static Mail {
    &MAIL
}

pub fn smtp() -> SocketAddr {
    MAIL.smtp_addr()
}

fn count() -> u32 {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

/// An address that nobody else has in this run.
pub fn address(name: &str, domain: &str) -> String {
    format!("{name}-{}@{domain}", count())
}

/// A mailbox of ours.
pub fn our_mailbox() -> String {
    mailbox("kapocs.example")
}

/// A customer with a mailbox.
pub fn customer() -> String {
    mailbox("customer.example")
}

fn mailbox(domain: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    assert!(n < MAILBOXES, "more mailboxes are needed");
    LazyLock::force(&MAIL);
    format!("mb{n}@{domain}")
}

/// Posts a letter through Postfix.
pub fn post(letter: &Letter) {
    for to in letter.receivers() {
        MAIL.deliver(&letter.bytes(), &letter.envelope_from, &to).unwrap();
    }
}

/// What lies in a customer's mailbox once `count` mails are there.
#[track_caller]
pub fn mailbox_of(address: &str, count: usize) -> Vec<Letter> {
    MAIL.wait_for_messages(address, count).iter().map(|raw| Letter::read(raw)).collect()
}

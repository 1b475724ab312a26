use testkit::{Engine, TestApp, on_both_engines, until};

use crate::{
    desk::{arrived, mailbox, messages, quarantined, quiet},
    letter::Letter,
    post::{self, post},
};

on_both_engines! {
    a_renumbered_mailbox_brings_nothing_twice
    a_cut_connection_loses_nothing
}

fn texts(app: &TestApp) -> Vec<String> {
    let mut all: Vec<_> = messages(app).iter().map(|m| m["text"].as_str().unwrap().to_owned()).collect();
    all.sort();
    all
}

// 13
fn a_renumbered_mailbox_brings_nothing_twice(engine: Engine) {
    let app = TestApp::start(engine);
    let (_, support) = mailbox(&app, "info");
    for n in 0..5 {
        post(&Letter::new("anna@customer.example", &support, "Számozás", &format!("Régi levél {n}.")));
    }
    until("five mails", || (messages(&app).len() == 5).then_some(()));
    post::mail().set_uidvalidity(&support, 987_654).unwrap();
    post::mail().drop_imap_sessions().unwrap();
    post(&Letter::new("anna@customer.example", &support, "Számozás", "Új levél."));
    arrived(&app, "Új levél.");
    quiet(&app);
    assert_eq!(texts(&app).len(), 6, "{:?}", texts(&app));
    assert!(quarantined(&app).is_empty());
}

// 13
fn a_cut_connection_loses_nothing(engine: Engine) {
    let app = TestApp::start(engine);
    let (_, support) = mailbox(&app, "info");
    let mut expected = Vec::new();
    for n in 0..30 {
        let words = format!("Levél {n:02}.");
        post(&Letter::new(&format!("vevo{n}@customer.example"), &support, "Vonal", &words));
        expected.push(words);
        if n % 7 == 3 {
            post::mail().drop_imap_sessions().unwrap();
        }
    }
    until("all mails", || (messages(&app).len() >= expected.len()).then_some(()));
    quiet(&app);
    assert_eq!(texts(&app), expected);
}

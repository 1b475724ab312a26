//! Mail through Postfix and Dovecot, there and back.

use testkit::{Engine, TestApp, on_both_engines};

use crate::{
    desk::{self, answer, arrived, conversations, thread},
    letter::Letter,
    post::{customer, mailbox_of, post},
};

on_both_engines! {
    a_mail_is_answered_and_every_form_of_answer_joins_its_conversation
}

const WORDS: [&str; 5] =
    ["Gmailből írok.", "Outlookból írok.", "Almás gépről írok.", "Új levélben írok.", "Átjárón át írok."];

fn a_mail_is_answered_and_every_form_of_answer_joins_its_conversation(engine: Engine) {
    let app = TestApp::start(engine);
    let (_, support) = desk::mailbox(&app, "info");
    let anna = customer();
    post(&Letter::new(&anna, &support, "Hol a csomagom?", "Jó napot! Hol a csomagom?"));
    let (conversation, first) = arrived(&app, "Hol a csomagom?");
    assert_eq!(first["kind"], "in");

    answer(&app, &conversation, "Úton van, holnap ér oda.");
    let ours = mailbox_of(&anna, 1).remove(0);
    assert_eq!(ours.subject, "Re: Hol a csomagom?");
    assert!(ours.body.contains("Úton van"), "{}", ours.body);
    assert!(ours.reply_to.as_deref().is_some_and(|address| address.contains('+')), "{ours:?}");

    post(&ours.answer_by_gmail(&anna, WORDS[0]));
    post(&ours.answer_by_outlook(&anna, WORDS[1]));
    post(&ours.answer_by_apple_mail(&anna, WORDS[2]));
    post(&ours.fresh_letter_to_the_reply_address(&anna, WORDS[3]));
    post(&ours.answer_through_a_rewriting_relay(&anna, &support, WORDS[4]));
    for (words, is_folded) in WORDS.into_iter().zip([true, true, true, false, true]) {
        let (joined, message) = arrived(&app, words);
        assert_eq!(joined, conversation, "{words}: {message}");
        assert_eq!(message["match"]["rule"], "token", "{words}: {message}");
        assert_eq!(message["text"], words, "only what is new is the message");
        assert_eq!(!message["quoted"].is_null(), is_folded, "{words}: {message}");
    }
    assert_eq!(conversations(&app).len(), 1);

    answer(&app, &conversation, "Köszönjük a türelmét!");
    let second = mailbox_of(&anna, 2).remove(1);
    assert_eq!(second.subject, "Re: Hol a csomagom?");
    let incoming: Vec<_> = thread(&app, &conversation).into_iter().filter(|m| m["kind"] == "in").collect();
    assert_eq!(incoming.len(), 6);
    assert!(second.references.contains(&ours.id), "{second:?}");
    assert!(second.references.len() >= 7, "all that stand above: {:?}", second.references);
}

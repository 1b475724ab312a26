use std::{thread::scope, time::Duration};

use kernel::{Clock, Timestamp};
use serde_json::json;
use testkit::{Engine, TestApp, on_both_engines, text, until};

use crate::{
    desk::{self, answer, arrived, conversations, quiet, receiver, start, thread},
    letter::Letter,
    post::{customer, mailbox_of},
};

on_both_engines! {
    a_hundred_answers_to_one_newsletter_are_a_hundred_conversations
    an_answer_to_a_colleagues_own_mail_stays_in_the_conversation
    whoever_was_copied_takes_part
    two_mails_with_a_common_unknown_ancestor_are_one_conversation
    a_number_in_a_strangers_subject_opens_nothing
    a_forged_token_opens_nothing
    one_mail_to_two_mailboxes_is_a_conversation_in_each
    the_same_subject_joins_nobody
    a_rewritten_id_is_found_again_by_address_or_marker
    a_long_mailbox_name_has_a_reply_address_that_works
    an_answer_after_ninety_days_is_a_linked_follow_up
    of_two_answers_at_once_the_second_is_warned
}

// 1
fn a_hundred_answers_to_one_newsletter_are_a_hundred_conversations(engine: Engine) {
    let (app, info) = start(engine);
    for n in 0..100 {
        let from = format!("olvaso{n}@customer.example");
        info.take(
            &Letter::new(&from, &info.address, "Re: Hírlevél", &format!("Olvastam {n}"))
                .after(&["news@kapocs.example"]),
        );
    }
    until("a hundred conversations", || (conversations(&app).len() == 100).then_some(()));
    quiet(&app);
    assert!(conversations(&app).iter().all(|c| c["message_count"] == 1));
}

// 2
fn an_answer_to_a_colleagues_own_mail_stays_in_the_conversation(engine: Engine) {
    let (app, info) = start(engine);
    let first = Letter::new("anna@customer.example", &info.address, "Ajánlat", "Kérek egy ajánlatot.");
    info.take(&first);
    let (conversation, _) = arrived(&app, "Kérek egy ajánlatot.");
    let colleague = Letter::new(
        "kollega@kapocs.example",
        "anna@customer.example",
        "Re: Ajánlat",
        "Kollégától, Outlookból.",
    )
    .cc(&info.address)
    .after(&[&first.id]);
    info.take(&colleague);
    assert_eq!(arrived(&app, "Kollégától").0, conversation);
    let back = colleague.answer_by_outlook("anna@customer.example", "Köszönöm az ajánlatot.");
    info.take(&back);
    assert_eq!(arrived(&app, "Köszönöm az ajánlatot.").0, conversation);
    // The colleague's mail never came to us.
    let unseen = colleague.answer_by_outlook("kollega@kapocs.example", "Nincs mit.");
    info.take(&unseen.answer_by_gmail("anna@customer.example", "Még egy kérdés."));
    assert_eq!(arrived(&app, "Még egy kérdés.").0, conversation);
}

// 3
fn whoever_was_copied_takes_part(engine: Engine) {
    let (app, info) = start(engine);
    let first = Letter::new("anna@cegem.example", &info.address, "Közös ügy", "Hárman kérdezzük.")
        .cc("bea@masik.example")
        .cc("cili@gmail.com");
    info.take(&first);
    let (conversation, _) = arrived(&app, "Hárman kérdezzük.");
    info.take(&first.answer_by_gmail("bea@masik.example", "Bea vagyok."));
    assert_eq!(arrived(&app, "Bea vagyok.").0, conversation);
    info.take(&first.answer_by_outlook("cili@gmail.com", "Cili vagyok."));
    assert_eq!(arrived(&app, "Cili vagyok.").0, conversation);
    let detail = app.get(&format!("conversations/{conversation}"));
    let people: Vec<_> =
        detail["participants"].as_array().unwrap().iter().map(|p| text(&p["address"])).collect();
    for address in ["anna@cegem.example", "bea@masik.example", "cili@gmail.com"] {
        assert!(people.contains(&address.to_owned()), "{people:?}");
    }
    assert_eq!(conversations(&app).len(), 1);
}

// 4
fn two_mails_with_a_common_unknown_ancestor_are_one_conversation(engine: Engine) {
    let (app, info) = start(engine);
    let letter = |words: &str| {
        Letter::new("anna@gmail.com", &info.address, "Régi ügy", words).after(&["never-seen@gmail.com"])
    };
    info.take(&letter("Az első darab."));
    let (conversation, _) = arrived(&app, "Az első darab.");
    info.take(&letter("A második darab."));
    assert_eq!(arrived(&app, "A második darab.").0, conversation);
}

// 5
fn a_number_in_a_strangers_subject_opens_nothing(engine: Engine) {
    let (app, info) = start(engine);
    info.take(&Letter::new("anna@gmail.com", &info.address, "Bizalmas", "Titkos adataim."));
    let (conversation, _) = arrived(&app, "Titkos adataim.");
    let number = text(&app.get(&format!("conversations/{conversation}"))["number"]);
    let digits = number.trim_start_matches("K-").to_owned();
    for (n, mark) in [format!("[{number}]"), format!("[#{digits}]")].iter().enumerate() {
        let words = format!("Idegen {n}");
        info.take(&Letter::new("idegen@gmail.com", &info.address, &format!("Re: {mark} Bizalmas"), &words));
        let (other, message) = arrived(&app, &words);
        assert_ne!(other, conversation);
        if n == 0 {
            assert_eq!(message["match"]["rule"], "linked", "{message}");
            let linked = app.get(&format!("conversations/{other}"))["linked"].clone();
            assert_eq!(linked[0]["id"], conversation.as_str(), "the guess is shown to agents");
        }
        answer(&app, &other, "Miben segíthetünk?");
        let detail = app.get(&format!("conversations/{other}"));
        assert_eq!(detail["reply"]["to"], json!(["idegen@gmail.com"]));
    }
    assert_eq!(thread(&app, &conversation).len(), 1);
}

// 6
fn a_forged_token_opens_nothing(engine: Engine) {
    let (app, info) = start(engine);
    let anna = customer();
    info.take(&Letter::new(&anna, &info.address, "Bizalmas", "Titkos adataim."));
    let (conversation, _) = arrived(&app, "Titkos adataim.");
    answer(&app, &conversation, "Megkaptuk.");
    let ours = mailbox_of(&anna, 1).remove(0);
    let reply_to = ours.reply_to.clone().unwrap();
    // The same conversation, another signature.
    let forged = |text: &str| {
        let at = text.rfind('@').unwrap();
        let (head, tail) = text.split_at(at - 4);
        let turned: String = tail[..4].chars().map(|c| if c == 'a' { 'b' } else { 'a' }).collect();
        format!("{head}{turned}{}", &tail[4..])
    };
    let by_id = Letter::new("idegen@evil.example", &info.address, "Re: Bizalmas", "Hamis azonosító.")
        .after(&[&forged(&ours.id)]);
    info.take(&by_id);
    let by_address = Letter::new("idegen@evil.example", &forged(&reply_to), "Re: Bizalmas", "Hamis cím.");
    info.take(&by_address);
    let marker = ours.body.lines().find(|line| line.contains("[ref:")).unwrap().trim().replace("]", "@");
    let marked = format!("Hamis jel.\n\n> {}\n", forged(&marker).replace('@', "]"));
    info.take(&Letter::new("idegen@evil.example", &info.address, "Re: Bizalmas", &marked));
    for words in ["Hamis azonosító.", "Hamis cím.", "Hamis jel."] {
        let (other, message) = arrived(&app, words);
        assert_ne!(other, conversation, "{message}");
        assert_ne!(message["match"]["rule"], "token", "{message}");
    }
    assert_eq!(thread(&app, &conversation).len(), 2);
}

// 7
fn one_mail_to_two_mailboxes_is_a_conversation_in_each(engine: Engine) {
    let (app, info) = start(engine);
    let sales = receiver(&app, "sales");
    let anna = customer();
    let mut letter = Letter::new(&anna, &info.address, "Kérdés", "Két helyre írok.");
    letter.to.push(sales.address.clone());
    info.take(&letter);
    sales.take(&letter);
    let both = until("two conversations", || Some(conversations(&app)).filter(|all| all.len() == 2));
    let of = |channel: &str| {
        let found = both.iter().find(|c| c["channel"]["id"] == channel).expect("one in each mailbox");
        text(&found["id"])
    };
    let (at_info, at_sales) = (of(&info.id), of(&sales.id));
    let linked = |id: &str| app.get(&format!("conversations/{id}"))["linked"][0]["id"].clone();
    assert_eq!(linked(&at_info), at_sales.as_str());
    assert_eq!(linked(&at_sales), at_info.as_str());
    answer(&app, &at_info, "Az info válasza.");
    let from_info = mailbox_of(&anna, 1).remove(0);
    info.take(&from_info.answer_by_gmail(&anna, "Köszönöm, info."));
    assert_eq!(arrived(&app, "Köszönöm, info.").0, at_info);
    answer(&app, &at_sales, "A sales válasza.");
    let from_sales = mailbox_of(&anna, 2).remove(1);
    sales.take(&from_sales.answer_by_gmail(&anna, "Köszönöm, sales."));
    assert_eq!(arrived(&app, "Köszönöm, sales.").0, at_sales);
}

// 8
fn the_same_subject_joins_nobody(engine: Engine) {
    let (app, info) = start(engine);
    info.take(&Letter::new("anna@gmail.com", &info.address, "help", "Anna kérdez."));
    info.take(&Letter::new("bela@gmail.com", &info.address, "help", "Béla kérdez."));
    assert_ne!(arrived(&app, "Anna kérdez.").0, arrived(&app, "Béla kérdez.").0);
}

// 9
fn a_rewritten_id_is_found_again_by_address_or_marker(engine: Engine) {
    let (app, info) = start(engine);
    let anna = customer();
    info.take(&Letter::new(&anna, &info.address, "Átjáró", "Átjárón át érkezem."));
    let (conversation, _) = arrived(&app, "Átjárón át érkezem.");
    answer(&app, &conversation, "Megkaptuk.");
    let ours = mailbox_of(&anna, 1).remove(0);
    let by_address = ours
        .fresh_letter_to_the_reply_address(&anna, "Csak a cím maradt.")
        .after(&["rewritten@relay.example"]);
    info.take(&by_address);
    info.take(&ours.answer_through_a_rewriting_relay(&anna, &info.address, "Csak a jel maradt."));
    for (words, place) in [("Csak a cím maradt.", "plus-address"), ("Csak a jel maradt.", "body")] {
        let (joined, message) = arrived(&app, words);
        assert_eq!(joined, conversation, "{message}");
        assert_eq!(message["match"], json!({ "rule": "token", "detail": place }));
    }
}

// 9
fn a_long_mailbox_name_has_a_reply_address_that_works(engine: Engine) {
    let app = TestApp::start(engine);
    let desk = receiver(&app, "ugyfelszolgalat");
    let anna = customer();
    desk.take(&Letter::new(&anna, &desk.address, "Hosszú név", "Hosszú a postafiók neve."));
    let (conversation, _) = arrived(&app, "Hosszú a postafiók neve.");
    answer(&app, &conversation, "Megkaptuk.");
    let ours = mailbox_of(&anna, 1).remove(0);
    desk.take(&ours.fresh_letter_to_the_reply_address(&anna, "Csak a cím maradt."));
    let (joined, message) = arrived(&app, "Csak a cím maradt.");
    assert_eq!(joined, conversation, "{message}");
    // Another sender may hold the address: it was forwarded.
    desk.take(&ours.fresh_letter_to_the_reply_address("bela@masutt.example", "Továbbította nekem."));
    assert_eq!(arrived(&app, "Továbbította nekem.").0, conversation);
}

// 14
fn an_answer_after_ninety_days_is_a_linked_follow_up(engine: Engine) {
    let clock = Clock::manual(Timestamp::from_seconds(1_795_000_000));
    let app = TestApp::start_at(engine, clock);
    let info = desk::receiver(&app, "info");
    let anna = customer();
    info.take(&Letter::new(&anna, &info.address, "Régi ügy", "Tavaszi kérdés."));
    let (old, _) = arrived(&app, "Tavaszi kérdés.");
    answer(&app, &old, "Tavaszi válasz.");
    let ours = mailbox_of(&anna, 1).remove(0);
    quiet(&app);
    app.post(&format!("conversations/{old}/closure"), json!(null));
    let before = app.get(&format!("conversations/{old}"));
    app.advance(Duration::from_secs(90 * 24 * 3_600));
    info.take(&ours.answer_by_gmail(&anna, "Nyári folytatás."));
    let (new, _) = arrived(&app, "Nyári folytatás.");
    assert_ne!(new, old);
    let linked = app.get(&format!("conversations/{new}"))["linked"][0].clone();
    assert_eq!((linked["id"].as_str(), linked["reason"].as_str()), (Some(&*old), Some("follow_up")));
    let after = app.get(&format!("conversations/{old}"));
    for measure in ["status", "closed_at", "message_count", "last_message_at", "waiting_since", "created_at"]
    {
        assert_eq!(after[measure], before[measure], "{measure}");
    }
}

// 21
fn of_two_answers_at_once_the_second_is_warned(engine: Engine) {
    let (app, info) = start(engine);
    app.patch("workspace", json!({ "send_undo_seconds": 0 }));
    let (kata, _) = app.user("Kiss Kata", "kata@kapocs.example", "agent");
    let (peter, _) = app.user("Nagy Péter", "peter@kapocs.example", "agent");
    let anna = customer();
    info.take(&Letter::new(&anna, &info.address, "Ki válaszol?", "Ki válaszol?"));
    let (conversation, _) = arrived(&app, "Ki válaszol?");
    let path = format!("conversations/{conversation}/messages");
    let write =
        |who: &testkit::Client| who.api("POST", &path, json!({ "text": "Én válaszolok.", "seen_seq": 1 }));
    let (one, other) = scope(|s| {
        let one = s.spawn(|| write(&kata));
        let other = s.spawn(|| write(&peter));
        (one.join().unwrap(), other.join().unwrap())
    });
    let mut statuses = [one.0, other.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "{one:?} {other:?}");
    let warned = if one.0 == 409 { one.1 } else { other.1 };
    assert_eq!(warned["error"]["code"], "answered_meanwhile");
    quiet(&app);
    assert_eq!(mailbox_of(&anna, 1).len(), 1);
}

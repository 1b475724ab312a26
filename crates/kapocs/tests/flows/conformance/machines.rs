use serde_json::{Value as Json, json};
use testkit::{Client, Engine, TestApp, on_both_engines, until};

use crate::{
    desk::{self, arrived, quarantined, quiet, start, thread},
    letter::Letter,
    post::{self, customer, mailbox_of, post},
};

on_both_engines! {
    fifty_out_of_office_mails_are_kept_and_answered_by_nobody
    a_mail_nobody_takes_comes_back_to_the_answer_it_was
    a_report_about_several_recipients_reaches_each_of_them
    a_report_about_a_foreign_mail_waits_in_the_quarantine
}

// 10
fn fifty_out_of_office_mails_are_kept_and_answered_by_nobody(engine: Engine) {
    let (app, info) = start(engine);
    let anna = customer();
    info.take(&Letter::new(&anna, &info.address, "Kérdés", "Nyitva vannak?"));
    let (conversation, _) = arrived(&app, "Nyitva vannak?");
    app.post(&format!("conversations/{conversation}/messages"), json!({ "text": "Igen.", "close": true }));
    let ours = mailbox_of(&anna, 1).remove(0);
    quiet(&app);
    for n in 0..50 {
        let away = ours
            .answer_by_outlook(&anna, &format!("Szabadságon vagyok {n}."))
            .header("Auto-Submitted: auto-replied")
            .header("X-Auto-Response-Suppress: All");
        info.take(&away);
    }
    quiet(&app);
    let away: Vec<_> = thread(&app, &conversation).into_iter().filter(|m| m["automatic"] == true).collect();
    assert_eq!(away.len(), 50, "all are kept; in quarantine {:?}", quarantined(&app));
    let detail = app.get(&format!("conversations/{conversation}"));
    assert_eq!(detail["status"], "closed");
    assert_eq!(detail["waiting_since"], Json::Null);
    assert_eq!(mailbox_of(&anna, 1).len(), 1, "nothing answered a machine");
}

fn delivery_of(app: &Client, conversation: &str, address: &str) -> Json {
    let messages = thread(app, conversation);
    let out = messages.iter().find(|m| m["kind"] == "out").expect("an answer");
    let all = out["delivery"]["recipients"].as_array().unwrap().clone();
    all.into_iter().find(|r| r["address"] == address).unwrap_or_else(|| panic!("{address} in {out}"))
}

// 11: a real report of Postfix
fn a_mail_nobody_takes_comes_back_to_the_answer_it_was(engine: Engine) {
    let app = TestApp::start(engine);
    let (_, support) = desk::mailbox(&app, "info");
    let gone = post::address("gone", "customer.example");
    post(&Letter::new(&gone, &support, "Elköltöztem", "Már nem ez a címem."));
    let (conversation, _) = arrived(&app, "Már nem ez a címem.");
    app.post(
        &format!("conversations/{conversation}/messages"),
        json!({ "text": "Hová írjunk?", "close": true }),
    );
    let bounced = until("the bounce at its answer", || {
        Some(delivery_of(&app, &conversation, &gone)).filter(|delivery| delivery["state"] == "bounced")
    });
    let reason = bounced["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("5.1.1") || reason.contains("550"), "the server's own words: {reason}");
    let detail = app.get(&format!("conversations/{conversation}"));
    assert_ne!(detail["status"], "closed", "somebody must know");
    assert_eq!(desk::conversations(&app).len(), 1, "a report is no conversation");
}

/// A report as RFC 3464 wants it, about (address, action, status, words).
fn report(to: &str, original: &str, about: &[(&str, &str, &str, &str)]) -> Vec<u8> {
    let mut fields = String::new();
    for (address, action, status, words) in about {
        fields += &format!(
            "\nFinal-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {words}\n"
        );
    }
    let id = post::address("report", "mx.example");
    format!(
        "From: MAILER-DAEMON@mx.example\nTo: {to}\nSubject: Undelivered Mail Returned to Sender\nMessage-ID: <{id}>\n\
         Date: Sat, 21 Nov 2026 09:05:00 +0100\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: \
         multipart/report; report-type=delivery-status; boundary=\"r\"\n\n--r\nContent-Type: text/plain\n\nSorry.\n\n--r\n\
         Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n{fields}\n--r\nContent-Type: \
         text/rfc822-headers\n\nMessage-ID: <{original}>\nFrom: {to}\nSubject: x\n\n--r--\n"
    )
    .replace('\n', "\r\n")
    .into_bytes()
}

// 11
fn a_report_about_several_recipients_reaches_each_of_them(engine: Engine) {
    let (app, info) = start(engine);
    let (anna, bea, cili) = (customer(), customer(), customer());
    info.take(&Letter::new(&anna, &info.address, "Hárman", "Hárman kérdezzük."));
    let (conversation, _) = arrived(&app, "Hárman kérdezzük.");
    let path = format!("conversations/{conversation}/messages");
    app.post(&path, json!({ "text": "Hármuknak válaszolok.", "cc": [bea, cili] }));
    let ours = mailbox_of(&anna, 1).remove(0);
    quiet(&app);
    let raw = report(
        &info.address,
        &ours.id,
        &[
            (&anna, "delayed", "4.2.2", "452 4.2.2 mailbox full"),
            (&bea, "failed", "5.1.1", "550 5.1.1 no such user"),
            (&cili, "failed", "5.7.1", "554 5.7.1 blocked"),
        ],
    );
    info.take_raw(&raw, "");
    quiet(&app);
    let state = |address: &str| delivery_of(&app, &conversation, address);
    assert_eq!(state(&bea)["state"], "bounced", "{}", state(&bea));
    assert!(state(&bea)["reason"].as_str().unwrap().contains("no such user"));
    assert_eq!(state(&cili)["state"], "bounced", "{}", state(&cili));
    assert!(state(&cili)["reason"].as_str().unwrap().contains("blocked"));
    assert_eq!(state(&anna)["state"], "sent", "a soft failure is not the end");
    assert!(quarantined(&app).is_empty());
}

// 11
fn a_report_about_a_foreign_mail_waits_in_the_quarantine(engine: Engine) {
    let (app, info) = start(engine);
    let raw =
        report(&info.address, "somebody-elses@else.example", &[("x@y.example", "failed", "5.1.1", "550 no")]);
    info.take_raw(&raw, "");
    let held = until("the report in the quarantine", || quarantined(&app).pop());
    assert_eq!(held["reason"], "bounce_without_match");
    assert!(desk::conversations(&app).is_empty());
}

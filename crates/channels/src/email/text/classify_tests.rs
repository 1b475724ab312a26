use super::*;
use crate::email::text::parse;
use kernel::Timestamp;

fn verdict(head: &str, body: &str) -> Verdict {
    let raw = format!("To: info@cegem.hu\r\nMessage-ID: <a@example.hu>\r\n{head}\r\n\r\n{body}\r\n");
    classify(&parse(raw.as_bytes(), Timestamp::from_seconds(1_795_000_000)).expect("a mail"), "inst-1")
}

#[test]
fn a_person_may_be_answered() {
    let verdict = verdict("From: Anna <anna@example.hu>\r\nSubject: Szabadság", "Mikor lesznek nyitva?");
    assert_eq!(verdict, Verdict { class: Class::Person, answerable: true, confirmation: false });
}

#[test]
fn no_machine_and_no_list_is_ever_answered() {
    let heads = [
        "From: a@b.hu\r\nAuto-Submitted: auto-replied (vacation)",
        "From: a@b.hu\r\nAuto-Submitted: auto-generated",
        "From: a@b.hu\r\nX-Autoreply: yes",
        "From: a@b.hu\r\nPrecedence: auto_reply",
        "From: a@b.hu\r\nPrecedence: bulk",
        "From: a@b.hu\r\nList-Id: Hírek <hirek.b.hu>",
        "From: a@b.hu\r\nSubject: Automatikus válasz: Kérdés",
        "From: a@b.hu\r\nSubject: Out of Office: Re: Invoice",
        "From: a@b.hu\r\nX-Auto-Response-Suppress: All",
        "From: a@b.hu\r\nX-Kapocs-Instance: another",
        "From: a@b.hu\r\nX-Loop: a@b.hu",
        "From: a@b.hu\r\nReturn-Path: <>",
        "From: No Reply <no-reply@b.hu>",
        "From: ne_valaszolj@b.hu",
        "From: MAILER-DAEMON@b.hu",
        "From: a@b.hu\r\nFrom: c@d.hu",
        "Subject: nobody",
    ];
    for head in heads {
        assert!(!verdict(head, "x").answerable, "{head}");
    }
}

#[test]
fn an_automatic_answer_is_told_from_a_notification() {
    let class = |head: &str| verdict(head, "x").class;
    assert_eq!(
        class("From: a@b.hu\r\nAuto-Submitted: auto-replied"),
        Class::AutoReply(AutoReason::AutoSubmitted)
    );
    assert_eq!(
        class("From: a@b.hu\r\nAuto-Submitted: auto-generated"),
        Class::Machine(AutoReason::AutoSubmitted)
    );
    assert_eq!(
        class("From: a@b.hu\r\nSubject: Automatic reply: Order"),
        Class::AutoReply(AutoReason::Subject)
    );
    assert_eq!(class("From: a@b.hu\r\nAuto-Submitted: no"), Class::Person);
    assert_eq!(class("From: shop <noreply@b.hu>\r\nReply-To: anna@example.hu"), Class::Person);
}

#[test]
fn our_own_mail_coming_back_is_a_loop() {
    assert_eq!(verdict("From: a@b.hu\r\nX-Kapocs-Instance: inst-1", "x").class, Class::Loop);
}

#[test]
fn a_read_receipt_is_no_answer() {
    let head =
        "From: a@b.hu\r\nContent-Type: multipart/report; report-type=disposition-notification; boundary=x";
    assert_eq!(verdict(head, "--x\r\n\r\nOlvasva\r\n--x--").class, Class::AutoReply(AutoReason::ReadReceipt));
}

#[test]
fn a_list_keeps_its_name() {
    let list =
        verdict("From: a@b.hu\r\nList-Id: Hírek <hirek.b.hu>\r\nList-Unsubscribe: <mailto:x@b.hu>", "x")
            .class;
    assert_eq!(list, Class::List(MailingList { id: Some("hirek.b.hu".to_owned()), unsubscribable: true }));
}

#[test]
fn a_proof_of_ownership_is_for_agents_only() {
    let cases = [
        (
            "From: noreply@service.com\r\nSubject: Confirm your account",
            "Open https://service.com/confirm?x=1",
            true,
        ),
        ("From: no-reply@service.com\r\nSubject: Your verification code", "Your code is 482913.", true),
        ("From: noreply@szolgaltato.hu\r\nSubject: Erősítse meg a fiókját", "Kód: 48-2913", true),
        ("From: noreply@shop.hu\r\nSubject: Rendelés feladva", "Csomagja úton van.", false),
        ("From: anna@example.hu\r\nSubject: Jelszó", "Nem tudok belépni, a kód 123456.", false),
    ];
    for (head, body, wanted) in cases {
        assert_eq!(verdict(head, body).confirmation, wanted, "{head}");
    }
}

use super::*;
use crate::email::text::{
    corpus::{NOW, fixture},
    parse,
};

fn report(name: &str) -> BounceReport {
    read(&parse(&fixture(name), NOW).expect("a mail")).expect("a report")
}

fn summary(report: &BounceReport) -> (ReportKind, &str, Permanence, Option<&str>, &str) {
    let first = &report.recipients[0];
    (report.kind, &first.address, first.permanence, first.status.as_deref(), &report.original_ids[0])
}

#[test]
fn a_standard_report_is_read_field_by_field() {
    let report = report("bounce-postfix-en");
    assert_eq!(
        summary(&report),
        (ReportKind::Failed, "nincs@example.hu", Permanence::Hard, Some("5.1.1"), "kapocs.9@pelda.hu")
    );
    let said = report.recipients[0].diagnostic.as_deref().expect("a reason");
    assert_eq!(said, "550 5.1.1 <nincs@example.hu>: Recipient address rejected: User unknown");
}

#[test]
fn a_full_mailbox_is_a_soft_failure() {
    let report = report("bounce-exchange-hu");
    assert_eq!(
        summary(&report),
        (ReportKind::Failed, "tele@ceg.example", Permanence::Soft, Some("5.2.2"), "kapocs.9@pelda.hu")
    );
}

#[test]
fn a_report_in_hungarian_prose_is_understood() {
    let report = report("bounce-freemail-hu");
    assert_eq!(
        summary(&report),
        (ReportKind::Failed, "megszunt@freemail.example", Permanence::Hard, None, "kapocs.10@pelda.hu")
    );
    assert!(report.recipients[0].diagnostic.as_deref().is_some_and(|said| said.contains("nem létezik")));
}

#[test]
fn a_delay_is_no_failure() {
    let report = report("bounce-delay-en");
    assert_eq!(
        summary(&report),
        (ReportKind::Delayed, "lassu@example.hu", Permanence::Soft, None, "kapocs.11@pelda.hu")
    );
}

#[test]
fn a_complaint_names_who_complained() {
    let report = report("complaint-arf-en");
    assert_eq!(
        summary(&report),
        (ReportKind::Complaint, "duhos@provider.example", Permanence::Unknown, None, "kapocs.12@pelda.hu")
    );
}

#[test]
fn people_who_write_about_failures_are_no_reports() {
    for (from, subject, text) in [
        ("Anna <anna@example.hu>", "Kézbesítés", "Nem sikerült kézbesíteni a csomagot, 550 Ft volt a díja."),
        (
            "Tom <tom@example.org>",
            "Undelivered parcel",
            "The parcel could not be delivered to info@pelda.hu. Error 550.",
        ),
        (
            "Tom <tom@example.org>",
            "Re: Returned mail",
            "I got a returned mail: user unknown 5.1.1 <x@example.org>",
        ),
        ("Posta <postmaster@example.hu>", "Kérdés", "Jó napot, a rendszergazda vagyok, hívjanak vissza!"),
    ] {
        let raw = format!(
            "From: {from}\r\nTo: info@pelda.hu\r\nSubject: {subject}\r\nMessage-ID: <a@b>\r\n\r\n{text}\r\n"
        );
        assert_eq!(read(&parse(raw.as_bytes(), NOW).expect("a mail")), None, "{subject}");
    }
}

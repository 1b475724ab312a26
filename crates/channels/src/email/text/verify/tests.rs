use super::*;
use crate::email::text::{DkimKey, parse};
use kernel::Timestamp;
use mail_auth::{
    DnsError, Error, ResolverCache, Txt,
    common::{parse::TxtRecordParser, verify::DomainKey},
    dmarc::Dmarc,
    hickory_resolver::{
        config::{ResolverConfig, ResolverOpts},
        proto::op::ResponseCode,
    },
    spf::Spf,
};
use std::{sync::Arc, time::Instant};

const PEER: &str = "192.0.2.7";
const RAW: &str = "From: Anna <anna@example.hu>\r\nTo: info@pelda.hu\r\nSubject: Szia\r\nDate: Sat, 21 Nov 2026 09:05:00 +0100\r\nMessage-ID: <a@example.hu>\r\n\r\nSzia!\r\n";

/// A resolver that knows only what it was told: no server stands behind it.
fn authenticator(records: &[(&str, Txt)]) -> Authenticator {
    let config = ResolverConfig::from_parts(None, Vec::new(), Vec::new());
    let authenticator =
        Authenticator::new(MessageAuthenticator::new(config, ResolverOpts::default()).expect("a resolver"));
    let until = Instant::now() + Duration::from_secs(600);
    let unknown = [
        "_dmarc.hu.",
        "_dmarc.com.",
        "_dmarc.example.hu.",
        "_dmarc.evil.com.",
        "example.hu.",
        "evil.com.",
        "mail.evil.com.",
        "mail.example.hu.",
    ];
    for name in unknown {
        authenticator.txt.insert(
            name.into(),
            Txt::Error(Error::Dns(DnsError::RecordNotFound(ResponseCode::NXDomain))),
            until,
        );
    }
    for (name, txt) in records {
        authenticator.txt.insert(format!("{name}.").into(), txt.clone(), until);
    }
    authenticator
}

fn spf(record: &str) -> Txt {
    Txt::Spf(Arc::new(Spf::parse(record.as_bytes()).expect("SPF")))
}

fn dmarc(record: &str) -> Txt {
    Txt::Dmarc(Arc::new(Dmarc::parse(record.as_bytes()).expect("DMARC")))
}

fn published(key: &DkimKey) -> Txt {
    Txt::DomainKey(Arc::new(DomainKey::parse(key.dns_record().1.as_bytes()).expect("a key")))
}

fn key(domain: &str) -> DkimKey {
    DkimKey::new(domain, "k1", &DkimKey::generate_ed25519().expect("a key")).expect("read")
}

async fn check(authenticator: &Authenticator, raw: &[u8], helo: &str, mail_from: &str) -> (AuthResult, Mail) {
    let result = authenticator
        .authenticate(raw, PEER.parse().expect("an address"), helo, mail_from, "mx.pelda.hu")
        .await;
    (result, parse(raw, Timestamp::from_seconds(1_795_253_105)).expect("a mail"))
}

#[tokio::test]
async fn a_signature_of_the_authors_domain_proves_him() {
    let key = key("example.hu");
    let dns = authenticator(&[
        (key.dns_record().0, published(&key)),
        ("_dmarc.example.hu", dmarc("v=DMARC1; p=reject")),
    ]);
    let raw = key.sign(RAW.as_bytes()).expect("signed");
    let (result, mail) = check(&dns, &raw, "mail.example.hu", "anna@example.hu").await;
    assert_eq!(
        (result.dkim, result.dmarc, result.aligned_dkim),
        (DkimOutcome::Pass, DkimOutcome::Pass, true)
    );
    assert!(result.proves(&mail) && result.proves_by_signature(&mail));
}

#[tokio::test]
async fn an_rsa_signature_is_as_good() {
    let key = DkimKey::new("example.hu", "k1", &DkimKey::generate_rsa().expect("a key")).expect("read");
    let dns = authenticator(&[(key.dns_record().0, published(&key))]);
    let raw = key.sign(RAW.as_bytes()).expect("signed");
    let (result, mail) = check(&dns, &raw, "mail.example.hu", "anna@example.hu").await;
    assert_eq!((result.dkim, result.dmarc), (DkimOutcome::Pass, DkimOutcome::None));
    assert!(result.proves(&mail), "no policy is published, yet the signature is the author's own");
}

#[tokio::test]
async fn a_changed_mail_proves_nothing() {
    let key = key("example.hu");
    let dns = authenticator(&[
        (key.dns_record().0, published(&key)),
        ("_dmarc.example.hu", dmarc("v=DMARC1; p=none")),
    ]);
    let raw = String::from_utf8(key.sign(RAW.as_bytes()).expect("signed")).expect("text");
    for (from, to) in [
        ("Szia!", "Küldj pénzt!"),
        ("Subject: Szia", "Subject: Fontos"),
        ("anna@example.hu>", "bela@example.hu>"),
    ] {
        let changed = raw.replace(from, to);
        let (result, mail) = check(&dns, changed.as_bytes(), "mail.example.hu", "anna@example.hu").await;
        assert!(!result.proves(&mail), "{to}: {result:?}");
    }
}

#[tokio::test]
async fn a_foreign_signature_and_foreign_spf_prove_nothing() {
    let key = key("evil.com");
    let dns = authenticator(&[
        (key.dns_record().0, published(&key)),
        ("evil.com", spf("v=spf1 ip4:192.0.2.7 -all")),
        ("_dmarc.example.hu", dmarc("v=DMARC1; p=none")),
    ]);
    let raw = key.sign(RAW.as_bytes()).expect("signed");
    let (result, mail) = check(&dns, &raw, "mail.evil.com", "x@evil.com").await;
    assert_eq!(
        (result.spf, result.dkim, result.dmarc),
        (SpfOutcome::Pass, DkimOutcome::Pass, DkimOutcome::Fail)
    );
    assert!(!result.proves(&mail));
}

#[tokio::test]
async fn spf_alone_without_a_policy_proves_nothing() {
    let dns = authenticator(&[("example.hu", spf("v=spf1 ip4:192.0.2.7 -all"))]);
    let (result, mail) = check(&dns, RAW.as_bytes(), "mail.example.hu", "anna@example.hu").await;
    assert_eq!((result.spf, result.dmarc), (SpfOutcome::Pass, DkimOutcome::None));
    assert!(!result.proves(&mail));
}

#[tokio::test]
async fn aligned_spf_under_a_policy_proves_the_sender_but_not_enough_to_act_in_his_name() {
    let dns = authenticator(&[
        ("example.hu", spf("v=spf1 ip4:192.0.2.7 -all")),
        ("_dmarc.example.hu", dmarc("v=DMARC1; p=reject")),
    ]);
    let (result, mail) = check(&dns, RAW.as_bytes(), "mail.example.hu", "anna@example.hu").await;
    assert!(result.proves(&mail) && !result.proves_by_signature(&mail), "{result:?}");
}

#[tokio::test]
async fn two_authors_are_nobody() {
    let key = key("example.hu");
    let dns = authenticator(&[
        (key.dns_record().0, published(&key)),
        ("_dmarc.example.hu", dmarc("v=DMARC1; p=none")),
    ]);
    let signed = key.sign(RAW.as_bytes()).expect("signed");
    let doubled = [b"From: bela@example.hu\r\n", signed.as_slice()].concat();
    let listed = key
        .sign(
            RAW.replace("From: Anna <anna@example.hu>", "From: anna@example.hu, bela@example.hu").as_bytes(),
        )
        .expect("signed");
    for raw in [doubled, listed] {
        let (result, mail) = check(&dns, &raw, "mail.example.hu", "anna@example.hu").await;
        assert!(mail.ambiguous_from && result.author.is_none() && !result.proves(&mail), "{result:?}");
    }
}

#[tokio::test]
async fn when_the_dns_is_silent_nothing_is_proved() {
    let key = key("example.hu");
    let dns = authenticator(&[("_dmarc.example.hu", dmarc("v=DMARC1; p=none"))]);
    let raw = key.sign(RAW.as_bytes()).expect("signed");
    let (result, mail) = check(&dns, &raw, "mail.example.hu", "anna@example.hu").await;
    assert_eq!(result.dkim, DkimOutcome::Unavailable);
    assert!(!result.proves(&mail));
}

fn told(headers: &str) -> (Option<AuthResult>, Mail) {
    let mail = parse(format!("{headers}\r\n{RAW}").as_bytes(), Timestamp::from_seconds(1_795_253_105))
        .expect("a mail");
    (from_authentication_results(&mail, "mx.pelda.hu"), mail)
}

#[test]
fn only_the_topmost_word_of_our_own_relay_counts() {
    let ours = "Authentication-Results: mx.pelda.hu; spf=pass smtp.mailfrom=example.hu;\r\n dkim=pass header.d=example.hu; dmarc=pass header.from=example.hu";
    let (result, mail) = told(ours);
    assert!(result.is_some_and(|result| result.proves(&mail) && result.proves_by_signature(&mail)));

    let foreign = ours.replace("mx.pelda.hu", "mx.evil.com");
    assert_eq!(told(&foreign).0, None);

    let forged = format!("Authentication-Results: mx.pelda.hu; dmarc=fail header.from=example.hu\r\n{ours}");
    let (result, mail) = told(&forged);
    assert!(!result.expect("told").proves(&mail));
}

#[test]
fn words_in_comments_and_quotes_are_no_results() {
    for trick in [
        "Authentication-Results: mx.evil.com (mx.pelda.hu); dmarc=pass header.from=example.hu",
        "Authentication-Results: mx.pelda.hu; dmarc=fail (; dmarc=pass header.from=example.hu) header.from=example.hu",
        "Authentication-Results: mx.pelda.hu; spf=fail reason=\"; dmarc=pass header.from=example.hu\"",
        "Authentication-Results: mx.pelda.hu; dmarc=pass header.from=evil.com",
        "Authentication-Results: mx.pelda.hu; spf=pass smtp.mailfrom=example.hu",
        "Authentication-Results: mx.pelda.hu; dkim=pass header.d=evil.com",
        "Authentication-Results: mx.pelda.hu; none",
    ] {
        let (result, mail) = told(trick);
        assert!(!result.is_some_and(|result| result.proves(&mail)), "{trick}");
    }
}

#[test]
fn a_domain_owns_what_is_below_it() {
    assert!(is_own_domain("example.hu", "a@example.hu") && is_own_domain("Example.hu", "a@mail.example.hu"));
    assert!(
        !is_own_domain("ample.hu", "a@example.hu")
            && !is_own_domain("hu", "a@example.hu")
            && !is_own_domain("mail.example.hu", "a@example.hu")
    );
}

//! Whole corpora through the whole pure pipeline.

use kernel::{Locale, Timestamp};
use std::{
    collections::HashMap,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::OnceLock,
    time::{Duration, Instant},
};

use super::{bounce, html, *};

pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_795_253_105);
const LIMIT: Duration = Duration::from_secs(10);

/// Work done by this thread so far: what its neighbours do on the same machine does not count.
pub(super) fn cpu_time() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    let spent = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = spent.and_then(|line| line.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

/// Parses, classifies, splits, sanitises; fails when it takes too long.
pub(super) fn through_everything(name: &str, raw: &[u8]) -> Option<Mail> {
    let start = cpu_time();
    let mail = parse(raw, NOW);
    if let Ok(mail) = &mail {
        classify(mail, "instance");
        find_candidates(mail);
        let split = split_quotes(&mail.text);
        assert!(
            mail.text.trim().is_empty() || !split.text.trim().is_empty(),
            "{name}: everything was folded away"
        );
        assert!(!mail.text.contains(['\0', '\r']), "{name}: control characters in the text");
        if let Some(raw_html) = &mail.html {
            let pictures = HashMap::new();
            let options = html::Options { pictures: &pictures, fold_quotes: true, locale: Locale::Hu };
            let clean = html::sanitise(raw_html, &options).html;
            assert_eq!(html::sanitise(&clean, &options).html, clean, "{name}: not a fixed point");
            assert!(!clean.to_lowercase().contains("<script"), "{name}: a script survived");
        }
    }
    let took = cpu_time() - start;
    assert!(took < LIMIT, "{name} took {took:?}");
    mail.ok()
}

fn fixture_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail")
}

pub(super) fn fixture(name: &str) -> Vec<u8> {
    let path = fixture_folder().join(format!("{name}.eml"));
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(super) fn fixtures() -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    files(&fixture_folder(), &mut found);
    found.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
    found.sort();
    found.into_iter().map(|path| (path.display().to_string(), fs::read(&path).expect("a fixture"))).collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Past the test harness, which swallows the output of tests that pass.
fn not_run(reason: &str) {
    writeln!(io::stderr(), "\n!!! NOT RUN: {reason} !!!\n").expect("standard error is open");
}

/// Mails that ship with the source of the crate `mail-parser`.
fn mail_parser_corpus() -> Option<Vec<PathBuf>> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")))?;
    let registries = fs::read_dir(home.join("registry/src")).ok()?.flatten();
    let crates =
        registries.flat_map(|registry| fs::read_dir(registry.path()).into_iter().flatten().flatten());
    let folder = crates
        .map(|entry| entry.path())
        .filter(|path| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("mail-parser-"))
        })
        .map(|path| path.join("resources"))
        .find(|path| path.join("eml").is_dir())?;
    let mut found = Vec::new();
    files(&folder, &mut found);
    found.retain(|path| path.extension().is_none_or(|extension| extension != "json"));
    Some(found)
}

#[test]
fn our_own_mails_go_through() {
    let all = fixtures();
    assert!(all.len() >= 30, "{} fixtures", all.len());
    for (name, raw) in all {
        assert!(through_everything(&name, &raw).is_some(), "{name}");
    }
}

/// (fixture, the new text, whether something was quoted, the signature)
const SPLITS: [(&str, &str, bool, Option<&str>); 18] = [
    ("gmail-web-hu", "Kedves Béla!\n\nKöszönöm, a második ajánlat megfelel.", true, None),
    ("gmail-web-en", "Paid this morning, thanks.", true, None),
    ("gmail-android-en", "Tuesday works for me.", true, None),
    (
        "outlook-desktop-hu",
        "Tisztelt Ügyfélszolgálat!\n\nA szerződést aláírva csatoljuk.\n\nÜdvözlettel:\nNagy Péter",
        true,
        None,
    ),
    ("outlook-desktop-en", "Signed copy attached.\n\nKind regards,\nSarah", true, None),
    ("outlook-web-hu", "Megkaptam, köszönöm!", true, None),
    (
        "outlook-mobile-hu",
        "Kedden délután jó lenne.",
        true,
        Some("Az Outlook Android letöltése<https://aka.ms/AAb9ysg>"),
    ),
    ("apple-mail-en", "Still waiting for the parcel.", true, None),
    ("iphone-hu", "Még mindig nem jött meg.", true, Some("iPhone-omról küldve")),
    (
        "thunderbird-hu",
        "Azóta is ugyanaz a hiba jön elő, ha a mentés gombra kattintok.",
        true,
        Some("-- \nKiss Gábor\n+36 30 123 4567"),
    ),
    ("thunderbird-bottom-en", "Version 4.2 on Debian.", true, None),
    (
        "freemail-hu",
        "Tisztelt Cím!\n\nA gép újra elromlott, őszintén szólva nem örülök. Kérem, küldjenek szerelőt.",
        true,
        None,
    ),
    ("citromail-hu", "Rendben, otthon leszek.", true, None),
    ("roundcube-hu", "Csatolva küldöm.", true, Some("-- \nFarkas Judit\nEgyetemi Hivatal")),
    ("yahoo-hu", "Elfogadom a kártérítést.", true, None),
    ("samsung-hu", "Köszönöm az infót!", true, Some("Samsung Galaxy okostelefonomról küldve.")),
    ("proton-en", "Please delete my data.", true, Some("Sent with Proton Mail secure email.")),
    ("mailing-list-hu", "Szombaton karbantartás lesz.", false, None),
];

#[test]
fn the_new_text_is_found_in_the_mail_of_every_program() {
    for (name, text, quoted, signature) in SPLITS {
        let split = split_quotes(&parse(&fixture(name), NOW).expect("a mail").text);
        assert_eq!(
            (split.text.as_str(), split.quoted.is_some(), split.signature.as_deref()),
            (text, quoted, signature),
            "{name}"
        );
    }
}

fn shown(name: &str) -> (Mail, String) {
    let pictures = HashMap::new();
    let options = html::Options { pictures: &pictures, fold_quotes: true, locale: Locale::Hu };
    let mail = parse(&fixture(name), NOW).expect("a mail");
    let html = html::sanitise(mail.html.as_deref().expect("HTML"), &options).html;
    (mail, html)
}

#[test]
fn html_answers_fold_their_history() {
    let programs = [
        "gmail-web-hu",
        "gmail-web-en",
        "outlook-desktop-hu",
        "outlook-desktop-en",
        "outlook-web-hu",
        "apple-mail-en",
        "yahoo-hu",
        "proton-en",
    ];
    for name in programs {
        let (mail, html) = shown(name);
        let (answer, folded) = html.split_once("<details>").unwrap_or_else(|| panic!("{name}: {html}"));
        let first = split_quotes(&mail.text).text.lines().next().expect("a line").to_owned();
        assert!(html::to_text(answer).starts_with(&first), "{name}: {answer}");
        assert!(
            folded.contains("pelda.hu") || folded.contains("Példa") || folded.contains("Example Support"),
            "{name}: {folded}"
        );
    }
}

#[test]
fn html_forwards_and_answers_below_stay_in_sight() {
    for (name, wanted) in [("gmail-forward-hu", "A doboz"), ("thunderbird-bottom-en", "Version 4.2")] {
        let (_, html) = shown(name);
        let before = html.split("<details>").next().unwrap_or_default();
        let after = html.rsplit("</details>").next().unwrap_or_default();
        assert!(before.contains(wanted) || after.contains(wanted), "{name}: {html}");
    }
}

#[test]
fn each_kind_of_mail_is_known() {
    let verdict = |name: &str| classify(&parse(&fixture(name), NOW).expect("a mail"), "instance");
    for name in [
        "gmail-web-hu",
        "iphone-hu",
        "freemail-hu",
        "nested-and-tnef",
        "calendar-invite-en",
        "inline-picture-hu",
    ] {
        assert!(
            verdict(name).class == Class::Person && verdict(name).answerable,
            "{name}: {:?}",
            verdict(name)
        );
    }
    for name in ["vacation-outlook-hu", "vacation-unix-en"] {
        assert!(matches!(verdict(name).class, Class::AutoReply(_)), "{name}");
    }
    for name in [
        "bounce-postfix-en",
        "bounce-exchange-hu",
        "bounce-freemail-hu",
        "bounce-delay-en",
        "complaint-arf-en",
    ] {
        assert!(matches!(verdict(name).class, Class::Bounce(_)), "{name}");
    }
    assert!(matches!(verdict("mailing-list-hu").class, Class::List(_)));
    assert!(verdict("confirm-account-en").confirmation);
    assert!(!verdict("two-authors").answerable && !verdict("no-author-future-date").answerable);
}

#[test]
fn every_mail_of_the_parser_corpus_goes_through_in_time() {
    let Some(corpus) = mail_parser_corpus() else {
        not_run("the sources of the crate mail-parser are not in the cargo registry (CARGO_HOME).");
        return;
    };
    assert!(corpus.len() >= 100, "only {} mails found", corpus.len());
    let mut read = 0;
    for path in &corpus {
        let raw = fs::read(path).expect("a corpus file");
        read += usize::from(through_everything(&path.display().to_string(), &raw).is_some());
    }
    assert!(read * 10 >= corpus.len() * 9, "only {read} of {} mails could be read", corpus.len());
}

/// Bounces of many mail servers: the `maildir` folder of the collection sisimai/set-of-emails.
#[test]
fn bounces_of_many_servers_are_recognised() {
    let Some(folder) = std::env::var_os("KAPOCS_BOUNCE_CORPUS").map(PathBuf::from) else {
        not_run("KAPOCS_BOUNCE_CORPUS does not name the maildir of sisimai/set-of-emails.");
        return;
    };
    let mut found = Vec::new();
    ["bsd", "dos", "mac"].iter().for_each(|kind| files(&folder.join(kind), &mut found));
    found.retain(|path| path.file_name().is_some_and(|name| !name.to_string_lossy().contains("rfc3834")));
    assert!(found.len() >= 700, "only {} bounces in {}", found.len(), folder.display());
    let (mut seen, mut told, mut tied) = (0, 0, 0);
    for path in &found {
        let name = path.display().to_string();
        let raw = fs::read(path).expect("a corpus file");
        let Some(report) = through_everything(&name, &raw).as_ref().and_then(bounce::read) else {
            eprintln!("not recognised: {name}");
            continue;
        };
        seen += 1;
        told += usize::from(!report.recipients.is_empty());
        tied += usize::from(!report.original_ids.is_empty());
        if report.recipients.is_empty() {
            eprintln!("no recipient: {name}");
        } else if report.original_ids.is_empty()
            && String::from_utf8_lossy(&raw).to_lowercase().matches("message-id:").count() > 1
        {
            eprintln!("not tied: {name}");
        }
    }
    eprintln!(
        "{} bounces: {seen} recognised, {told} with a recipient, {tied} tied to their message",
        found.len()
    );
    let share = |part: usize| part * 100 / found.len();
    assert!(
        share(seen) >= 97 && share(told) >= 96 && share(tied) >= 75,
        "{seen}, {told}, {tied} of {}",
        found.len()
    );
}

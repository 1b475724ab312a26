//! Whole corpora through the whole pure pipeline.

use kernel::{Locale, Timestamp};
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{bounce, html, *};

pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_795_253_105);
const LIMIT: Duration = Duration::from_secs(10);

/// Parses, classifies, splits, sanitises; fails when it takes too long.
pub(super) fn through_everything(name: &str, raw: &[u8]) -> Option<Mail> {
    let start = Instant::now();
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
            let options = html::Options {
                pictures: &pictures,
                remote: html::RemoteImages::Blocked,
                fold_quotes: true,
                locale: Locale::Hu,
            };
            let clean = html::sanitise(raw_html, &options).html;
            assert_eq!(html::sanitise(&clean, &options).html, clean, "{name}: not a fixed point");
            assert!(!clean.to_lowercase().contains("<script"), "{name}: a script survived");
        }
    }
    assert!(start.elapsed() < LIMIT, "{name} took {:?}", start.elapsed());
    mail.ok()
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
fn every_mail_of_the_parser_corpus_goes_through_in_time() {
    let Some(corpus) = mail_parser_corpus() else {
        eprintln!(
            "\n!!! NOT RUN: the sources of the crate mail-parser are not in the cargo registry (CARGO_HOME). !!!\n"
        );
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
        eprintln!(
            "\n!!! NOT RUN: KAPOCS_BOUNCE_CORPUS does not name the maildir of sisimai/set-of-emails. !!!\n"
        );
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

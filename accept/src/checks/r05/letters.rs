//! Mail that is meant to harm, and mail that is merely odd.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use super::ADDRESS;
use crate::smtp::letter;

pub fn bombs() -> Vec<(String, Vec<u8>)> {
    let head = |extra: &str| {
        format!(
            "From: Bomba <bomba@pelda.example>\r\nTo: {ADDRESS}\r\nSubject: Bomba\r\nMIME-Version: 1.0\r\n{extra}"
        )
    };
    let nested: String = (0..10_000)
        .map(|n| format!("--b{n}\r\nContent-Type: multipart/mixed; boundary=b{}\r\n\r\n", n + 1))
        .collect();
    let html = |body: String| head(&format!("Content-Type: text/html; charset=utf-8\r\n\r\n{body}"));
    let texts = [
        (
            "ten thousand nested parts",
            head(&format!("Content-Type: multipart/mixed; boundary=b0\r\n\r\n{nested}")),
        ),
        ("a line of eight megabytes", head(&format!("\r\n{}", "a".repeat(8 << 20)))),
        (
            "a hundred thousand attributes",
            html(format!("<p {}>x</p>", (0..100_000).map(|n| format!("a{n}=1 ")).collect::<String>())),
        ),
        ("a hundred thousand open elements", html("<div>".repeat(100_000))),
        ("a hundred thousand open tables", html("<table><tr><td>".repeat(30_000))),
        ("ten thousand header lines", head(&format!("{}\r\nx", "X-Y: z\r\n".repeat(10_000)))),
        ("fifty thousand recipients", head(&format!("Cc: {}\r\n\r\nx", "a@b.example, ".repeat(50_000)))),
        ("an endless encoded word", head(&format!("X-A: =?utf-8?Q?{}?=\r\n\r\nx", "=41".repeat(200_000)))),
        (
            "base64 that is none",
            head(&format!("Content-Transfer-Encoding: base64\r\n\r\n{}", "=!".repeat(500_000))),
        ),
        ("twenty thousand quotes", head(&format!("\r\n{}", "> ".repeat(20_000)))),
        ("a quote in every line", head(&format!("\r\n{}", "> x\r\n\r\nOn Mon, x wrote:\r\n".repeat(20_000)))),
        ("a boundary that is missing", head("Content-Type: multipart/alternative\r\n\r\n--\r\n----\r\n")),
        ("a charset that is unknown", head("Content-Type: text/plain; charset=klingon\r\n\r\nx")),
        ("a date of the year 99999", head("Date: Mon, 99 Foo 99999 99:99:99 +9999\r\n\r\nx")),
        ("a thousand message ids", head(&format!("References: {}\r\n\r\nx", "<a@b> ".repeat(50_000)))),
        ("a comment in a comment", format!("From: {}x\r\nSubject: x\r\n\r\nx", "(".repeat(100_000))),
        ("nothing at all", String::new()),
        ("no header", "\r\n\r\n".to_owned()),
    ];
    let mut all: Vec<_> =
        texts.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())).collect();
    all.push(("all bytes".to_owned(), (0..=255_u8).cycle().take(100_000).collect()));
    all.push(("zeros".to_owned(), vec![0; 100_000]));
    all
}

pub fn naughty() -> Vec<(String, Vec<u8>)> {
    let clean = |text: &str| text.replace(['\r', '\n'], " ");
    naughty_strings::BLNS
        .iter()
        .enumerate()
        .map(|(number, text)| {
            let from = format!("\"{}\" <n{number}@pelda.example>", clean(text));
            (format!("naughty {number}"), letter(&from, ADDRESS, &clean(text), &format!("n-{number}"), text))
        })
        .collect()
}

/// Mails that ship with the source of the crate `mail-parser`.
pub fn corpus() -> Vec<(String, Vec<u8>)> {
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(Path::new(&env::var_os("HOME")?).join(".cargo")));
    let registries = home.map(|home| entries(&home.join("registry/src"))).unwrap_or_default();
    let crates = registries.iter().flat_map(|registry| entries(registry));
    let folder = crates
        .filter(|path| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("mail-parser-"))
        })
        .map(|path| path.join("resources"))
        .find(|path| path.join("eml").is_dir());
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = folder.into_iter().collect();
    while let Some(folder) = open.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_none_or(|extension| extension != "json") {
                found.extend(fs::read(&path).ok().map(|raw| (path.display().to_string(), raw)));
            }
        }
    }
    // The same mail twice is one mail, by content or by its id.
    found.sort_by(|a: &(String, Vec<u8>), b| a.1.cmp(&b.1));
    found.dedup_by(|a, b| a.1 == b.1);
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

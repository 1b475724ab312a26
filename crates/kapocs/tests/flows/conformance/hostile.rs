use testkit::{Engine, on_both_engines};

use crate::{
    desk::{arrived, messages, quarantined, quiet, start},
    letter::Letter,
};

on_both_engines! {
    hostile_mail_is_kept_and_its_neighbours_proceed
    a_mail_too_large_is_refused_or_kept_but_never_lost
}

fn nested(depth: usize) -> Vec<u8> {
    let mut head = "From: mely@evil.example\r\nMessage-ID: <deep@evil.example>\r\nSubject: Matrjoska\r\nMIME-Version: 1.0\r\n".to_owned();
    let mut ends = String::new();
    for level in 0..depth {
        head += &format!("Content-Type: multipart/mixed; boundary=\"b{level}\"\r\n\r\n--b{level}\r\n");
        ends = format!("{ends}\r\n--b{}--\r\n", depth - 1 - level);
    }
    format!("{head}Content-Type: text/plain\r\n\r\nA mélyben.\r\n{ends}").into_bytes()
}

// 12
fn hostile_mail_is_kept_and_its_neighbours_proceed(engine: Engine) {
    let (app, info) = start(engine);
    let to = &info.address;
    let plain = |head: &str, body: &str| format!("{head}\r\n\r\n{body}\r\n").into_bytes();
    let mut with_nul =
        plain("From: nul@evil.example\r\nMessage-ID: <nul@evil.example>\r\nSubject: NUL\0!", "Nulla\0bájt");
    with_nul.extend_from_slice(b"\xff\xfe\r\n");
    let hostile: Vec<Vec<u8>> = vec![
        plain(
            &format!("To: {to}\r\nMessage-ID: <nofrom@evil.example>\r\nSubject: Feladó nélkül"),
            "Ki írta?",
        ),
        plain("From: \r\nMessage-ID: <empty@evil.example>\r\nSubject: Üres feladó", "Üres."),
        plain("From: noid@evil.example\r\nSubject: Azonosító nélkül", "Azonosító nélkül."),
        plain(
            "From: jovo@evil.example\r\nMessage-ID: <2050@evil.example>\r\nDate: Sat, 21 Nov 2050 09:05:00 +0100\r\nSubject: 2050",
            "A jövőből.",
        ),
        with_nul,
        nested(50),
        nested(1_000),
        plain(
            &format!(
                "From: hosszu@evil.example\r\nMessage-ID: <long@evil.example>\r\nSubject: {}",
                "á".repeat(60_000)
            ),
            "Hosszú a tárgya.",
        ),
        plain(
            "From: a@evil.example, b@evil.example\r\nMessage-ID: <two@evil.example>\r\nSubject: Ketten",
            "Ketten írjuk.",
        ),
        plain(
            "From: naptar@evil.example\r\nDate: nonsense\r\nMessage-ID: <<>@@>\r\nContent-Type: text/html; charset=\"x-klingon\"",
            "<b>Törött</b><script>alert(1)</script>",
        ),
        b"\r\n\r\n".to_vec(),
        b"not a mail at all".to_vec(),
        plain(
            "From: b64@evil.example\r\nMessage-ID: <b64@evil.example>\r\nContent-Transfer-Encoding: base64",
            "@@@@ ez nem base64 @@@@",
        ),
    ];
    for raw in &hostile {
        info.take_raw(raw, "valaki@evil.example");
    }
    info.take(&Letter::new("anna@customer.example", to, "Rendes", "Rendes levél."));
    arrived(&app, "Rendes levél.");
    quiet(&app);
    let (visible, held) = (messages(&app), quarantined(&app));
    assert_eq!(visible.len() + held.len(), hostile.len() + 1, "{visible:#?}\n{held:#?}");
    let future = visible.iter().find(|m| m["text"] == "A jövőből.").expect("shown");
    assert!(!future["created_at"].as_str().unwrap().starts_with("2050"));
    for item in &held {
        let original =
            app.raw("GET", &format!("quarantine/{}/original", item["id"].as_str().unwrap()), &[], &[]);
        assert_eq!(original.status, 200, "the raw bytes are kept: {item}");
    }
}

// 12
fn a_mail_too_large_is_refused_or_kept_but_never_lost(engine: Engine) {
    let (app, info) = start(engine);
    let line = format!("{}\r\n", "x".repeat(998));
    let mut raw =
        b"From: nagy@evil.example\r\nMessage-ID: <64mb@evil.example>\r\nSubject: Nagy\r\n\r\n".to_vec();
    while raw.len() < 64 * 1024 * 1024 {
        raw.extend_from_slice(line.as_bytes());
    }
    let taken = testkit::servers::mail::hand_over(info.port, &raw, "nagy@evil.example", &info.address);
    info.take(&Letter::new("anna@customer.example", &info.address, "Rendes", "Rendes levél."));
    arrived(&app, "Rendes levél.");
    quiet(&app);
    let seen = messages(&app).len() - 1 + quarantined(&app).len();
    // A refusal at the door leaves the mail with its sender, who is told.
    assert_eq!(seen, usize::from(taken.is_ok()), "{taken:?}");
}

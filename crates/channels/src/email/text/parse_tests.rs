use proptest::prelude::*;

use super::*;
use crate::email::text::corpus::{NOW, fixture, fixtures, through_everything};

fn read(name: &str) -> Mail {
    parse(&fixture(name), NOW).expect("a mail")
}

fn text(raw: &str) -> Mail {
    parse(raw.as_bytes(), NOW).expect("a mail")
}

#[test]
fn an_answer_is_read_with_its_thread() {
    let mail = read("gmail-web-hu");
    assert_eq!(mail.message_id.as_deref(), Some("CAH7x1@mail.gmail.example"));
    assert_eq!(mail.in_reply_to, ["kapocs.1@pelda.hu"]);
    assert_eq!(mail.references, ["elso.1@example.hu", "kapocs.1@pelda.hu"]);
    assert_eq!(mail.from, Address::new(Some("Kovács Anna"), "kovacs.anna@example.hu"));
    assert_eq!(mail.to, [Address::new(Some("Példa Ügyfélszolgálat"), "info@pelda.hu").expect("an address")]);
    assert_eq!(mail.subject.as_deref(), Some("Re: Árajánlat [K-1042]"));
    assert_eq!(mail.sent_at, Timestamp::parse("2026-11-21T09:12:00Z"));
    assert!(
        mail.text.starts_with("Kedves Béla!") && mail.html.is_some_and(|html| html.contains("gmail_quote"))
    );
    assert!(mail.attachments.is_empty() && !mail.cut && !mail.ambiguous_from);
}

#[test]
fn hungarian_letters_survive_old_and_wrong_charsets() {
    assert!(read("freemail-hu").text.contains("őszintén szólva nem örülök"));
    assert!(read("latin1-mislabelled-hu").text.contains("a főkapcsoló és a hűtő sem működik"));
    let raw = read("windows-1250-hu");
    assert_eq!(raw.subject.as_deref(), Some("Fűtés és hűtés"));
    assert_eq!(raw.from.and_then(|from| from.name).as_deref(), Some("Szőke Ernő"));
    assert_eq!(raw.text, "Jöhetnének hétfőn? Győrből írok.");
}

#[test]
fn lines_broken_for_transport_are_joined() {
    assert!(read("thunderbird-hu").text.contains("ugyanaz a hiba jön elő, ha a mentés gombra kattintok."));
}

#[test]
fn two_authors_make_the_mail_nobodys() {
    let mail = read("two-authors");
    assert!(mail.ambiguous_from);
    assert_eq!(mail.from.map(|from| from.address).as_deref(), Some("anna@example.hu"));
    assert_eq!(mail.sender.map(|sender| sender.address).as_deref(), Some("mas@evil.example"));
}

#[test]
fn without_author_id_or_a_believable_date_it_is_still_a_mail() {
    let mail = read("no-author-future-date");
    assert_eq!((mail.from, mail.message_id, mail.sent_at, mail.to), (None, None, None, Vec::new()));
    assert_eq!(mail.sent_text.as_deref(), Some("Fri, 21 Nov 2050 10:12:00 +0100"));
    assert_eq!((mail.subject.as_deref(), mail.text.as_str()), (Some("Jövő"), "Jövőből."));
}

#[test]
fn absurd_dates_are_not_believed() {
    for date in [
        "Fri, 31 Feb 2026 10:00:00 +0100",
        "Thu, 1 Jan 1970 00:00:00 +0000",
        "yesterday",
        "Sat, 21 Nov 99999 10:00:00",
        "",
    ] {
        assert_eq!(text(&format!("From: a@b.hu\r\nDate: {date}\r\n\r\nx")).sent_at, None, "{date}");
    }
}

#[test]
fn files_within_are_kept_whole_and_harmlessly_named() {
    let mail = read("nested-and-tnef");
    let files: Vec<(&str, &str)> =
        mail.attachments.iter().map(|f| (f.name.as_str(), f.media_type.as_str())).collect();
    assert_eq!(
        files,
        [
            ("Eredeti levél.eml", "message/rfc822"),
            ("winmail.dat", "application/ms-tnef"),
            ("árlista.pdf", "application/pdf")
        ]
    );
    assert!(mail.attachments[0].bytes.ends_with(b"--in--\r\n"), "the nested mail is kept as it came");
    assert_eq!(mail.attachments[2].bytes, b"%PDF-");
    assert_eq!(mail.text, "Csatoltam a levelet.");
}

#[test]
fn an_invitation_is_a_file_and_the_words_are_the_text() {
    let mail = read("calendar-invite-en");
    assert_eq!(mail.text, "Shall we meet?");
    assert_eq!((mail.attachments.len(), mail.attachments[0].name.as_str()), (1, "invite.ics"));
}

#[test]
fn a_picture_of_the_body_knows_its_place() {
    let mail = read("inline-picture-hu");
    let picture = &mail.attachments[0];
    assert_eq!(
        (picture.content_id.as_deref(), picture.inline, picture.name.as_str()),
        (Some("kep1@example.hu"), true, "hiba.png")
    );
    assert_eq!(mail.text, "Így néz ki:\n\nkép");
}

#[test]
fn nothing_that_is_shown_can_reorder_or_break() {
    let mail = read("nul-and-bidi");
    assert_eq!(mail.from.and_then(|from| from.name).as_deref(), Some("Anna"));
    assert_eq!(mail.subject.as_deref(), Some("szamlfdp.exe"));
    assert_eq!((mail.text.as_str(), mail.message_id.as_deref()), ("Szia!", Some("nul1@example.hu")));
}

#[test]
fn addresses_come_in_every_shape() {
    let mail = text(
        "From: \"Kov\\\"ács, Anna\" < Anna @Example.HU >\r\nTo: Csapat: a@x.hu, B <b@X.HU>;, c@x.hu\r\n\
         Cc: (semmi) , rossz cím, <d@x.hu>, D <D@x.hu>\r\nReply-To: anna@x.hu (Anna)\r\n\
         Delivered-To: info+k.abc@pelda.hu\r\nX-Original-To: INFO@pelda.hu\r\nReturn-Path: <>\r\n\r\nx",
    );
    assert_eq!(mail.from.map(|from| from.address).as_deref(), Some("Anna@example.hu"));
    let of = |list: &[Address]| list.iter().map(|a| a.address.clone()).collect::<Vec<_>>();
    assert_eq!(of(&mail.to), ["a@x.hu", "b@x.hu", "c@x.hu"]);
    assert_eq!(of(&mail.cc), ["d@x.hu"]);
    assert_eq!(of(&mail.reply_to), ["anna@x.hu"]);
    assert_eq!(of(&mail.delivered_to), ["INFO@pelda.hu", "info+k.abc@pelda.hu"]);
    assert_eq!(mail.return_path.as_deref(), Some(""));
}

#[test]
fn what_is_no_mail_says_why() {
    assert_eq!(parse(b"", NOW), Err(Unparseable::Empty));
    assert_eq!(parse(b" \r\n\0\r\n", NOW), Err(Unparseable::Empty));
    assert_eq!(parse(&[0xFF; 100], NOW), Err(Unparseable::NoHeaders));
    let size = MAX_MAIL_SIZE + 1;
    assert_eq!(parse(&vec![b'a'; size], NOW), Err(Unparseable::TooLarge { size }));
}

/// Mails made to hurt: each is read in time, and most of them still say something.
#[test]
fn bombs_do_not_go_off() {
    let head = "From: a@b.hu\r\nSubject: x\r\n";
    let part = |n: usize| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n");
    let message = "Content-Type: message/rfc822\r\n\r\n";
    let encoded = |inner: &str| {
        use base64::{Engine, engine::general_purpose::STANDARD};
        format!(
            "{head}Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
            STANDARD.encode(inner)
        )
    };
    let nested: String = (0..10_000).map(part).collect();
    let siblings = "--s\r\nContent-Type: multipart/mixed; boundary=missing\r\n\r\nx\r\n".repeat(100_000);
    let bombs = [
        ("nested parts", format!("{head}{nested}x")),
        ("nested mails", format!("{head}{}x", message.repeat(100_000))),
        ("nested mails, encoded", encoded(&message.repeat(300_000))),
        (
            "digests",
            format!(
                "{head}Content-Type: multipart/digest; boundary=d\r\n\r\n{}",
                "--d\r\n\r\n".repeat(200_000)
            ),
        ),
        (
            "siblings without an end",
            format!("{head}Content-Type: multipart/mixed; boundary=s\r\n\r\n{siblings}"),
        ),
        ("one long line", format!("{head}\r\n{}", "a".repeat(60_000_000))),
        ("one long header", format!("{head}X: {}\r\n\r\nx", "a ".repeat(5_000_000))),
        ("headers without an end", "A: b\r\n".repeat(3_000_000)),
        ("encoded words", format!("{head}Subject: {}\r\n\r\nx", "=?utf-8?q?=".repeat(100_000))),
        ("encoded words in addresses", format!("To: {}\r\n\r\nx", "=?u-8?b?AA ".repeat(100_000))),
        ("comments", format!("To: {}\r\n\r\nx", "(".repeat(500_000))),
        ("addresses", format!("To: {}\r\n\r\nx", "a@b.hu,".repeat(500_000))),
        ("references", format!("References: {}\r\n\r\nx", "<a@b> ".repeat(500_000))),
        ("parameters", format!("{head}Content-Type: text/plain;{}\r\n\r\nx", " a*0=b;".repeat(100_000))),
        ("attributes", format!("{head}Content-Type: text/html\r\n\r\n<p {}>", "a=b ".repeat(800_000))),
        ("tags", format!("{head}Content-Type: text/html\r\n\r\n{}", "<table><td>".repeat(300_000))),
        ("quotes", format!("{head}\r\n{}", "> ".repeat(1_000_000))),
        ("attributions", format!("{head}\r\n{}", "On 2026 a@b.hu wrote:\r\n".repeat(50_000))),
        ("base64", format!("{head}Content-Transfer-Encoding: base64\r\n\r\n{}", "=A".repeat(5_000_000))),
        (
            "quoted-printable",
            format!(
                "{head}Content-Transfer-Encoding: quoted-printable\r\n\r\n{}",
                "=3D=\r\n".repeat(1_000_000)
            ),
        ),
        (
            "flowed",
            format!("{head}Content-Type: text/plain; format=flowed\r\n\r\n{}", ">a \r\n".repeat(500_000)),
        ),
        ("utf-7", format!("{head}Content-Type: text/plain; charset=utf-7\r\n\r\n{}", "+AAA".repeat(500_000))),
        ("mailboxes", format!("From MAILER-DAEMON\r\n{head}\r\n{}", "a@b.hu ".repeat(500_000))),
        ("markers", format!("{head}\r\n{}", "[ref:k.".repeat(300_000))),
    ];
    for (name, bomb) in bombs {
        assert!(through_everything(name, bomb.as_bytes()).is_some(), "{name} is still a mail");
    }
}

#[test]
fn limits_cut_and_say_so() {
    let files = "--b\r\nContent-Type: image/png\r\n\r\nx\r\n".repeat(150);
    let mail =
        text(&format!("From: a@b.hu\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{files}--b--"));
    assert_eq!((mail.attachments.len(), mail.cut), (100, true));
    let mail = text(&format!("From: a@b.hu\r\n\r\n{}", "é".repeat(MAX_TEXT)));
    assert!(mail.cut && mail.text.len() <= MAX_TEXT);
}

#[test]
fn naughty_strings_pass_through_every_field() {
    for naughty in naughty_strings::BLNS {
        let line = naughty.replace(['\r', '\n'], " ");
        let raw = format!(
            "From: \"{line}\" <a@b.hu>\r\nTo: {line}\r\nSubject: {line}\r\nIn-Reply-To: {line}\r\nDate: {line}\r\n\
             Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{naughty}\r\n\
             --b\r\nContent-Disposition: attachment; filename=\"{line}\"\r\nContent-Type: {line}\r\n\r\n{naughty}\r\n--b--\r\n"
        );
        let mail = through_everything(naughty, raw.as_bytes()).expect("a mail");
        let shown = [
            mail.subject,
            mail.from.and_then(|from| from.name),
            mail.attachments.first().map(|file| file.name.clone()),
        ];
        for text in shown.into_iter().flatten() {
            assert!(!text.contains(['\u{202E}', '\u{200B}', '\u{FEFF}', '\n', '\r', '\0']), "{text:?}");
        }
        assert!(
            mail.attachments.iter().all(|file| !file.name.contains(['/', '\\']) && !file.name.is_empty()),
            "{naughty:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn mutated_mails_never_make_it_stumble(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 0..40),
    ) {
        let all = fixtures();
        let (name, mut raw) = all[which.index(all.len())].clone();
        for (at, byte, kind) in changes {
            if raw.is_empty() { break; }
            let at = at.index(raw.len());
            match kind {
                0 => raw[at] = byte,
                1 => raw.insert(at, byte),
                2 => { raw.remove(at); }
                _ => { let end = (at + usize::from(byte)).min(raw.len()); let again = raw[at..end].to_vec(); raw.splice(at..at, again); }
            }
        }
        through_everything(&name, &raw);
    }

    #[test]
    fn any_bytes_are_read_or_refused(raw in prop::collection::vec(any::<u8>(), 0..2_000)) {
        through_everything("random", &raw);
    }
}

use super::*;
use crate::email::text::{Class, Mail, Place, TokenKey, classify, find_candidates, parse, split_quotes};
use kernel::{ConversationId, MessageId};

const NOW: Timestamp = Timestamp::from_seconds(1_795_253_105);

fn address(name: &str, spec: &str) -> Address {
    Address { name: Some(name.to_owned()), address: spec.to_owned() }
}

fn answer() -> Outgoing {
    Outgoing {
        from: address("Ügyfélszolgálat, Példa Kft.", "info@pelda.hu"),
        to: vec![address("Kovács Anna", "anna@example.hu")],
        cc: Vec::new(),
        reply_to: None,
        subject: "Re: Árajánlat kérése a hosszú őszi szezonra".to_owned(),
        message_id: "abc.1@pelda.hu".to_owned(),
        in_reply_to: Some("q2@example.hu".to_owned()),
        references: vec!["q1@example.hu".to_owned()],
        date: NOW,
        text: "Kedves Anna!\n\nIgen, <b>lehet</b>: https://pelda.hu/ar?a=1&b=2\n\nÜdv,\nBéla".to_owned(),
        html: None,
        files: Vec::new(),
        history: vec![
            Quote {
                author: "Kovács Anna".to_owned(),
                at: Timestamp::from_seconds(1_795_248_300),
                text: "Lehet?\nKöszönöm".to_owned(),
            },
            Quote {
                author: "Példa Kft.".to_owned(),
                at: Timestamp::from_seconds(1_795_200_000),
                text: "Miben segíthetünk?".to_owned(),
            },
        ],
        marker: None,
        auto: false,
        instance: "inst-1".to_owned(),
        list_unsubscribe: None,
        locale: Locale::Hu,
        time_zone: "Europe/Budapest".to_owned(),
    }
}

fn sent(mail: &Outgoing) -> Mail {
    parse(&compose(mail).expect("composed"), NOW).expect("parses")
}

fn head(mail: &Outgoing) -> String {
    let bytes = compose(mail).expect("composed");
    let text = String::from_utf8(bytes).expect("seven bits");
    text.split_once("\r\n\r\n").expect("a head").0.to_owned()
}

#[test]
fn an_answer_arrives_as_it_was_written() {
    let mail = sent(&answer());
    assert_eq!(mail.from, Some(answer().from));
    assert_eq!(mail.to, answer().to);
    assert_eq!(mail.subject, Some(answer().subject));
    assert_eq!(mail.message_id.as_deref(), Some("abc.1@pelda.hu"));
    assert_eq!(mail.in_reply_to, ["q2@example.hu"]);
    assert_eq!(mail.references, ["q1@example.hu", "q2@example.hu"]);
    assert_eq!(mail.sent_at, Some(NOW));
    let split = split_quotes(&mail.text);
    assert_eq!(split.text, answer().text);
    let html = mail.html.expect("both readings");
    assert!(
        html.contains("<a href=\"https://pelda.hu/ar?a=1&amp;b=2\">") && html.contains("&lt;b&gt;lehet"),
        "{html}"
    );
}

#[test]
fn the_history_stands_below_in_the_persons_language_and_time() {
    let hungarian = split_quotes(&sent(&answer()).text).quoted.expect("history");
    assert_eq!(
        hungarian,
        "Kovács Anna írta (2026. november 21. 9:05):\n> Lehet?\n> Köszönöm\n>\n> Példa Kft. írta (2026. november 20. 19:40):\n>> Miben segíthetünk?"
    );
    let english = Outgoing { locale: Locale::En, time_zone: "Nowhere/Land".to_owned(), ..answer() };
    let english = split_quotes(&sent(&english).text).quoted.expect("history");
    assert!(english.starts_with("On 21 November 2026 at 08:05 UTC, Kovács Anna wrote:"), "{english}");
}

#[test]
fn no_field_can_inject_a_header() {
    let evil = "x\r\nBcc: victim@example.com\r\n\r\nbody";
    let base = answer();
    let cleaned = [
        Outgoing { subject: evil.to_owned(), ..base.clone() },
        Outgoing { from: address(evil, "info@pelda.hu"), ..base.clone() },
        Outgoing { to: vec![address(evil, "anna@example.hu")], ..base.clone() },
        Outgoing { cc: vec![address(evil, "anna@example.hu")], ..base.clone() },
        Outgoing { reply_to: Some(address(evil, "info@pelda.hu")), ..base.clone() },
        Outgoing { references: vec![evil.to_owned(), "a@b.hu>\r\nBcc: v@x.com".to_owned()], ..base.clone() },
        Outgoing {
            history: vec![Quote { author: evil.to_owned(), at: NOW, text: evil.to_owned() }],
            ..base.clone()
        },
        Outgoing {
            files: vec![
                File { name: evil.to_owned(), media_type: evil.to_owned(), content_id: None, bytes: vec![1] },
                File {
                    name: "a".to_owned(),
                    media_type: "image/png\r\nBcc: v@x.com".to_owned(),
                    content_id: Some(evil.to_owned()),
                    bytes: vec![1],
                },
            ],
            ..base.clone()
        },
    ];
    for mail in cleaned {
        let names: Vec<String> = sent(&mail).headers.iter().map(|(name, _)| name.to_owned()).collect();
        assert!(!names.contains(&"bcc".to_owned()), "{names:?}");
        assert!(!head(&mail).to_lowercase().contains("\nbcc:"), "{}", head(&mail));
    }
    let refused = [
        Outgoing { from: address("x", "info@pelda.hu\r\nBcc: v@x.com"), ..base.clone() },
        Outgoing { to: vec![address("x", "a@b.hu>\r\nBcc: <v@x.com")], ..base.clone() },
        Outgoing { message_id: evil.to_owned(), ..base.clone() },
        Outgoing { in_reply_to: Some(evil.to_owned()), ..base.clone() },
        Outgoing { instance: evil.to_owned(), ..base.clone() },
        Outgoing { list_unsubscribe: Some(format!("https://x.hu/{evil}")), ..base.clone() },
        Outgoing { to: Vec::new(), ..base },
    ];
    for mail in refused {
        assert!(compose(&mail).is_err(), "{mail:?}");
    }
}

#[test]
fn an_automatic_answer_says_so_and_bears_our_mark() {
    let mail = sent(&Outgoing { auto: true, ..answer() });
    assert_eq!(mail.headers.get("auto-submitted"), Some("auto-replied"));
    assert_eq!(mail.headers.get("x-auto-response-suppress"), Some("All"));
    assert_eq!(classify(&mail, "inst-1").class, Class::Loop);
    assert!(!classify(&mail, "another").answerable);
    assert_eq!(sent(&answer()).headers.get("auto-submitted"), None);
}

#[test]
fn a_long_ancestry_keeps_its_root_and_its_latest() {
    let references = (0..300).map(|n| format!("message-{n}@a-rather-long-domain.example.hu")).collect();
    let mail = Outgoing { references, ..answer() };
    let found = sent(&mail).references;
    assert_eq!(found.len(), MAX_REFERENCES);
    assert_eq!(found[0], "message-0@a-rather-long-domain.example.hu");
    assert_eq!(found[MAX_REFERENCES - 1], "q2@example.hu");
    assert!(head(&mail).lines().all(|line| line.len() <= 998));
}

#[test]
fn files_and_pictures_arrive_byte_for_byte() {
    let files = vec![
        File {
            name: "Árlista őszi.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            content_id: None,
            bytes: (0..=255).collect(),
        },
        File {
            name: "logo.png".to_owned(),
            media_type: "image/png".to_owned(),
            content_id: Some("logo@pelda.hu".to_owned()),
            bytes: vec![1, 2, 3],
        },
    ];
    let mail = sent(&Outgoing {
        files,
        html: Some("<p>x<img src=\"cid:logo@pelda.hu\"></p>".to_owned()),
        ..answer()
    });
    let pdf = mail.attachments.iter().find(|file| file.media_type == "application/pdf").expect("the file");
    assert_eq!((pdf.name.as_str(), pdf.bytes.len(), pdf.inline), ("Árlista őszi.pdf", 256, false));
    let logo = mail.attachments.iter().find(|file| file.inline).expect("the picture");
    assert_eq!((logo.content_id.as_deref(), logo.bytes.as_slice()), (Some("logo@pelda.hu"), &[1, 2, 3][..]));
}

#[test]
fn the_marker_is_found_in_the_answer_to_it() {
    let key = TokenKey::new(b"the secret of a workspace").expect("long enough");
    let token = key.token(ConversationId::new(), "anna@example.hu", 1);
    let mail = sent(&Outgoing {
        marker: Some(token),
        message_id: token.message_id(MessageId::new(), "pelda.hu"),
        ..answer()
    });
    let quoted: String = mail.text.lines().map(|line| format!("> {line}\r\n")).collect();
    let reply = format!("From: anna@example.hu\r\nTo: info@pelda.hu\r\n\r\nJó\r\n\r\n{quoted}");
    let found = find_candidates(&parse(reply.as_bytes(), NOW).expect("parses"));
    assert_eq!(found.iter().map(|c| (c.token, c.place)).collect::<Vec<_>>(), [(token, Place::BodyMarker)]);
    assert!(mail.text.lines().all(|line| line.len() <= 76 || !line.starts_with("[ref:")));
}

#[test]
fn an_international_domain_is_written_in_ascii() {
    let mail = Outgoing { to: vec![address("Őrsi", "info@őrség.hu")], ..answer() };
    assert!(head(&mail).contains("<info@xn--"), "{}", head(&mail));
    let foreign = Outgoing { to: vec![address("Őrsi", "őrsi@example.hu")], ..answer() };
    assert_eq!(compose(&foreign).map_err(|error| error.code), Err(Code::InvalidEmail));
}

#[test]
fn mail_to_many_carries_the_one_click_headers() {
    let mail = sent(&Outgoing { list_unsubscribe: Some("https://pelda.hu/u/abc".to_owned()), ..answer() });
    assert_eq!(mail.headers.get("list-unsubscribe"), Some("<https://pelda.hu/u/abc>"));
    assert_eq!(mail.headers.get("list-unsubscribe-post"), Some("List-Unsubscribe=One-Click"));
}

use super::*;

/// (new text, whether something was quoted, the signature)
fn parts(text: &str) -> (String, Option<String>, Option<String>) {
    let split = split_quotes(text);
    (split.text, split.quoted, split.signature)
}

#[test]
fn each_program_and_language_begins_its_quote_in_its_own_way() {
    let begins = [
        "On Sat, Nov 21, 2026 at 9:05 AM Anna Kovács <anna@example.hu> wrote:",
        "On Sat, 21 Nov 2026 at 09:05, Anna Kovács\n<anna@example.hu> wrote:",
        "On Nov 21, 2026, at 9:05 AM, Anna Kovács <\nanna@example.hu> wrote:",
        "Kovács Anna <anna@example.hu> ezt írta (időpont: 2026. nov. 21., Szo, 9:05):",
        "2026. nov. 21. 9:05 időpontban Kovács Anna <anna@example.hu> ezt írta:",
        "2026. 11. 21. 9:05 keltezéssel, Kovács Anna írta:",
        "Kovács Anna <anna@example.hu> írta (2026. nov. 21., Szo 9:05):",
        "2026.11.21. 09:05, Kovács Anna írta:",
        "Kovács Anna írta (2026. november 21. 9:05):",
        "On 21 November 2026 at 09:05, Anna Kovács wrote:",
        "Am 21.11.2026 um 09:05 schrieb Anna Kovács:",
        "-----Original Message-----\nFrom: Anna",
        "-----Eredeti üzenet-----\nFeladó: Anna",
        "-------- Eredeti üzenet --------",
        "From: Anna Kovács <anna@example.hu>\nSent: Saturday, November 21, 2026 9:05 AM\nTo: Info\nSubject: RE: x",
        "Feladó: Kovács Anna <anna@example.hu>\nKüldve: 2026. november 21., szombat 9:05\nCímzett: Info\nTárgy: RE: x",
        "*From:* Anna\n*Sent:* Saturday\n*To:* Info",
        "________________________________\nFeladó: Kovács Anna\nElküldve: 2026. november 21.\nCímzett: Info",
        "Feladó: \"Kovács Anna\"\nDátum: 2026. 11. 21.\nTárgy: x",
    ];
    for begin in begins {
        for mark in ["", "> "] {
            let text = format!("Köszönöm, rendben!\n\n{begin}\n{mark}régi szöveg\n{mark}még egy sor");
            let (new, quoted, _) = parts(&text);
            assert_eq!(new, "Köszönöm, rendben!", "{begin}");
            assert!(
                quoted.is_some_and(|quoted| quoted.starts_with(begin) && quoted.ends_with("még egy sor")),
                "{begin}"
            );
        }
    }
}

#[test]
fn what_only_looks_like_a_quote_stays() {
    let texts = [
        "A szerelő ezt írta:\nnem működik a gép, hívjam vissza.",
        "From: what I know, it is late.\nThanks",
        "Kovács Anna ezt írta:",
        "Az ár > 1000 Ft\nJó lesz?",
        "Feladó: ismeretlen volt a borítékon.\nNem tudom, kitől jött.",
        "I wrote:\nhello",
        "Két lehetőség:\n-- az egyik\n-- a másik",
        "---\nvonal\n---",
    ];
    for text in texts {
        assert_eq!(parts(text), (text.to_owned(), None, None), "{text}");
    }
}

#[test]
fn a_forward_is_content() {
    for mark in [
        "---------- Forwarded message ---------",
        "-------- Továbbított üzenet --------",
        "Begin forwarded message:",
        "---------- Továbbított üzenet ----------",
    ] {
        let text = format!(
            "Kérem, intézzék.\n\n{mark}\nFrom: Béla <b@c.hu>\nDate: 2026. nov. 21.\nSubject: Panasz\nTo: Anna\n\nNem jó."
        );
        assert_eq!(parts(&text), (text.clone(), None, None), "{mark}");
    }
}

#[test]
fn answers_between_quoted_lines_keep_their_context() {
    let text = "2026. 11. 21. 9:05 keltezéssel, Anna írta:\n> Mikor?\nHolnap.\n> Hol?\nItt.";
    assert_eq!(parts(text), (text.to_owned(), None, None));
}

#[test]
fn an_answer_below_the_quote_is_found() {
    let text = "2026. 11. 21. 9:05 keltezéssel, Anna írta:\n> Mikor?\n> Hol?\n\nHolnap, itt.";
    let (new, quoted, _) = parts(text);
    assert_eq!(new, "Holnap, itt.");
    assert!(quoted.is_some_and(|quoted| quoted.contains("> Hol?")));
}

#[test]
fn the_only_content_is_never_folded() {
    for text in [
        "> csak idézet\n> semmi más",
        "On Sat, Nov 21, 2026 Anna wrote:\n> régi",
        "-- \nKovács Anna\n+36 1 234 5678",
        "iPhone-omról küldve",
    ] {
        assert_eq!(parts(text), (text.to_owned(), None, None), "{text}");
    }
}

#[test]
fn signatures_are_set_apart() {
    let cases = [
        (
            "Kérem, hívjanak.\n-- \nKovács Anna\nPelda Kft.",
            "Kérem, hívjanak.",
            "-- \nKovács Anna\nPelda Kft.",
        ),
        ("Igen.\n\nSent from my iPhone", "Igen.", "Sent from my iPhone"),
        ("Igen.\n\niPhone-omról küldve", "Igen.", "iPhone-omról küldve"),
        ("Igen.\n\nAz iPhone készülékemről küldve", "Igen.", "Az iPhone készülékemről küldve"),
        (
            "Igen.\n\nSamsung Galaxy okostelefonomról küldve.",
            "Igen.",
            "Samsung Galaxy okostelefonomról küldve.",
        ),
        (
            "Igen.\n\nGet Outlook for Android<https://aka.ms/AAb9ysg>",
            "Igen.",
            "Get Outlook for Android<https://aka.ms/AAb9ysg>",
        ),
        ("Igen.\n\nAz Outlook Android letöltése", "Igen.", "Az Outlook Android letöltése"),
        ("Igen.\n\nElküldve a Galaxymról", "Igen.", "Elküldve a Galaxymról"),
    ];
    for (text, new, signature) in cases {
        assert_eq!(parts(text), (new.to_owned(), None, Some(signature.to_owned())), "{text}");
    }
}

#[test]
fn a_signature_above_the_quote_is_found_too() {
    let (new, quoted, signature) =
        parts("Igen.\n\nSent from my iPhone\n\n> On 21 Nov 2026, at 9:05, Anna wrote:\n> \n> régi");
    assert_eq!((new.as_str(), signature.as_deref()), ("Igen.", Some("Sent from my iPhone")));
    assert!(quoted.is_some());
}

#[test]
fn a_sentence_about_a_telephone_is_no_signature() {
    let text = "Nem megy.\nA telefonról küldve sem érkezik meg az a levél, amelyet a hosszú listára próbáltam elküldeni, pedig Android.";
    assert_eq!(parts(text).2, None);
}

#[test]
fn our_marker_is_not_shown() {
    let marker = format!("[ref:k.{}]", "a".repeat(52));
    let (new, quoted, _) = parts(&format!(
        "Köszönöm\n\nOn 21 November 2026 at 09:05, Info wrote:\n> válasz\n> {marker}\n{marker}"
    ));
    assert_eq!(new, "Köszönöm");
    assert!(quoted.is_some_and(|quoted| !quoted.contains("[ref:")));
}

proptest::proptest! {
    #[test]
    fn nothing_a_person_wrote_is_lost(text in "([a-z>: \n\u{e1}-]{0,20}|On 1 Jan 2026 x wrote:\n|> |-- \n|From: a\nSent: b\nTo: c\n){0,12}") {
        let split = split_quotes(&text);
        let parts = [Some(split.text.clone()), split.quoted, split.signature];
        let count = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
        let kept: usize = parts.iter().flatten().map(|part| count(part)).sum();
        proptest::prop_assert_eq!(kept, count(&text));
        proptest::prop_assert!(text.trim().is_empty() || !split.text.trim().is_empty());
    }
}

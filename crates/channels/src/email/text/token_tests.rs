use super::*;
use crate::email::text::parse;
use kernel::Timestamp;
use proptest::prelude::*;

fn key() -> TokenKey {
    TokenKey::new(b"the secret of a workspace").expect("long enough")
}

fn mail(raw: &str) -> Mail {
    parse(raw.as_bytes(), Timestamp::from_seconds(1_795_000_000)).expect("a mail")
}

#[test]
fn a_token_survives_its_text_form_in_any_case() {
    let token = key().token(ConversationId::new(), "anna@example.hu", 1);
    assert_eq!(token.to_string().len(), 54);
    assert_eq!(token.to_string().parse(), Ok(token));
    assert_eq!(token.to_string().to_uppercase().parse(), Ok(token));
    assert_eq!(token.short().parse(), Ok(ReplyToken { conversation: None, mac: token.mac }));
}

#[test]
fn a_token_proves_whom_it_was_given_to_and_nothing_else() {
    let (key, conversation) = (key(), ConversationId::new());
    let token = key.token(conversation, "Anna@Example.hu", 3);
    let people = ["bela@example.hu", "anna@example.hu"];
    assert_eq!(key.verify(&token, conversation, people, [3, 2]), Some("anna@example.hu"));
    assert_eq!(key.verify(&token, conversation, ["bela@example.hu"], [3]), None, "another person");
    assert_eq!(key.verify(&token, conversation, people, [4]), None, "expired");
    assert_eq!(key.verify(&token, ConversationId::new(), people, [3]), None, "another conversation");
    let foreign = TokenKey::new(b"the secret of another one").expect("long enough");
    assert_eq!(foreign.verify(&token, conversation, people, [3]), None, "another workspace");
    let short = ReplyToken { conversation: None, ..token };
    assert_eq!(key.verify(&short, conversation, people, [3]), Some("anna@example.hu"));
}

#[test]
fn a_changed_bit_is_refused() {
    let (key, conversation) = (key(), ConversationId::new());
    let token = key.token(conversation, "anna@example.hu", 1);
    for byte in 0..MAC {
        for bit in 0..8 {
            let mut forged = token;
            forged.mac[byte] ^= 1 << bit;
            assert_eq!(key.verify(&forged, conversation, ["anna@example.hu"], [1]), None);
        }
    }
}

#[test]
fn an_empty_secret_is_no_secret() {
    assert!(TokenKey::new(b"").is_none() && TokenKey::new(b"short").is_none());
}

#[test]
fn a_plus_address_always_fits_or_is_not_made() {
    let token = key().token(ConversationId::new(), "anna@example.hu", 1);
    let cases =
        [("info", Some("info+k.")), ("ugyfelszolgalat", Some("ugyfelszolgalat+m.")), (&"x".repeat(36), None)];
    for (name, wanted) in cases {
        let address = plus_address(&format!("{name}@cegem.hu"), &token);
        assert_eq!(
            address.as_deref().map(|a| a.starts_with(wanted.unwrap_or("?"))),
            wanted.map(|_| true),
            "{name}"
        );
        assert!(address.is_none_or(|a| a.rsplit_once('@').expect("address").0.len() <= 64));
    }
}

#[test]
fn a_token_is_found_wherever_it_travelled() {
    let token = key().token(ConversationId::new(), "anna@example.hu", 1);
    let plus = plus_address("info@cegem.hu", &token).expect("fits");
    let id = token.message_id(MessageId::new(), "cegem.hu");
    let marker = token.body_marker();
    let broken = format!("> {}\r\n> {}", &marker[..40], &marker[40..]);
    let cases = [
        (format!("To: <{plus}>\r\n\r\nx"), Place::PlusAddress),
        (format!("To: info@cegem.hu\r\nDelivered-To: {plus}\r\n\r\nx"), Place::PlusAddress),
        (format!("In-Reply-To: <{id}>\r\n\r\nx"), Place::InReplyTo),
        (format!("References: <a@b.hu>\r\n <{id}>\r\n <c@d.hu>\r\n\r\nx"), Place::References),
        (format!("References: <relay-1.{id}>\r\n\r\nx"), Place::References),
        (format!("To: x@y.hu\r\n\r\nJó\r\n> {marker}\r\n"), Place::BodyMarker),
        (format!("To: x@y.hu\r\n\r\nJó\r\n{broken}\r\n"), Place::BodyMarker),
        (
            format!("To: x@y.hu\r\nContent-Type: text/html\r\n\r\n<p>Jó</p><div>{marker}</div>"),
            Place::BodyMarker,
        ),
    ];
    for (raw, place) in cases {
        assert_eq!(find_candidates(&mail(&raw)), [Candidate { token, place }], "{raw}");
    }
}

#[test]
fn the_plus_address_comes_first_and_each_token_once() {
    let [a, b] = ["anna@example.hu", "bela@example.hu"].map(|who| key().token(ConversationId::new(), who, 1));
    let raw = format!(
        "To: {}\r\nIn-Reply-To: <{}>\r\nReferences: <{}>\r\n\r\n{}",
        plus_address("info@cegem.hu", &a).expect("fits"),
        b.message_id(MessageId::new(), "cegem.hu"),
        a.message_id(MessageId::new(), "cegem.hu"),
        b.body_marker()
    );
    let found: Vec<_> = find_candidates(&mail(&raw)).into_iter().map(|c| (c.token, c.place)).collect();
    assert_eq!(found, [(a, Place::PlusAddress), (b, Place::InReplyTo)]);
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_stumble(text in any::<String>()) {
        let _ = text.parse::<ReplyToken>();
        let _ = in_text(&text, 64);
        let _ = markers(&format!("[ref:{text}"));
    }

    #[test]
    fn a_guessed_token_is_never_believed(mac in any::<[u8; MAC]>()) {
        let conversation = ConversationId::new();
        let token = ReplyToken { conversation: Some(conversation), mac };
        prop_assert_eq!(key().verify(&token, conversation, ["anna@example.hu"], 0..10), None);
    }
}

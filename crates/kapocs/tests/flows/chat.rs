//! A visitor's story: chat, an address, mail, and one person in the end.

use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value as Json, json};
use testkit::{ADMINISTRATOR, Client, Credential, Engine, Socket, TestApp, on_both_engines, text, until};

use crate::{
    desk::{answer, arrived, mailbox, quiet, thread},
    letter::Letter,
    post::{customer, mailbox_of, post},
};

on_both_engines! {
    a_chat_goes_on_by_mail_and_only_then_the_two_people_are_one
    a_signed_identity_names_the_visitor_and_a_foreign_one_is_refused
    a_token_of_another_chat_opens_nothing
    a_visitor_is_nameless_until_they_tell_a_name
    whoever_comes_while_the_other_writes_is_told_so
}

const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn chat(app: &TestApp) -> String {
    let body = json!({ "kind": "chat", "name": "Weboldal", "config": { "identity_secret": SECRET } });
    text(&app.post("channels", body)["key"])
}

fn visit(app: &TestApp, key: &str, arrival: &Json) -> (u16, Json) {
    app.caller(Credential::Nobody).api("POST", &format!("/chat/v1/{key}/visitor"), arrival.clone())
}

/// A new visitor, as a caller of the chat.
fn visitor(app: &TestApp, key: &str) -> Client {
    let (status, welcome) = visit(app, key, &json!({ "locale": "hu" }));
    assert_eq!(status, 200, "{welcome}");
    app.caller(Credential::Bearer(text(&welcome["token"])))
}

fn say(visitor: &Client, key: &str, n: u32, words: &str) -> Json {
    let body = json!({ "client_id": format!("00000000-0000-7000-8000-{n:012}"), "text": words });
    visitor.post(&format!("/chat/v1/{key}/messages"), body)
}

fn socket(visitor: &Client, key: &str) -> Socket {
    let mut socket = Socket::open(visitor.address(), &format!("/chat/v1/{key}/socket"), &Credential::Nobody);
    let Credential::Bearer(token) = &visitor.credential else { panic!("a visitor has a token") };
    socket.say(&json!({ "type": "hello", "token": token, "since": 0 }));
    socket.hear_type("hello");
    socket
}

fn person_of(app: &Client, conversation: &str) -> String {
    text(&app.get(&format!("conversations/{conversation}"))["person"]["id"])
}

fn a_chat_goes_on_by_mail_and_only_then_the_two_people_are_one(engine: Engine) {
    let app = TestApp::start(engine);
    let (_, support) = mailbox(&app, "info");
    let anna = customer();
    post(&Letter::new(&anna, &support, "Régi levél", "Egy régi levelem."));
    let (by_mail, _) = arrived(&app, "Egy régi levelem.");
    let mut live = app.live(&app.sign_in(ADMINISTRATOR), &Json::Null);
    live.hear_type("hello");

    let key = chat(&app);
    let visitor = visitor(&app, &key);
    let first = say(&visitor, &key, 1, "Jó napot a csevegőből!");
    assert_eq!(say(&visitor, &key, 1, "Jó napot a csevegőből!")["id"], first["id"], "said once");
    let (conversation, _) = arrived(&app, "a csevegőből!");
    let mut open = socket(&visitor, &key);
    answer(&app, &conversation, "Üdvözlöm! Miben segíthetek?");
    let heard = open.hear("the answer", |m| m["type"] == "message" && m["message"]["from"] == "agent");
    assert_eq!(heard["message"]["text"], "Üdvözlöm! Miben segíthetek?");
    visitor.put(&format!("/chat/v1/{key}/email"), json!({ "email": anna, "name": "Anna" }));
    quiet(&app);
    open.close();

    quiet(&app);
    assert_ne!(person_of(&app, &conversation), person_of(&app, &by_mail), "a claim merges nobody");
    answer(&app, &conversation, "Utánanéztem: holnap érkezik.");
    let letter = mailbox_of(&anna, 1).remove(0);
    assert!(letter.body.contains("holnap érkezik"), "{}", letter.body);
    // A letter that proves nothing about the chat.
    post(&Letter::new(&anna, &support, "Más ügy", "Ez egészen más ügy."));
    assert_ne!(arrived(&app, "egészen más ügy").0, conversation);
    assert_ne!(person_of(&app, &conversation), person_of(&app, &by_mail));
    assert!(live.heard.iter().all(|fact| fact["name"] != "person.merged"), "{:#?}", live.heard);

    post(&letter.answer_by_gmail(&anna, "Köszönöm, várom!"));
    let (joined, message) = arrived(&app, "Köszönöm, várom!");
    assert_eq!(joined, conversation, "{message}");
    live.hear("the merge", |fact| fact["name"] == "person.merged");
    until("one person", || (person_of(&app, &conversation) == person_of(&app, &by_mail)).then_some(()));
    let person = app.get(&format!("people/{}", person_of(&app, &conversation)));
    let identities = person["identities"].as_array().unwrap();
    assert!(identities.iter().any(|i| i["value"] == anna.as_str() && i["verified"] == true), "{person}");
    assert!(identities.iter().any(|i| i["kind"] == "visitor"), "{person}");

    let again = visitor.get(&format!("/chat/v1/{key}/messages?since=0"));
    let said: Vec<_> = again["items"].as_array().unwrap().iter().map(|m| text(&m["text"])).collect();
    assert!(said.contains(&"Köszönöm, várom!".to_owned()), "the chat shows what came by mail: {said:?}");
    answer(&app, &conversation, "Jó napot kívánok!");
    let second = mailbox_of(&anna, 2).remove(1);
    assert!(second.references.contains(&letter.id), "mail threads on: {second:?}");
    assert_eq!(thread(&app, &conversation).iter().filter(|m| m["kind"] == "out").count(), 3);
}

fn signed(key: &str, secret: &str, sub: &str, email: Option<&str>) -> String {
    let now = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    let claims = json!({
        "sub": sub, "aud": key, "iat": now, "exp": now + 120, "name": "Kovács Anna",
        "email": email, "email_verified": email.is_some(),
    });
    encode(&Header::default(), &claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

fn a_signed_identity_names_the_visitor_and_a_foreign_one_is_refused(engine: Engine) {
    let app = TestApp::start(engine);
    let (key, other) = (chat(&app), chat(&app));
    let jwt = signed(&key, SECRET, "u-1", Some("anna@vevo.example"));
    let (status, welcome) = visit(&app, &key, &json!({ "identity": jwt }));
    assert_eq!((status, welcome["person"]["name"].as_str()), (200, Some("Kovács Anna")), "{welcome}");
    assert_eq!(welcome["person"]["verified"], true);
    let anna = app.caller(Credential::Bearer(text(&welcome["token"])));
    say(&anna, &key, 1, "Én vagyok az.");
    let (conversation, message) = arrived(&app, "Én vagyok az.");
    assert_eq!(message["sender_verified"], true);
    // Signed in on another device: the same person.
    let (_, welcome) = visit(&app, &key, &json!({ "identity": signed(&key, SECRET, "u-1", None) }));
    let phone = app.caller(Credential::Bearer(text(&welcome["token"])));
    say(&phone, &key, 2, "Telefonról is én.");
    let (second, _) = arrived(&app, "Telefonról is én.");
    assert_eq!(person_of(&app, &second), person_of(&app, &conversation));
    // Somebody else signs in on Anna's browser: a chat of their own, and nothing of hers.
    let token = text(&visit(&app, &key, &json!({ "identity": jwt })).1["token"]);
    for round in 0..2 {
        let bela = json!({ "token": token, "identity": signed(&key, SECRET, "u-2", None) });
        let (status, welcome) = visit(&app, &key, &bela);
        assert_eq!((status, &welcome["conversation"]), (200, &json!(null)), "{welcome}");
        assert_ne!(text(&welcome["token"]), token, "round {round}");
    }
    let foreign = [
        signed(&key, "another secret of the same length", "u-1", None),
        signed(&other, SECRET, "u-1", None),
        "nonsense".to_owned(),
    ];
    for jwt in foreign {
        assert_eq!(visit(&app, &key, &json!({ "identity": jwt })).0, 401, "{jwt}");
    }
}

fn a_visitor_is_nameless_until_they_tell_a_name(engine: Engine) {
    let app = TestApp::start(engine);
    let key = chat(&app);
    let visitor = visitor(&app, &key);
    say(&visitor, &key, 1, "Még nem ismerjük egymást.");
    let (conversation, message) = arrived(&app, "Még nem ismerjük egymást.");
    assert_eq!(message["author"]["name"], "");
    let channels = app.get("channels");
    let card =
        channels["items"].as_array().unwrap().iter().find(|channel| channel["key"] == key.as_str()).unwrap();
    assert!(card["health"]["last_in_at"].is_string(), "its card says when somebody wrote: {card}");
    let person = || app.get(&format!("people/{}", person_of(&app, &conversation)));
    assert_eq!(person()["name"], Json::Null, "nobody is called Visitor");
    visitor.put(
        &format!("/chat/v1/{key}/email"),
        json!({ "email": "anna@vevo.example", "name": "Kovács Anna" }),
    );
    assert_eq!(person()["name"], "Kovács Anna");
    say(&visitor, &key, 2, "Most már igen.");
    assert_eq!(arrived(&app, "Most már igen.").1["author"]["name"], "Kovács Anna");
}

fn a_token_of_another_chat_opens_nothing(engine: Engine) {
    let app = TestApp::start(engine);
    let (key, other) = (chat(&app), chat(&app));
    let visitor = visitor(&app, &key);
    say(&visitor, &key, 1, "Csak itt.");
    for path in [format!("/chat/v1/{other}/messages"), format!("/chat/v1/{key}/messages")] {
        let stranger = app.caller(Credential::Bearer("A".repeat(43)));
        assert_eq!(stranger.api("GET", &path, Json::Null).0, 401, "{path}");
    }
    assert_eq!(visitor.api("GET", &format!("/chat/v1/{other}/messages"), Json::Null).0, 401);
    assert_eq!(visitor.api("GET", "conversations", Json::Null).0, 401, "a visitor is no user");
}

fn whoever_comes_while_the_other_writes_is_told_so(engine: Engine) {
    let app = TestApp::start(engine);
    let key = chat(&app);
    let visitor = visitor(&app, &key);
    say(&visitor, &key, 1, "Van itt valaki?");
    let (conversation, _) = arrived(&app, "Van itt valaki?");
    let mut early = app.live(&app.sign_in(ADMINISTRATOR), &Json::Null);
    early.hear_type("hello");
    let mut open = socket(&visitor, &key);
    open.say(&json!({ "type": "typing", "on": true }));
    early.hear("the visitor begins", |m| m["type"] == "typing" && m["on"] == true);

    let mut late = app.live(&app.sign_in(ADMINISTRATOR), &Json::Null);
    late.hear_type("hello");
    late.say(&json!({ "type": "presence", "conversation": conversation, "state": "replying" }));
    late.hear("the visitor still writes", |m| m["type"] == "typing" && m["on"] == true);
    open.close();
    late.hear("the visitor has left", |m| m["type"] == "typing" && m["on"] == false);
    let mut back = socket(&visitor, &key);
    back.hear("the agent writes", |m| m["type"] == "typing" && m["on"] == true);
}

//! The dialogue, and the tricks that must not work in it.

use super::*;
use crate::email::wire::smtp_server::Protocol;

#[tokio::test]
async fn a_message_arrives_as_it_was_sent() {
    let receiver = Receiver::smtp().await;
    let mut client = receiver.in_data().await;
    client.send("Subject: hi\r\n\r\n..dot\r\nárvíztűrő\r\n.\r\n").await;
    client.reply("250").await;
    client.ask("QUIT", "221").await;
    client.closed().await;
    assert_eq!(receiver.shelf.bodies(), ["Subject: hi\r\n\r\n.dot\r\nárvíztűrő\r\n"]);
    let envelope = receiver.shelf.envelope();
    assert_eq!(envelope.mail_from.as_deref(), Some("anna@example.hu"));
    assert_eq!(envelope.recipients, ["info@kapocs.example"]);
    assert_eq!(
        (envelope.helo.as_str(), envelope.protocol, envelope.tls),
        ("client.example", Protocol::Esmtp, false)
    );
    assert!(envelope.peer.is_loopback());
}

#[tokio::test]
async fn the_server_says_what_it_can_do() {
    let receiver = Receiver::smtp().await;
    let mut client = receiver.dial().await;
    assert!(client.reply("220").await.contains("mx.kapocs.example"));
    let features = client.ask("EHLO client.example", "250").await;
    for feature in ["PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 67108864", "ENHANCEDSTATUSCODES"] {
        assert!(features.contains(feature), "{features}");
    }
    assert!(!features.contains("STARTTLS"), "no certificate, no promise");
    assert!(!features.contains("AUTH"));
}

#[tokio::test]
async fn a_whole_pipeline_is_answered_in_order() {
    let receiver = Receiver::smtp().await;
    let mut client = receiver.greeted().await;
    client
        .send("MAIL FROM:<>\r\nRCPT TO:<a@x.hu>\r\nRCPT TO:<nobody@x.hu>\r\nRCPT TO:<later@x.hu>\r\nNOOP\r\nDATA\r\n")
        .await;
    for code in ["250", "250", "550 5.1.1", "451", "250", "354"] {
        client.reply(code).await;
    }
    client.send("one\r\n.\r\nMAIL FROM:<b@x.hu>\r\nRCPT TO:<a@x.hu>\r\nDATA\r\n").await;
    for code in ["250", "250", "250", "354"] {
        client.reply(code).await;
    }
    client.send("two\r\n.\r\nQUIT\r\n").await;
    client.reply("250").await;
    client.reply("221").await;
    assert_eq!(receiver.shelf.bodies(), ["one\r\n", "two\r\n"]);
    assert_eq!(receiver.shelf.envelope().mail_from, None);
    assert_eq!(receiver.shelf.envelope().recipients, ["a@x.hu"]);
}

#[tokio::test]
async fn commands_out_of_order_are_refused() {
    let receiver = Receiver::smtp().await;
    let mut client = receiver.dial().await;
    client.reply("220").await;
    client.ask("MAIL FROM:<a@x.hu>", "503").await;
    client.ask("HELO client.example", "250").await;
    client.ask("RCPT TO:<a@x.hu>", "503").await;
    client.ask("DATA", "503").await;
    client.ask("MAIL FROM:<a@x.hu>", "250").await;
    client.ask("MAIL FROM:<a@x.hu>", "503").await;
    client.ask("RCPT TO:<nobody@x.hu>", "550").await;
    client.ask("DATA", "503").await;
    client.ask("MAIL FROM:<a@x.hu>", "250").await;
    client.ask("RSET", "250").await;
    client.ask("RCPT TO:<a@x.hu>", "503").await;
    client.ask("VRFY anna", "252").await;
    client.ask("EXPN list", "502").await;
    client.ask("AUTH PLAIN AGEAYg==", "502").await;
    client.ask("STARTTLS", "502").await;
    client.ask("LHLO client.example", "500").await;
    client.ask("NONSENSE", "500").await;
}

#[tokio::test]
async fn no_message_can_be_smuggled_inside_another() {
    for trick in ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r\n", "\r\n.\r", "\r\n.\r\r\n", "\r\n\0.\r\n"] {
        let receiver = Receiver::smtp().await;
        let mut client = receiver.in_data().await;
        let smuggled = "MAIL FROM:<ceo@x.hu>\r\nRCPT TO:<a@x.hu>\r\nDATA\r\nsmuggled\r\n.\r\n";
        client.send(format!("first{trick}{smuggled}")).await;
        client.reply("250").await;
        client.ask("QUIT", "221").await;
        client.closed().await;
        let bodies = receiver.shelf.bodies();
        assert_eq!(bodies.len(), 1, "{trick:?}");
        assert!(bodies[0].starts_with("first") && bodies[0].contains("smuggled"), "{trick:?}: {bodies:?}");
    }
}

#[tokio::test]
async fn a_bare_newline_in_a_command_ends_the_connection() {
    for trick in ["NOOP\nNOOP\r\n", "NOOP\rNOOP\r\n", "NOOP\n"] {
        let receiver = Receiver::smtp().await;
        let mut client = receiver.greeted().await;
        client.send(trick).await;
        client.reply("521").await;
        client.closed().await;
    }
}

#[tokio::test]
async fn addresses_beyond_ascii_need_their_extension() {
    let receiver = Receiver::smtp().await;
    let mut client = receiver.greeted().await;
    client.ask("MAIL FROM:<a@x.hu>", "250").await;
    client.ask("RCPT TO:<ügyfél@x.hu>", "553").await;
    client.ask("RSET", "250").await;
    client.ask("MAIL FROM:<ügyfél@példa.hu> SMTPUTF8 BODY=8BITMIME", "250").await;
    client.ask("RCPT TO:<ügyfél@x.hu>", "250").await;
    client.ask("DATA", "354").await;
    client.ask(".", "250").await;
    assert_eq!(receiver.shelf.envelope().mail_from.as_deref(), Some("ügyfél@példa.hu"));
}

#[tokio::test]
async fn lmtp_answers_once_for_each_recipient() {
    let receiver = Receiver::start(Config::new("mx.kapocs.example", Flavour::Lmtp)).await;
    let mut client = receiver.dial().await;
    client.reply("220").await;
    client.ask("EHLO client.example", "500").await;
    client.ask("LHLO client.example", "250").await;
    client.ask("MAIL FROM:<a@x.hu>", "250").await;
    client.ask("RCPT TO:<b@x.hu>", "250").await;
    client.ask("RCPT TO:<nobody@x.hu>", "550").await;
    client.ask("RCPT TO:<c@x.hu>", "250").await;
    client.ask("DATA", "354").await;
    client.send("hi\r\n.\r\nQUIT\r\n").await;
    client.reply("250").await;
    client.reply("250").await;
    client.reply("221").await;
    assert_eq!(receiver.shelf.envelope().recipients, ["b@x.hu", "c@x.hu"]);
    assert_eq!(receiver.shelf.envelope().protocol, Protocol::Lmtp);
}

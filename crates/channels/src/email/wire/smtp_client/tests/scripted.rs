//! Every way in which a server can fail us.

use super::*;

#[tokio::test]
async fn every_recipient_has_its_own_outcome() {
    for pipelining in [false, true] {
        let server = Scripted::start(move |line| match line {
            "EHLO desk.kapocs.example" if pipelining => Some(Say::Text("250-hi\r\n250 PIPELINING")),
            "RCPT TO:<gone@x.hu>" => Some(Say::Text("550-5.1.1 no such\r\n550 5.1.1 person")),
            "RCPT TO:<grey@x.hu>" => Some(Say::Text("450 come back")),
            _ => None,
        })
        .await;
        let client = SmtpClient::new(config(server.address));
        let outcomes = send(&client, &["a@x.hu", "gone@x.hu", "grey@x.hu", "not an address", "b@x.hu"]).await;
        let local = Outcome::permanent("this is not an address mail can be sent to");
        let expected = [
            accepted(),
            permanent(550, "5.1.1 no such 5.1.1 person"),
            transient(450, "come back"),
            local,
            accepted(),
        ];
        assert_eq!(outcomes, expected);
        assert_eq!(server.count("data"), 1);
    }
}

#[tokio::test]
async fn nothing_is_sent_when_nobody_would_receive_it() {
    let server = Scripted::start(|line| line.starts_with("RCPT").then_some(Say::Text("550 no"))).await;
    let client = SmtpClient::new(config(server.address));
    assert_eq!(send(&client, &["a@x.hu", "b@x.hu"]).await, [permanent(550, "no"), permanent(550, "no")]);
    assert_eq!(send(&client, &["\r\nDATA", "<a@x.hu>"]).await.len(), 2);
    assert_eq!(server.count("DATA"), 0);
}

#[tokio::test]
async fn a_refusal_at_any_step_is_told_as_the_server_said_it() {
    for (step, answer, expected) in [
        ("MAIL", "451 busy", transient(451, "busy")),
        ("MAIL", "550 not you", permanent(550, "not you")),
        ("MAIL", "421 closing", transient(421, "closing")),
        ("DATA", "451 not now", transient(451, "not now")),
        ("DATA", "554 never", permanent(554, "never")),
        ("DATA", "250 what?", transient(250, "what?")),
        ("data", "452 full", transient(452, "full")),
        ("data", "550 spam", permanent(550, "spam")),
    ] {
        let server = Scripted::start(move |line| line.starts_with(step).then_some(Say::Text(answer))).await;
        let client = SmtpClient::new(config(server.address));
        assert_eq!(send(&client, &["a@x.hu"]).await, [expected], "{step} {answer}");
    }
}

#[tokio::test]
async fn a_lost_answer_to_a_whole_message_is_unknown_and_nothing_is_sent_twice() {
    for silence in [false, true] {
        let server = Scripted::start(move |line| match line {
            "data" if silence => Some(Say::Hang),
            "data" => Some(Say::Cut),
            "RCPT TO:<gone@x.hu>" => Some(Say::Text("550 no")),
            _ => None,
        })
        .await;
        let impatient = SmtpConfig { end_of_data: Duration::from_millis(300), ..config(server.address) };
        let client = SmtpClient::new(impatient);
        let outcomes = send(&client, &["a@x.hu", "gone@x.hu"]).await;
        assert!(matches!(&outcomes[0], Outcome::Unknown { .. }), "{outcomes:?}");
        assert_eq!(outcomes[1], permanent(550, "no"));
        assert_eq!(server.count("data"), 1);
    }
}

#[tokio::test]
async fn a_connection_lost_before_the_end_of_the_message_is_a_failure_that_may_be_tried_again() {
    for step in ["greeting", "EHLO", "MAIL", "RCPT", "DATA"] {
        let server = Scripted::start(move |line| line.starts_with(step).then_some(Say::Cut)).await;
        let client = SmtpClient::new(config(server.address));
        let outcomes = send(&client, &["a@x.hu"]).await;
        assert_eq!(outcomes, [Outcome::transient("the connection was lost")], "{step}");
    }
}

#[tokio::test]
async fn a_server_that_cuts_a_message_short_and_says_why_is_heard() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut stream = BufReader::new(listener.accept().await.unwrap().0);
        stream.write_all(b"220 hi\r\n").await.unwrap();
        let mut line = String::new();
        while line != "DATA\r\n" {
            line.clear();
            stream.read_line(&mut line).await.unwrap();
            let answer = if line == "DATA\r\n" { "354 go\r\n" } else { "250 ok\r\n" };
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
        stream.write_all(b"552 too much\r\n").await.unwrap();
        std::future::pending::<()>().await;
    });
    let client = SmtpClient::new(SmtpConfig { block: Duration::from_millis(300), ..config(address) });
    let raw = "x".repeat(64 << 20);
    let recipients = ["a@x.hu".to_owned()];
    let message = Outgoing { mail_from: None, recipients: &recipients, raw: raw.as_bytes() };
    assert_eq!(client.send(message).await[0].outcome, permanent(552, "too much"));
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up() {
    for step in ["greeting", "EHLO", "MAIL", "RCPT", "DATA"] {
        let server = Scripted::start(move |line| line.starts_with(step).then_some(Say::Hang)).await;
        let client =
            SmtpClient::new(SmtpConfig { command: Duration::from_millis(50), ..config(server.address) });
        let outcomes = send(&client, &["a@x.hu"]).await;
        assert_eq!(outcomes, [Outcome::transient("the server fell silent")], "{step}");
    }
}

#[tokio::test]
async fn nonsense_of_a_server_is_no_success() {
    for nonsense in ["ok", "25", "2x0 fine", "250\nfine", "999 fine", "250_fine"] {
        let server =
            Scripted::start(move |line| line.starts_with("RCPT").then_some(Say::Text(nonsense))).await;
        let client = SmtpClient::new(config(server.address));
        let outcomes = send(&client, &["a@x.hu"]).await;
        assert_eq!(outcomes, [Outcome::transient("the server's answer is not understood")], "{nonsense:?}");
    }
}

#[tokio::test]
async fn a_connection_serves_the_next_message_after_it_proved_alive() {
    let server = Scripted::start(|_| None).await;
    let client = SmtpClient::new(config(server.address));
    for _ in 0..3 {
        assert_eq!(send(&client, &["a@x.hu"]).await, [accepted()]);
    }
    assert_eq!((server.count("greeting"), server.count("RSET"), server.count("data")), (1, 2, 3));
}

#[tokio::test]
async fn a_connection_that_died_meanwhile_is_replaced() {
    let server = Scripted::start(|line| (line == "RSET").then_some(Say::Cut)).await;
    let client = SmtpClient::new(config(server.address));
    for _ in 0..3 {
        assert_eq!(send(&client, &["a@x.hu"]).await, [accepted()]);
    }
    assert_eq!((server.count("greeting"), server.count("data")), (3, 3));
}

#[tokio::test]
async fn an_idle_connection_is_closed_politely() {
    let server = Scripted::start(|_| None).await;
    let client = SmtpClient::new(SmtpConfig { idle: Duration::from_millis(30), ..config(server.address) });
    send(&client, &["a@x.hu"]).await;
    let heard = server.heard.clone();
    tokio::task::spawn_blocking(move || {
        testservers::wait_until("QUIT", || {
            heard.lock().unwrap().iter().any(|line| line == "QUIT").then_some(())
        });
    })
    .await
    .unwrap();
    assert_eq!(send(&client, &["a@x.hu"]).await, [accepted()]);
    assert_eq!(server.count("greeting"), 2);
}

#[tokio::test]
async fn no_more_connections_are_opened_than_allowed() {
    let server = Scripted::start(|_| None).await;
    let client = SmtpClient::new(SmtpConfig { max_connections: 2, ..config(server.address) });
    let sends = (0..20).map(|_| send(&client, &["a@x.hu"]));
    for outcomes in futures::future::join_all(sends).await {
        assert_eq!(outcomes, [accepted()]);
    }
    assert!(server.count("greeting") <= 2);
    assert_eq!(server.count("data"), 20);
}

#[tokio::test]
async fn a_message_goes_out_with_what_it_needs_or_not_at_all() {
    let server = Scripted::start(|line| {
        let features = "250-hi\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250 SMTPUTF8";
        line.starts_with("EHLO").then_some(Say::Text(features))
    })
    .await;
    let client = SmtpClient::new(config(server.address));
    let recipients = ["anna@példa.hu".to_owned(), "ügyfél@x.hu".to_owned()];
    let message =
        Outgoing { mail_from: Some("desk@példa.hu"), recipients: &recipients, raw: "á".as_bytes() };
    assert!(client.send(message).await.iter().all(|delivery| delivery.outcome == accepted()));
    assert_eq!(server.count("MAIL FROM:<desk@xn--plda-bpa.hu> SIZE=2 SMTPUTF8 BODY=8BITMIME"), 1);
    assert_eq!(
        (server.count("RCPT TO:<anna@xn--plda-bpa.hu>"), server.count("RCPT TO:<ügyfél@x.hu>")),
        (1, 1)
    );
    let large = Outgoing { raw: &[b'x'; 1001], ..message };
    assert!(matches!(&client.send(large).await[0].outcome, Outcome::Permanent { code: None, .. }));

    let plain = Scripted::start(|_| None).await;
    let client = SmtpClient::new(config(plain.address));
    assert!(matches!(&client.send(message).await[0].outcome, Outcome::Permanent { code: None, .. }));
    let ascii = Outgoing { recipients: &recipients[..1], raw: b"a", ..message };
    assert_eq!(client.send(ascii).await[0].outcome, accepted());
    assert_eq!(plain.count("DATA"), 1);
}

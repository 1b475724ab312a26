//! Real mail programs.

use std::sync::Arc;

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    address::Envelope as Addresses,
    transport::smtp::client::{Certificate, Tls, TlsParameters},
};
use rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};

use super::*;
use testservers::Mail;

fn transport(receiver: &Receiver, tls: Tls) -> AsyncSmtpTransport<Tokio1Executor> {
    AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
        .port(receiver.address.port())
        .tls(tls)
        .build()
}

fn addresses() -> Addresses {
    Addresses::new(Some("anna@example.hu".parse().unwrap()), vec!["info@kapocs.example".parse().unwrap()])
        .unwrap()
}

#[tokio::test]
async fn a_client_library_delivers_over_one_connection() {
    let receiver = Receiver::smtp().await;
    let transport = transport(&receiver, Tls::None);
    for body in ["one", ".\r\n..\r\nárvíztűrő"] {
        transport.send_raw(&addresses(), format!("Subject: x\r\n\r\n{body}\r\n").as_bytes()).await.unwrap();
    }
    let bodies = receiver.shelf.bodies();
    assert!(bodies[0].contains("one") && bodies[1].contains("\r\n.\r\n..\r\nárvíztűrő"), "{bodies:?}");
}

#[tokio::test]
async fn a_client_library_delivers_over_starttls() {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let config = Config { tls: Some(Arc::new(tls)), ..Config::new("mx.kapocs.example", Flavour::Smtp) };
    let receiver = Receiver::start(config).await;
    let certificate = Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let parameters =
        TlsParameters::builder("127.0.0.1".to_owned()).add_root_certificate(certificate).build().unwrap();
    let transport = transport(&receiver, Tls::Required(parameters));
    transport.send_raw(&addresses(), b"Subject: secret\r\n\r\nx\r\n").await.unwrap();
    assert!(receiver.shelf.envelope().tls);

    // What is said in clear before the handshake is never taken for a secured command.
    let mut client = receiver.greeted().await;
    client.send("STARTTLS\r\nMAIL FROM:<a@x.hu>\r\n").await;
    client.reply("554").await;
    client.closed().await;
}

#[tokio::test]
async fn postfix_brings_again_what_was_refused_for_now() {
    let receiver = Receiver::smtp().await;
    *receiver.shelf.answer.lock().unwrap() = Err(SinkError::Full);
    let address = receiver.address;
    let refused = move || {
        let mail = Mail::start().unwrap();
        mail.route("desk.example", address).unwrap();
        let letter = b"Subject: first\r\n\r\nhello\r\n.dot\r\n";
        mail.deliver(letter, "anna@customer.example", "info@desk.example").unwrap();
        testservers::wait_until("Postfix to note the refusal", || mail.log().contains("452").then_some(()));
        mail
    };
    let mail = tokio::task::spawn_blocking(refused).await.unwrap();
    assert!(receiver.shelf.bodies().is_empty());

    *receiver.shelf.answer.lock().unwrap() = Ok(());
    let shelf = receiver.shelf.clone();
    let brought = move || {
        let _mail = mail;
        testservers::wait_until("the letter", || shelf.bodies().pop())
    };
    let body = tokio::task::spawn_blocking(brought).await.unwrap();
    assert!(body.contains("Subject: first\r\n") && body.ends_with("\r\n\r\nhello\r\n.dot\r\n"), "{body}");
}

//! Postfix, and our own receiver.

use std::{fs, sync::OnceLock};

use futures::FutureExt;
use testservers::Mail;
use tokio::sync::watch;

use super::*;
use crate::email::wire::{
    credentials::Credentials,
    smtp_server::{self, Envelope, Flavour, RecipientVerdict, Sink, SinkError},
};

fn mail() -> &'static Mail {
    static MAIL: OnceLock<Mail> = OnceLock::new();
    MAIL.get_or_init(|| {
        let mail = Mail::start().unwrap();
        mail.add_user("anna@customer.example", "secret").unwrap();
        mail
    })
}

async fn postfix(tls: TlsMode) -> SmtpConfig {
    let (address, authority) =
        tokio::task::spawn_blocking(|| (mail().smtp_addr(), fs::read_to_string(mail().authority()).unwrap()))
            .await
            .unwrap();
    SmtpConfig {
        tls: Tls { extra_roots: Some(authority), ..Tls::new(tls) },
        end_of_data: Duration::from_secs(30),
        ..config(address)
    }
}

#[tokio::test]
async fn postfix_delivers_a_letter_and_refuses_a_foreign_domain() {
    let client = SmtpClient::new(postfix(TlsMode::None).await);
    let outcomes = send(&client, &["anna@customer.example", "anna@nowhere.example"]).await;
    assert!(matches!(outcomes[0], Outcome::Accepted { .. }), "{outcomes:?}");
    let refused = matches!(
        outcomes[1],
        Outcome::Transient { code: Some(_), .. } | Outcome::Permanent { code: Some(_), .. }
    );
    assert!(refused, "{outcomes:?}");
    let messages =
        tokio::task::spawn_blocking(|| mail().wait_for_messages("anna@customer.example", 1)).await.unwrap();
    assert!(messages.iter().any(|raw| raw.ends_with(LETTER)));
}

#[tokio::test]
async fn postfix_is_talked_to_in_secret_and_signed_in_at() {
    let mut config = postfix(TlsMode::StartTls).await;
    let signed = |password: &str| {
        Some(Credentials::Password {
            user: "anna@customer.example".to_owned(),
            password: password.to_owned(),
        })
    };
    config.credentials = signed("secret");
    let client = SmtpClient::new(config.clone());
    let patience = async { while client.probe().await.is_err() {} };
    tokio::time::timeout(Duration::from_secs(30), patience).await.unwrap();

    config.credentials = signed("wrong");
    let refused = SmtpClient::new(config.clone()).probe().await.unwrap_err();
    assert!(refused.to_string().starts_with("the server does not accept the sign-in: 535"), "{refused}");
    let source = || async { Ok("token".to_owned()) }.boxed();
    config.credentials = Some(Credentials::Token { user: "anna".to_owned(), source: Arc::new(source) });
    let refused = SmtpClient::new(config.clone()).probe().await.unwrap_err();
    assert_eq!(refused.to_string(), "the server offers no known way to sign in");
    config.tls.extra_roots = None;
    let refused = SmtpClient::new(config).probe().await.unwrap_err();
    assert!(refused.to_string().starts_with("no secure connection"), "{refused}");
}

#[derive(Default)]
struct Shelf(Mutex<Vec<(Envelope, Vec<u8>)>>);

impl Sink for Shelf {
    async fn recipient(&self, _: &str) -> RecipientVerdict {
        RecipientVerdict::Accept
    }

    async fn accept(&self, envelope: Envelope, raw: Vec<u8>) -> Result<(), SinkError> {
        self.0.lock().unwrap().push((envelope, raw));
        Ok(())
    }
}

#[tokio::test]
async fn our_own_receiver_keeps_exactly_what_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shelf = Arc::new(Shelf::default());
    let (_stop, stopped) = watch::channel(false);
    let receiver = smtp_server::Config::new("mx.kapocs.example", Flavour::Smtp);
    tokio::spawn(smtp_server::serve(listener, receiver, shelf.clone(), stopped));
    let client = SmtpClient::new(SmtpConfig { end_of_data: Duration::from_secs(30), ..config(address) });

    let bodies = ["Subject: x\r\n\r\n.\r\n..\r\n.a\r\n", "Subject: árvíz\r\n\r\n\r\n", "no end"];
    let large = "0123456789\r\n.\r\n".repeat(500_000);
    let recipients: Vec<String> = (0..100).map(|i| format!("r{i}@x.hu")).collect();
    for body in bodies.into_iter().chain([large.as_str()]) {
        let message = Outgoing { mail_from: None, recipients: &recipients, raw: body.as_bytes() };
        let deliveries = client.send(message).await;
        assert!(
            deliveries.iter().all(|delivery| matches!(delivery.outcome, Outcome::Accepted { .. })),
            "{deliveries:?}"
        );
    }
    let kept = shelf.0.lock().unwrap();
    let kept_bodies: Vec<&[u8]> = kept.iter().map(|(_, raw)| raw.as_slice()).collect();
    let expected: Vec<&[u8]> =
        vec![bodies[0].as_bytes(), bodies[1].as_bytes(), b"no end\r\n", large.as_bytes()];
    assert!(kept_bodies == expected, "what was kept differs from what was sent");
    assert!(
        kept.iter().all(|(envelope, _)| envelope.recipients == recipients && envelope.mail_from.is_none())
    );
}

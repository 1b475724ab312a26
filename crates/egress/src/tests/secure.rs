//! Whose certificate is believed.

use std::{sync::Arc, time::Duration};

use rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::Scripted;
use crate::{Failure, Grant, Policy, Refused, Target, Tls, TlsMode, connect_tls};

const WITHIN: Duration = Duration::from_secs(4);

/// A server that says `hi` over TLS as `mail.example.com`; returns its port and its certificate.
async fn server() -> (u16, String) {
    let made = rcgen::generate_simple_self_signed(["mail.example.com".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let _ = stream.write_all(b"hi").await;
                let _ = stream.shutdown().await;
            }
        }
    });
    (port, made.cert.pem())
}

fn policy() -> Policy {
    Policy { resolver: Scripted::new(&[&["127.0.0.1"]]), ..Policy::default() }
}

async fn read(host: &str, port: u16, grant: Grant, tls: Tls) -> Result<String, Failure> {
    let mut policy = policy();
    policy.ports.push(port);
    let mut stream = connect_tls(&policy, &Target::new(host, port), grant, &tls, WITHIN).await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    Ok(text)
}

#[tokio::test]
async fn an_unknown_certificate_is_not_believed() {
    let (port, _) = server().await;
    let answer = read("mail.example.com", port, Grant::Operator, Tls::new(TlsMode::Tls)).await;
    assert!(matches!(answer, Err(Failure::Tls(_))), "{answer:?}");
}

#[tokio::test]
async fn a_certificate_given_with_the_channel_is_believed_for_its_name_only() {
    let (port, pem) = server().await;
    let tls = Tls { extra_roots: Some(pem), ..Tls::new(TlsMode::Tls) };
    assert_eq!(read("mail.example.com", port, Grant::Operator, tls.clone()).await.unwrap(), "hi");
    let other = read("other.example.com", port, Grant::Operator, tls).await;
    assert!(matches!(other, Err(Failure::Tls(_))), "{other:?}");
}

#[tokio::test]
async fn any_certificate_is_enough_for_the_operator_and_for_nobody_else() {
    let (port, _) = server().await;
    let tls = Tls { verify: false, ..Tls::new(TlsMode::Tls) };
    assert_eq!(read("127.0.0.1", port, Grant::Operator, tls.clone()).await.unwrap(), "hi");
    let public = read("mail.example.com", port, Grant::Public, tls).await;
    assert!(matches!(public, Err(Failure::Refused(Refused::UnverifiedTls))), "{public:?}");
}

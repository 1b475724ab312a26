//! Reading an address of the web.

use std::{sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::{Canary, Scripted};
use crate::{
    Failure, Grant, Policy, Refused,
    http::{FetchFailure, Fetched, Limits, get},
};

const LIMITS: Limits = Limits { bytes: 1_000, within: Duration::from_secs(4), redirects: 2 };

/// Answers every request with the text the path is mapped to.
async fn server(answer: fn(&str, u16) -> String) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = vec![0; 4_096];
            let length = stream.read(&mut head).await.unwrap();
            let head = String::from_utf8_lossy(&head[..length]).into_owned();
            let path = head.split(' ').nth(1).unwrap_or_default();
            let _ = stream.write_all(answer(path, port).as_bytes()).await;
        }
    });
    port
}

fn ok(media_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn to(address: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nLocation: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

async fn fetch(port: u16, path: &str, grant: Grant) -> Result<Fetched, FetchFailure> {
    let policy = Policy { ports: vec![port], ..Policy::default() };
    get(&policy, &format!("http://127.0.0.1:{port}{path}"), "*/*", grant, LIMITS).await
}

#[tokio::test]
async fn what_is_there_is_read_with_its_kind() {
    let port = server(|_, _| ok("Image/PNG; x=1", "lamp")).await;
    let found = fetch(port, "/lamp.png?size=1", Grant::Operator).await.unwrap();
    assert_eq!((found.media_type.as_str(), &found.bytes[..]), ("image/png", &b"lamp"[..]));
}

#[tokio::test]
async fn a_redirect_is_followed_and_a_circle_ends() {
    let port = server(|path, _| match path {
        "/from" => to("/there?x=1"),
        "/circle" => to("/circle"),
        _ => ok("text/plain", path),
    });
    let port = port.await;
    assert_eq!(&fetch(port, "/from", Grant::Operator).await.unwrap().bytes[..], b"/there?x=1");
    assert!(matches!(fetch(port, "/circle", Grant::Operator).await, Err(FetchFailure::Redirects)));
}

#[tokio::test]
async fn a_redirect_to_the_inside_reaches_nothing() {
    let canary = Canary::start().await;
    let outside = server(|path, _| to(&format!("http://127.0.0.1:{}/", &path[1..]))).await;
    // A policy that takes the first name for a public one: only the redirect's own check can refuse.
    let net = "127.0.0.1/32".parse().unwrap();
    let mut policy = Policy { allow: vec![net], ports: vec![outside], ..Policy::default() };
    policy.resolver = Scripted::new(&[&["127.0.0.1"]]) as Arc<_>;
    let address = format!("http://shop.example:{outside}/{}", canary.address.port());
    let refused = get(&policy, &address, "*/*", Grant::Public, LIMITS).await;
    let port = canary.address.port();
    assert!(
        matches!(&refused, Err(FetchFailure::Connect(Failure::Refused(Refused::Port(p)))) if *p == port),
        "{refused:?}"
    );
}

#[tokio::test]
async fn the_loopback_is_not_reached_on_anybodys_word() {
    let port = server(|_, _| ok("text/plain", "secret")).await;
    let refused = fetch(port, "/", Grant::Public).await;
    assert!(
        matches!(refused, Err(FetchFailure::Connect(Failure::Refused(Refused::Address(_))))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn too_much_ends_at_the_limit_and_a_failure_says_its_status() {
    let port = server(|path, _| match path {
        "/much" => ok("text/plain", &"x".repeat(1_001)),
        _ => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
    });
    let port = port.await;
    assert!(matches!(fetch(port, "/much", Grant::Operator).await, Err(FetchFailure::TooLarge)));
    assert!(
        matches!(fetch(port, "/", Grant::Operator).await, Err(FetchFailure::Status(status)) if status == 404)
    );
    let other = get(&Policy::default(), "file:///etc/passwd", "*/*", Grant::Operator, LIMITS).await;
    assert!(matches!(other, Err(FetchFailure::Address)));
}

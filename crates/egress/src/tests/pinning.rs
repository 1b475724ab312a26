//! The address that was checked is the address that is reached.

use std::{sync::atomic::Ordering, time::Duration};

use super::{Canary, Scripted};
use crate::{Failure, Grant, Policy, Refused, check, connect};

#[tokio::test]
async fn a_name_that_changes_its_answer_gains_nothing() {
    let canary = Canary::start().await;
    let resolver = Scripted::new(&[&["8.8.8.8"], &["127.0.0.1"]]);
    let policy = canary.policy(resolver.clone());
    let checked = check(&policy, "rebind.example.com", canary.address.port(), Grant::Public).await.unwrap();
    assert_eq!(checked.addresses()[0].ip().to_string(), "8.8.8.8");

    // Whatever becomes of this connection, it does not go to the second answer.
    let _ = checked.connect(Duration::from_millis(200)).await;
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 1);

    let mine = connect(&policy, "127.0.0.1", canary.address.port(), Grant::Operator, Duration::from_secs(2))
        .await
        .unwrap();
    let (_, seen) = canary.listener.accept().await.unwrap();
    assert_eq!(seen, mine.local_addr().unwrap());
}

#[tokio::test]
async fn a_name_is_connected_at_the_address_it_resolved_to() {
    let canary = Canary::start().await;
    let policy = canary.policy(Scripted::new(&[&["127.0.0.1"]]));
    let stream =
        connect(&policy, "mail.example.com", canary.address.port(), Grant::Operator, Duration::from_secs(2));
    assert_eq!(stream.await.unwrap().peer_addr().unwrap(), canary.address);
}

#[tokio::test]
async fn a_dead_address_does_not_hide_a_living_one() {
    let canary = Canary::start().await;
    let policy = canary.policy(Scripted::new(&[&["127.0.0.9", "127.0.0.1"]]));
    let stream =
        connect(&policy, "mail.example.com", canary.address.port(), Grant::Operator, Duration::from_secs(4));
    assert_eq!(stream.await.unwrap().peer_addr().unwrap(), canary.address);
}

#[tokio::test]
async fn a_name_without_addresses_is_refused() {
    let policy = Policy { resolver: Scripted::new(&[&[]]), ..Policy::default() };
    assert_eq!(check(&policy, "nowhere.example.com", 25, Grant::Public).await, Err(Refused::Unresolved));
}

#[tokio::test]
async fn a_closed_port_is_a_failure_of_the_connection() {
    let canary = Canary::start().await;
    let port = canary.address.port();
    drop(canary);
    let answer =
        connect(&Policy::default(), "127.0.0.1", port, Grant::Operator, Duration::from_secs(2)).await;
    assert!(matches!(answer, Err(Failure::Connect(_))), "{answer:?}");
}

//! Accepted means kept, and nothing less.

use super::*;

#[tokio::test]
async fn the_sender_is_answered_only_after_the_message_is_kept() {
    let receiver = Receiver::smtp().await;
    let drained = receiver.shelf.gate.acquire_many(1000).await.unwrap();
    drained.forget();
    let mut client = receiver.in_data().await;
    client.send("hi\r\n.\r\n").await;
    client.silent().await;
    assert!(receiver.shelf.bodies().is_empty());
    receiver.shelf.gate.add_permits(1);
    client.reply("250").await;
    assert_eq!(receiver.shelf.bodies(), ["hi\r\n"]);
}

#[tokio::test]
async fn a_sender_that_dies_mid_message_leaves_nothing_behind() {
    for part in ["", "Subject: hi\r\n", "Subject: hi\r\n\r\nbody\r\n.", "Subject: hi\r\n\r\nbody\r\n.\r"] {
        let receiver = Receiver::smtp().await;
        let mut client = receiver.in_data().await;
        client.send(part).await;
        drop(client);
        assert!(receiver.stopped().await.bodies().is_empty(), "{part:?}");
    }
}

#[tokio::test]
async fn a_sink_without_room_makes_the_sender_come_back() {
    let refusals = [
        (SinkError::Full, "452 4.3.1"),
        (SinkError::Busy, "451"),
        (SinkError::Rejected("no\r\n250 ok".into()), "554 5.6.0 no250 ok"),
    ];
    for (answer, code) in refusals {
        let receiver = Receiver::smtp().await;
        *receiver.shelf.answer.lock().unwrap() = Err(answer);
        let mut client = receiver.in_data().await;
        client.send("hi\r\n.\r\n").await;
        client.reply(code).await;

        *receiver.shelf.answer.lock().unwrap() = Ok(());
        client.ask("MAIL FROM:<a@x.hu>", "250").await;
        client.ask("RCPT TO:<b@x.hu>", "250").await;
        client.ask("DATA", "354").await;
        client.send("again\r\n.\r\n").await;
        client.reply("250").await;
        assert_eq!(receiver.shelf.bodies(), ["again\r\n"]);
    }
}

#[tokio::test]
async fn a_stop_lets_a_message_under_way_finish() {
    let receiver = Receiver::smtp().await;
    let mut idle = receiver.greeted().await;
    let mut busy = receiver.in_data().await;
    busy.send("hi\r\n").await;
    receiver.stop();
    idle.reply("421").await;
    idle.closed().await;
    busy.send(".\r\n").await;
    busy.reply("250").await;
    busy.reply("421").await;
    busy.closed().await;
    assert_eq!(receiver.stopped().await.bodies(), ["hi\r\n"]);
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_sleeping_sender() {
    let mut config = Config::new("mx.kapocs.example", Flavour::Smtp);
    config.drain = Duration::from_millis(100);
    let receiver = Receiver::start(config).await;
    let mut client = receiver.in_data().await;
    client.send("hi\r\n").await;
    assert!(receiver.stopped().await.bodies().is_empty());
    client.closed().await;
}

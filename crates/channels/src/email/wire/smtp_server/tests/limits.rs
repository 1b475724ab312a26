//! What a hostile or broken sender can use up.

use super::*;

fn config() -> Config {
    Config::new("mx.kapocs.example", Flavour::Smtp)
}

#[tokio::test]
async fn a_message_over_the_limit_is_refused_before_and_after_its_data() {
    let receiver = Receiver::start(Config { max_message: 1000, ..config() }).await;
    let mut client = receiver.greeted().await;
    client.ask("MAIL FROM:<a@x.hu> SIZE=1001", "552").await;
    client.ask("MAIL FROM:<a@x.hu> SIZE=900", "250").await;
    client.ask("RCPT TO:<b@x.hu>", "250").await;
    client.ask("DATA", "354").await;
    client.send(format!("{}\r\n.\r\n", "x".repeat(2_000_000))).await;
    client.reply("552").await;
    client.ask("NOOP", "250").await;
    assert!(receiver.shelf.bodies().is_empty());
}

#[tokio::test]
async fn a_message_of_exactly_the_limit_is_kept() {
    let receiver = Receiver::start(Config { max_message: 64 << 20, ..config() }).await;
    let mut client = receiver.in_data().await;
    let line = format!("{}\r\n", "x".repeat(1022));
    for _ in 0..64 {
        client.send(line.repeat(1024)).await;
    }
    client.send(".\r\n").await;
    client.reply("250").await;
    assert_eq!(receiver.shelf.kept.lock().unwrap()[0].1.len(), 64 << 20);
}

#[tokio::test]
async fn large_messages_share_a_bounded_memory() {
    let receiver = Receiver::start(Config { max_memory: 1 << 20, ..config() }).await;
    let mut first = receiver.in_data().await;
    first.send("x".repeat(700_000)).await;
    let mut second = receiver.in_data().await;
    second.send(format!("{}\r\n.\r\n", "x".repeat(700_000))).await;
    // Which of the two came first is the scheduler's choice; one of them is told to come back.
    let reply = second.reply("").await;
    first.send("\r\n.\r\n").await;
    let replies = [first.reply("").await, reply];
    assert!(replies.iter().any(|reply| reply.starts_with("452 4.3.1")), "{replies:?}");
    assert!(replies.iter().any(|reply| reply.starts_with("250")), "{replies:?}");
    assert_eq!(receiver.shelf.bodies().len(), 1);

    let mut third = receiver.in_data().await;
    third.send(format!("{}\r\n.\r\n", "x".repeat(700_000))).await;
    third.reply("250").await;
}

#[tokio::test]
async fn recipients_beyond_the_limit_come_with_the_next_mail() {
    let receiver = Receiver::start(Config { max_recipients: 2, ..config() }).await;
    let mut client = receiver.greeted().await;
    client.ask("MAIL FROM:<a@x.hu>", "250").await;
    client.ask("RCPT TO:<b@x.hu>", "250").await;
    client.ask("RCPT TO:<c@x.hu>", "250").await;
    client.ask("RCPT TO:<d@x.hu>", "452 4.5.3").await;
}

#[tokio::test]
async fn connections_over_the_cap_are_turned_away_until_one_ends() {
    let receiver = Receiver::start(Config { max_connections_per_peer: 2, ..config() }).await;
    let first = receiver.greeted().await;
    let _second = receiver.greeted().await;
    let mut third = receiver.dial().await;
    third.reply("421 4.7.0").await;
    third.closed().await;
    drop(first);
    loop {
        let mut next = receiver.dial().await;
        if next.reply("").await.starts_with("220") {
            break;
        }
    }
}

#[tokio::test]
async fn a_peer_that_the_sink_does_not_admit_is_turned_away() {
    let receiver = Receiver::smtp().await;
    receiver.shelf.admits.store(false, Ordering::SeqCst);
    receiver.dial().await.reply("421").await;
}

#[tokio::test]
async fn an_endless_line_is_cut() {
    let receiver = Receiver::smtp().await;
    let mut client = receiver.greeted().await;
    client.send("x".repeat(10_000)).await;
    client.reply("500 5.5.6").await;
}

#[tokio::test]
async fn a_sender_that_guesses_names_is_cut_off() {
    let receiver = Receiver::smtp().await;
    let mut client = receiver.greeted().await;
    client.ask("MAIL FROM:<a@x.hu>", "250").await;
    for _ in 0..20 {
        client.ask("RCPT TO:<nobody@x.hu>", "550").await;
    }
    client.ask("GUESS", "421").await;
    client.closed().await;
}

#[tokio::test]
async fn a_sender_that_falls_silent_is_let_go() {
    let receiver = Receiver::start(Config { idle: Duration::from_millis(100), ..config() }).await;
    let mut silent = receiver.greeted().await;
    silent.reply("421 4.4.2").await;
    silent.closed().await;

    let mut client = receiver.in_data().await;
    client.send("half a mess").await;
    client.closed().await;
    assert!(receiver.stopped().await.bodies().is_empty());
}

#[tokio::test]
async fn a_message_that_drips_forever_is_given_up() {
    let receiver = Receiver::start(Config { data: Duration::from_millis(100), ..config() }).await;
    let mut client = receiver.in_data().await;
    client.send("drip").await;
    client.reply("421 4.4.2").await;
}

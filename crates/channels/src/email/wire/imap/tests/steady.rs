//! The long quiet hours of a connection.

use super::{
    fake::{Fake, Reply},
    *,
};

#[tokio::test]
async fn a_mailbox_of_few_mails_and_high_numbers_is_crossed_in_few_steps() {
    let mails = [(1, "one"), (4_000_000, "two"), (4_294_967_294, "three")];
    let server = Fake::start(&mails, Box::new(|_| None)).await;
    let vault = Vault::new();
    let running = Running::start(config(server.address, "a"), &vault);
    vault.until_count(3).await;
    assert_eq!(vault.bodies(), ["one", "two", "three"]);
    assert!(server.heard("RFC822.SIZE") < 40, "{} steps", server.heard("RFC822.SIZE"));
    assert_eq!(server.heard("SEARCH"), 0);
    running.stop().await;
}

#[tokio::test]
async fn a_long_list_is_taken_in_order_and_in_portions() {
    let bodies: Vec<String> = (1..=1300).map(|i| format!("mail {i}")).collect();
    let mails: Vec<(u32, &str)> = bodies.iter().zip(1..).map(|(body, uid)| (uid, body.as_str())).collect();
    let server = Fake::start(&mails, Box::new(|_| None)).await;
    let vault = Vault::new();
    let running = Running::start(config(server.address, "a"), &vault);
    vault.until_count(1300).await;
    assert_eq!(vault.bodies(), bodies);
    running.stop().await;
}

#[tokio::test]
async fn a_server_without_idle_is_asked_again_and_again() {
    let server = Fake::start(&[(1, "one")], Box::new(|_| None)).await;
    let vault = Vault::new();
    let running =
        Running::start(ImapConfig { poll: Duration::from_millis(5), ..config(server.address, "a") }, &vault);
    vault
        .until("several looks", |record| {
            record.health.iter().filter(|health| matches!(health, Health::UpToDate { pushed: false })).count()
                > 3
        })
        .await;
    assert!(server.heard("NOOP") >= 3);
    assert_eq!((server.heard("IDLE"), server.heard("LOGIN")), (0, 1));
    assert_eq!(vault.bodies(), ["one"]);
    running.stop().await;
}

/// Offers IDLE and answers it with what `idle` says.
fn idling(mut idle: impl FnMut(&str) -> Option<Reply> + Send + 'static) -> fake::Manners {
    Box::new(move |line| {
        let tag = line.split(' ').next().unwrap();
        match line {
            _ if line.ends_with("CAPABILITY") => {
                Some(Reply::Say(format!("* CAPABILITY IMAP4rev1 IDLE\r\n{tag} OK done\r\n")))
            }
            _ => idle(line),
        }
    })
}

#[tokio::test]
async fn idle_is_begun_anew_when_its_time_has_come() {
    let mut tag = String::new();
    let manners = idling(move |line| match line {
        "DONE" => Some(Reply::Say(format!("{tag} OK done\r\n"))),
        _ if line.ends_with("IDLE") => {
            tag = line.split(' ').next().unwrap().to_owned();
            Some(Reply::Say("+ idling\r\n".to_owned()))
        }
        _ => None,
    });
    let server = Fake::start(&[], manners).await;
    let vault = Vault::new();
    let running = Running::start(
        ImapConfig { renew: Duration::from_millis(20), ..config(server.address, "a") },
        &vault,
    );
    vault
        .until("several rounds", |record| {
            record.health.iter().filter(|health| matches!(health, Health::UpToDate { pushed: true })).count()
                > 3
        })
        .await;
    assert!(server.heard("IDLE") >= 3);
    assert_eq!(server.heard("LOGIN"), 1);
    assert!(vault.read(Record::failures).is_empty());
    running.stop().await;
}

#[tokio::test]
async fn a_server_that_offers_idle_and_refuses_it_is_polled() {
    let manners = idling(|line| {
        let tag = line.split(' ').next().unwrap();
        line.ends_with("IDLE").then(|| Reply::Say(format!("{tag} BAD what?\r\n")))
    });
    let server = Fake::start(&[], manners).await;
    let vault = Vault::new();
    let running =
        Running::start(ImapConfig { poll: Duration::from_millis(5), ..config(server.address, "a") }, &vault);
    vault
        .until("polling", |record| matches!(record.health.last(), Some(Health::UpToDate { pushed: false })))
        .await;
    assert_eq!((server.heard("IDLE"), server.heard("LOGIN")), (1, 1));
    running.stop().await;
}

#[tokio::test]
async fn a_connection_that_died_in_silence_is_noticed_at_the_renewal() {
    let manners = idling(|line| match line {
        "DONE" => Some(Reply::Hang(String::new())),
        _ if line.ends_with("IDLE") => Some(Reply::Say("+ idling\r\n".to_owned())),
        _ => None,
    });
    let server = Fake::start(&[], manners).await;
    let vault = Vault::new();
    let timing = Duration::from_millis(50);
    let running =
        Running::start(ImapConfig { renew: timing, stall: timing, ..config(server.address, "a") }, &vault);
    vault
        .until("a second connection", |record| {
            record.health.iter().filter(|health| matches!(health, Health::UpToDate { .. })).count() > 1
        })
        .await;
    assert_eq!(vault.read(|record| record.failures()[0].clone()), "the server fell silent");
    running.stop().await;
}

#[tokio::test]
async fn a_sign_of_life_of_the_server_puts_the_renewal_off() {
    let mut tag = String::new();
    let manners = idling(move |line| match line {
        "DONE" => Some(Reply::Say(format!("{tag} OK done\r\n"))),
        _ if line.ends_with("IDLE") => {
            tag = line.split(' ').next().unwrap().to_owned();
            let mut texts = vec!["+ idling\r\n".to_owned()];
            texts.extend(std::iter::repeat_n("* OK Still here\r\n".to_owned(), 12));
            Some(Reply::Drip(texts))
        }
        _ => None,
    });
    let server = Fake::start(&[], manners).await;
    let vault = Vault::new();
    let running = Running::start(
        ImapConfig { renew: Duration::from_millis(600), ..config(server.address, "a") },
        &vault,
    );
    vault
        .until("the renewal", |record| {
            record.health.iter().filter(|health| matches!(health, Health::UpToDate { .. })).count() > 1
        })
        .await;
    assert_eq!((server.heard("early"), server.heard("LOGIN")), (0, 1));
    running.stop().await;
}

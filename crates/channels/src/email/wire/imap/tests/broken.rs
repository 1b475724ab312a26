//! Servers and lines that break.

use super::{
    fake::{Fake, Reply},
    *,
};

fn tag(line: &str) -> &str {
    line.split(' ').next().unwrap()
}

/// Whether a line asks for the whole of this mail.
fn wants(line: &str, uid: &str) -> bool {
    let set = line.split(' ').nth(3).unwrap_or("");
    line.contains("BODY.PEEK[]") && set.split(',').any(|asked| asked == uid)
}

#[tokio::test]
async fn a_server_that_hangs_mid_mail_is_left_and_asked_again() {
    let mut hung = false;
    let manners = move |line: &str| {
        let first = line.contains("BODY.PEEK[]") && !hung;
        hung |= first;
        first.then(|| Reply::Hang("* 1 FETCH (UID 1 BODY[] {5}\r\nhe".to_owned()))
    };
    let server = Fake::start(&[(1, "hello"), (2, "world")], Box::new(manners)).await;
    let vault = Vault::new();
    let running =
        Running::start(ImapConfig { stall: Duration::from_secs(3), ..config(server.address, "a") }, &vault);
    vault.until_count(2).await;
    assert_eq!(vault.bodies(), ["hello", "world"]);
    assert_eq!(vault.read(Record::failures), ["the server fell silent"]);
    running.stop().await;
}

#[tokio::test]
async fn a_poison_mail_is_named_and_its_neighbours_go_on() {
    let manners = |line: &str| wants(line, "2").then(|| Reply::Cut(String::new()));
    let server = Fake::start(&[(1, "one"), (2, "two"), (3, "three")], Box::new(manners)).await;
    let vault = Vault::new();
    let running = Running::start(config(server.address, "a"), &vault);
    vault.until_count(3).await;
    assert_eq!(vault.bodies(), ["one", "unreadable", "three"]);
    running.stop().await;
}

#[tokio::test]
async fn of_a_mail_that_does_not_come_whole_the_beginning_is_kept() {
    let manners = |line: &str| {
        let whole = wants(line, "2") && !line.contains("<0.");
        whole.then(|| Reply::Say(format!("{} NO server bug\r\n", tag(line))))
    };
    let server = Fake::start(&[(2, "the second mail")], Box::new(manners)).await;
    let vault = Vault::new();
    let running = Running::start(config(server.address, "a"), &vault);
    vault.until_count(1).await;
    assert_eq!(vault.bodies(), ["beginning of Some(15): 15 bytes"]);
    running.stop().await;
}

#[tokio::test]
async fn an_announcement_of_gigabytes_is_not_believed() {
    let manners = |line: &str| {
        wants(line, "1").then(|| Reply::Say("* 1 FETCH (UID 1 BODY[] {4000000000}\r\n".to_owned()))
    };
    let server = Fake::start(&[(1, "one"), (2, "two")], Box::new(manners)).await;
    let vault = Vault::new();
    let running = Running::start(config(server.address, "a"), &vault);
    vault.until_count(2).await;
    assert_eq!(vault.bodies(), ["unreadable", "two"]);
    running.stop().await;
}

#[tokio::test]
async fn of_a_mail_over_the_limit_the_beginning_is_kept() {
    let large = "x".repeat(3000);
    let server = Fake::start(&[(1, &large), (2, "two")], Box::new(|_| None)).await;
    let vault = Vault::new();
    let running = Running::start(ImapConfig { max_message: 1000, ..config(server.address, "a") }, &vault);
    vault.until_count(2).await;
    assert_eq!(vault.bodies(), ["beginning of Some(3000): 1000 bytes", "two"]);
    running.stop().await;
}

#[tokio::test]
async fn mail_that_cannot_be_kept_now_is_kept_later() {
    let server = Fake::start(&[(1, "one"), (2, "two")], Box::new(|_| None)).await;
    let vault = Vault::new();
    vault.edit(|record| record.refuse = true);
    let running = Running::start(config(server.address, "a"), &vault);
    vault.until("eight failures", |record| record.failures().len() >= 8).await;
    assert!(vault.bodies().is_empty());
    vault.edit(|record| record.refuse = false);
    vault.until_count(2).await;
    assert_eq!(vault.bodies(), ["one", "two"]);
    running.stop().await;
}

#[tokio::test]
async fn a_server_that_skips_the_sign_in_is_not_trusted() {
    let manners = |line: &str| (line == "greeting").then(|| Reply::Say("* PREAUTH welcome\r\n".to_owned()));
    let server = Fake::start(&[(1, "one")], Box::new(manners)).await;
    let vault = Vault::new();
    let running = Running::start(config(server.address, "a"), &vault);
    vault.until("a failure", |record| !record.failures().is_empty()).await;
    assert!(vault.bodies().is_empty());
    running.stop().await;
}

#[tokio::test]
async fn a_refused_password_is_not_tried_in_a_hurry() {
    let manners = |line: &str| line.contains("LOGIN").then(|| Reply::Say(format!("{} NO no\r\n", tag(line))));
    let server = Fake::start(&[], Box::new(manners)).await;
    let vault = Vault::new();
    let running =
        Running::start(ImapConfig { retry: Duration::from_secs(1), ..config(server.address, "a") }, &vault);
    vault.until("a failure", |record| !record.failures().is_empty()).await;
    vault.read(|record| match record.health.last() {
        Some(Health::Failed { trouble, retry_in }) => {
            assert_eq!(trouble, "the server does not accept the sign-in");
            assert!(*retry_in >= Duration::from_secs(45), "{retry_in:?}");
        }
        other => panic!("{other:?}"),
    });
    running.stop().await;
    assert_eq!(server.heard("LOGIN"), 1);
}

#[tokio::test]
async fn failures_are_followed_by_ever_longer_pauses() {
    let manners = |line: &str| (line == "greeting").then(|| Reply::Cut(String::new()));
    let server = Fake::start(&[], Box::new(manners)).await;
    let vault = Vault::new();
    let running = Running::start(config(server.address, "a"), &vault);
    vault.until("eight failures", |record| record.failures().len() >= 8).await;
    running.stop().await;
    let pauses: Vec<Duration> = vault.read(|record| {
        let pause = |health: &Health| match health {
            Health::Failed { retry_in, .. } => Some(*retry_in),
            _ => None,
        };
        record.health.iter().filter_map(pause).collect()
    });
    assert!(pauses[7] >= pauses[0] * 32, "{pauses:?}");
}

#[tokio::test]
async fn a_password_never_crosses_the_internet_in_clear() {
    let server = Fake::start(&[], Box::new(|_| None)).await;
    let mut policy = egress::Policy { ports: vec![server.address.port()], ..Default::default() };
    policy.allow.push("127.0.0.1/32".parse().unwrap());
    let open = ImapConfig { grant: Grant::Public, policy, ..config(server.address, "a") };
    let refused = ImapWatcher::new(open).probe().await.unwrap_err();
    assert_eq!(refused.to_string(), "a password is never sent in clear over the internet");
    assert_eq!(server.heard(""), 0);
}

//! A real server, killed and cut between all steps.

use std::{fs, sync::OnceLock};

use egress::Policy;
use testservers::Mail;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use super::{proxy::Proxy, *};
use crate::email::wire::imap::After;

const PASSWORD: &str = "secret";
const PASSWORD_OF_SCRIPT: &str = "árvíztűrő \"tükör\"\\";

/// The server of all these tests, with a user for each: it looks at its list of users once a second only, and makes
/// whoever fails to sign in wait.
fn mail() -> &'static Mail {
    static MAIL: OnceLock<Mail> = OnceLock::new();
    MAIL.get_or_init(|| {
        let mail = Mail::start().unwrap();
        let users =
            ["killed", "cut", "news", "fresh", "deleted", "renumbered", "moved", "untouched", "secure"];
        for user in users {
            mail.add_user(&format!("{user}@kapocs.example"), PASSWORD).unwrap();
        }
        mail.add_user("script@kapocs.example", PASSWORD_OF_SCRIPT).unwrap();
        mail
    })
}

/// Waits until the server knows a user.
async fn known(user: &str, password: &str) -> SocketAddr {
    let address = tokio::task::spawn_blocking(|| mail().imap_addr()).await.unwrap();
    let credentials = Credentials::Password { user: user.to_owned(), password: password.to_owned() };
    let watcher = ImapWatcher::new(ImapConfig { credentials, ..config(address, user) });
    let signed_in = async { while watcher.probe().await.is_err() {} };
    timeout(PATIENCE, signed_in).await.expect("the server learns of the user");
    address
}

/// Another mail program at the same mailbox.
struct Other(BufReader<TcpStream>);

impl Other {
    /// Signed in as a user with an empty mailbox.
    async fn new(user: &str) -> Self {
        let address = known(user, PASSWORD).await;
        let host = address.ip().to_string();
        let stream = egress::connect(&Policy::default(), &host, address.port(), Grant::Operator, PATIENCE)
            .await
            .unwrap();
        let mut other = Self(BufReader::new(stream));
        other.line().await;
        other.ask(&format!("LOGIN {user} {PASSWORD}")).await;
        other.ask("SELECT INBOX").await;
        other
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        assert_ne!(timeout(PATIENCE, self.0.read_line(&mut line)).await.unwrap().unwrap(), 0, "hung up");
        line
    }

    async fn ask(&mut self, command: &str) -> String {
        self.0.write_all(format!("x {command}\r\n").as_bytes()).await.unwrap();
        let mut text = String::new();
        loop {
            let line = self.line().await;
            text.push_str(&line);
            if line.starts_with("x ") {
                assert!(line.starts_with("x OK"), "{command}: {line}");
                return text;
            }
        }
    }

    async fn append(&mut self, raw: &str) {
        self.append_dated(raw, "21-Nov-2026 09:00:00 +0000").await;
    }

    async fn append_dated(&mut self, raw: &str, date: &str) {
        let command = format!("x APPEND INBOX \"{date}\" {{{}}}\r\n", raw.len());
        self.0.write_all(command.as_bytes()).await.unwrap();
        loop {
            let line = self.line().await;
            if line.starts_with('+') {
                break;
            }
        }
        self.0.write_all(format!("{raw}\r\n").as_bytes()).await.unwrap();
        while !self.line().await.starts_with("x OK") {}
    }

    /// Waits until the server agrees with its own files again.
    async fn leave(mut self) {
        self.ask("LOGOUT").await;
        let _ = self.0.read_to_end(&mut Vec::new()).await;
    }
}

fn letters(count: usize) -> Vec<String> {
    (1..=count).map(|i| format!("Subject: letter {i}\r\n\r\n{}\r\n", "árvíz ".repeat(i * 3))).collect()
}

#[tokio::test]
async fn killed_between_any_two_steps_nothing_is_lost_or_repeated() {
    let user = "killed@kapocs.example";
    let mut other = Other::new(user).await;
    let letters = letters(6);
    for letter in &letters {
        other.append(letter).await;
    }
    let vault = Vault::new();
    let config = ImapConfig { after: After::MarkSeen, ..config(mail().imap_addr(), user) };
    for crash in [Crash::BeforeCommit, Crash::AfterCommit, Crash::AfterCommit, Crash::BeforeCommit] {
        vault.edit(|record| (record.crash, record.crashed) = (Some(crash), false));
        let running = Running::start(config.clone(), &vault);
        vault.until("the crash", |record| record.crashed).await;
        running.kill().await;
    }
    let running = Running::start(config, &vault);
    vault.until_count(6).await;
    running.stop().await;
    assert_eq!(vault.bodies(), letters);
    // Two were marked by nobody: their watcher died between keeping and marking.
    other.ask("NOOP").await;
    let seen = other.ask("SEARCH SEEN").await;
    assert!(seen.starts_with("* SEARCH 3 4 5 6\r\n"), "{seen}");
}

#[tokio::test]
async fn however_often_the_line_is_cut_every_mail_arrives_once() {
    let user = "cut@kapocs.example";
    let mut other = Other::new(user).await;
    let letters = letters(12);
    for letter in &letters {
        other.append(letter).await;
    }
    let budgets = (1..60).map(|i| i * 61).collect();
    let proxy = Proxy::start(mail().imap_addr(), budgets, |_| {}).await;
    let vault = Vault::new();
    let mut quick = config(proxy.address, user);
    quick.retry = Duration::from_nanos(1);
    let running = Running::start(quick, &vault);
    vault.until_count(12).await;
    assert!(proxy.is_spent() || vault.read(|record| record.failures().len() > 20), "the line was hardly cut");
    running.stop().await;
    assert_eq!(vault.bodies(), letters);
}

#[tokio::test]
async fn news_come_by_themselves() {
    let user = "news@kapocs.example";
    let mut other = Other::new(user).await;
    other.append("Subject: first\r\n\r\n").await;
    let vault = Vault::new();
    let day = Duration::from_secs(86_400);
    let running =
        Running::start(ImapConfig { renew: day, poll: day, ..config(mail().imap_addr(), user) }, &vault);
    vault.until_count(1).await;
    assert!(vault.read(|record| matches!(record.health.last(), Some(Health::UpToDate { pushed: true }))));
    for count in 2..=4 {
        other.append(&format!("Subject: number {count}\r\n\r\n")).await;
        vault.until_count(count).await;
    }
    running.stop().await;
}

#[tokio::test]
async fn a_watch_begins_with_the_mail_that_comes_from_now_on() {
    let user = "fresh@kapocs.example";
    let mut other = Other::new(user).await;
    other.append("Subject: long ago\r\n\r\n").await;
    let vault = Vault::new();
    let fresh = ImapConfig { first_sync: FirstSync::New, ..config(mail().imap_addr(), user) };
    let running = Running::start(fresh.clone(), &vault);
    vault.until("the start", Record::is_up_to_date).await;
    running.kill().await;
    // Arrives while nobody watches, before the first mail was ever kept.
    other.append("Subject: new\r\n\r\n").await;
    let running = Running::start(fresh, &vault);
    vault.until_count(1).await;
    running.stop().await;
    assert_eq!(vault.bodies(), ["Subject: new\r\n\r\n"]);
    assert_eq!(vault.read(|record| record.moved.clone()), [Moved::Started]);
}

#[tokio::test]
async fn what_was_deleted_here_stays_deleted() {
    let user = "deleted@kapocs.example";
    let mut other = Other::new(user).await;
    other.append("Subject: unwanted\r\n\r\n").await;
    let vault = Vault::new();
    let running = Running::start(config(mail().imap_addr(), user), &vault);
    vault.until_count(1).await;
    running.stop().await;
    vault.edit(|record| record.mails.clear());
    let running = Running::start(config(mail().imap_addr(), user), &vault);
    other.append("Subject: wanted\r\n\r\n").await;
    vault.until_count(1).await;
    running.stop().await;
    assert_eq!(vault.bodies(), ["Subject: wanted\r\n\r\n"]);
}

#[tokio::test]
async fn a_renumbered_mailbox_is_reported_and_seen_through_again() {
    let user = "renumbered@kapocs.example";
    let mut other = Other::new(user).await;
    other.append_dated("Subject: before our time\r\n\r\n", "01-Jan-2020 09:00:00 +0000").await;
    let vault = Vault::new();
    let since = kernel::Timestamp::parse("2026-01-01T00:00:00Z");
    let fresh =
        ImapConfig { first_sync: FirstSync::New, rescan_since: since, ..config(mail().imap_addr(), user) };
    let running = Running::start(fresh.clone(), &vault);
    vault.until("the start", Record::is_up_to_date).await;
    other.append("Subject: kept before\r\n\r\n").await;
    vault.until_count(1).await;
    running.stop().await;
    let old = vault.read(|record| record.cursor.unwrap());

    other.append("Subject: arrived meanwhile\r\n\r\n").await;
    other.leave().await;
    renumber(user);
    // Killed in the middle of the second look, it still knows what it is looking for.
    vault.edit(|record| (record.crash, record.crashed) = (Some(Crash::AfterCommit), false));
    let running = Running::start(fresh.clone(), &vault);
    vault.until("the crash", |record| record.crashed).await;
    running.kill().await;
    let running = Running::start(fresh, &vault);
    vault.until_count(3).await;
    running.stop().await;

    let new = vault.read(|record| record.cursor.unwrap());
    assert_ne!(new.uid_validity, old.uid_validity);
    let moved = vault.read(|record| record.moved.clone());
    assert_eq!(moved, [Moved::Started, Moved::Renumbered { old: old.uid_validity }, Moved::PassedOver]);
    let (kept, again) = ("Subject: kept before\r\n\r\n", "Subject: arrived meanwhile\r\n\r\n");
    assert_eq!(vault.bodies(), [kept, kept, again]);
    assert_eq!(new.rescan_below, 4, "what may have been kept before is marked as such");
}

/// Dovecot gives out new numbers when its list of them is gone.
fn renumber(user: &str) {
    let maildir = mail().maildir(user);
    for entry in fs::read_dir(&maildir).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("dovecot") {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    // The new numbering is named after the second in which it began.
    let list = format!("3 V{} N1\n", 1_900_000_000);
    fs::write(maildir.join("dovecot-uidlist"), list).unwrap();
    let owner = fs::metadata(&maildir).unwrap();
    use std::os::unix::fs::{MetadataExt, chown};
    chown(maildir.join("dovecot-uidlist"), Some(owner.uid()), Some(owner.gid())).unwrap();
}

#[tokio::test]
async fn kept_mail_is_moved_where_the_settings_say() {
    let user = "moved@kapocs.example";
    let mut other = Other::new(user).await;
    other.ask("CREATE &AMk-rkezett").await;
    other.append("Subject: one\r\n\r\n").await;
    let vault = Vault::new();
    let after = After::MoveTo("Érkezett".to_owned());
    let running = Running::start(ImapConfig { after, ..config(mail().imap_addr(), user) }, &vault);
    vault.until_count(1).await;
    running.stop().await;
    other.ask("NOOP").await;
    assert!(other.ask("STATUS INBOX (MESSAGES)").await.contains("MESSAGES 0"));
    assert!(other.ask("STATUS &AMk-rkezett (MESSAGES)").await.contains("MESSAGES 1"));
}

#[tokio::test]
async fn watching_alone_changes_nothing_in_the_mailbox() {
    let user = "untouched@kapocs.example";
    let mut other = Other::new(user).await;
    other.append("Subject: one\r\n\r\n").await;
    let vault = Vault::new();
    let running = Running::start(config(mail().imap_addr(), user), &vault);
    vault.until_count(1).await;
    running.stop().await;
    assert!(other.ask("SEARCH SEEN").await.starts_with("* SEARCH\r\n"));
}

#[tokio::test]
async fn a_connection_is_secure_when_it_should_be() {
    let user = "secure@kapocs.example";
    let mut other = Other::new(user).await;
    other.append("Subject: one\r\n\r\n").await;
    let authority = fs::read_to_string(mail().authority()).unwrap();
    for (mode, address) in [(TlsMode::StartTls, mail().imap_addr()), (TlsMode::Tls, mail().imaps_addr())] {
        let trusting = ImapConfig {
            tls: Tls { extra_roots: Some(authority.clone()), ..Tls::new(mode) },
            ..config(address, user)
        };
        let watcher = ImapWatcher::new(trusting);
        watcher.probe().await.unwrap();
        let doubting = ImapConfig { tls: Tls::new(mode), ..config(address, user) };
        let refused = ImapWatcher::new(doubting).probe().await.unwrap_err();
        assert!(refused.to_string().starts_with("no secure connection"), "{refused}");
    }
}

#[tokio::test]
async fn passwords_of_any_script_sign_in() {
    let user = "script@kapocs.example";
    known(user, PASSWORD_OF_SCRIPT).await;
    let credentials =
        Credentials::Password { user: user.to_owned(), password: PASSWORD_OF_SCRIPT.to_owned() };
    let config = ImapConfig { credentials, ..config(mail().imap_addr(), user) };
    ImapWatcher::new(config.clone()).probe().await.unwrap();
    let wrong = Credentials::Password { user: user.to_owned(), password: "wrong".to_owned() };
    let refused =
        ImapWatcher::new(ImapConfig { credentials: wrong, ..config.clone() }).probe().await.unwrap_err();
    assert_eq!(refused.to_string(), "the server does not accept the sign-in");
    let elsewhere = ImapConfig { mailbox: "Nowhere".to_owned(), ..config };
    let refused = ImapWatcher::new(elsewhere).probe().await.unwrap_err();
    assert_eq!(refused.to_string(), "the mailbox cannot be opened");
}

//! Mail travels through Postfix and Dovecot as it does in the world.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::Command,
    thread,
};

use testservers::{Mail, dial, wait_until};

const ANNA: &str = "anna@customer.example";
const SUPPORT: &str = "support@kapocs.example";
const LETTER: &str = "From: Anna <anna@customer.example>\r\n\
    To: support@kapocs.example\r\n\
    Subject: =?utf-8?Q?Hol_a_csomagom=3F?=\r\n\
    Message-ID: <1@customer.example>\r\n\
    Date: Sat, 21 Nov 2026 09:05:00 +0100\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\
    Content-Transfer-Encoding: 8bit\r\n\
    \r\n\
    Árvíztűrő tükörfúrógép.\r\n\
    .\r\n\
    .. even a line of dots survives\r\n";

struct Imap {
    reader: BufReader<TcpStream>,
    writer: TcpStream,
}

impl Imap {
    fn open(server: SocketAddr) -> Self {
        let writer = dial(server).unwrap();
        let mut reader = BufReader::new(writer.try_clone().unwrap());
        reader.read_line(&mut String::new()).unwrap();
        Self { reader, writer }
    }

    /// Sends a command; returns all lines of the answer.
    fn hear_all(&mut self, command: &str) -> String {
        write!(self.writer, "a {command}\r\n").unwrap();
        let mut heard = String::new();
        while !heard.lines().any(|line| line.starts_with("a ")) {
            assert_ne!(self.reader.read_line(&mut heard).unwrap(), 0, "the server hung up");
        }
        heard
    }

    /// Sends a command; returns the literal of the answer, if there was one, and the closing line.
    fn ask(&mut self, command: &str) -> (Vec<u8>, String) {
        write!(self.writer, "a {command}\r\n").unwrap();
        let mut literal = Vec::new();
        loop {
            let mut line = String::new();
            assert_ne!(self.reader.read_line(&mut line).unwrap(), 0, "the server hung up");
            if line.starts_with("a ") {
                return (literal, line);
            }
            if let Some(size) = line.trim_end().strip_suffix('}').and_then(|l| l.rsplit_once('{')) {
                literal = vec![0; size.1.parse().unwrap()];
                self.reader.read_exact(&mut literal).unwrap();
            }
        }
    }
}

fn fetch_first(mail: &Mail, user: &str, password: &str) -> Vec<u8> {
    let mut imap = Imap::open(mail.imap_addr());
    let (_, answer) = imap.ask(&format!("LOGIN {user} {password}"));
    assert!(answer.starts_with("a OK"), "{answer}");
    imap.ask("SELECT INBOX");
    imap.ask("FETCH 1 BODY.PEEK[]").0
}

#[test]
fn a_mail_reaches_the_mailbox_byte_by_byte() {
    let mail = Mail::start().unwrap();
    mail.add_user(SUPPORT, "secret").unwrap();
    mail.deliver(LETTER.as_bytes(), ANNA, SUPPORT).unwrap();
    let kept = mail.wait_for_messages(SUPPORT, 1).remove(0);
    let fetched = fetch_first(&mail, SUPPORT, "secret");
    assert_eq!(kept, fetched);
    assert!(fetched.ends_with(LETTER.as_bytes()), "{}", String::from_utf8_lossy(&fetched));
}

#[test]
fn a_mail_of_swaks_arrives_over_tls_with_a_sign_in() {
    let mail = Mail::start().unwrap();
    mail.add_user(SUPPORT, "secret").unwrap();
    mail.add_user(ANNA, "titok").unwrap();
    let output = Command::new("swaks")
        .args(["--server", &mail.smtp_addr().to_string(), "--helo", "test.example", "--tls"])
        .args(["--tls-verify", "--tls-ca-path", &mail.authority().to_string_lossy()])
        .args(["--auth", "PLAIN", "--auth-user", ANNA, "--auth-password", "titok"])
        .args(["--from", ANNA, "--to", "support+x7@kapocs.example", "--body", "from swaks"])
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
    let kept = mail.wait_for_messages(SUPPORT, 1).remove(0);
    assert!(String::from_utf8(kept).unwrap().contains("from swaks"));
}

#[test]
fn a_wrong_password_opens_no_mailbox() {
    let mail = Mail::start().unwrap();
    mail.add_user(SUPPORT, "secret").unwrap();
    let (_, answer) = Imap::open(mail.imap_addr()).ask(&format!("LOGIN {SUPPORT} guess"));
    assert!(answer.starts_with("a NO"), "{answer}");
}

#[test]
fn a_mail_to_nobody_comes_back_to_its_sender() {
    let mail = Mail::start().unwrap();
    mail.add_user(ANNA, "titok").unwrap();
    mail.deliver(LETTER.as_bytes(), ANNA, "nobody@kapocs.example").unwrap();
    let bounce = String::from_utf8(mail.wait_for_messages(ANNA, 1).remove(0)).unwrap();
    assert!(bounce.contains("Content-Type: message/delivery-status"), "{bounce}");
    assert!(bounce.contains("Final-Recipient: rfc822; nobody@kapocs.example"), "{bounce}");
}

#[test]
fn a_routed_domain_goes_to_its_own_server_and_no_other_mail_leaves() {
    let mail = Mail::start().unwrap();
    let refusal = mail.deliver(LETTER.as_bytes(), ANNA, "a@shop.example").unwrap_err().to_string();
    assert!(refusal.contains("no route there"), "{refusal}");

    let shop = TcpListener::bind("127.0.0.1:0").unwrap();
    mail.route("shop.example", shop.local_addr().unwrap()).unwrap();
    let receiver = thread::spawn(move || receive_one(&shop));
    mail.deliver(LETTER.as_bytes(), ANNA, "a@shop.example").unwrap();
    let received = receiver.join().unwrap();
    assert!(received.contains("RCPT TO:<a@shop.example>"), "{received}");
    assert!(received.contains("Message-ID: <1@customer.example>"), "{received}");
}

/// An SMTP server for one mail, which agrees to everything.
fn receive_one(listener: &TcpListener) -> String {
    let (mut stream, _) = listener.accept().unwrap();
    let reader = BufReader::new(stream.try_clone().unwrap());
    let (mut heard, mut in_data) = (String::new(), false);
    stream.write_all(b"220 shop.example\r\n").unwrap();
    for line in reader.lines() {
        let line = line.unwrap();
        heard.push_str(&line);
        heard.push('\n');
        let answer = match line.as_str() {
            "." => {
                in_data = false;
                "250 2.0.0 kept"
            }
            _ if in_data => continue,
            "DATA" => {
                in_data = true;
                "354 go on"
            }
            "QUIT" => break,
            command if command.starts_with("EHLO") => "250 8BITMIME",
            _ => "250 2.0.0 yes",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).unwrap();
    }
    heard
}

#[test]
fn an_inbox_can_get_a_new_uidvalidity() {
    let mail = Mail::start().unwrap();
    mail.add_user(SUPPORT, "secret").unwrap();
    mail.deliver(LETTER.as_bytes(), ANNA, SUPPORT).unwrap();
    mail.wait_for_messages(SUPPORT, 1);
    mail.set_uidvalidity(SUPPORT, 4_000_000_000).unwrap();
    let mut imap = Imap::open(mail.imap_addr());
    imap.ask(&format!("LOGIN {SUPPORT} secret"));
    let heard = imap.hear_all("SELECT INBOX");
    assert!(heard.contains("[UIDVALIDITY 4000000000]"), "{heard}");
}

#[test]
fn a_dropped_session_hears_nothing_more() {
    let mail = Mail::start().unwrap();
    mail.add_user(SUPPORT, "secret").unwrap();
    let mut imap = Imap::open(mail.imap_addr());
    imap.ask(&format!("LOGIN {SUPPORT} secret"));
    imap.ask("SELECT INBOX");
    mail.drop_imap_sessions().unwrap();
    let mut rest = Vec::new();
    imap.reader.read_to_end(&mut rest).unwrap();
    assert_eq!(String::from_utf8(rest).unwrap(), "");
}

#[test]
fn stopped_servers_leave_no_port_open() {
    let mail = Mail::start().unwrap();
    let (smtp, imap) = (mail.smtp_addr(), mail.imap_addr());
    let maildir = mail.maildir(SUPPORT);
    drop(mail);
    wait_until("the ports to close", || (dial(smtp).is_err() && dial(imap).is_err()).then_some(()));
    assert!(!maildir.parent().unwrap().parent().unwrap().exists());
}

//! Dovecot: mailboxes by IMAP, filled by LMTP; also checks passwords for Postfix.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Command,
};

use crate::certificate::Certificate;
use crate::{
    Failure, Result, network,
    supervised::{self, Directory, Stop, Supervised},
};

pub struct Dovecot {
    server: Supervised,
    imap: u16,
    imaps: u16,
    certificate: Certificate,
}

impl Dovecot {
    pub fn start() -> Result<Self> {
        if !Path::new("/usr/sbin/dovecot").exists() {
            return Err(Failure::new("Dovecot is missing: apt-get install dovecot-imapd dovecot-lmtpd"));
        }
        let directory = Directory::create("dovecot")?;
        let certificate = Certificate::issue(directory.path())?;
        let (imap, imaps) = (network::free_port(), network::free_port());
        let file = directory.path().join("dovecot.conf");
        fs::write(&file, configuration(directory.path(), &certificate, imap, imaps))?;
        fs::write(directory.path().join("users"), "")?;
        fs::create_dir(directory.path().join("mail"))?;
        supervised::run(Command::new("chown").arg("mail:mail").arg(directory.path().join("mail")))?;
        let command = ["/usr/sbin/dovecot", "-F", "-c", &file.to_string_lossy()].map(str::to_owned);
        let server = Supervised::start(directory, &Stop::Kill, &command)?;
        server.ready("Dovecot", SocketAddr::from((Ipv4Addr::LOCALHOST, imap)))?;
        Ok(Self { server, imap, imaps, certificate })
    }

    pub fn add_user(&self, address: &str, password: &str) -> Result<()> {
        if address.contains([':', '/']) || password.contains(':') {
            return Err(Failure::new(format!("{address}: the file of users has no way to write that")));
        }
        let mut users = OpenOptions::new().append(true).open(self.server.directory().join("users"))?;
        users.write_all(format!("{address}:{{PLAIN}}{password}::::::\n").as_bytes())?;
        Ok(())
    }

    /// Ends every IMAP session as a crash would: without a farewell.
    pub fn drop_sessions(&self) -> Result<()> {
        let sessions = self.server.children().into_iter().filter(|(_, name)| name == "imap");
        let ids: Vec<String> = sessions.map(|(id, _)| id.to_string()).collect();
        if ids.is_empty() {
            return Ok(());
        }
        // One that ended by itself a moment ago is gone as well.
        supervised::run(Command::new("sh").args(["-c", &format!("kill -s KILL {} || :", ids.join(" "))]))
    }

    pub fn set_uidvalidity(&self, address: &str, value: u32) -> Result<()> {
        let mut doveadm = Command::new("doveadm");
        doveadm.arg("-c").arg(self.server.directory().join("dovecot.conf"));
        doveadm.args(["mailbox", "update", "--uid-validity", &value.to_string(), "-u", address, "INBOX"]);
        supervised::run(&mut doveadm)
    }

    pub fn maildir(&self, address: &str) -> PathBuf {
        self.server.directory().join("mail").join(address).join("Maildir")
    }

    pub fn imap(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.imap))
    }

    pub fn imaps(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.imaps))
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.server.directory().join("server.log")).unwrap_or_default()
    }

    /// Shown by Postfix too.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The socket on which mail is delivered to the mailboxes.
    pub fn lmtp(&self) -> PathBuf {
        self.server.directory().join("lmtp")
    }

    /// The socket on which Postfix asks about passwords.
    pub fn passwords(&self) -> PathBuf {
        self.server.directory().join("passwords")
    }
}

fn configuration(directory: &Path, certificate: &Certificate, imap: u16, imaps: u16) -> String {
    format!(
        r"
base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/server.log
protocols = imap lmtp
listen = 127.0.0.1
postmaster_address = postmaster@kapocs.example
hostname = mail.kapocs.example
recipient_delimiter = +

ssl = yes
ssl_cert = <{chain}
ssl_key = <{key}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0

mail_location = maildir:~/Maildir
# The file then holds the very bytes that IMAP answers with.
mail_save_crlf = yes
first_valid_uid = 1
first_valid_gid = 1
mail_max_userip_connections = 500

namespace inbox {{
  inbox = yes
  mailbox Junk {{
    auto = create
    special_use = \Junk
  }}
  mailbox Sent {{
    auto = create
    special_use = \Sent
  }}
  mailbox Trash {{
    auto = create
    special_use = \Trash
  }}
}}

passdb {{
  driver = passwd-file
  args = username_format=%u {dir}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {dir}/users
  default_fields = uid=mail gid=mail home={dir}/mail/%u
}}

service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  unix_listener {dir}/lmtp {{
    mode = 0666
  }}
}}
service auth {{
  unix_listener {dir}/passwords {{
    mode = 0666
  }}
}}
",
        dir = directory.display(),
        chain = certificate.chain().display(),
        key = certificate.key().display(),
    )
}

//! Postfix: accepts mail from 127.0.0.1 and takes it to Dovecot or along a route.

use std::{
    fmt::Write as _,
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::Command,
    sync::Mutex,
};

use super::{DOMAINS, dovecot::Dovecot};
use crate::{
    Failure, Result, network,
    supervised::{Directory, Stop, Supervised, run},
};

const MASTER: &str = "/usr/lib/postfix/sbin/master";

/// The processes that decide where a mail goes, or remember what was decided.
const READERS: [&str; 4] = ["smtpd", "cleanup", "qmgr", "trivial-rewrite"];

pub struct Postfix {
    server: Supervised,
    port: u16,
    transport: Mutex<String>,
}

impl Postfix {
    pub fn start(dovecot: &Dovecot) -> Result<Self> {
        if !Path::new(MASTER).exists() {
            return Err(Failure::new("Postfix is missing: apt-get install postfix"));
        }
        let directory = Directory::create("postfix")?;
        let port = network::free_port();
        let transport = home_routes(&dovecot.lmtp());
        fs::write(directory.path().join("main.cf"), main_cf(directory.path(), dovecot))?;
        fs::write(directory.path().join("master.cf"), master_cf(port))?;
        create_queue(directory.path())?;
        fs::write(directory.path().join("transport"), &transport)?;
        let command = [MASTER, "-c", &directory.path().to_string_lossy(), "-d"].map(str::to_owned);
        let server = Supervised::start(directory, &Stop::Kill, &command)?;
        server.ready("Postfix", SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        Ok(Self { server, port, transport: Mutex::new(transport) })
    }

    pub fn route(&self, domain: &str, to: SocketAddr) -> Result<()> {
        let mut transport = self.transport.lock().expect("no route panics half-way");
        writeln!(transport, "{domain} smtp:[{}]:{}", to.ip(), to.port()).expect("a string takes all");
        fs::write(self.server.directory().join("transport"), transport.as_str())?;
        self.reload()
    }

    /// Processes read the routes when they start, and an idle one may still take the next mail: the old
    /// ones must be gone.
    fn reload(&self) -> Result<()> {
        let old = self.server.children();
        run(Command::new("sh").args(["-c", &format!("kill -s HUP {}", self.server.id())]))?;
        network::patiently("Postfix to forget its old routes", || {
            let now = self.server.children();
            let left = old.iter().any(|child| READERS.contains(&child.1.as_str()) && now.contains(child));
            (!left).then_some(())
        })
    }

    pub fn smtp(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.server.directory().join("server.log")).unwrap_or_default()
    }
}

fn home_routes(lmtp: &Path) -> String {
    DOMAINS.iter().map(|domain| format!("{domain} lmtp:unix:{}\n", lmtp.display())).collect()
}

/// What `postfix check` would create, without its opinions on the rest of the machine.
fn create_queue(directory: &Path) -> Result<()> {
    let folders = |mode: &str, owner: &str, names: &[&str]| {
        let paths = names.iter().map(|name| directory.join(name));
        run(Command::new("install").args(["-d", "-m", mode, "-o", owner]).args(paths))
    };
    folders("755", "root", &["queue", "queue/pid"])?;
    folders("755", "postfix", &["data"])?;
    let rooms = ["incoming", "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "saved"]
        .map(|room| format!("queue/{room}"));
    folders("700", "postfix", &rooms.each_ref().map(String::as_str))?;
    folders("700", "postfix", &["queue/trace", "queue/private"])?;
    folders("730", "postfix", &["queue/maildrop"])?;
    folders("755", "postfix", &["queue/public"])
}

fn main_cf(directory: &Path, dovecot: &Dovecot) -> String {
    format!(
        "compatibility_level = 3.6
queue_directory = {dir}/queue
data_directory = {dir}/data
maillog_file_prefixes = {dir}
maillog_file = {dir}/server.log
myhostname = mail.kapocs.example
myorigin = kapocs.example
mydestination =
local_recipient_maps =
alias_maps =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
transport_maps = texthash:{dir}/transport
default_transport = error:5.4.4 the test network has no route there
recipient_delimiter = +
smtpd_relay_restrictions = permit_mynetworks, reject
local_header_rewrite_clients =
message_size_limit = 104857600
mailbox_size_limit = 0
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {passwords}
smtpd_tls_security_level = may
smtpd_tls_cert_file = {chain}
smtpd_tls_key_file = {key}
",
        dir = directory.display(),
        passwords = dovecot.passwords().display(),
        chain = dovecot.certificate().chain().display(),
        key = dovecot.certificate().key().display(),
    )
}

fn master_cf(port: u16) -> String {
    format!(
        "127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"
    )
}

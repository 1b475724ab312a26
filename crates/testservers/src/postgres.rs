//! A PostgreSQL cluster of our own.

use std::{
    env, fs,
    net::{Ipv4Addr, SocketAddr},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use crate::{
    Failure, Result,
    certificate::Certificate,
    network,
    supervised::{self, Directory, Stop, Supervised},
};

/// A running PostgreSQL: started here, or one that was given by its address.
pub struct Postgres {
    url: String,
    programs: Option<PathBuf>,
    certificate: Option<Certificate>,
    _server: Option<Supervised>,
}

impl Postgres {
    /// The variable with the address of a server to use instead of starting one.
    pub const GIVEN: &str = "KAPOCS_TEST_POSTGRES";

    /// Starts a private server with `fsync` on, which listens on 127.0.0.1 only.
    pub fn start() -> Result<Self> {
        supervised::with_retries(|| Self::start_on(network::free_port(), false))
    }

    /// As [`Postgres::start`], with TLS and a certificate for `localhost` of an authority of its own.
    pub fn start_secure() -> Result<Self> {
        supervised::with_retries(|| Self::start_on(network::free_port(), true))
    }

    /// Whom clients of [`Postgres::start_secure`] are to trust.
    pub fn authority(&self) -> Option<&Path> {
        self.certificate.as_ref().map(Certificate::authority)
    }

    /// The one server of this process.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| match env::var(Self::GIVEN) {
            Ok(url) if !url.is_empty() => {
                Self { url, programs: newest_programs(), certificate: None, _server: None }
            }
            _ => Self::start().unwrap_or_else(|failure| panic!("{failure}")),
        })
    }

    /// The address of the server's own database, with the right to create others.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Creates an empty database and returns its address.
    pub fn create_database(&self) -> Result<String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("kapocs_{}_{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let psql = self.programs.as_ref().map_or_else(|| PathBuf::from("psql"), |path| path.join("psql"));
        let create = format!("CREATE DATABASE {name}");
        supervised::run(Command::new(psql).args(["-X", "-q", "-d", &self.url, "-c", &create]))?;
        Ok(with_database(&self.url, &name))
    }

    fn start_on(port: u16, is_secure: bool) -> Result<Self> {
        let programs = newest_programs()
            .ok_or_else(|| Failure::new("PostgreSQL is missing: apt-get install postgresql"))?;
        let directory = Directory::create("postgres")?;
        let data = directory.path().join("data");
        create_cluster(&programs, directory.path(), &data)?;
        let certificate = if is_secure { Some(certify(directory.path(), &data)?) } else { None };
        let server = Supervised::start(directory, &Stop::Quit, &command(&programs, &data, port))?;
        server.ready("PostgreSQL", SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        accepts_queries(&programs, &url)?;
        Ok(Self { url, programs: Some(programs), certificate, _server: Some(server) })
    }
}

fn create_cluster(programs: &Path, parent: &Path, data: &Path) -> Result<()> {
    fs::create_dir(data)?;
    if supervised::is_root() {
        supervised::run(Command::new("chown").arg("postgres:").arg(data))?;
    }
    let mut words = supervised::as_user("postgres");
    words.push(programs.join("initdb").display().to_string());
    words.extend(["--no-sync", "--auth=trust", "--username=postgres", "-E", "UTF8"].map(str::to_owned));
    words.extend(["--locale=C.UTF-8".to_owned(), "-D".to_owned(), data.display().to_string()]);
    supervised::run(Command::new(&words[0]).args(&words[1..]).current_dir(parent))
}

/// The server reads its key only when nobody else can.
fn certify(parent: &Path, data: &Path) -> Result<Certificate> {
    let certificate = Certificate::issue(parent)?;
    for (from, to) in [(certificate.chain(), "server.crt"), (certificate.key(), "server.key")] {
        let to = data.join(to);
        fs::copy(from, &to)?;
        fs::set_permissions(&to, fs::Permissions::from_mode(0o600))?;
        if supervised::is_root() {
            supervised::run(Command::new("chown").arg("postgres:").arg(&to))?;
        }
    }
    let settings = data.join("postgresql.conf");
    let written = fs::read_to_string(&settings)?;
    fs::write(&settings, format!("{written}\nssl = on\n"))?;
    Ok(certificate)
}

fn command(programs: &Path, data: &Path, port: u16) -> Vec<String> {
    let mut words = supervised::as_user("postgres");
    words.push(programs.join("postgres").display().to_string());
    words.extend(["-D".to_owned(), data.display().to_string(), "-p".to_owned(), port.to_string()]);
    for setting in
        ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=300", "fsync=on"]
    {
        words.extend(["-c".to_owned(), setting.to_owned()]);
    }
    words
}

/// The port opens a moment before the server is willing to answer.
fn accepts_queries(programs: &Path, url: &str) -> Result<()> {
    network::patiently("an answer of PostgreSQL", || {
        let mut asked = Command::new(programs.join("pg_isready"));
        supervised::run(asked.args(["-q", "-d", url])).ok()
    })
}

/// Debian keeps the server's programs out of the PATH, a folder per version.
fn newest_programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, programs)| programs.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().map(|(_, programs)| programs)
}

fn with_database(url: &str, name: &str) -> String {
    let (address, options) = url.split_once('?').map_or((url, None), |(a, o)| (a, Some(o)));
    let server = address.rsplit_once('/').map_or(address, |(server, _)| server);
    options.map_or_else(|| format!("{server}/{name}"), |options| format!("{server}/{name}?{options}"))
}

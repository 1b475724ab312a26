//! The product itself, as a child process with a fresh database, and a plain HTTP/1.1 client to drive it.

use std::{
    env,
    error::Error,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const PASSWORD: &str = "esőben ázó zsiráf";

/// A folder with a workspace in it; wiped when dropped.
pub struct Place {
    folder: PathBuf,
    pub key: String,
}

impl Place {
    /// On SQLite, or on the PostgreSQL database given.
    pub fn prepare(database: Option<&str>) -> Result<Arc<Self>> {
        let folder = env::temp_dir().join(format!("kapocs-bench-{}-{}", std::process::id(), free_port()?));
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("password"), PASSWORD)?;
        let mut place = Self { folder, key: String::new() };
        let mut setup = place.program("setup", database)?;
        setup.args(["--workspace", "Bench", "--admin", "anna@bench.example", "--json", "--password-file"]);
        setup.arg(place.folder.join("password"));
        let made = String::from_utf8(setup.output()?.stdout)?;
        place.key = field(&made, "api_key").ok_or("setup printed no key")?;
        Ok(Arc::new(place))
    }

    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The program with a subcommand upon this place.
    pub fn program(&self, subcommand: &str, database: Option<&str>) -> Result<Command> {
        let program = env::var("KAPOCS_PROGRAM").map_err(|_| "KAPOCS_PROGRAM does not name the program")?;
        let mut command = Command::new(program);
        command.arg(subcommand).arg("--data").arg(self.data());
        if let Some(url) = database {
            command.args(["--database", url]);
        }
        Ok(command)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A running server; ended when dropped.
pub struct Server {
    child: Child,
    pub port: u16,
    /// From the start of the process to the first "ready".
    pub start: Duration,
    // Last: wiped when the server has ended.
    place: Arc<Place>,
}

impl Server {
    /// A new place and a server upon it.
    pub fn start(database: Option<&str>) -> Result<Self> {
        Self::over(&Place::prepare(database)?, database)
    }

    pub fn over(place: &Arc<Place>, database: Option<&str>) -> Result<Self> {
        let port = free_port()?;
        let mut serve = place.program("serve", database)?;
        serve.args(["--listen", &format!("127.0.0.1:{port}")]).env("KAPOCS_RATE_LIMITS", "false");
        serve.env("KAPOCS_DNS", "off");
        serve.env("KAPOCS_LOG", "warn").stdout(Stdio::null()).stderr(Stdio::null());
        let began = Instant::now();
        let child = serve.spawn()?;
        let mut server = Self { child, port, start: Duration::ZERO, place: Arc::clone(place) };
        while server
            .client()
            .and_then(|mut client| client.get("/health/ready"))
            .map_or(true, |reply| reply.status != 200)
        {
            if began.elapsed() > Duration::from_secs(60) {
                return Err("the server does not get ready".into());
            }
            thread::park_timeout(Duration::from_millis(2));
        }
        server.start = began.elapsed();
        Ok(server)
    }

    /// A connection that stays open, with the key of the setup.
    pub fn client(&self) -> Result<Client> {
        Client::open(self.port, &self.place.key)
    }

    /// Resident memory, in bytes.
    pub fn memory(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
        let kilobytes: f64 = line.split_whitespace().nth(1).ok_or("no figure")?.parse()?;
        Ok(kilobytes * 1024.0)
    }

    /// Processor time used so far.
    pub fn processor_time(&self) -> Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let fields: Vec<&str> = stat.rsplit(") ").next().ok_or("no fields")?.split(' ').collect();
        let ticks: u64 = fields[11].parse::<u64>()? + fields[12].parse::<u64>()?;
        Ok(Duration::from_millis(ticks * 10))
    }

    /// Waits until no job is left.
    pub fn wait_until_worked(&self) -> Result<()> {
        let mut client = self.client()?;
        loop {
            let text = client.get("/metrics")?.body;
            if text.lines().any(|line| line == "kapocs_jobs_waiting 0") {
                return Ok(());
            }
            thread::park_timeout(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Connects to a server of this run.
pub fn dial(port: u16) -> Result<TcpStream> {
    Ok(testservers::dial(SocketAddr::from(([127, 0, 0, 1], port)))?)
}

pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// The text of a field in flat JSON.
pub fn field(json: &str, name: &str) -> Option<String> {
    let (_, rest) = json.split_once(&format!("\"{name}\":\""))?;
    Some(rest.split('"').next()?.to_owned())
}

pub struct Reply {
    pub status: u16,
    pub body: String,
}

pub struct Client {
    stream: BufReader<TcpStream>,
    host: String,
    token: String,
}

impl Client {
    pub fn open(port: u16, token: &str) -> Result<Self> {
        let stream = dial(port)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::new(stream),
            host: format!("127.0.0.1:{port}"),
            token: token.to_owned(),
        })
    }

    pub fn with_token(mut self, token: &str) -> Self {
        token.clone_into(&mut self.token);
        self
    }

    pub fn get(&mut self, path: &str) -> Result<Reply> {
        self.call("GET", path, "")
    }

    pub fn post(&mut self, path: &str, json: &str) -> Result<Reply> {
        self.call("POST", path, json)
    }

    fn call(&mut self, method: &str, path: &str, body: &str) -> Result<Reply> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.host,
            self.token,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).ok_or("no status")?.parse()?;
        let mut length = 0;
        let mut chunked = false;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let lower = line.to_ascii_lowercase();
            if lower.trim().is_empty() {
                break;
            }
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
            chunked |= lower.starts_with("transfer-encoding: chunked");
        }
        let body = if chunked { self.chunks()? } else { self.exactly(length)? };
        Ok(Reply { status, body: String::from_utf8(body)? })
    }

    fn exactly(&mut self, length: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.stream.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut whole = Vec::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            let length = usize::from_str_radix(line.trim(), 16)?;
            let chunk = self.exactly(length + 2)?;
            if length == 0 {
                return Ok(whole);
            }
            whole.extend_from_slice(&chunk[..length]);
        }
    }
}

/// The time below which `share` of the measurements lie.
pub fn quantile(times: &mut [Duration], share: f64) -> Duration {
    times.sort_unstable();
    let index = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
    times.get(index).copied().unwrap_or_default()
}

pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

//! A server process with its directory, and the watchdog that outlives us.

use std::{
    env, fs,
    io::{self, BufRead, BufReader},
    net::SocketAddr,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{self, Child, ChildStdin, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use crate::{Failure, Result, network};

/// Waits on its standard input. That pipe closes when the owner drops it or dies, even by SIGKILL: then the
/// server is stopped, its process group swept and its directory removed.
const WATCHDOG: &str = r#"
directory=$1 signal=$2 group=$3; shift 3
setsid "$@" >"$directory/output.log" 2>&1 </dev/null &
server=$!
echo "$server"
read -r _
kill -s "$signal" -- "$group$server" 2>/dev/null
setsid sh -c 'sleep 10; kill -s KILL -- "-$1"' late "$server" >/dev/null 2>&1 </dev/null &
late=$!
wait "$server" 2>/dev/null
kill -s KILL -- "-$late" "-$server" 2>/dev/null
rm -rf -- "$directory"
"#;

/// A directory under the system's temporary one, removed with its value.
pub(crate) struct Directory(PathBuf);

impl Directory {
    /// The servers run as users of their own, so everybody may pass through.
    pub fn create(kind: &str) -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let path = loop {
            let name = format!("kapocs-{kind}-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
            let path = env::temp_dir().join(name);
            match fs::create_dir(&path) {
                Ok(()) => break path,
                // Left behind by a process that had our id before.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error.into()),
            }
        };
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// How a server is stopped.
pub(crate) enum Stop {
    /// At once, with its children; nobody will read its files again.
    Kill,
    /// PostgreSQL's children leave its process group; told so, it stops them without a checkpoint.
    Quit,
}

impl Stop {
    /// Arguments of `kill`, before the id.
    fn signal(&self) -> [&'static str; 2] {
        match self {
            Self::Kill => ["KILL", "-"],
            Self::Quit => ["QUIT", ""],
        }
    }
}

pub(crate) struct Supervised {
    watchdog: Child,
    leash: Option<ChildStdin>,
    server: u32,
    directory: Directory,
}

impl Supervised {
    pub fn start(directory: Directory, stop: &Stop, command: &[String]) -> Result<Self> {
        let mut watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "watchdog"])
            .arg(directory.path())
            .args(stop.signal())
            .args(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Ctrl-C reaches the whole foreground group; the watchdog must survive it to do its work.
            .process_group(0)
            .spawn()?;
        let leash = watchdog.stdin.take();
        let stdout = watchdog.stdout.take().expect("the watchdog's output is piped");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let server = line.trim().parse().map_err(|_| Failure::new("the watchdog started no server"))?;
        Ok(Self { watchdog, leash, server, directory })
    }

    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The process id of the server itself.
    pub fn id(&self) -> u32 {
        self.server
    }

    /// The ids and names of the server's own processes.
    pub fn children(&self) -> Vec<(u32, String)> {
        let id = self.server;
        let list = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        let ids = list.split_whitespace().filter_map(|id| id.parse().ok());
        ids.filter_map(|id| Some((id, fs::read_to_string(format!("/proc/{id}/comm")).ok()?)))
            .map(|(id, name)| (id, name.trim_end().to_owned()))
            .collect()
    }

    /// Waits until something listens on `address`, or says why the server gave up.
    pub fn ready(&self, name: &str, address: SocketAddr) -> Result<()> {
        let listening = network::patiently(&format!("{name} on {address}"), || {
            if !self.is_running() {
                return Some(false);
            }
            network::dial(address).is_ok().then_some(true)
        });
        match listening {
            Ok(true) => Ok(()),
            Ok(false) => Err(Failure::new(format!("{name} stopped at once: {}", self.last_words()))),
            Err(failure) => Err(Failure::new(format!("{failure}: {}", self.last_words()))),
        }
    }

    /// A stopped child is a zombie until the watchdog collects it, so its id alone proves nothing.
    fn is_running(&self) -> bool {
        fs::read_to_string(format!("/proc/{}/stat", self.server))
            .ok()
            .and_then(|stat| stat.rsplit_once(") ").map(|(_, rest)| !rest.starts_with('Z')))
            .unwrap_or(false)
    }

    fn last_words(&self) -> String {
        let logs = ["output.log", "server.log"].map(|name| self.directory().join(name));
        let text: String = logs.iter().filter_map(|path| fs::read_to_string(path).ok()).collect();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(8)..].join(" | ")
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.leash.take());
        let _ = self.watchdog.wait();
    }
}

/// Runs a command to its end; the failure holds what it said.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| Failure::new(format!("{name} cannot be run: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stderr, output.stdout].concat();
    Err(Failure::new(format!("{name} failed: {}", String::from_utf8_lossy(&said).trim())))
}

/// Starts a server anew when the port it was promised has been taken by somebody else in between.
pub(crate) fn with_retries<T>(mut start: impl FnMut() -> Result<T>) -> Result<T> {
    start().or_else(|_| start()).or_else(|_| start())
}

/// The arguments that run a program as another user; nothing when we are not root.
pub(crate) fn as_user(user: &str) -> Vec<String> {
    if !is_root() {
        return Vec::new();
    }
    let options = ["setpriv", "--init-groups", "--reuid", user, "--regid", user, "--"];
    options.iter().map(ToString::to_string).collect()
}

pub(crate) fn is_root() -> bool {
    fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| {
            let line = status.lines().find(|line| line.starts_with("Uid:"))?.to_owned();
            Some(line.split_whitespace().nth(2)? == "0")
        })
        .unwrap_or(false)
}

//! The real program as a child process, with a data folder and a database of its own.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{self, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::process::{Child, Command};

use crate::{
    check::Error,
    client::Client,
    engine::{Database, Engine},
};

/// The variable with the path of the program under examination.
pub const GIVEN: &str = "KAPOCS_PROGRAM";
pub const ADMIN: &str = "anna@mecses.example";
pub const PASSWORD: &str = "kapocs-demo-2026!";
const PATIENCE: Duration = Duration::from_secs(30);

/// A running program. Its folder and its database end with it.
pub struct Program {
    pub url: String,
    pub port: u16,
    /// The key that `setup` printed: administrator and operator.
    pub key: String,
    pub workspace: String,
    folder: PathBuf,
    database: Database,
    variables: Vec<(String, String)>,
    /// A command that runs the program, for a world of its own.
    within: Vec<String>,
    child: Option<Child>,
}

impl Program {
    pub async fn start(engine: Engine) -> Result<Self, Error> {
        Self::start_with(engine, &[]).await
    }

    /// Variables are given without their `KAPOCS_`.
    pub async fn start_with(engine: Engine, variables: &[(&str, &str)]) -> Result<Self, Error> {
        let mut program = Self::installed(engine, "Mécses Bolt", ADMIN).await?;
        for (name, value) in variables {
            program.variables.push((format!("KAPOCS_{name}"), (*value).to_owned()));
        }
        program.restart().await?;
        Ok(program)
    }

    /// Set up, and not started.
    pub async fn installed(engine: Engine, workspace: &str, admin: &str) -> Result<Self, Error> {
        let mut program = Self::bare(engine).await?;
        program.set_up(workspace, admin).await?;
        Ok(program)
    }

    /// Runs `kapocs setup`.
    pub async fn set_up(&mut self, workspace: &str, admin: &str) -> Result<(), Error> {
        let password = self.folder.join("password");
        fs::write(&password, PASSWORD)?;
        let words = ["setup", "--workspace", workspace, "--admin", admin, "--json", "--password-file"];
        let output = self.command(&words).arg(&password).output().await?;
        if !output.status.success() {
            return Err(format!("setup: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        let made: Value = serde_json::from_slice(&output.stdout)?;
        let text =
            |name: &str| made[name].as_str().map(str::to_owned).ok_or(format!("setup printed no {name}"));
        self.key = text("api_key")?;
        self.workspace = text("workspace_id")?;
        Ok(())
    }

    /// Neither set up nor started.
    pub async fn bare(engine: Engine) -> Result<Self, Error> {
        let folder = scratch()?;
        let database = Database::create(engine, &folder).await?;
        let port = testservers::free_port();
        Ok(Self {
            url: format!("http://127.0.0.1:{port}"),
            port,
            key: String::new(),
            workspace: String::new(),
            folder,
            database,
            // Nothing is asked of the network, unless a check has a resolver of its own.
            variables: vec![("KAPOCS_DNS".to_owned(), "off".to_owned())],
            within: Vec::new(),
            child: None,
        })
    }

    /// Sets a configuration variable for the next start, without its `KAPOCS_`.
    pub fn configure(&mut self, name: &str, value: impl Into<String>) {
        self.variables.push((format!("KAPOCS_{name}"), value.into()));
    }

    /// Runs the program from now on by another command, which takes its place.
    pub fn run_within(&mut self, words: &[&str]) {
        self.within = words.iter().map(|word| (*word).to_owned()).collect();
    }

    /// One call of the program's command line, with this place and configuration.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = match self.within.split_first() {
            None => Command::new(path()),
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(path());
                command
            }
        };
        let (verb, rest) = words.split_first().expect("a command has a verb");
        command.arg(verb).arg("--data").arg(self.data()).args(rest);
        for (name, _) in env::vars().filter(|(name, _)| name.starts_with("KAPOCS_")) {
            command.env_remove(name);
        }
        if let Some(url) = self.database.url() {
            command.env("KAPOCS_DATABASE", url);
        }
        command.envs(self.variables.iter().cloned()).stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// Starts the server (again), and waits until it is ready.
    pub async fn restart(&mut self) -> Result<(), Error> {
        self.spawn()?;
        let given_up = Instant::now() + PATIENCE;
        while !self.is_ready().await {
            if let Some(status) = self.child.as_mut().and_then(|child| child.try_wait().ok()?) {
                return Err(format!("the server ended: {status}\n{}", self.log()).into());
            }
            if Instant::now() > given_up {
                return Err(format!("the server is not ready\n{}", self.log()).into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Starts the server without waiting.
    pub fn spawn(&mut self) -> Result<(), Error> {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.log_file())?;
        let listen = format!("127.0.0.1:{}", self.port);
        let mut command = self.command(&["serve", "--listen", &listen]);
        self.child = Some(command.stdout(log.try_clone()?).stderr(log).spawn()?);
        Ok(())
    }

    pub async fn is_ready(&self) -> bool {
        let answer = Client::stranger(&self.url).get("/health/ready").await;
        answer.is_ok_and(|answer| answer.status == 200)
    }

    pub async fn kill9(&mut self) -> Result<(), Error> {
        if let Some(mut child) = self.child.take() {
            child.kill().await?;
        }
        Ok(())
    }

    /// The number of the running process.
    pub fn process(&self) -> Result<u32, Error> {
        self.child.as_ref().and_then(Child::id).ok_or_else(|| "the server does not run".into())
    }

    /// Asks the server to stop, as an init system does.
    pub async fn signal_to_stop(&self) -> Result<(), Error> {
        let id = self.process()?;
        let status = Command::new("kill").args(["-TERM", &id.to_string()]).status().await?;
        if status.success() { Ok(()) } else { Err("the server cannot be told to stop".into()) }
    }

    /// Waits until the server has ended, and says how.
    pub async fn ended(&mut self, within: Duration) -> Result<Option<process::ExitStatus>, Error> {
        let Some(child) = self.child.as_mut() else { return Err("the server does not run".into()) };
        match tokio::time::timeout(within, child.wait()).await {
            Ok(status) => {
                self.child = None;
                Ok(Some(status?))
            }
            Err(_) => Ok(None),
        }
    }

    pub async fn terminate(&mut self) -> Result<(), Error> {
        self.signal_to_stop().await?;
        self.ended(PATIENCE).await?.map(drop).ok_or_else(|| "the server did not stop".into())
    }

    /// The administrator and operator of the command line.
    pub fn admin(&self) -> Client {
        Client::with_key(&self.url, &self.key)
    }

    pub fn stranger(&self) -> Client {
        Client::stranger(&self.url)
    }

    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn database(&self) -> &Database {
        &self.database
    }

    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub fn log(&self) -> String {
        fs::read(self.log_file())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.join("log")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.start_kill();
        }
        self.database.remove();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn path() -> PathBuf {
    match env::var_os(GIVEN) {
        Some(path) => PathBuf::from(path),
        None => {
            env::current_exe().ok().and_then(|own| Some(own.parent()?.join("kapocs"))).unwrap_or_default()
        }
    }
}

fn scratch() -> Result<PathBuf, Error> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("kapocs-accept-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let folder: PathBuf = Path::new(&env::temp_dir()).join(name);
    fs::create_dir_all(folder.join("data"))?;
    Ok(folder)
}

//! Running commands, with their output shown as it comes.

use std::{
    io::{self, IsTerminal, Read, Write},
    process::{Command, Stdio},
    thread,
};

/// Why we stop: what the person reads last, one line where possible.
#[derive(Debug)]
pub struct Failure(Option<String>);

pub type Result<T = ()> = std::result::Result<T, Failure>;

impl Failure {
    pub fn new(text: impl Into<String>) -> Self {
        Self(Some(text.into()))
    }

    /// Everything has been said already.
    pub fn silent() -> Self {
        Self(None)
    }

    pub fn print(&self) {
        if let Some(text) = &self.0 {
            eprintln!("{text}");
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// Runs a command that talks to the person directly.
pub fn show(command: &mut Command) -> Result {
    let status = command.status().map_err(|error| cannot_run(command, &error))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{} failed: {status}", name(command)))) }
}

/// The output of a short command; nothing when it fails.
pub fn ask(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Shows a command's output and keeps it too.
pub struct Heard {
    pub success: bool,
    pub text: String,
}

pub fn listen(command: &mut Command) -> Result<Heard> {
    if io::stdout().is_terminal() {
        command.envs([("CARGO_TERM_COLOR", "always"), ("FORCE_COLOR", "1")]);
    }
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| cannot_run(command, &error))?;
    let stdout = child.stdout.take().expect("stdout is piped");
    let stderr = child.stderr.take().expect("stderr is piped");
    let errors = thread::spawn(move || copy(stderr, io::stderr()));
    let mut text = copy(stdout, io::stdout());
    text.push('\n');
    text.push_str(&errors.join().expect("copying does not panic"));
    Ok(Heard { success: child.wait()?.success(), text })
}

fn copy(mut from: impl Read, mut to: impl Write) -> String {
    let (mut kept, mut chunk) = (Vec::new(), [0; 8192]);
    while let Ok(size) = from.read(&mut chunk) {
        if size == 0 {
            break;
        }
        // A closed terminal must not end the tests half-way.
        let _ = to.write_all(&chunk[..size]).and_then(|()| to.flush());
        kept.extend_from_slice(&chunk[..size]);
    }
    String::from_utf8_lossy(&kept).into_owned()
}

fn name(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn cannot_run(command: &Command, error: &io::Error) -> Failure {
    Failure::new(format!("{} cannot be run: {error}", name(command)))
}

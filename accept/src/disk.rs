//! A disk of our own that can be full, and system calls that fail.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStderr, Command},
    time::timeout,
};

use crate::check::Error;

/// A small file system at a folder, unmounted with its value.
pub struct Volume {
    folder: PathBuf,
}

impl Volume {
    /// Needs the right to mount; `unshare --map-root-user --mount` gives it to anybody.
    pub async fn mount(folder: &Path, megabytes: u32) -> Result<Self, Error> {
        let size = format!("size={megabytes}m,mode=0700");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder).output().await?;
        if !mounted.status.success() {
            let said = String::from_utf8_lossy(&mounted.stderr).into_owned();
            return Err(format!("no small disk: {said} (run within unshare --map-root-user --mount)").into());
        }
        Ok(Self { folder: folder.to_owned() })
    }

    /// Fills the disk until only so many bytes are free.
    pub fn fill(&self, left: u64) -> Result<(), Error> {
        let mut ballast = fs::OpenOptions::new().create(true).append(true).open(self.ballast())?;
        let block = vec![0xAA; 64 << 10];
        loop {
            let free = self.free()?;
            if free <= left {
                return Ok(());
            }
            let size = usize::try_from(free - left).unwrap_or(usize::MAX).min(block.len());
            match ballast.write(&block[..size]) {
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::StorageFull => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    pub fn clear(&self) -> Result<(), Error> {
        Ok(fs::remove_file(self.ballast())?)
    }

    fn free(&self) -> Result<u64, Error> {
        let disk = rustix::fs::statvfs(&self.folder)?;
        Ok(disk.f_bavail * disk.f_frsize)
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("--lazy").arg(&self.folder).status();
    }
}

/// `strace` on a running program: chosen system calls fail until it is let go.
pub struct Fault {
    tracer: Child,
    trace: PathBuf,
}

impl Fault {
    /// `calls` as in `fsync,fdatasync`; `file` narrows them to one file.
    pub async fn inject(
        process: u32,
        calls: &str,
        error: &str,
        file: Option<&Path>,
        trace: PathBuf,
    ) -> Result<Self, Error> {
        let mut command = Command::new("strace");
        command.args(["-f", "-p", &process.to_string(), "-e", &format!("trace={calls}")]);
        command.args(["-e", &format!("inject={calls}:error={error}"), "-o"]).arg(&trace);
        if let Some(file) = file {
            command.arg("-P").arg(file);
        }
        let mut tracer = command.stderr(Stdio::piped()).stdin(Stdio::null()).kill_on_drop(true).spawn()?;
        let mut lines = BufReader::new(tracer.stderr.take().expect("stderr is piped")).lines();
        attached(&mut lines).await?;
        // Whatever it says later must not fill the pipe.
        tokio::spawn(async move { while lines.next_line().await.is_ok_and(|line| line.is_some()) {} });
        Ok(Self { tracer, trace })
    }

    /// Lets the program go on unharmed; gives the calls that were seen, a line each.
    pub async fn end(mut self) -> Result<Vec<String>, Error> {
        if let Some(id) = self.tracer.id() {
            Command::new("kill").args(["-INT", &id.to_string()]).stderr(Stdio::null()).status().await?;
        }
        self.tracer.wait().await?;
        Ok(fs::read_to_string(&self.trace)?.lines().map(str::to_owned).collect())
    }
}

async fn attached(lines: &mut Lines<BufReader<ChildStderr>>) -> Result<(), Error> {
    let mut said = String::new();
    while let Some(line) = timeout(Duration::from_secs(10), lines.next_line()).await?? {
        if line.contains("attached") {
            return Ok(());
        }
        said.push_str(&line);
    }
    Err(format!("strace cannot attach: {said}").into())
}

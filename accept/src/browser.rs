//! A real Chromium, driven by the scripts in `accept/browser` through the driver of the application's own tests.

use std::{path::Path, process::Stdio};

use serde_json::Value;
use tokio::{io::AsyncWriteExt, process::Command};

use crate::check::Error;

/// Gives a task to a script and reads what it has seen.
pub async fn drive(script: &str, mut task: Value) -> Result<Value, Error> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    task["ui"] = here.join("../ui").to_string_lossy().into();
    let mut node = Command::new("node")
        .arg(here.join("browser").join(script))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut input = node.stdin.take().ok_or("node has no input")?;
    input.write_all(task.to_string().as_bytes()).await?;
    drop(input);
    let output = node.wait_with_output().await?;
    if !output.status.success() {
        return Err(format!("{script}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

//! The vendors' SDKs against the program: their Node and Python packages, and the run.

use std::{fs, path::PathBuf, process::Command};

use crate::{
    frontend::Frontend,
    run::{self, Failure, Result},
};

/// Installs what `sdks/package-lock.json` and `sdks/requirements.txt` name.
pub fn prepare(sdks: &Frontend) -> Result {
    sdks.install()?;
    let wanted = fs::read_to_string(sdks.folder().join("requirements.txt")).map_err(told)?;
    let stamp = environment(sdks).join(".kapocs-installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        println!("   sdks: Python packages are up to date");
        return Ok(());
    }
    println!("   sdks: installing Python packages");
    run::show(Command::new("python3").args(["-m", "venv"]).arg(environment(sdks)))?;
    let mut pip = Command::new(environment(sdks).join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"]);
    run::show(pip.current_dir(sdks.folder()))?;
    fs::write(stamp, wanted).map_err(told)
}

fn told(error: std::io::Error) -> Failure {
    Failure::new(format!("sdks: {error}"))
}

fn environment(sdks: &Frontend) -> PathBuf {
    sdks.folder().join(".venv")
}

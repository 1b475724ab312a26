//! `cargo xtask demo`: from the sources to a running program with a workspace full of life.

use std::{fs, os::unix::process::CommandExt, path::Path, process::Command};

use crate::{
    frontend::Frontend,
    run::{self, Failure, Result},
    steps::Steps,
    system,
    workspace::{self, Workspace},
};

const ADDRESS: &str = "127.0.0.1:8080";

pub fn run(workspace: &Workspace, arguments: &[String]) -> Result {
    let wishes = Wishes::read(arguments)?;
    let data = workspace::home("XDG_DATA_HOME", ".local/share")
        .ok_or_else(|| {
            Failure::new("Neither HOME nor XDG_DATA_HOME is set: there is no place for the demo's data")
        })?
        .join("kapocs-demo");
    let mut steps = Steps::new();
    let frontends = Frontend::all(workspace);
    steps.prepare("Node", system::node)?;
    steps.prepare("Front ends: packages and build", || frontends.iter().try_for_each(Frontend::prepare))?;
    let build = ["build", "--locked", "--release", "--package", "kapocs"];
    steps.prepare("The program (the first time takes some minutes)", || {
        run::show(&mut workspace.cargo(build))
    })?;
    if wishes.fresh && data.exists() {
        fs::remove_dir_all(&data)?;
    }
    fs::create_dir_all(&data)?;
    println!();
    Err(become_program(&workspace.built("release", "kapocs"), &data, &wishes.listen))
}

/// Replaces this process, so that Ctrl-C and signals reach the program alone; returns only when it cannot.
fn become_program(program: &Path, data: &Path, listen: &str) -> Failure {
    let error = Command::new(program).arg("demo").arg("--data").arg(data).args(["--listen", listen]).exec();
    Failure::new(format!("{} cannot be run: {error}", program.display()))
}

struct Wishes {
    fresh: bool,
    listen: String,
}

impl Wishes {
    fn read(arguments: &[String]) -> Result<Self> {
        let mut wishes = Self { fresh: false, listen: ADDRESS.to_owned() };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--fresh" => wishes.fresh = true,
                "--listen" => {
                    let address =
                        arguments.next().ok_or_else(|| Failure::new("--listen needs an address"))?;
                    wishes.listen.clone_from(address);
                }
                other => return Err(Failure::new(format!("demo knows --fresh and --listen, not {other}"))),
            }
        }
        Ok(wishes)
    }
}

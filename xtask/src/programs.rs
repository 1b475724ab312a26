//! `cargo xtask accept` and `cargo xtask bench`: programs of the workspace that need the front ends built.

use std::env;

use crate::{
    frontend::Frontend,
    run::{self, Failure, Result},
    system,
    workspace::Workspace,
};

/// Names the program under examination; another one than that of these sources may be given.
const PROGRAM: &str = "KAPOCS_PROGRAM";

pub fn accept(workspace: &Workspace, arguments: &[String]) -> Result {
    if arguments.is_empty() {
        return Err(Failure::new("cargo xtask accept ID|--all [--control]"));
    }
    prepared(workspace);
    let build = ["build", "--quiet", "--locked", "--package", "accept", "--package", "kapocs", "--bins"];
    run::show(&mut workspace.cargo(build))?;
    let run = ["run", "--quiet", "--locked", "--package", "accept", "--"];
    let words = run.into_iter().chain(arguments.iter().map(String::as_str));
    let mut checks = workspace.cargo(words);
    if env::var_os(PROGRAM).is_none() {
        checks.env(PROGRAM, workspace.built("debug", "kapocs"));
    }
    run::show(&mut checks).map_err(|_| Failure::silent())
}

pub fn bench(workspace: &Workspace, arguments: &[String]) -> Result {
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let profile = if quick { "bench-quick" } else { "release" };
    let names: Vec<String> = arguments.iter().filter(|argument| *argument != "--quick").cloned().collect();
    prepared(workspace);
    let build =
        ["build", "--locked", "--package", "kapocs", "--package", "bench", "--bins", "--profile", profile];
    run::show(&mut workspace.cargo(build))?;
    let run = ["run", "--quiet", "--locked", "--package", "bench", "--profile", profile, "--"];
    let mut benches = workspace.cargo(run.into_iter().chain(names.iter().map(String::as_str)));
    if env::var_os(PROGRAM).is_none() {
        benches.env(PROGRAM, workspace.built(profile, "kapocs"));
    }
    // The program has said itself what is wrong.
    run::show(&mut benches).map_err(|_| Failure::silent())
}

/// Many checks need no front end; those that do will not come far without.
fn prepared(workspace: &Workspace) {
    if let Err(failure) = frontends(workspace) {
        failure.print();
        eprintln!("going on without the front ends");
    }
}

/// One that was built once will do: whoever changes it builds it.
fn frontends(workspace: &Workspace) -> Result {
    for frontend in Frontend::all(workspace).iter().filter(|frontend| !frontend.is_built()) {
        system::node()?;
        frontend.prepare()?;
    }
    Ok(())
}

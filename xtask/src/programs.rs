//! `cargo xtask accept` and `cargo xtask bench`: programs of the workspace that need the front ends built.

use crate::{
    frontend::Frontend,
    run::{self, Failure, Result},
    system,
    workspace::Workspace,
};

pub fn accept(workspace: &Workspace, arguments: &[String]) -> Result {
    if arguments.is_empty() {
        return Err(Failure::new("cargo xtask accept ID|--all [--control]"));
    }
    start(workspace, &["run", "--quiet", "--locked", "--package", "accept", "--"], arguments)
}

pub fn bench(workspace: &Workspace, arguments: &[String]) -> Result {
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let profile = if quick { "bench-quick" } else { "release" };
    let names: Vec<String> = arguments.iter().filter(|argument| *argument != "--quick").cloned().collect();
    start(
        workspace,
        &["run", "--quiet", "--locked", "--package", "bench", "--profile", profile, "--"],
        &names,
    )
}

fn start(workspace: &Workspace, cargo: &[&str], arguments: &[String]) -> Result {
    if let Err(failure) = frontends(workspace) {
        // Many checks need no front end; those that do will not come far.
        failure.print();
        eprintln!("going on without the front ends");
    }
    let words = cargo.iter().copied().chain(arguments.iter().map(String::as_str));
    // The program has said itself what is wrong.
    run::show(&mut workspace.cargo(words)).map_err(|_| Failure::silent())
}

/// One that was built once will do: whoever changes it builds it.
fn frontends(workspace: &Workspace) -> Result {
    for frontend in Frontend::all(workspace).iter().filter(|frontend| !frontend.is_built()) {
        system::node()?;
        frontend.prepare()?;
    }
    Ok(())
}

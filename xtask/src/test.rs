//! `cargo xtask test`: the one command that is also CI.

use std::process::Command;

use testservers::Postgres;

use crate::{
    frontend::Frontend,
    run::{self, Failure, Result},
    sdks, sizes,
    steps::Steps,
    system,
    workspace::Workspace,
};

pub fn run(workspace: &Workspace) -> Result {
    let mut steps = Steps::new();
    let frontends = Frontend::all(workspace);
    steps.prepare("Debian packages", system::prepare)?;
    steps.prepare("Node", system::node)?;
    steps.prepare("Front ends: packages and build", || frontends.iter().try_for_each(Frontend::prepare))?;
    look_at_sources(&mut steps, workspace);
    for frontend in &frontends {
        run_script(&mut steps, "unit tests", "test", frontend);
    }
    let postgres = steps.prepare("PostgreSQL for the tests", start_postgres)?;
    steps.tests(
        "Rust tests on SQLite and PostgreSQL",
        cargo_tests(workspace).env(Postgres::GIVEN, postgres.url()),
    );
    browser_tests(&mut steps, workspace, &frontends);
    sdk_tests(&mut steps, workspace, &postgres)?;
    let mut accept = workspace.cargo(["run", "--locked", "--package", "accept", "--", "--all"]);
    steps.tests("Acceptance checks", accept.env(Postgres::GIVEN, postgres.url()));
    drop(postgres);
    steps.finish()
}

fn look_at_sources(steps: &mut Steps, workspace: &Workspace) {
    steps.check("Format", || run::show(&mut workspace.cargo(["fmt", "--all", "--check"])));
    let clippy =
        ["clippy", "--locked", "--workspace", "--all-targets", "--keep-going", "--", "-D", "warnings"];
    steps.check("Lints", || run::show(&mut workspace.cargo(clippy)));
    steps.check("Sizes and names", || sizes::check(workspace.root()));
}

fn start_postgres() -> Result<Postgres> {
    let server = Postgres::start().map_err(|failure| Failure::new(failure.to_string()))?;
    println!("   a private server on {}", server.url());
    Ok(server)
}

/// Without the examples in doc comments on both ways, so that the numbers agree.
fn cargo_tests(workspace: &Workspace) -> Command {
    let has_nextest = run::ask("cargo", &["nextest", "--version"]).is_some();
    match has_nextest {
        true => workspace.cargo(["nextest", "run", "--locked", "--workspace", "--no-fail-fast"]),
        false => workspace.cargo(["test", "--locked", "--workspace", "--all-targets", "--no-fail-fast"]),
    }
}

fn browser_tests(steps: &mut Steps, workspace: &Workspace, frontends: &[Frontend]) {
    steps.check("The program", || {
        run::show(&mut workspace.cargo(["build", "--locked", "--package", "kapocs"]))
    });
    let program = workspace.built("debug", "kapocs");
    for frontend in frontends {
        if let Some(mut script) = frontend.script("e2e") {
            let title = format!("Browser tests: {}", frontend.name);
            steps.tests(&title, script.env("KAPOCS_PROGRAM", &program));
        }
    }
}

/// On both engines, one after the other.
fn sdk_tests(steps: &mut Steps, workspace: &Workspace, postgres: &Postgres) -> Result {
    let vendors = Frontend::sdks(workspace);
    steps.prepare("The vendors' SDKs: packages", || sdks::prepare(&vendors))?;
    let database = postgres.create_database().map_err(|failure| Failure::new(failure.to_string()))?;
    for (engine, database) in [("SQLite", None), ("PostgreSQL", Some(database))] {
        let Some(mut script) = vendors.script("test") else { continue };
        script.env("KAPOCS_PROGRAM", workspace.built("debug", "kapocs"));
        if let Some(url) = database {
            script.env("KAPOCS_DATABASE", url);
        }
        steps.tests(&format!("The vendors' SDKs on {engine}"), &mut script);
    }
    Ok(())
}

fn run_script(steps: &mut Steps, what: &str, script: &str, frontend: &Frontend) {
    if let Some(mut command) = frontend.script(script) {
        steps.tests(&format!("{}: {what}", frontend.name), &mut command);
    }
}

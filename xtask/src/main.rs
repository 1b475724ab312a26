//! `cargo xtask …`: the project's own commands. Few dependencies, so that it is built in seconds.

mod demo;
mod files;
mod frontend;
mod programs;
mod run;
mod sdks;
mod sizes;
mod steps;
mod system;
mod tally;
mod test;
mod workspace;

use std::{env, process::ExitCode};

use run::Failure;
use workspace::Workspace;

const USAGE: &str = "\
cargo xtask test                     everything CI checks; installs what it needs
cargo xtask demo [--fresh] [--listen ADDR]
                                     builds the program and starts it with the demo workspace
cargo xtask accept ID|--all [--control]
                                     acceptance checks; --control breaks the guard and must turn them red
cargo xtask bench [NAME] [--quick]   benchmarks; --quick builds faster and measures less exactly
cargo xtask sizes                    only the house limits of files and names";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (verb, rest) = arguments.split_first().map_or(("", &[][..]), |(verb, rest)| (verb.as_str(), rest));
    let workspace = Workspace::find();
    let outcome = match verb {
        "test" => test::run(&workspace),
        "demo" => demo::run(&workspace, rest),
        "accept" => programs::accept(&workspace, rest),
        "bench" => programs::bench(&workspace, rest),
        "sizes" => sizes::check(workspace.root()),
        _ => Err(Failure::new(USAGE)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::FAILURE
        }
    }
}

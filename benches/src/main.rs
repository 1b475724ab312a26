//! The benchmarks: `cargo xtask bench [NAME]`. Each prints a table; a figure of ours stands beside a peer's
//! or a physical limit, measured in the same run.

mod disk;
mod load;
mod registry;
mod rest;
mod server;
mod size;
mod table;

use std::{env, process::ExitCode};

use registry::{ALL, Bench};
use table::Table;

fn main() -> ExitCode {
    let names: Vec<String> = env::args().skip(1).collect();
    if let Some(unknown) = names.iter().find(|name| !ALL.iter().any(|bench| bench.name == **name)) {
        eprintln!("There is no benchmark {unknown}. The benchmarks are:");
        ALL.iter().for_each(|bench| eprintln!("  {}  {}", bench.name, bench.title));
        return ExitCode::FAILURE;
    }
    let chosen = ALL.iter().filter(|bench| names.is_empty() || names.iter().any(|name| bench.name == name));
    let broken = chosen.filter(|bench| !measure(bench)).count();
    if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn measure(bench: &Bench) -> bool {
    println!("{}: {}", bench.name, bench.title);
    let mut table = Table::new();
    match (bench.run)(&mut table) {
        Ok(()) => {
            println!("{table}");
            true
        }
        Err(error) => {
            eprintln!("   ! {error}\n");
            false
        }
    }
}

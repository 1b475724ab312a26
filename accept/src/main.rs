//! The acceptance checks: every promise of the product as a command, `cargo xtask accept ID`.
//!
//! A check that cannot fail proves nothing. So each has a control: with its guard off it must turn red.

mod browser;
mod check;
mod checks;
mod client;
mod dice;
mod disk;
mod dns;
mod engine;
mod fingerprint;
mod lockfile;
mod post;
mod program;
mod proxy;
mod report;
mod routes;
mod smtp;
mod socket;
mod world;

use std::{env, process::ExitCode, time::Instant};

use check::{Check, Guard};
use report::{Report, Verdict};

const USAGE: &str = "accept ID… | --all [--control]";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let chosen = match choose(&arguments) {
        Ok(chosen) => chosen,
        Err(text) => {
            eprintln!("{text}");
            return ExitCode::FAILURE;
        }
    };
    let guard = if arguments.iter().any(|a| a == "--control") { Guard::Off } else { Guard::On };
    let (mut passed, mut failed) = (0, 0);
    for check in chosen {
        if examine(check, guard).await {
            passed += 1;
        } else {
            failed += 1;
        }
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn choose(arguments: &[String]) -> Result<Vec<&'static Check>, String> {
    let mut chosen = Vec::new();
    for argument in arguments {
        match argument.as_str() {
            "--control" => {}
            "--all" => chosen.extend(checks::ALL),
            id => {
                let check = checks::ALL.iter().find(|check| check.id.eq_ignore_ascii_case(id));
                chosen.push(check.ok_or_else(|| format!("There is no check {id}. {}", known()))?);
            }
        }
    }
    if chosen.is_empty() { Err(format!("{USAGE}\n{}", known())) } else { Ok(chosen) }
}

fn known() -> String {
    let lines = checks::ALL.iter().map(|check| format!("\n  {}  {}", check.id, check.title));
    format!("The checks are:{}", lines.collect::<String>())
}

/// Runs one check and says whether it did what it should: hold with its guard, break without it.
async fn examine(check: &Check, guard: Guard) -> bool {
    println!("{} {}{}", check.id, check.title, guard.remark());
    let started = Instant::now();
    let outcome = match tokio::spawn((check.run)(guard)).await {
        Ok(outcome) => outcome.map_err(|error| error.to_string()),
        Err(error) if error.is_panic() => Err(told(&error.into_panic())),
        Err(error) => Err(error.to_string()),
    };
    let verdict = Verdict::of(outcome);
    print(&verdict);
    let fulfilled = verdict.fulfils(guard);
    let word = if fulfilled { "passed" } else { "FAILED" };
    println!("   {word} in {:.1} s{}", started.elapsed().as_secs_f64(), verdict.explain(guard));
    fulfilled
}

fn print(verdict: &Verdict) {
    match verdict {
        Verdict::Green(report) | Verdict::Red(report) => print_assertions(report),
        Verdict::Broken(error) => println!("   ! {error}"),
    }
}

fn print_assertions(report: &Report) {
    for assertion in report.assertions() {
        let mark = if assertion.holds { "✓" } else { "✗" };
        let detail = assertion.detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default();
        println!("   {mark} {}{detail}", assertion.name);
    }
}

fn told(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    format!("panicked: {}", text.unwrap_or("without a word"))
}

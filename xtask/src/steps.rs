//! The steps of a long command: a heading, a time and a result each; one sum at the end.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use crate::{
    run::{self, Failure, Result},
    tally::Tally,
};

pub struct Steps {
    started: Instant,
    number: u32,
    sum: Tally,
    red: Vec<String>,
}

impl Steps {
    pub fn new() -> Self {
        Self { started: Instant::now(), number: 0, sum: Tally::default(), red: Vec::new() }
    }

    /// Preparation: nothing is counted, and without it there is no going on.
    pub fn prepare<T>(&mut self, title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let started = self.heading(title);
        let value = work()?;
        println!("   done in {}", spent(started.elapsed()));
        Ok(value)
    }

    /// One check, which passes or fails as a whole.
    pub fn check(&mut self, title: &str, work: impl FnOnce() -> Result) {
        let started = self.heading(title);
        let outcome = work();
        if let Err(failure) = &outcome {
            failure.print();
        }
        let tally = Tally { passed: outcome.is_ok().into(), failed: outcome.is_err().into() };
        self.close(title, started, tally);
    }

    /// A command whose own summary says how many tests passed.
    pub fn tests(&mut self, title: &str, command: &mut Command) {
        let started = self.heading(title);
        let tally = match run::listen(command) {
            Ok(heard) => {
                let tally = Tally::read(&heard.text);
                // It may break before any test has run, or for another reason than a test.
                if heard.success { tally } else { Tally { failed: tally.failed.max(1), ..tally } }
            }
            Err(failure) => {
                failure.print();
                Tally { passed: 0, failed: 1 }
            }
        };
        self.close(title, started, tally);
    }

    /// Names what is red and prints the closing line.
    pub fn finish(self) -> Result {
        println!("\n{}", "═".repeat(72));
        for title in &self.red {
            println!("red: {title}");
        }
        println!("finished in {}", spent(self.started.elapsed()));
        println!("{} passed, {} failed", self.sum.passed, self.sum.failed);
        if self.sum.failed == 0 { Ok(()) } else { Err(Failure::silent()) }
    }

    fn heading(&mut self, title: &str) -> Instant {
        self.number += 1;
        let text = format!("── {}. {title} ", self.number);
        println!("\n{text}{}", "─".repeat(72_usize.saturating_sub(text.chars().count())));
        Instant::now()
    }

    fn close(&mut self, title: &str, started: Instant, tally: Tally) {
        let word = if tally.failed == 0 { "passed" } else { "FAILED" };
        println!(
            "   {word} in {} ({} passed, {} failed)",
            spent(started.elapsed()),
            tally.passed,
            tally.failed
        );
        self.sum.add(tally);
        if tally.failed > 0 {
            self.red.push(title.to_owned());
        }
    }
}

fn spent(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

//! `kapocs lab`: measures what Kapocs works out by itself on any labelled file, with the functions production calls.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use kernel::{Error, Result};

mod dedupe;
mod table;

#[derive(Subcommand)]
pub enum Lab {
    /// Learns from labelled files and writes what was learned.
    Train {
        task: Task,
        #[arg(long, required = true)]
        train: Vec<PathBuf>,
        #[arg(long)]
        model: PathBuf,
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Works a file, with or without something learned before; `--in` twice looks across two files.
    Predict {
        task: Task,
        #[arg(long)]
        model: Option<PathBuf>,
        #[arg(long = "in", required = true, num_args = 1)]
        input: Vec<PathBuf>,
        /// One line for each record: its id and its group.
        #[arg(long)]
        out: PathBuf,
        /// One line for each pair: the two ids, the probability, the band.
        #[arg(long)]
        pairs: Option<PathBuf>,
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Learns when `--train` is given, works the `--test` file, and prints how well; `--test` twice looks across two files.
    Eval {
        task: Task,
        #[arg(long)]
        train: Vec<PathBuf>,
        #[arg(long, required = true)]
        test: Vec<PathBuf>,
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Task {
    /// Which records describe the same person.
    Dedupe,
}

pub fn run(lab: &Lab) -> Result<()> {
    match lab {
        Lab::Train { task: Task::Dedupe, train, model, seed } => dedupe::train(train, model, *seed),
        Lab::Predict { task: Task::Dedupe, model, input, out, pairs, seed } => {
            dedupe::predict(&dedupe::Predict {
                model: model.as_deref(),
                input,
                out,
                pairs: pairs.as_deref(),
                seed: *seed,
            })
        }
        Lab::Eval { task: Task::Dedupe, train, test, seed } => {
            println!(
                "{}",
                serde_json::to_string(&dedupe::eval(train, test, *seed)?).map_err(Error::internal)?
            );
            Ok(())
        }
    }
}

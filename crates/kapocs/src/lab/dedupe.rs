//! The task `dedupe`: which records describe the same person.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use intelligence::duplicates::{self, Band, Correction, Findings, Record};
use kernel::{Error, Result};

use super::table::unreadable;

mod records;
mod report;
#[cfg(test)]
mod tests;

use records::Records;
use report::Report;

pub fn eval(train: &[PathBuf], test: &[PathBuf], seed: u64) -> Result<Report> {
    let (correction, took) = match train {
        [] => (None, Duration::ZERO),
        files => {
            let (correction, took) = learn(files, seed)?;
            (Some(correction), took)
        }
    };
    let (left, right) = inputs(test)?;
    let started = Instant::now();
    let findings = work(&left, right.as_ref(), seed, correction.as_ref());
    let worked = started.elapsed();
    let persons = persons(&left, right.as_ref())?;
    let truth = report::true_pairs(&persons, right.as_ref().map(|_| left.records.len()));
    let mut report = report::score(&findings, &persons, truth);
    report.seed = seed;
    report.train_ms = report::rounded(took.as_secs_f64() * 1e3);
    report.us_per_row = report::rounded(worked.as_secs_f64() * 1e6 / persons.len().max(1) as f64);
    report.model_bytes = serde_json::to_vec(&findings.model).map_err(Error::internal)?.len();
    Ok(report)
}

pub fn train(files: &[PathBuf], model: &Path, seed: u64) -> Result<()> {
    let (correction, _) = learn(files, seed)?;
    write(model, &serde_json::to_string(&correction).map_err(Error::internal)?)
}

pub struct Predict<'a> {
    pub model: Option<&'a Path>,
    pub input: &'a [PathBuf],
    pub out: &'a Path,
    pub pairs: Option<&'a Path>,
    pub seed: u64,
}

pub fn predict(asked: &Predict<'_>) -> Result<()> {
    let correction = asked.model.map(read_model).transpose()?;
    let (left, right) = inputs(asked.input)?;
    let findings = work(&left, right.as_ref(), asked.seed, correction.as_ref());
    let ids: Vec<&str> = all(&left, right.as_ref()).map(|record| record.id.as_str()).collect();
    let mut groups = "rec_id\tcluster\n".to_owned();
    for (id, group) in ids.iter().zip(&findings.groups) {
        let _ = writeln!(groups, "{id}\t{}", ids[*group]);
    }
    write(asked.out, &groups)?;
    let Some(path) = asked.pairs else { return Ok(()) };
    let mut pairs = "rec_a\trec_b\tprobability\tband\n".to_owned();
    for pair in &findings.pairs {
        let band = band(pair.band);
        let _ = writeln!(pairs, "{}\t{}\t{:.4}\t{band}", ids[pair.a], ids[pair.b], pair.probability);
    }
    write(path, &pairs)
}

fn band(band: Band) -> &'static str {
    match band {
        Band::Auto => "auto",
        Band::Review => "review",
        Band::No => "no",
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).map_err(|cause| unreadable(&path.display().to_string(), &cause))
}

fn read_model(path: &Path) -> Result<Correction> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|cause| unreadable(&name, &cause))?;
    serde_json::from_str(&text).map_err(|cause| Error::invalid(&name).detail(format!("not a model: {cause}")))
}

fn learn(files: &[PathBuf], seed: u64) -> Result<(Correction, Duration)> {
    let (mut records, mut persons) = (Vec::new(), Vec::new());
    for (file, path) in files.iter().enumerate() {
        let read = Records::read(path)?;
        // The same name in two files is not the same person.
        persons.extend(read.known()?.into_iter().map(|person| (file, person)));
        records.extend(read.records);
    }
    let started = Instant::now();
    let correction = duplicates::learn(&records, seed, |a, b| Some(persons[a] == persons[b]));
    Ok((correction, started.elapsed()))
}

fn inputs(files: &[PathBuf]) -> Result<(Records, Option<Records>)> {
    match files {
        [one] => Ok((Records::read(one)?, None)),
        [left, right] => Ok((Records::read(left)?, Some(Records::read(right)?))),
        _ => Err(Error::invalid("dedupe").detail("takes one file, or two to look across")),
    }
}

fn work(left: &Records, right: Option<&Records>, seed: u64, correction: Option<&Correction>) -> Findings {
    match right {
        None => duplicates::within(&left.records, seed, correction),
        Some(right) => duplicates::across(&left.records, &right.records, seed, correction),
    }
}

fn all<'a>(left: &'a Records, right: Option<&'a Records>) -> impl Iterator<Item = &'a Record> {
    left.records.iter().chain(right.into_iter().flat_map(|right| &right.records))
}

/// Whose each record is.
fn persons(left: &Records, right: Option<&Records>) -> Result<Vec<String>> {
    let mut persons = left.known()?;
    if let Some(right) = right {
        persons.extend(right.known()?);
    }
    Ok(persons)
}

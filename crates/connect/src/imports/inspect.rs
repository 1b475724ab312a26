//! A file looked at for the first time: how it is written, what its columns are called, what its first rows say.

use std::path::Path;

use kernel::{Code, Error, Result};
use serde_json::Value as Json;

use super::{
    Encoding, FileKind, Format, ImportKind, Mapping, Place, Separator,
    format::{self, BOM},
    guess::guess,
    rows::Rows,
    values::Manner,
};

/// Rows by which columns are guessed.
const SAMPLES: usize = 200;
/// Objects whose names are looked for: JSON has no header.
const OBJECTS: usize = 2_000;
const MAX_COLUMNS: usize = 300;
const MAX_HEADER: usize = 200;

/// How a file is read and what its columns probably mean.
pub(super) fn look(
    path: &Path,
    zone: &str,
    encoding: Encoding,
    separator: Option<Separator>,
    kind: Option<ImportKind>,
) -> Result<(Format, Mapping)> {
    let format = inspect(path, encoding, separator)?;
    let samples = samples(path, &format)?;
    let mapping = guess(&format, &samples, &Manner::of(format.separator, zone), kind);
    Ok((format, mapping))
}

/// How the file is read. What is not given is found out from its first bytes.
pub(super) fn inspect(path: &Path, encoding: Encoding, separator: Option<Separator>) -> Result<Format> {
    let head = head(path)?;
    let skipped = if head.starts_with(BOM) { BOM.len() } else { 0 };
    let head = &head[skipped..];
    if head.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::new(Code::Required).field("file"));
    }
    let start = Place { byte: skipped as u64, line: 1 };
    let mut found = Format {
        file: format::file_kind(head),
        encoding,
        separator: separator.unwrap_or_else(|| format::separator(head)),
        escaped: false,
        headers: Vec::new(),
        start: start.byte,
        start_line: start.line,
    };
    let names = match found.file {
        FileKind::Jsonl => Rows::open(path, &found, start)?.paths(OBJECTS, MAX_COLUMNS)?,
        FileKind::Csv => {
            let mut rows = Rows::open(path, &found, start)?;
            let names = rows.header()?;
            let place = rows.place();
            (found.start, found.start_line) = (place.byte, place.line);
            names
        }
    };
    if names.is_empty() || names.len() > MAX_COLUMNS {
        return Err(Error::invalid("file").detail(format!("{} columns", names.len())));
    }
    let has = |name: &str| names.iter().any(|header| header == name);
    found.escaped = has("import_error") || (has("identities") && has("open_conversations"));
    let names: Vec<String> = if found.escaped {
        names.iter().map(|name| web::unescape(name).into_owned()).collect()
    } else {
        names
    };
    found.headers = if found.file == FileKind::Csv { told_apart(&names) } else { names };
    Ok(found)
}

/// The cells of the first rows that can be read.
pub(super) fn samples(path: &Path, format: &Format) -> Result<Vec<Vec<Json>>> {
    let mut rows = Rows::open(path, format, Place { byte: format.start, line: format.start_line })?;
    let mut samples = Vec::new();
    for _ in 0..SAMPLES {
        let Some(raw) = rows.next()? else { break };
        samples.extend(raw.cells.ok());
    }
    Ok(samples)
}

fn head(path: &Path) -> Result<Vec<u8>> {
    use std::io::Read as _;
    let mut head = Vec::new();
    let file = std::fs::File::open(path).map_err(Error::internal)?;
    file.take(64 * 1024).read_to_end(&mut head).map_err(Error::internal)?;
    Ok(head)
}

/// A name for each column, once.
fn told_apart(names: &[String]) -> Vec<String> {
    let mut known: Vec<String> = Vec::with_capacity(names.len());
    for (at, name) in names.iter().enumerate() {
        let name: String = name.chars().filter(|c| !c.is_control()).take(MAX_HEADER).collect();
        let name = if name.is_empty() { format!("#{}", at + 1) } else { name };
        let mut candidate = name.clone();
        let mut number = 2;
        while known.contains(&candidate) {
            candidate = format!("{name} ({number})");
            number += 1;
        }
        known.push(candidate);
    }
    known
}

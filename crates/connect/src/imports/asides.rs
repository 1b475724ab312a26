//! Rows that were set aside, read from the file again: to be shown, and as a table to correct.

use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
};

use kernel::{Error, Result};
use serde_json::Value as Json;

use super::{
    Aside, Format, Place, format,
    rows::{MAX_ROW, Rows},
    values,
};

/// What stands at a place, to be shown.
pub(super) fn text_at(path: &Path, format: &Format, place: u64, length: u64, most: usize) -> Result<String> {
    let mut file = File::open(path).map_err(Error::internal)?;
    file.seek(SeekFrom::Start(place)).map_err(Error::internal)?;
    let mut bytes = Vec::new();
    file.take(length.min(most as u64)).read_to_end(&mut bytes).map_err(Error::internal)?;
    let text = format::decode_lossy(format.encoding, &bytes);
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// Some filled cells of each column, as texts.
pub(super) fn samples_of(samples: &[Vec<Json>], columns: usize) -> Result<Vec<Vec<String>>> {
    let of = |at: usize| {
        let cells = samples.iter().filter_map(|row| row.get(at)).map(values::text);
        let filled = cells
            .map(|text| text.trim().chars().take(80).collect::<String>())
            .filter(|text| !text.is_empty());
        filled.take(3).collect()
    };
    Ok((0..columns).map(of).collect())
}

const ERROR: &str = "import_error";
const LINE: &str = "import_line";
/// What could not be taken apart into cells, as it stands in the file.
const RAW: &str = "import_raw";

/// The header of a table of rows that were set aside: the columns of the file, and what was wrong.
pub(super) fn error_columns(format: &Format) -> Vec<String> {
    let own = |name: &&String| ![ERROR, LINE, RAW].contains(&name.as_str());
    let names = format.headers.iter().filter(own).cloned();
    names.chain([LINE, ERROR, RAW].map(str::to_owned)).collect()
}

/// A row that was set aside, under [`error_columns`].
pub(super) fn error_row(path: &Path, format: &Format, row: &Aside, message: &str) -> Result<Vec<String>> {
    let place = Place { byte: row.place, line: row.line };
    // As texts, even those of the wrong encoding, and however many there are.
    let raw = text_at(path, format, row.place, row.length, MAX_ROW)?;
    let cells = if row.length as usize > MAX_ROW {
        None
    } else {
        Rows::open(path, format, place)?.cells_at(row.length)?
    };
    let is_apart = cells.is_some();
    let mut cells = cells.unwrap_or_default().into_iter().map(|cell| values::text(&cell));
    let mut line = Vec::new();
    for header in &format.headers {
        let cell = cells.next().unwrap_or_default();
        if ![ERROR, LINE, RAW].contains(&header.as_str()) {
            line.push(cell);
        }
    }
    let reason =
        row.wrong.field.as_ref().map_or_else(|| message.to_owned(), |field| format!("{field}: {message}"));
    line.extend([row.line.to_string(), reason, if is_apart { String::new() } else { raw }]);
    Ok(line)
}

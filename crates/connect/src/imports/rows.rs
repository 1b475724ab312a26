//! The rows of a file from any place on, one at a time; never more of it in memory than a row.

use std::{
    collections::HashSet,
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use kernel::{Code, Error, Result};
use serde_json::{Map, Value as Json};

use super::{
    Encoding, FileKind, Format, Place, Wrong,
    format::{self, decode},
};

/// Bytes of one row.
pub(super) const MAX_ROW: usize = 1024 * 1024;
const PIECE: usize = 64 * 1024;
/// Objects in objects are told apart by dots, this deep.
const DEPTH: usize = 4;

/// A row as it stands in the file.
#[derive(Debug)]
pub(super) struct Raw {
    pub place: Place,
    pub length: u64,
    /// One for each header; null where there is none. Of CSV all are texts.
    pub cells: Result<Vec<Json>, Wrong>,
}

pub(super) struct Rows<'f> {
    format: &'f Format,
    file: File,
    /// What has been read of the file and not yet worked; begins at `place`.
    buffer: Vec<u8>,
    at: usize,
    is_end: bool,
    place: Place,
    reader: Reader,
    /// The byte before `place`: a line break of two bytes counts once.
    before: u8,
}

impl<'f> Rows<'f> {
    pub(super) fn open(path: &Path, format: &'f Format, place: Place) -> Result<Self> {
        let mut file = File::open(path).map_err(Error::internal)?;
        let mut before = [0];
        if let Some(start) = place.byte.checked_sub(1) {
            file.seek(SeekFrom::Start(start)).map_err(Error::internal)?;
            // At the end of the file there may be nothing.
            let _ = file.read(&mut before).map_err(Error::internal)?;
        }
        file.seek(SeekFrom::Start(place.byte)).map_err(Error::internal)?;
        let reader = ReaderBuilder::new().delimiter(format.separator.byte()).build();
        let [before] = before;
        Ok(Self { format, file, buffer: Vec::new(), at: 0, is_end: false, place, reader, before })
    }

    /// Where the next row begins.
    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// The next row that is not blank; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Raw>> {
        loop {
            let raw = match self.format.file {
                FileKind::Csv => self.next_record()?,
                FileKind::Jsonl => self.next_object()?,
            };
            match raw {
                None => return Ok(None),
                Some(Raw { cells: Ok(cells), .. }) if is_blank(&cells) => {}
                Some(raw) => return Ok(Some(raw)),
            }
        }
    }

    fn rest(&self) -> &[u8] {
        &self.buffer[self.at..]
    }

    /// Reads on; false at the end of the file.
    fn fill(&mut self) -> Result<bool> {
        if self.is_end {
            return Ok(false);
        }
        if self.at > 0 {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        let before = self.buffer.len();
        self.buffer.resize(before + PIECE, 0);
        let read = self.file.read(&mut self.buffer[before..]).map_err(Error::internal)?;
        self.buffer.truncate(before + read);
        self.is_end = read == 0;
        Ok(read > 0)
    }

    /// Takes these bytes as worked.
    fn take(&mut self, length: usize) -> Place {
        let place = self.place;
        let (mut before, mut lines) = (self.before, 0);
        for byte in &self.rest()[..length] {
            lines += u64::from(*byte == b'\r' || (*byte == b'\n' && before != b'\r'));
            before = *byte;
        }
        self.before = before;
        self.place = Place { byte: place.byte + length as u64, line: place.line + lines };
        self.at += length;
        place
    }

    /// Up to the end of the line that begins here, as far as a row may go; its length with the line break.
    fn line(&mut self) -> Result<Option<usize>> {
        let mut searched = 0;
        loop {
            let rest = self.rest();
            let found =
                rest[searched..].iter().position(|byte| is_break(*byte)).map(|found| searched + found);
            match found.map(|at| (at, rest[at], rest.get(at + 1).copied())) {
                Some((at, b'\n', _)) => return Ok(Some(at + 1)),
                Some((at, _, Some(next))) => return Ok(Some(at + 1 + usize::from(next == b'\n'))),
                Some((at, _, None)) => {
                    searched = at;
                    if !self.fill()? {
                        return Ok(Some(at + 1));
                    }
                    continue;
                }
                None => searched = rest.len(),
            }
            if searched > MAX_ROW {
                return Ok(None);
            }
            if !self.fill()? {
                return Ok((searched > 0).then_some(searched));
            }
        }
    }

    /// Sets the line that begins here aside, however long it is.
    fn set_line_aside(&mut self, code: Code) -> Result<Option<Raw>> {
        let start = self.place;
        loop {
            match self.line()? {
                Some(length) => {
                    self.take(length);
                    break;
                }
                None if self.rest().is_empty() => break,
                None => {
                    let length = self.rest().len();
                    self.take(length);
                }
            }
        }
        let length = self.place.byte - start.byte;
        Ok(Some(Raw { place: start, length, cells: Err(Wrong::new(code)) }))
    }

    fn next_object(&mut self) -> Result<Option<Raw>> {
        let Some(length) = self.line()? else {
            return if self.rest().is_empty() { Ok(None) } else { self.set_line_aside(Code::TooLarge) };
        };
        let object = object(self.format.encoding, &self.rest()[..length]);
        let place = self.take(length);
        let cells = object.and_then(|object| match object {
            None => Ok(Vec::new()),
            Some(object) => self.aligned(object),
        });
        Ok(Some(Raw { place, length: length as u64, cells }))
    }

    /// The paths of the objects that follow, as many objects as are told; no more are looked for above `most`.
    pub(super) fn paths(&mut self, objects: usize, most: usize) -> Result<Vec<String>> {
        let (mut paths, mut known) = (Vec::new(), HashSet::new());
        for _ in 0..objects {
            let Some(length) = self.line()? else {
                if self.rest().is_empty() {
                    break;
                }
                self.set_line_aside(Code::TooLarge)?;
                continue;
            };
            if let Ok(Some(object)) = object(self.format.encoding, &self.rest()[..length]) {
                let mut flat = Map::new();
                flatten("", object, DEPTH, &mut flat);
                let new = flat.into_iter().map(|(path, _)| path).filter(|path| !path.contains('\0'));
                paths.extend(new.filter(|path| known.insert(path.clone())));
            }
            self.take(length);
            if paths.len() > most {
                break;
            }
        }
        Ok(paths)
    }

    /// The names in the header of CSV.
    pub(super) fn header(&mut self) -> Result<Vec<String>> {
        loop {
            let Found::Record { length, cells, .. } = self.record()? else {
                return Err(Error::invalid("file"));
            };
            self.take(length);
            let texts: Vec<String> = cells
                .iter()
                .map(|cell| format::decode_lossy(self.format.encoding, cell).trim().to_owned())
                .collect();
            // Some spreadsheets write the separator in a line of its own.
            let is_hint = texts[0].to_lowercase().starts_with("sep=");
            if !is_hint && texts.iter().any(|text| !text.is_empty()) {
                return Ok(texts);
            }
        }
    }

    fn aligned(&self, object: Map<String, Json>) -> Result<Vec<Json>, Wrong> {
        let mut flat = Map::new();
        flatten("", object, DEPTH, &mut flat);
        let read = |header: &String| {
            let cell = flat.remove(header).unwrap_or_default();
            if has_nul(&cell) { Err(Wrong::at(Code::InvalidEncoding, header)) } else { Ok(cell) }
        };
        self.format.headers.iter().map(read).collect()
    }

    fn next_record(&mut self) -> Result<Option<Raw>> {
        match self.record()? {
            Found::End => Ok(None),
            Found::TooLong => {
                // A quotation mark that nobody closes swallows the rest of the file: only its line is lost.
                let is_open = self.line()?.is_some();
                self.set_line_aside(if is_open { Code::UnclosedQuote } else { Code::TooLarge })
            }
            Found::Record { length, cells, is_last } => {
                let expected = self.format.headers.len();
                let record = &self.rest()[..length];
                let end = record.iter().rposition(|byte| !is_break(*byte)).map_or(0, |last| last + 1);
                let spans_lines = record[..end].iter().any(|byte| is_break(*byte));
                let is_blank = cells.iter().all(|cell| cell.trim_ascii().is_empty());
                // Spreadsheets add empty cells at the end of a row.
                let surplus = cells.get(expected..).unwrap_or_default().iter().any(|cell| !cell.is_empty());
                let is_whole = is_blank || (cells.len() >= expected && !surplus);
                let is_broken =
                    (is_last || spans_lines) && !is_well_quoted(record, self.format.separator.byte());
                if is_broken || (!is_whole && spans_lines) {
                    return self.set_line_aside(Code::UnclosedQuote);
                }
                let place = self.take(length);
                let cells = if is_whole { self.texts(&cells) } else { Err(Wrong::new(Code::WrongCellCount)) };
                Ok(Some(Raw { place, length: length as u64, cells }))
            }
        }
    }

    fn texts(&self, cells: &[Vec<u8>]) -> Result<Vec<Json>, Wrong> {
        let read = |(at, header): (usize, &String)| {
            let Some(cell) = cells.get(at) else { return Ok(Json::Null) };
            let text = decode(self.format.encoding, cell);
            let text = text.ok_or_else(|| Wrong::at(Code::InvalidEncoding, header))?;
            Ok(Json::String(if self.format.escaped { web::unescape(&text).into_owned() } else { text }))
        };
        self.format.headers.iter().enumerate().map(read).collect()
    }

    /// The cells of a row of this length; `None` when it is not one for each header.
    pub(super) fn cells_at(&mut self, length: u64) -> Result<Option<Vec<Json>>> {
        let raw = match self.format.file {
            FileKind::Csv => self.next_record()?,
            FileKind::Jsonl => self.next_object()?,
        };
        Ok(raw.filter(|raw| raw.length == length).and_then(|raw| raw.cells.ok()))
    }

    /// The record that begins here, without taking it.
    fn record(&mut self) -> Result<Found> {
        self.skip_line_breaks()?;
        self.reader.reset();
        let (mut cells, mut used) = (Cells::default(), 0);
        loop {
            if used > MAX_ROW {
                return Ok(Found::TooLong);
            }
            if used == self.rest().len() && !self.fill()? && self.rest().is_empty() {
                return Ok(Found::End);
            }
            let input = &self.buffer[self.at + used..];
            let is_end = input.is_empty();
            let (result, read, written, ends) = self.reader.read_record(
                input,
                &mut cells.bytes[cells.used..],
                &mut cells.ends[cells.count..],
            );
            used += read;
            cells.used += written;
            cells.count += ends;
            match result {
                ReadRecordResult::InputEmpty if !is_end => {}
                ReadRecordResult::InputEmpty => return Ok(Found::End),
                ReadRecordResult::OutputFull => cells.bytes.resize(cells.bytes.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => cells.ends.resize(cells.ends.len() * 2, 0),
                ReadRecordResult::Record => {
                    return Ok(Found::Record { length: used, cells: cells.split(), is_last: is_end });
                }
                ReadRecordResult::End => return Ok(Found::End),
            }
        }
    }

    fn skip_line_breaks(&mut self) -> Result<()> {
        loop {
            let breaks = self.rest().iter().take_while(|byte| matches!(**byte, b'\r' | b'\n')).count();
            self.take(breaks);
            if !self.rest().is_empty() || !self.fill()? {
                return Ok(());
            }
        }
    }
}

enum Found {
    /// The last one ends with the file, maybe in the middle of a quotation.
    Record {
        length: usize,
        cells: Vec<Vec<u8>>,
        is_last: bool,
    },
    TooLong,
    End,
}

struct Cells {
    bytes: Vec<u8>,
    used: usize,
    ends: Vec<usize>,
    count: usize,
}

impl Default for Cells {
    fn default() -> Self {
        Self { bytes: vec![0; 4_096], used: 0, ends: vec![0; 64], count: 0 }
    }
}

impl Cells {
    fn split(&self) -> Vec<Vec<u8>> {
        let mut start = 0;
        let mut cell = |end: &usize| {
            let cell = self.bytes[start..*end].to_vec();
            start = *end;
            cell
        };
        self.ends[..self.count].iter().map(&mut cell).collect()
    }
}

/// Whether every quotation that begins a cell ends it too: when one is not closed, the next one's beginning ends it.
fn is_well_quoted(record: &[u8], separator: u8) -> bool {
    let ends_cell = |byte: u8| byte == separator || matches!(byte, b'\r' | b'\n');
    let mut rest = record;
    loop {
        if let Some(quoted) = rest.strip_prefix(b"\"") {
            rest = quoted;
            loop {
                let Some(at) = rest.iter().position(|byte| *byte == b'"') else { return false };
                rest = &rest[at + 1..];
                match rest.first() {
                    Some(b'"') => rest = &rest[1..],
                    None => return true,
                    Some(byte) if ends_cell(*byte) => break,
                    Some(_) => return false,
                }
            }
        }
        let Some(end) = rest.iter().position(|byte| ends_cell(*byte)) else { return true };
        rest = &rest[end + 1..];
    }
}

/// No text of the database can hold it.
pub(super) fn has_nul(value: &Json) -> bool {
    match value {
        Json::String(text) => text.contains('\0'),
        Json::Array(list) => list.iter().any(has_nul),
        Json::Object(object) => object.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

/// The object of a line; `None` of a blank one.
fn object(encoding: Encoding, bytes: &[u8]) -> Result<Option<Map<String, Json>>, Wrong> {
    let text = decode(encoding, bytes).ok_or_else(|| Wrong::new(Code::InvalidEncoding))?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    match serde_json::from_str(&text) {
        Ok(Json::Object(object)) => Ok(Some(object)),
        _ => Err(Wrong::new(Code::InvalidJson)),
    }
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

fn is_blank(cells: &[Json]) -> bool {
    cells.iter().all(|cell| cell.is_null() || cell.as_str().is_some_and(|text| text.trim().is_empty()))
}

/// The values of an object by their paths: `{"a":{"b":1}}` is `a.b`. Lists stay whole.
pub(super) fn flatten(path: &str, object: Map<String, Json>, depth: usize, flat: &mut Map<String, Json>) {
    for (name, value) in object {
        let path = if path.is_empty() { name } else { format!("{path}.{name}") };
        match value {
            Json::Object(inner) if depth > 1 && !inner.is_empty() => flatten(&path, inner, depth - 1, flat),
            Json::Null => {}
            value => drop(flat.insert(path, value)),
        }
    }
}

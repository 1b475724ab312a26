//! Tables: UTF-8, tab-separated, one header line, no quoting. A missing field is empty.

use std::{fs, io::ErrorKind, path::Path};

use kernel::{Code, Error, Result};

#[derive(Debug)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
    pub name: String,
}

impl Table {
    pub fn read(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let bytes = fs::read(path).map_err(|cause| unreadable(&name, &cause))?;
        let text = String::from_utf8(bytes)
            .map_err(|e| broken(&name, format!("not UTF-8 from byte {} on", e.utf8_error().valid_up_to())))?;
        Self::parse(&name, &text)
    }

    pub fn parse(name: &str, text: &str) -> Result<Self> {
        let mut lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines();
        let header = lines.next().filter(|line| !line.trim().is_empty());
        let header = header.ok_or_else(|| broken(name, "the header line is missing".to_owned()))?;
        let columns: Vec<String> = header.split('\t').map(|column| column.trim().to_owned()).collect();
        let mut rows = Vec::new();
        for (at, line) in lines.enumerate().filter(|(_, line)| !line.is_empty()) {
            let row: Vec<String> = line.split('\t').map(str::to_owned).collect();
            if row.len() != columns.len() {
                let (found, expected) = (row.len(), columns.len());
                return Err(broken(name, format!("line {}: {found} fields instead of {expected}", at + 2)));
            }
            rows.push(row);
        }
        Ok(Self { columns, rows, name: name.to_owned() })
    }

    /// The place of a column, if the table has it.
    pub fn find(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|name| name == column)
    }

    pub fn column(&self, column: &str) -> Result<usize> {
        self.find(column).ok_or_else(|| self.lacks(&format!("the column {column}")))
    }

    pub fn lacks(&self, what: &str) -> Error {
        Error::new(Code::Required).field(&self.name).detail(format!("{what} is missing"))
    }

    pub fn broken(&self, detail: String) -> Error {
        broken(&self.name, detail)
    }
}

fn broken(name: &str, detail: String) -> Error {
    Error::invalid(name).detail(detail)
}

pub fn unreadable(name: &str, cause: &std::io::Error) -> Error {
    let code = if cause.kind() == ErrorKind::NotFound { Code::NotFound } else { Code::Invalid };
    Error::new(code).field(name).detail(cause.to_string())
}

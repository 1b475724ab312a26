//! Records read from a table.

use std::{collections::HashSet, path::Path};

use intelligence::duplicates::{Field, Kind, Record};
use kernel::{Code, Error, Result};

use crate::lab::table::Table;

/// One file: its records, and whose each is as far as the file tells.
pub struct Records {
    pub records: Vec<Record>,
    pub persons: Vec<Option<String>>,
    name: String,
}

impl Records {
    pub fn read(path: &Path) -> Result<Self> {
        Self::of(&Table::read(path)?)
    }

    pub fn of(table: &Table) -> Result<Self> {
        let id = table.column("rec_id")?;
        let person = table.find("true_person");
        let kinds: Vec<(usize, Kind)> = table
            .columns
            .iter()
            .enumerate()
            .filter_map(|(at, name)| Some((at, Kind::of_column(name)?)))
            .collect();
        if kinds.is_empty() {
            return Err(table.lacks("every column that describes a person"));
        }
        let mut seen = HashSet::new();
        let (mut records, mut persons) = (Vec::new(), Vec::new());
        for row in &table.rows {
            if !seen.insert(row[id].as_str()) {
                return Err(table.broken(format!("the rec_id {} comes twice", row[id])));
            }
            let fields =
                kinds.iter().map(|(at, kind)| Field { kind: *kind, value: row[*at].clone() }).collect();
            records.push(Record { id: row[id].clone(), fields });
            persons.push(person_of(&row[id], person.map(|at| row[at].as_str())));
        }
        Ok(Self { records, persons, name: table.name.clone() })
    }

    /// The persons, when all are known.
    pub fn known(&self) -> Result<Vec<String>> {
        let missing = || {
            let told = "true_person, or a rec_id like rec-12-dup-0, is missing";
            Error::new(Code::Required).field(&self.name).detail(told)
        };
        self.persons.iter().map(|person| person.clone().ok_or_else(missing)).collect()
    }
}

/// Named by a column, or by the number in `rec-12-org` and `rec-12-dup-0`.
fn person_of(id: &str, column: Option<&str>) -> Option<String> {
    match column {
        Some(person) => (!person.is_empty()).then(|| person.to_owned()),
        None => id.strip_prefix("rec-")?.split('-').next().map(str::to_owned),
    }
}

//! Reading a Maildir without disturbing it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::Result;

/// The mails of `new` and `cur`, oldest first. A mailbox that has never received anything is empty.
pub fn read(maildir: &Path) -> Result<Vec<Vec<u8>>> {
    let mut files = Vec::new();
    for room in ["new", "cur"] {
        files.extend(list(&maildir.join(room))?);
    }
    files.sort_by_key(|path| arrival(path));
    let mut messages = Vec::new();
    for file in files {
        match fs::read(file) {
            Ok(bytes) => messages.push(bytes),
            // Another client moved or removed it between the listing and the reading.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(messages)
}

fn list(room: &Path) -> Result<Vec<PathBuf>> {
    match fs::read_dir(room) {
        Ok(entries) => Ok(entries.flatten().map(|entry| entry.path()).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// `1795253105.M123456P99.host,S=…` → (1795253105, 123456).
fn arrival(path: &Path) -> (u64, u64) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut parts = name.split('.');
    let seconds = parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
    let micros = parts
        .next()
        .and_then(|part| part.strip_prefix('M'))
        .and_then(|part| part.split(|c: char| !c.is_ascii_digit()).next())
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0);
    (seconds, micros)
}

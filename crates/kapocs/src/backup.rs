//! One file with everything: the database, the blobs, the key that opens the secrets.
//!
//! A tar archive. `kapocs.db` (a consistent copy made by SQLite's online backup) or `database.dump` (made by `pg_dump`),
//! `blobs/…`, `master.key`. The search index is not in it: it is built anew.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use kernel::{Code, Error, Result};
use store::BlobHash;

use crate::Config;

const DATABASE: &str = "kapocs.db";
const DUMP: &str = "database.dump";
const KEY: &str = "master.key";

/// Writes the backup beside `file` first and renames it when it is whole.
pub async fn backup(config: &Config, file: &Path) -> Result<()> {
    let (config, file) = (config.clone(), file.to_owned());
    tokio::task::spawn_blocking(move || write(&config, &file)).await.map_err(Error::internal)?
}

/// Brings a backup back. The place must be empty.
pub async fn restore(config: &Config, file: &Path) -> Result<()> {
    let (config, file) = (config.clone(), file.to_owned());
    tokio::task::spawn_blocking(move || read(&config, &file)).await.map_err(Error::internal)?
}

fn write(config: &Config, file: &Path) -> Result<()> {
    let part = file.with_extension("part");
    let mut archive = tar::Builder::new(File::create(&part).map_err(Error::internal)?);
    let copy = copy_database(config)?;
    let name = if config.database.is_some() { DUMP } else { DATABASE };
    archive.append_path_with_name(&copy, name).map_err(Error::internal)?;
    fs::remove_file(&copy).map_err(Error::internal)?;
    let key = config.data.join(KEY);
    if key.exists() {
        archive.append_path_with_name(&key, KEY).map_err(Error::internal)?;
    }
    // Blobs after the database: whatever a row of it names is already there.
    for blob in blobs(&config.data.join("blobs"))? {
        let name = blob.strip_prefix(&config.data).map_err(Error::internal)?;
        archive.append_path_with_name(&blob, name).map_err(Error::internal)?;
    }
    let written = archive.into_inner().map_err(Error::internal)?;
    written.sync_all().map_err(Error::internal)?;
    fs::rename(&part, file).map_err(Error::internal)?;
    println!("Backup written: {}", file.display());
    Ok(())
}

fn copy_database(config: &Config) -> Result<PathBuf> {
    let copy = config.data.join(format!("backup-{}", uuid::Uuid::now_v7()));
    match &config.database {
        None => store::copy_sqlite(&config.data.join(DATABASE), &copy)?,
        Some(url) => {
            let dumped =
                Command::new("pg_dump").args(["--format=custom", "--file"]).arg(&copy).arg(url).status();
            check(dumped, "pg_dump")?;
        }
    }
    Ok(copy)
}

fn check(status: std::io::Result<std::process::ExitStatus>, program: &str) -> Result<()> {
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(Error::internal(format!("{program} failed"))),
        Err(_) => Err(Error::internal(format!("{program} is missing: install PostgreSQL's client programs"))),
    }
}

/// The files named by their hash, two folders deep; what is still being written is not one.
fn blobs(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.map_err(Error::internal)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().and_then(|name| name.to_str()).and_then(BlobHash::parse).is_some() {
                found.push(path);
            }
        }
    }
    Ok(found)
}

fn read(config: &Config, file: &Path) -> Result<()> {
    fs::create_dir_all(&config.data).map_err(Error::internal)?;
    if config.data.join(DATABASE).exists() || config.data.join("blobs").exists() {
        return Err(
            Error::new(Code::AlreadyExists).detail("the data folder is not empty; restore into an empty one")
        );
    }
    let mut archive = tar::Archive::new(File::open(file).map_err(Error::internal)?);
    let mut restored = 0;
    for entry in archive.entries().map_err(Error::internal)? {
        let mut entry = entry.map_err(Error::internal)?;
        // `unpack_in` refuses names that lead out of the folder.
        if !entry.unpack_in(&config.data).map_err(Error::internal)? {
            return Err(Error::internal("the backup holds a name that leads out of the data folder"));
        }
        restored += 1;
    }
    let dump = config.data.join(DUMP);
    if let Some(url) = &config.database {
        let restored = Command::new("pg_restore")
            .args(["--no-owner", "--exit-on-error", "--dbname"])
            .arg(url)
            .arg(&dump)
            .status();
        check(restored, "pg_restore")?;
        store::settle_restored(url)?;
        fs::remove_file(&dump).map_err(Error::internal)?;
    } else if dump.exists() {
        return Err(Error::internal("this backup is of a PostgreSQL database: give --database"));
    }
    verify(&config.data)?;
    println!("Restored {restored} files into {}", config.data.display());
    Ok(())
}

/// Every blob must be what its name says.
fn verify(data: &Path) -> Result<()> {
    for path in blobs(&data.join("blobs"))? {
        let bytes = fs::read(&path).map_err(Error::internal)?;
        if path.file_name().and_then(|name| name.to_str()) != Some(BlobHash::of(&bytes).as_str()) {
            return Err(Error::internal(format!("{} is damaged in the backup", path.display())));
        }
    }
    fs::create_dir_all(data.join("blobs/new")).map_err(Error::internal)
}

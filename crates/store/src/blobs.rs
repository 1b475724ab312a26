//! Content-addressed files: write, sync, rename, sync the folder; only then may a row name the hash.

use std::{
    fmt, fs,
    io::{ErrorKind, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use kernel::{Code, Error, Result};
use sha2::{Digest, Sha256};

use crate::{Room, room};

/// SHA-256 of the content, in lower-case hexadecimal.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobHash(String);

impl BlobHash {
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Accepts 64 lower-case hexadecimal digits and nothing else, so that a hash is always a safe path.
    pub fn parse(text: &str) -> Option<Self> {
        let safe = text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        safe.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BlobHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for BlobHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0[..12])
    }
}

/// The folder of blobs.
#[derive(Clone)]
pub struct Blobs {
    root: Arc<PathBuf>,
    room: Room,
}

/// What a crash left unfinished. Another node may be writing here, so what is young stays.
fn remove_abandoned(folder: &Path) {
    const OLD: Duration = Duration::from_secs(24 * 60 * 60);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let written = entry.metadata().and_then(|found| found.modified());
        if written.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > OLD)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

impl Blobs {
    pub(crate) fn open(root: &Path, room: Room) -> Result<Self> {
        let new = root.join("new");
        fs::create_dir_all(&new).map_err(failed)?;
        remove_abandoned(&new);
        Ok(Self { root: Arc::new(root.to_owned()), room })
    }

    /// Keeps the bytes; on return they are on the disk. Refused while the disk is nearly full.
    pub async fn put(&self, bytes: Vec<u8>) -> Result<BlobHash> {
        let blobs = self.clone();
        tokio::task::spawn_blocking(move || blobs.put_blocking(&bytes)).await.map_err(Error::internal)?
    }

    pub fn put_blocking(&self, bytes: &[u8]) -> Result<BlobHash> {
        let hash = BlobHash::of(bytes);
        let path = self.path(&hash);
        if path.exists() {
            return Ok(hash);
        }
        self.room.admit()?;
        let kept = self.write(&path, bytes);
        if kept.as_ref().is_err_and(|error| error.code == Code::StorageFull) {
            self.room.ran_out();
        }
        kept.map(|()| hash)
    }

    /// Begins a file that comes in pieces, too large to be held.
    pub fn begin(&self) -> Result<NewBlob> {
        self.room.admit()?;
        let path = self.root.join("new").join(uuid::Uuid::now_v7().to_string());
        let file = fs::File::create(&path).map_err(failed)?;
        Ok(NewBlob { blobs: self.clone(), path, file, hash: Sha256::new(), size: 0 })
    }

    fn make_folder(&self, path: &Path) -> Result<()> {
        let folder = path.parent().expect("a blob lies in a folder");
        if !folder.exists() {
            fs::create_dir_all(folder).map_err(failed)?;
            for above in [folder.parent(), folder.parent().and_then(Path::parent)].into_iter().flatten() {
                sync_folder(above)?;
            }
        }
        Ok(())
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        self.make_folder(path)?;
        let new = self.root.join("new").join(uuid::Uuid::now_v7().to_string());
        let written = write_synced(&new, bytes).and_then(|()| fs::rename(&new, path));
        if let Err(error) = written {
            let _ = fs::remove_file(&new);
            return Err(failed(error));
        }
        sync_folder(path.parent().expect("a blob lies in a folder"))
    }

    pub async fn get(&self, hash: &BlobHash) -> Result<Vec<u8>> {
        let path = self.path(hash);
        tokio::task::spawn_blocking(move || fs::read(path)).await.map_err(Error::internal)?.map_err(failed)
    }

    pub fn get_blocking(&self, hash: &BlobHash) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        fs::File::open(self.path(hash)).and_then(|mut file| file.read_to_end(&mut bytes)).map_err(failed)?;
        Ok(bytes)
    }

    /// Where a blob lies: `ab/cd/abcd…`.
    pub fn path(&self, hash: &BlobHash) -> PathBuf {
        self.root.join(&hash.0[..2]).join(&hash.0[2..4]).join(&hash.0)
    }

    /// The folder that holds them all, for backups.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

/// A blob that is being written. Gone again when it is dropped unfinished.
pub struct NewBlob {
    blobs: Blobs,
    path: PathBuf,
    file: fs::File,
    hash: Sha256,
    size: u64,
}

impl NewBlob {
    /// Blocks.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.blobs.room.admit()?;
        self.file.write_all(bytes).map_err(failed).inspect_err(|error| {
            if error.code == Code::StorageFull {
                self.blobs.room.ran_out();
            }
        })?;
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// Where its bytes lie until it is finished, to be looked at before.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// On return the whole is on the disk, and a row may name it. Blocks.
    pub fn finish(mut self) -> Result<BlobHash> {
        let digest = std::mem::take(&mut self.hash).finalize();
        let hash = BlobHash(digest.iter().map(|byte| format!("{byte:02x}")).collect());
        let path = self.blobs.path(&hash);
        if path.exists() {
            return Ok(hash);
        }
        sync(&self.file).map_err(failed)?;
        self.blobs.make_folder(&path)?;
        fs::rename(&self.path, &path).map_err(failed)?;
        sync_folder(path.parent().expect("a blob lies in a folder"))?;
        Ok(hash)
    }
}

impl Drop for NewBlob {
    fn drop(&mut self) {
        // Renamed when it was finished.
        let _ = fs::remove_file(&self.path);
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    sync(&file)
}

fn sync_folder(path: &Path) -> Result<()> {
    fs::File::open(path).and_then(|folder| sync(&folder)).map_err(failed)
}

fn sync(file: &fs::File) -> std::io::Result<()> {
    file.sync_all().inspect_err(|error| {
        if !is_full(error) {
            room::stop_unsynced("a file", error);
        }
    })
}

fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

fn failed(error: std::io::Error) -> Error {
    let code = match error.kind() {
        _ if is_full(&error) => Code::StorageFull,
        ErrorKind::NotFound => Code::NotFound,
        _ => Code::Internal,
    };
    Error { cause: Some(Box::new(error)), ..Error::new(code) }
}

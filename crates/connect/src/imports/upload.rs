//! A file on its way in: to the blobs piece by piece, and looked at while it passes.

use ::store::{BlobHash, Blobs, NewBlob};
use axum::extract::{Multipart, multipart::Field};
use kernel::{Code, Error, Result};

use super::{Format, Mapping, format::Tally, inspect};

/// Bytes of one file.
pub(super) const MAX_FILE: u64 = 1024 * 1024 * 1024;
/// Bytes gathered before they are written.
const PIECE: usize = 1024 * 1024;

/// A file that has come whole.
pub(super) struct Uploaded {
    pub name: String,
    pub blob: BlobHash,
    pub size: u64,
    pub format: Format,
    pub mapping: Mapping,
}

struct Incoming {
    blob: NewBlob,
    tally: Tally,
}

/// Takes the field `file` of a form. What cannot be understood is not kept.
pub(super) async fn receive(blobs: &Blobs, mut form: Multipart, zone: String) -> Result<Uploaded> {
    while let Some(field) = form.next_field().await.map_err(|_| Error::invalid("file"))? {
        if field.name() == Some("file") {
            return take(blobs, field, zone).await;
        }
    }
    Err(Error::new(Code::Required).field("file"))
}

async fn take(blobs: &Blobs, mut field: Field<'_>, zone: String) -> Result<Uploaded> {
    let name: String =
        field.file_name().unwrap_or("file").chars().filter(|c| !c.is_control()).take(200).collect();
    let mut incoming = Incoming { blob: blobs.begin()?, tally: Tally::default() };
    let mut piece = Vec::new();
    while let Some(bytes) = field.chunk().await.map_err(|_| Error::new(Code::TooLarge).field("file"))? {
        piece.extend_from_slice(&bytes);
        if piece.len() >= PIECE {
            incoming = blocking(move || incoming.add(&piece)).await?;
            piece = Vec::new();
        }
    }
    blocking(move || {
        let Incoming { blob, tally } = incoming.add(&piece)?;
        if !tally.is_text() {
            return Err(Error::new(Code::InvalidEncoding).field("file"));
        }
        let (format, mapping) = inspect::look(blob.path(), &zone, tally.encoding(), None, None)?;
        let size = blob.size();
        Ok(Uploaded { name, blob: blob.finish()?, size, format, mapping })
    })
    .await
}

impl Incoming {
    fn add(mut self, piece: &[u8]) -> Result<Self> {
        if self.blob.size() + piece.len() as u64 > MAX_FILE {
            return Err(Error::new(Code::TooLarge).field("file"));
        }
        self.tally.read(piece);
        self.blob.write(piece)?;
        Ok(self)
    }
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

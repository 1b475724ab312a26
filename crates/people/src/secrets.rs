//! The vault: small secrets (mail passwords, signing keys) sealed with the machine's master key.
//!
//! Invariants: a sealed secret opens only in its own workspace; the key file is readable by its owner alone.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use kernel::{Error, Result, WorkspaceId};
use sha2::Sha256;

const KEY_FILE: &str = "master.key";
/// The first byte of what is sealed: XChaCha20-Poly1305, 24 bytes of nonce, the workspace as associated data.
const VERSION: u8 = 1;
const NONCE: usize = 24;

/// Seals and opens. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
    key: [u8; 32],
}

impl Vault {
    /// Takes the master key given by the configuration (32 bytes as hex or base64url), else the one of the data
    /// folder, which is made on the first run.
    pub fn load(data: &Path, given: Option<&str>) -> Result<Self> {
        let key = match given {
            Some(text) => parse_key(text)?,
            None => key_of_folder(data)?,
        };
        if key.iter().all(|byte| *byte == key[0]) {
            return Err(Error::internal("the master key is not random"));
        }
        Ok(Self { cipher: XChaCha20Poly1305::new(&key.into()), key })
    }

    /// A secret for one other purpose, the same at every start; it tells nothing about the master key.
    pub fn derived(&self, purpose: &[u8]) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&self.key).expect("a key of any length");
        mac.update(purpose);
        mac.finalize().into_bytes().into()
    }

    pub fn seal(&self, workspace: WorkspaceId, secret: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE] = rand::random();
        let payload = Payload { msg: secret, aad: workspace.as_bytes() };
        let sealed = self.cipher.encrypt(XNonce::from_slice(&nonce), payload);
        let sealed = sealed.expect("a secret is far shorter than the cipher's limit");
        [&[VERSION][..], &nonce, &sealed].concat()
    }

    /// Opens what was sealed for this workspace with this master key.
    pub fn open(&self, workspace: WorkspaceId, sealed: &[u8]) -> Result<Vec<u8>> {
        let refused = || Error::internal("a sealed secret does not open: another master key, or damaged");
        let rest = sealed.strip_prefix(&[VERSION]).ok_or_else(refused)?;
        let (nonce, msg) = rest.split_at_checked(NONCE).ok_or_else(refused)?;
        let payload = Payload { msg, aad: workspace.as_bytes() };
        self.cipher.decrypt(XNonce::from_slice(nonce), payload).map_err(|_| refused())
    }
}

fn parse_key(text: &str) -> Result<[u8; 32]> {
    let text = text.trim();
    let from_hex = || {
        let pairs = text.as_bytes().chunks(2);
        pairs
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .collect::<Option<Vec<_>>>()
    };
    let bytes =
        if text.len() == 64 { from_hex() } else { URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok() };
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| Error::internal("the master key must be 32 bytes, as hex or base64url"))
}

fn key_of_folder(data: &Path) -> Result<[u8; 32]> {
    let path = data.join(KEY_FILE);
    match fs::read(&path) {
        Ok(bytes) => bytes.try_into().map_err(|_| Error::internal("master.key is not 32 bytes long")),
        Err(error) if error.kind() == ErrorKind::NotFound => create_key(&path),
        Err(error) => Err(Error::internal(error)),
    }
}

/// Written beside and linked into place, so that a crash leaves a whole key or none, and two starts agree on one.
fn create_key(path: &Path) -> Result<[u8; 32]> {
    let key: [u8; 32] = rand::random();
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside).map_err(Error::internal)?;
    file.write_all(&key).and_then(|()| file.sync_all()).map_err(Error::internal)?;
    let linked = fs::hard_link(&beside, path);
    fs::remove_file(&beside).map_err(Error::internal)?;
    match linked {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let bytes = fs::read(path).map_err(Error::internal)?;
            bytes.try_into().map_err(|_| Error::internal("master.key is not 32 bytes long"))
        }
        Err(error) => Err(Error::internal(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_secret_opens_again_after_a_restart_and_only_in_its_workspace() {
        let folder = std::env::temp_dir().join(format!("kapocs_{}", uuid::Uuid::now_v7().simple()));
        fs::create_dir_all(&folder).expect("made");
        let (ours, theirs) = (WorkspaceId::new(), WorkspaceId::new());
        let sealed = Vault::load(&folder, None).expect("made").seal(ours, b"imap password");
        let again = Vault::load(&folder, None).expect("read");
        assert_eq!(again.open(ours, &sealed).expect("opens"), b"imap password");
        assert!(again.open(theirs, &sealed).is_err());
        let mode = fs::metadata(folder.join(KEY_FILE)).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::remove_dir_all(folder).expect("removed");
    }

    #[test]
    fn a_damaged_secret_or_another_key_is_refused() {
        let folder = std::env::temp_dir();
        let vault = Vault::load(&folder, Some(&"0f1e".repeat(16))).expect("a key");
        let workspace = WorkspaceId::new();
        let mut sealed = vault.seal(workspace, b"secret");
        let other = Vault::load(&folder, Some(&"1f0e".repeat(16))).expect("a key");
        assert!(other.open(workspace, &sealed).is_err());
        *sealed.last_mut().expect("not empty") ^= 1;
        assert!(vault.open(workspace, &sealed).is_err());
        assert!(vault.open(workspace, &[]).is_err());
    }

    #[test]
    fn an_empty_or_example_master_key_stops_the_start() {
        for bad in ["", "changeme", &"00".repeat(32), &"zz".repeat(32)] {
            assert!(Vault::load(Path::new("/nonexistent"), Some(bad)).is_err(), "{bad}");
        }
    }
}

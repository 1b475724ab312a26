//! The certificate shown after STARTTLS, read again when its file was renewed.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use kernel::{Error, Result};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

/// How often the file is looked at.
const PERIOD: Duration = Duration::from_secs(60);

/// A configuration that shows the certificate of two PEM files.
pub(super) fn offer(chain: &Path, key: &Path) -> Result<Arc<ServerConfig>> {
    let shown = Arc::new(Renewed::new(chain, key, PERIOD)?);
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(Error::internal)?;
    Ok(Arc::new(config.with_no_client_auth().with_cert_resolver(shown)))
}

struct Renewed {
    chain: PathBuf,
    key: PathBuf,
    period: Duration,
    current: Mutex<Current>,
}

struct Current {
    shown: Arc<CertifiedKey>,
    written_at: Option<SystemTime>,
    looked_at: Instant,
}

impl fmt::Debug for Renewed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Renewed({})", self.chain.display())
    }
}

impl Renewed {
    fn new(chain: &Path, key: &Path, period: Duration) -> Result<Self> {
        let written_at = written_at(chain);
        let shown = Arc::new(read(chain, key)?);
        let current = Mutex::new(Current { shown, written_at, looked_at: Instant::now() });
        Ok(Self { chain: chain.to_owned(), key: key.to_owned(), period, current })
    }

    fn shown(&self) -> Arc<CertifiedKey> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.looked_at.elapsed() >= self.period {
            current.looked_at = Instant::now();
            let written_at = written_at(&self.chain);
            if written_at != current.written_at {
                match read(&self.chain, &self.key) {
                    Ok(renewed) => (current.shown, current.written_at) = (Arc::new(renewed), written_at),
                    // Half-written, or its key is still to come: the old one is good until then.
                    Err(error) => tracing::warn!(%error, "the renewed certificate cannot be read"),
                }
            }
        }
        Arc::clone(&current.shown)
    }
}

impl ResolvesServerCert for Renewed {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.shown())
    }
}

fn written_at(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|metadata| metadata.modified()).ok()
}

fn read(chain: &Path, key: &Path) -> Result<CertifiedKey> {
    let told =
        |file: &Path, error: &dyn fmt::Display| Error::internal(format!("{}: {error}", file.display()));
    let certificates: Vec<_> = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect)
        .map_err(|error| told(chain, &error))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| told(key, &error))?;
    CertifiedKey::from_der(certificates, private, &ring::default_provider())
        .map_err(|error| told(chain, &error))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn issue(folder: &Path) {
        let made =
            rcgen::generate_simple_self_signed(["mx.kapocs.example".to_owned()]).expect("a certificate");
        fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("written");
        fs::write(folder.join("chain.pem"), made.cert.pem()).expect("written");
    }

    #[test]
    fn a_renewed_certificate_is_shown_and_a_broken_one_is_not() {
        let folder = std::env::temp_dir().join(format!("kapocs-certificate-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        issue(&folder);
        let (chain, key) = (folder.join("chain.pem"), folder.join("key.pem"));
        let renewed = Renewed::new(&chain, &key, Duration::ZERO).expect("read");
        let first = renewed.shown();
        fs::write(&chain, "half a certif").expect("written");
        assert_eq!(renewed.shown().cert, first.cert, "the old one stays");
        issue(&folder);
        fs::File::open(&chain)
            .and_then(|file| file.set_modified(SystemTime::now() + Duration::from_secs(5)))
            .expect("touched");
        assert_ne!(renewed.shown().cert, first.cert, "the new one is shown");
        fs::remove_dir_all(&folder).expect("removed");
        assert!(Renewed::new(&chain, &key, PERIOD).is_err());
    }
}

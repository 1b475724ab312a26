//! DKIM: keys, the record to publish, signing.

use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::{Error, Result};
use mail_auth::{
    common::{
        crypto::{DkimKey as Key, Ed25519Key, RsaKey, Sha256},
        headers::HeaderWriter,
    },
    dkim::{Canonicalization, DkimSigner, Done},
};
use rsa::{
    RsaPrivateKey,
    pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey},
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::fmt;

const RSA_BITS: usize = 2048;
/// What a signature covers, where present. The unsubscribe headers must be covered (RFC 8058).
const HEADERS: [&str; 16] = [
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
];

/// The key of one selector of one domain, ready to sign.
pub struct DkimKey {
    signer: DkimSigner<Key, Done>,
    /// (name, value) of its TXT record.
    record: (String, String),
}

impl fmt::Debug for DkimKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DkimKey({})", self.record.0)
    }
}

impl DkimKey {
    /// A new RSA-2048 private key, PKCS#8 DER. Takes a moment: never in a request.
    pub fn generate_rsa() -> Result<Vec<u8>> {
        let key = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, RSA_BITS).map_err(Error::internal)?;
        Ok(key.to_pkcs8_der().map_err(Error::internal)?.as_bytes().to_vec())
    }

    /// A new Ed25519 private key, PKCS#8 DER.
    pub fn generate_ed25519() -> Result<Vec<u8>> {
        Ed25519Key::generate_pkcs8().map_err(Error::internal)
    }

    /// Reads a private key of either kind, PKCS#8 DER.
    pub fn new(domain: &str, selector: &str, pkcs8: &[u8]) -> Result<Self> {
        if !is_name(domain) {
            return Err(Error::invalid("domain"));
        }
        if !is_name(selector) {
            return Err(Error::invalid("selector"));
        }
        let (key, kind, public) = read_key(pkcs8)?;
        let signer = DkimSigner::from_key(key)
            .domain(domain)
            .selector(selector)
            .headers(HEADERS)
            .header_canonicalization(Canonicalization::Relaxed)
            .body_canonicalization(Canonicalization::Relaxed);
        let record = (
            format!("{selector}._domainkey.{domain}"),
            format!("v=DKIM1; k={kind}; p={}", STANDARD.encode(public)),
        );
        Ok(Self { signer, record })
    }

    /// (name, value) of the TXT record to publish.
    pub fn dns_record(&self) -> (&str, &str) {
        (&self.record.0, &self.record.1)
    }

    /// The mail with its signature in front. Signed by both kinds in turn, it is read by receivers that know only one.
    pub fn sign(&self, mail: &[u8]) -> Result<Vec<u8>> {
        let header = self.signer.sign(mail).map_err(Error::internal)?.to_header();
        Ok([header.as_bytes(), mail].concat())
    }
}

/// (key, name of its kind, public key as it is published)
fn read_key(pkcs8: &[u8]) -> Result<(Key, &'static str, Vec<u8>)> {
    if let Ok(key) = Ed25519Key::from_pkcs8_maybe_unchecked_der(pkcs8) {
        let public = key.public_key();
        return Ok((Key::Ed25519(key), "ed25519", public));
    }
    let invalid = || Error::invalid("key");
    let private = RsaPrivateKey::from_pkcs8_der(pkcs8).map_err(|_| invalid())?;
    let public = private.to_public_key().to_public_key_der().map_err(Error::internal)?.into_vec();
    let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pkcs8));
    let key = RsaKey::<Sha256>::from_key_der(der).map_err(|_| invalid())?;
    Ok((Key::Rsa(key), "rsa", public))
}

/// A name in the DNS: letters, digits, hyphens, dots.
fn is_name(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    name.len() <= 253 && name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_storage_and_tells_its_record() {
        let stored = DkimKey::generate_ed25519().expect("a key");
        let (a, b) = (DkimKey::new("pelda.hu", "k1", &stored), DkimKey::new("pelda.hu", "k1", &stored));
        let (a, b) = (a.expect("read"), b.expect("read"));
        assert_eq!(a.dns_record(), b.dns_record());
        let (name, value) = a.dns_record();
        assert_eq!(name, "k1._domainkey.pelda.hu");
        assert!(value.starts_with("v=DKIM1; k=ed25519; p=") && value.len() == 22 + 44, "{value}");
    }

    #[test]
    fn what_is_no_key_or_no_name_is_refused() {
        let key = DkimKey::generate_ed25519().expect("a key");
        assert!(DkimKey::new("pelda.hu", "k1", b"not a key").is_err());
        for name in ["", "a b", "x;y", "a..b", "x\r\ny"] {
            assert!(
                DkimKey::new(name, "k1", &key).is_err() && DkimKey::new("pelda.hu", name, &key).is_err(),
                "{name:?}"
            );
        }
    }

    #[test]
    fn a_key_is_never_shown() {
        let key = DkimKey::new("pelda.hu", "k1", &DkimKey::generate_ed25519().expect("a key")).expect("read");
        assert_eq!(format!("{key:?}"), "DkimKey(k1._domainkey.pelda.hu)");
    }
}

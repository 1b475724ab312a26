//! From bytes to JSON. The declared type is not believed: SDKs post gzip as a form and JSON as plain text.

use std::io::Read as _;

use base64::{Engine as _, engine::general_purpose};
use flate2::read::GzDecoder;
use serde_json::Value as Json;

use super::Refusal;

/// Bytes of a request as it comes (RudderStack's Python SDK sends up to 4 MB).
pub(super) const MAX_REQUEST: usize = 4 * 1024 * 1024 + 64 * 1024;
/// Bytes after inflating: what is larger is a bomb, not a batch.
const MAX_INFLATED: u64 = 20 * 1024 * 1024;

pub(super) fn read(bytes: &[u8]) -> Result<Json, Refusal> {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut inflated = Vec::new();
        let read = GzDecoder::new(bytes).take(MAX_INFLATED + 1).read_to_end(&mut inflated);
        read.map_err(|_| Refusal::new("invalid_gzip", "The body begins like gzip but cannot be inflated."))?;
        if inflated.len() as u64 > MAX_INFLATED {
            return Err(Refusal::new("too_large", "The body is too large when inflated."));
        }
        return parse(&inflated);
    }
    // `data=<base64 of JSON>`: forms of old browser SDKs.
    if let Some(data) = bytes.strip_prefix(b"data=") {
        return from_base64(&percent_decoded(data));
    }
    parse(bytes)
}

/// The JSON of a pixel's `data`.
pub(super) fn from_base64(text: &[u8]) -> Result<Json, Refusal> {
    let refused = || Refusal::new("invalid_base64", "The data is not base64 of JSON.");
    let bare: Vec<u8> =
        text.iter().copied().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=').collect();
    let decoded = general_purpose::STANDARD_NO_PAD
        .decode(&bare)
        .or_else(|_| general_purpose::URL_SAFE_NO_PAD.decode(&bare))
        .map_err(|_| refused())?;
    parse(&decoded)
}

fn percent_decoded(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, tail)) = rest.split_first() {
        let hex =
            (byte == b'%').then(|| tail.get(..2)).flatten().and_then(|two| std::str::from_utf8(two).ok());
        if let Some(value) = hex.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            decoded.push(value);
            rest = &tail[2..];
        } else {
            decoded.push(byte);
            rest = tail;
        }
    }
    decoded
}

fn parse(bytes: &[u8]) -> Result<Json, Refusal> {
    serde_json::from_slice(bytes).map_err(|_| Refusal::new("invalid_json", "The body is not valid JSON."))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder};
    use serde_json::json;

    use super::*;

    fn zipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn json_is_read_plain_zipped_and_from_a_form() {
        let call = json!({ "type": "track", "event": "Ősz" });
        let text = call.to_string();
        assert_eq!(read(text.as_bytes()), Ok(call.clone()));
        assert_eq!(read(&zipped(text.as_bytes())), Ok(call.clone()));
        let form = format!("data={}", general_purpose::STANDARD.encode(&text).replace('=', "%3D"));
        assert_eq!(read(form.as_bytes()), Ok(call));
    }

    #[test]
    fn a_bomb_is_refused_before_it_fills_the_memory() {
        let bomb = zipped(&vec![b' '; 64 * 1024 * 1024]);
        assert!(bomb.len() < 600_000);
        assert_eq!(read(&bomb).expect_err("refused").code, "too_large");
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for bytes in [&b"{"[..], b"", b"\x1f\x8b\x00", b"data=%%%"] {
            assert!(read(bytes).is_err(), "{bytes:?}");
        }
    }
}

//! Mailbox names on the wire (RFC 3501 §5.1.3).

use base64::{Engine as _, alphabet, engine::general_purpose::NO_PAD};

/// A mailbox name as a quoted string in modified UTF-7. `None`: the name cannot be one.
pub(super) fn quoted(name: &str) -> Option<String> {
    if name.is_empty() || name.contains(char::is_control) {
        return None;
    }
    let encoded = modified_utf7(name);
    Some(format!("\"{}\"", encoded.replace('\\', "\\\\").replace('"', "\\\"")))
}

fn modified_utf7(name: &str) -> String {
    let engine = base64::engine::GeneralPurpose::new(&alphabet::IMAP_MUTF7, NO_PAD);
    let mut out = String::new();
    let mut wide: Vec<u8> = Vec::new();
    let flush = |wide: &mut Vec<u8>, out: &mut String| {
        if !wide.is_empty() {
            out.push('&');
            out.push_str(&engine.encode(&*wide));
            out.push('-');
            wide.clear();
        }
    };
    for c in name.chars() {
        if c.is_ascii() {
            flush(&mut wide, &mut out);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            wide.extend(c.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    flush(&mut wide, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_language_reach_the_server() {
        assert_eq!(quoted("INBOX").as_deref(), Some("\"INBOX\""));
        assert_eq!(quoted("Ügyfél & Co").as_deref(), Some("\"&ANw-gyf&AOk-l &- Co\""));
        assert_eq!(quoted("~peter/mail/台北/日本語").as_deref(), Some("\"~peter/mail/&U,BTFw-/&ZeVnLIqe-\""));
        assert_eq!(quoted("a\"b\\c").as_deref(), Some("\"a\\\"b\\\\c\""));
        assert_eq!(quoted("a\r\nb"), None);
    }
}

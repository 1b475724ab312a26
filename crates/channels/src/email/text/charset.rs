//! Bytes to text, also where the label is missing or lies.

use mail_parser::decoders::charsets::map::charset_decoder;

/// Share of undecodable characters above which a UTF-8 label is taken for a lie.
const LIE: usize = 100;

/// Decodes a body by its charset label; falls back to UTF-8, then to windows-1250 (which reads Hungarian and
/// nearly all of Western Europe alike).
pub(super) fn decode(bytes: &[u8], label: Option<&str>) -> String {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let label = label.map(|label| label.trim().trim_matches(['"', '\'']).to_ascii_lowercase());
    let label = label.as_deref().unwrap_or_default();
    match label {
        "" | "us-ascii" | "ascii" | "utf-8" | "utf8" | "unknown-8bit" | "x-unknown" | "binary" => {
            utf8_or_central_european(bytes)
        }
        "utf-7" | "unicode-1-1-utf-7" | "csutf7" if !bytes.is_ascii() => utf8_or_central_european(bytes),
        _ => match charset_decoder(label.as_bytes()) {
            Some(decoder) => mend_hungarian(label, decoder(bytes)),
            None => utf8_or_central_european(bytes),
        },
    }
}

fn utf8_or_central_european(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            let lossy = String::from_utf8_lossy(bytes);
            let holes = lossy.matches('\u{FFFD}').count();
            let letters = lossy.chars().filter(|c| !c.is_ascii()).count() - holes;
            if holes * LIE <= lossy.len() && letters >= holes {
                lossy.into_owned()
            } else {
                central_european(bytes)
            }
        }
    }
}

fn central_european(bytes: &[u8]) -> String {
    match charset_decoder(b"windows-1250") {
        Some(decoder) => decoder(bytes),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Hungarian mail labelled Latin-1 shows õ and û where ő and ű were typed.
fn mend_hungarian(label: &str, text: String) -> String {
    const WORDS: [&str; 6] = ["hogy", "isztelt", "köszön", "dvözl", "szeretn", "kérem"];
    let western = matches!(label, "iso-8859-1" | "latin1" | "windows-1252" | "cp1252" | "iso-8859-15");
    if !western || !text.contains(['õ', 'û', 'Õ', 'Û']) || !WORDS.iter().any(|word| text.contains(word)) {
        return text;
    }
    text.chars()
        .map(|c| match c {
            'õ' => 'ő',
            'û' => 'ű',
            'Õ' => 'Ő',
            'Û' => 'Ű',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hungarian_is_read_in_every_charset_it_comes_in() {
        let wanted = "Tisztelt Ügyfélszolgálat! Szeretném, hogy működjön a gépem, előre köszönöm.";
        for label in ["iso-8859-2", "windows-1250", "ISO_8859-2", "cp1250"] {
            let bytes = encode_latin2(wanted);
            assert_eq!(decode(&bytes, Some(label)), wanted, "{label}");
        }
        assert_eq!(decode(wanted.as_bytes(), Some("utf-8")), wanted);
        assert_eq!(decode(&encode_latin2(wanted), None), wanted, "without a label");
        assert_eq!(decode(&encode_latin2(wanted), Some("utf-8")), wanted, "with a label that lies");
        assert_eq!(
            decode(&encode_latin2(wanted), Some("iso-8859-1")),
            wanted,
            "labelled as Western European"
        );
        assert_eq!(decode(wanted.as_bytes(), Some("utf-7")), wanted, "labelled UTF-7, being UTF-8");
        assert_eq!(decode(wanted.as_bytes(), Some("no-such-charset")), wanted);
    }

    #[test]
    fn a_letter_of_another_language_is_left_alone() {
        assert_eq!(decode(b"informa\xE7\xF5es", Some("iso-8859-1")), "informações");
    }

    #[test]
    fn utf_7_is_read_where_it_is_true() {
        assert_eq!(decode(b"K+APY-sz+APY-n+APY-m", Some("utf-7")), "Köszönöm");
    }

    /// The Hungarian letters have the same places in ISO 8859-2 and windows-1250.
    fn encode_latin2(text: &str) -> Vec<u8> {
        text.chars()
            .map(|c| match c {
                'á' => 0xE1,
                'é' => 0xE9,
                'í' => 0xED,
                'ó' => 0xF3,
                'ö' => 0xF6,
                'ő' => 0xF5,
                'ú' => 0xFA,
                'ü' => 0xFC,
                'ű' => 0xFB,
                'Ü' => 0xDC,
                c => u8::try_from(c).expect("ASCII"),
            })
            .collect()
    }
}

//! How a file is written, found out from its bytes: encoding, separator, kind.

use super::{Encoding, FileKind, Separator};

/// What a stream of bytes says of its encoding, piece by piece.
#[derive(Default)]
pub(super) struct Tally {
    /// Bytes of a character that a piece was cut in.
    cut: Vec<u8>,
    /// Characters of several bytes that are good UTF-8, and sequences that are none.
    good: u64,
    bad: u64,
    /// Bytes that Windows-1250 shows and ISO-8859-2 does not: quotation marks, dashes, the euro.
    windows: u64,
    /// Letters that stand elsewhere in Windows-1250: Š š Ž ž Ť ť Ś ś Ź ź Ą ą Ľ ľ of ISO-8859-2.
    latin2: u64,
    nul: u64,
    all: u64,
}

impl Tally {
    pub(super) fn read(&mut self, piece: &[u8]) {
        let joined: Vec<u8>;
        let mut rest = if self.cut.is_empty() {
            piece
        } else {
            joined = [std::mem::take(&mut self.cut).as_slice(), piece].concat();
            &joined
        };
        self.all += piece.len() as u64;
        for byte in piece {
            match byte {
                0 => self.nul += 1,
                0x80..=0x9f => self.windows += 1,
                0xa9 | 0xab | 0xac | 0xae | 0xb1 | 0xb5 | 0xb6 | 0xb9 | 0xbb | 0xbc | 0xbe => {
                    self.latin2 += 1
                }
                _ => {}
            }
        }
        while !rest.is_empty() {
            let (valid, error) = match std::str::from_utf8(rest) {
                Ok(text) => (text, None),
                Err(error) => {
                    let text = std::str::from_utf8(&rest[..error.valid_up_to()]).unwrap_or_default();
                    (text, Some(error))
                }
            };
            self.good += valid.bytes().filter(|byte| *byte >= 0xc0).count() as u64;
            let Some(error) = error else { return };
            let Some(length) = error.error_len() else {
                self.cut = rest[error.valid_up_to()..].to_vec();
                return;
            };
            self.bad += 1;
            rest = &rest[error.valid_up_to() + length..];
        }
    }

    /// Some broken characters in a file of good ones are damage; many are another encoding.
    pub(super) fn encoding(&self) -> Encoding {
        let bad = self.bad + u64::from(!self.cut.is_empty());
        match () {
            () if bad <= self.good / 10 => Encoding::Utf8,
            () if self.windows == 0 && self.latin2 > 0 => Encoding::Latin2,
            () => Encoding::Windows1250,
        }
    }

    /// Whether it is text of one of the encodings: half of UTF-16 are zeros, and there are some in every picture.
    pub(super) fn is_text(&self) -> bool {
        self.nul <= self.all / 1_000 + 8
    }
}

/// The kind of a file by its first bytes, after the byte order mark.
pub(super) fn file_kind(head: &[u8]) -> FileKind {
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'{') { FileKind::Jsonl } else { FileKind::Csv }
}

/// The separator that stands most often in the first line, outside of quotes.
pub(super) fn separator(head: &[u8]) -> Separator {
    let mut counts = [0_usize; 3];
    let mut is_quoted = false;
    for byte in head {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' | b'\r' if !is_quoted => break,
            byte if !is_quoted => {
                if let Some(at) = Separator::ALL.iter().position(|one| one.byte() == *byte) {
                    counts[at] += 1;
                }
            }
            _ => {}
        }
    }
    let most = counts.iter().copied().max().unwrap_or_default();
    let found = Separator::ALL.into_iter().zip(counts).find(|(_, count)| *count == most && most > 0);
    found.map_or(Separator::Comma, |(separator, _)| separator)
}

pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// The text of bytes; `None` when they are not of the encoding, or no text.
pub(super) fn decode(encoding: Encoding, bytes: &[u8]) -> Option<String> {
    let table = match encoding {
        Encoding::Utf8 => encoding_rs::UTF_8,
        Encoding::Windows1250 => encoding_rs::WINDOWS_1250,
        Encoding::Latin2 => encoding_rs::ISO_8859_2,
    };
    let text = table.decode_without_bom_handling_and_without_replacement(bytes)?;
    (!text.contains('\0')).then(|| text.into_owned())
}

/// As [`decode`], with a sign where something cannot be read: to be shown.
pub(super) fn decode_lossy(encoding: Encoding, bytes: &[u8]) -> String {
    decode(encoding, bytes).unwrap_or_else(|| String::from_utf8_lossy(bytes).replace('\0', "\u{fffd}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding(bytes: &[u8]) -> Encoding {
        let mut tally = Tally::default();
        // Cut everywhere: no character may be lost between two pieces.
        bytes.chunks(3).for_each(|piece| tally.read(piece));
        tally.encoding()
    }

    #[test]
    fn the_encoding_is_found_whatever_hungarian_spreadsheets_write() {
        let text = "név;város\r\nSzűcs-Kőrösi Ágnes;Hódmezővásárhely\r\n";
        assert_eq!(encoding(text.as_bytes()), Encoding::Utf8);
        assert_eq!(encoding(b"name;city\nAnna;Vac\n"), Encoding::Utf8);
        let windows = encoding_rs::WINDOWS_1250.encode(text).0;
        assert_eq!(encoding(&windows), Encoding::Windows1250);
        assert_eq!(decode(Encoding::Windows1250, &windows).as_deref(), Some(text));
        let slovak = encoding_rs::ISO_8859_2.encode("meno;mesto\nŠtefan Ťažký;Žilina\n").0.into_owned();
        assert_eq!(encoding(&slovak), Encoding::Latin2);
        assert_eq!(decode(Encoding::Latin2, &slovak).as_deref(), Some("meno;mesto\nŠtefan Ťažký;Žilina\n"));
        let damaged = [text.repeat(20).as_bytes(), b"\xff"].concat();
        assert_eq!(encoding(&damaged), Encoding::Utf8);
        assert_eq!(decode(Encoding::Utf8, b"a\xff"), None);
    }

    #[test]
    fn utf_16_and_pictures_are_no_text() {
        let utf16: Vec<u8> = "email;name\n".repeat(50).encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut tally = Tally::default();
        tally.read(&utf16);
        assert!(!tally.is_text());
        let mut tally = Tally::default();
        tally.read("név;e-mail\nAnna\0;anna@pelda.example\n".as_bytes());
        assert!(tally.is_text());
    }

    #[test]
    fn the_separator_is_the_one_of_the_header() {
        for (head, expected) in [
            ("név;e-mail;\"a,b,c,d\"\n1,2,3,4,5,6", Separator::Semicolon),
            ("name,email\n", Separator::Comma),
            ("name\temail\n", Separator::Tab),
            ("email\n", Separator::Comma),
        ] {
            assert_eq!(separator(head.as_bytes()), expected, "{head}");
        }
    }
}

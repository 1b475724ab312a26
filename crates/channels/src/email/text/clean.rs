//! Taking the teeth out of texts that strangers wrote.

const MAX_FILE_NAME: usize = 150;
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// Characters that reorder, hide or break a line: bidi controls, zero-width characters, tags.
fn deceives(c: char) -> bool {
    matches!(c,
        '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}'
        | '\u{061C}' | '\u{180E}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// One line of text for a subject, a display name or a label: no control or bidi characters, single spaces.
pub fn clean_line(text: &str, max_chars: usize) -> String {
    let mut out = String::with_capacity(text.len().min(max_chars * 4));
    let mut chars = 0;
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}') {
            gap = !out.is_empty();
            continue;
        }
        if c.is_control() || deceives(c) {
            continue;
        }
        if chars + 1 + usize::from(gap) > max_chars {
            out.push('…');
            break;
        }
        if std::mem::take(&mut gap) {
            out.push(' ');
            chars += 1;
        }
        out.push(c);
        chars += 1;
    }
    out
}

/// A body text: `\n` line ends, no control characters but tab, at most `max` bytes.
/// Returns whether something was cut off.
pub(super) fn clean_body(text: &str, max: usize) -> (String, bool) {
    let mut out = String::with_capacity(text.len().min(max));
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let c = match c {
            '\r' if chars.peek() == Some(&'\n') => continue,
            '\r' | '\u{2028}' | '\u{2029}' | '\u{0B}' | '\u{0C}' => '\n',
            '\n' | '\t' => c,
            _ if c.is_control() || c == '\u{FEFF}' => continue,
            _ => c,
        };
        if out.len() + c.len_utf8() > max {
            return (out, true);
        }
        out.push(c);
    }
    (out, false)
}

/// A file name that is only a name: no path, no control or bidi characters, no reserved device, bounded.
/// Empty when nothing remains.
pub fn clean_file_name(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let line: String = clean_line(base, 1000).chars().filter(|c| !"<>:\"|?*".contains(*c)).collect();
    let line = line.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let stem = line.split('.').next().unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit());
    let reserved = RESERVED.iter().any(|word| stem.eq_ignore_ascii_case(word));
    let name = if reserved { format!("_{line}") } else { line.to_owned() };
    shorten(&name)
}

/// Cuts the middle, so that the extension stays visible.
fn shorten(name: &str) -> String {
    if name.chars().count() <= MAX_FILE_NAME {
        return name.to_owned();
    }
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.chars().count() <= 16 => (stem, format!(".{extension}")),
        _ => (name, String::new()),
    };
    let room = MAX_FILE_NAME - extension.chars().count() - 1;
    let stem: String = stem.chars().take(room).collect();
    format!("{stem}…{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_cannot_reorder_hide_or_break() {
        assert_eq!(clean_line("gepj\u{202E}fdp.exe\u{200B}\r\nBcc: x@y\0", 100), "gepjfdp.exe Bcc: x@y");
        assert_eq!(clean_line("  Számla \t 2026  ", 100), "Számla 2026");
    }

    #[test]
    fn a_long_line_ends_in_an_ellipsis() {
        assert_eq!(clean_line("abcdef", 3), "abc…");
        assert_eq!(clean_line("abc", 3), "abc");
    }

    #[test]
    fn a_file_name_is_never_a_path_or_a_device() {
        let cases = [
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\x\\szerződés.docx", "szerződés.docx"),
            ("CON", "_CON"),
            ("com1.txt", "_com1.txt"),
            (".htaccess", "htaccess"),
            ("a\0b\u{200F}.pdf", "ab.pdf"),
            ("...", ""),
            ("console.log", "console.log"),
        ];
        for (given, wanted) in cases {
            assert_eq!(clean_file_name(given), wanted, "{given:?}");
        }
    }

    #[test]
    fn a_long_file_name_keeps_its_extension() {
        let name = clean_file_name(&format!("{}.pdf", "á".repeat(300)));
        assert_eq!(name.chars().count(), MAX_FILE_NAME);
        assert!(name.ends_with("….pdf"));
    }

    #[test]
    fn a_body_has_one_kind_of_line_end_and_no_nul() {
        assert_eq!(clean_body("a\r\nb\rc\0d\te", 100), ("a\nb\ncd\te".to_owned(), false));
        assert_eq!(clean_body("éé", 3), ("é".to_owned(), true));
    }
}

//! The lines by which mail programs begin their quotes, in the languages our people's correspondents use.

const MAX_ATTRIBUTION: usize = 400;

pub(super) fn is_body_marker(line: &str) -> bool {
    let line = line.trim_start_matches(['>', ' ']).trim_end();
    line.starts_with("[ref:k.") && line.ends_with(']') && line.len() < 80
}

pub(super) fn is_quoted(line: &str) -> bool {
    line.trim_start_matches(' ').starts_with('>')
}

/// Where the attribution that ends in line `at` begins.
pub(super) fn attribution(lines: &[&str], at: usize) -> Option<usize> {
    let last = plain(lines[at]);
    if last.len() > MAX_ATTRIBUTION || !ends_attribution(&last) {
        return None;
    }
    let mut text = String::new();
    let mut named = None;
    for start in (at.saturating_sub(3)..=at).rev() {
        let line = plain(lines[start]);
        if line.is_empty() || is_quoted(lines[start]) {
            break;
        }
        text = if text.is_empty() { line } else { format!("{line} {text}") };
        if begins_with_time(&text) {
            return Some(start);
        }
        if named.is_none() && names_somebody(&text) {
            named = Some(start);
        }
    }
    named
}

fn ends_attribution(line: &str) -> bool {
    const ENDS: [&str; 13] = [
        "wrote:",
        "wrote :",
        "writes:",
        "írta:",
        "írta :",
        "üzenetet írta:",
        "schrieb:",
        "geschrieben:",
        "a écrit :",
        "a écrit:",
        "escribió:",
        "ha scritto:",
        "schreef:",
    ];
    ENDS.iter().any(|end| line.ends_with(end))
        || (line.ends_with("):")
            && (line.contains(" írta (") || line.contains("időpont:") || line.ends_with("írta):")))
        || (line.ends_with(':')
            && [" schrieb ", " schreef ", " wrote on "].iter().any(|verb| line.contains(verb)))
}

/// `On Sat, 21 Nov …`, `2026. nov. 21. …`
fn begins_with_time(text: &str) -> bool {
    const WORDS: [&str; 8] = ["on ", "at ", "am ", "le ", "el ", "op ", "il ", "den "];
    let dated = text.bytes().filter(u8::is_ascii_digit).count() >= 3;
    dated
        && (WORDS.iter().any(|word| text.starts_with(word)) || text.starts_with(|c: char| c.is_ascii_digit()))
}

fn names_somebody(text: &str) -> bool {
    let dated = text.bytes().filter(u8::is_ascii_digit).count() >= 3;
    let addressed = text.contains('@');
    (dated && (addressed || text.contains(" írta ("))) || (addressed && text.contains('<'))
}

/// A line after which all is history: a separator, or the header of the quoted mail.
pub(super) fn opens_history(lines: &[&str], at: usize) -> bool {
    let line = plain(lines[at]);
    if is_separator(&line) {
        return true;
    }
    let ruled = line.len() >= 20 && line.chars().all(|c| c == '_');
    let next = if ruled {
        (at + 1..lines.len().min(at + 4)).find(|next| !lines[*next].trim().is_empty())
    } else {
        Some(at)
    };
    next.is_some_and(|next| is_header_block(lines, next))
}

fn is_separator(line: &str) -> bool {
    const WORDS: [&str; 8] = [
        "original message",
        "eredeti üzenet",
        "eredeti levél",
        "original appointment",
        "ursprüngliche nachricht",
        "message d'origine",
        "eredeti e-mail",
        "az eredeti üzenet",
    ];
    let inner = line.trim_matches(|c| matches!(c, '-' | '_' | '*' | '=' | '–' | '—' | ' '));
    line.starts_with(['-', '_', '*', '=', '–', '—']) && inner.len() < line.len() && WORDS.contains(&inner)
}

/// `From: … / Sent: … / To: …` as Outlook writes it, in one language or the other.
fn is_header_block(lines: &[&str], at: usize) -> bool {
    const FROM: [&str; 6] = ["from:", "feladó:", "von:", "de:", "da:", "küldő:"];
    const REST: [&str; 22] = [
        "sent:",
        "date:",
        "to:",
        "subject:",
        "cc:",
        "küldve:",
        "elküldve:",
        "küldés dátuma:",
        "küldés ideje:",
        "dátum:",
        "címzett:",
        "címzettek:",
        "másolat:",
        "másolatot kap:",
        "tárgy:",
        "gesendet:",
        "an:",
        "betreff:",
        "envoyé:",
        "objet:",
        "reply-to:",
        "válaszcím:",
    ];
    let first = label(lines[at]);
    if !FROM.iter().any(|from| first.starts_with(from)) {
        return false;
    }
    let rest = lines[at + 1..].iter().take(10).map(|line| label(line)).take_while(|line| !line.is_empty());
    rest.filter(|line| REST.iter().any(|label| line.starts_with(label))).count() >= 2
}

pub(super) fn is_forward(line: &str) -> bool {
    let line = plain(line);
    const WORDS: [&str; 8] = [
        "forwarded message",
        "továbbított üzenet",
        "továbbított levél",
        "továbbított e-mail",
        "továbbítottt üzenet",
        "forwarded by",
        "weitergeleitete nachricht",
        "message transféré",
    ];
    let dashed = line.starts_with(['-', '=', '*', '_']) && WORDS.iter().any(|word| line.contains(word));
    dashed
        || line.starts_with("begin forwarded message")
        || line.starts_with("továbbított üzenet kezdete")
        || line.starts_with("a továbbított üzenet kezdete")
}

/// A header label, also when it was bold (`*From:*`).
fn label(line: &str) -> String {
    plain(line).replace('*', "").trim_start().to_owned()
}

/// Lower case, plain spaces, no marks of bidirectional text.
fn plain(line: &str) -> String {
    let line = line.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}' | '\u{202C}')
    });
    let end = line.floor_char_boundary(2 * MAX_ATTRIBUTION);
    line[..end].to_lowercase().replace(['\u{A0}', '\u{202F}'], " ")
}

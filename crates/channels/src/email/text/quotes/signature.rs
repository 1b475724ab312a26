//! The signature: after `-- `, or the line a telephone adds by itself.

const MAX_LINES: usize = 25;
const MAX_LINE: usize = 100;

/// (text, signature)
pub(super) fn split<'a>(lines: &[&'a str]) -> (Vec<&'a str>, Vec<&'a str>) {
    let at = dashes(lines).or_else(|| mobile(lines)).unwrap_or(lines.len());
    (lines[..at].to_vec(), lines[at..].to_vec())
}

fn dashes(lines: &[&str]) -> Option<usize> {
    let at = lines.iter().rposition(|line| matches!(line.trim_end(), "--" | "—") || *line == "-- ")?;
    let rest = &lines[at + 1..];
    let short = rest.len() <= MAX_LINES && rest.iter().any(|line| !line.trim().is_empty());
    short.then_some(at)
}

fn mobile(lines: &[&str]) -> Option<usize> {
    let at = lines.iter().rposition(|line| !line.trim().is_empty())?;
    is_mobile(lines[at]).then(|| {
        let above =
            at.checked_sub(1).filter(|above| lines[*above].trim().chars().all(|c| c == '_' || c == '-'));
        above.filter(|above| !lines[*above].trim().is_empty()).unwrap_or(at)
    })
}

fn is_mobile(line: &str) -> bool {
    const STARTS: [&str; 12] = [
        "sent from my ",
        "sent from mail for",
        "sent from outlook",
        "sent from yahoo",
        "sent from proton",
        "sent via ",
        "get outlook for",
        "elküldve ",
        "küldve ",
        "az outlook ",
        "szerezze be az outlook",
        "sent with ",
    ];
    const DEVICES: [&str; 20] = [
        "iphone",
        "ipad",
        "android",
        "samsung",
        "galaxy",
        "huawei",
        "xiaomi",
        "outlook",
        "mobil",
        "telefon",
        "készülék",
        "yahoo",
        "gmail",
        "windows",
        "proton",
        "mail for",
        "tablet",
        "blackberry",
        "levelező",
        "honor",
    ];
    let line = line.trim().to_lowercase();
    let line = line.trim_matches(|c: char| !c.is_alphanumeric() && c != '<' && c != '>');
    let begins = STARTS.iter().any(|start| line.starts_with(start));
    let ends = ["küldve", "írtam", "küldtem", "letöltése"]
        .iter()
        .any(|end| line.ends_with(end) || line.contains(&format!("{end}<")));
    line.len() <= MAX_LINE && (begins || ends) && DEVICES.iter().any(|device| line.contains(device))
}

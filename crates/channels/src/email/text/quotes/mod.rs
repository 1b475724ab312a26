//! What a person wrote, apart from what was quoted and from the signature.
//!
//! Conservative: a forwarded mail is content, answers between quoted lines stay with them, and whatever would leave
//! nothing to read is left as it is.

mod marks;
mod signature;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Split {
    /// What is new.
    pub text: String,
    pub quoted: Option<String>,
    pub signature: Option<String>,
}

/// Splits the plain text of a mail. The body marker is left out of all three.
pub fn split_quotes(text: &str) -> Split {
    let lines: Vec<&str> = text.lines().filter(|line| !marks::is_body_marker(line)).collect();
    let (new, quoted) = split_lines(&lines);
    let whole = || Split { text: joined(&lines), quoted: None, signature: None };
    let (new, signature) = signature::split(&new);
    let split =
        Split { text: joined(&new), quoted: filled(joined(&quoted)), signature: filled(joined(&signature)) };
    match (split.text.is_empty(), &split.signature) {
        (false, _) => split,
        // Only a signature above the quote: a mail sent empty, or one whose text looks like a signature.
        (true, Some(_)) if split.quoted.is_some() => {
            Split { text: split.signature.unwrap_or_default(), signature: None, ..split }
        }
        (true, _) => whole(),
    }
}

fn joined(lines: &[&str]) -> String {
    lines.join("\n").trim_end().trim_start_matches('\n').to_owned()
}

fn filled(text: String) -> Option<String> {
    (!text.trim().is_empty()).then_some(text)
}

/// (new, quoted)
fn split_lines<'a>(lines: &[&'a str]) -> (Vec<&'a str>, Vec<&'a str>) {
    let end = lines.iter().position(|line| marks::is_forward(line)).unwrap_or(lines.len());
    let whole = || (lines.to_vec(), Vec::new());
    for at in 0..end {
        if marks::is_quoted(lines[at]) {
            return match block_end(lines, at) {
                Some(stop) => cut(lines, at, stop),
                None => whole(),
            };
        }
        if let Some(start) = marks::attribution(lines, at) {
            let next = (at + 1..lines.len()).find(|next| !lines[*next].trim().is_empty());
            return match next {
                Some(next) if marks::is_quoted(lines[next]) => match block_end(lines, next) {
                    Some(stop) => cut(lines, start, stop),
                    None => whole(),
                },
                Some(_) => cut(lines, start, lines.len()),
                None => continue,
            };
        }
        if marks::opens_history(lines, at) {
            return cut(lines, at, lines.len());
        }
    }
    whole()
}

fn cut<'a>(lines: &[&'a str], start: usize, stop: usize) -> (Vec<&'a str>, Vec<&'a str>) {
    let mut new = lines[..start].to_vec();
    if lines[stop..].iter().any(|line| !line.trim().is_empty()) {
        new.extend_from_slice(&lines[stop..]);
    }
    (new, lines[start..stop].to_vec())
}

/// Where a block of `>` lines ends; `None` when another one follows after text: answers stand in between.
fn block_end(lines: &[&str], start: usize) -> Option<usize> {
    let quoted = |line: &&str| marks::is_quoted(line) || line.trim().is_empty();
    let length = lines[start..].iter().take_while(|line| quoted(line)).count();
    let stop = start + length;
    let more = lines[stop..].iter().any(|line| marks::is_quoted(line));
    (!more).then_some(stop)
}

#[cfg(test)]
mod tests;

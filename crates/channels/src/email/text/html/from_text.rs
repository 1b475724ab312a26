//! Plain text as HTML.

/// Text as HTML: escaped, lines kept, web addresses made links.
pub fn from_text(text: &str) -> String {
    let lines = text.trim_end().split('\n').map(|line| linked(line.trim_end_matches('\r')));
    format!("<div>{}</div>", lines.collect::<Vec<_>>().join("<br>\n"))
}

pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

fn linked(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = next_link(rest) {
        out.push_str(&escape(&rest[..at]));
        let end = rest[at..]
            .find(|c: char| c.is_whitespace() || "<>\"„”»«".contains(c))
            .map_or(rest.len(), |end| at + end);
        let url = rest[at..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
        let url_escaped = escape(url);
        out.push_str(&format!("<a href=\"{url_escaped}\">{url_escaped}</a>"));
        rest = &rest[at + url.len()..];
    }
    out + &escape(rest)
}

/// Where the next web address begins; one of at least a character after its scheme.
fn next_link(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = text[from..].find("http") {
        let at = from + found;
        let after = text[at..].strip_prefix("https://").or_else(|| text[at..].strip_prefix("http://"));
        if after.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric())) {
            return Some(at);
        }
        from = at + 4;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text_and_addresses_become_links() {
        assert_eq!(
            from_text("Lásd: https://example.hu/a?b=1&c=2.\n<script>\"x\"</script>"),
            "<div>Lásd: <a href=\"https://example.hu/a?b=1&amp;c=2\">https://example.hu/a?b=1&amp;c=2</a>.<br>\n\
             &lt;script&gt;&quot;x&quot;&lt;/script&gt;</div>"
        );
    }

    #[test]
    fn a_bare_scheme_is_no_link() {
        assert_eq!(from_text("https:// http://\" httpx"), "<div>https:// http://&quot; httpx</div>");
    }
}

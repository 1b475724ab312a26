//! HTML to plain text.

use html2text::config;

use super::rewrite::{Target, rewrite};

/// So wide that paragraphs are not broken: the reader's screen breaks them.
const WIDTH: usize = 100_000;

/// The readable text of a mail that came only as HTML: no links, no pictures, quotes marked with `>`.
pub fn to_text(html: &str) -> String {
    let simple = rewrite(html, &Target::Text).html;
    let text = config::plain_no_decorate()
        .link_footnotes(false)
        .allow_width_overflow()
        .string_from_read(simple.as_bytes(), WIDTH)
        .unwrap_or_default();
    tidy(&text)
}

/// At most one empty line in a row, no trailing spaces.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.lines() {
        let line = line.trim_end_matches(|c: char| c.is_whitespace() || c == '\u{200C}');
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty <= 1 && !(line.is_empty() && out.is_empty()) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::text::corpus::cpu_time;

    #[test]
    fn html_reads_as_a_person_would_type_it() {
        let html = "<style>p{color:red}</style><p>Kedves <b>Anna</b>!</p><p>Köszönöm<br>a&nbsp;választ.</p>\
                    <ul><li>egy</li><li>kettő</li></ul><table><tr><td>Ár</td><td>1490&nbsp;Ft</td></tr></table>\
                    <blockquote>régi</blockquote><div style=\"display:none\">rejtett</div>";
        assert_eq!(
            to_text(html).replace('\u{A0}', " "),
            "Kedves Anna!\n\nKöszönöm\na választ.\n* egy\n* kettő\n\nÁr 1490 Ft\n\n> régi"
        );
    }

    #[test]
    fn hostile_depth_and_tables_cost_nothing() {
        let bombs = [
            "<div>".repeat(200_000),
            "<table><tr><td>".repeat(100_000),
            "<blockquote>".repeat(100_000) + "x",
            "<td colspan=1000000000>x".repeat(1000),
            "<ul><li>".repeat(100_000),
            "<b><p>".repeat(50_000),
        ];
        for bomb in bombs {
            let start = cpu_time();
            to_text(&bomb);
            assert!((cpu_time() - start).as_secs() < 5, "{}", &bomb[..20]);
        }
    }
}

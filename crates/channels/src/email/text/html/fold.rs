//! Where the quoted history of a mail begins, as mail programs mark it in HTML.

use super::tokens::decode_entities;

/// How far the quote reaches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reach {
    /// The element itself.
    Element,
    /// From this element to the end of its parent.
    RestOfParent,
}

const QUOTE_CLASSES: [&str; 8] = [
    "gmail_quote",
    "gmail_quote_container",
    "yahoo_quoted",
    "protonmail_quote",
    "tutanota_quote",
    "zmail_extra",
    "reply-quote",
    "moz-forward-container",
];
const PREFIX_CLASSES: [&str; 2] = ["moz-cite-prefix", "moz-email-headers-table"];
const HEADER_IDS: [&str; 5] = [
    "divrplyfwdmsg",
    "x_divrplyfwdmsg",
    "mail-editor-reference-message-container",
    "ms-outlook-mobile-reference-message",
    "olk_src_body_section",
];
/// Borders that Outlook draws above the header of the quoted mail.
const OUTLOOK_RULES: [&str; 3] =
    ["border-top:solid#e1e1e1", "border-top:solid#b5c4df", "border-top:1ptsolid"];

const FORWARDED: [&str; 7] = [
    "forwarded message",
    "továbbított üzenet",
    "továbbított levél",
    "továbbított e-mail",
    "begin forwarded",
    "továbbküldött",
    "weitergeleitete",
];

/// Whether a quote begins at this element. `before` is the end of the text so far.
pub(super) fn quote(name: &str, attributes: &[(String, &str)], before: &str) -> Option<Reach> {
    let value =
        |wanted: &str| attributes.iter().find(|(n, _)| n == wanted).map(|(_, v)| v.to_ascii_lowercase());
    let class = value("class").unwrap_or_default();
    let has = |classes: &[&str]| class.split_ascii_whitespace().any(|one| classes.contains(&one));
    if has(&PREFIX_CLASSES) {
        return Some(Reach::RestOfParent);
    }
    if has(&QUOTE_CLASSES) {
        return Some(Reach::Element);
    }
    if let Some(id) = value("id") {
        if HEADER_IDS.contains(&id.as_str()) {
            return Some(Reach::RestOfParent);
        }
        if id.starts_with("yahoo_quoted") {
            return Some(Reach::Element);
        }
    }
    if name == "blockquote" && (value("type").as_deref() == Some("cite") || ends_in_attribution(before)) {
        return Some(Reach::Element);
    }
    let style = value("style").unwrap_or_default().replace([' ', '\t', '\n', '\r'], "");
    let ruled = name == "div" && OUTLOOK_RULES.iter().any(|rule| style.contains(rule));
    ruled.then_some(Reach::RestOfParent)
}

fn ends_in_attribution(before: &str) -> bool {
    let before = before.trim_end();
    ["írta:", "wrote:", "írta (", "a következőt írta:", "ezt írta:"].iter().any(|end| before.ends_with(end))
}

/// A forwarded mail is content, not history.
pub(super) fn is_forward(rest: &str) -> bool {
    let start = &rest[..rest.floor_char_boundary(3_000)];
    let mut text = String::new();
    let mut inside = false;
    for c in start.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside && text.len() < 300 => text.extend(c.to_lowercase()),
            _ => {}
        }
    }
    let text = decode_entities(&text);
    FORWARDED.iter().any(|mark| text.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_marks_its_quotes_in_its_own_way() {
        let cases = [
            ("div", ("class", "gmail_quote gmail_quote_container"), "", Some(Reach::Element)),
            ("blockquote", ("type", "cite"), "", Some(Reach::Element)),
            ("div", ("class", "moz-cite-prefix"), "", Some(Reach::RestOfParent)),
            ("div", ("id", "divRplyFwdMsg"), "", Some(Reach::RestOfParent)),
            ("div", ("style", "border:none;border-top:solid #E1E1E1 1.0pt"), "", Some(Reach::RestOfParent)),
            ("blockquote", ("style", "x"), "Kovács Anna ezt írta:\n", Some(Reach::Element)),
            ("blockquote", ("style", "x"), "Ahogy a költő mondja", None),
        ];
        for (name, (attribute, value), before, wanted) in cases {
            let attributes = [(attribute.to_owned(), value)];
            assert_eq!(quote(name, &attributes, before), wanted, "{name} {attributes:?}");
        }
    }

    #[test]
    fn a_forward_is_told_from_a_quote() {
        assert!(is_forward("<div class=x>---------- Forwarded message ---------<br>From: a"));
        assert!(is_forward("<p>---- Tov&#225;bb&#237;tott &#252;zenet ----"));
        assert!(!is_forward("<div>2026. nov. 21. Anna ezt írta:</div>"));
    }
}

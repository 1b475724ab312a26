//! What may remain: elements, attributes, and the values of each.

use super::{
    super::clean::clean_line,
    style::{clean_style, is_colour},
};

/// Formatting elements: a browser re-opens them in each block, so their number is bounded apart.
pub(super) const FORMATTING: [&str; 15] =
    ["a", "b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u", "del", "ins"];

/// Parts of a table; each closes what stands open in the table's current cell.
pub(super) const TABLE_PARTS: [&str; 7] = ["td", "th", "tr", "thead", "tbody", "tfoot", "caption"];
pub(super) const CELLS: [&str; 3] = ["td", "th", "caption"];

/// Elements that close by themselves and never nest without one of [`CONTAINERS`].
pub(super) const IMPLIED: [&str; 5] = ["p", "li", "dt", "dd", "summary"];

pub(super) const VOID: [&str; 4] = ["br", "hr", "img", "wbr"];

pub(super) const CONTAINERS: [&str; 30] = [
    "div",
    "span",
    "table",
    "ul",
    "ol",
    "dl",
    "blockquote",
    "pre",
    "center",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "details",
    "sup",
    "sub",
    "abbr",
    "q",
    "cite",
    "kbd",
    "samp",
    "var",
    "mark",
    "figure",
    "figcaption",
    "address",
    "article",
    "section",
];

pub(super) fn all() -> impl Iterator<Item = &'static str> {
    CONTAINERS.iter().chain(&FORMATTING).chain(&IMPLIED).chain(&TABLE_PARTS).chain(&VOID).copied()
}

/// The one spelling of an allowed element's name.
pub(super) fn known(name: &str) -> Option<&'static str> {
    all().find(|known| *known == name)
}

pub(super) const GENERIC_ATTRIBUTES: [&str; 5] = ["style", "dir", "lang", "title", "align"];

pub(super) fn attributes(tag: &str) -> &'static [&'static str] {
    match tag {
        "a" => &["href"],
        "img" => &["src", "alt", "width", "height", "border", "data-blocked-src"],
        "table" => &["width", "height", "border", "cellpadding", "cellspacing", "bgcolor"],
        "td" | "th" => &["width", "height", "colspan", "rowspan", "valign", "bgcolor", "nowrap"],
        "tr" | "thead" | "tbody" | "tfoot" => &["valign", "bgcolor"],
        "font" => &["color", "size"],
        "ol" => &["start", "type"],
        "hr" => &["width", "size"],
        _ => &[],
    }
}

/// The value as it may stand, or `None`. Links and pictures are decided elsewhere.
pub(super) fn value(tag: &str, attribute: &str, value: &str) -> Option<String> {
    let value = value.trim();
    let keep = |good: bool| good.then(|| value.to_ascii_lowercase());
    match attribute {
        "style" => clean_style(tag, value),
        "alt" | "title" => Some(clean_line(value, 500)),
        "bgcolor" | "color" => keep(is_colour(&value.to_ascii_lowercase())),
        "width" | "height" => keep(is_size(value)),
        "colspan" | "rowspan" => keep(is_number(value, 1, 100)),
        "border" | "cellpadding" | "cellspacing" => keep(is_number(value, 0, 50)),
        "size" => keep(is_number(value.trim_start_matches(['+', '-']), 0, 7)),
        "start" => keep(is_number(value, 0, 100_000)),
        "type" => ["1", "a", "A", "i", "I"].contains(&value).then(|| value.to_owned()),
        "align" => keep(is_one_of(value, &["left", "right", "center", "justify", "middle", "top", "bottom"])),
        "valign" => keep(is_one_of(value, &["top", "middle", "bottom", "baseline"])),
        "dir" => keep(is_one_of(value, &["ltr", "rtl", "auto"])),
        "lang" => keep(
            (2..=20).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'),
        ),
        "nowrap" => Some(String::new()),
        _ => None,
    }
}

/// An address a person may be led to: web, mail, telephone.
pub(super) fn link(value: &str) -> Option<String> {
    let value: String = value.trim().chars().filter(|c| !c.is_control()).collect();
    let schemes = ["http://", "https://", "mailto:", "tel:"];
    let leads = schemes.iter().any(|scheme| starts_with(&value, scheme));
    (leads && value.len() <= 8 * 1024).then_some(value)
}

pub(super) fn is_remote(value: &str) -> bool {
    let value = value.trim_start();
    starts_with(value, "http://") || starts_with(value, "https://") || value.starts_with("//")
}

/// A raster picture carried in the markup itself: it cannot call home.
pub(super) fn is_embedded_picture(value: &str) -> bool {
    ["png", "jpeg", "jpg", "gif", "webp"].iter().any(|kind| {
        value
            .strip_prefix("data:image/")
            .and_then(|v| v.strip_prefix(kind))
            .and_then(|v| v.strip_prefix(";base64,"))
            .is_some_and(|data| {
                data.bytes().all(|b| {
                    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'\r' | b'\n' | b' ')
                })
            })
    })
}

pub(super) fn starts_with(value: &str, prefix: &str) -> bool {
    value.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn is_one_of(value: &str, words: &[&str]) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(value))
}

fn is_number(value: &str, min: u32, max: u32) -> bool {
    value.len() <= 6
        && value.bytes().all(|b| b.is_ascii_digit())
        && value.parse().is_ok_and(|n: u32| n >= min && n <= max)
}

fn is_size(value: &str) -> bool {
    match value.strip_suffix('%') {
        Some(share) => is_number(share, 0, 100),
        None => is_number(value.strip_suffix("px").unwrap_or(value), 0, 2_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_only_to_the_web_to_mail_and_to_the_telephone() {
        for good in ["https://example.hu/a?b=c", "HTTP://x.hu", "mailto:a@b.hu", "tel:+3612345678"] {
            assert_eq!(link(good).as_deref(), Some(good));
        }
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "//evil.hu",
            "/path",
            "file:///etc",
            " java\tscript:x",
            "",
        ] {
            assert_eq!(link(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_embedded_picture_is_raster_and_nothing_else() {
        assert!(is_embedded_picture("data:image/png;base64,iVBORw0KGgo="));
        for bad in [
            "data:image/svg+xml;base64,PHN2Zz4=",
            "data:text/html;base64,x",
            "data:image/png;base64,x\"onload",
            "data:image/png,abc",
        ] {
            assert!(!is_embedded_picture(bad), "{bad}");
        }
    }

    #[test]
    fn sizes_are_bounded() {
        assert_eq!(value("table", "width", "100%").as_deref(), Some("100%"));
        assert_eq!(value("table", "width", "99999"), None);
        assert_eq!(value("td", "colspan", "1000000000"), None);
        assert_eq!(value("td", "onclick", "x"), None);
    }
}

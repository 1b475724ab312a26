//! Inline styles: a few properties with bounded values; nothing that loads, covers, moves or hides.

const MAX_STYLE: usize = 4 * 1024;

/// The declarations that may stay on this element, in one spelling; `None` when none may.
pub(super) fn clean_style(tag: &str, style: &str) -> Option<String> {
    if style.len() > MAX_STYLE {
        return None;
    }
    let mut kept: Vec<(String, String)> = Vec::new();
    for declaration in style.split(';') {
        let Some((property, value)) = declaration.split_once(':') else { continue };
        let property = property.trim().to_ascii_lowercase();
        let value = value.to_ascii_lowercase().replace("!important", "");
        let value = value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        let property = if property == "background" && is_colour(&value) {
            "background-color".to_owned()
        } else {
            property
        };
        if allowed(tag, &property, &value) {
            kept.retain(|(known, _)| *known != property);
            kept.push((property, value));
        }
    }
    let text =
        kept.iter().map(|(property, value)| format!("{property}:{value}")).collect::<Vec<_>>().join(";");
    (!text.is_empty()).then_some(text)
}

/// Whether the style takes the element out of sight.
pub(super) fn hides(style: &str) -> bool {
    let style: String = style.to_ascii_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    style.split(';').any(|declaration| {
        matches!(
            declaration.trim_end_matches("!important"),
            "display:none"
                | "visibility:hidden"
                | "mso-hide:all"
                | "font-size:0"
                | "font-size:0px"
                | "opacity:0"
        )
    })
}

fn allowed(tag: &str, property: &str, value: &str) -> bool {
    let tabular = matches!(tag, "table" | "tr" | "td" | "th" | "hr");
    match property {
        "color" | "background-color" => is_colour(value),
        "font-weight" => is_word(value, &["normal", "bold", "bolder", "lighter"]) || is_hundred(value),
        "font-style" => is_word(value, &["normal", "italic", "oblique"]),
        "font-size" => is_font_size(value),
        "text-align" => is_word(value, &["left", "right", "center", "justify", "start", "end"]),
        "text-decoration" => is_word(value, &["none", "underline", "line-through"]),
        "vertical-align" => is_word(value, &["top", "middle", "bottom", "baseline"]),
        "border-collapse" => tabular && is_word(value, &["collapse", "separate"]),
        "width" | "height" | "max-width" => {
            (tabular || tag == "img") && (value == "auto" || is_length(value, 2_000.0))
        }
        "padding" | "padding-top" | "padding-right" | "padding-bottom" | "padding-left" => {
            tabular && value.split(' ').count() <= 4 && value.split(' ').all(|part| is_length(part, 64.0))
        }
        "border" | "border-top" | "border-right" | "border-bottom" | "border-left" | "border-color"
        | "border-style" | "border-width" => tabular && is_border(value),
        _ => false,
    }
}

fn is_word(value: &str, words: &[&str]) -> bool {
    words.contains(&value)
}

fn is_hundred(value: &str) -> bool {
    value.len() == 3 && value.ends_with("00") && value.starts_with(|c: char| ('1'..='9').contains(&c))
}

/// A name, `#hex`, `rgb()` or `hsl()`.
pub(super) fn is_colour(value: &str) -> bool {
    if let Some(hex) = value.strip_prefix('#') {
        return matches!(hex.len(), 3 | 4 | 6 | 8) && hex.bytes().all(|b| b.is_ascii_hexdigit());
    }
    if let Some(open) = value.find('(') {
        let arguments = value[open + 1..].strip_suffix(')').unwrap_or("x");
        let numbers = arguments.bytes().all(|b| b.is_ascii_digit() || b" ,.%/".contains(&b));
        return matches!(&value[..open], "rgb" | "rgba" | "hsl" | "hsla") && numbers && arguments.len() <= 40;
    }
    (3..=20).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_lowercase())
        && !matches!(value, "inherit" | "initial" | "unset" | "revert" | "expression")
}

fn is_font_size(value: &str) -> bool {
    const WORDS: [&str; 9] =
        ["xx-small", "x-small", "small", "medium", "large", "x-large", "xx-large", "smaller", "larger"];
    let within = |unit: &str, min: f32, max: f32| number(value, unit).is_some_and(|n| n >= min && n <= max);
    WORDS.contains(&value)
        || within("px", 8.0, 48.0)
        || within("pt", 6.0, 36.0)
        || within("rem", 0.5, 3.0)
        || within("em", 0.5, 3.0)
        || within("%", 50.0, 300.0)
}

fn is_length(value: &str, max_px: f32) -> bool {
    let within = |unit: &str, max: f32| number(value, unit).is_some_and(|n| n <= max);
    value == "0"
        || within("px", max_px)
        || within("pt", max_px)
        || within("em", max_px / 16.0)
        || within("%", 100.0)
        || within("cm", max_px / 38.0)
        || within("in", max_px / 96.0)
}

/// A plain, positive number before the unit.
fn number(value: &str, unit: &str) -> Option<f32> {
    let digits = value.strip_suffix(unit)?;
    let plain =
        !digits.is_empty() && digits.len() <= 8 && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    plain.then(|| digits.parse().ok()).flatten()
}

fn is_border(value: &str) -> bool {
    const STYLES: [&str; 9] =
        ["none", "solid", "dashed", "dotted", "double", "thin", "medium", "thick", "hidden"];
    let parts: Vec<&str> = value.split(' ').collect();
    parts.len() <= 4
        && parts.iter().all(|part| STYLES.contains(part) || is_length(part, 16.0) || is_colour(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_declarations_stay_in_one_spelling() {
        let style =
            "COLOR: Red !important; font-size:14.0pt;background:#FFF;text-align : center; color:rgb(1, 2,3)";
        assert_eq!(
            clean_style("span", style).as_deref(),
            Some("font-size:14.0pt;background-color:#fff;text-align:center;color:rgb(1, 2,3)")
        );
    }

    #[test]
    fn what_loads_covers_or_runs_is_gone() {
        for style in [
            "background:url(https://evil.hu/x.png)",
            "background-image:url(x)",
            "position:fixed;top:0",
            "width:9999px",
            "color:expression(alert(1))",
            "behavior:url(x)",
            "color:var(--x)",
            "font-size:500px",
            "margin-left:-999px",
            "color:\\65xpression(1)",
            "font-family:x",
            "opacity:0",
            "color:r/**/ed",
            "border:1px solid url(x)",
            "float:left",
        ] {
            assert_eq!(clean_style("table", style), None, "{style}");
        }
    }

    #[test]
    fn boxes_belong_to_tables() {
        assert_eq!(
            clean_style("td", "padding:4px 8px;border:1px solid #ccc").as_deref(),
            Some("padding:4px 8px;border:1px solid #ccc")
        );
        assert_eq!(clean_style("div", "padding:4px;border:1px solid #ccc;width:100px"), None);
        assert_eq!(clean_style("img", "width:100px;height:auto").as_deref(), Some("width:100px;height:auto"));
    }

    #[test]
    fn cleaning_twice_changes_nothing() {
        let once = clean_style("td", "Border: 1PX Solid  Red; Padding:0; color : #ABC").expect("kept");
        assert_eq!(clean_style("td", &once).as_deref(), Some(once.as_str()));
    }

    #[test]
    fn hidden_text_is_recognised() {
        assert!(hides("color:red; Display : NONE !important") && hides("font-size:0px"));
        assert!(!hides("display:block;font-size:10px"));
    }
}

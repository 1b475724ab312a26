//! The second layer: an allow-list over a real HTML parser. It trusts nothing of the first.

use ammonia::{Builder, UrlRelative};
use kernel::Locale;
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use super::{
    allow::{GENERIC_ATTRIBUTES, all, attributes, is_embedded_picture, is_remote, link, value},
    from_text::{escape, from_text},
    plain::to_text,
    rewrite::{PICTURE, Target, rewrite},
};

const REL: &str = "noopener noreferrer nofollow ugc";
const MAX_ROUNDS: usize = 4;

/// How the mail is to be shown.
pub struct Options<'a> {
    /// Where the mail's own pictures are: Content-ID (without brackets) → address.
    pub pictures: &'a HashMap<String, String>,
    /// Puts the quoted history behind a fold. Best left off for forwarded mail.
    pub fold_quotes: bool,
    /// Language of the fold's label.
    pub locale: Locale,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SanitisedHtml {
    pub html: String,
    /// Pictures from elsewhere were left out (their address stays as an inert `data-blocked-src`); tracking pixels do
    /// not count.
    pub remote_images: bool,
    /// A guess at the height of the shown part, in CSS pixels.
    pub height_hint: u32,
}

/// Makes the HTML of a stranger safe to show in the sandboxed frame.
///
/// A fixed point: what comes out, parsed and sanitised again, comes out the same. Markup that does not settle is
/// trying to be read in two ways and is shown as plain text.
pub fn sanitise(html: &str, options: &Options<'_>) -> SanitisedHtml {
    let first = rewrite(html, &Target::Frame(options));
    let (remote_images, height_hint) = (first.remote_images, first.height);
    let builder = builder(first.sources.len());
    let mut clean = builder.clean(&first.html).to_string();
    for _ in 0..MAX_ROUNDS {
        let again = builder.clean(&rewrite(&clean, &Target::Again(options)).html).to_string();
        if again == clean {
            return SanitisedHtml {
                html: with_addresses(&clean, &first.sources),
                remote_images,
                height_hint,
            };
        }
        clean = again;
    }
    let html = builder.clean(&from_text(&to_text(html))).to_string();
    SanitisedHtml { html, remote_images: false, height_hint }
}

/// Puts the addresses of the pictures where their places stand: only within tags, never within text.
fn with_addresses(html: &str, sources: &[String]) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        // Quotes within attributes are escaped, so they pair up within a tag.
        let mut quoted = false;
        let end = rest[open..].find(|c: char| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        let (tag, after) = rest.split_at(open + end.map_or(rest.len() - open, |end| end + 1));
        out.push_str(&tag[..open]);
        out.push_str(&with_address(&tag[open..], sources).unwrap_or_else(|| tag[open..].to_owned()));
        rest = after;
    }
    out + rest
}

fn with_address(tag: &str, sources: &[String]) -> Option<String> {
    let (before, rest) = tag.split_once(&format!(" src=\"{PICTURE}"))?;
    let (place, after) = rest.split_once('"')?;
    let address = sources.get(place.parse::<usize>().ok()?)?;
    Some(format!("{before} src=\"{}\"{after}", escape(address)))
}

/// `pictures`: how many pictures have an address.
fn builder(pictures: usize) -> Builder<'static> {
    let tags: HashSet<&str> = all().collect();
    let by_tag: HashMap<&str, HashSet<&str>> =
        tags.iter().map(|tag| (*tag, attributes(tag).iter().copied().collect())).collect();
    let mut builder = Builder::empty();
    builder
        .tags(tags)
        .clean_content_tags(HashSet::from([
            "script", "style", "svg", "math", "template", "title", "iframe", "object",
        ]))
        .generic_attributes(HashSet::from(GENERIC_ATTRIBUTES))
        .tag_attributes(by_tag)
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel", "data", "picture"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some(REL))
        .set_tag_attribute_value("a", "target", "_blank")
        .attribute_filter(move |tag, attribute, given| match (tag, attribute) {
            ("a", "rel") => (given == REL).then_some(Cow::Borrowed(given)),
            ("a", "target") => (given == "_blank").then_some(Cow::Borrowed(given)),
            ("a", "href") => link(given).map(Cow::Owned),
            ("img", "src") => {
                let place = given.strip_prefix(PICTURE).and_then(|place| place.parse::<usize>().ok());
                let ours = place.is_some_and(|place| place < pictures);
                (ours || is_embedded_picture(given)).then_some(Cow::Borrowed(given))
            }
            ("img", "data-blocked-src") => is_remote(given).then_some(Cow::Borrowed(given)),
            _ => value(tag, attribute, given).map(Cow::Owned),
        });
    builder
}

#[cfg(test)]
#[path = "sanitise_tests.rs"]
mod tests;

//! The second layer: an allow-list over a real HTML parser. It trusts nothing of the first.

use ammonia::{Builder, UrlRelative};
use kernel::Locale;
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use super::{
    allow::{GENERIC_ATTRIBUTES, all, attributes, is_embedded_picture, is_remote, link, value},
    from_text::from_text,
    plain::to_text,
    rewrite::{Target, rewrite},
};

const REL: &str = "noopener noreferrer nofollow ugc";
const MAX_ROUNDS: usize = 4;

/// How the mail is to be shown.
pub struct Options<'a> {
    /// Where the mail's own pictures are: Content-ID (without brackets) → address.
    pub pictures: &'a HashMap<String, String>,
    pub remote: RemoteImages<'a>,
    /// Puts the quoted history behind a fold. Best left off for forwarded mail.
    pub fold_quotes: bool,
    /// Language of the fold's label.
    pub locale: Locale,
}

/// Pictures that would be fetched from elsewhere.
#[derive(Clone, Copy)]
pub enum RemoteImages<'a> {
    /// Their address stays as an inert `data-blocked-src`.
    Blocked,
    /// Each address is exchanged (for that of a proxy); `None` blocks this one.
    Through(&'a dyn Fn(&str) -> Option<String>),
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SanitisedHtml {
    pub html: String,
    /// There are pictures from elsewhere, blocked or not; tracking pixels do not count.
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
    let settled = Options { remote: RemoteImages::Blocked, ..*options };
    let mut sources = first.sources;
    sources.extend(options.pictures.values().cloned());
    let mut clean = builder(sources.clone()).clean(&first.html).to_string();
    for _ in 0..MAX_ROUNDS {
        let again = rewrite(&clean, &Target::Frame(&Options { pictures: &own(&sources), ..settled }));
        let again = builder(sources.clone()).clean(&again.html).to_string();
        if again == clean {
            return SanitisedHtml { html: clean, remote_images, height_hint };
        }
        clean = again;
    }
    SanitisedHtml { html: from_text(&to_text(html)), remote_images: false, height_hint }
}

/// The allowed addresses in the shape of a picture map.
fn own(sources: &HashSet<String>) -> HashMap<String, String> {
    sources.iter().map(|source| (source.clone(), source.clone())).collect()
}

fn builder(sources: HashSet<String>) -> Builder<'static> {
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
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel", "data"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some(REL))
        .set_tag_attribute_value("a", "target", "_blank")
        .attribute_filter(move |tag, attribute, given| match (tag, attribute) {
            ("a", "rel") => (given == REL).then_some(Cow::Borrowed(given)),
            ("a", "target") => (given == "_blank").then_some(Cow::Borrowed(given)),
            ("a", "href") => link(given).map(Cow::Owned),
            ("img", "src") => {
                (sources.contains(given) || is_embedded_picture(given)).then_some(Cow::Borrowed(given))
            }
            ("img", "data-blocked-src") => is_remote(given).then_some(Cow::Borrowed(given)),
            _ => value(tag, attribute, given).map(Cow::Owned),
        });
    builder
}

#[cfg(test)]
#[path = "sanitise_tests.rs"]
mod tests;

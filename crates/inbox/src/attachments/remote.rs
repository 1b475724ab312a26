//! Pictures that a mail only names. They are shown on the reader's word and fetched by us, so that the sender learns
//! neither who read it nor where.

use std::time::Duration;

use egress::{
    Grant, Policy,
    http::{Fetched, Limits, get},
};
use kernel::{Code, Error, Result, Timestamp, WorkspaceId};
use serde::Deserialize;

use super::{
    http::SHOWN,
    link::{check_link, remote_picture_link},
};

const LIMITS: Limits = Limits { bytes: 10 * 1024 * 1024, within: Duration::from_secs(15), redirects: 3 };

/// The parts of a signed link to a picture of another host.
#[derive(Deserialize)]
pub(super) struct Named {
    u: String,
    e: i64,
    s: String,
}

/// Who makes the addresses of the pictures on a page.
pub(super) struct Links<'a> {
    pub content_url: &'a str,
    pub workspace: WorkspaceId,
    pub secret: &'a [u8],
    pub now: Timestamp,
}

/// A sanitised page with each picture that was left out put back, by way of us.
pub(super) fn with_pictures(page: &str, links: &Links<'_>) -> String {
    let mut out = String::with_capacity(page.len());
    let mut rest = page;
    while let Some(start) = rest.find("<img ") {
        let (before, tag) = rest.split_at(start);
        // Within a sanitised page a quoted value holds no quote, and no `>` ends a tag but the last.
        let end = tag_end(tag);
        out.push_str(before);
        out.push_str(&shown(&tag[..end], links));
        rest = &tag[end..];
    }
    out + rest
}

fn tag_end(tag: &str) -> usize {
    let mut quoted = false;
    let end = tag.find(|c: char| {
        quoted ^= c == '"';
        c == '>' && !quoted
    });
    end.map_or(tag.len(), |end| end + 1)
}

fn shown(tag: &str, links: &Links<'_>) -> String {
    let put_back = || {
        let (before, rest) = tag.split_once(" data-blocked-src=\"")?;
        let (source, after) = rest.split_once('"')?;
        let source =
            source.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let address = remote_picture_link(links, &source).replace('&', "&amp;");
        Some(format!("{before} src=\"{address}\"{after}"))
    };
    put_back().unwrap_or_else(|| tag.to_owned())
}

/// Checks the link, then fetches the picture. Whatever goes wrong: it is not there.
pub(super) async fn fetch(outside: &Policy, named: &Named, secret: &[u8], now: Timestamp) -> Result<Fetched> {
    if !check_link(secret, "remote", &named.u, named.e, &named.s, now) {
        return Err(Error::not_found());
    }
    let found = get(outside, &named.u, &SHOWN.join(", "), Grant::Public, LIMITS).await;
    let found =
        found.map_err(|cause| Error { cause: Some(Box::new(cause)), ..Error::new(Code::NotFound) })?;
    if SHOWN.contains(&found.media_type.as_str()) { Ok(found) } else { Err(Error::not_found()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(html: &str) -> String {
        let (secret, workspace) = ([7; 32], WorkspaceId::new());
        let now = Timestamp::from_seconds(1_700_000_000);
        with_pictures(html, &Links { content_url: "http://content.example", workspace, secret: &secret, now })
    }

    #[test]
    fn a_picture_left_out_is_shown_by_way_of_us_and_its_own_host_is_not_named_as_a_source() {
        let html = r#"<p>a</p><img alt="x > y" data-blocked-src="https://shop.example/a.png?b=1&amp;c=2" width="20">z"#;
        let shown = page(html);
        assert!(
            shown.starts_with(r#"<p>a</p><img alt="x > y" src="http://content.example/content/"#),
            "{shown}"
        );
        assert!(shown.contains("u=https%3A%2F%2Fshop.example%2Fa.png%3Fb%3D1%26c%3D2&amp;e="), "{shown}");
        assert!(shown.ends_with(r#"" width="20">z"#) && !shown.contains("data-blocked-src"), "{shown}");
    }

    #[test]
    fn words_that_look_like_a_picture_stay_words() {
        for html in [r#"<p> data-blocked-src="https://a.example/" </p>"#, r#"<img src="/own.png">"#, "<img "]
        {
            assert_eq!(page(html), html);
        }
    }
}

//! The style sheet: one file of our own, at a path that changes with its content.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use store::BlobHash;

const CSS: &str = include_str!("style.css");

static PATH: LazyLock<String> =
    LazyLock::new(|| format!("/forms/form.{}.css", &BlobHash::of(CSS.as_bytes()).as_str()[..12]));

pub(super) fn path() -> &'static str {
    &PATH
}

pub(super) async fn sheet() -> Response {
    let headers = [
        ("content-type", "text/css; charset=utf-8"),
        ("cache-control", "public, max-age=31536000, immutable"),
        // The page may stand in a frame of another site.
        ("cross-origin-resource-policy", "cross-origin"),
    ];
    (headers, CSS).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sheet_is_small_and_asks_nobody_for_anything() {
        assert!(CSS.len() <= 10 * 1024, "{} bytes", CSS.len());
        assert!(!CSS.contains("url(") && !CSS.contains("@import"));
    }
}

//! The document of the sandboxed frame.

use kernel::Locale;

/// Colours follow the frame's own light sheet: mail is written for a white page.
const CSS: &str = "\
html{color-scheme:light}\
body{margin:0;padding:8px 2px;background:#fff;color:#1c1f24;font:14px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}\
img{max-width:100%;height:auto}\
table{max-width:100%}\
pre{white-space:pre-wrap}\
a{color:#0b5e66}\
blockquote{margin:8px 0 8px 4px;padding-left:10px;border-left:2px solid #c9ced6;color:#4a525e}\
details{margin-top:12px}\
summary{cursor:pointer;width:fit-content;color:#4a525e;font-size:13px}\
img[data-blocked-src]{min-width:24px;min-height:24px;border:1px dashed #c9ced6;background:#f4f5f7}\
@media print{details{display:none}}";

/// A complete document around sanitised HTML. The frame's CSP must be
/// `default-src 'none'; style-src 'unsafe-inline'; img-src …`.
pub fn page(html: &str, lang: Locale) -> String {
    let lang = lang.as_str();
    format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"referrer\" content=\"no-referrer\"><title></title><style>{CSS}</style></head>\
         <body>{html}</body></html>"
    )
}

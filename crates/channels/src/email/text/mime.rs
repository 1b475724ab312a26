//! The parts of a mail: which bytes are the body, which are files.
//!
//! Nested mails are never opened: they are files (`.eml`), so no depth of theirs can hurt.

use mail_parser::{
    ContentType, HeaderName, MessagePart, MimeHeaders, decoders::quoted_printable::quoted_printable_decode,
};

use super::{
    charset,
    clean::clean_file_name,
    flowed::unflow,
    headers::{self, decode_words, line_end, normalise_id},
    mail::Attachment,
};

pub(super) const MAX_PARTS: usize = 1_000;
pub(super) const MAX_DEPTH: usize = 50;
pub(super) const MAX_ATTACHMENTS: usize = 100;
/// Beyond it a body is a file.
const MAX_BODY: usize = 8 * 1024 * 1024;

#[derive(Clone, PartialEq, Debug)]
pub(super) enum Chunk {
    Plain(String),
    Html(String),
}

/// The body in both readings: which chunks make the plain text, which make the HTML.
#[derive(Default, Debug)]
pub(super) struct Body {
    pub(super) text: Vec<Chunk>,
    pub(super) html: Vec<Chunk>,
}

impl Body {
    fn leaf(chunk: Chunk) -> Self {
        Self { text: vec![chunk.clone()], html: vec![chunk] }
    }

    fn append(&mut self, mut other: Self) {
        self.text.append(&mut other.text);
        self.html.append(&mut other.html);
    }

    /// `multipart/alternative`: the last plain reading for the text, the last HTML reading for the HTML.
    fn choose(children: Vec<Self>) -> Self {
        let plain =
            |b: &Self| b.text.iter().any(|c| matches!(c, Chunk::Plain(text) if !text.trim().is_empty()));
        let rich = |b: &Self| b.html.iter().any(|c| matches!(c, Chunk::Html(_)));
        let pick = |fits: &dyn Fn(&Self) -> bool| {
            children.iter().rposition(fits).or_else(|| children.iter().rposition(|b| !b.text.is_empty()))
        };
        let (text, html) = (pick(&plain), pick(&rich));
        let text = text.map(|at| children[at].text.clone()).unwrap_or_default();
        let html = html.map(|at| children[at].html.clone()).unwrap_or_default();
        Self { text, html }
    }
}

/// Walks the tree of parts; what it finds beside the body is in `attachments`.
#[derive(Default)]
pub(super) struct Walker {
    pub(super) attachments: Vec<Attachment>,
    pub(super) cut: bool,
    parts: usize,
}

/// Where a part stands.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    digest: bool,
    /// In `multipart/related` all but the root are pictures of the root.
    companion: bool,
}

impl Walker {
    pub(super) fn walk(&mut self, root: &MessagePart<'_>, body: &[u8]) -> Body {
        self.part(Some(root), body, Place { depth: 0, digest: false, companion: false })
    }

    fn part(&mut self, part: Option<&MessagePart<'_>>, body: &[u8], place: Place) -> Body {
        self.parts += 1;
        if self.parts > MAX_PARTS {
            self.cut = true;
            return Body::default();
        }
        let kind = Kind::of(part.and_then(|part| part.content_type()), place.digest);
        match kind.boundary {
            Some(boundary) if place.depth >= MAX_DEPTH => {
                self.cut = true;
                self.keep(part, &Kind { boundary: Some(boundary), ..kind }, body.to_vec());
                Body::default()
            }
            Some(boundary) => match children(body, boundary.as_bytes()) {
                Some(parts) => self.multipart(&kind.subtype, parts, place.depth),
                None => self.leaf(part, Kind::plain(), body, place),
            },
            None => self.leaf(part, kind, body, place),
        }
    }

    fn multipart(&mut self, subtype: &str, parts: Vec<&[u8]>, depth: usize) -> Body {
        let mut bodies = Vec::new();
        for (index, bytes) in parts.into_iter().enumerate() {
            if self.parts >= MAX_PARTS {
                self.cut = true;
                break;
            }
            let place = Place {
                depth: depth + 1,
                digest: subtype == "digest",
                companion: subtype == "related" && index > 0,
            };
            bodies.push(self.child(bytes, place));
        }
        if subtype == "alternative" {
            return Body::choose(bodies);
        }
        let mut whole = Body::default();
        bodies.into_iter().for_each(|body| whole.append(body));
        whole
    }

    fn child(&mut self, bytes: &[u8], place: Place) -> Body {
        // A part may begin with the empty line that ends a head of no fields.
        let headless = bytes[..line_end(bytes)].trim_ascii().is_empty();
        let (head, body) =
            if headless { (&[][..], &bytes[line_end(bytes)..]) } else { headers::split(bytes) };
        let (head, cut) = headers::bounded(head);
        self.cut |= cut;
        match headers::parse(&head) {
            Some(message) => self.part(message.parts.first(), body, place),
            None if headless || head.is_empty() => {
                self.part(None, if headless { body } else { bytes }, place)
            }
            None => self.part(None, body, place),
        }
    }

    fn leaf(&mut self, part: Option<&MessagePart<'_>>, kind: Kind, body: &[u8], place: Place) -> Body {
        let bytes = decode_transfer(body, part);
        let attached =
            part.and_then(|part| part.content_disposition()).is_some_and(ContentType::is_attachment);
        let named = part.is_some_and(|part| part.attachment_name().is_some());
        let readable = kind.type_ == "text" && matches!(kind.subtype.as_str(), "plain" | "html");
        let is_file = attached || place.companion || (named && self.parts > 1) || bytes.len() > MAX_BODY;
        if !readable || is_file {
            self.keep(part, &kind, bytes);
            return Body::default();
        }
        if kind.subtype == "html" {
            let label = kind.charset.clone().or_else(|| html_charset(&bytes));
            return Body::leaf(Chunk::Html(charset::decode(&bytes, label.as_deref())));
        }
        let text = charset::decode(&bytes, kind.charset.as_deref());
        Body::leaf(Chunk::Plain(if kind.flowed { unflow(&text, kind.delete_space) } else { text }))
    }

    fn keep(&mut self, part: Option<&MessagePart<'_>>, kind: &Kind, bytes: Vec<u8>) {
        if self.attachments.len() >= MAX_ATTACHMENTS {
            self.cut = true;
            return;
        }
        let content_id = part.and_then(|part| part.content_id()).and_then(normalise_id);
        let disposition = part.and_then(|part| part.content_disposition());
        let inline = match disposition {
            Some(disposition) => disposition.is_inline(),
            None => content_id.is_some() && kind.type_ == "image",
        };
        let name =
            part.and_then(|part| part.attachment_name()).map(|name| clean_file_name(&decode_words(name)));
        let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| kind.file_name(&bytes));
        self.attachments.push(Attachment { name, media_type: kind.media_type(), content_id, inline, bytes });
    }
}

/// What `Content-Type` says.
struct Kind {
    type_: String,
    subtype: String,
    boundary: Option<String>,
    charset: Option<String>,
    flowed: bool,
    delete_space: bool,
}

impl Kind {
    fn plain() -> Self {
        Self::named("text", "plain")
    }

    fn named(type_: &str, subtype: &str) -> Self {
        let (type_, subtype) = (type_.to_owned(), subtype.to_owned());
        Self { type_, subtype, boundary: None, charset: None, flowed: false, delete_space: false }
    }

    fn of(content_type: Option<&ContentType<'_>>, digest: bool) -> Self {
        let Some(content_type) = content_type else {
            return if digest { Self::named("message", "rfc822") } else { Self::plain() };
        };
        let word = |text: &str| {
            let text: String =
                text.chars().filter(|c| c.is_ascii_alphanumeric() || "+-._".contains(*c)).take(80).collect();
            text.to_ascii_lowercase()
        };
        let type_ = word(content_type.ctype());
        let Some(subtype) = content_type.subtype().map(word).filter(|s| !s.is_empty() && !type_.is_empty())
        else {
            return if type_ == "text" { Self::plain() } else { Self::named("application", "octet-stream") };
        };
        let value = |name: &str| content_type.attribute(name).map(str::to_owned);
        let is = |name: &str, wanted: &str| {
            content_type.attribute(name).is_some_and(|v| v.eq_ignore_ascii_case(wanted))
        };
        Self {
            boundary: value("boundary").filter(|b| type_ == "multipart" && !b.trim().is_empty()),
            charset: value("charset"),
            flowed: is("format", "flowed"),
            delete_space: is("delsp", "yes"),
            type_,
            subtype,
        }
    }

    fn media_type(&self) -> String {
        format!("{}/{}", self.type_, self.subtype)
    }

    /// A name for a file that came without one.
    fn file_name(&self, bytes: &[u8]) -> String {
        let extension = match (self.type_.as_str(), self.subtype.as_str()) {
            ("message", "rfc822" | "global") => return nested_name(bytes),
            ("message", "delivery-status" | "global-delivery-status") => {
                return "delivery-status.txt".to_owned();
            }
            ("text", "rfc822-headers") => return "headers.txt".to_owned(),
            ("text", "calendar") => return "invite.ics".to_owned(),
            ("application", "pgp-signature") => return "signature.asc".to_owned(),
            ("application", "ms-tnef") => return "winmail.dat".to_owned(),
            ("image", "jpeg") => "jpg",
            ("image", "svg+xml") => "svg",
            ("text", "plain") => "txt",
            ("text", "vcard" | "x-vcard") => "vcf",
            ("image" | "audio" | "video" | "text", other) => other,
            ("application", other @ ("pdf" | "zip" | "json" | "xml")) => other,
            _ => "bin",
        };
        format!("attachment.{extension}")
    }
}

/// A mail within a mail is named after its subject.
fn nested_name(bytes: &[u8]) -> String {
    let (head, _) = headers::bounded(headers::split(bytes).0);
    let subject =
        headers::parse(&head).and_then(|mail| mail.subject().map(clean_file_name)).unwrap_or_default();
    if subject.is_empty() { "message.eml".to_owned() } else { clean_file_name(&format!("{subject}.eml")) }
}

/// Cuts a multipart body at its boundary lines; `None` when there is none.
fn children<'a>(body: &'a [u8], boundary: &[u8]) -> Option<Vec<&'a [u8]>> {
    let mut parts = Vec::new();
    let (mut start, mut at, mut closed) = (None, 0, false);
    while at < body.len() && parts.len() <= MAX_PARTS {
        let next = at + line_end(&body[at..]);
        if let Some(last) = delimiter(&body[at..next], boundary) {
            if let Some(start) = start {
                parts.push(without_line_end(&body[start..at]));
            }
            start = Some(next);
            closed = last;
            if closed {
                break;
            }
        }
        at = next;
    }
    let start = start?;
    if !closed && start < body.len() && parts.len() <= MAX_PARTS {
        parts.push(&body[start..]);
    }
    Some(parts)
}

/// Whether the line is this boundary; the value says whether it is the closing one.
fn delimiter(line: &[u8], boundary: &[u8]) -> Option<bool> {
    let rest = line.strip_prefix(b"--")?.strip_prefix(boundary)?.trim_ascii_end();
    match rest {
        b"" => Some(false),
        b"--" => Some(true),
        _ => None,
    }
}

/// The line end before a boundary belongs to the boundary.
fn without_line_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

fn decode_transfer(body: &[u8], part: Option<&MessagePart<'_>>) -> Vec<u8> {
    let encoding = part
        .and_then(|part| part.headers.iter().find(|h| h.name == HeaderName::ContentTransferEncoding))
        .and_then(|header| header.value.as_text())
        .map(|text| text.trim().to_ascii_lowercase());
    match encoding.as_deref() {
        Some("base64") => decode_base64(body),
        Some("quoted-printable") => quoted_printable_decode(body).unwrap_or_else(|| decode_broken_qp(body)),
        _ => body.to_vec(),
    }
}

/// Forgiving: foreign characters are skipped, padding may stand anywhere, the end may be missing.
fn decode_base64(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in body {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                (bits, count) = (0, 0);
                continue;
            }
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xFF).unwrap_or_default());
        }
    }
    out
}

/// Quoted-printable with bare `=`: what cannot be decoded stays as it stands.
fn decode_broken_qp(body: &[u8]) -> Vec<u8> {
    let hex =
        |byte: Option<&u8>| byte.and_then(|b| char::from(*b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
    let mut out = Vec::with_capacity(body.len());
    let mut at = 0;
    while let Some(byte) = body.get(at) {
        at += 1;
        if *byte != b'=' {
            out.push(*byte);
        } else if let (Some(high), Some(low)) = (hex(body.get(at)), hex(body.get(at + 1))) {
            out.push(high << 4 | low);
            at += 2;
        } else if body[at..].starts_with(b"\r\n") {
            at += 2;
        } else if body[at..].starts_with(b"\n") {
            at += 1;
        } else {
            out.push(b'=');
        }
    }
    out
}

/// The charset an HTML body names itself.
fn html_charset(bytes: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(2048)]).to_ascii_lowercase();
    let (_, rest) = start.split_once("charset=")?;
    let name = rest.trim_start_matches(['"', '\'']).split(['"', '\'', '>', ';', ' ', '/']).next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries_cut_only_at_whole_lines() {
        let body = b"preamble\r\n--ab\r\none --ab\r\n--abc\r\n--ab \r\ntwo\r\n--ab--\r\nepilogue";
        let parts = children(body, b"ab").expect("parts");
        assert_eq!(parts, [&b"one --ab\r\n--abc"[..], b"two"]);
    }

    #[test]
    fn a_missing_end_keeps_the_last_part() {
        assert_eq!(children(b"--ab\none", b"ab"), Some(vec![&b"one"[..]]));
        assert_eq!(children(b"no boundary", b"ab"), None);
    }

    #[test]
    fn base64_survives_line_noise_and_inner_padding() {
        assert_eq!(decode_base64(b"U3ppYSE=\r\n>U3ppYSE"), b"Szia!Szia!");
    }

    #[test]
    fn broken_quoted_printable_stays_readable() {
        assert_eq!(decode_broken_qp(b"1 + 1 = 2, =C3=A9=\r\n vagy=ZZ"), "1 + 1 = 2, é vagy=ZZ".as_bytes());
    }
}

//! The head of a mail or a part: found, bounded, made readable for the header parser.

use mail_parser::{HeaderName, HeaderValue, Message, MessageParser, parsers::MessageStream};
use std::borrow::Cow;

use super::{
    charset,
    mail::{Address, Mail},
};

const MAX_HEAD: usize = 512 * 1024;
const MAX_FIELDS: usize = 1_000;
const MAX_FIELD: usize = 32 * 1024;
const MAX_KEPT_VALUE: usize = 4 * 1024;
const MAX_ADDRESSES: usize = 500;
const MAX_IDS: usize = 500;
const MAX_ID: usize = 998;

/// The fields of a head in their order: lower-case name, unfolded value, undecoded.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// The first field of this (lower-case) name: the one nearest to us, where relays add on top.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.iter().filter(move |(field, _)| *field == name).map(|(_, value)| value)
    }

    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Splits at the first empty line. A leading mbox line and empty lines before the head are skipped.
pub(super) fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    let start = bytes.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(bytes.len());
    let mut rest = &bytes[start..];
    if rest.starts_with(b"From ") || rest.starts_with(b">From ") {
        rest = &rest[line_end(rest)..];
    }
    let mut at = 0;
    while at < rest.len() {
        let next = at + line_end(&rest[at..]);
        if rest[at..next].trim_ascii().is_empty() {
            return (&rest[..at], &rest[next..]);
        }
        at = next;
    }
    (rest, &[])
}

/// Length of the first line, its `\n` included.
pub(super) fn line_end(bytes: &[u8]) -> usize {
    bytes.iter().position(|b| *b == b'\n').map_or(bytes.len(), |at| at + 1)
}

/// A bounded, valid copy of a head: at most [`MAX_FIELDS`] fields, each cut at [`MAX_FIELD`], no NUL, UTF-8,
/// nothing that is no field. The flag says whether something was cut.
pub(super) fn bounded(head: &[u8]) -> (Vec<u8>, bool) {
    let mut out = Vec::with_capacity(head.len().min(MAX_HEAD) + 2);
    let (mut fields, mut field_len, mut cut, mut kept) = (0, 0, head.len() > MAX_HEAD, false);
    let mut rest = &head[..head.len().min(MAX_HEAD)];
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(line_end(rest));
        rest = tail;
        let folded = matches!(line.first(), Some(b' ' | b'\t'));
        if !folded {
            kept = is_field(line) && fields < MAX_FIELDS;
            cut |= fields >= MAX_FIELDS;
            fields += usize::from(kept);
            field_len = 0;
        }
        if !kept {
            continue;
        }
        let line = line.trim_ascii_end();
        let room = (MAX_FIELD - field_len).min(line.len());
        cut |= room < line.len();
        field_len += room;
        out.extend(line[..room].iter().copied().filter(|b| *b != 0));
        out.extend_from_slice(b"\r\n");
    }
    let out = if std::str::from_utf8(&out).is_ok() { out } else { charset::decode(&out, None).into_bytes() };
    (out, cut)
}

fn is_field(line: &[u8]) -> bool {
    let name = line.iter().take_while(|b| **b != b':').count();
    name > 0
        && name < line.len()
        && name <= 100
        && line[..name].iter().all(|b| b.is_ascii_graphic() || *b == b' ')
}

/// Parses a bounded head; `None` when it holds no field.
pub(super) fn parse(head: &[u8]) -> Option<Message<'_>> {
    MessageParser::default().parse_headers(head)
}

pub(super) fn kept(message: &Message<'_>, head: &[u8]) -> Headers {
    let fields = message.headers().iter().map(|header| {
        let raw = head.get(header.offset_start as usize..header.offset_end as usize).unwrap_or_default();
        let value = String::from_utf8_lossy(raw);
        let value = value.split(['\r', '\n']).map(str::trim).filter(|line| !line.is_empty());
        let mut value = value.collect::<Vec<_>>().join(" ");
        value.truncate(value.floor_char_boundary(MAX_KEPT_VALUE));
        (header.name.as_str().to_ascii_lowercase(), value)
    });
    Headers(fields.collect())
}

/// Fills what the head says into the mail.
pub(super) fn read(message: &Message<'_>, mail: &mut Mail) {
    let mut authors = Vec::new();
    for header in message.headers() {
        let value = &header.value;
        match &header.name {
            HeaderName::MessageId if mail.message_id.is_none() => {
                mail.message_id = ids(value).into_iter().next()
            }
            HeaderName::InReplyTo => mail.in_reply_to.extend(ids(value)),
            HeaderName::References => mail.references.extend(ids(value)),
            HeaderName::From => authors.extend(addresses(value)),
            HeaderName::Sender if mail.sender.is_none() => mail.sender = addresses(value).into_iter().next(),
            HeaderName::ReplyTo => mail.reply_to.extend(addresses(value)),
            HeaderName::To => mail.to.extend(addresses(value)),
            HeaderName::Cc => mail.cc.extend(addresses(value)),
            HeaderName::Subject if mail.subject.is_none() => {
                mail.subject = value.as_text().map(str::to_owned)
            }
            _ => {}
        }
    }
    let named = message.headers().iter().filter(|header| header.name == HeaderName::From).count();
    mail.ambiguous_from = authors.len() > 1 || named > 1;
    mail.from = authors.into_iter().next();
    for list in [&mut mail.reply_to, &mut mail.to, &mut mail.cc] {
        dedupe(list, |address| address.address.to_lowercase());
        list.truncate(MAX_ADDRESSES);
    }
    for list in [&mut mail.in_reply_to, &mut mail.references] {
        dedupe(list, Clone::clone);
        keep_first_and_last(list, MAX_IDS);
    }
}

fn dedupe<T>(list: &mut Vec<T>, key: impl Fn(&T) -> String) {
    let mut seen = std::collections::HashSet::new();
    list.retain(|item| seen.insert(key(item)));
}

/// The first id names the thread, the last ones its latest turn: the middle is the part to lose.
pub(super) fn keep_first_and_last(ids: &mut Vec<String>, max: usize) {
    if ids.len() > max && max > 1 {
        ids.drain(1..=ids.len() - max);
    }
}

/// Addresses of a field, groups opened, nameless and malformed ones left out.
fn addresses(value: &HeaderValue<'_>) -> Vec<Address> {
    let Some(list) = value.as_address() else { return Vec::new() };
    list.iter()
        .take(MAX_ADDRESSES * 2)
        .filter_map(|entry| read_address(entry.name(), entry.address()))
        .collect()
}

fn read_address(name: Option<&str>, spec: Option<&str>) -> Option<Address> {
    match spec {
        Some(spec) => Address::new(name, spec).or_else(|| Address::new(None, name?)),
        None => Address::new(None, name?),
    }
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    let texts: Vec<&str> = match value {
        HeaderValue::Text(text) => vec![text],
        HeaderValue::TextList(list) => list.iter().map(AsRef::as_ref).collect(),
        _ => Vec::new(),
    };
    texts
        .into_iter()
        .flat_map(|text| text.split([' ', '\t', ',', '<', '>']))
        .filter_map(normalise_id)
        .collect()
}

/// A Message-ID without brackets, spaces and control characters.
pub(super) fn normalise_id(id: &str) -> Option<String> {
    let id: String =
        id.chars().filter(|c| !c.is_whitespace() && !c.is_control() && !"<>".contains(*c)).collect();
    let id = id.trim_matches(['"', ';', ',']);
    (id.len() > 2 && id.len() <= MAX_ID).then(|| id.to_owned())
}

/// Decodes RFC 2047 words in a text that should have had none (file names of older clients).
pub(super) fn decode_words(text: &str) -> Cow<'_, str> {
    if !text.contains("=?") {
        return Cow::Borrowed(text);
    }
    let line = format!("{}\n", text.replace(['\r', '\n'], " "));
    match MessageStream::new(line.as_bytes()).parse_unstructured() {
        HeaderValue::Text(decoded) => Cow::Owned(decoded.into_owned()),
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_ends_at_the_first_empty_line() {
        let (head, body) = split(b"From x@y Mon\nA: 1\r\nB: 2\r\n \t\r\nbody\r\n");
        assert_eq!((head, body), (&b"A: 1\r\nB: 2\r\n"[..], &b"body\r\n"[..]));
        assert_eq!(split(b"A: 1\n"), (&b"A: 1\n"[..], &b""[..]));
        assert_eq!(split(b""), (&b""[..], &b""[..]));
    }

    #[test]
    fn a_head_is_bounded_in_fields_and_in_their_length() {
        let (head, cut) = bounded("X: 1\r\n".repeat(5_000).as_bytes());
        assert!(cut);
        assert_eq!(parse(&head).map(|m| m.headers().len()), Some(MAX_FIELDS));
        let (head, cut) = bounded(format!("X: {}\r\nY: 2\r\n", "a".repeat(1_000_000)).as_bytes());
        assert!(cut && head.len() < MAX_FIELD + 10, "the second megabyte is beyond the head's limit");
    }

    #[test]
    fn lines_that_are_no_field_do_not_harm_their_neighbours() {
        let (head, cut) = bounded(b"A: 1\r\nnonsense without colon\r\n folded\r\nB: 2\r\n");
        assert!(!cut);
        let message = parse(&head).expect("fields");
        let names: Vec<_> = message.headers().iter().map(|h| h.name.as_str().to_owned()).collect();
        assert_eq!(names, ["A", "B"]);
    }

    #[test]
    fn capping_references_keeps_the_root_and_the_latest() {
        let mut ids: Vec<String> = (0..10).map(|n| n.to_string()).collect();
        keep_first_and_last(&mut ids, 4);
        assert_eq!(ids, ["0", "7", "8", "9"]);
    }
}

//! A forgiving, linear reader of markup.
//!
//! What it yields always tokenises the same way when written out again: raw-text elements, comments and declarations
//! are gone, a stray `<` is text.

const MAX_ATTRIBUTES: usize = 40;
const MAX_VALUE: usize = 8 * 1024;
/// A picture within the markup itself.
const MAX_DATA_URL: usize = 512 * 1024;

/// Elements that vanish with all they hold.
const SWALLOWED: [&str; 10] =
    ["script", "style", "title", "svg", "math", "template", "iframe", "object", "noembed", "noframes"];

#[derive(PartialEq, Debug)]
pub(super) enum Token<'a> {
    /// As written, entities and all; never holds `<`.
    Text(&'a str),
    /// A `<` that opens nothing.
    LessThan,
    Start {
        name: String,
        attributes: Vec<(String, &'a str)>,
    },
    End {
        name: String,
    },
}

pub(super) struct Tokens<'a> {
    html: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(html: &'a str) -> Self {
        Self { html, at: 0 }
    }

    /// What has not been read yet.
    pub(super) fn rest(&self) -> &'a str {
        &self.html[self.at..]
    }

    fn skip_past(&mut self, end: &str) {
        self.at = self.rest().find(end).map_or(self.html.len(), |found| self.at + found + end.len());
    }

    fn markup(&mut self) -> Option<Token<'a>> {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        match (bytes.get(1), bytes.get(2)) {
            (Some(b'a'..=b'z' | b'A'..=b'Z'), _) => return self.start(),
            (Some(b'/'), Some(b'a'..=b'z' | b'A'..=b'Z')) => {
                let name = name_of(&rest[2..]);
                self.skip_past(">");
                return Some(Token::End { name });
            }
            (Some(b'!'), Some(b'-')) if rest.starts_with("<!--") => {
                if rest.starts_with("<!-->") || rest.starts_with("<!--->") {
                    self.skip_past(">")
                } else {
                    self.skip_past("-->")
                }
            }
            (Some(b'!' | b'?' | b'/'), _) => self.skip_past(">"),
            _ => {
                self.at += 1;
                return Some(Token::LessThan);
            }
        }
        None
    }

    fn start(&mut self) -> Option<Token<'a>> {
        let name = name_of(&self.rest()[1..]);
        self.at += 1 + self.rest()[1..]
            .find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>')
            .unwrap_or(self.rest().len() - 1);
        let mut attributes: Vec<(String, &'a str)> = Vec::new();
        while let Some((attribute, value)) = self.attribute() {
            let limit = if value.starts_with("data:") { MAX_DATA_URL } else { MAX_VALUE };
            let known = attributes.iter().any(|(known, _)| *known == attribute);
            if attributes.len() < MAX_ATTRIBUTES && value.len() <= limit && attribute.len() <= 40 && !known {
                attributes.push((attribute, value));
            }
        }
        if SWALLOWED.contains(&name.as_str()) {
            self.swallow(&name);
            return None;
        }
        Some(Token::Start { name, attributes })
    }

    /// The next attribute, or `None` past the end of the tag.
    fn attribute(&mut self) -> Option<(String, &'a str)> {
        let rest = self.rest();
        self.at += rest.find(|c: char| !c.is_ascii_whitespace() && c != '/').unwrap_or(rest.len());
        let rest = self.rest();
        if rest.is_empty() {
            return None;
        }
        if rest.starts_with('>') {
            self.at += 1;
            return None;
        }
        // A name may begin with `=`, says the standard.
        let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>' | '=');
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let end = rest[first..].find(ends).map_or(rest.len(), |end| first + end);
        let name = lower(&rest[..end], 41);
        self.at += end;
        let after = self.rest().trim_ascii_start();
        if !after.starts_with('=') {
            return Some((name, ""));
        }
        self.at = self.html.len() - after.len() + 1;
        Some((name, self.value()))
    }

    fn value(&mut self) -> &'a str {
        let rest = self.rest().trim_ascii_start();
        self.at = self.html.len() - rest.len();
        if let Some(quote @ (b'"' | b'\'')) = rest.as_bytes().first().copied() {
            let value = &rest[1..];
            let end = value.find(char::from(quote)).unwrap_or(value.len());
            self.at += (end + 2).min(rest.len());
            return &value[..end];
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn swallow(&mut self, name: &str) {
        while let Some(found) = self.rest().find("</") {
            self.at += found + 2;
            let closes = self.rest().get(..name.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(name));
            if closes {
                self.skip_past(">");
                return;
            }
        }
        self.at = self.html.len();
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        while self.at < self.html.len() {
            let rest = self.rest();
            match rest.find('<') {
                Some(0) => {
                    if let Some(token) = self.markup() {
                        return Some(token);
                    }
                }
                found => {
                    let end = found.unwrap_or(rest.len());
                    self.at += end;
                    return Some(Token::Text(&rest[..end]));
                }
            }
        }
        None
    }
}

fn name_of(text: &str) -> String {
    let end = text.find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>').unwrap_or(text.len());
    lower(&text[..end], 20)
}

/// Lower case, cut before it can cost anything.
fn lower(text: &str, max: usize) -> String {
    text[..text.floor_char_boundary(max)].to_ascii_lowercase()
}

/// The characters that entities in an attribute stand for; unknown ones stay.
pub(super) fn decode_entities(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.as_bytes().iter().take(12).position(|b| *b == b';');
        match end.and_then(|end| Some((entity(&rest[1..end])?, end + 1))) {
            Some((c, len)) => {
                out.push(c);
                rest = &rest[len..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{A0}'),
        "colon" => Some(':'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?).filter(|c| *c != '\0')
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(html: &str) -> String {
        Tokens::new(html)
            .map(|token| match token {
                Token::Text(text) => text.to_owned(),
                Token::LessThan => "&lt;".to_owned(),
                Token::Start { name, attributes } => {
                    let list: String = attributes.iter().map(|(n, v)| format!(" {n}=[{v}]")).collect();
                    format!("<{name}{list}>")
                }
                Token::End { name } => format!("</{name}>"),
            })
            .collect()
    }

    #[test]
    fn markup_is_read_as_browsers_read_it() {
        let cases = [
            ("<P Class=a ID='b c' x=\"d>e\" f>t</P >", "<p class=[a] id=[b c] x=[d>e] f=[]>t</p>"),
            ("<br/><img src=x/y>", "<br><img src=[x/y]>"),
            ("1 < 2 <3", "1 &lt; 2 &lt;3"),
            ("a<!-- <b> -->b<!>c<?xml ?>d</>e", "abcde"),
            ("a<script>1<2</b></SCRIPT >b<style>x", "ab"),
            ("<a =b=c>", "<a =b=[c]>"),
            ("<a x=1 x=2>", "<a x=[1]>"),
            ("<a href", "<a href=[]>"),
            ("<!-->a<!--->b", "ab"),
        ];
        for (html, wanted) in cases {
            assert_eq!(written(html), wanted, "{html}");
        }
    }

    #[test]
    fn a_bomb_of_attributes_is_read_in_one_pass() {
        let bomb = format!("<b {}>x", (0..200_000).map(|n| format!("a{n} ")).collect::<String>());
        let Some(Token::Start { attributes, .. }) = Tokens::new(&bomb).next() else { panic!("a start tag") };
        assert_eq!(attributes.len(), MAX_ATTRIBUTES);
    }

    #[test]
    fn entities_in_an_address_are_seen_through() {
        assert_eq!(decode_entities("a&amp;b&#58;c&#x2F;&colon;&nope;&"), "a&b:c/:&nope;&");
    }
}

//! The first layer: markup in, bounded markup out, with quotes folded and pictures replaced.

use std::borrow::Cow;

mod picture;

use super::{
    allow::{CELLS, CONTAINERS, FORMATTING, GENERIC_ATTRIBUTES, TABLE_PARTS, VOID, attributes, known},
    fold::{self, Reach},
    nesting::Nesting,
    sanitise::Options,
    style::hides,
    tokens::{Token, Tokens, decode_entities},
};
use kernel::Locale;

const MAX_HTML: usize = 2 * 1024 * 1024;
const MAX_TAGS: usize = 20_000;
const MAX_RUN: usize = 4 * 1024;
const MAX_ENTITY: usize = 40;
/// Scheme by which the markup names a picture until its address is put in.
pub(super) const PICTURE: &str = "picture:";

/// For whom the markup is written.
pub(super) enum Target<'a> {
    /// For turning it into plain text: structure only.
    Text,
    /// For people's eyes, in the frame.
    Frame(&'a Options<'a>),
    /// Our own output once more.
    Again(&'a Options<'a>),
}

#[derive(Default)]
pub(super) struct Rewritten {
    pub(super) html: String,
    /// Where the pictures are. The markup names them by their place here, so that a long address is handled once.
    pub(super) sources: Vec<String>,
    pub(super) remote_images: bool,
    pub(super) height: u32,
}

pub(super) fn rewrite(html: &str, target: &Target<'_>) -> Rewritten {
    let html = &html[..html.floor_char_boundary(MAX_HTML)];
    let html: Cow<'_, str> = if html.contains('\0') { html.replace('\0', "").into() } else { html.into() };
    let mut writer = Writer::new(target);
    let mut tokens = Tokens::new(&html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(text) => writer.text(text),
            Token::LessThan => writer.text("&lt;"),
            Token::Start { name, attributes } => writer.start(&name, &attributes, tokens.rest()),
            Token::End { name } => writer.end(&name),
        }
    }
    writer.finish()
}

/// An open fold: it ends when fewer containers than `below` are open.
#[derive(Clone, Copy)]
struct Fold {
    below: usize,
    reach: Reach,
}

struct Writer<'a> {
    target: &'a Target<'a>,
    out: Rewritten,
    open: Nesting,
    tags: usize,
    fold: Option<Fold>,
    /// Out of sight while at least so many containers are open.
    hidden: Option<usize>,
    /// Something of the person's own has been seen.
    visible: bool,
    /// The end of the text so far.
    tail: String,
    line: u32,
    lines: u32,
    /// Length of text since the last cut.
    run: usize,
}

impl<'a> Writer<'a> {
    fn new(target: &'a Target<'a>) -> Self {
        Self {
            target,
            out: Rewritten::default(),
            open: Nesting::default(),
            tags: 0,
            fold: None,
            hidden: None,
            visible: false,
            tail: String::new(),
            line: 0,
            lines: 0,
            run: 0,
        }
    }

    fn text(&mut self, text: &str) {
        let blank = text.trim().is_empty();
        if !blank {
            self.enter_cell();
        }
        if self.hidden.is_some() {
            return;
        }
        self.emit_text(text);
        if blank {
            return;
        }
        self.visible |= self.fold.is_none() && !decode_entities(text).trim().is_empty();
        if self.fold.is_none() {
            self.line += u32::try_from(text.len()).unwrap_or(u32::MAX).min(1_000_000);
        }
        let keep = text.ceil_char_boundary(text.len().saturating_sub(80));
        self.tail.push_str(&text[keep..]);
        let cut = self.tail.ceil_char_boundary(self.tail.len().saturating_sub(120));
        self.tail.drain(..cut);
    }

    /// Content between table rows would be thrown out in front of the table: it gets a cell instead.
    fn enter_cell(&mut self) {
        if self.open.between_rows() {
            self.open.enter_cell();
            if self.hidden.is_none() {
                self.emit_start("td", &[]);
            }
        }
    }

    fn start(&mut self, name: &str, attributes: &[(String, &str)], rest: &str) {
        let Some(tag) = known(name) else { return };
        self.tags += 1;
        if self.tags > MAX_TAGS {
            return;
        }
        if TABLE_PARTS.contains(&tag) {
            return self.start_table_part(tag, attributes);
        }
        self.enter_cell();
        let container = CONTAINERS.contains(&tag);
        if self.hidden.is_none() && is_hidden(attributes) && (container || tag == "img") {
            if !container {
                return;
            }
            self.hidden = Some(self.open.depth() + 1);
        } else if self.hidden.is_none() && container {
            self.open_fold(tag, attributes, rest);
        }
        if self.open.push(tag) && self.hidden.is_none() {
            self.emit_start(tag, attributes);
        }
    }

    /// Rows and cells close whatever stands open in their table.
    fn start_table_part(&mut self, tag: &'static str, attributes: &[(String, &str)]) {
        let Some(table) = self.open.innermost_table() else { return };
        self.close_to(table + 1, None);
        self.open.leave_cell();
        if CELLS.contains(&tag) {
            self.open.enter_cell();
        }
        if self.hidden.is_none() {
            self.emit_start(tag, attributes);
        }
    }

    fn open_fold(&mut self, tag: &'static str, attributes: &[(String, &str)], rest: &str) {
        let (Target::Frame(options) | Target::Again(options)) = self.target else { return };
        if !options.fold_quotes || !self.visible || self.fold.is_some() || self.open.within("details") {
            return;
        }
        let Some(reach) = fold::quote(tag, attributes, &self.tail) else { return };
        if fold::is_forward(rest) {
            return;
        }
        let below = self.open.depth() + usize::from(reach == Reach::Element);
        self.fold = Some(Fold { below, reach });
        let label = match options.locale {
            Locale::Hu => "Korábbi üzenetek",
            Locale::En => "Earlier messages",
        };
        self.out.html.push_str(&format!("<details><summary>{label}</summary>"));
        self.lines += 2;
    }

    fn end(&mut self, name: &str) {
        let Some(tag) = known(name).filter(|tag| !VOID.contains(tag)) else { return };
        if TABLE_PARTS.contains(&tag) {
            let Some(table) = self.open.innermost_table() else { return };
            self.close_to(table + 1, None);
            self.open.leave_cell();
            self.emit_end(tag);
        } else if self.open.was_dropped(tag) {
        } else if CONTAINERS.contains(&tag) {
            if let Some(at) = self.open.position(tag) {
                self.close_to(at, Some(tag));
            }
        } else if !FORMATTING.contains(&tag) || self.open.close_formatting(tag) {
            self.emit_end(tag);
        }
    }

    /// Closes the containers from `at` on; `tag` is the one at `at` whose end tag was met.
    fn close_to(&mut self, at: usize, tag: Option<&'static str>) {
        self.open.truncate(at);
        let mut tag = tag;
        if let Some(below) = self.hidden.filter(|below| at < *below) {
            self.hidden = None;
            // The hidden element itself was never written.
            tag = tag.filter(|_| at + 1 != below);
        }
        let fold = self.fold.filter(|fold| at < fold.below);
        let outside = fold.is_some_and(|fold| fold.reach == Reach::Element && at + 1 == fold.below);
        if fold.is_some() && !outside {
            self.close_fold();
        }
        if let Some(tag) = tag {
            self.emit_end(tag);
        }
        if outside {
            self.close_fold();
        }
    }

    fn close_fold(&mut self) {
        self.fold = None;
        self.out.html.push_str("</details>");
    }

    fn emit_start(&mut self, tag: &'static str, list: &[(String, &str)]) {
        if breaks(tag) {
            self.end_line();
        }
        match (self.target, tag) {
            (Target::Text, _) => self.emit_structure(tag, list),
            (Target::Frame(options) | Target::Again(options), "img") => self.emit_picture(list, options),
            (Target::Frame(_) | Target::Again(_), _) => {
                self.out.html.push('<');
                self.out.html.push_str(tag);
                for (name, value) in list.iter().filter(|(name, _)| stays(tag, name)) {
                    self.attribute(name, value);
                }
                self.out.html.push('>');
            }
        }
    }

    /// Long runs are cut by comments, which vanish: escaping a text node takes the square of its length.
    fn emit_text(&mut self, text: &str) {
        let mut rest = text;
        while self.run + rest.len() > MAX_RUN && !matches!(self.target, Target::Text) {
            let at = rest.floor_char_boundary(MAX_RUN.saturating_sub(self.run));
            let near = rest.floor_char_boundary(at.saturating_sub(MAX_ENTITY));
            let at = rest[near..at].rfind('&').map_or(at, |entity| near + entity);
            self.out.html.push_str(&rest[..at]);
            self.out.html.push_str("<!---->");
            rest = &rest[at..];
            self.run = 0;
        }
        self.out.html.push_str(rest);
        self.run += rest.len();
    }

    fn emit_end(&mut self, tag: &'static str) {
        if self.hidden.is_some() {
            return;
        }
        if breaks(tag) {
            self.end_line();
        }
        match self.target {
            Target::Frame(_) | Target::Again(_) => self.out.html.push_str(&format!("</{tag}>")),
            Target::Text => match structure(tag) {
                Some(name) if !matches!(name, "br") => self.out.html.push_str(&format!("</{name}>")),
                _ => {}
            },
        }
    }

    fn emit_structure(&mut self, tag: &'static str, list: &[(String, &str)]) {
        match (tag, structure(tag)) {
            ("img", _) => {
                let alt =
                    list.iter().find(|(name, _)| name == "alt").map(|(_, value)| value.replace('<', "&lt;"));
                self.out.html.push_str(&alt.unwrap_or_default());
            }
            ("td" | "th", _) => self.out.html.push(' '),
            (_, Some(name)) => self.out.html.push_str(&format!("<{name}>")),
            _ => {}
        }
    }

    /// `value` as written: its entities are entities already.
    fn attribute(&mut self, name: &str, value: &str) {
        self.out.html.push_str(&format!(" {name}=\"{}\"", value.replace('"', "&quot;")));
    }

    fn end_line(&mut self) {
        if self.fold.is_none() {
            self.lines += self.line.div_ceil(90);
        }
        self.line = 0;
    }

    fn finish(mut self) -> Rewritten {
        self.end_line();
        if self.fold.is_some() {
            self.close_fold();
        }
        self.out.height = (24 + self.lines.saturating_mul(22)).clamp(46, 20_000);
        self.out
    }
}

fn stays(tag: &str, attribute: &str) -> bool {
    GENERIC_ATTRIBUTES.contains(&attribute) || attributes(tag).contains(&attribute)
}

/// Elements that begin a new line.
fn breaks(tag: &str) -> bool {
    matches!(
        tag,
        "br" | "p"
            | "div"
            | "li"
            | "tr"
            | "table"
            | "blockquote"
            | "pre"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "hr"
            | "ul"
            | "ol"
            | "center"
            | "section"
            | "article"
            | "details"
            | "dt"
            | "dd"
    )
}

/// What stands for an element when only the structure of the text matters.
fn structure(tag: &str) -> Option<&'static str> {
    match tag {
        "p" => Some("p"),
        "ul" => Some("ul"),
        "ol" => Some("ol"),
        "li" => Some("li"),
        "blockquote" => Some("blockquote"),
        "pre" => Some("pre"),
        "br" | "hr" | "tr" => Some("br"),
        "div" | "table" | "center" | "section" | "article" | "address" | "figure" | "figcaption" | "dl"
        | "dt" | "dd" | "caption" | "details" | "summary" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
            Some("div")
        }
        _ => None,
    }
}

fn is_hidden(attributes: &[(String, &str)]) -> bool {
    attributes
        .iter()
        .any(|(name, value)| name == "hidden" || (name == "style" && hides(&decode_entities(value))))
}

//! Tables as CSV (RFC 4180, UTF-8), for spreadsheets and to be read in again.
//!
//! A spreadsheet takes a cell for a formula when it begins with `=`, `+`, `-` or `@`; an apostrophe before it makes it
//! text. It is put ([`escape`]) wherever some program may see the beginning of a cell: at the start, and after what
//! others take for a separator; quotes, spaces and invisible signs may stand between. Reading in takes exactly these apostrophes away again ([`unescape`]).

use std::borrow::Cow;

use axum::{
    BoxError,
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use futures::stream::try_unfold;
use kernel::{Result, fault};

/// Also as East Asian keyboards write them, which spreadsheets understand.
const FORMULA: [char; 12] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫'];
/// At the start of a cell these are dropped before a formula is looked for.
const DROPPED: [char; 3] = ['\t', '\r', '\n'];
/// Of others: a comma ends no cell of ours, since every cell stands in quotes.
const SEPARATORS: [char; 4] = [';', '\t', '\r', '\n'];
const INVISIBLE: [char; 5] = ['"', ' ', '\u{a0}', '\u{200b}', '\u{feff}'];
const MARK: char = '\'';

/// Makes a cell text for every spreadsheet.
pub fn escape(text: &str) -> Cow<'_, str> {
    if fault::is_off("csv-escape") {
        return Cow::Borrowed(text);
    }
    edit(text, |out, marks| {
        out.push(MARK);
        out.extend(std::iter::repeat_n(MARK, marks));
    })
}

/// The text that was escaped.
pub fn unescape(cell: &str) -> Cow<'_, str> {
    edit(cell, |out, marks| out.extend(std::iter::repeat_n(MARK, marks.saturating_sub(1))))
}

/// Writes anew the apostrophes before each formula sign, of which there were `marks`.
fn edit(text: &str, rewrite: impl Fn(&mut String, usize)) -> Cow<'_, str> {
    let mut out = String::new();
    let (mut copied, mut begins) = (0, Some(Beginning::Cell));
    let mut rest = text.char_indices().peekable();
    while let Some((at, sign)) = rest.next() {
        if begins.is_some() && INVISIBLE.contains(&sign) {
            continue;
        }
        let mut marks = usize::from(sign == MARK);
        let mut next = Some(sign);
        while marks > 0 && next == Some(MARK) {
            next = rest.peek().map(|(_, sign)| *sign);
            if next == Some(MARK) {
                (marks, _) = (marks + 1, rest.next());
            }
        }
        if begins.zip(next).is_some_and(|(kind, sign)| kind.is_formula(sign)) {
            out += &text[copied..at];
            rewrite(&mut out, marks);
            copied = at + marks;
        }
        let last = if marks > 0 { MARK } else { sign };
        begins = SEPARATORS.contains(&last).then_some(Beginning::Part);
    }
    if copied == 0 && out.is_empty() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(out + &text[copied..])
}

/// Where a program may see the beginning of a cell.
#[derive(Clone, Copy)]
enum Beginning {
    Cell,
    /// After a separator, for a program that uses another one than we.
    Part,
}

impl Beginning {
    fn is_formula(self, sign: char) -> bool {
        FORMULA.contains(&sign) || matches!(self, Self::Cell) && DROPPED.contains(&sign)
    }
}

/// A download that is written page by page: `next` gives the rows of a page and the place after it. A failure breaks
/// the connection off, so that a part is never taken for the whole.
pub fn csv<P, N, F>(name: &str, with_bom: bool, columns: &[&str], first: P, next: N) -> Response
where
    P: Send + 'static,
    N: Fn(P) -> F + Send + 'static,
    F: Future<Output = Result<(Vec<Vec<String>>, Option<P>)>> + Send,
{
    csv_separated(',', name, with_bom, columns, first, next)
}

/// As [`csv`], for whoever expects another separator.
pub fn csv_separated<P, N, F>(
    separator: char,
    name: &str,
    with_bom: bool,
    columns: &[&str],
    first: P,
    next: N,
) -> Response
where
    P: Send + 'static,
    N: Fn(P) -> F + Send + 'static,
    F: Future<Output = Result<(Vec<Vec<String>>, Option<P>)>> + Send,
{
    let mut head = if with_bom { "\u{feff}".to_owned() } else { String::new() };
    line(&mut head, separator, columns);
    let pages = try_unfold((Some(head), Some(first), next), move |(head, place, next)| async move {
        if let Some(head) = head {
            return Ok::<_, BoxError>(Some((Bytes::from(head), (None, place, next))));
        }
        let Some(place) = place else { return Ok(None) };
        let (rows, place) = next(place).await?;
        let mut text = String::new();
        rows.iter().for_each(|row| line(&mut text, separator, row));
        Ok(Some((Bytes::from(text), (None, place, next))))
    });
    let headers = [
        ("content-type", "text/csv; charset=utf-8".to_owned()),
        ("content-disposition", format!("attachment; filename=\"{name}.csv\"")),
    ];
    (headers, Body::from_stream(pages)).into_response()
}

/// Every cell stands in quotes: a line break or a separator in it is its own.
fn line(out: &mut String, separator: char, cells: &[impl AsRef<str>]) {
    for (number, cell) in cells.iter().enumerate() {
        if number > 0 {
            out.push(separator);
        }
        out.push('"');
        out.push_str(&escape(cell.as_ref()).replace('"', "\"\""));
        out.push('"');
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_a_cell_begins_as_a_formula() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("  =1", "  '=1"),
            ("\t=1", "'\t'=1"),
            ("'=1", "''=1"),
            ("＝1", "'＝1"),
            ("x;=1", "x;'=1"),
            ("x;\"=1", "x;\"'=1"),
            ("first\r\n-second", "first\r\n'-second"),
            ("Kovács; -20 %", "Kovács; '-20 %"),
            ("Szia, -20 %,-1", "Szia, -20 %,-1"),
            ("it's 1-1=0", "it's 1-1=0"),
            ("'quoted'", "'quoted'"),
            ("", ""),
        ] {
            assert_eq!(escape(text), cell);
            assert_eq!(unescape(cell), text);
        }
    }

    #[test]
    fn what_is_read_in_again_is_what_was_written() {
        let signs = ['\'', '=', '-', ',', ';', '"', ' ', '\t', '\n', 'a', '＋', '\u{feff}'];
        for number in 0..signs.len().pow(5) {
            let (mut text, mut rest) = (String::new(), number);
            for _ in 0..5 {
                text.push(signs[rest % signs.len()]);
                rest /= signs.len();
            }
            assert_eq!(unescape(&escape(&text)), text.as_str(), "{text:?}");
        }
    }
}

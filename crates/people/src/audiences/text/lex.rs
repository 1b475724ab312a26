//! The words of a condition's text.

use super::{Expected, ParseError};

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Token {
    /// A keyword, a name, a fact of ours.
    Word(String),
    /// In quotes.
    Text(String),
    /// Begins with a digit or a minus: a number, a date, a time.
    Figure(String),
    /// `( ) , < <= > >=`
    Sign(&'static str),
}

impl Token {
    /// As it is shown in an error.
    pub fn shown(&self) -> String {
        match self {
            Self::Word(text) | Self::Figure(text) => text.clone(),
            Self::Text(text) => format!("\"{text}\""),
            Self::Sign(sign) => (*sign).to_owned(),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub token: Token,
    pub at: usize,
}

const SIGNS: [&str; 7] = ["<=", ">=", "<", ">", "(", ")", ","];

/// Words that begin a condition: a name like these stands in quotes.
const TAKEN: [&str; 13] =
    ["all", "any", "none", "did", "in", "sum", "min", "max", "average", "first", "last", "unique", "not"];

/// Whether a name can stand without quotes.
pub(super) fn is_plain_name(name: &str) -> bool {
    let taken = || TAKEN.iter().any(|word| name.eq_ignore_ascii_case(word));
    name.starts_with(begins_word) && name.chars().all(within_word) && !taken()
}

fn begins_word(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '$'
}

fn within_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '-')
}

fn within_figure(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '+' | '-')
}

pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, ParseError> {
    let chars: Vec<char> = text.chars().collect();
    let mut reader = Reader { chars: &chars, at: 0 };
    let mut tokens = Vec::new();
    loop {
        reader.take_while(char::is_whitespace);
        let at = reader.at;
        match reader.token()? {
            Some(token) => tokens.push(Placed { token, at }),
            None => return Ok(tokens),
        }
    }
}

struct Reader<'t> {
    chars: &'t [char],
    at: usize,
}

impl Reader<'_> {
    fn token(&mut self) -> Result<Option<Token>, ParseError> {
        let Some(first) = self.peek() else { return Ok(None) };
        let token = match first {
            '"' => Token::Text(self.text()?),
            c if c == '-' || c.is_ascii_digit() => Token::Figure(self.take_while(within_figure)),
            c if begins_word(c) => Token::Word(self.take_while(within_word)),
            _ => Token::Sign(self.sign()?),
        };
        Ok(Some(token))
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let rest = &self.chars[self.at..];
        let taken: String = rest.iter().copied().take_while(|c| wanted(*c)).collect();
        self.at += taken.chars().count();
        taken
    }

    fn sign(&mut self) -> Result<&'static str, ParseError> {
        let starts = |sign: &&str| sign.chars().eq(self.chars[self.at..].iter().copied().take(sign.len()));
        let sign = SIGNS.into_iter().find(starts).ok_or_else(|| self.unexpected(Expected::Condition))?;
        self.at += sign.len();
        Ok(sign)
    }

    fn text(&mut self) -> Result<String, ParseError> {
        let mut text = String::new();
        self.at += 1;
        loop {
            match self.next() {
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escaped()?),
                Some(c) => text.push(c),
                None => return Err(self.unexpected(Expected::TextEnd)),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, ParseError> {
        let unexpected = self.unexpected(Expected::TextEnd);
        match self.next() {
            Some('n') => Ok('\n'),
            Some('t') => Ok('\t'),
            Some(c @ ('"' | '\\')) => Ok(c),
            Some('u') if self.next() == Some('{') => {
                let digits = self.take_while(|c| c.is_ascii_hexdigit());
                let code = u32::from_str_radix(&digits, 16).ok().filter(|_| self.next() == Some('}'));
                code.and_then(char::from_u32).ok_or(unexpected)
            }
            _ => Err(unexpected),
        }
    }

    fn unexpected(&self, expected: Expected) -> ParseError {
        ParseError { at: self.at, expected, found: self.peek().map(String::from).unwrap_or_default() }
    }
}

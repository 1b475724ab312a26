//! Reads a condition from text: recursive descent over the words.

use super::{
    AudienceNames, Expected, ParseError,
    lex::{self, Placed, Token},
};
use crate::audiences::{
    condition::{
        Attribute, AudienceId, Calendar, Condition, Count, EventFilter, Figure, Literal, Measure, Member,
        PropertyTest, Sequence, Step, StepKind, Test, Times, Window,
    },
    limits::MAX_DEPTH,
    number::Number,
    time::{Span, Unit, When},
};

type Parsed<T> = Result<T, ParseError>;

/// Reads what [`super::print`] writes. Keywords may be in any case; between words there may be any space.
pub fn parse(text: &str, names: &dyn AudienceNames) -> Result<Condition, ParseError> {
    let mut parser = Parser { tokens: lex::tokens(text)?, next: 0, end: text.chars().count(), names };
    let condition = parser.condition(1)?;
    if parser.next < parser.tokens.len() {
        return Err(parser.unexpected(Expected::EndOfText));
    }
    Ok(condition)
}

struct Parser<'n> {
    tokens: Vec<Placed>,
    next: usize,
    end: usize,
    names: &'n dyn AudienceNames,
}

impl Parser<'_> {
    fn condition(&mut self, depth: usize) -> Parsed<Condition> {
        if depth > MAX_DEPTH {
            return Err(self.unexpected(Expected::LessNesting));
        }
        match self.keyword().as_deref() {
            Some("all") => Ok(Condition::All(self.group(depth)?)),
            Some("any") => Ok(Condition::Any(self.group(depth)?)),
            Some("none") => Ok(Condition::None(self.group(depth)?)),
            Some("did") => self.count(),
            Some("in") => self.sequence_or_member(),
            Some(word) => match Figure::ALL.into_iter().find(|figure| figure.as_str() == word) {
                Some(figure) => self.measure(figure),
                None => self.attribute(),
            },
            None if matches!(self.peek(), Some(Token::Text(_))) => self.attribute(),
            None => Err(self.unexpected(Expected::Condition)),
        }
    }

    fn group(&mut self, depth: usize) -> Parsed<Vec<Condition>> {
        self.skip();
        self.word("of")?;
        self.sign("(")?;
        if self.eats_sign(")") {
            return Ok(Vec::new());
        }
        self.list(|parser| parser.condition(depth + 1))
    }

    /// Items between commas, up to the closing parenthesis.
    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut items = vec![item(self)?];
        while self.eats_sign(",") {
            items.push(item(self)?);
        }
        self.sign(")")?;
        Ok(items)
    }

    fn attribute(&mut self) -> Parsed<Condition> {
        let name = self.name()?;
        Ok(Condition::Attribute(Attribute { name, test: self.test()? }))
    }

    fn count(&mut self) -> Parsed<Condition> {
        self.skip();
        let not = self.eats("not");
        let name = self.event()?;
        let times = if not { Times::AtMost(0) } else { self.times()? };
        let (window, tests) = (self.window()?, self.tests()?);
        Ok(Condition::Count(Count { of: EventFilter { name, tests }, window, times }))
    }

    fn times(&mut self) -> Parsed<Times> {
        let times = if self.eats("exactly") {
            Times::Exactly(self.whole()?)
        } else if self.eats("at") {
            match self.choice(&["least", "most", "any"])? {
                "least" => Times::AtLeast(self.whole()?),
                "most" => Times::AtMost(self.whole()?),
                _ => {
                    // `at any time` is the window's.
                    self.next -= 2;
                    return Ok(Times::AtLeast(1));
                }
            }
        } else {
            return Ok(Times::AtLeast(1));
        };
        self.choice(&["times", "time"])?;
        Ok(times)
    }

    fn measure(&mut self, figure: Figure) -> Parsed<Condition> {
        self.skip();
        self.word("of")?;
        let property = self.name()?;
        self.word("over")?;
        self.sign("(")?;
        let name = self.event()?;
        let (window, tests) = (self.window()?, self.tests()?);
        self.sign(")")?;
        let (of, test) = (EventFilter { name, tests }, self.test()?);
        Ok(Condition::Measure(Measure { figure, property, of, window, test }))
    }

    fn sequence_or_member(&mut self) -> Parsed<Condition> {
        self.skip();
        if self.choice(&["order", "audience"])? == "audience" {
            return Ok(Condition::Member(Member { audience: self.audience()? }));
        }
        self.sign("(")?;
        let steps = self.list(Self::step)?;
        Ok(Condition::Sequence(Sequence { steps, window: self.window()? }))
    }

    fn step(&mut self) -> Parsed<Step> {
        self.word("did")?;
        let kind = if self.eats("not") { StepKind::DidNot } else { StepKind::Did };
        let name = self.event()?;
        let within = if self.eats("within") { Some(self.span()?) } else { None };
        Ok(Step { kind, of: EventFilter { name, tests: self.tests()? }, within })
    }

    fn audience(&mut self) -> Parsed<AudienceId> {
        let by_id = self.eats("id");
        let before = self.next;
        let text = self.quoted()?;
        let found = if by_id { text.parse().ok().map(AudienceId) } else { self.names.id(&text) };
        found.ok_or_else(|| {
            self.next = before;
            self.unexpected(Expected::KnownAudience)
        })
    }

    fn window(&mut self) -> Parsed<Window> {
        match self.keyword().as_deref() {
            Some("in") => {
                self.words(&["in", "the", "last"])?;
                Ok(Window::Last(self.span()?))
            }
            Some("at") => {
                self.words(&["at", "any", "time"]).map(|()| Window::Between { from: None, before: None })
            }
            Some("since" | "before") => {
                let from = if self.eats("since") { Some(self.when()?) } else { None };
                let before = if self.eats("before") { Some(self.when()?) } else { None };
                Ok(Window::Between { from, before })
            }
            Some(first @ ("today" | "yesterday" | "this" | "last")) => self.calendar(first),
            _ => Ok(Window::Ever),
        }
    }

    fn calendar(&mut self, first: &str) -> Parsed<Window> {
        self.skip();
        let said = match first {
            "this" | "last" => format!("{first} {}", self.choice(&["week", "month", "year"])?),
            day => day.to_owned(),
        };
        let known = Calendar::ALL.into_iter().find(|calendar| calendar.as_str() == said);
        known.map(Window::Calendar).ok_or_else(|| self.unexpected(Expected::Unit))
    }

    fn tests(&mut self) -> Parsed<Vec<PropertyTest>> {
        let mut tests = Vec::new();
        let mut more = self.eats("where");
        while more {
            tests.push(PropertyTest { property: self.name()?, test: self.test()? });
            more = self.eats("and");
        }
        Ok(tests)
    }

    fn test(&mut self) -> Parsed<Test> {
        if let Some(Token::Sign(sign @ ("<" | "<=" | ">" | ">="))) = self.peek() {
            let sign = *sign;
            self.skip();
            return self.comparison(sign);
        }
        match self.keyword().as_deref() {
            Some("is") => {
                self.skip();
                self.is_test()
            }
            Some("contains") => {
                self.skip();
                Ok(Test::Contains(self.quoted()?))
            }
            Some("starts") => {
                self.words(&["starts", "with"])?;
                Ok(Test::StartsWith(self.quoted()?))
            }
            Some("exists") => {
                self.skip();
                Ok(Test::Exists)
            }
            Some("has") => self.anniversary(),
            _ => Err(self.unexpected(Expected::Test)),
        }
    }

    fn comparison(&mut self, sign: &str) -> Parsed<Test> {
        let limit = self.number()?;
        Ok(match sign {
            "<" => Test::LessThan(limit),
            "<=" => Test::AtMost(limit),
            ">" => Test::MoreThan(limit),
            _ => Test::AtLeast(limit),
        })
    }

    fn is_test(&mut self) -> Parsed<Test> {
        let word = self.keyword();
        match word.as_deref() {
            Some("not" | "one" | "absent" | "between" | "before" | "after" | "within") => self.skip(),
            _ => return self.literal().map(Test::Is),
        }
        match word.as_deref() {
            Some("not") => self.literal().map(Test::IsNot),
            Some("one") => {
                self.word("of")?;
                self.sign("(")?;
                self.list(Self::literal).map(Test::OneOf)
            }
            Some("between") => {
                let from = self.number()?;
                self.word("and")?;
                Ok(Test::Between { from, to: self.number()? })
            }
            Some("before") => self.when().map(Test::Before),
            Some("after") => self.when().map(Test::After),
            Some("within") => self.within(),
            _ => Ok(Test::Absent),
        }
    }

    fn within(&mut self) -> Parsed<Test> {
        self.word("the")?;
        match self.choice(&["last", "next"])? {
            "last" => self.span().map(Test::WithinLast),
            _ => self.span().map(Test::WithinNext),
        }
    }

    fn anniversary(&mut self) -> Parsed<Test> {
        self.words(&["has", "its", "anniversary"])?;
        if self.choice(&["today", "within"])? == "today" {
            return Ok(Test::Anniversary { within_days: 0 });
        }
        let before = self.next;
        let days = self.whole()?;
        self.choice(&["days", "day"])?;
        let within_days = u16::try_from(days).map_err(|_| {
            self.next = before;
            self.unexpected(Expected::WholeNumber)
        })?;
        Ok(Test::Anniversary { within_days })
    }
}

/// Single words.
impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|placed| &placed.token)
    }

    fn skip(&mut self) {
        self.next += 1;
    }

    /// The next word, in small letters.
    fn keyword(&self) -> Option<String> {
        if let Some(Token::Word(word)) = self.peek() { Some(word.to_ascii_lowercase()) } else { None }
    }

    fn eats(&mut self, word: &str) -> bool {
        let found = self.keyword().is_some_and(|found| found == word);
        self.next += usize::from(found);
        found
    }

    fn eats_sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(found)) if *found == sign);
        self.next += usize::from(found);
        found
    }

    fn word(&mut self, word: &'static str) -> Parsed<()> {
        if self.eats(word) { Ok(()) } else { Err(self.unexpected(Expected::Word(word))) }
    }

    fn words(&mut self, words: &[&'static str]) -> Parsed<()> {
        words.iter().try_for_each(|word| self.word(word))
    }

    fn sign(&mut self, sign: &'static str) -> Parsed<()> {
        if self.eats_sign(sign) { Ok(()) } else { Err(self.unexpected(Expected::Word(sign))) }
    }

    fn choice(&mut self, words: &'static [&'static str]) -> Parsed<&'static str> {
        let found = words.iter().find(|word| self.eats(word));
        found.copied().ok_or_else(|| self.unexpected(Expected::OneOf(words)))
    }

    fn name(&mut self) -> Parsed<String> {
        match self.peek() {
            Some(Token::Word(name) | Token::Text(name)) => {
                let name = name.clone();
                self.skip();
                Ok(name)
            }
            _ => Err(self.unexpected(Expected::Name)),
        }
    }

    fn event(&mut self) -> Parsed<String> {
        let name = match self.peek() {
            Some(Token::Text(event)) => format!("event:{event}"),
            Some(Token::Word(fact)) => fact.clone(),
            _ => return Err(self.unexpected(Expected::EventName)),
        };
        self.skip();
        Ok(name)
    }

    fn quoted(&mut self) -> Parsed<String> {
        let Some(Token::Text(text)) = self.peek() else { return Err(self.unexpected(Expected::Text)) };
        let text = text.clone();
        self.skip();
        Ok(text)
    }

    fn literal(&mut self) -> Parsed<Literal> {
        let literal = match (self.peek(), self.keyword().as_deref()) {
            (Some(Token::Text(text)), _) => Literal::Text(text.clone()),
            (_, Some("true")) => Literal::Bool(true),
            (_, Some("false")) => Literal::Bool(false),
            (Some(Token::Figure(_)), _) => return self.number().map(Literal::Number),
            _ => return Err(self.unexpected(Expected::Value)),
        };
        self.skip();
        Ok(literal)
    }

    fn figure<T>(&mut self, expected: Expected, read: impl Fn(&str) -> Option<T>) -> Parsed<T> {
        let found = if let Some(Token::Figure(text)) = self.peek() { read(text) } else { None };
        let found = found.ok_or_else(|| self.unexpected(expected))?;
        self.skip();
        Ok(found)
    }

    fn number(&mut self) -> Parsed<Number> {
        self.figure(Expected::Number, Number::parse)
    }

    fn whole(&mut self) -> Parsed<u32> {
        self.figure(Expected::WholeNumber, |text| text.parse().ok())
    }

    fn when(&mut self) -> Parsed<When> {
        self.figure(Expected::Date, When::parse)
    }

    fn span(&mut self) -> Parsed<Span> {
        let count = self.whole()?;
        let word = self.keyword().unwrap_or_default();
        let said = word.strip_suffix('s').unwrap_or(&word);
        let unit = Unit::ALL.into_iter().find(|unit| unit.as_str() == said);
        let unit = unit.ok_or_else(|| self.unexpected(Expected::Unit))?;
        self.skip();
        Ok(Span::new(count, unit))
    }

    fn unexpected(&self, expected: Expected) -> ParseError {
        match self.tokens.get(self.next) {
            Some(placed) => ParseError { at: placed.at, expected, found: placed.token.shown() },
            None => ParseError { at: self.end, expected, found: String::new() },
        }
    }
}

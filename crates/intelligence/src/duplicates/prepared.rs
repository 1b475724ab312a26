//! Records read: every value in one form, known by a number, counted.

use rustc_hash::FxHashMap;

use super::{
    address, contact, given_names, misspelt, name,
    record::{Kind, Record},
    text,
};

/// A value known by its number within its [`Terms`].
pub type Term = u32;

/// Different values of one sort, and how many records have each.
#[derive(Default)]
pub struct Terms {
    texts: Vec<String>,
    counts: Vec<u32>,
    index: FxHashMap<String, Term>,
}

impl Terms {
    fn add(&mut self, text: &str) -> Term {
        let term = self.know(text);
        self.counts[term as usize] += 1;
        term
    }

    fn know(&mut self, text: &str) -> Term {
        if let Some(term) = self.index.get(text) {
            return *term;
        }
        let term = Term::try_from(self.texts.len()).expect("fewer than 2^32 different values");
        self.texts.push(text.to_owned());
        self.counts.push(0);
        self.index.insert(text.to_owned(), term);
        term
    }

    pub fn text(&self, term: Term) -> &str {
        &self.texts[term as usize]
    }

    pub fn count(&self, term: Term) -> u32 {
        self.counts[term as usize]
    }

    pub fn counts(&self) -> &[u32] {
        &self.counts
    }
}

/// All values of all records.
#[derive(Default)]
pub struct Lexicon {
    pub emails: Terms,
    pub phones: Terms,
    pub postcodes: Terms,
    pub cities: Terms,
    pub streets: Terms,
    pub states: Terms,
    pub dates: Terms,
    pub nationals: Terms,
    /// Words of names as they were written, whichever role they have.
    pub words: Terms,
    /// How many surnames each word is.
    pub surnames: Vec<u32>,
    /// How many given names each word is; `Pista` counts as `István`.
    pub given: Vec<u32>,
    formal: FxHashMap<Term, Vec<Term>>,
    /// For each word what was probably meant.
    meant: Vec<Term>,
    pub hosts: Terms,
    pub host_of: FxHashMap<Term, Term>,
}

impl Lexicon {
    /// The formal names a written given name may stand for.
    pub fn formal(&self, word: Term) -> &[Term] {
        self.formal.get(&word).map_or(&[], Vec::as_slice)
    }
}

/// Words of one role in a name: the whole first, then its parts when there are several.
pub type Words = Vec<Term>;

/// One record read.
#[derive(Clone, Default, Debug)]
pub struct Prepared {
    pub surname: Words,
    pub given: Words,
    /// Which of the two is which is not known.
    pub either_order: bool,
    pub emails: Vec<Term>,
    pub phones: Vec<Term>,
    pub postcode: Option<Term>,
    pub city: Option<Term>,
    pub street: Option<Term>,
    pub number: Option<u32>,
    pub extra: Option<Term>,
    pub state: Option<Term>,
    pub date: Option<Term>,
    pub nationals: Vec<Term>,
}

/// Reads all records and counts their values.
pub fn prepare<'a>(records: impl Iterator<Item = &'a Record> + Clone) -> (Lexicon, Vec<Prepared>) {
    let mut lexicon = Lexicon::default();
    let names: Vec<name::Name> = name_order(records.clone().map(read_name).collect());
    let prepared = records.zip(names).map(|(record, name)| lexicon.read(record, &name)).collect();
    lexicon.meant = misspelt::corrections(&lexicon.words);
    (lexicon, prepared)
}

fn read_name(record: &Record) -> name::Name {
    if let Some(whole) = record.values(Kind::PersonName).next() {
        return name::split(whole);
    }
    let of = |kind| record.values(kind).next().map(name::parts).unwrap_or_default();
    name::Name { surname: of(Kind::Surname), given: of(Kind::GivenName), sure: true }
}

/// Decides the order of the names that could be either way by how the sure ones use the same words.
fn name_order(mut names: Vec<name::Name>) -> Vec<name::Name> {
    let mut roles: FxHashMap<String, (u32, u32)> = FxHashMap::default();
    for name in names.iter().filter(|name| name.sure) {
        name.surname.iter().for_each(|word| roles.entry(word.clone()).or_default().0 += 1);
        name.given.iter().for_each(|word| roles.entry(word.clone()).or_default().1 += 1);
    }
    let leaning =
        |word: &String| roles.get(word).map_or(1.0, |(s, g)| (f64::from(*s) + 0.5) / (f64::from(*g) + 0.5));
    for name in names.iter_mut().filter(|name| !name.sure) {
        if let ([surname], [given]) = (name.surname.as_slice(), name.given.as_slice())
            && leaning(given) > leaning(surname)
        {
            std::mem::swap(&mut name.surname, &mut name.given);
        }
    }
    names
}

impl Lexicon {
    fn read(&mut self, record: &Record, name: &name::Name) -> Prepared {
        let first = |kind| record.values(kind).next();
        let street = first(Kind::Street).map(address::street).unwrap_or_default();
        let number = first(Kind::HouseNumber).and_then(address::house_number).or(street.number);
        let extra = first(Kind::AddressExtra).map(address::street).and_then(|extra| extra.name);
        let plain = |kind| first(kind).map(|text| text::words(text).concat()).filter(|text| !text.is_empty());
        Prepared {
            surname: self.surname(&name.surname),
            given: self.given(&name.given),
            either_order: !name.sure,
            emails: record.values(Kind::Email).filter_map(contact::email).map(|v| self.email(&v)).collect(),
            phones: record
                .values(Kind::Phone)
                .filter_map(contact::phone)
                .map(|v| self.phones.add(&v))
                .collect(),
            postcode: plain(Kind::Postcode).map(|v| self.postcodes.add(&v)),
            city: plain(Kind::City).map(|v| self.cities.add(&v)),
            // Streets and second lines share their terms: they are often written in each other's place.
            street: street.name.map(|v| self.streets.add(&v)),
            number: number.and_then(|v| v.parse().ok()),
            extra: extra.map(|v| self.streets.know(&v)),
            state: plain(Kind::State).map(|v| self.states.add(&v)),
            date: first(Kind::Date).and_then(contact::date).map(|v| self.dates.add(&v)),
            nationals: record
                .values(Kind::NationalId)
                .filter_map(contact::official)
                .map(|v| self.nationals.add(&v))
                .collect(),
        }
    }

    /// What was probably meant by a word of a name; itself when it is no error.
    pub fn meant(&self, word: Term) -> Term {
        self.meant.get(word as usize).copied().unwrap_or(word)
    }

    fn email(&mut self, text: &str) -> Term {
        let host = text.split('@').nth(1).unwrap_or_default();
        let host = self.hosts.add(host);
        let term = self.emails.add(text);
        self.host_of.insert(term, host);
        term
    }

    fn surname(&mut self, parts: &[String]) -> Words {
        let words = self.written(parts);
        words.iter().for_each(|word| count(&mut self.surnames, *word));
        words
    }

    fn given(&mut self, parts: &[String]) -> Words {
        let words = self.written(parts);
        for word in &words {
            let formals = given_names::formals(self.words.text(*word));
            let mut terms: Vec<Term> = formals.iter().map(|formal| self.words.know(formal)).collect();
            if terms.is_empty() {
                terms.push(*word);
            }
            count(&mut self.given, terms[0]);
            self.formal.insert(*word, terms);
        }
        words
    }

    fn written(&mut self, parts: &[String]) -> Words {
        let pieces: Vec<&str> =
            parts.iter().flat_map(|part| part.split('-')).filter(|p| !p.is_empty()).collect();
        let mut words = Vec::new();
        if !pieces.is_empty() {
            words.push(self.words.add(&pieces.concat()));
        }
        if pieces.len() > 1 {
            words.extend(pieces.iter().map(|piece| self.words.add(piece)));
        }
        words
    }
}

fn count(counts: &mut Vec<u32>, term: Term) {
    let at = term as usize;
    if counts.len() <= at {
        counts.resize(at + 1, 0);
    }
    counts[at] += 1;
}

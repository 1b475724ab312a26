//! Compares two records, dimension by dimension.

use rustc_hash::FxHashMap;

use super::{
    level::{Comparison, Dimension, Level},
    name,
    prepared::{Lexicon, Prepared, Term, Terms, Words},
    rarity::{Frequencies, Rarities},
    spelling, text,
};

type Graded = (Level, f32);
const NOTHING: Graded = (Level::Missing, 0.0);
const DIFFERENT: Graded = (Level::Different, 0.0);

/// Two spellings are both known when the rarer one is met this often, and this often for each of the other.
const KNOWN: u32 = 4;
const KNOWN_SHARE: f64 = 0.05;

pub struct Comparer {
    lexicon: Lexicon,
    rarities: Rarities,
    words: Likeness,
    streets: Likeness,
    cities: Likeness,
}

/// Remembered likeness of pairs of values: names and streets come again and again.
#[derive(Default)]
struct Likeness(FxHashMap<(Term, Term), Level>);

impl Likeness {
    fn of(&mut self, terms: &Terms, a: Term, b: Term) -> Level {
        if a == b {
            return Level::Same;
        }
        let key = (a.min(b), a.max(b));
        *self.0.entry(key).or_insert_with(|| spelling::words(terms.text(key.0), terms.text(key.1)))
    }
}

impl Comparer {
    pub fn new(lexicon: Lexicon) -> Self {
        Self {
            rarities: Rarities::of(&lexicon),
            lexicon,
            words: Likeness::default(),
            streets: Likeness::default(),
            cities: Likeness::default(),
        }
    }

    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    pub fn compare(&mut self, a: &Prepared, b: &Prepared) -> Comparison {
        let mut out = Comparison::default();
        let (surname, given) = self.name(a, b);
        out.set(Dimension::Surname, surname);
        out.set(Dimension::GivenName, given);
        let email = match (surname.0.agrees(), given.0.agrees()) {
            (true, true) => Dimension::NamedEmail,
            (true, false) => Dimension::FamilyEmail,
            _ => Dimension::Email,
        };
        out.set(email, self.email(&a.emails, &b.emails));
        out.set(Dimension::Phone, self.phone(&a.phones, &b.phones));
        out.set(Dimension::Place, self.place(a, b));
        let (street, extra) = self.street_and_extra(a, b);
        out.set(Dimension::Street, street);
        out.set(Dimension::AddressExtra, extra);
        out.set(Dimension::State, self.state(a, b));
        out.set(Dimension::Date, self.date(a, b));
        out.set(Dimension::NationalId, self.national(a, b));
        out
    }

    /// Both names as they stand, or with family and given name exchanged when only so both agree.
    fn name(&mut self, a: &Prepared, b: &Prepared) -> (Graded, Graded) {
        let straight = (self.surname(&a.surname, &b.surname), self.given(&a.given, &b.given));
        let (mut surname, mut given) = self.ordered(straight, a, b);
        if a.either_order || b.either_order {
            // Whether the word is rare as a surname or common as a given name is not known: the less is safe.
            surname.1 = surname.1.min(self.other_role(&b.surname, &b.given).0);
            given.1 = given.1.min(self.other_role(&b.surname, &b.given).1);
        }
        (surname, given)
    }

    fn other_role(&self, surname: &Words, given: &Words) -> (f32, f32) {
        let as_given =
            surname.first().map_or(f32::MAX, |word| self.rarities.given.rarity(self.formal(*word)));
        let as_surname = given.first().map_or(f32::MAX, |word| self.rarities.surnames.rarity(*word));
        (as_given, as_surname)
    }

    fn ordered(&mut self, straight: (Graded, Graded), a: &Prepared, b: &Prepared) -> (Graded, Graded) {
        if straight.0.0.agrees() && (straight.1.0.agrees() || straight.1.0 == Level::Missing) {
            return straight;
        }
        if a.either_order || b.either_order {
            let crossed = if a.either_order {
                (self.surname(&a.given, &b.surname), self.given(&a.surname, &b.given))
            } else {
                (self.surname(&a.surname, &b.given), self.given(&a.given, &b.surname))
            };
            let agrees = crossed.0.0.agrees() && crossed.1.0.agrees();
            return if agrees { crossed } else { straight };
        }
        let crossed = (self.words_level(&a.surname, &b.given).0, self.words_level(&a.given, &b.surname).0);
        if crossed.0.agrees() && crossed.1.agrees() {
            let surname = self.rarities.surnames.rarity(a.surname[0]);
            let given = self.rarities.given.rarity(self.formal(a.given[0]));
            return ((Level::Exchanged, surname.min(0.0)), (Level::Exchanged, given.min(0.0)));
        }
        straight
    }

    fn formal(&self, word: Term) -> Term {
        self.lexicon.formal(word).first().copied().unwrap_or(word)
    }

    fn surname(&mut self, a: &Words, b: &Words) -> Graded {
        let (level, (x, y)) = match self.words_level(a, b) {
            (Level::Missing, _) => return NOTHING,
            found => found,
        };
        let counts = &self.rarities.surnames;
        let common = if counts.count(x) >= counts.count(y) { x } else { y };
        if level == Level::Typo && both_known(counts, x, y) {
            return (Level::NearMiss, 0.0);
        }
        if level == Level::Different && self.lexicon.meant(x) == self.lexicon.meant(y) {
            return (Level::Similar, counts.rarity(common));
        }
        (level, counts.rarity(common))
    }

    fn given(&mut self, a: &Words, b: &Words) -> Graded {
        let (level, (x, y)) = match self.words_level(a, b) {
            (Level::Missing, _) => return NOTHING,
            found => found,
        };
        if level == Level::Same {
            return (level, self.rarities.given.rarity(self.formal(x)));
        }
        if let Some(formal) = any(a, b, |x, y| common(self.lexicon.formal(x), self.lexicon.formal(y))) {
            return (Level::Familiar, self.rarities.given.rarity(formal));
        }
        if level == Level::Different
            && let Some(formal) = any(a, b, |x, y| self.misspelt(x, y))
        {
            return (Level::Similar, self.rarities.given.rarity(formal));
        }
        let texts = (self.lexicon.words.text(a[0]), self.lexicon.words.text(b[0]));
        if let Some(level) = spouse(texts.0, texts.1).or_else(|| initial(texts.0, texts.1)) {
            return (level, 0.0);
        }
        let (x, y) = (self.formal(x), self.formal(y));
        let counts = &self.rarities.given;
        if level == Level::Typo && both_known(counts, x, y) {
            return (Level::NearMiss, 0.0);
        }
        (level, counts.rarity(if counts.count(x) >= counts.count(y) { x } else { y }))
    }

    /// `Pissta` is `István`, with an error in the familiar form.
    fn misspelt(&self, x: Term, y: Term) -> Option<Term> {
        let (x, y) = (self.lexicon.meant(x), self.lexicon.meant(y));
        common(self.lexicon.formal(x), self.lexicon.formal(y)).or((x == y).then_some(x))
    }

    /// The whole of both, else the best of their parts; with the two words that were found to agree.
    fn words_level(&mut self, a: &Words, b: &Words) -> (Level, (Term, Term)) {
        let (Some(x), Some(y)) = (a.first(), b.first()) else { return (Level::Missing, (0, 0)) };
        let whole = self.words.of(&self.lexicon.words, *x, *y);
        if whole.agrees() || a.len() + b.len() == 2 {
            return (whole, (*x, *y));
        }
        for (x, y) in a.iter().flat_map(|x| b.iter().map(move |y| (*x, *y))) {
            if matches!(self.words.of(&self.lexicon.words, x, y), Level::Same | Level::Typo) {
                return (Level::Part, (x, y));
            }
        }
        (Level::Different, (*x, *y))
    }

    fn email(&self, a: &[Term], b: &[Term]) -> Graded {
        let terms = &self.lexicon.emails;
        best(a, b, |x, y| {
            let host = self.lexicon.host_of.get(&x).map_or(0.0, |host| self.rarities.hosts.rarity(*host));
            match x == y {
                true if text::digits(terms.text(x)).is_empty() => {
                    (Level::Familiar, self.rarities.emails.shared(x) + host)
                }
                true => (Level::Same, self.rarities.emails.shared(x) + host),
                false => match spelling::emails(terms.text(x), terms.text(y)) {
                    Level::Part => (Level::Part, 0.0),
                    level => (level, host),
                },
            }
        })
    }

    fn phone(&self, a: &[Term], b: &[Term]) -> Graded {
        let terms = &self.lexicon.phones;
        best(a, b, |x, y| {
            if x == y {
                return (Level::Same, self.rarities.phones.shared(x));
            }
            let (x, y) = (terms.text(x), terms.text(y));
            if x.len().min(y.len()) >= 8 && (x.ends_with(y) || y.ends_with(x)) {
                return (Level::Part, 0.0);
            }
            (spelling::numbers(x, y), 0.0)
        })
    }

    fn place(&mut self, a: &Prepared, b: &Prepared) -> Graded {
        let postcode = both(a.postcode, b.postcode)
            .map(|(x, y)| (digits_level(&self.lexicon.postcodes, x, y), self.rarities.postcodes.rarity(x)));
        let city = both(a.city, b.city)
            .map(|(x, y)| (self.cities.of(&self.lexicon.cities, x, y), self.rarities.cities.rarity(x)));
        match (postcode, city) {
            (None, None) => NOTHING,
            (Some((Level::Same, rarity)), None) | (None, Some((Level::Same, rarity))) => {
                (Level::Part, rarity)
            }
            (Some(one), None) | (None, Some(one)) => one,
            (Some((Level::Same, rarity)), Some((Level::Same, _))) => (Level::Same, rarity),
            (Some((Level::Same, rarity)), Some((city, _))) if city.agrees() => (Level::Typo, rarity),
            (Some((code, _)), Some((Level::Same, rarity))) if code.agrees() => (Level::Typo, rarity),
            (Some((code, _)), Some((city, _))) if code.agrees() && city.agrees() => (Level::Similar, 0.0),
            (Some((Level::Same, _)), Some(_)) | (Some(_), Some((Level::Same, _))) => (Level::Mixed, 0.0),
            (Some((Level::Typo, _)), Some(_)) => (Level::NearMiss, 0.0),
            _ => DIFFERENT,
        }
    }

    fn street_and_extra(&mut self, a: &Prepared, b: &Prepared) -> (Graded, Graded) {
        let street = self.line(a.street, b.street);
        let extra = self.line(a.extra, b.extra);
        if !street.0.agrees() && !extra.0.agrees() {
            let crossed = (self.line(a.street, b.extra), self.line(a.extra, b.street));
            if crossed.0.0.agrees() || crossed.1.0.agrees() {
                let (level, other) =
                    if crossed.0.0.agrees() { (crossed.0, crossed.1) } else { (crossed.1, crossed.0) };
                let other = if other.0.agrees() { Level::Exchanged } else { Level::Missing };
                return ((Level::Exchanged, level.1), (other, 0.0));
            }
        }
        (with_number(street, a.number, b.number), extra)
    }

    fn line(&mut self, a: Option<Term>, b: Option<Term>) -> Graded {
        let Some((x, y)) = both(a, b) else { return NOTHING };
        let counts = &self.rarities.streets;
        let common = if counts.count(x) >= counts.count(y) { x } else { y };
        (self.streets.of(&self.lexicon.streets, x, y), counts.rarity(common))
    }

    fn state(&self, a: &Prepared, b: &Prepared) -> Graded {
        let Some((x, y)) = both(a.state, b.state) else { return NOTHING };
        (digits_level(&self.lexicon.states, x, y), self.rarities.states.rarity(x))
    }

    fn date(&self, a: &Prepared, b: &Prepared) -> Graded {
        let Some((x, y)) = both(a.date, b.date) else { return NOTHING };
        let rarity = self.rarities.dates.rarity(x);
        let (s, t) = (self.lexicon.dates.text(x), self.lexicon.dates.text(y));
        match digits_level(&self.lexicon.dates, x, y) {
            Level::Different if is_day_month_exchanged(s, t) => (Level::Exchanged, 0.0),
            Level::Different if s.get(..6) == t.get(..6) || s.get(4..) == t.get(4..) => (Level::Mixed, 0.0),
            Level::Same => (Level::Same, rarity),
            level => (level, 0.0),
        }
    }

    fn national(&self, a: &Prepared, b: &Prepared) -> Graded {
        best(&a.nationals, &b.nationals, |x, y| match digits_level(&self.lexicon.nationals, x, y) {
            Level::Same => (Level::Same, self.rarities.nationals.shared(x)),
            level => (level, 0.0),
        })
    }
}

fn any<T>(a: &[Term], b: &[Term], find: impl Fn(Term, Term) -> Option<T>) -> Option<T> {
    a.iter().find_map(|x| b.iter().find_map(|y| find(*x, *y)))
}

fn common(a: &[Term], b: &[Term]) -> Option<Term> {
    a.iter().copied().find(|term| b.contains(term))
}

fn both<T>(a: Option<T>, b: Option<T>) -> Option<(T, T)> {
    a.zip(b)
}

/// The best level among several values of each side.
fn best(a: &[Term], b: &[Term], mut grade: impl FnMut(Term, Term) -> Graded) -> Graded {
    let pairs = a.iter().flat_map(|x| b.iter().map(move |y| (*x, *y)));
    pairs.map(|(x, y)| grade(x, y)).min_by_key(|graded| graded.0).unwrap_or(NOTHING)
}

fn both_known(counts: &Frequencies, x: Term, y: Term) -> bool {
    let (x, y) = (counts.count(x), counts.count(y));
    x.min(y) >= KNOWN && f64::from(x.min(y)) >= KNOWN_SHARE * f64::from(x.max(y))
}

fn digits_level(terms: &Terms, x: Term, y: Term) -> Level {
    if x == y { Level::Same } else { spelling::numbers(terms.text(x), terms.text(y)) }
}

fn is_day_month_exchanged(a: &str, b: &str) -> bool {
    a.len() == 8 && b.len() == 8 && a[..4] == b[..4] && a[4..6] == b[6..] && a[6..] == b[4..6]
}

/// The wife's name says whose wife she is, not who she is: surely not the husband.
fn spouse(a: &str, b: &str) -> Option<Level> {
    match (name::husband(a), name::husband(b)) {
        (Some(husband), None) => Some(if husband == b { Level::Different } else { Level::Missing }),
        (None, Some(husband)) => Some(if husband == a { Level::Different } else { Level::Missing }),
        _ => None,
    }
}

fn initial(a: &str, b: &str) -> Option<Level> {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    (short.chars().count() == 1 && long.starts_with(short)).then_some(Level::Initial)
}

fn with_number((level, rarity): Graded, a: Option<u32>, b: Option<u32>) -> Graded {
    match (level, both(a, b).map(|(x, y)| x == y)) {
        (Level::Missing, _) => NOTHING,
        (level, Some(true)) if level.agrees() => (level, rarity),
        (level, None) if level.agrees() => (Level::Part, rarity),
        (level, Some(false)) if level.agrees() => (Level::Mixed, 0.0),
        _ => DIFFERENT,
    }
}

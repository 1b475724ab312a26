//! Compares two records, dimension by dimension.

use rustc_hash::FxHashMap;

use super::{
    level::{Comparison, Dimension, Level},
    prepared::{Lexicon, Prepared, Term, Terms},
    rarity::Rarities,
    spelling, text,
};

mod names;

type Graded = (Level, f32);
const NOTHING: Graded = (Level::Missing, 0.0);
const DIFFERENT: Graded = (Level::Different, 0.0);

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

fn both<T>(a: Option<T>, b: Option<T>) -> Option<(T, T)> {
    a.zip(b)
}

/// The best level among several values of each side.
fn best(a: &[Term], b: &[Term], mut grade: impl FnMut(Term, Term) -> Graded) -> Graded {
    let pairs = a.iter().flat_map(|x| b.iter().map(move |y| (*x, *y)));
    pairs.map(|(x, y)| grade(x, y)).min_by_key(|graded| graded.0).unwrap_or(NOTHING)
}

fn digits_level(terms: &Terms, x: Term, y: Term) -> Level {
    if x == y { Level::Same } else { spelling::numbers(terms.text(x), terms.text(y)) }
}

fn is_day_month_exchanged(a: &str, b: &str) -> bool {
    a.len() == 8 && b.len() == 8 && a[..4] == b[..4] && a[4..6] == b[6..] && a[6..] == b[4..6]
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

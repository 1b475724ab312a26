//! Compares names: both orders, familiar forms, errors, double surnames.

use super::{Comparer, DIFFERENT, Graded, NOTHING};
use crate::duplicates::{
    level::Level,
    name,
    prepared::{Prepared, Term, Words},
    rarity::Frequencies,
};

/// Two spellings are both known when the rarer one is met this often, and this often for each of the other.
const KNOWN: u32 = 4;
const KNOWN_SHARE: f64 = 0.05;

impl Comparer {
    /// Both names as they stand, or with family and given name exchanged when only so both agree.
    pub(super) fn name(&mut self, a: &Prepared, b: &Prepared) -> (Graded, Graded) {
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
        let crossed = match (a.either_order, b.either_order) {
            (true, _) => (self.surname(&a.given, &b.surname), self.given(&a.surname, &b.given)),
            (false, true) => (self.surname(&a.surname, &b.given), self.given(&a.given, &b.surname)),
            (false, false) => self.exchanged(a, b),
        };
        if crossed.0.0.agrees() && crossed.1.0.agrees() { crossed } else { straight }
    }

    /// Two names in named fields, filled in the wrong way round.
    fn exchanged(&mut self, a: &Prepared, b: &Prepared) -> (Graded, Graded) {
        let crossed = (self.words_level(&a.surname, &b.given).0, self.words_level(&a.given, &b.surname).0);
        if !crossed.0.agrees() || !crossed.1.agrees() {
            return (DIFFERENT, DIFFERENT);
        }
        let surname = self.rarities.surnames.rarity(a.surname[0]);
        let given = self.rarities.given.rarity(self.formal(a.given[0]));
        ((Level::Exchanged, surname.min(0.0)), (Level::Exchanged, given.min(0.0)))
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
}

fn any<T>(a: &[Term], b: &[Term], find: impl Fn(Term, Term) -> Option<T>) -> Option<T> {
    a.iter().find_map(|x| b.iter().find_map(|y| find(*x, *y)))
}

fn common(a: &[Term], b: &[Term]) -> Option<Term> {
    a.iter().copied().find(|term| b.contains(term))
}

fn both_known(counts: &Frequencies, x: Term, y: Term) -> bool {
    let (x, y) = (counts.count(x), counts.count(y));
    x.min(y) >= KNOWN && f64::from(x.min(y)) >= KNOWN_SHARE * f64::from(x.max(y))
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

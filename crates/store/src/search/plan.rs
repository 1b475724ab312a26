//! From what was typed to what the index is asked.
//!
//! Every alternative has a fixed worth, and no statistics of the index go into it: so another tenant's words do not
//! show through, and the order is the same after a merge, a rebuild and on another node.

use tantivy::{
    Term,
    query::{
        BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, FuzzyTermQuery, Occur, PhraseQuery, Query,
        TermQuery,
    },
    schema::{Field, IndexRecordOption},
};

use super::{
    parse::{Clause, Parsed, Typed},
    question::{self, AccessFilter, Order},
    schema::{Fields, Reader, SHORT_BEGINNING},
    words::stems,
};

pub(super) type Asked = Box<dyn Query>;

/// What a way to match is worth, in the title and in the body.
#[derive(Clone, Copy)]
struct Worth(f32, f32);

const LITERAL: f32 = 16.0;
const PHRASE: Worth = Worth(12.0, 8.0);
const AS_TYPED: Worth = Worth(10.0, 5.0);
const STEM: Worth = Worth(8.0, 4.0);
const BEGINNING: Worth = Worth(6.0, 3.0);
const SIMILAR: Worth = Worth(2.0, 1.0);

pub(super) struct Plan<'a> {
    pub fields: &'a Fields,
    pub question: &'a question::Query,
    pub parsed: &'a Parsed,
}

impl Plan<'_> {
    /// Whether similar words are tried for a clause, one by one.
    pub fn query(&self, similar: impl Fn(usize) -> bool) -> Asked {
        let mut parts = vec![(Occur::Must, self.readable())];
        for (at, clause) in self.parsed.wanted.iter().enumerate() {
            parts.push((Occur::Must, self.clause(clause, similar(at))));
        }
        for clause in &self.parsed.unwanted {
            parts.push((Occur::MustNot, self.clause(clause, false)));
        }
        Box::new(BooleanQuery::new(parts))
    }

    /// Only this one clause.
    pub fn alone(&self, clause: &Clause) -> Asked {
        all(vec![self.readable(), self.clause(clause, false)])
    }

    /// The filter that every query has: the caller's workspace, and in it what the caller may see.
    fn readable(&self) -> Asked {
        let workspace = self.question.workspace;
        let readers = match &self.question.access {
            AccessFilter::All => vec![Reader::All],
            AccessFilter::Teams(teams) => std::iter::once(Reader::Everyone)
                .chain(teams.iter().map(|team| Reader::Member(*team)))
                .collect(),
        };
        let terms = readers.into_iter().map(|reader| term(self.fields.read_by(workspace, reader)));
        worth(any(terms.collect()), 0.0)
    }

    fn clause(&self, clause: &Clause, similar: bool) -> Asked {
        match clause {
            Clause::Typed(typed) if similar => self.similar(typed),
            Clause::Typed(typed) => self.typed(typed),
            Clause::Phrase(words) => self.next_to_each_other(words),
        }
    }

    fn typed(&self, typed: &Typed) -> Asked {
        let mut ways = Vec::new();
        for literal in &typed.literals {
            ways.push(worth(term(Term::from_field_text(self.fields.exact, literal)), LITERAL));
            if typed.unfinished {
                ways.extend(self.beginning(literal, &[(self.fields.exact, BEGINNING.0)]));
            }
        }
        if let Some(joined) = &typed.joined {
            ways.push(self.word(joined, typed.unfinished));
        }
        match typed.words.as_slice() {
            [word] => ways.push(self.word(word, typed.unfinished)),
            words if typed.ordered => ways.push(self.next_to_each_other(words)),
            [words @ .., last] => {
                let words = words.iter().map(|word| self.word(word, false));
                ways.push(all(words.chain([self.word(last, typed.unfinished)]).collect()));
            }
            [] => {}
        }
        best(ways)
    }

    /// As typed, or another form of the word, or the beginning of one.
    fn word(&self, word: &str, unfinished: bool) -> Asked {
        let Fields { title, title_stems, body, body_stems, .. } = *self.fields;
        let mut ways = Vec::new();
        for stem in stems(word) {
            ways.push(worth(term(Term::from_field_text(title_stems, &stem)), STEM.0));
            ways.push(worth(term(Term::from_field_text(body_stems, &stem)), STEM.1));
        }
        // Without ranking this adds nothing: a word has its own stems.
        if self.question.order == Order::Relevance {
            ways.push(worth(term(Term::from_field_text(title, word)), AS_TYPED.0));
            ways.push(worth(term(Term::from_field_text(body, word)), AS_TYPED.1));
        }
        if unfinished {
            ways.extend(self.beginning(word, &[(title, BEGINNING.0), (body, BEGINNING.1)]));
        }
        best(ways)
    }

    /// Of one letter everything is a beginning; a few letters are a term, with more there are few words to look for.
    fn beginning(&self, text: &str, fields: &[(Field, f32)]) -> Vec<Asked> {
        let letters = text.chars().count();
        if SHORT_BEGINNING.contains(&letters) {
            return vec![worth(term(Term::from_field_text(self.fields.beginnings, text)), BEGINNING.1)];
        }
        let longer = fields.iter().filter(|_| letters > *SHORT_BEGINNING.end());
        longer.map(|(field, value)| worth(begins(*field, text), *value)).collect()
    }

    fn next_to_each_other(&self, words: &[String]) -> Asked {
        let phrase = |field| -> Asked {
            let mut terms: Vec<_> = words.iter().map(|word| Term::from_field_text(field, word)).collect();
            match terms.len() {
                1 => term(terms.remove(0)),
                _ => Box::new(PhraseQuery::new(terms)),
            }
        };
        let Fields { title, body, .. } = *self.fields;
        best(vec![worth(phrase(title), PHRASE.0), worth(phrase(body), PHRASE.1)])
    }

    /// For a word that nothing has: words and stems that differ by a letter or two.
    fn similar(&self, typed: &Typed) -> Asked {
        let Fields { title, title_stems, body, body_stems, .. } = *self.fields;
        let mut all_words = Vec::new();
        for word in &typed.words {
            let mut ways = vec![self.word(word, typed.unfinished)];
            let mut add = |text: &str, fields: [Field; 2]| {
                let Some(distance) = tolerated(text) else { return };
                for (field, value) in fields.into_iter().zip([SIMILAR.0, SIMILAR.1]) {
                    let query = FuzzyTermQuery::new(Term::from_field_text(field, text), distance, true);
                    ways.push(worth(Box::new(query), value));
                }
            };
            add(word, [title, body]);
            stems(word).iter().for_each(|stem| add(stem, [title_stems, body_stems]));
            all_words.push(best(ways));
        }
        all(all_words)
    }
}

/// How many letters may differ: none in a short word, where every other word is similar.
pub(super) fn tolerated(word: &str) -> Option<u8> {
    match word.chars().count() {
        _ if word.bytes().any(|byte| byte.is_ascii_digit()) => None,
        0..=4 => None,
        5..=7 => Some(1),
        _ => Some(2),
    }
}

fn term(term: Term) -> Asked {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

fn begins(field: Field, text: &str) -> Asked {
    Box::new(FuzzyTermQuery::new_prefix(Term::from_field_text(field, text), 0, true))
}

fn worth(query: Asked, worth: f32) -> Asked {
    Box::new(ConstScoreQuery::new(query, worth))
}

/// At least one, worth as much as the best of them.
fn best(mut ways: Vec<Asked>) -> Asked {
    if ways.len() == 1 { ways.remove(0) } else { Box::new(DisjunctionMaxQuery::new(ways)) }
}

fn any(mut ways: Vec<Asked>) -> Asked {
    if ways.len() == 1 { ways.remove(0) } else { Box::new(BooleanQuery::union(ways)) }
}

fn all(mut parts: Vec<Asked>) -> Asked {
    if parts.len() == 1 { parts.remove(0) } else { Box::new(BooleanQuery::intersection(parts)) }
}

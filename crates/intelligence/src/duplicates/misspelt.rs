//! Words that are probably a frequent word with one typing error: `Tóht` among three hundred `Tóth`.

use rustc_hash::FxHashMap;
use strsim::osa_distance;

use super::{
    given_names,
    prepared::{Term, Terms},
    text::deletions,
};

/// A word this many times more frequent is what was meant.
const TIMES: u32 = 12;
/// Shorter words have too many neighbours.
const SHORTEST: usize = 3;

/// For each word what was probably meant, often itself.
pub fn corrections(words: &Terms) -> Vec<Term> {
    let all = 0..words.counts().len() as Term;
    let mut by_deletion: FxHashMap<String, Vec<Term>> = FxHashMap::default();
    for word in all.clone().filter(|word| words.count(*word) >= TIMES && words.text(*word).len() >= SHORTEST)
    {
        for key in keys(words.text(word)) {
            by_deletion.entry(key).or_default().push(word);
        }
    }
    all.map(|word| meant(words, &by_deletion, word)).collect()
}

fn meant(words: &Terms, by_deletion: &FxHashMap<String, Vec<Term>>, word: Term) -> Term {
    let text = words.text(word);
    if text.len() < SHORTEST || given_names::is_known(text) {
        return word;
    }
    let near = keys(text).filter_map(|key| by_deletion.get(&key)).flatten().copied();
    near.filter(|other| words.count(*other) >= TIMES * words.count(word).max(1))
        .filter(|other| osa_distance(words.text(*other), text) == 1)
        .max_by_key(|other| (words.count(*other), std::cmp::Reverse(*other)))
        .unwrap_or(word)
}

fn keys(text: &str) -> impl Iterator<Item = String> {
    deletions(text).chain([text.to_owned()])
}

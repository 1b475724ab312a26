//! Given names and their familiar forms (`Pista` is `István`).

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use strsim::osa_distance;

use super::text::deletions;

static TABLE: LazyLock<FxHashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let lines = include_str!("given_names.txt").lines().filter(|line| !line.starts_with('#'));
    let entries: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(':')).collect();
    let mut table: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    for (formal, _) in &entries {
        table.entry(formal).or_default().push(formal);
    }
    for (formal, familiar) in &entries {
        for form in familiar.split_whitespace() {
            table.entry(form).or_default().push(formal);
        }
    }
    table
});

/// The formal names a folded form may stand for; a formal name stands for itself first.
pub fn formals(form: &str) -> &'static [&'static str] {
    TABLE.get(form).map_or(&[], Vec::as_slice)
}

pub fn is_known(form: &str) -> bool {
    TABLE.contains_key(form)
}

/// Known names by themselves and by what remains of them when one letter is left out.
static NEIGHBOURS: LazyLock<FxHashMap<String, Vec<&'static str>>> = LazyLock::new(|| {
    let mut neighbours: FxHashMap<String, Vec<&str>> = FxHashMap::default();
    let mut long: Vec<&str> = TABLE.keys().copied().filter(|name| name.len() >= SHORTEST).collect();
    long.sort_unstable();
    for name in long {
        for key in deletions(name).chain([name.to_owned()]) {
            neighbours.entry(key).or_default().push(name);
        }
    }
    neighbours
});
/// Shorter names are too near to each other to be recognised with an error in them.
const SHORTEST: usize = 4;

/// The known given names that are one typing error away from a word.
pub fn nearly(word: &str) -> Vec<&'static str> {
    if word.len() + 1 < SHORTEST || is_known(word) {
        return Vec::new();
    }
    let keys = deletions(word).chain([word.to_owned()]);
    let mut found: Vec<&str> = keys.filter_map(|key| NEIGHBOURS.get(&key)).flatten().copied().collect();
    found.retain(|name| osa_distance(name, word) == 1);
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn familiar_forms_lead_to_formal_names() {
        assert_eq!(formals("pista"), ["istvan"]);
        assert_eq!(formals("bandi"), ["andor", "andras", "endre"]);
        assert_eq!(formals("lilla").first(), Some(&"lilla"));
        assert!(formals("kovacs").is_empty());
    }

    #[test]
    fn one_error_does_not_hide_a_given_name() {
        assert!(nearly("isvtan").contains(&"istvan"));
        assert!(nearly("pissta").contains(&"pista"));
        assert!(nearly("horvath").is_empty());
    }
}

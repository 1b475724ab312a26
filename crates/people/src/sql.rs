//! Lists inside statements, in the form both engines know.

use store::Value;

/// `$3, $4, …`: places for `count` values after `used` others.
pub(crate) fn places(used: usize, count: usize) -> String {
    let places: Vec<String> = (used + 1..=used + count).map(|n| format!("${n}")).collect();
    places.join(", ")
}

/// Appends a list of ids to the parameters and gives their places.
pub(crate) fn append<T: Copy + Into<Value>>(params: &mut Vec<Value>, ids: &[T]) -> String {
    let places = places(params.len(), ids.len());
    params.extend(ids.iter().map(|id| (*id).into()));
    places
}

use kernel::Code;

use super::{
    report::{score, true_pairs},
    *,
};
use crate::lab::table::Table;

const HEADER: &str = "rec_id\tname\temail\tphone\ttrue_person\n";

fn records(text: &str) -> Result<Records> {
    Records::of(&Table::parse("people.tsv", text)?)
}

fn refusal(text: &str) -> Error {
    records(text).err().expect("the file is refused")
}

#[test]
fn the_person_is_told_by_a_column_or_by_the_number_in_the_id() {
    let named = records(&format!("{HEADER}r1\tKiss Anna\t\t\tp7\n")).unwrap();
    assert_eq!(named.persons, [Some("p7".to_owned())]);
    let numbered = records("rec_id\tsurname\nrec-12-dup-0\tkiss\nrec-12-org\tkis\n").unwrap();
    assert_eq!(numbered.persons[0], numbered.persons[1]);
}

#[test]
fn a_broken_file_is_refused_with_the_place_of_the_fault() {
    let short = refusal(&format!("{HEADER}r1\tKiss Anna\n"));
    assert_eq!(short.code, Code::Invalid);
    assert_eq!(short.detail.as_deref(), Some("line 2: 2 fields instead of 5"));
    assert_eq!(refusal("").code, Code::Invalid);
    assert_eq!(refusal("id\tname\n1\tKiss Anna\n").code, Code::Required);
    assert_eq!(refusal("rec_id\tcolour\nr1\tred\n").code, Code::Required);
    let twice = refusal(&format!("{HEADER}r1\tA\t\t\tp1\nr1\tB\t\t\tp2\n"));
    assert_eq!(twice.detail.as_deref(), Some("the rec_id r1 comes twice"));
}

#[test]
fn a_file_that_is_not_there_is_not_found() {
    let missing = Records::read(Path::new("no/such/file.tsv")).err().unwrap();
    assert_eq!(missing.code, Code::NotFound);
}

#[test]
fn a_file_without_persons_is_worked_but_not_scored() {
    let read = records("rec_id\tname\nr1\tKiss Anna\n").unwrap();
    assert_eq!(read.known().err().unwrap().code, Code::Required);
}

#[test]
fn true_pairs_are_counted_within_a_list_and_across_two() {
    let persons = ["a", "a", "a", "b", "b"].map(str::to_owned);
    assert_eq!(true_pairs(&persons, None), 4);
    assert_eq!(true_pairs(&persons, Some(2)), 2);
}

#[test]
fn the_figures_are_those_of_the_joined_pairs() {
    let read = records(&format!(
        "{HEADER}r1\tKovács Anna\tanna.kovacs71@example.hu\t+36301234567\tp1\n\
         r2\tAnna Kovacs\tanna.kovacs71@example.hu\t06301234567\tp1\n\
         r3\tSzabó Péter\tszabo.peter@example.org\t+36209876543\tp2\n"
    ))
    .unwrap();
    let persons = persons(&read, None).unwrap();
    let report = score(&work(&read, None, 1, None), &persons, true_pairs(&persons, None));
    assert_eq!((report.pairs, report.found, report.correct), (1, 1, 1));
    assert!((report.f1 - 1.0).abs() < 1e-9);
}

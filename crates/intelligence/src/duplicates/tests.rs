use proptest::prelude::*;

use super::*;

const SURNAMES: [&str; 12] = [
    "Almási", "Bakos", "Csordás", "Dobos", "Erdei", "Füzesi", "Gyarmati", "Hajdú", "Illés", "Jávor", "Kádár",
    "Lázár",
];
const GIVEN: [&str; 10] =
    ["Anna", "Béla", "Csaba", "Dóra", "Erzsébet", "Ferenc", "Gizella", "István", "Judit", "Katalin"];

fn contact(id: &str, name: &str, email: &str, phone: &str, street: &str) -> Record {
    Record::new(
        id,
        [(Kind::PersonName, name), (Kind::Email, email), (Kind::Phone, phone), (Kind::Street, street)],
    )
}

/// A hundred and twenty people; each third one came twice, the second time by another channel.
fn town() -> Vec<Record> {
    let mut records = Vec::new();
    for (i, (surname, given)) in SURNAMES.iter().flat_map(|s| GIVEN.iter().map(move |g| (s, g))).enumerate() {
        let email = format!("{}{}@posta{}.example", text::fold(given), 1000 + i * 7, i % 3);
        let phone = format!("+3620{:07}", 1_234_567 + i * 35_711);
        let street = format!("{} utca {}.", ["Kossuth", "Petőfi", "Ady", "Rákóczi"][i % 4], i + 1);
        records.push(contact(&format!("p{i}-a"), &format!("{surname} {given}"), &email, &phone, &street));
        if i % 3 == 0 {
            let turned = text::fold(&format!("{given} {surname}"));
            let local = phone.replacen("+36", "06", 1);
            records.push(contact(&format!("p{i}-b"), &turned, &email, &local, ""));
        }
    }
    records
}

fn town_with(more: impl IntoIterator<Item = Record>) -> Vec<Record> {
    town().into_iter().chain(more).collect()
}

fn place(records: &[Record], id: &str) -> usize {
    records.iter().position(|record| record.id == id).unwrap()
}

fn pair<'a>(findings: &'a Findings, records: &[Record], a: &str, b: &str) -> Option<&'a Found> {
    let (a, b) = (place(records, a), place(records, b));
    findings.pairs.iter().find(|found| (found.a, found.b) == (a.min(b), a.max(b)))
}

fn is_one(findings: &Findings, records: &[Record], a: &str, b: &str) -> bool {
    findings.groups[place(records, a)] == findings.groups[place(records, b)]
}

#[test]
fn people_who_came_twice_are_found_and_nobody_else() {
    let records = town();
    let findings = within(&records, 1, None);
    let joined: Vec<(&str, &str)> = findings
        .pairs
        .iter()
        .filter(|pair| pair.joined)
        .map(|pair| (records[pair.a].id.as_str(), records[pair.b].id.as_str()))
        .collect();
    assert_eq!(joined.len(), 40);
    assert!(joined.iter().all(|(a, b)| a.split('-').next() == b.split('-').next()), "{joined:?}");
}

#[test]
fn accents_order_familiar_names_and_titles_do_not_make_another_person() {
    let forms = [
        "Szentgyörgyi István",
        "Istvan Szentgyorgyi",
        "Dr. Szentgyörgyi Pista",
        "SZENTGYÖRGYI, István",
        "Nagy-Szentgyörgyi István",
        "Szentgyörgyi Isvtán",
    ];
    let more = forms.iter().enumerate();
    let records = town_with(more.map(|(i, form)| {
        contact(&format!("form{i}"), form, "", ["+36301112233", "06 30 111-2233"][i % 2], "")
    }));
    let findings = within(&records, 1, None);
    for (i, form) in forms.iter().enumerate() {
        assert!(is_one(&findings, &records, "form0", &format!("form{i}")), "{form}");
    }
}

#[test]
fn a_household_is_never_merged_by_itself() {
    const FAMILIES: [&str; 6] = ["Vadász", "Molnos", "Sárosi", "Bíró", "Takó", "Rostás"];
    let members = FAMILIES.iter().enumerate().flat_map(|(i, family)| {
        let (phone, street) =
            (format!("+3670{:07}", 7_654_321 - i * 1_001), format!("Iskola utca {}.", 200 + i));
        ["Tibor", "Mónika", "Zoltán"].map(|given| {
            contact(&format!("{family}-{given}"), &format!("{family} {given}"), "", &phone, &street)
        })
    });
    let records = town_with(members);
    let findings = within(&records, 1, None);
    for family in FAMILIES {
        for (a, b) in [("Tibor", "Mónika"), ("Tibor", "Zoltán"), ("Mónika", "Zoltán")] {
            let (a, b) = (format!("{family}-{a}"), format!("{family}-{b}"));
            assert!(!is_one(&findings, &records, &a, &b), "{:?}", pair(&findings, &records, &a, &b));
        }
    }
}

#[test]
fn the_name_alone_is_never_enough_to_merge_without_asking() {
    let records = town_with([contact("x", "Almási Anna", "", "", "")]);
    let findings = within(&records, 1, None);
    let found = pair(&findings, &records, "p0-a", "x");
    assert!(found.is_none_or(|found| found.band != Band::Auto));
}

#[test]
fn a_contradicting_record_is_not_carried_along_by_a_chain() {
    let records = town_with([
        contact("son", "Vadász Tibor", "tibor.vadasz84@posta.example", "+36701234321", "Iskola utca 201."),
        contact("both", "Vadász", "", "+36701234321", "Iskola utca 201."),
        contact(
            "mother",
            "Vadász Mónika",
            "monika.vadasz61@posta.example",
            "+36701234321",
            "Iskola utca 201.",
        ),
    ]);
    let findings = within(&records, 1, None);
    assert!(!is_one(&findings, &records, "son", "mother"));
}

#[test]
fn across_two_lists_only_pairs_of_both_are_found() {
    let (left, right): (Vec<Record>, Vec<Record>) =
        town().into_iter().partition(|record| record.id.ends_with("-a"));
    let findings = across(&left, &right, 1, None);
    assert!(findings.pairs.iter().all(|pair| pair.a < left.len() && pair.b >= left.len()));
    assert_eq!(findings.pairs.iter().filter(|pair| pair.joined).count(), right.len());
}

#[test]
fn the_reasons_of_a_pair_add_up_to_its_probability() {
    let findings = within(&town(), 1, None);
    assert!(!findings.pairs.is_empty());
    for found in &findings.pairs {
        let sum: f32 = found
            .reasons
            .iter()
            .map(|reason| match reason {
                Reason::Prior { weight }
                | Reason::Field { weight, .. }
                | Reason::Household { weight }
                | Reason::Group { weight } => *weight,
            })
            .sum();
        let probability = 1.0 / (1.0 + (-sum).exp());
        assert!((probability - found.probability).abs() < 1e-3, "{found:?}");
    }
}

#[test]
fn decisions_teach() {
    let colleagues = (0..30).map(|i| {
        let name = format!("{} {}", SURNAMES[i % 12], GIVEN[(i * 7 + 3) % 10]);
        contact(&format!("c{i}"), &name, &format!("iroda{}@ceg.example", i / 2 + 100), "", "")
    });
    let records = town_with(colleagues);
    let never = |a: usize, b: usize| {
        let offices = records[a].id.starts_with('c') && records[b].id.starts_with('c');
        Some(!offices && records[a].id.split('-').next() == records[b].id.split('-').next())
    };
    let taught = learn(&records, 1, never);
    let right = |findings: &Findings| {
        findings.pairs.iter().filter(|pair| pair.joined && never(pair.a, pair.b) == Some(false)).count()
    };
    assert_eq!(right(&within(&records, 1, Some(&taught))), 0);
    assert_eq!(within(&records, 1, Some(&taught)).pairs.iter().filter(|pair| pair.joined).count(), 40);
}

#[test]
fn undecided_pairs_teach_nothing() {
    let records = town();
    let taught = learn(&records, 1, |_, _| None);
    let (without, with) = (within(&records, 1, None), within(&records, 1, Some(&taught)));
    assert_eq!(without.pairs, with.pairs);
}

#[test]
fn a_key_that_everybody_shares_is_skipped_and_counted() {
    let crowd = (0..400).map(|i| {
        let name = format!("{} {}", SURNAMES[i % 12], GIVEN[(i / 12) % 10]);
        contact(&format!("w{i}"), &name, "info@ceg.example", "", "")
    });
    let findings = within(&crowd.collect::<Vec<_>>(), 1, None);
    assert!(findings.skipped_keys > 0);
    assert!(findings.compared < 400 * 399 / 2);
}

#[test]
fn short_lists_are_answered_too() {
    assert!(within(&[], 1, None).groups.is_empty());
    let one = [contact("a", "Kiss Anna", "", "", "")];
    assert_eq!(within(&one, 1, None).groups, [0]);
    let silent = [contact("a", "", "", "", ""), contact("b", "", "", "", "")];
    assert_eq!(within(&silent, 1, None).groups, [0, 1]);
    assert!(across(&one, &[], 1, None).pairs.is_empty());
}

#[test]
fn the_same_list_gives_the_same_answer_byte_for_byte() {
    let records = town();
    let answer = || {
        let findings = within(&records, 7, None);
        serde_json::to_string(&(findings.pairs, findings.groups, findings.model)).unwrap()
    };
    assert_eq!(answer(), answer());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_the_list_does_not_matter(shuffled in Just(town()).prop_shuffle()) {
        let ids = |records: &[Record]| {
            let findings = within(records, 1, None);
            let mut pairs: Vec<(String, String, u32, Band)> = findings.pairs.iter().map(|pair| {
                let (a, b) = (records[pair.a].id.clone(), records[pair.b].id.clone());
                (a.clone().min(b.clone()), a.max(b), pair.probability.to_bits(), pair.band)
            }).collect();
            pairs.sort_by(|x, y| (&x.0, &x.1).cmp(&(&y.0, &y.1)));
            pairs
        };
        prop_assert_eq!(ids(&town()), ids(&shuffled));
    }

    #[test]
    fn whatever_stands_in_the_fields_is_read(values in prop::collection::vec(("\\PC{0,24}", "\\PC{0,16}", "\\PC{0,16}", "\\PC{0,24}"), 0..12)) {
        let records: Vec<Record> = values
            .iter()
            .enumerate()
            .map(|(i, (name, email, phone, street))| contact(&i.to_string(), name, email, phone, street))
            .collect();
        prop_assert_eq!(within(&records, 1, None).groups.len(), records.len());
    }
}

//! Who a row is, what it says, and that it is said once.

use people::persons::{self, Handle, IdentityKind};
use serde_json::json;

use super::{Target, actions, column, counts, desks, is_people, targets};
use crate::imports::{ImportKind, Mapping, ValueType};

const CUSTOMERS: &str = "Vevőkód;Vezetéknév;Keresztnév;E-mail cím;Telefonszám;Irányítószám;Pontok;Hírlevél;Születésnap\r\n\
    V-1;Kovács;Anna;anna@pelda.example;06 30 123 4567;1011;1 234,5;igen;1990. 05. 12.\r\n\
    V-2;Szűcs-Kőrösi;Béla;bela@pelda.example;;6720;;nem;\r\n";

#[tokio::test]
async fn a_hungarian_table_becomes_people_without_anybodys_word() {
    for desk in desks().await {
        let import = desk.upload(CUSTOMERS.as_bytes()).await;
        assert!(is_people(&import));
        let guessed = [Target::UserId, Target::LastName, Target::FirstName, Target::Email, Target::Phone];
        assert_eq!(targets(&import)[..5], guessed);
        let types: Vec<_> = import.mapping.columns[5..].iter().map(|column| column.value_type).collect();
        let expected = [ValueType::Text, ValueType::Number, ValueType::Boolean, ValueType::Date].map(Some);
        assert_eq!(types, expected);
        assert_eq!(desk.run(&import).await, counts(2, 0, 0, 0));
        let people = desk.people().await;
        let anna = &people[0];
        assert_eq!(anna.name.as_deref(), Some("Kovács Anna"));
        assert_eq!(
            (anna.email.as_deref(), anna.phone.as_deref()),
            (Some("anna@pelda.example"), Some("06 30 123 4567"))
        );
        let traits = json!({ "first_name": "Anna", "last_name": "Kovács", "Irányítószám": "1011", "Pontok": 1234.5,
            "Hírlevél": true, "Születésnap": "1990-05-12" });
        assert_eq!(json!(anna.traits), traits);
        let id = &anna.identities.iter().find(|one| one.kind == IdentityKind::External).expect("an id");
        assert_eq!((id.value.as_str(), id.verified, id.source.as_str()), ("V-1", true, "import"));
        assert_eq!(people[1].name.as_deref(), Some("Szűcs-Kőrösi Béla"));
        assert_eq!(anna.last_seen_at, None, "nobody was here");
    }
}

#[tokio::test]
async fn the_better_name_of_an_id_wins_whichever_comes_first_and_who_serves_is_no_customer() {
    for desk in desks().await {
        use Target::{Email, Event, Name, Phone, Property, Trait, UserId};
        let guessed = async |file: &str| targets(&desk.upload(file.as_bytes()).await);
        assert_eq!(guessed("id;user id;name\n7;U-1;Anna\n").await, [Trait, UserId, Name]);
        assert_eq!(guessed("id;email\n7;a@pelda.example\n").await, [UserId, Email]);
        assert_eq!(guessed("id;user id;event\n7;U-1;Bought\n").await, [Property, UserId, Event]);
        assert_eq!(guessed("id;email;event\n7;a@pelda.example;Bought\n").await, [Property, Email, Event]);
        // The header's word goes before what stands in an earlier column.
        assert_eq!(guessed("kapcsolat;email\nx@pelda.example;a@pelda.example\n").await, [Trait, Email]);
        assert_eq!(guessed("kapcsolat;cím\n06301234567;a@pelda.example\n").await, [Phone, Email]);
        let rows = (0..10).fold("ügyintéző;vevőkód\n".to_owned(), |rows, number| {
            rows + &format!("bela@csipke.example;V-{number}\n")
        });
        assert_eq!(guessed(&rows).await, [Trait, UserId]);
        assert_eq!(guessed(&rows.replace("ügyintéző", "email")).await, [Trait, UserId]);
    }
}

#[tokio::test]
async fn the_same_file_again_changes_nothing_and_says_so() {
    for desk in desks().await {
        desk.import(CUSTOMERS).await;
        let before = desk.everything().await;
        let again = desk.upload(CUSTOMERS.as_bytes()).await;
        assert_eq!(desk.dry_run(&again).await, counts(0, 0, 2, 0));
        assert_eq!(desk.run(&again).await, counts(0, 0, 2, 0));
        assert_eq!(desk.everything().await, before);
    }
}

#[tokio::test]
async fn a_dry_run_says_what_the_run_does_and_changes_nothing() {
    for desk in desks().await {
        desk.import("id,name,city\nA,Anna,Vác\nB,Béla,Pécs\n").await;
        let before = desk.everything().await;
        let file =
            "id,name,city\nA,Anna,Vác\nB,Béla,Szeged\nC,Cili,Eger\nC,Cili,Eger\nC,Cili,Győr\nnull,X,Y\n";
        let import = desk.upload(file.as_bytes()).await;
        let expected = counts(1, 2, 2, 1);
        assert_eq!(desk.dry_run(&import).await, expected);
        assert_eq!(desk.everything().await, before);
        let first = desk.find(import.id).await.dry_run.expect("found").first;
        assert_eq!((first.len(), first[0].line, first[0].wrong.code.as_str()), (1, 7, "meaningless_id"));
        assert_eq!(desk.run(&import).await, expected);
        let people = desk.people().await;
        let cities: Vec<_> =
            people.iter().map(|person| person.traits["city"].as_str().expect("text")).collect();
        assert_eq!(cities, ["Vác", "Szeged", "Győr"]);
    }
}

#[tokio::test]
async fn an_address_leads_to_whom_it_leads_already_and_a_second_one_is_a_claim() {
    for desk in desks().await {
        let handle = Handle {
            kind: IdentityKind::Email,
            value: "anna@pelda.example".into(),
            name: None,
            verified: false,
            source: "mail".into(),
        };
        let met = desk.write(move |tx| persons::resolve(tx, &handle)).await;
        assert_eq!(desk.import("email;name\nAnna@pelda.example;Anna\n").await, counts(0, 1, 0, 0));
        let people = desk.people().await;
        assert_eq!((people.len(), people[0].id, people[0].name.as_deref()), (1, met, Some("Anna")));
        // Named beside a user id the address merges nobody.
        assert_eq!(desk.import("user id;email\nU-1;anna@pelda.example\n").await, counts(1, 0, 0, 0));
        let people = desk.people().await;
        assert_eq!(people.len(), 2);
        let claimed = people.iter().find(|person| person.id != met).expect("the second");
        assert_eq!(claimed.email.as_deref(), Some("anna@pelda.example"));
        // It still leads to whom it led.
        assert_eq!(desk.import("email;name\nanna@pelda.example;Kovács Anna\n").await, counts(0, 1, 0, 0));
        assert_eq!(
            desk.people().await.iter().find(|one| one.id == met).and_then(|one| one.name.clone()).as_deref(),
            Some("Kovács Anna")
        );
    }
}

#[tokio::test]
async fn rows_of_one_batch_that_are_about_one_person_count_in_their_order() {
    for desk in desks().await {
        let file = "id,email,city\nU,u@pelda.example,Vác\n,u@pelda.example,Pécs\nU,,Eger\nU,,Eger\n";
        assert_eq!(desk.import(file).await, counts(1, 2, 1, 0));
        let people = desk.people().await;
        assert_eq!((people.len(), &people[0].traits["city"]), (1, &json!("Eger")));
    }
}

#[tokio::test]
async fn rows_about_one_known_person_by_different_values_count_in_their_order() {
    for desk in desks().await {
        desk.import("id,email,city\nU,u@pelda.example,Vác\n").await;
        let file = "id,email,city\n,u@pelda.example,Pécs\nU,,Vác\n";
        assert_eq!(desk.import(file).await, counts(0, 2, 0, 0));
        assert_eq!(desk.people().await[0].traits["city"], json!("Vác"));
    }
}

#[tokio::test]
async fn a_part_of_the_name_that_is_left_empty_stays_as_it_is_known() {
    for desk in desks().await {
        desk.import("id;vezetéknév;keresztnév\nU;Kovács;Anna\n").await;
        assert_eq!(desk.import("id;vezetéknév;keresztnév\nU;;Anna\n").await, counts(0, 0, 1, 0));
        assert_eq!(desk.import("id;keresztnév\nU;Anikó\n").await, counts(0, 1, 0, 0));
        assert_eq!(desk.people().await[0].name.as_deref(), Some("Kovács Anikó"));
        assert_eq!(desk.import("id;keresztnév\nV;Béla\n").await, counts(1, 0, 0, 0));
        assert_eq!(desk.people().await[0].name.as_deref(), Some("Béla"));
    }
}

#[tokio::test]
async fn nobody_became_a_customer_in_the_future() {
    for desk in desks().await {
        let import = desk.upload(b"id;created_at\nU;2031-01-01\nV;2020-01-01\nW;1177301611111018\n").await;
        assert_eq!(targets(&import), [Target::UserId, Target::CreatedAt]);
        assert_eq!(desk.run(&import).await, counts(1, 0, 0, 2));
        let wrong = "invalid_date".to_owned();
        assert_eq!(desk.asides(import.id).await, [(2, wrong.clone()), (4, wrong)]);
        let cards = desk.upload(b"id;card\nU;1177301611111018\n").await;
        assert_eq!(cards.mapping.columns[1].value_type, Some(ValueType::Text));
    }
}

#[tokio::test]
async fn somebody_met_by_facts_came_with_the_earliest_and_was_last_here_at_the_latest() {
    for desk in desks().await {
        let file = "user_id;event;time\nU;Bought;2026-03-02T00:00:00Z\nU;Bought;2026-03-01T00:00:00Z\nU;Bought;2026-03-03T00:00:00Z\n";
        assert_eq!(desk.import(file).await, counts(3, 0, 0, 0));
        let person = desk.people().await.remove(0);
        assert_eq!(person.created_at.to_string(), "2026-03-01T00:00:00.000Z");
        assert_eq!(person.last_seen_at.expect("seen").to_string(), "2026-03-03T00:00:00.000Z");
    }
}

#[tokio::test]
async fn what_was_told_after_the_import_counts_until_it_is_imported_again() {
    for desk in desks().await {
        desk.import("id,name\nU,Anna\n").await;
        desk.db.clock().advance(std::time::Duration::from_secs(60));
        let id = desk.people().await[0].id;
        let change = persons::PersonChange { name: Some(Some("Kovács Anna".into())), ..Default::default() };
        desk.write(move |tx| persons::change(tx, id, &change, "agent")).await;
        desk.db.clock().advance(std::time::Duration::from_secs(60));
        assert_eq!(
            desk.import("id,name,city\nU,,Vác\n").await,
            counts(0, 1, 0, 0),
            "an empty cell takes nothing away"
        );
        assert_eq!(desk.people().await[0].name.as_deref(), Some("Kovács Anna"));
        assert_eq!(desk.import("id,name\nU,Anna\n").await, counts(0, 1, 0, 0));
        assert_eq!(desk.people().await[0].name.as_deref(), Some("Anna"));
    }
}

#[tokio::test]
async fn facts_stand_on_the_timelines_once_however_often_the_file_comes() {
    for desk in desks().await {
        desk.import("id,name\nU-1,Anna\n").await;
        let file = "user_id;esemény;időpont;termék;ár\nU-1;Vásárlás;2026. 03. 01. 12:00;Mécses;1 990\n\
            U-1;Vásárlás;2026. 03. 02. 12:00;Gyertya;990,5\nU-2;Vásárlás;holnap;Mécses;1\n";
        let import = desk.upload(file.as_bytes()).await;
        assert_eq!(import.mapping.kind, ImportKind::Facts);
        assert_eq!(desk.dry_run(&import).await, counts(2, 0, 0, 1));
        assert_eq!(desk.run(&import).await, counts(2, 0, 0, 1));
        assert_eq!(desk.import(file).await, counts(0, 0, 2, 1));
        let facts = desk.facts().await;
        let bought: Vec<_> = facts.iter().filter(|(name, _)| name == "event:Vásárlás").collect();
        assert_eq!(bought.len(), 2);
        assert_eq!(bought[0].1["properties"], json!({ "termék": "Mécses", "ár": 1990 }));
        assert_eq!(desk.people().await.len(), 1, "a row that was set aside makes nobody");
    }
}

#[tokio::test]
async fn a_fact_with_an_id_of_its_own_is_known_in_any_file() {
    for desk in desks().await {
        let line = |id: &str| {
            format!(
                "{{\"userId\":\"U\",\"event\":\"Order Completed\",\"timestamp\":\"2026-03-01T10:00:00Z\",\"messageId\":\"{id}\",\"properties\":{{\"total\":12.5,\"items\":[1,2]}}}}\n"
            )
        };
        assert_eq!(desk.import(&(line("a") + &line("b") + &line("a"))).await, counts(2, 0, 1, 0));
        assert_eq!(desk.import(&(line("b") + &line("c"))).await, counts(1, 0, 1, 0));
        let facts = desk.facts().await;
        let fact = facts.iter().find(|(name, _)| name == "event:Order Completed").expect("one");
        assert_eq!(fact.1["properties"], json!({ "total": 12.5, "items": [1, 2] }));
    }
}

#[tokio::test]
async fn a_mapping_must_say_who_and_what() {
    for desk in desks().await {
        let import = desk.upload(b"city,name\nEger,Anna\n").await;
        let id = import.id;
        let refused = desk.db.write(&desk.caller, move |tx| actions::run(tx, id, None)).await;
        assert_eq!(refused.expect_err("refused").code.as_str(), "no_identity");
        let (format, kind) = (import.format.clone(), import.mapping.kind);
        let change = |columns: Vec<_>| {
            let (format, mapping) = (format.clone(), Mapping { kind, columns, event: None });
            desk.db.write(&desk.caller, move |tx| actions::change(tx, id, format.clone(), mapping.clone()))
        };
        let twice = vec![column(Target::Name), column(Target::Name)];
        assert_eq!(change(twice).await.expect_err("refused").code.as_str(), "already_exists");
        let short = vec![column(Target::Name)];
        assert_eq!(change(short).await.expect_err("refused").code.as_str(), "invalid");
        let foreign = vec![column(Target::Event), column(Target::Name)];
        assert_eq!(change(foreign).await.expect_err("refused").code.as_str(), "invalid");
        let good = vec![column(Target::UserId), column(Target::Name)];
        change(good).await.expect("taken");
        assert_eq!(desk.run(&import).await, counts(1, 0, 0, 0));
    }
}

//! Files as they come: damaged, huge, empty, hostile.

use super::{counts, desks, targets};
use crate::imports::{Encoding, Separator, Target};

#[tokio::test]
async fn a_table_of_a_hungarian_spreadsheet_is_read_in_its_encoding() {
    for desk in desks().await {
        let text =
            "Név;E-mail\r\n\"Őry „Öcsi” Ödön\r\nifjabb\";odon@pelda.example\r\nÁgnes;agnes@pelda.example";
        let (bytes, _, lost) = encoding_rs::WINDOWS_1250.encode(text);
        assert!(!lost);
        let import = desk.upload(&bytes).await;
        assert_eq!(
            (import.format.encoding, import.format.separator),
            (Encoding::Windows1250, Separator::Semicolon)
        );
        assert_eq!(desk.run(&import).await, counts(2, 0, 0, 0));
        let names: Vec<_> = desk.people().await.into_iter().filter_map(|person| person.name).collect();
        assert_eq!(names, ["Ágnes", "Őry „Öcsi” Ödön ifjabb"]);
        let marked = [b"\xef\xbb\xbf", "Név\te-mail\nÉva\teva@pelda.example\n".as_bytes()].concat();
        let import = desk.upload(&marked).await;
        assert_eq!(targets(&import), [Target::Name, Target::Email]);
        assert_eq!(desk.run(&import).await, counts(1, 0, 0, 0));
    }
}

#[tokio::test]
async fn rows_that_cannot_be_worked_are_set_aside_with_their_line_and_their_neighbours_go_on() {
    for desk in desks().await {
        let mut file = b"id;email;name\n".to_vec();
        file.extend("1;jo@pelda.example;Árvíztűrő tükörfúrógép, árvíztűrő tükörfúrógép, árvíz\n".as_bytes()); // 2
        file.extend(b"2;nem-cim;X\n"); // 3
        file.extend(b"3;nul@pelda.example;a\0b\n"); // 4
        file.extend(b"4;utf@pelda.example;\xff\xfe\n"); // 5
        file.extend(b"5;too;many;cells\n"); // 6
        file.extend(b"6;few\n"); // 7
        file.extend(b";;Senki\n"); // 8
        file.extend(b"\n;;\n"); // 9 and 10 are blank
        file.extend(b"null;;X\n"); // 11
        file.extend("7;utolso@pelda.example;Utolsó\n".as_bytes()); // 12
        let import = desk.upload(&file).await;
        assert_eq!(desk.run(&import).await, counts(2, 0, 0, 7));
        let expected = [
            (3, "invalid_email"),
            (4, "invalid_encoding"),
            (5, "invalid_encoding"),
            (6, "wrong_cell_count"),
            (7, "wrong_cell_count"),
            (8, "no_identity"),
            (11, "meaningless_id"),
        ];
        assert_eq!(desk.asides(import.id).await, expected.map(|(line, code)| (line, code.to_owned())));
    }
}

#[tokio::test]
async fn a_quotation_mark_that_nobody_closes_loses_its_own_line_only() {
    for desk in desks().await {
        for (at, end) in ["\n", "\r\n", "\r"].into_iter().enumerate() {
            let file =
                "id;name\n1;\"Anna\n2;Béla\n3;\"Cili \"\"C\"\"\"\n4;\"Dani\n5;Ede\n".replace('\n', end);
            let import = desk.upload(file.as_bytes()).await;
            let expected = if at == 0 { counts(3, 0, 0, 2) } else { counts(0, 0, 3, 2) };
            assert_eq!(desk.run(&import).await, expected, "{end:?}");
            let names: Vec<_> = desk.people().await.into_iter().filter_map(|person| person.name).collect();
            assert_eq!(names, ["Béla", "Cili \"C\"", "Ede"]);
            assert_eq!(
                desk.asides(import.id).await,
                [(2, "unclosed_quote".to_owned()), (5, "unclosed_quote".to_owned())],
                "{end:?}"
            );
        }
    }
}

#[tokio::test]
async fn lines_may_end_as_old_spreadsheets_ended_them() {
    for desk in desks().await {
        let file = "user id;event;price\rU;Bought;1\rU;Bought;2\r\rU;Bought;sok\r";
        let import = desk.upload(file.as_bytes()).await;
        assert_eq!(desk.dry_run(&import).await, counts(3, 0, 0, 0));
    }
}

#[tokio::test]
async fn a_text_that_no_database_holds_is_set_aside_and_its_neighbours_go_on() {
    for desk in desks().await {
        let file = "{\"id\":\"1\",\"name\":\"Anna\",\"tags\":[\"a\"]}\n\
            {\"id\":\"2\",\"name\":\"B\\u0000la\"}\n{\"id\":\"3\",\"tags\":[\"\\u0000\"]}\n{\"id\":\"4\",\"name\":\"Cili\"}\n";
        let import = desk.upload(file.as_bytes()).await;
        assert_eq!(desk.run(&import).await, counts(2, 0, 0, 2));
        let wrong = "invalid_encoding".to_owned();
        assert_eq!(desk.asides(import.id).await, [(2, wrong.clone()), (3, wrong)]);
    }
}

#[tokio::test]
async fn a_cell_of_ten_megabytes_is_set_aside_without_being_held() {
    for desk in desks().await {
        let long = "x".repeat(10 * 1024 * 1024);
        let file = format!("id;name\n1;Anna\n2;{long}\n3;Cili\n4;\"{long}\n5;Ede\n");
        let import = desk.upload(file.as_bytes()).await;
        assert_eq!(desk.run(&import).await, counts(3, 0, 0, 2));
        let lines: Vec<u64> = desk.asides(import.id).await.into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [3, 5]);
    }
}

#[tokio::test]
async fn headers_may_be_doubled_or_missing() {
    for desk in desks().await {
        let import = desk.upload(b"email,email,,\nmain@pelda.example,second@pelda.example,x,\n").await;
        assert_eq!(import.format.headers, ["email", "email (2)", "#3", "#4"]);
        assert_eq!(targets(&import)[..2], [Target::Email, Target::Email]);
        assert_eq!(desk.run(&import).await, counts(1, 0, 0, 0));
        assert_eq!(desk.people().await[0].identities.len(), 2);
    }
}

#[tokio::test]
async fn a_file_without_rows_does_nothing_and_one_without_anything_is_refused() {
    for desk in desks().await {
        let import = desk.upload(b"id;name\r\n").await;
        assert_eq!(desk.dry_run(&import).await, counts(0, 0, 0, 0));
        assert_eq!(desk.run(&import).await, counts(0, 0, 0, 0));
        for nothing in [&b""[..], b"\xef\xbb\xbf \r\n"] {
            assert_eq!(desk.try_upload(nothing).await.expect_err("refused").code.as_str(), "required");
        }
    }
}

#[tokio::test]
async fn the_table_of_errors_can_be_corrected_and_imported_again() {
    for desk in desks().await {
        let file = "id;email;name;=ár\n1;rossz;=HYPERLINK(\"http://x\");1,5\n2;jo@pelda.example;Jó;\n3;rossz is;'-20 %;\n";
        let import = desk.upload(file.as_bytes()).await;
        assert_eq!(desk.run(&import).await, counts(1, 0, 0, 2));
        let table = desk.error_table(import.id).await;
        assert!(table.contains("\"'=HYPERLINK(\"\"http://x\"\")\""), "{table}");
        assert!(table.contains("\"2\";\"email: Ez nem érvényes e-mail-cím.\""), "{table}");
        let corrected =
            table.replace("\"rossz\"", "\"jobb@pelda.example\"").replace("rossz is", "legjobb@pelda.example");
        let again = desk.upload(corrected.as_bytes()).await;
        assert_eq!(targets(&again)[..3], [Target::UserId, Target::Email, Target::Name]);
        assert_eq!(targets(&again)[4..], [Target::Ignore; 3]);
        assert_eq!((again.format.separator, again.format.headers[3].as_str()), (Separator::Semicolon, "=ár"));
        assert_eq!(desk.run(&again).await, counts(2, 0, 0, 0));
        let names: Vec<_> = desk.people().await.into_iter().filter_map(|person| person.name).collect();
        assert_eq!(names, ["'-20 %", "=HYPERLINK(\"http://x\")", "Jó"], "as it stood in the first file");
        assert!(
            desk.people()
                .await
                .iter()
                .any(|person| person.traits.get("=ár") == Some(&serde_json::json!(1.5)))
        );
    }
}

#[tokio::test]
async fn json_lines_keep_their_types_and_what_is_no_object_is_set_aside() {
    for desk in desks().await {
        let file = "{\"id\":\"1\",\"traits\":{\"name\":\"Anna\",\"score\":3,\"vip\":true,\"tags\":[\"a\"]}}\n\
            nonsense\n[1]\n\n{\"id\":\"2\",\"traits\":{\"score\":\"sok\"}}\n";
        let import = desk.upload(file.as_bytes()).await;
        assert_eq!(desk.run(&import).await, counts(2, 0, 0, 2));
        let anna = &desk.people().await[1];
        assert_eq!(anna.name.as_deref(), Some("Anna"));
        let traits = serde_json::json!({ "score": "3", "tags": ["a"], "vip": true });
        assert_eq!(serde_json::json!(anna.traits), traits, "a column of numbers and words is one of words");
        assert_eq!(
            desk.asides(import.id).await,
            [(2, "invalid_json".to_owned()), (3, "invalid_json".to_owned())]
        );
        let table = desk.error_table(import.id).await;
        assert!(table.contains("\"nonsense\""), "{table}");
    }
}

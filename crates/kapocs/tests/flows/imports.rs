//! A file becomes people: over the wire, across a restart, by whoever may.

use serde_json::{Value as Json, json};
use testkit::{Answer, Client, Engine, TestApp, on_both_engines, servers::wait_until, text};

on_both_engines! {
    a_file_is_looked_at_tried_and_imported_and_its_wrong_rows_come_back_as_a_table
    an_import_that_the_server_left_in_the_middle_goes_on_after_a_restart
    agents_import_nothing_and_what_is_no_table_is_refused
}

fn send(client: &Client, name: &str, bytes: &[u8]) -> Answer {
    let head = format!(
        "--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/csv\r\n\r\n"
    );
    let body = [head.as_bytes(), bytes, b"\r\n--cut--\r\n"].concat();
    client.raw("POST", "imports", &[("content-type", "multipart/form-data; boundary=cut")], &body)
}

#[track_caller]
fn upload(client: &Client, name: &str, bytes: &[u8]) -> Json {
    let answer = send(client, name, bytes);
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

fn until(app: &TestApp, path: &str, state: &str) -> Json {
    wait_until(&format!("the import to be {state}"), || {
        let import = app.get(path);
        (import["state"] == state).then_some(import)
    })
}

fn a_file_is_looked_at_tried_and_imported_and_its_wrong_rows_come_back_as_a_table(engine: Engine) {
    let app = TestApp::start(engine);
    let (lead, _) = app.user("Kiss Lea", "lea@kapocs.example", "lead");
    let file = "Kód;Név;E-mail;Kedvenc\nV-1;Kovács Anna;anna@pelda.example;=1+1\nV-2;Béla;rossz;Mécses\n";
    let import = upload(&lead, "vevok.csv", file.as_bytes());
    let path = format!("imports/{}", text(&import["id"]));
    assert_eq!(import["columns"][0]["as"], "trait");
    let mut columns = import["columns"].clone();
    columns[0] = json!({ "as": "user_id" });
    let changed = lead.patch(&path, json!({ "columns": columns }));
    assert_eq!(changed["columns"][0]["as"], "user_id");
    let preview = lead.get(&format!("{path}/preview"));
    assert_eq!(preview["rows"][0]["person"]["user_id"], "V-1");
    assert_eq!(
        (&preview["rows"][1]["outcome"], &preview["rows"][1]["wrong"]["code"]),
        (&json!("wrong"), &json!("invalid_email"))
    );
    lead.post(&format!("{path}/dry-run"), Json::Null);
    let tried = wait_until("the dry run to end", || {
        let import = app.get(&path);
        import["dry_run"]["finished_at"].is_string().then_some(import)
    });
    let expected = json!({ "created": 1, "changed": 0, "unchanged": 0, "wrong": 1 });
    assert_eq!(tried["dry_run"]["counts"], expected);
    assert_eq!(app.get("people?query=Kov%C3%A1cs")["items"], json!([]));
    lead.post(&format!("{path}/run"), Json::Null);
    let done = until(&app, &path, "done");
    assert_eq!((&done["counts"], &done["created_by"]["name"]), (&expected, &json!("Kiss Lea")));
    let anna = app.get("people?query=anna@pelda.example")["items"][0].clone();
    assert_eq!((&anna["name"], &anna["traits"]["Kedvenc"]), (&json!("Kovács Anna"), &json!("=1+1")));
    let timeline = app.get(&format!("people/{}/timeline", text(&anna["id"])));
    let names: Vec<_> =
        timeline["items"].as_array().unwrap().iter().map(|item| text(&item["name"])).collect();
    assert!(names.contains(&"person.described".to_owned()), "{names:?}");
    let table = lead.send("GET", &format!("{path}/errors.csv"), &[], &Json::Null);
    let expected = "\"Kód\";\"Név\";\"E-mail\";\"Kedvenc\";\"import_line\";\"import_error\";\"import_raw\"\r\n\
        \"V-2\";\"Béla\";\"rossz\";\"Mécses\";\"3\";\"E-mail: Ez nem érvényes e-mail-cím.\";\"\"\r\n";
    assert_eq!(table.text(), expected);
    let acts = app.get("audit?action=import.started");
    assert_eq!(acts["items"][0]["target"]["name"], "vevok.csv");
}

fn an_import_that_the_server_left_in_the_middle_goes_on_after_a_restart(engine: Engine) {
    let mut app = TestApp::start(engine);
    let rows: String = (0..3_000).map(|number| format!("U-{number};Név {number}\n")).collect();
    let import = upload(&app, "sok.csv", format!("user id;name\n{rows}").as_bytes());
    let path = format!("imports/{}", text(&import["id"]));
    app.post(&format!("{path}/run"), Json::Null);
    wait_until("the first rows", || (app.get(&path)["counts"]["created"] != 0).then_some(()));
    app.restart();
    let done = until(&app, &path, "done");
    assert_eq!(done["counts"], json!({ "created": 3_000, "changed": 0, "unchanged": 0, "wrong": 0 }));
    let again = upload(&app, "sok.csv", format!("user id;name\n{rows}").as_bytes());
    let path = format!("imports/{}", text(&again["id"]));
    app.post(&format!("{path}/run"), Json::Null);
    let done = until(&app, &path, "done");
    assert_eq!(done["counts"], json!({ "created": 0, "changed": 0, "unchanged": 3_000, "wrong": 0 }));
}

fn agents_import_nothing_and_what_is_no_table_is_refused(engine: Engine) {
    let app = TestApp::start(engine);
    let (agent, _) = app.user("Kis Ági", "agi@kapocs.example", "agent");
    assert_eq!(send(&agent, "x.csv", b"id;name\n1;A\n").status, 403);
    assert_eq!(agent.api("GET", "imports", Json::Null).0, 403);
    let refused = send(&app, "kep.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (400, &json!("invalid_encoding")));
    let empty = send(&app, "ures.csv", b"");
    assert_eq!((empty.status, &empty.json()["error"]["code"]), (400, &json!("required")));
    assert_eq!(app.api("GET", "imports/0198c0de-0000-7000-8000-000000000000", Json::Null).0, 404);
}

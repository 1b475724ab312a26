//! R05 and R14: hostile and broken mail ends in sight, and its neighbours go on.

mod letters;
mod neighbours;
mod replay;

use std::time::{Duration, Instant};

use crate::{
    check::{Error, Guard, Outcome},
    client::Client,
    engine::Engine,
    program::Program,
    report::Report,
    smtp::{Courier, letter},
    world::{receiver, wait},
};
use letters::{bombs, corpus, naughty};

const ADDRESS: &str = "segitseg@mecses.example";
const PATIENCE: Duration = Duration::from_secs(40);

/// R05: bombs among good letters.
pub async fn run(guard: Guard) -> Outcome {
    let mut report = examine(guard, bombs(), 4).await?;
    neighbours::examine(guard, &mut report).await?;
    if guard == Guard::On {
        replay::examine(&mut report).await?;
    }
    Ok(report)
}

/// R14: corpora of real and of naughty mail.
pub async fn run_corpus(guard: Guard) -> Outcome {
    let mut mails = corpus();
    let is_there = mails.len() > 100;
    mails.extend(naughty());
    let mut report = examine(guard, mails, 20).await?;
    report.assert("the corpus of the mail parser is at hand", is_there, "");
    Ok(report)
}

/// Delivers everything, every so often a good letter, and looks what has become of it.
async fn examine(guard: Guard, poisons: Vec<(String, Vec<u8>)>, every: usize) -> Outcome {
    let mut report = Report::new();
    let program = Program::start_with(Engine::Sqlite, &[("RATE_LIMITS", "false")]).await?;
    let admin = program.admin();
    let (_, port) = receiver(&admin, ADDRESS).await?;
    let (mut kept, mut good, mut refused) = (0, 0, Vec::new());
    for (number, (name, raw)) in poisons.iter().enumerate() {
        let from = format!("f{number}@pelda.example");
        match Courier::connect(port).await?.deliver(&from, ADDRESS, raw).await? {
            250 => kept += 1,
            552 | 554 | 500 => {}
            code => refused.push(format!("{name}: {code}")),
        }
        if number % every == 0 {
            let letter = letter(
                &format!("jo{number}@pelda.example"),
                ADDRESS,
                &format!("Jó levél {number}"),
                &format!("jo-{number}"),
                "Kérem, hívjanak.",
            );
            Courier::connect(port).await?.deliver(&from, ADDRESS, &letter).await?;
            good += 1;
        }
    }
    report.assert_none("every mail is taken or refused for good", &refused);
    if guard == Guard::Off {
        // The control: one kept mail disappears without a trace.
        wait(PATIENCE, || async { settled(&program).await }).await?;
        program.database().execute("DELETE FROM inbound WHERE id = (SELECT MAX(id) FROM inbound)").await?;
    }
    let started = Instant::now();
    let done = wait(PATIENCE, || async { settled(&program).await }).await?;
    report.assert(
        "all of it is worked within its time",
        done.is_some(),
        format!("{:.1} s", started.elapsed().as_secs_f64()),
    );
    judge(&program, &admin, kept + good, good, &mut report).await?;
    Ok(report)
}

/// Nothing waits any more.
async fn settled(program: &Program) -> Result<Option<()>, Error> {
    let metrics = program.stranger().get("/metrics").await?.good()?.text;
    let waiting = metrics.lines().find_map(|line| line.strip_prefix("kapocs_jobs_waiting "));
    Ok((waiting == Some("0")).then_some(()))
}

async fn judge(
    program: &Program,
    admin: &Client,
    kept: usize,
    good: usize,
    report: &mut Report,
) -> Result<(), Error> {
    let rows = program.database().dump("workspace_id", &program.workspace).await?;
    let inbound = rows.get("inbound").map_or(0, Vec::len);
    report.assert("every kept mail is still kept", inbound == kept, format!("{inbound} of {kept}"));
    let conversations = admin.all("/api/v1/conversations?view=all").await?;
    let quarantined = admin.all("/api/v1/quarantine").await?;
    let arrived = conversations
        .iter()
        .filter(|c| c["subject"].as_str().is_some_and(|s| s.starts_with("Jó levél")))
        .count();
    report.assert(
        "every good letter among them is a conversation",
        arrived == good,
        format!("{arrived} of {good}"),
    );
    let messages = rows.get("messages").map_or(0, Vec::len);
    report.assert(
        "the others are messages or in the quarantine",
        messages + quarantined.len() >= kept,
        format!("{messages} messages, {} quarantined, {kept} kept", quarantined.len()),
    );
    let dead = admin.all("/api/v1/jobs").await?;
    report.assert_none("no job gave up", &dead);
    let mut blank = Vec::new();
    for conversation in &conversations {
        let id = conversation["id"].as_str().unwrap_or_default();
        let page = admin.get(&format!("/api/v1/conversations/{id}/messages")).await?;
        if page.status != 200 {
            blank.push(format!("{id}: {}", page.status));
        }
    }
    report.assert_none("every conversation can be read", &blank);
    report.assert("nothing panicked", !program.log().contains("panicked"), "");
    Ok(())
}

//! What was set aside and what gave up can be taken up again.

use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;

use super::{ADDRESS, letters::bombs, settled};
use crate::{
    check::Error,
    client::Client,
    engine::Engine,
    program::Program,
    report::Report,
    smtp::{Courier, letter},
    world::{listening, receiver, wait},
};

const PATIENCE: Duration = Duration::from_secs(60);
const LETTERS: usize = 40;
const EMPTY: usize = 3;

pub async fn examine(report: &mut Report) -> Result<(), Error> {
    for engine in Engine::BOTH {
        let mut program = Program::start_with(engine, &[("RATE_LIMITS", "false")]).await?;
        let admin = program.admin();
        let (_, port) = receiver(&admin, ADDRESS).await?;
        release(engine, &program, &admin, port, report).await?;
        dead_jobs(engine, &mut program, &admin, port, report).await?;
    }
    Ok(())
}

/// Everything in the quarantine is let go: each item becomes a conversation or comes back in sight.
async fn release(
    engine: Engine,
    program: &Program,
    admin: &Client,
    port: u16,
    report: &mut Report,
) -> Result<(), Error> {
    for ((_, raw), number) in bombs().into_iter().zip(0..) {
        let from = format!("f{number}@pelda.example");
        Courier::connect(port).await?.deliver(&from, ADDRESS, &raw).await?;
    }
    // Set aside because there is nothing to read, which a person may see otherwise.
    for number in 0..EMPTY {
        let from = format!("ures{number}@pelda.example");
        let mail = letter(&from, ADDRESS, "", &format!("ures-{number}"), "");
        Courier::connect(port).await?.deliver(&from, ADDRESS, &mail).await?;
    }
    wait(PATIENCE, || async { settled(program).await }).await?.ok_or("the bombs are not worked")?;
    let held = admin.all("/api/v1/quarantine?state=quarantined").await?;
    let before = admin.all("/api/v1/conversations?view=all").await?.len();
    for item in &held {
        let id = item["id"].as_str().unwrap_or_default();
        admin.post(&format!("/api/v1/quarantine/{id}/release"), json!({})).await?.good()?;
    }
    wait(PATIENCE, || async { settled(program).await }).await?.ok_or("what was released is not worked")?;
    let again = admin.all("/api/v1/quarantine?state=quarantined").await?.len();
    let more = admin.all("/api/v1/conversations?view=all").await?.len() - before;
    report.assert(
        format!("{engine}: of what was released each is a conversation or back in sight"),
        more >= EMPTY && more + again >= held.len(),
        format!("{} released, {more} conversations, {again} back", held.len()),
    );
    Ok(())
}

/// Letters whose jobs gave up are seen, and become conversations when they are asked to.
async fn dead_jobs(
    engine: Engine,
    program: &mut Program,
    admin: &Client,
    port: u16,
    report: &mut Report,
) -> Result<(), Error> {
    let mut letters = JoinSet::new();
    for number in 0..LETTERS {
        letters.spawn(async move {
            let from = format!("halott{number}@pelda.example");
            let subject = format!("Halott {number}");
            let mail = letter(&from, ADDRESS, &subject, &format!("halott-{number}"), "Kérem, hívjanak.");
            Courier::connect(port).await?.deliver(&from, ADDRESS, &mail).await
        });
    }
    while let Some(code) = letters.join_next().await {
        if code?? != 250 {
            return Err("a good letter is refused".into());
        }
    }
    // Killed with some of them in hand or waiting.
    program.kill9().await?;
    let sql = "UPDATE jobs SET state = 'dead', attempts = 12, last_error = 'x' WHERE kind = 'understand'";
    let stopped = usize::try_from(program.database().execute(sql).await?)?;
    program.restart().await?;
    listening(port).await?;
    let dead = admin.all("/api/v1/jobs").await?;
    report.assert(
        format!("{engine}: jobs that gave up are in sight"),
        stopped > 0 && dead.len() == stopped,
        format!("{} of {stopped}", dead.len()),
    );
    for job in &dead {
        let id = job["id"].as_str().unwrap_or_default();
        admin.post(&format!("/api/v1/jobs/{id}/replay"), json!({})).await?.good()?;
    }
    let all = wait(PATIENCE, || async {
        let all = admin.all("/api/v1/conversations?view=all").await?;
        let arrived = all.iter().filter(|c| c["subject"].as_str().is_some_and(|s| s.starts_with("Halott")));
        Ok((arrived.count() == LETTERS).then_some(()))
    });
    report.assert(
        format!("{engine}: replayed, each letter is a conversation, once"),
        all.await?.is_some(),
        "",
    );
    report.assert_none(format!("{engine}: and no job is left"), &admin.all("/api/v1/jobs").await?);
    Ok(())
}

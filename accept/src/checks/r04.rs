//! R04: what comes in twice, at once or in disorder has one effect.

use std::time::Duration;

use futures::future::join_all;
use uuid::Uuid;

use crate::{
    check::{Error, Guard, Outcome},
    engine::Engine,
    program::Program,
    report::Report,
    smtp::{deliver, letter},
    world::{Visitor, chat, listening, receiver, wait},
};

const ADDRESS: &str = "segitseg@mecses.example";
const MAILS: usize = 12;
const TIMES: usize = 4;

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    for engine in Engine::BOTH {
        examine(engine, guard, &mut report).await?;
    }
    Ok(report)
}

async fn examine(engine: Engine, guard: Guard, report: &mut Report) -> Result<(), Error> {
    let mut program = Program::start_with(engine, &[("RATE_LIMITS", "false")]).await?;
    let admin = program.admin();
    let (_, port) = receiver(&admin, ADDRESS).await?;
    let (_, key) = chat(&admin, "Csevegés", None).await?;
    let visitor = Visitor::arrive(&program.url, &key).await?;
    let said: Vec<Uuid> = (0..MAILS).map(|_| Uuid::new_v4()).collect();
    for round in 0..TIMES {
        let mails = join_all((0..MAILS).map(|number| send(port, number, round, guard))).await;
        if let Some(Err(error)) = mails.into_iter().find(Result::is_err) {
            return Err(error);
        }
        // Shuffled differently every time, and all at once.
        let order = (0..MAILS).map(|step| (step * 5 + round * 7) % MAILS);
        join_all(order.map(|number| {
            let id = if guard == Guard::On { said[number] } else { Uuid::new_v4() };
            let visitor = visitor.clone();
            async move { visitor.say(id, &format!("Csevegő {number}")).await }
        }))
        .await
        .into_iter()
        .collect::<Result<Vec<bool>, _>>()?;
        if round == 1 {
            program.kill9().await?;
            program.database().execute("UPDATE jobs SET run_at = 0 WHERE state = 'running'").await?;
            program.restart().await?;
            listening(port).await?;
        }
    }
    let settled = wait(Duration::from_secs(40), || async {
        let metrics = program.stranger().get("/metrics").await?.good()?.text;
        Ok(metrics.lines().any(|line| line == "kapocs_jobs_waiting 0").then_some(()))
    });
    report.assert(format!("{engine}: everything is worked"), settled.await?.is_some(), "");
    let dump = program.database().dump("workspace_id", &program.workspace).await?;
    let count = |table: &str| dump.get(table).map_or(0, Vec::len);
    for (what, table, wanted) in [
        ("mails kept", "inbound", MAILS),
        ("conversations", "conversations", MAILS + 1),
        ("messages", "messages", 2 * MAILS),
    ] {
        let name = format!("{engine}: {TIMES} × {MAILS} mails and chat messages are {wanted} {what}");
        report.assert(name, count(table) == wanted, count(table));
    }
    Ok(())
}

/// The same mail as in the round before, by another connection; the control writes a new one each time.
async fn send(port: u16, number: usize, round: usize, guard: Guard) -> Result<u16, Error> {
    let id = if guard == Guard::On { format!("m-{number}") } else { format!("m-{number}-{round}") };
    let from = format!("f{number}@pelda.example");
    deliver(
        port,
        &from,
        ADDRESS,
        &letter(&from, ADDRESS, &format!("Levél {number}"), &id, "Kérem, hívjanak."),
    )
    .await
}

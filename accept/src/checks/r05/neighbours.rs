//! How long good letters wait for poison among them.
//!
//! A program built for debugging works a bomb ten to thirty times as long: the pace is one at which two cores are not
//! simply full. A released one holds the promise at three times this pace, too.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use super::{ADDRESS, letters::bombs};
use crate::{
    check::{Error, Guard},
    client::Client,
    engine::Engine,
    program::Program,
    report::Report,
    smtp::{Courier, letter},
    socket::Socket,
    world::{receiver, wait},
};

const GOOD: usize = 120;
/// One poison to so many good letters.
const EVERY: usize = 10;
const PACE: Duration = Duration::from_millis(180);
const PATIENCE: Duration = Duration::from_secs(60);
/// Sooner than this nobody notices, and the measurement would be one of the machine.
const UNNOTICED: f64 = 0.25;

/// When each conversation was told of.
type Told = Arc<Mutex<HashMap<String, Instant>>>;

pub async fn examine(guard: Guard, report: &mut Report) -> Result<(), Error> {
    let off = if guard == Guard::Off { "job-workers" } else { "" };
    let variables = [("RATE_LIMITS", "false"), ("TEST_GUARDS_OFF", off)];
    let program = Program::start_with(Engine::Sqlite, &variables).await?;
    let admin = program.admin();
    let (_, port) = receiver(&admin, ADDRESS).await?;
    let told = listen(&admin).await?;
    let before = wave(&admin, port, "előtte", &told, false).await?;
    let among = wave(&admin, port, "közben", &told, true).await?;
    let after = wave(&admin, port, "utána", &told, false).await?;
    let alone = before.max(after);
    report.assert(
        format!("with one poison to {EVERY} letters, 99 of 100 letters take no more than twice as long"),
        among <= (2.0 * alone).max(UNNOTICED),
        format!("{:.0} ms among poison, {:.0} ms alone", among * 1000.0, alone * 1000.0),
    );
    Ok(())
}

async fn listen(admin: &Client) -> Result<Told, Error> {
    let mut socket = Socket::open(admin, None).await?;
    socket.next(Duration::from_secs(5)).await.ok_or("the live socket is silent")?;
    let told = Told::default();
    let heard = Arc::clone(&told);
    tokio::spawn(async move {
        while let Some(frame) = socket.next(PATIENCE).await {
            if let (Some("conversation.created"), Some(id)) =
                (frame["name"].as_str(), frame["conversation"].as_str())
            {
                heard.lock().expect("no panic while held").insert(id.to_owned(), Instant::now());
            }
        }
    });
    Ok(told)
}

/// Good letters at a steady pace; the time from acceptance to conversation that 99 of 100 keep, in seconds.
async fn wave(admin: &Client, port: u16, name: &str, told: &Told, poisoned: bool) -> Result<f64, Error> {
    let mut poisons = bombs().into_iter().cycle();
    let (mut accepted, mut letters) = (HashMap::new(), JoinSet::new());
    let mut pace = tokio::time::interval(PACE);
    for number in 0..GOOD {
        pace.tick().await;
        if poisoned && number % EVERY == 0 {
            let (_, raw) = poisons.next().ok_or("there is no poison")?;
            letters.spawn(async move {
                let from = format!("rossz{number}@pelda.example");
                // Refused or taken, its neighbours are looked at.
                let _ = Courier::connect(port).await?.deliver(&from, ADDRESS, &raw).await;
                Ok::<_, Error>(None)
            });
        }
        let subject = format!("{name} {number}");
        letters.spawn(async move {
            let from = format!("jo{number}@pelda.example");
            let id = subject.replace(' ', "-");
            let mail = letter(&from, ADDRESS, &subject, &id, "Kérem, hívjanak.");
            let code = Courier::connect(port).await?.deliver(&from, ADDRESS, &mail).await?;
            Ok((code == 250).then(|| (subject, Instant::now())))
        });
    }
    while let Some(outcome) = letters.join_next().await {
        accepted.extend(outcome??);
    }
    let subjects = wait(PATIENCE, || async {
        let all = admin.all("/api/v1/conversations?view=all").await?;
        let mine: Vec<(String, String)> = all
            .iter()
            .filter_map(|c| Some((c["subject"].as_str()?.to_owned(), c["id"].as_str()?.to_owned())))
            .filter(|(subject, _)| accepted.contains_key(subject))
            .collect();
        Ok((mine.len() == GOOD).then_some(mine))
    });
    let subjects = subjects.await?.ok_or("not every good letter is a conversation")?;
    let heard = wait(PATIENCE, || async {
        let told = told.lock().expect("no panic while held");
        let times: Option<Vec<f64>> = subjects
            .iter()
            .map(|(subject, id)| {
                Some(told.get(id)?.saturating_duration_since(accepted[subject]).as_secs_f64())
            })
            .collect();
        Ok(times)
    });
    let mut times = heard.await?.ok_or("not every conversation was told of")?;
    times.sort_by(f64::total_cmp);
    Ok(times[times.len() * 99 / 100])
}

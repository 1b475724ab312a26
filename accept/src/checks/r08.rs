//! R08: told to stop, the server finishes what it has begun and loses nothing.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    check::{Error, Guard, Outcome},
    client::Client,
    engine::Engine,
    program::Program,
    report::Report,
    socket::Socket,
};

const LIMIT: Duration = Duration::from_secs(30);

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    for engine in Engine::BOTH {
        examine(engine, guard, &mut report).await?;
    }
    Ok(report)
}

#[derive(Default)]
struct Seen {
    acknowledged: Vec<String>,
    /// Requests that were neither answered nor refused: a kept connection may be closed just as one is sent on it
    /// (RFC 9112 §9.5). Such a one must have had no effect.
    unanswered: Vec<String>,
}

async fn examine(engine: Engine, guard: Guard, report: &mut Report) -> Result<(), Error> {
    let mut program = Program::start_with(engine, &[("RATE_LIMITS", "false")]).await?;
    let admin = program.admin();
    let mut socket = Socket::open(&admin, None).await?;
    socket.next(Duration::from_secs(5)).await;
    let (seen, stop) = (Arc::new(Mutex::new(Seen::default())), Arc::new(AtomicBool::new(false)));
    let mut senders = JoinSet::new();
    for _ in 0..8 {
        senders.spawn(write(admin.clone(), Arc::clone(&seen), Arc::clone(&stop)));
    }
    while seen.lock().expect("no panic while held").acknowledged.len() < 60 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let started = Instant::now();
    if guard == Guard::On {
        program.signal_to_stop().await?;
        let status = program.ended(LIMIT).await?;
        let ended = status.map_or_else(|| "still running".to_owned(), |status| status.to_string());
        report.assert(
            format!("{engine}: it ends by itself within 30 s"),
            status.is_some_and(|s| s.success()),
            format!("{ended} after {:.1} s", started.elapsed().as_secs_f64()),
        );
    } else {
        // The control: no time to finish anything.
        program.kill9().await?;
    }
    stop.store(true, Ordering::Relaxed);
    senders.join_all().await;
    socket.until(Duration::from_secs(3), |_| false).await;
    report.assert(
        format!("{engine}: the live socket is told to come back (1012)"),
        socket.closed == Some(1012),
        format!("{:?}", socket.closed),
    );
    program.restart().await?;
    let there = admin.all("/api/v1/people").await?;
    let seen = std::mem::take(&mut *seen.lock().expect("no panic while held"));
    let lost: Vec<&String> =
        seen.acknowledged.iter().filter(|name| !there.iter().any(|p| p["name"] == **name)).collect();
    report.assert_none(format!("{engine}: nothing acknowledged is lost"), &lost);
    let worked: Vec<&String> =
        seen.unanswered.iter().filter(|name| there.iter().any(|p| p["name"] == **name)).collect();
    report.assert_none(format!("{engine}: no request is worked and then left without its answer"), &worked);
    Ok(())
}

async fn write(client: Client, seen: Arc<Mutex<Seen>>, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        let name = format!("Személy {}", Uuid::new_v4());
        let answer = client.post("/api/v1/people", json!({ "name": name })).await;
        let mut seen = seen.lock().expect("no panic while held");
        match answer {
            Ok(answer) if answer.is_good() => seen.acknowledged.push(name),
            Ok(_) => {}
            // Refused at the door: nothing was begun.
            Err(error) if format!("{error:?}").contains("ConnectionRefused") => return,
            Err(_) => seen.unanswered.push(name),
        }
    }
}

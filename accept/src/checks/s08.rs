//! S08: guessing is slow, and does not tell which accounts there are.

use std::time::Instant;

use reqwest::Method;
use serde_json::json;

use crate::{
    check::{Error, Guard, Outcome},
    client::Answer,
    engine::Engine,
    program::{ADMIN, PASSWORD, Program},
    report::Report,
    world::form,
};

const TRIES: usize = 400;
const SAMPLES: usize = 80;
/// Twice what is promised: the machine has other work than ours.
const TOLERANCE: f64 = 0.10;

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    let limited = if guard == Guard::On { "true" } else { "false" };
    let program = Program::start_with(Engine::Sqlite, &[("RATE_LIMITS", limited)]).await?;
    guesses(&program, &mut report).await?;
    forms(&program, &mut report).await?;
    if guard == Guard::On {
        let unlimited = Program::start_with(Engine::Sqlite, &[("RATE_LIMITS", "false")]).await?;
        times(&unlimited, &mut report).await?;
    }
    Ok(report)
}

async fn guess(program: &Program, email: &str) -> Result<Answer, Error> {
    program
        .stranger()
        .post("/api/v1/session", json!({ "email": email, "password": "rossz-jelszó-123" }))
        .await
}

async fn guesses(program: &Program, report: &mut Report) -> Result<(), Error> {
    let (mut refused, mut waits) = (0, true);
    for _ in 0..TRIES {
        let answer = guess(program, ADMIN).await?;
        if answer.status == 429 {
            refused += 1;
            waits &= answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0);
        }
    }
    let share = refused * 100 / TRIES;
    report.assert(format!("of {TRIES} guesses 90 % or more are put off"), share >= 90, format!("{share} %"));
    report.assert("a refusal says how long to wait", waits && refused > 0, "");
    let right =
        program.stranger().post("/api/v1/session", json!({ "email": ADMIN, "password": PASSWORD })).await?;
    report.assert("even the right password waits then", right.status == 429, right.status);
    Ok(())
}

async fn forms(program: &Program, report: &mut Report) -> Result<(), Error> {
    let (_, key) = form(&program.admin(), "Űrlap").await?;
    let mut refused = 0;
    for number in 0..100 {
        let fields = reqwest::multipart::Form::new()
            .text("message", format!("Üzenet {number}"))
            .text("email", "x@pelda.example");
        let request = program.stranger().request(Method::POST, &format!("/hu/forms/{key}")).multipart(fields);
        refused += u32::from(Answer::of(request).await?.status == 429);
    }
    report.assert("of a hundred forms from one address most are put off", refused >= 85, refused);
    Ok(())
}

/// The same answer in the same time, whether the account exists or not.
async fn times(program: &Program, report: &mut Report) -> Result<(), Error> {
    let (mut known, mut unknown, mut differ) = (Vec::new(), Vec::new(), 0);
    for number in 0..SAMPLES {
        let nobody = format!("senki{number}@mecses.example");
        // By turns, so that neither always comes after the other.
        let (first, second) = if number % 2 == 0 {
            let first = timed(program, ADMIN, &mut known).await?;
            (first, timed(program, &nobody, &mut unknown).await?)
        } else {
            let second = timed(program, &nobody, &mut unknown).await?;
            (timed(program, ADMIN, &mut known).await?, second)
        };
        let told =
            |answer: &Answer| (answer.status, answer.code(), answer.json()["error"]["message"].clone());
        differ += u32::from(told(&first) != told(&second));
    }
    report.assert("a known and an unknown account get the same answer", differ == 0, differ);
    let ratio = median(known) / median(unknown);
    let close = (ratio - 1.0).abs() <= TOLERANCE;
    report.assert("and it takes the same time", close, format!("ratio of the medians {ratio:.3}"));
    Ok(())
}

async fn timed(program: &Program, email: &str, times: &mut Vec<f64>) -> Result<Answer, Error> {
    let started = Instant::now();
    let answer = guess(program, email).await?;
    times.push(started.elapsed().as_secs_f64());
    Ok(answer)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

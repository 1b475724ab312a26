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

const TRIES: usize = 1_000;
/// Without limits each try is a whole password check.
const TRIES_OF_CONTROL: usize = 60;
const SAMPLES: usize = 240;
const TOLERANCE: f64 = 0.05;
const UPLOADS: usize = 600;

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    let limited = if guard == Guard::On { "true" } else { "false" };
    let program = Program::start_with(Engine::Sqlite, &[("RATE_LIMITS", limited)]).await?;
    guesses(&program, if guard == Guard::On { TRIES } else { TRIES_OF_CONTROL }, &mut report).await?;
    forms(&program, &mut report).await?;
    uploads(&program, &mut report).await?;
    let off = if guard == Guard::On { "" } else { "sign-in-time" };
    let variables = [("RATE_LIMITS", "false"), ("TEST_GUARDS_OFF", off)];
    times(&Program::start_with(Engine::Sqlite, &variables).await?, &mut report).await?;
    Ok(report)
}

async fn guess(program: &Program, email: &str) -> Result<Answer, Error> {
    program
        .stranger()
        .post("/api/v1/session", json!({ "email": email, "password": "rossz-jelszó-123" }))
        .await
}

async fn guesses(program: &Program, tries: usize, report: &mut Report) -> Result<(), Error> {
    let (mut refused, mut waits) = (0, true);
    for _ in 0..tries {
        let answer = guess(program, ADMIN).await?;
        if answer.status == 429 {
            refused += 1;
            waits &= answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0);
        }
    }
    let share = refused as f64 * 100.0 / tries as f64;
    report.assert(
        format!("of {tries} guesses 95 % or more are put off"),
        share >= 95.0,
        format!("{share:.1} %"),
    );
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

/// Sixty at once, then one a second.
async fn uploads(program: &Program, report: &mut Report) -> Result<(), Error> {
    let (admin, mut refused, mut taken) = (program.admin(), 0, 0);
    let started = Instant::now();
    for number in 0..UPLOADS {
        let bytes = format!("fájl {number}").into_bytes();
        match admin.upload("/api/v1/attachments", "a.txt", "text/plain", bytes).await?.status {
            429 => refused += 1,
            _ => taken += 1,
        }
    }
    let due = 62.0 + started.elapsed().as_secs_f64();
    report.assert(
        format!("of {UPLOADS} uploads at once no more than one a second are taken after the first sixty"),
        f64::from(taken) <= due && refused > 0,
        format!("{taken} taken, {refused} put off"),
    );
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
        let told = |answer: &Answer| (answer.status, body(answer), headers(answer));
        differ += u32::from(told(&first) != told(&second));
    }
    report.assert("a known and an unknown account get the same answer", differ == 0, differ);
    let ratio = median(known) / median(unknown);
    let close = (ratio - 1.0).abs() <= TOLERANCE;
    report.assert("and it takes the same time", close, format!("ratio of the medians {ratio:.3}"));
    Ok(())
}

/// All of it, but for the number of the request.
fn body(answer: &Answer) -> serde_json::Value {
    let mut body = answer.json();
    body["error"]["request_id"] = json!(null);
    body
}

fn headers(answer: &Answer) -> Vec<(String, String)> {
    let own = ["date", "x-request-id"];
    let all = answer.headers.iter().filter(|(name, _)| !own.contains(&name.as_str()));
    let mut all: Vec<_> = all.map(|(name, value)| (name.to_string(), format!("{value:?}"))).collect();
    all.sort();
    all
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

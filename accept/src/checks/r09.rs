//! R09: a request with an idempotency key takes effect once, whatever the network does to it.

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    check::{Error, Guard, Outcome},
    client::{Answer, Client},
    engine::Engine,
    program::Program,
    report::Report,
};

const TAGS: &str = "/api/v1/tags";

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    for engine in Engine::BOTH {
        examine(engine, guard, &mut report).await?;
    }
    Ok(report)
}

async fn examine(engine: Engine, guard: Guard, report: &mut Report) -> Result<(), Error> {
    let mut program = Program::start(engine).await?;
    let caller = Caller { client: program.admin(), forgetful: guard == Guard::Off };
    let first = caller.tag("first", "Panasz").await?.good()?;
    let again = caller.tag("first", "Panasz").await?;
    report.assert(
        format!("{engine}: a repetition gets the first answer again"),
        (again.status, &again.text) == (first.status, &first.text),
        format!("{} {}", again.status, again.text),
    );
    let other = caller.tag("first", "Dicséret").await?;
    let is_mismatch = (other.status, other.code().as_str()) == (422, "idempotency_mismatch");
    report.assert(format!("{engine}: the same key with another body is refused"), is_mismatch, other.status);
    parallel(engine, &caller, report).await?;
    failures(engine, &caller, report).await?;
    stranger(engine, &program, report).await?;
    program.kill9().await?;
    program.restart().await?;
    let after = caller.tag("first", "Panasz").await?;
    report.assert(
        format!("{engine}: the answer is kept over a kill and a restart"),
        (after.status, &after.text) == (first.status, &first.text),
        format!("{} {}", after.status, after.text),
    );
    let count = caller.count("Panasz").await?;
    report.assert(format!("{engine}: there is one effect"), count == 1, count);
    Ok(())
}

/// Twenty at once: one is worked on, the others hear its answer or that it is in flight.
async fn parallel(engine: Engine, caller: &Caller, report: &mut Report) -> Result<(), Error> {
    let tries = (0..20).map(|_| caller.note("flood"));
    let answers: Vec<Answer> = join_all(tries).await.into_iter().collect::<Result<_, _>>()?;
    let strange: Vec<String> = answers
        .iter()
        .filter(|answer| {
            !(answer.is_good() || (answer.status == 409 && answer.code() == "request_in_flight"))
        })
        .map(|answer| format!("{} {}", answer.status, answer.text))
        .collect();
    report.assert_none(format!("{engine}: requests at the same time are answered or told to wait"), &strange);
    let mut ids: Vec<String> = answers.iter().filter(|answer| answer.is_good()).map(Answer::id).collect();
    ids.sort();
    ids.dedup();
    report.assert(format!("{engine}: they took effect once"), ids.len() == 1, ids.len());
    Ok(())
}

/// A refusal is kept too: it does not turn into an effect because the world has changed meanwhile.
async fn failures(engine: Engine, caller: &Caller, report: &mut Report) -> Result<(), Error> {
    let refused = caller.tag("refused", "Panasz").await?;
    let tags = caller.client.all(TAGS).await?;
    let id = tags.iter().find(|tag| tag["name"] == "Panasz").and_then(|tag| tag["id"].as_str());
    let id = id.ok_or("the tag is not in the list")?;
    caller.client.patch(&format!("{TAGS}/{id}"), json!({ "name": "Más" })).await?.good()?;
    let again = caller.tag("refused", "Panasz").await?;
    caller.client.patch(&format!("{TAGS}/{id}"), json!({ "name": "Panasz" })).await?;
    report.assert(
        format!("{engine}: a refusal is kept like an answer"),
        refused.status >= 400 && (again.status, again.code()) == (refused.status, refused.code()),
        format!("{} then {}", refused.status, again.status),
    );
    Ok(())
}

/// Keys belong to their caller: another one's answer is nobody else's to read.
async fn stranger(engine: Engine, program: &Program, report: &mut Report) -> Result<(), Error> {
    let body = json!({ "name": "Másik", "scopes": ["read", "write", "admin"] });
    let secret = program.admin().post("/api/v1/keys", body).await?.good()?.json()["secret"].clone();
    let client = Client::with_key(&program.url, secret.as_str().unwrap_or_default());
    let answer = Caller { client, forgetful: false }.tag("first", "Sajátja").await?;
    let own = answer.json()["name"] == "Sajátja";
    report.assert(format!("{engine}: another caller's equal key is another key"), own, answer.status);
    Ok(())
}

struct Caller {
    client: Client,
    /// The control: a client that sends no keys is not protected from itself.
    forgetful: bool,
}

impl Caller {
    async fn tag(&self, key: &str, name: &str) -> Result<Answer, Error> {
        self.post(TAGS, key, json!({ "name": name })).await
    }

    async fn note(&self, key: &str) -> Result<Answer, Error> {
        self.post("/api/v1/people", key, json!({ "name": "Kiss Elek" })).await
    }

    async fn post(&self, path: &str, key: &str, body: Value) -> Result<Answer, Error> {
        let request = self.client.request(Method::POST, path).json(&body);
        Answer::of(if self.forgetful { request } else { request.header("idempotency-key", key) }).await
    }

    async fn count(&self, name: &str) -> Result<usize, Error> {
        Ok(self.client.all(TAGS).await?.iter().filter(|tag| tag["name"] == name).count())
    }
}

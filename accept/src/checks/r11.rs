//! R11: after whatever the network does to its sockets, every screen shows what the database holds, within twenty seconds.
//!
//! The application and the visitor's chat run in Chromium behind a proxy of ours. Frames are lost, doubled, swapped,
//! late, in both directions; connections break, those of HTTP too; once nothing moves for 30 seconds. Then the network
//! is well again, and each screen is compared with one that has just been opened, each chat with the messages kept.
//!
//! Smaller than the plan: 48 storms instead of 1,000. Not compared: the order of rows, which by design do not move
//! under the pointer, and the dots of what is unread, which a colleague's other screens learn with the next reading.

use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use crate::{
    check::{Error, Guard, Outcome},
    client::Client,
    dice::Dice,
    engine::Engine,
    program::{ADMIN, PASSWORD, Program},
    proxy::{Proxy, Weather},
    report::Report,
    world::{chat, wait},
};

/// Each has its own proxy, and so a storm of its own in every round.
const PAIRS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(20);
const HOLE: Duration = Duration::from_secs(30);
const ACTS: u64 = 14;
/// On either engine.
const ROUNDS: [u64; 2] = [12, 4];
const ROUNDS_OF_CONTROL: [u64; 2] = [4, 0];

pub async fn run(guard: Guard) -> Outcome {
    let mut report = Report::new();
    let rounds = if guard == Guard::On { ROUNDS } else { ROUNDS_OF_CONTROL };
    for (engine, rounds) in Engine::BOTH.into_iter().zip(rounds) {
        let mut scene = Scene::open(engine, guard).await?;
        let storms = scene.storms(rounds).await?;
        judge(format!("{engine}: after each of {} storms", rounds as usize * PAIRS), &storms, &mut report);
        if engine == Engine::Sqlite && guard == Guard::On {
            let hole = scene.hole().await?;
            judge("after 30 s in which nothing moved".to_owned(), &hole, &mut report);
        }
        let harm: usize = scene.pairs.iter().map(|pair| pair.proxy.harm()).sum();
        report.assert(format!("{engine}: the storms were storms"), harm > rounds as usize * PAIRS * 2, harm);
        if guard == Guard::Off {
            break;
        }
    }
    Ok(report)
}

#[derive(Default)]
struct Seen {
    differs: Vec<String>,
    slowest: u64,
}

fn judge(name: String, seen: &Seen, report: &mut Report) {
    report.assert_none(format!("{name} every screen is right within 20 s"), &seen.differs);
    report.assert(format!("{name}: the slowest"), true, format!("{:.1} s", seen.slowest as f64 / 1000.0));
}

struct Pair {
    proxy: Proxy,
    conversation: String,
    /// What its visitor wrote.
    words: Vec<String>,
}

struct Scene {
    _program: Program,
    admin: Client,
    agent: String,
    tag: String,
    pairs: Vec<Pair>,
    screens: Screens,
}

impl Scene {
    async fn open(engine: Engine, guard: Guard) -> Result<Self, Error> {
        let mut program = Program::installed(engine, "Mécses Bolt", ADMIN).await?;
        let mut proxies = Vec::new();
        for _ in 0..PAIRS {
            proxies.push(Proxy::before(program.port).await?);
        }
        let names: Vec<String> = proxies.iter().map(|proxy| format!("127.0.0.1:{}", proxy.port)).collect();
        program.configure("HOSTS", names.join(","));
        program.configure("RATE_LIMITS", "false");
        if guard == Guard::Off {
            program.configure("TEST_GUARDS_OFF", "frame-numbers");
        }
        program.restart().await?;
        let admin = program.admin();
        let (_, key) = chat(&admin, "Csevegés", None).await?;
        let person = Client::sign_in(&program.url, ADMIN, PASSWORD).await?;
        let agent = person.get("/api/v1/me").await?.good()?.id();
        let tag = admin.post("/api/v1/tags", json!({ "name": "fontos" })).await?.good()?.id();
        let mut screens = Screens::open(&program.url, person.token()).await?;
        let mut pairs = Vec::new();
        for (number, proxy) in proxies.into_iter().enumerate() {
            let first = format!("Jó napot, {number}. vagyok");
            let through = format!("http://127.0.0.1:{}", proxy.port);
            screens.call(json!({ "do": "open", "through": through, "key": key, "first": first })).await?;
            let conversation = find(&admin, &first).await?;
            pairs.push(Pair { proxy, conversation, words: vec![first] });
        }
        let mut scene = Self { _program: program, admin, agent, tag, pairs, screens };
        scene.settle().await?;
        Ok(scene)
    }

    async fn storms(&mut self, rounds: u64) -> Result<Seen, Error> {
        let mut seen = Seen::default();
        for round in 0..rounds {
            let mut dice = Dice::new(round);
            for (pair, number) in self.pairs.iter().zip(1..) {
                pair.proxy.turn(Weather::Storm(round * 100 + number));
            }
            for act in 0..ACTS {
                self.act(&mut dice, &format!("{round}.{act}")).await?;
                tokio::time::sleep(Duration::from_millis(dice.roll(120))).await;
            }
            self.clear();
            let now = self.settle().await?;
            seen.slowest = seen.slowest.max(now.slowest);
            seen.differs.extend(now.differs.into_iter().map(|text| format!("seed {round}: {text}")));
        }
        Ok(seen)
    }

    async fn hole(&mut self) -> Result<Seen, Error> {
        let started = Instant::now();
        for pair in &self.pairs {
            pair.proxy.turn(Weather::Hole);
        }
        let mut dice = Dice::new(4_711);
        let mut act = 0;
        while started.elapsed() < HOLE {
            self.act(&mut dice, &format!("lyuk {act}")).await?;
            act += 1;
            tokio::time::sleep(Duration::from_millis(800)).await;
        }
        self.clear();
        self.settle().await
    }

    fn clear(&self) {
        for pair in &self.pairs {
            pair.proxy.turn(Weather::Clear);
        }
    }

    /// Something happens, mostly behind the back of the screens.
    async fn act(&mut self, dice: &mut Dice, name: &str) -> Result<(), Error> {
        let number = usize::try_from(dice.roll(PAIRS as u64)).expect("a few");
        let path = format!("/api/v1/conversations/{}", self.pairs[number].conversation);
        let (admin, put) = (&self.admin, reqwest::Method::PUT);
        let done = match dice.roll(9) {
            0..3 => {
                let text = format!("Kérdés {name}");
                let say = json!({ "do": "say", "pair": number, "text": text });
                self.pairs[number].words.push(text);
                return self.screens.call(say).await.map(drop);
            }
            3 | 4 => {
                admin.post(&format!("{path}/messages"), json!({ "text": format!("Válasz {name}") })).await?
            }
            5 => {
                let note = json!({ "kind": "note", "text": format!("Jegyzet {name}") });
                admin.post(&format!("{path}/messages"), note).await?
            }
            6 => {
                let levels = ["low", "normal", "high", "urgent"];
                let level = json!({ "priority": dice.pick(&levels) });
                admin.call(put, &format!("{path}/priority"), Some(level)).await?
            }
            7 => {
                let owner = if dice.roll(2) == 0 { json!(self.agent) } else { Value::Null };
                admin.call(put, &format!("{path}/assignee"), Some(json!({ "user_id": owner }))).await?
            }
            _ if dice.roll(2) == 0 => admin.call(put, &format!("{path}/tags/{}", self.tag), None).await?,
            _ => admin.delete(&format!("{path}/tags/{}", self.tag)).await?,
        };
        done.good().map(drop)
    }

    /// What the visitors wrote is kept first; then all screens are looked at together.
    async fn settle(&mut self) -> Result<Seen, Error> {
        let clear = Instant::now();
        let mut seen = Seen::default();
        let mut looks = Vec::new();
        for pair in &self.pairs {
            let kept = wait(PATIENCE.saturating_sub(clear.elapsed()), || async {
                let said = self.said(&pair.conversation).await?;
                Ok(pair.words.iter().all(|word| said.contains(word)).then_some(()))
            });
            if kept.await?.is_none() {
                seen.differs.push(format!("{}: a visitor's words are not kept", pair.conversation));
            }
            let said = self.said(&pair.conversation).await?;
            looks.push(json!({ "path": format!("/inbox/all/{}", pair.conversation), "said": said }));
        }
        let kept = u64::try_from(clear.elapsed().as_millis())?;
        let answers = self.screens.call(json!({ "do": "settle", "looks": looks })).await?;
        for (answer, number) in answers["looks"].as_array().into_iter().flatten().zip(0..) {
            seen.slowest = seen.slowest.max(kept + answer["ms"].as_u64().unwrap_or_default());
            let differs = answer["differs"].as_array().into_iter().flatten().filter_map(Value::as_str);
            seen.differs.extend(differs.map(|text| format!("screen {number}: {text}")));
        }
        Ok(seen)
    }

    /// What the visitor should see: what was written to and by them, in the order it was kept.
    async fn said(&self, conversation: &str) -> Result<Vec<String>, Error> {
        let path = format!("/api/v1/conversations/{conversation}/messages?after=0&limit=200");
        let page = self.admin.get(&path).await?.good()?.json();
        let items = page["items"].as_array().cloned().unwrap_or_default();
        let of_both = items.iter().filter(|message| message["kind"] == "in" || message["kind"] == "out");
        Ok(of_both.filter_map(|message| message["text"].as_str().map(str::to_owned)).collect())
    }
}

async fn find(admin: &Client, first: &str) -> Result<String, Error> {
    let found = wait(Duration::from_secs(15), || async {
        let all = admin.all("/api/v1/conversations?view=all").await?;
        Ok(all.iter().find(|c| c["preview"] == first).and_then(|c| c["id"].as_str().map(str::to_owned)))
    });
    found.await?.ok_or_else(|| format!("no conversation began with {first:?}").into())
}

/// Chromium, kept open between commands.
struct Screens {
    _node: Child,
    input: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Screens {
    async fn open(direct: &str, session: &str) -> Result<Self, Error> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut node = Command::new("node")
            .arg(here.join("browser/screens.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let input = node.stdin.take().expect("stdin is piped");
        let answers = BufReader::new(node.stdout.take().expect("stdout is piped")).lines();
        let mut screens = Self { _node: node, input, answers };
        let ui = here.join("../ui").to_string_lossy().into_owned();
        screens.send(&json!({ "ui": ui, "direct": direct, "session": session })).await?;
        Ok(screens)
    }

    async fn send(&mut self, command: &Value) -> Result<(), Error> {
        Ok(self.input.write_all(format!("{command}\n").as_bytes()).await?)
    }

    async fn call(&mut self, command: Value) -> Result<Value, Error> {
        self.send(&command).await?;
        let line = self.answers.next_line().await?.ok_or("the browser is gone")?;
        let answer: Value = serde_json::from_str(&line)?;
        match answer["error"].as_str() {
            Some(error) => Err(format!("{}: {error}", command["do"]).into()),
            None => Ok(answer),
        }
    }
}

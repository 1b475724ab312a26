use std::{
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::scope,
    time::{Duration, Instant},
};

use serde_json::{Value as Json, json};
use testkit::{
    Client, Credential, Database, Engine, on_both_engines,
    servers::{dial, free_port, mail::hand_over},
    text, until,
};

use crate::{
    desk::{conversations, thread},
    letter::Letter,
    post::{self, customer, mailbox_of},
};

on_both_engines! {
    a_killed_server_loses_nothing_and_doubles_nothing
}

const ROUNDS: usize = 10;

/// The program itself, as a process that can be killed.
struct Program {
    database: Database,
    listen: SocketAddr,
    process: Option<Child>,
}

impl Program {
    fn command(&self, word: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kapocs"));
        command.arg(word).arg("--data").arg(self.database.folder()).env("KAPOCS_RATE_LIMITS", "false");
        command.env("KAPOCS_DNS", "off");
        if let Some(url) = self.database.url() {
            command.args(["--database", url]);
        }
        command
    }

    fn set_up(&self) -> Client {
        let password = self.database.folder().join("password");
        std::fs::write(&password, testkit::PASSWORD).unwrap();
        let mut setup = self.command("setup");
        setup.args([
            "--workspace",
            "Csipke Kft.",
            "--admin",
            testkit::ADMINISTRATOR,
            "--json",
            "--password-file",
        ]);
        let told = setup.arg(password).output().unwrap();
        let made: Json = serde_json::from_slice(&told.stdout).expect("a line of JSON");
        Client::new(self.listen, Credential::Bearer(text(&made["api_key"])))
    }

    fn start(&mut self) {
        let listen = self.listen.to_string();
        let mut serve = self.command("serve");
        let process =
            serve.args(["--listen", &listen]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        self.process = Some(process);
        let nobody = Client::new(self.listen, Credential::Nobody);
        until("the server", || {
            nobody.try_raw("GET", "/health/ready", &[], &[]).ok().filter(|answer| answer.status == 200)
        });
    }

    /// SIGKILL: nothing of it ends in order.
    fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Has the others stop, also when the test fails meanwhile.
struct Ends<'s>(&'s AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Calls until the server answers; a dead one is asked again, as every client does.
fn insist(client: &Client, path: &str, body: &Json, stop: &AtomicBool) -> bool {
    let bytes = body.to_string().into_bytes();
    while !stop.load(Ordering::SeqCst) {
        let answer = client.try_raw("POST", path, &[("content-type", "application/json")], &bytes);
        if answer.is_ok_and(|answer| answer.status == 201) {
            return true;
        }
    }
    false
}

/// Lets time pass while the others work; what happens in it is what the test is about.
fn let_work(time: Duration) {
    let end = Instant::now() + time;
    until("a moment of work", || (Instant::now() >= end).then_some(()));
}

// 20
fn a_killed_server_loses_nothing_and_doubles_nothing(engine: Engine) {
    let listen = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let mut program = Program { database: Database::create(engine), listen, process: None };
    let app = program.set_up();
    program.start();
    let (anna, support, port) = (customer(), post::our_mailbox(), free_port());
    let door = SocketAddr::from(([127, 0, 0, 1], port));
    app.post(
        "channels",
        json!({ "kind": "receiver", "name": "info", "config": {
        "addresses": [support], "listen_port": port,
        "smtp_host": "127.0.0.1", "smtp_port": post::smtp().port(), "smtp_tls": "none",
    } }),
    );
    until("the receiver", || dial(door).ok());
    hand_over(door, &Letter::new(&anna, &support, "Első", "Első levél.").bytes(), &anna, &support).unwrap();
    let conversation = until("the first conversation", || conversations(&app).pop().map(|c| text(&c["id"])));
    let (stop, taken, answered) =
        (AtomicBool::new(false), Mutex::new(vec!["Első levél.".to_owned()]), Mutex::new(Vec::new()));
    scope(|s| {
        let end = Ends(&stop);
        s.spawn(|| {
            for n in 0.. {
                let words = format!("Levél {n}.");
                let letter =
                    Letter::new(&format!("vevo{}@customer.example", n % 20), &support, "Terhelés", &words)
                        .bytes();
                while !stop.load(Ordering::SeqCst)
                    && hand_over(door, &letter, "x@customer.example", &support).is_err()
                {
                    std::thread::yield_now();
                }
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                taken.lock().unwrap().push(words);
            }
        });
        s.spawn(|| {
            for n in 0.. {
                let words = format!("Válasz {n}.");
                let id = format!("00000000-0000-7000-8000-{n:012}");
                let body = json!({ "text": words, "client_id": id, "override": true });
                if !insist(&app, &format!("conversations/{conversation}/messages"), &body, &stop) {
                    return;
                }
                answered.lock().unwrap().push(words);
            }
        });
        // However slow the machine is, each kill falls into work.
        let worked = |round: usize| {
            let (letters, answers) = (taken.lock().unwrap().len(), answered.lock().unwrap().len());
            (letters > 2 * round && answers > round).then_some(())
        };
        for round in 0..ROUNDS {
            let_work(Duration::from_millis(150 + 97 * (round as u64 * 7 % 5)));
            until("letters and answers", || worked(round));
            program.kill();
            program.start();
        }
        until("letters and answers", || worked(ROUNDS));
        drop(end);
    });
    let (taken, answered) = (taken.into_inner().unwrap(), answered.into_inner().unwrap());
    settled(&app);
    check_letters(&app, &taken);
    check_answers(&app, &conversation, &anna, &answered);
}

/// Leases of the dead run out after a minute and a half where several servers may share a database.
fn settled(app: &Client) {
    let give_up = Instant::now() + Duration::from_secs(150);
    testkit::servers::wait_within(give_up - Instant::now(), "an empty queue", || {
        let answer = app.try_raw("GET", "/metrics", &[], &[]).ok()?.text();
        let waiting = answer.lines().find_map(|line| line.strip_prefix("kapocs_jobs_waiting "))?;
        (waiting == "0").then_some(())
    });
}

fn check_letters(app: &Client, taken: &[String]) {
    let all: Vec<String> = conversations(app)
        .iter()
        .flat_map(|c| pages(app, c["id"].as_str().unwrap()))
        .filter(|m| m["kind"] == "in")
        .map(|m| text(&m["text"]))
        .collect();
    for words in taken {
        assert_eq!(all.iter().filter(|text| *text == words).count(), 1, "“{words}” must be there once");
    }
}

fn check_answers(app: &Client, conversation: &str, anna: &str, answered: &[String]) {
    let written: Vec<Json> = pages(app, conversation).into_iter().filter(|m| m["kind"] == "out").collect();
    let arrived = mailbox_of(anna, written.len());
    for words in answered {
        let ours: Vec<_> = written.iter().filter(|m| m["text"] == words.as_str()).collect();
        assert_eq!(ours.len(), 1, "“{words}” is one message");
        assert_eq!(ours[0]["delivery"]["state"], "sent", "{}", ours[0]);
        let mut ids: Vec<_> =
            arrived.iter().filter(|l| l.body.starts_with(&format!("{words}\n"))).map(|l| &l.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 1, "“{words}” arrived under one Message-ID: {ids:?}");
    }
}

/// All messages of a conversation, however many.
fn pages(app: &Client, conversation: &str) -> Vec<Json> {
    let mut all = thread(app, conversation);
    while let Some(first) = all.first().and_then(|m| m["seq"].as_i64()).filter(|seq| *seq > 1) {
        let path = format!("conversations/{conversation}/messages?limit=200&before={first}");
        let older = app.get(&path)["items"].as_array().unwrap().clone();
        if older.is_empty() {
            break;
        }
        all = older.into_iter().chain(all).collect();
    }
    all
}

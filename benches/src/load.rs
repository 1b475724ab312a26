//! Durable messages and inbound mail: what one machine takes in, generator included.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crate::{
    disk,
    registry::Outcome,
    server::{Client, Result, Server, dial, field, free_port, milliseconds, quantile},
    table::Table,
};

const CLIENTS: usize = 64;
const TIME: Duration = Duration::from_secs(8);
const MAILS: usize = 2_000;
const SENDERS: usize = 8;

/// Messages of 64 chat visitors, each answered only after its commit is synced.
pub fn messages(table: &mut Table) -> Outcome {
    on_both(table, |table, engine, server| {
        let limit = disk::synced_groups_per_second()?;
        let key = chat(server)?;
        let port = server.port;
        let visitors = (0..CLIENTS).map(|_| visitor(port, &key)).collect::<Result<Vec<_>>>()?;
        let (worked, began) = (server.processor_time()?, Instant::now());
        let workers: Vec<_> = visitors
            .into_iter()
            .enumerate()
            .map(|(number, client)| {
                let path = format!("/chat/v1/{key}/messages");
                thread::spawn(move || write_for_a_while(client, &path, number))
            })
            .collect();
        let mut times = Vec::new();
        for worker in workers {
            times.extend(worker.join().map_err(|_| "a client panicked")??);
        }
        let rate = times.len() as f64 / began.elapsed().as_secs_f64();
        let worked = milliseconds(server.processor_time()?.saturating_sub(worked)) / times.len() as f64;
        table.share(format!("{engine}: durable messages, 64 clients"), rate, "/s", limit);
        table.figure(format!("{engine}:    processor time of each"), worked, "ms");
        table.figure(format!("{engine}:    median"), milliseconds(quantile(&mut times, 0.5)), "ms");
        table.figure(format!("{engine}:    99th percentile"), milliseconds(quantile(&mut times, 0.99)), "ms");
        lists(table, engine, server)
    })
}

/// Lists, badges and search over whatever the load has left.
fn lists(table: &mut Table, engine: &str, server: &Server) -> Result<()> {
    let mut client = server.client()?;
    let count = field_number(&client.get("/api/v1/views")?.body, "all");
    table.figure(format!("{engine}: conversations then there"), count, "");
    for (what, path) in [
        ("list", "/api/v1/conversations?view=all"),
        ("badges", "/api/v1/views"),
        ("search", "/api/v1/conversations?query=csomag"),
    ] {
        let mut times = Vec::new();
        for _ in 0..200 {
            let began = Instant::now();
            let reply = client.get(path)?;
            if reply.status != 200 {
                return Err(format!("{path} answered {}", reply.status).into());
            }
            times.push(began.elapsed());
        }
        table.figure(
            format!("{engine}:    {what}, 99th percentile"),
            milliseconds(quantile(&mut times, 0.99)),
            "ms",
        );
    }
    Ok(())
}

fn field_number(json: &str, view: &str) -> f64 {
    let after = json.split_once(&format!("\"key\":\"{view}\",\"count\":")).map_or("0", |(_, rest)| rest);
    after.split([',', '}']).next().and_then(|text| text.parse().ok()).unwrap_or(0.0)
}

pub fn chat(server: &Server) -> Result<String> {
    let reply = server.client()?.post("/api/v1/channels", r#"{"kind":"chat","name":"Chat"}"#)?;
    field(&reply.body, "key").ok_or_else(|| format!("no chat: {}", reply.body).into())
}

/// A visitor who has said hello, with a connection of their own.
fn visitor(port: u16, key: &str) -> Result<Client> {
    let mut client = Client::open(port, "")?;
    let reply = client.post(&format!("/chat/v1/{key}/visitor"), r#"{"locale":"hu"}"#)?;
    let token = field(&reply.body, "token").ok_or("no token")?;
    Ok(client.with_token(&token))
}

fn write_for_a_while(mut client: Client, path: &str, number: usize) -> Result<Vec<Duration>> {
    let (began, mut times) = (Instant::now(), Vec::new());
    while began.elapsed() < TIME {
        let id = uuid_like(number, times.len());
        let body = format!(
            r#"{{"client_id":"{id}","text":"Mikor érkezik meg a {number}. csomag? ({})"}}"#,
            times.len()
        );
        let before = Instant::now();
        let reply = client.post(path, &body)?;
        if reply.status != 201 {
            return Err(format!("a message was answered {}: {}", reply.status, reply.body).into());
        }
        times.push(before.elapsed());
    }
    Ok(times)
}

fn uuid_like(client: usize, count: usize) -> String {
    format!("{client:08x}-0000-7000-8000-{count:012x}")
}

/// Mail by SMTP into our own receiver: parsed, sanitised, threaded, searchable.
pub fn mails(table: &mut Table) -> Outcome {
    on_both(table, |table, engine, server| {
        let port = free_port()?;
        let body = format!(
            r#"{{"kind":"receiver","name":"Mail","config":{{"addresses":["info@bench.example"],"listen_port":{port}}}}}"#
        );
        let reply = server.client()?.post("/api/v1/channels", &body)?;
        if reply.status != 201 {
            return Err(format!("no receiver: {}", reply.body).into());
        }
        let began = Instant::now();
        while dial(port).is_err() {
            if began.elapsed() > Duration::from_secs(10) {
                return Err("the receiver does not listen".into());
            }
        }
        let began = Instant::now();
        let page = Arc::new(
            "<p>Kedves <b>Ügyfélszolgálat</b>! <img src=\"https://x.example/p.png\"> Kérem, nézzék meg.</p>"
                .repeat(250),
        );
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                let page = Arc::clone(&page);
                thread::spawn(move || send_mails(port, sender, &page))
            })
            .collect();
        for sender in senders {
            sender.join().map_err(|_| "a sender panicked")??;
        }
        let accepted = MAILS as f64 / began.elapsed().as_secs_f64();
        server.wait_until_worked()?;
        let worked = MAILS as f64 / began.elapsed().as_secs_f64();
        table.figure(format!("{engine}: mails of 25 kB accepted durably"), accepted, "/s");
        table.figure(format!("{engine}: mails fully worked into conversations"), worked, "/s");
        let there = field_number(&server.client()?.get("/api/v1/views")?.body, "all");
        if (there - MAILS as f64).abs() > 0.5 {
            return Err(format!("{MAILS} mails made {there} conversations").into());
        }
        Ok(())
    })
}

fn send_mails(port: u16, sender: usize, page: &str) -> Result<()> {
    let mut smtp = BufReader::new(dial(port)?);
    expect(&mut smtp, "220")?;
    say(&mut smtp, "EHLO bench.example", "250")?;
    for n in 0..MAILS / SENDERS {
        let from = format!("vevo{sender}-{n}@customer.example");
        say(&mut smtp, &format!("MAIL FROM:<{from}>"), "250")?;
        say(&mut smtp, "RCPT TO:<info@bench.example>", "250")?;
        say(&mut smtp, "DATA", "354")?;
        let mail = format!(
            "From: Vevo <{from}>\r\nTo: info@bench.example\r\nSubject: Rendeles {sender}-{n}\r\nMessage-ID: <{sender}.{n}@customer.example>\r\n\
             MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{}\r\n.",
            page.replace(". ", ".\r\n")
        );
        say(&mut smtp, &mail, "250")?;
    }
    say(&mut smtp, "QUIT", "221")
}

fn say(smtp: &mut BufReader<TcpStream>, line: &str, code: &str) -> Result<()> {
    smtp.get_mut().write_all(format!("{line}\r\n").as_bytes())?;
    expect(smtp, code)
}

fn expect(smtp: &mut BufReader<TcpStream>, code: &str) -> Result<()> {
    let mut line = String::new();
    loop {
        line.clear();
        smtp.read_line(&mut line)?;
        if !line.starts_with(code) {
            return Err(format!("expected {code}, got {line}").into());
        }
        if line.as_bytes().get(3) == Some(&b' ') {
            return Ok(());
        }
    }
}

fn on_both(table: &mut Table, run: impl Fn(&mut Table, &str, &Server) -> Result<()>) -> Outcome {
    run(table, "SQLite", &Server::start(None)?)?;
    match testservers::Postgres::start() {
        Ok(postgres) => {
            let url = postgres.create_database().map_err(|failure| failure.to_string())?;
            run(table, "PostgreSQL", &Server::start(Some(&url))?)
        }
        Err(failure) => Err(format!("PostgreSQL is not here: {failure}").into()),
    }
}

//! What the server costs when nobody asks anything: start, memory, processor, open sockets.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use crate::{
    load::chat,
    registry::Outcome,
    server::{Client, Result, Server, dial, field, milliseconds},
    table::Table,
};

const SOCKETS: usize = 5_000;
const WATCH: Duration = Duration::from_secs(10);

pub fn idle(table: &mut Table) -> Outcome {
    let server = Server::start(None)?;
    table.figure("start, process to ready", milliseconds(server.start), "ms");
    // Watching means letting time pass: the figure is processor time over wall time.
    let (before, began) = (server.processor_time()?, Instant::now());
    while began.elapsed() < WATCH {
        thread::park_timeout(WATCH.saturating_sub(began.elapsed()));
    }
    let used = server.processor_time()?.saturating_sub(before);
    table.figure("idle processor", 100.0 * used.as_secs_f64() / began.elapsed().as_secs_f64(), "%");
    table.figure("idle memory", server.memory()? / 1e6, "MB");
    Ok(())
}

pub fn sockets(table: &mut Table) -> Outcome {
    let server = Server::start(None)?;
    let key = chat(&server)?;
    let reply =
        Client::open(server.port, "")?.post(&format!("/chat/v1/{key}/visitor"), r#"{"locale":"hu"}"#)?;
    let token = field(&reply.body, "token").ok_or("no token")?;
    let warm = (0..50).map(|n| open(server.port, &key, &token, n)).collect::<Result<Vec<_>>>()?;
    let before = server.memory()?;
    let open = (0..SOCKETS).map(|n| open(server.port, &key, &token, n)).collect::<Result<Vec<_>>>()?;
    let after = server.memory()?;
    table.figure(
        format!("memory of each of {SOCKETS} idle chat sockets"),
        (after - before) / SOCKETS as f64 / 1e3,
        "kB",
    );
    drop((warm, open));
    Ok(())
}

/// A WebSocket that has said hello and heard the answer (RFC 6455), written by hand: one small masked frame.
fn open(port: u16, key: &str, token: &str, number: usize) -> Result<TcpStream> {
    let mut stream = dial(port)?;
    let request = format!(
        "GET /chat/v1/{key}/socket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n\
         Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let hello = format!(r#"{{"type":"hello","token":"{token}","since":0}}"#);
    let mut frame = vec![0x81, 0x80 | 126, (hello.len() >> 8) as u8, hello.len() as u8, 0, 0, 0, 0];
    frame.extend_from_slice(hello.as_bytes());
    let mut heard = Vec::new();
    let mut buffer = [0; 1_024];
    let mut greeted = false;
    while !String::from_utf8_lossy(&heard).contains("last_seq") {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Err(format!("socket {number} was closed").into());
        }
        heard.extend_from_slice(&buffer[..count]);
        if !greeted && heard.windows(4).any(|end| end == b"\r\n\r\n") {
            stream.write_all(&frame)?;
            greeted = true;
        }
    }
    Ok(stream)
}

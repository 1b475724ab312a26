//! A bad network: a TCP proxy that knows the frames of WebSockets (RFC 6455) and drops, doubles, delays and swaps them,
//! breaks connections, or lets nothing through at all.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
};

use crate::{check::Error, dice::Dice};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weather {
    Clear,
    /// Frames and connections suffer, as the seed says.
    Storm(u64),
    /// Connections stay open and nothing moves.
    Hole,
}

pub struct Proxy {
    pub port: u16,
    weather: watch::Sender<Weather>,
    harm: Arc<AtomicUsize>,
}

impl Proxy {
    pub async fn before(server: u16) -> Result<Self, Error> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let proxy = Self {
            port: listener.local_addr()?.port(),
            weather: watch::Sender::new(Weather::Clear),
            harm: Arc::default(),
        };
        let (weather, harm) = (proxy.weather.subscribe(), Arc::clone(&proxy.harm));
        tokio::spawn(async move {
            let mut number = 0;
            while let Ok((client, _)) = listener.accept().await {
                number += 1;
                tokio::spawn(carry(client, server, number, weather.clone(), Arc::clone(&harm)));
            }
        });
        Ok(proxy)
    }

    pub fn turn(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }

    /// How many frames and connections were harmed so far.
    pub fn harm(&self) -> usize {
        self.harm.load(Ordering::Relaxed)
    }
}

/// What a storm does to one frame or one piece of a stream.
#[derive(PartialEq, Eq)]
enum Fate {
    Pass,
    Drop,
    Double,
    /// Comes after the next one.
    Swap,
    Delay(u64),
    Break,
}

struct Direction {
    weather: watch::Receiver<Weather>,
    dice: Dice,
    seeded: u64,
    number: u64,
    harm: Arc<AtomicUsize>,
}

impl Direction {
    fn new(number: u64, weather: watch::Receiver<Weather>, harm: Arc<AtomicUsize>) -> Self {
        Self { weather, dice: Dice::new(number), seeded: 0, number, harm }
    }

    /// Waits for the end of a hole, then decides.
    async fn fate(&mut self, is_frame: bool) -> Fate {
        while *self.weather.borrow_and_update() == Weather::Hole {
            if self.weather.changed().await.is_err() {
                return Fate::Break;
            }
        }
        let Weather::Storm(seed) = *self.weather.borrow() else { return Fate::Pass };
        if self.seeded != seed {
            (self.seeded, self.dice) = (seed, Dice::new(seed ^ (self.number << 32)));
        }
        let fate = match (self.dice.roll(100), is_frame) {
            (0..16, true) => Fate::Drop,
            (16..22, true) => Fate::Double,
            (22..28, true) => Fate::Swap,
            (28..38, _) => Fate::Delay(self.dice.roll(80)),
            (38..41, _) => Fate::Break,
            _ => Fate::Pass,
        };
        if fate != Fate::Pass {
            self.harm.fetch_add(1, Ordering::Relaxed);
        }
        fate
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the checks call a server of their own on the loopback address"
)]
async fn carry(
    mut client: TcpStream,
    server: u16,
    number: u64,
    weather: watch::Receiver<Weather>,
    harm: Arc<AtomicUsize>,
) {
    let Ok(mut server) = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await else { return };
    let mut up = Direction::new(2 * number, weather.clone(), Arc::clone(&harm));
    let mut down = Direction::new(2 * number + 1, weather, harm);
    if up.fate(false).await == Fate::Break {
        return;
    }
    let Ok(head) = read_head(&mut client).await else { return };
    let is_socket = String::from_utf8_lossy(&head).to_ascii_lowercase().contains("upgrade: websocket");
    if server.write_all(&head).await.is_err() {
        return;
    }
    if is_socket {
        let Ok(answer) = read_head(&mut server).await else { return };
        if client.write_all(&answer).await.is_err() {
            return;
        }
    }
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    // Whichever side ends first takes the other with it.
    if is_socket {
        tokio::select! {
            () = frames(from_client, to_server, &mut up) => {}
            () = frames(from_server, to_client, &mut down) => {}
        }
    } else {
        tokio::select! {
            () = bytes(from_client, to_server, &mut up) => {}
            () = bytes(from_server, to_client, &mut down) => {}
        }
    }
}

/// Up to and with the empty line.
async fn read_head(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    Ok(head)
}

async fn bytes(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, direction: &mut Direction) {
    let mut piece = vec![0; 16 << 10];
    while let Ok(size @ 1..) = from.read(&mut piece).await {
        match direction.fate(false).await {
            Fate::Break => return,
            Fate::Delay(time) => tokio::time::sleep(Duration::from_millis(time)).await,
            _ => {}
        }
        if to.write_all(&piece[..size]).await.is_err() {
            return;
        }
    }
}

async fn frames(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, direction: &mut Direction) {
    let mut held: Option<Vec<u8>> = None;
    while let Ok((is_text, frame)) = read_frame(&mut from).await {
        let mut out = Vec::new();
        match if is_text { direction.fate(true).await } else { Fate::Pass } {
            Fate::Drop => {}
            Fate::Break => return,
            Fate::Swap if held.is_none() => {
                held = Some(frame);
                continue;
            }
            Fate::Double => {
                out.extend_from_slice(&frame);
                out.extend_from_slice(&frame);
            }
            Fate::Delay(time) => {
                tokio::time::sleep(Duration::from_millis(time)).await;
                out = frame;
            }
            Fate::Pass | Fate::Swap => out = frame,
        }
        out.extend(held.take().unwrap_or_default());
        if to.write_all(&out).await.is_err() {
            return;
        }
    }
}

/// A whole frame as it stands on the wire, and whether it is one of text.
async fn read_frame(from: &mut OwnedReadHalf) -> std::io::Result<(bool, Vec<u8>)> {
    let mut frame = vec![0; 2];
    from.read_exact(&mut frame).await?;
    let (opcode, masked, short) = (frame[0] & 0x0F, frame[1] & 0x80 != 0, frame[1] & 0x7F);
    let extended = match short {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let mut length = u64::from(short);
    if extended > 0 {
        let mut bytes = vec![0; extended];
        from.read_exact(&mut bytes).await?;
        length = bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        frame.extend(bytes);
    }
    let rest = usize::try_from(length).unwrap_or(usize::MAX).saturating_add(if masked { 4 } else { 0 });
    let start = frame.len();
    frame.resize(start + rest, 0);
    from.read_exact(&mut frame[start..]).await?;
    Ok((opcode == 1, frame))
}

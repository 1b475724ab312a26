//! The receiver, spoken to by hand and by real mail programs.

mod clients;
mod kept;
mod limits;
mod protocol;

use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use egress::{Grant, Policy};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinHandle,
    time::timeout,
};

use super::{Config, Envelope, Flavour, RecipientVerdict, Sink, SinkError, serve};

const PATIENCE: Duration = Duration::from_secs(20);

/// Keeps what it is given; `gate` holds the keeping back, `answer` spoils it.
pub struct Shelf {
    pub kept: Mutex<Vec<(Envelope, Vec<u8>)>>,
    pub gate: Semaphore,
    pub answer: Mutex<Result<(), SinkError>>,
    pub admits: AtomicBool,
}

impl Shelf {
    pub fn open() -> Arc<Self> {
        Arc::new(Self {
            kept: Mutex::default(),
            gate: Semaphore::new(1000),
            answer: Mutex::new(Ok(())),
            admits: AtomicBool::new(true),
        })
    }

    pub fn bodies(&self) -> Vec<String> {
        let kept = self.kept.lock().unwrap();
        kept.iter().map(|(_, raw)| String::from_utf8_lossy(raw).into_owned()).collect()
    }

    pub fn envelope(&self) -> Envelope {
        self.kept.lock().unwrap()[0].0.clone()
    }
}

impl Sink for Shelf {
    fn admit(&self, _: IpAddr) -> bool {
        self.admits.load(Ordering::SeqCst)
    }

    async fn recipient(&self, address: &str) -> RecipientVerdict {
        match address.split('@').next() {
            Some("nobody") => RecipientVerdict::Reject,
            Some("later") => RecipientVerdict::TryLater,
            _ => RecipientVerdict::Accept,
        }
    }

    async fn accept(&self, envelope: Envelope, raw: Vec<u8>) -> Result<(), SinkError> {
        self.gate.acquire().await.expect("the gate is never closed").forget();
        let answer = self.answer.lock().unwrap().clone();
        if answer.is_ok() {
            self.kept.lock().unwrap().push((envelope, raw));
        }
        answer
    }
}

/// A receiver on a port of its own.
pub struct Receiver {
    pub address: SocketAddr,
    pub shelf: Arc<Shelf>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Receiver {
    pub async fn smtp() -> Self {
        Self::start(Config::new("mx.kapocs.example", Flavour::Smtp)).await
    }

    pub async fn start(config: Config) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (stop, stopped) = watch::channel(false);
        let shelf = Shelf::open();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(serve(listener, config, shelf.clone(), stopped));
        Self { address, shelf, stop, task }
    }

    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Stops and waits until every session has ended.
    pub async fn stopped(self) -> Arc<Shelf> {
        self.stop();
        timeout(PATIENCE, self.task).await.expect("the receiver stops").unwrap();
        self.shelf
    }

    pub async fn dial(&self) -> Client {
        let policy = Policy::default();
        let host = self.address.ip().to_string();
        let stream =
            egress::connect(&policy, &host, self.address.port(), Grant::Operator, PATIENCE).await.unwrap();
        Client(stream)
    }

    /// A client that was greeted and has said EHLO.
    pub async fn greeted(&self) -> Client {
        let mut client = self.dial().await;
        client.reply("220").await;
        client.ask("EHLO client.example", "250").await;
        client
    }

    /// A client that may send its data now.
    pub async fn in_data(&self) -> Client {
        let mut client = self.greeted().await;
        client.ask("MAIL FROM:<anna@example.hu>", "250").await;
        client.ask("RCPT TO:<info@kapocs.example>", "250").await;
        client.ask("DATA", "354").await;
        client
    }
}

/// A hand on the wire.
pub struct Client(TcpStream);

impl Client {
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    pub async fn ask(&mut self, line: &str, code: &str) -> String {
        self.send(format!("{line}\r\n")).await;
        self.reply(code).await
    }

    /// The next reply, whole.
    #[track_caller]
    pub fn reply(&mut self, code: &str) -> impl Future<Output = String> {
        let at = std::panic::Location::caller();
        async move {
            let mut text = String::new();
            loop {
                let line = self.line().await;
                let last = line.as_bytes().get(3) != Some(&b'-');
                text.push_str(&line);
                if last {
                    break;
                }
            }
            assert!(text.starts_with(code), "{at}: expected {code}, got {text:?}");
            text
        }
    }

    async fn line(&mut self) -> String {
        let mut line = Vec::new();
        while !line.ends_with(b"\n") {
            match timeout(PATIENCE, self.0.read_u8()).await.expect("an answer in time") {
                Ok(byte) => line.push(byte),
                Err(error) => panic!("connection ended after {:?}: {error}", String::from_utf8_lossy(&line)),
            }
        }
        String::from_utf8(line).unwrap()
    }

    /// The server closed the connection.
    pub async fn closed(&mut self) {
        let mut rest = Vec::new();
        let ended = timeout(PATIENCE, self.0.read_to_end(&mut rest)).await.expect("the connection ends");
        assert!(ended.is_err() || rest.is_empty(), "{:?}", String::from_utf8_lossy(&rest));
    }

    /// Nothing is said: what was sent needs no answer yet.
    pub async fn silent(&mut self) {
        let answer = timeout(Duration::from_millis(50), self.0.read_u8()).await;
        assert!(answer.is_err(), "{answer:?}");
    }
}

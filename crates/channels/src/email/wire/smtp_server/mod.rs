//! A receive-only SMTP (RFC 5321) and LMTP (RFC 2033) server.
//!
//! It answers 250 to a message only after [`Sink::accept`] returned, that is, after the message is on disk. It relays
//! nothing and knows no login: whether a recipient exists is the sink's word. A connection that ends anywhere before
//! the end of the data leaves nothing behind.

mod command;
mod data;
mod receive;
mod session;
mod sink;

#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    io,
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::server::TlsStream;

pub use sink::{Envelope, Protocol, RecipientVerdict, Sink, SinkError};

use data::Memory;

/// After an error of `accept` itself (no more file handles), trying at once would only burn time.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flavour {
    Smtp,
    Lmtp,
}

/// The limits of a receiver.
#[derive(Clone)]
pub struct Config {
    /// The name it greets with.
    pub hostname: String,
    pub flavour: Flavour,
    /// Larger messages are refused with 552.
    pub max_message: usize,
    /// What all connections together may hold of messages not yet kept; beyond it, 452.
    pub max_memory: usize,
    pub max_recipients: usize,
    pub max_connections: usize,
    pub max_connections_per_peer: usize,
    /// Between two commands, or two packets of data.
    pub idle: Duration,
    /// For the data of one message.
    pub data: Duration,
    /// For a whole connection.
    pub lifetime: Duration,
    /// How long a stop waits for messages under way.
    pub drain: Duration,
    /// Offers STARTTLS.
    pub tls: Option<Arc<rustls::ServerConfig>>,
}

impl Config {
    pub fn new(hostname: impl Into<String>, flavour: Flavour) -> Self {
        Self {
            hostname: hostname.into(),
            flavour,
            max_message: 64 << 20,
            max_memory: 256 << 20,
            max_recipients: 100,
            max_connections: 200,
            max_connections_per_peer: 50,
            idle: Duration::from_secs(300),
            data: Duration::from_secs(900),
            lifetime: Duration::from_secs(3600),
            drain: Duration::from_secs(25),
            tls: None,
        }
    }
}

struct Server<S> {
    config: Config,
    sink: Arc<S>,
    memory: Memory,
    peers: Mutex<HashMap<IpAddr, usize>>,
    stop: watch::Receiver<bool>,
}

/// Receives until `stop` turns true, then lets messages under way finish and returns.
pub async fn serve<S: Sink>(
    listener: TcpListener,
    config: Config,
    sink: Arc<S>,
    mut stop: watch::Receiver<bool>,
) {
    let memory = Memory::new(config.max_memory);
    let server = Arc::new(Server { config, sink, memory, peers: Mutex::default(), stop: stop.clone() });
    let mut sessions = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = sessions.join_next() => continue,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((stream, address)) => {
                let peer = address.ip().to_canonical();
                match server.admit(peer) {
                    Some(place) => {
                        let server = server.clone();
                        sessions.spawn(async move {
                            let lifetime = server.config.lifetime;
                            let _ = timeout(lifetime, session::run(server, stream, peer)).await;
                            drop(place);
                        });
                    }
                    None => turn_away(&stream, &server.config.hostname),
                }
            }
            Err(error) => {
                tracing::warn!(error = %error.kind(), "cannot accept mail connections");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    let drained = timeout(server.config.drain, async { while sessions.join_next().await.is_some() {} }).await;
    if drained.is_err() {
        tracing::warn!(left = sessions.len(), "mail connections were cut at the end of the drain time");
    }
}

fn turn_away(stream: &TcpStream, hostname: &str) {
    // One packet, never waited for: whoever floods us must not make us wait.
    let _ = stream
        .try_write(format!("421 4.7.0 {hostname} Too many connections, try again later\r\n").as_bytes());
}

impl<S: Sink> Server<S> {
    fn admit(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        if !self.sink.admit(peer) {
            return None;
        }
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        let total: usize = peers.values().sum();
        let own = peers.entry(peer).or_default();
        if total >= self.config.max_connections || *own >= self.config.max_connections_per_peer {
            if *own == 0 {
                peers.remove(&peer);
            }
            return None;
        }
        *own += 1;
        let server = self.clone();
        Some(Place(Some(Box::new(move || server.leave(peer)))))
    }

    fn leave(&self, peer: IpAddr) {
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = peers.get_mut(&peer) {
            *own -= 1;
            if *own == 0 {
                peers.remove(&peer);
            }
        }
    }
}

/// One of the allowed connections; free again when dropped.
struct Place(Option<Box<dyn FnOnce() + Send>>);

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(leave) = self.0.take() {
            leave();
        }
    }
}

/// The other side of a session, before and after STARTTLS.
enum Connection {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
        }
    }
}

//! Ports, connections and waiting.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use crate::{Failure, Result};

const PATIENCE: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(10);

/// A port of 127.0.0.1 on which nobody listens at the moment.
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("127.0.0.1 has a free port")
        .port()
}

/// Connects to a server of the test itself, which `egress` would rightly refuse.
#[expect(clippy::disallowed_methods, reason = "tests talk to servers on the loopback address")]
pub fn dial(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Blocks until `condition` yields a value; panics, naming what was awaited, after a minute and a half.
/// In an async test call it on a blocking thread.
#[track_caller]
pub fn wait_until<T>(awaited: &str, condition: impl FnMut() -> Option<T>) -> T {
    wait_within(PATIENCE, awaited, condition)
}

/// As [`wait_until`], with another patience.
#[track_caller]
pub fn wait_within<T>(patience: Duration, awaited: &str, condition: impl FnMut() -> Option<T>) -> T {
    match poll(patience, awaited, condition) {
        Ok(value) => value,
        Err(failure) => panic!("{failure}"),
    }
}

pub(crate) fn patiently<T>(awaited: &str, condition: impl FnMut() -> Option<T>) -> Result<T> {
    poll(PATIENCE, awaited, condition)
}

#[expect(clippy::disallowed_methods, reason = "the one place that polls; everything else waits through it")]
fn poll<T>(patience: Duration, awaited: &str, mut condition: impl FnMut() -> Option<T>) -> Result<T> {
    let give_up = Instant::now() + patience;
    loop {
        if let Some(value) = condition() {
            return Ok(value);
        }
        if Instant::now() > give_up {
            return Err(Failure::new(format!("waited {} s in vain for {awaited}", patience.as_secs())));
        }
        thread::sleep(PAUSE);
    }
}

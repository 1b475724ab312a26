//! What the door lets through, tried on a canary that must stay untouched.

mod fetching;
mod hostile;
mod pinning;
mod secure;

use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::net::TcpListener;

use crate::{Policy, Resolve, Resolving};

/// Answers every name with the next of its answers; the last one stays.
pub struct Scripted {
    answers: Mutex<Vec<Vec<IpAddr>>>,
    pub asked: AtomicUsize,
}

impl Scripted {
    pub fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |list: &&[&str]| list.iter().map(|ip| ip.parse().unwrap()).collect();
        Arc::new(Self {
            answers: Mutex::new(answers.iter().rev().map(parse).collect()),
            asked: AtomicUsize::new(0),
        })
    }
}

impl Resolve for Scripted {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolving<'a> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop() } else { answers.last().cloned() };
        Box::pin(async move { Ok(answer.unwrap_or_default()) })
    }
}

/// A listener on the loopback that nothing may reach, and a policy that allows its port.
pub struct Canary {
    pub listener: TcpListener,
    pub address: SocketAddr,
}

impl Canary {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { address: listener.local_addr().unwrap(), listener }
    }

    pub fn policy(&self, resolver: Arc<dyn Resolve>) -> Policy {
        Policy { ports: vec![self.address.port()], resolver, ..Policy::default() }
    }
}

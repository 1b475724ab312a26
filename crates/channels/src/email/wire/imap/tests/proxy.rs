//! A line that breaks when it is told to.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use egress::{Grant, Policy};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy},
    net::{TcpListener, TcpStream},
};

/// Bytes of the server that each next connection lets through; after the list, everything.
type Budgets = Arc<Mutex<std::vec::IntoIter<usize>>>;

pub struct Proxy {
    pub address: SocketAddr,
    pub budgets: Budgets,
}

impl Proxy {
    /// `rewrite` may change what the server says, as long as it keeps its length.
    pub async fn start(server: SocketAddr, budgets: Vec<usize>, rewrite: fn(&mut [u8])) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let budgets: Budgets = Arc::new(Mutex::new(budgets.into_iter()));
        let shared = budgets.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let budget = shared.lock().unwrap().next().unwrap_or(usize::MAX);
                tokio::spawn(forward(client, server, budget, rewrite));
            }
        });
        Self { address, budgets }
    }

    pub fn is_spent(&self) -> bool {
        self.budgets.lock().unwrap().len() == 0
    }
}

async fn forward(client: TcpStream, server: SocketAddr, mut budget: usize, rewrite: fn(&mut [u8])) {
    let host = server.ip().to_string();
    let within = super::PATIENCE;
    let Ok(server) = egress::connect(&Policy::default(), &host, server.port(), Grant::Operator, within).await
    else {
        return;
    };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let upward = tokio::spawn(async move { copy(&mut from_client, &mut to_server).await });
    let mut buffer = vec![0; 4096];
    while budget > 0 {
        let Ok(read @ 1..) = from_server.read(&mut buffer).await else {
            break;
        };
        let read = read.min(budget);
        budget -= read;
        rewrite(&mut buffer[..read]);
        if to_client.write_all(&buffer[..read]).await.is_err() {
            break;
        }
    }
    upward.abort();
}

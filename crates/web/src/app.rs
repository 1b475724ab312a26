//! What every handler can reach.

use std::sync::Arc;

use store::{Db, search::Search};
use utoipa_axum::router::OpenApiRouter;

use crate::{Authenticate, Hub, Limits};

/// The state of all routes. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub db: Db,
    pub search: Search,
    pub auth: Arc<dyn Authenticate>,
    pub hub: Hub,
    pub limits: Limits,
    pub edge: Arc<Edge>,
    /// Keys the hashes that are kept of requests, so that a copy of the database tells nothing about their bodies.
    pub request_secret: [u8; 32],
}

/// How the outside sees this server; only from configuration, never from a request.
#[derive(Clone, Debug)]
pub struct Edge {
    /// `https://inbox.example.com`, without a slash at the end.
    pub external_url: String,
    /// Where the bytes of strangers are served from, another origin than `external_url`.
    pub content_url: String,
    /// Hosts (with port) that requests may name.
    pub hosts: Vec<String>,
    /// Addresses of proxies whose `X-Forwarded-For` is believed; empty = nobody's.
    pub trusted_proxies: Vec<std::net::IpAddr>,
}

impl Edge {
    /// `host[:port]` of the content origin.
    pub fn content_host(&self) -> &str {
        host_of(&self.content_url)
    }

    /// `host[:port]` of the application.
    pub fn external_host(&self) -> &str {
        host_of(&self.external_url)
    }
}

fn host_of(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest).split('/').next().unwrap_or_default()
}

/// A router whose routes describe themselves.
pub type RouterExt = OpenApiRouter<App>;

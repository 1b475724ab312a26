//! The channels: one folder each, behind the port of `inbox`.
//!
//! Adding one: docs/adding-a-channel.md.

pub mod email;
pub mod form;
pub mod receiver;
pub mod webchat;

use std::sync::Arc;

use axum::Router;
use inbox::port::{Channel, Registry};
use people::secrets::Vault;
use store::Db;
use web::{App, Edge, Hub};

/// What every channel may use.
#[derive(Clone)]
pub struct Parts {
    pub db: Db,
    pub vault: Vault,
    pub egress: egress::Policy,
    pub edge: Arc<Edge>,
    pub hub: Hub,
    pub mail: email::MailEdge,
}

/// All kinds of channel this program knows: one line each.
pub fn registry(parts: &Parts) -> Registry {
    let email = Arc::new(email::Email::new(parts));
    let channels: Vec<Arc<dyn Channel>> = vec![
        email.clone(),
        Arc::new(receiver::Receiver::new(parts, email.clone())),
        Arc::new(webchat::WebChat::new(parts, email.clone())),
        Arc::new(form::Form::new(parts, email)),
    ];
    Registry::new(channels)
}

/// What the public reaches: the chat and the forms.
pub fn public_routes() -> Router<App> {
    Router::new().merge(webchat::routes()).merge(form::routes())
}

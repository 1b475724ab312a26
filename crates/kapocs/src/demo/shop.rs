//! A page of the shop on a port of its own: another site, as the chat's visitors see it.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    http::header,
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use kernel::{Error, Result};
use serde::Deserialize;
use tokio::{net::TcpListener, sync::watch};

use super::place::Place;
use crate::Running;

const PAGE: &str = include_str!("shop/page.html");
const TEXTS: &str = include_str!("shop/texts.toml");
const DRAWINGS: &str = include_str!("shop/drawings.svg");

/// Serves the page on the port after the server's, or on any free one. Gives the address of the site.
pub(super) async fn open(listen: SocketAddr, running: &Running, place: &Place) -> Result<String> {
    let mut beside = listen;
    beside.set_port(if listen.port() == 0 { 0 } else { listen.port().saturating_add(1) });
    let listener = match TcpListener::bind(beside).await {
        Ok(listener) => listener,
        Err(_) => TcpListener::bind((listen.ip(), 0)).await.map_err(Error::internal)?,
    };
    let address = listener.local_addr().map_err(Error::internal)?;
    let server = &running.app.edge.external_url;
    let pages = Shop::read().pages(server, &place.chat_key, &place.form_key);
    tokio::spawn(serve(listener, routes(pages, server), running.stopped()));
    let name = if address.ip().is_unspecified() { "127.0.0.1".to_owned() } else { address.ip().to_string() };
    Ok(format!("http://{name}:{}", address.port()))
}

async fn serve(listener: TcpListener, routes: Router, mut stop: watch::Receiver<bool>) {
    let served = axum::serve(listener, routes).with_graceful_shutdown(async move {
        let _ = stop.changed().await;
    });
    if let Err(error) = served.await {
        tracing::error!(%error, "the page of the shop ended");
    }
}

fn routes([hungarian, english]: [String; 2], server: &str) -> Router {
    let policy = Arc::new(format!(
        "default-src 'none'; script-src 'unsafe-inline' {server}; style-src 'unsafe-inline'; img-src data:; \
         frame-src {server}; base-uri 'none'; form-action 'none'"
    ));
    let page =
        move |text: String, policy: Arc<String>| get(move || async move { respond(text.clone(), &policy) });
    Router::new()
        .route("/", get(|| async { Redirect::to("/demo-shop") }))
        .route("/demo-shop", page(hungarian, Arc::clone(&policy)))
        .route("/demo-shop/en", page(english, policy))
}

fn respond(text: String, policy: &str) -> Response {
    ([(header::CONTENT_SECURITY_POLICY, policy.to_owned())], Html(text)).into_response()
}

#[derive(Deserialize)]
struct Shop {
    hu: Texts,
    en: Texts,
    product: Vec<Product>,
}

#[derive(Deserialize)]
struct Texts {
    footer_links: Vec<String>,
    #[serde(flatten)]
    texts: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Product {
    drawing: String,
    /// Name, what it is, price.
    hu: [String; 3],
    en: [String; 3],
}

impl Shop {
    fn read() -> Self {
        toml::from_str(TEXTS).expect("the shop's own texts are read by its tests")
    }

    fn pages(&self, server: &str, chat_key: &str, form_key: &str) -> [String; 2] {
        let hungarian = self.product.iter().map(|product| (product, &product.hu));
        let english = self.product.iter().map(|product| (product, &product.en));
        let given = [("server", server), ("chat_key", chat_key), ("form_key", form_key)];
        [
            page(
                &self.hu,
                &hungarian.map(|(product, said)| card(product, said, &self.hu)).collect::<String>(),
                &given,
            ),
            page(
                &self.en,
                &english.map(|(product, said)| card(product, said, &self.en)).collect::<String>(),
                &given,
            ),
        ]
    }
}

fn page(texts: &Texts, cards: &str, given: &[(&str, &str)]) -> String {
    let help: String = texts.footer_links.iter().map(|link| format!("<li>{link}</li>")).collect();
    let mut page = PAGE.replace("{product_cards}", cards).replace("{help_items}", &help);
    for (name, value) in given {
        page = page.replace(&format!("{{{name}}}"), value);
    }
    for (name, text) in &texts.texts {
        page = page.replace(&format!("{{{name}}}"), text);
    }
    page
}

fn card(product: &Product, [name, what, price]: &[String; 3], texts: &Texts) -> String {
    let text = |key: &str| texts.texts.get(key).map_or("", String::as_str);
    format!(
        "      <li class=\"card\"><svg viewBox=\"0 0 300 230\" role=\"img\" aria-label=\"{name}\">{}</svg>\n        \
         <div><h3>{name}</h3><p>{what}</p><p class=\"price\">{price}</p>\
         <button class=\"button\" type=\"button\" data-add>{}</button>\
         <button class=\"ask\" type=\"button\" data-chat>{}</button></div></li>\n",
        drawing(&product.drawing),
        text("add"),
        text("ask"),
    )
}

/// The inside of a symbol.
fn drawing(id: &str) -> &'static str {
    let start = DRAWINGS.split_once(&format!("<symbol id=\"{id}\">")).map_or("", |(_, rest)| rest);
    start.split_once("</symbol>").map_or("", |(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_pages_are_whole_and_carry_the_chat_of_the_server() {
        let shop = Shop::read();
        let keys = |texts: &Texts| texts.texts.keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&shop.hu), keys(&shop.en));
        for page in shop.pages("http://127.0.0.1:8080", "chatkey", "formkey") {
            let (_, body) = page.split_once("</style>").expect("a style");
            let (text, _) = body.split_once("<script>").expect("a script");
            assert!(!text.contains(['{', '}']), "every text is filled in");
            assert!(
                page.contains(
                    "<script async src=\"http://127.0.0.1:8080/widget.js\" data-channel=\"chatkey\""
                )
            );
            assert!(text.contains("/forms/formkey\""));
            assert_eq!(text.matches("class=\"card\"").count(), 8);
        }
        assert!(shop.product.iter().all(|product| !drawing(&product.drawing).is_empty()));
    }
}

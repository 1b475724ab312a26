//! `GET|POST /{hu|en}/forms/{key}` and the page of thanks. No cookie is read or set.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart, State, multipart::MultipartRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use inbox::{
    channels::{self, ChannelRow},
    conversations::number_text,
};
use kernel::{Caller, Code, Error, Locale, Result};
use maud::Markup;
use people::access::workspace;
use serde::Deserialize;
use web::{App, ClientIp, Limit, PathId, Query, with_csp};

use super::{
    config::FormConfig,
    page::{self, Site},
    style,
    submission::{Files, MAX_REQUEST, Submission},
    submit::{self, Problems},
    token::{FormToken, is_number_signed, sign_number},
};

/// Nothing runs, and nothing comes from elsewhere; the page may stand in anybody's frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
     frame-ancestors *";

pub fn routes() -> Router<App> {
    let languages = [Locale::Hu, Locale::En].into_iter();
    languages.fold(Router::new().route(style::path(), get(style::sheet)), |router, locale| {
        let path = format!("/{}/forms/{{key}}", locale.as_str());
        let show = move |app, key| show(locale, app, key);
        let send = move |app, ip, key, form| send(locale, app, ip, key, form);
        let thank = move |app, key, thanked| thank(locale, app, key, thanked);
        router
            .route(&path, get(show).post(send).layer(DefaultBodyLimit::max(MAX_REQUEST)))
            .route(&format!("{path}/thanks"), get(thank))
    })
}

/// An enabled form and what its pages need.
pub(super) struct Open {
    pub channel: ChannelRow,
    pub config: FormConfig,
    pub caller: Caller,
    sender: String,
    pub secret: Vec<u8>,
}

async fn open(app: &App, key: String) -> Result<Open> {
    let channel = app.db.system_read("form", move |read| channels::by_key(read, &key)).await?;
    if channel.kind != "form" {
        return Err(Error::not_found());
    }
    let caller = Caller::system(channel.workspace, "form");
    let read = app.db.read(&caller, |read| Ok((workspace::get(read)?.name, workspace::secret(read)?)));
    let (sender, secret) = read.await?;
    Ok(Open { config: FormConfig::of(&channel.config), channel, caller, sender, secret })
}

async fn show(locale: Locale, State(app): State<App>, PathId(key): PathId<String>) -> Response {
    let path = format!("/forms/{key}");
    let open = match open(&app, key).await {
        Ok(open) => open,
        Err(error) => return absent(&app, locale, &path, &error),
    };
    let site = Site { locale, sender: &open.sender, path: &path, origin: &app.edge.external_url };
    let token = FormToken::issue(app.db.clock().now()).sign(&open.secret, open.channel.id);
    respond(StatusCode::OK, page::form(&site, &open.config, &Submission::default(), &[], &token))
}

async fn send(
    locale: Locale,
    State(app): State<App>,
    ClientIp(ip): ClientIp,
    PathId(key): PathId<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let path = format!("/forms/{key}");
    let open = match open(&app, key).await {
        Ok(open) => open,
        Err(error) => return absent(&app, locale, &path, &error),
    };
    let site = Site { locale, sender: &open.sender, path: &path, origin: &app.edge.external_url };
    let refused = app.limits.take(Limit::FormByIp, &ip.to_string()).err();
    let files = if refused.is_some() { Files::Drop } else { Files::Keep };
    let filled = match form {
        Ok(form) => Submission::read(form, files).await,
        Err(_) => Err(Error::new(Code::UnsupportedMediaType)),
    };
    let mut filled = match filled {
        Ok(filled) => filled,
        Err(error) => {
            return respond(status(&error), page::notice(&site, "unreadable-title", "unreadable-text"));
        }
    };
    match submit::submit(&app, &open, (locale, ip), &mut filled, refused.as_ref()).await {
        Ok(number) => {
            let signature = sign_number(&open.secret, open.channel.id, number);
            Redirect::to(&format!("/{}{path}/thanks?n={number}&s={signature}", locale.as_str()))
                .into_response()
        }
        Err(Problems { status, wait, list, token }) => {
            let markup =
                page::form(&site, &open.config, &filled, &list, &token.sign(&open.secret, open.channel.id));
            let mut response = respond(status, markup);
            if let Some(seconds) = wait {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    }
}

#[derive(Deserialize)]
struct Thanked {
    /// The number of the conversation.
    n: i64,
    /// Our signature of it.
    s: String,
}

async fn thank(
    locale: Locale,
    State(app): State<App>,
    PathId(key): PathId<String>,
    Query(thanked): Query<Thanked>,
) -> Response {
    let again = format!("/forms/{key}");
    let path = format!("{again}/thanks?n={}&s={}", thanked.n, encoded(&thanked.s));
    let found = open(&app, key).await.and_then(|open| {
        let is_ours = is_number_signed(&open.secret, open.channel.id, thanked.n, &thanked.s);
        if is_ours { Ok(open) } else { Err(Error::not_found()) }
    });
    let open = match found {
        Ok(open) => open,
        Err(error) => return absent(&app, locale, &again, &error),
    };
    let site = Site { locale, sender: &open.sender, path: &path, origin: &app.edge.external_url };
    let again = format!("/{}{again}", locale.as_str());
    respond(StatusCode::OK, page::thanks(&site, &open.config, &number_text(thanked.n), &again))
}

/// Letters of base64url only: whatever else was typed there was not signed by us anyway.
fn encoded(signature: &str) -> String {
    signature.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
}

/// There is no such form, or it cannot be shown now.
fn absent(app: &App, locale: Locale, path: &str, error: &Error) -> Response {
    let (title, text) = match error.code {
        Code::NotFound => ("missing-title", "missing-text"),
        _ => {
            tracing::error!(%error, "a form could not be shown");
            ("broken-title", "broken-text")
        }
    };
    let site = Site { locale, sender: "", path, origin: &app.edge.external_url };
    respond(status(error), page::notice(&site, title, text))
}

pub(super) fn status(error: &Error) -> StatusCode {
    StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Kept by the browser for its Back button, so that what was typed comes back with it.
fn respond(status: StatusCode, markup: Markup) -> Response {
    with_csp((status, [(header::CACHE_CONTROL, "private, no-cache")], markup).into_response(), POLICY)
}

//! What stands before every handler: known hosts, same origin, safe headers.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
};
use kernel::{Code, fault};

use crate::{ApiError, App, Edge, SESSION_COOKIE, auth::cookie, error, idempotency};

/// The content security policy of a page, put into its response's extensions. Without one a response may load nothing.
#[derive(Clone)]
pub struct Csp(pub String);

/// Gives a response its policy.
pub fn with_csp(mut response: Response, policy: impl Into<String>) -> Response {
    response.extensions_mut().insert(Csp(policy.into()));
    response
}

/// Puts all guards around the routes, in their order.
pub fn guard(router: Router, app: &App) -> Router {
    router
        .layer(from_fn_with_state(app.request_secret, idempotency::read_key))
        .layer(from_fn_with_state(Arc::clone(&app.edge), known_host_and_origin))
        .layer(from_fn(safe_headers))
        .layer(from_fn(error::render))
}

async fn known_host_and_origin(State(edge): State<Arc<Edge>>, request: Request, next: Next) -> Response {
    let Some(host) = host(&request).map(str::to_ascii_lowercase).filter(|host| edge.hosts.contains(host))
    else {
        return ApiError::from(Code::WrongHost).into_response();
    };
    let path = request.uri().path();
    let is_content = path.starts_with("/content/");
    if edge.content_host() != edge.external_host() {
        if host == edge.content_host() && !is_content {
            return Redirect::temporary(&format!("{}/", edge.external_url)).into_response();
        }
        if host != edge.content_host() && is_content {
            return ApiError::from(Code::NotFound).into_response();
        }
    }
    if is_forged(&request, &edge) && !fault::is_off("origin") {
        return ApiError::from(Code::ForeignOrigin).into_response();
    }
    next.run(request).await
}

/// The one name of the request. Two of them, also when one stands in the request line, may mean different servers to
/// us and to a proxy before us (RFC 9112, 3.2).
fn host(request: &Request) -> Option<&str> {
    let mut headers = request.headers().get_all(header::HOST).iter();
    let header = headers.next().and_then(|value| value.to_str().ok());
    let line = request.uri().authority().map(|authority| authority.as_str());
    let is_twofold =
        headers.next().is_some() || header.zip(line).is_some_and(|(a, b)| !a.eq_ignore_ascii_case(b));
    if is_twofold && !fault::is_off("one-host") { None } else { header.or(line) }
}

/// An unsafe request that carries our cookie, or opens a socket, must say that it comes from our own pages.
fn is_forged(request: &Request, edge: &Edge) -> bool {
    let headers = request.headers();
    let is_socket = headers.get(header::UPGRADE).is_some();
    let safe_method = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe_method && !is_socket {
        return false;
    }
    let by_cookie = cookie(headers, SESSION_COOKIE).is_some() && headers.get(header::AUTHORIZATION).is_none();
    let is_sign_in = matches!(request.uri().path(), "/api/v1/session" | "/api/v1/setup");
    match origin(headers) {
        Some(origin) => !is_own(&origin, headers, edge) && (by_cookie || is_sign_in || is_socket),
        None => by_cookie && headers.get("sec-fetch-site").is_none_or(|site| site != "same-origin"),
    }
}

fn origin(headers: &HeaderMap) -> Option<String> {
    headers.get(header::ORIGIN).map(|value| value.to_str().unwrap_or("null").to_ascii_lowercase())
}

/// Our configured origin, or the very host this request named (already found to be ours).
fn is_own(origin: &str, headers: &HeaderMap, edge: &Edge) -> bool {
    let named = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    origin == edge.external_url || origin.split_once("://").is_some_and(|(_, host)| host == named)
}

async fn safe_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if fault::is_off("safe-headers") {
        return response;
    }
    let policy = response.extensions_mut().remove::<Csp>();
    let is_page = policy.is_some();
    let policy = policy.map_or_else(|| "default-src 'none'; frame-ancestors 'none'".to_owned(), |csp| csp.0);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&policy) {
        headers.insert("content-security-policy", value);
    }
    set(headers, "x-content-type-options", "nosniff");
    set(headers, "referrer-policy", "no-referrer");
    set(headers, "cross-origin-opener-policy", "same-origin");
    set(headers, "permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
    if !headers.contains_key("cross-origin-resource-policy") {
        set(headers, "cross-origin-resource-policy", "same-origin");
    }
    if !is_page && !headers.contains_key(header::CACHE_CONTROL) {
        set(headers, "cache-control", "no-store");
    }
    response
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

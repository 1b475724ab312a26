//! The application and the widget, embedded into the program.

use axum::{
    Router,
    extract::{Path, State},
    http::{Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::get,
};
use kernel::Code;
use rust_embed::{EmbeddedFile, RustEmbed};
use web::{ApiError, App, Edge, with_csp};

#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Ui;

#[derive(RustEmbed)]
#[folder = "../../widget/dist"]
#[allow_missing = true]
struct Widget;

/// Names with a content hash in them never change.
const FOREVER: &str = "public, max-age=31536000, immutable";
const NOT_BUILT: &str = "The application is not built into this program. Run: cargo xtask demo";

pub fn routes() -> Router<App> {
    Router::new()
        .route("/assets/{*path}", get(asset))
        .route("/widget.js", get(loader))
        .route("/widget/app/{*path}", get(widget_asset))
        .route("/widget/{key}", get(widget_page))
}

/// Whatever is not a route: the application for people, a typed 404 for programs.
pub async fn fallback(State(app): State<App>, method: Method, uri: Uri) -> Response {
    let path = uri.path();
    let is_api = ["/api/", "/chat/", "/content/"].iter().any(|prefix| path.starts_with(prefix));
    if is_api || !matches!(method, Method::GET | Method::HEAD) {
        return ApiError::from(Code::NotFound).into_response();
    }
    if let Some(file) = Ui::get(path.trim_start_matches('/')).filter(|_| path != "/" && path != "/index.html")
    {
        return serve(path, file, "public, max-age=3600");
    }
    match Ui::get("index.html") {
        Some(page) => with_csp(serve("index.html", page, "no-cache"), application_policy(&app.edge)),
        None => (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT).into_response(),
    }
}

fn application_policy(edge: &Edge) -> String {
    let content = &edge.content_url;
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: {content}; font-src 'self'; \
         connect-src 'self'; frame-src {content}; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; \
         manifest-src 'self'; require-trusted-types-for 'script'"
    )
}

async fn asset(Path(path): Path<String>) -> Response {
    match Ui::get(&format!("assets/{path}")) {
        Some(file) => serve(&path, file, FOREVER),
        None => ApiError::from(Code::NotFound).into_response(),
    }
}

/// The loader runs on the pages of others.
async fn loader() -> Response {
    let Some(file) = Widget::get("widget.js") else { return ApiError::from(Code::NotFound).into_response() };
    let mut response = serve("widget.js", file, "public, max-age=3600");
    let headers = response.headers_mut();
    headers.insert("cross-origin-resource-policy", header::HeaderValue::from_static("cross-origin"));
    response
}

async fn widget_asset(Path(path): Path<String>) -> Response {
    match Widget::get(&format!("app/{path}")) {
        Some(file) => serve(&path, file, FOREVER),
        None => ApiError::from(Code::NotFound).into_response(),
    }
}

/// The framed chat: any page may hold it, it may load nothing but itself.
async fn widget_page(State(app): State<App>, Path(_key): Path<String>) -> Response {
    let Some(page) = Widget::get("app/index.html") else {
        return ApiError::from(Code::NotFound).into_response();
    };
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: {}; connect-src 'self'; \
         frame-ancestors *; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'",
        app.edge.content_url
    );
    let mut response = with_csp(serve("index.html", page, "no-cache"), policy);
    let headers = response.headers_mut();
    headers.insert("cross-origin-resource-policy", header::HeaderValue::from_static("cross-origin"));
    response
}

fn serve(path: &str, file: EmbeddedFile, caching: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, media_type(path)), (header::CACHE_CONTROL, caching)];
    (headers, file.data.into_owned()).into_response()
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}

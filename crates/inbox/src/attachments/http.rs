use axum::{
    Extension, Router,
    body::Body,
    extract::{DefaultBodyLimit, Multipart, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use kernel::{AttachmentId, Caller, Code, Error, MessageId, Role, fault};
use serde::Deserialize;
use store::BlobHash;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ApiError, ApiResult, App, Auth, Limit, PathId, Query, RouterExt, with_csp};

use super::{AttachmentView, MAX_UPLOAD, check_link, check_size, link, link::workspace_of, remote, upload};
use people::access::workspace;

pub fn routes() -> RouterExt {
    OpenApiRouter::new().routes(routes!(create)).layer(DefaultBodyLimit::max(MAX_UPLOAD + 64 * 1024))
}

/// The content origin: strangers' bytes behind signed links. No cookie is read here.
pub fn content_routes(outside: &egress::Policy) -> Router<App> {
    Router::new()
        .route("/content/{workspace}/files/{id}", get(file))
        .route("/content/{workspace}/mail/{id}", get(mail))
        .route("/content/{workspace}/remote", get(remote_picture).layer(Extension(outside.clone())))
}

/// Uploads one file (multipart field `file`, up to 25 MB). It becomes part of the message that names its id.
#[utoipa::path(post, path = "/api/v1/attachments", tag = "attachments",
    request_body(content_type = "multipart/form-data", content = String), responses((status = 201, body = AttachmentView)))]
async fn create(auth: Auth, State(app): State<App>, form: Multipart) -> ApiResult<Response> {
    auth.caller.require(Role::Agent)?;
    let key = serde_json::to_string(&auth.caller.actor).map_err(Error::internal)?;
    app.limits.take(Limit::UploadByCaller, &key)?;
    let (name, media_type, bytes) = read_file(form).await?;
    let size = bytes.len();
    let hash = app.db.blobs().put(bytes).await?;
    let content_url = app.edge.content_url.clone();
    auth.write(&app.db, StatusCode::CREATED, move |tx| {
        let file = upload(tx, &hash, &name, &media_type, size)?;
        link(tx, &content_url, &file)
    })
    .await
}

/// Reads the field `file` of a form: name, media type, bytes.
pub async fn read_file(mut form: Multipart) -> Result<(String, String, Vec<u8>), ApiError> {
    while let Some(field) = form.next_field().await.map_err(|_| Error::new(Code::TooLarge))? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or("file").to_owned();
        let media_type = field.content_type().unwrap_or("application/octet-stream").to_owned();
        let bytes = field.bytes().await.map_err(|_| Error::new(Code::TooLarge))?;
        check_size(bytes.len())?;
        return Ok((name, media_type, bytes.to_vec()));
    }
    Err(Error::new(Code::Required).field("file").into())
}

#[derive(Deserialize)]
struct Signed {
    e: i64,
    s: String,
}

/// Images that browsers decode without running anything; everything else is a download.
pub(super) const SHOWN: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"];

async fn file(
    State(app): State<App>,
    PathId((workspace, id)): PathId<(String, String)>,
    Query(signed): Query<Signed>,
) -> ApiResult<Response> {
    let caller = Caller::system(workspace_of(&workspace)?, "content");
    let found = app
        .db
        .read(&caller, move |read| {
            let secret = workspace::secret(read)?;
            if !check_link(&secret, "file", &id, signed.e, &signed.s, read.now()) {
                return Err(Error::not_found());
            }
            super::find(read, id.parse::<AttachmentId>()?)
        })
        .await?;
    let hash = BlobHash::parse(&found.blob).ok_or_else(Error::not_found)?;
    let bytes = app.db.blobs().get(&hash).await?;
    // A check takes the guard away to see that it would notice.
    let guarded = !fault::is_off("content-headers");
    let shown = !guarded || SHOWN.contains(&found.media_type.as_str());
    let media_type = if shown { found.media_type.as_str() } else { "application/octet-stream" };
    let disposition = if shown { "inline" } else { "attachment" };
    let name = encoded_name(&found.name);
    let response = Response::builder()
        .header(header::CONTENT_TYPE, media_type)
        .header(header::CONTENT_DISPOSITION, format!("{disposition}; filename*=UTF-8''{name}"))
        .header(header::CACHE_CONTROL, "private, max-age=43200")
        .header("cross-origin-resource-policy", "cross-origin")
        .body(Body::from(bytes))
        .map_err(Error::internal)?;
    Ok(with_csp(
        response,
        if guarded { "sandbox; default-src 'none'" } else { "default-src * 'unsafe-inline'" },
    ))
}

/// RFC 8187: everything but plain letters and digits as percent-encoded UTF-8.
fn encoded_name(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    name.bytes().map(|b| if plain(b) { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}

#[derive(Deserialize)]
struct SignedPage {
    e: i64,
    s: String,
    /// With the pictures of other hosts.
    #[serde(default)]
    images: bool,
}

async fn mail(
    State(app): State<App>,
    PathId((workspace, id)): PathId<(String, String)>,
    Query(signed): Query<SignedPage>,
) -> ApiResult<Response> {
    let caller = Caller::system(workspace_of(&workspace)?, "content");
    let (blob, secret) = app
        .db
        .read(&caller, move |read| {
            let secret = workspace::secret(read)?;
            if !check_link(&secret, "html", &id, signed.e, &signed.s, read.now()) {
                return Err(Error::not_found());
            }
            let sql = "SELECT html_blob FROM messages WHERE workspace_id = $1 AND id = $2 AND html_blob IS NOT NULL";
            let (workspace, id) = (read.workspace(), id.parse::<MessageId>()?);
            let row = read.row(sql, store::params![workspace, id])?.ok_or_else(Error::not_found)?;
            Ok((row.get::<String>(0)?, secret))
        })
        .await?;
    let hash = BlobHash::parse(&blob).ok_or_else(Error::not_found)?;
    let mut page = app.db.blobs().get(&hash).await?;
    if signed.images {
        let (content_url, now) = (&app.edge.content_url, app.db.clock().now());
        let links = remote::Links { content_url, workspace: caller.workspace, secret: &secret, now };
        page = remote::with_pictures(&String::from_utf8_lossy(&page), &links).into();
    }
    let policy = format!(
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src {} data:; \
         style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors {}",
        app.edge.content_url, app.edge.external_url
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "private, max-age=43200"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    Ok(with_csp((headers, page).into_response(), policy))
}

/// A picture of another host, for a page shown with such pictures.
async fn remote_picture(
    State(app): State<App>,
    Extension(outside): Extension<egress::Policy>,
    PathId(workspace): PathId<String>,
    Query(named): Query<remote::Named>,
) -> ApiResult<Response> {
    let caller = Caller::system(workspace_of(&workspace)?, "content");
    app.limits.take(Limit::PictureByWorkspace, &workspace)?;
    let secret = app.db.read(&caller, workspace::secret).await?;
    let picture = remote::fetch(&outside, &named, &secret, app.db.clock().now()).await?;
    let headers = [
        (header::CONTENT_TYPE, picture.media_type),
        (header::CACHE_CONTROL, "private, max-age=43200".to_owned()),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "cross-origin".to_owned()),
    ];
    Ok(with_csp((headers, picture.bytes).into_response(), "sandbox; default-src 'none'"))
}

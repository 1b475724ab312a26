//! Routes of imports.

use ::store::{Read, Tx};
use axum::{
    extract::{DefaultBodyLimit, Multipart, State},
    http::StatusCode,
    response::Response,
};
use kernel::{Code, Error, ImportId, Role};
use people::access::workspace;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ApiResult, App, Auth, ErrorBody, Json, Limit, Page, PageQuery, PathId, Query, RouterExt};

use super::{
    Column, Encoding, Format, Import, ImportKind, Mapping, NewImport, Place, Separator, actions, asides,
    inspect,
    jobs::read_batch,
    store, upload,
    upload::blocking,
    view::{self, AsideView, ImportView, Preview},
};

/// Rows of a preview.
const PREVIEWED: usize = 20;
/// Rows of the table of errors that are read at once.
const PAGE: usize = 500;

pub fn routes() -> RouterExt {
    let upload = usize::try_from(upload::MAX_FILE).unwrap_or(usize::MAX).saturating_add(64 * 1024);
    OpenApiRouter::new()
        .merge(OpenApiRouter::new().routes(routes!(post)).layer(DefaultBodyLimit::max(upload)))
        .routes(routes!(list))
        .routes(routes!(read, patch, remove))
        .routes(routes!(read_preview))
        .routes(routes!(post_dry_run, remove_dry_run))
        .routes(routes!(post_run, remove_run))
        .routes(routes!(list_errors))
        .routes(routes!(read_errors))
}

fn seen(app: &App, read: &mut Read<'_>, import: Import) -> kernel::Result<ImportView> {
    let path = app.db.blobs().path(&import.blob);
    view::view(read, import, &path)
}

/// Takes a file of people or facts (multipart field `file`: CSV, or JSON with an object to a line; up to 1 GB; above
/// 25 MB without an idempotency key), and guesses what its columns mean. Nothing is imported yet.
#[utoipa::path(post, path = "/api/v1/imports", tag = "imports",
    request_body(content_type = "multipart/form-data", content = String),
    responses((status = 201, body = ImportView), (status = "default", body = ErrorBody)))]
async fn post(auth: Auth, State(app): State<App>, form: Multipart) -> ApiResult<Response> {
    auth.caller.require(Role::Lead)?;
    let key = serde_json::to_string(&auth.caller.actor).map_err(Error::internal)?;
    app.limits.take(Limit::UploadByCaller, &key)?;
    let zone = app.db.read(&auth.caller, workspace::get).await?.time_zone;
    let file = upload::receive(app.db.blobs(), form, zone).await?;
    let (db, seen_by) = (app.db.clone(), app.clone());
    auth.write(&db, StatusCode::CREATED, move |tx| {
        let new = NewImport {
            name: file.name.clone(),
            blob: file.blob.clone(),
            size: file.size,
            format: file.format.clone(),
            mapping: file.mapping.clone(),
        };
        let import = actions::create(tx, new)?;
        seen(&seen_by, tx, import)
    })
    .await
}

/// Imports, the newest first.
#[utoipa::path(get, path = "/api/v1/imports", tag = "imports", params(PageQuery),
    responses((status = 200, body = Page<ImportView>), (status = "default", body = ErrorBody)))]
async fn list(
    auth: Auth,
    State(app): State<App>,
    Query(page): Query<PageQuery>,
) -> ApiResult<Json<Page<ImportView>>> {
    auth.caller.require(Role::Lead)?;
    let (limit, after) = (page.limit(), page.after::<ImportId>()?);
    let blobs = app.db.blobs().clone();
    let rows = app.db.read(&auth.caller, move |read| {
        let imports = store::list(read, after, limit + 1)?;
        view::views(read, imports, |import| blobs.path(&import.blob))
    });
    Ok(Json(Page::from_rows(rows.await?, limit, |import| import.id)))
}

/// One import: its mapping, its progress, what became of its rows.
#[utoipa::path(get, path = "/api/v1/imports/{id}", tag = "imports", params(("id" = String, Path)),
    responses((status = 200, body = ImportView), (status = "default", body = ErrorBody)))]
async fn read(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ImportId>,
) -> ApiResult<Json<ImportView>> {
    auth.caller.require(Role::Lead)?;
    let (db, app) = (app.db.clone(), app);
    let find = move |read: &mut Read<'_>| {
        let import = store::find(read, id)?;
        seen(&app, read, import)
    };
    Ok(Json(db.read(&auth.caller, find).await?))
}

#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportChange {
    kind: Option<ImportKind>,
    /// One for each header. When it is left out and the kind or the reading changes, the columns are guessed anew.
    columns: Option<Vec<Column>>,
    /// The name of every fact; empty for none.
    event: Option<String>,
    encoding: Option<Encoding>,
    separator: Option<Separator>,
}

/// Changes how the file is read, or what its columns mean: before anything of it is imported.
#[utoipa::path(patch, path = "/api/v1/imports/{id}", tag = "imports", request_body = ImportChange,
    params(("id" = String, Path)),
    responses((status = 200, body = ImportView), (status = "default", body = ErrorBody)))]
async fn patch(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ImportId>,
    Json(wanted): Json<ImportChange>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Lead)?;
    let find = move |read: &mut Read<'_>| Ok((store::find(read, id)?, workspace::get(read)?.time_zone));
    let (import, zone) = app.db.read(&auth.caller, find).await?;
    let path = app.db.blobs().path(&import.blob);
    let (format, mapping) = blocking(move || changed(&path, &zone, import, wanted)).await?;
    let (db, app) = (app.db.clone(), app);
    auth.write(&db, StatusCode::OK, move |tx| {
        let import = actions::change(tx, id, format.clone(), mapping.clone())?;
        seen(&app, tx, import)
    })
    .await
}

fn changed(
    path: &std::path::Path,
    zone: &str,
    import: Import,
    wanted: ImportChange,
) -> kernel::Result<(Format, Mapping)> {
    let kind = wanted.kind.unwrap_or(import.mapping.kind);
    let is_read_anew = wanted.encoding.is_some() || wanted.separator.is_some();
    let (format, mut mapping) = if is_read_anew || kind != import.mapping.kind {
        let encoding = wanted.encoding.unwrap_or(import.format.encoding);
        let separator = wanted.separator.unwrap_or(import.format.separator);
        let (format, mapping) = inspect::look(path, zone, encoding, Some(separator), Some(kind))?;
        (format, Mapping { event: import.mapping.event, ..mapping })
    } else {
        (import.format, import.mapping)
    };
    if let Some(columns) = wanted.columns {
        mapping.columns = columns;
    }
    if let Some(event) = wanted.event {
        let event = event.trim();
        if event.chars().count() > 200 {
            return Err(Error::new(Code::TooLong).field("event"));
        }
        mapping.event = (!event.is_empty()).then(|| event.to_owned());
    }
    Ok((format, mapping))
}

/// The first rows as the people or facts they would become.
#[utoipa::path(get, path = "/api/v1/imports/{id}/preview", tag = "imports", params(("id" = String, Path)),
    responses((status = 200, body = Preview), (status = "default", body = ErrorBody)))]
async fn read_preview(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ImportId>,
) -> ApiResult<Json<Preview>> {
    auth.caller.require(Role::Lead)?;
    let find = move |read: &mut Read<'_>| Ok((store::find(read, id)?, workspace::get(read)?));
    let (import, workspace) = app.db.read(&auth.caller, find).await?;
    let start = Place { byte: import.format.start, line: import.format.start_line };
    let batch = read_batch(&app.db, &import, &workspace, start, PREVIEWED).await?;
    let path = app.db.blobs().path(&import.blob);
    let (file, format) = (path.clone(), import.format.clone());
    let samples =
        blocking(move || asides::samples_of(&inspect::samples(&file, &format)?, format.headers.len()))
            .await?;
    let rows = app.db.read(&auth.caller, move |read| view::preview(read, &path, &import, &batch)).await?;
    Ok(Json(Preview { samples, rows }))
}

/// Reads the whole file and counts what a run would do. Changes nothing; the answer is in `dry_run` of the import.
#[utoipa::path(post, path = "/api/v1/imports/{id}/dry-run", tag = "imports", params(("id" = String, Path)),
    responses((status = 200, body = ImportView), (status = "default", body = ErrorBody)))]
async fn post_dry_run(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ImportId>,
) -> ApiResult<Response> {
    act(auth, app, move |tx| actions::check(tx, id)).await
}

/// Gives the dry run up.
#[utoipa::path(delete, path = "/api/v1/imports/{id}/dry-run", tag = "imports", params(("id" = String, Path)),
    responses((status = 200, body = ImportView), (status = "default", body = ErrorBody)))]
async fn remove_dry_run(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ImportId>,
) -> ApiResult<Response> {
    act(auth, app, move |tx| actions::stop_check(tx, id)).await
}

/// Begins to import, or goes on where it was paused or cancelled.
#[utoipa::path(post, path = "/api/v1/imports/{id}/run", tag = "imports", params(("id" = String, Path)),
    responses((status = 200, body = ImportView), (status = "default", body = ErrorBody)))]
async fn post_run(auth: Auth, State(app): State<App>, PathId(id): PathId<ImportId>) -> ApiResult<Response> {
    let ip = auth.ip;
    act(auth, app, move |tx| actions::run(tx, id, Some(ip))).await
}

/// Pauses it after the rows in hand.
#[utoipa::path(delete, path = "/api/v1/imports/{id}/run", tag = "imports", params(("id" = String, Path)),
    responses((status = 200, body = ImportView), (status = "default", body = ErrorBody)))]
async fn remove_run(auth: Auth, State(app): State<App>, PathId(id): PathId<ImportId>) -> ApiResult<Response> {
    act(auth, app, move |tx| actions::pause(tx, id)).await
}

async fn act(
    auth: Auth,
    app: App,
    verb: impl Fn(&mut Tx<'_>) -> kernel::Result<Import> + Send + 'static,
) -> ApiResult<Response> {
    auth.caller.require(Role::Lead)?;
    let (db, app) = (app.db.clone(), app);
    auth.write(&db, StatusCode::OK, move |tx| {
        let import = verb(tx)?;
        seen(&app, tx, import)
    })
    .await
}

/// Cancels an import. What was imported stays; running it again goes on. One that never ran is forgotten.
#[utoipa::path(delete, path = "/api/v1/imports/{id}", tag = "imports", params(("id" = String, Path)),
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn remove(auth: Auth, State(app): State<App>, PathId(id): PathId<ImportId>) -> ApiResult<Response> {
    auth.caller.require(Role::Lead)?;
    let ip = auth.ip;
    auth.done(&app.db, move |tx| actions::cancel(tx, id, Some(ip))).await
}

/// Rows that were set aside, in the order of the file.
#[utoipa::path(get, path = "/api/v1/imports/{id}/errors", tag = "imports",
    params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<AsideView>), (status = "default", body = ErrorBody)))]
async fn list_errors(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ImportId>,
    Query(page): Query<PageQuery>,
) -> ApiResult<Json<Page<AsideView>>> {
    auth.caller.require(Role::Lead)?;
    let (limit, after, blobs) = (page.limit(), page.after::<u64>()?, app.db.blobs().clone());
    let find = move |read: &mut Read<'_>| {
        let import = store::find(read, id)?;
        let rows = store::asides(read, id, after, limit + 1)?;
        Ok((import, rows, read.caller().locale))
    };
    let (import, rows, locale) = app.db.read(&auth.caller, find).await?;
    let page = Page::from_rows(rows, limit, |row| row.place);
    let path = blobs.path(&import.blob);
    let shown =
        blocking(move || page.items.iter().map(|row| view::aside(&path, &import, row, locale)).collect());
    Ok(Json(Page { items: shown.await?, next: page.next }))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ErrorsQuery {
    /// Begin with a byte order mark, by which spreadsheets know UTF-8
    #[serde(default)]
    bom: bool,
}

/// Rows that were set aside as CSV with the file's own separator, each with its line and reason: to be corrected and
/// imported again. Formulas are made text by an apostrophe, which importing takes away again.
#[utoipa::path(get, path = "/api/v1/imports/{id}/errors.csv", tag = "imports",
    params(("id" = String, Path), ErrorsQuery),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "default", body = ErrorBody)))]
async fn read_errors(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ImportId>,
    Query(asked): Query<ErrorsQuery>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Lead)?;
    let import = app.db.read(&auth.caller, move |read| store::find(read, id)).await?;
    let columns = asides::error_columns(&import.format);
    let separator = char::from(import.format.separator.byte());
    let named: Vec<&str> = columns.iter().map(String::as_str).collect();
    let page = move |after: Option<u64>| {
        let (db, caller, import) = (app.db.clone(), auth.caller.clone(), import.clone());
        async move {
            let locale = caller.locale;
            let found = db.read(&caller, move |read| store::asides(read, id, after, PAGE)).await?;
            let more = found.last().filter(|_| found.len() == PAGE).map(|last| Some(last.place));
            let path = db.blobs().path(&import.blob);
            let table = blocking(move || {
                let row = |aside: &super::Aside| {
                    asides::error_row(&path, &import.format, aside, &view::message(&aside.wrong, locale))
                };
                found.iter().map(row).collect()
            });
            Ok((table.await?, more))
        }
    };
    Ok(web::csv_separated(separator, "import-errors", asked.bom, &named, None, page))
}

use axum::{
    Extension,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::{ConversationId, Error, MessageId, Role};
use serde::Deserialize;
use store::BlobHash;
use utoipa::IntoParams;
use web::{ApiResult, App, Auth, Json, Page, PathId, Query};

use super::read::load;
use crate::{
    attachments::AttachmentView,
    conversations::{self, ConversationDetail, Draft, DraftMode, MessageView, NewMessage},
    deliveries, intake,
    port::Registry,
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Range {
    /// Messages older than this number.
    before: Option<i64>,
    /// Messages newer than this number.
    after: Option<i64>,
    limit: Option<usize>,
}

/// The thread, ascending: the newest page, or the one before or after a number. `next` is the older page's `before`.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/messages", tag = "messages", params(("id" = String, Path), Range),
    responses((status = 200, body = Page<MessageView>)))]
pub(super) async fn list(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ConversationId>,
    Query(range): Query<Range>,
) -> ApiResult<Json<Page<MessageView>>> {
    let limit = range.limit.unwrap_or(50).clamp(1, 200);
    let content_url = app.edge.content_url.clone();
    let (items, next) = app
        .db
        .read(&auth.caller, move |read| {
            conversations::messages(read, &content_url, id, range.before, range.after, limit)
        })
        .await?;
    Ok(Json(Page { items, next: next.map(|seq| seq.to_string()) }))
}

/// Answers the person, or writes a note for colleagues.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/messages", tag = "messages", params(("id" = String, Path)),
    request_body = NewMessage, responses((status = 201, body = MessageView)))]
pub(super) async fn write(
    auth: Auth,
    State(app): State<App>,
    Extension(registry): Extension<Registry>,
    PathId(id): PathId<ConversationId>,
    Json(new): Json<NewMessage>,
) -> ApiResult<Response> {
    let content_url = app.edge.content_url.clone();
    auth.write(&app.db, StatusCode::CREATED, move |tx| {
        let mut message = match new.kind {
            DraftMode::Reply => conversations::reply(tx, &registry, id, &new),
            DraftMode::Note => conversations::note(tx, id, &new),
        }?;
        locate(&content_url, &mut message.attachments);
        Ok(message)
    })
    .await
}

/// Acts know no origin: what they link to gets it here.
fn locate(content_url: &str, files: &mut [AttachmentView]) {
    for file in files.iter_mut().filter(|file| file.url.starts_with('/')) {
        file.url.insert_str(0, content_url);
    }
}

/// The message as it came, byte for byte.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/messages/{message_id}/original", tag = "messages",
    params(("id" = String, Path), ("message_id" = String, Path)),
    responses((status = 200, content_type = "message/rfc822", body = String)))]
pub(super) async fn original(
    auth: Auth,
    State(app): State<App>,
    PathId((id, message)): PathId<(ConversationId, MessageId)>,
) -> ApiResult<Response> {
    let blob = app
        .db
        .read(&auth.caller, move |read| {
            conversations::find(read, id)?;
            let inbound = conversations::inbound_of(read, id, message)?.ok_or_else(Error::not_found)?;
            Ok(intake::find(read, inbound)?.blob)
        })
        .await?;
    raw(&app, &blob).await
}

/// Raw bytes as a download that no browser renders.
pub(crate) async fn raw(app: &App, blob: &str) -> ApiResult<Response> {
    let hash = BlobHash::parse(blob).ok_or_else(Error::not_found)?;
    let bytes = app.db.blobs().get(&hash).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"message.eml\""),
    ];
    Ok((headers, bytes).into_response())
}

/// Takes a held answer back; gives its text as a draft. 409 once it has left.
#[utoipa::path(delete, path = "/api/v1/conversations/{id}/messages/{message_id}/delivery", tag = "messages",
    params(("id" = String, Path), ("message_id" = String, Path)), responses((status = 200, body = Draft)))]
pub(super) async fn undo(
    auth: Auth,
    State(app): State<App>,
    PathId((id, message)): PathId<(ConversationId, MessageId)>,
) -> ApiResult<Response> {
    let content_url = app.edge.content_url.clone();
    auth.write(&app.db, StatusCode::OK, move |tx| {
        let mut draft = conversations::undo(tx, id, message)?;
        locate(&content_url, &mut draft.attachments);
        Ok(draft)
    })
    .await
}

/// Sends again to the recipients that were not reached.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/messages/{message_id}/delivery", tag = "messages",
    params(("id" = String, Path), ("message_id" = String, Path)), responses((status = 204)))]
pub(super) async fn retry(
    auth: Auth,
    State(app): State<App>,
    PathId((id, message)): PathId<(ConversationId, MessageId)>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Agent)?;
    auth.done(&app.db, move |tx| deliveries::retry(tx, id, message)).await
}

/// "Not this thread": moves an inbound message to a conversation of its own.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/messages/{message_id}/separation", tag = "messages",
    params(("id" = String, Path), ("message_id" = String, Path)), responses((status = 201, body = ConversationDetail)))]
pub(super) async fn separate(
    auth: Auth,
    State(app): State<App>,
    Extension(registry): Extension<Registry>,
    PathId((id, message)): PathId<(ConversationId, MessageId)>,
) -> ApiResult<Response> {
    let fresh = app.db.write(&auth.caller, move |tx| conversations::separate(tx, id, message)).await?;
    Ok((StatusCode::CREATED, Json(load(&auth, &app, registry, fresh).await?)).into_response())
}

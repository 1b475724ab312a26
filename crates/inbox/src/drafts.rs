//! Drafts on the server: one per conversation and author, so that nothing typed is ever lost.
//!
//! Invariants: a draft is seen by its author only; a save that does not know the newest version is refused.

use axum::{extract::State, http::StatusCode, response::Response};
use kernel::{AttachmentId, Code, ConversationId, Error, Result, Role, UserId};
use serde::Deserialize;
use serde_json::json;
use store::{Read, Tx, params};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ApiResult, App, Auth, Json, PathId, RouterExt};

pub use crate::conversations::DraftMode;
use crate::{
    attachments,
    conversations::{self, Draft},
};

const MAX_LENGTH: usize = 200_000;

/// The caller's draft in a conversation, with links to its files left empty.
pub fn find(
    read: &mut Read<'_>,
    id: ConversationId,
    user: UserId,
    content_url: &str,
) -> Result<Option<Draft>> {
    let workspace = read.workspace();
    let sql = "SELECT mode, text, attachments, version, updated_at FROM drafts
               WHERE workspace_id = $1 AND conversation_id = $2 AND user_id = $3";
    let Some(row) = read.row(sql, params![workspace, id, user])? else { return Ok(None) };
    let files: Vec<AttachmentId> = serde_json::from_str(&row.get::<String>(2)?).map_err(Error::internal)?;
    let mode: String = row.get(0)?;
    let files = attachments::own(read, &files)?;
    let attachments =
        files.iter().map(|file| attachments::link(read, content_url, file)).collect::<Result<_>>()?;
    Ok(Some(Draft {
        mode: if mode == "note" { DraftMode::Note } else { DraftMode::Reply },
        text: row.get(1)?,
        attachments,
        version: row.get(3)?,
        updated_at: row.get(4)?,
    }))
}

/// Writes a draft over whatever was there.
pub fn put(
    tx: &mut Tx<'_>,
    id: ConversationId,
    user: UserId,
    mode: DraftMode,
    text: &str,
    files: &[AttachmentId],
) -> Result<Draft> {
    let (workspace, now) = (tx.workspace(), tx.now());
    let mode_text = if mode == DraftMode::Note { "note" } else { "reply" };
    let row = tx.one(
        "INSERT INTO drafts (workspace_id, conversation_id, user_id, mode, text, attachments, version, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, 1, $7)
         ON CONFLICT (workspace_id, conversation_id, user_id)
         DO UPDATE SET mode = $4, text = $5, attachments = $6, version = drafts.version + 1, updated_at = $7
         RETURNING version",
        params![workspace, id, user, mode_text, text, &json!(files), now],
    )?;
    let version = row.get(0)?;
    let files = attachments::own(tx, files)?;
    let attachments = files.iter().map(|file| attachments::link(tx, "", file)).collect::<Result<_>>()?;
    Ok(Draft { mode, text: text.to_owned(), attachments, version, updated_at: now })
}

pub fn remove(tx: &mut Tx<'_>, id: ConversationId, user: UserId) -> Result<()> {
    let workspace = tx.workspace();
    tx.execute(
        "DELETE FROM drafts WHERE workspace_id = $1 AND conversation_id = $2 AND user_id = $3",
        params![workspace, id, user],
    )?;
    Ok(())
}

pub fn routes() -> RouterExt {
    OpenApiRouter::new().routes(routes!(get_draft, put_draft, delete_draft))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DraftChange {
    mode: DraftMode,
    text: String,
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    attachments: Vec<AttachmentId>,
    /// The version this change was made from; 0 = none yet.
    version: i64,
}

fn author(auth: &Auth) -> Result<UserId> {
    auth.caller.user().ok_or_else(|| Error::new(Code::Forbidden))
}

/// The caller's own draft.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/draft", tag = "conversations", params(("id" = String, Path)),
    responses((status = 200, body = Draft)))]
async fn get_draft(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ConversationId>,
) -> ApiResult<Json<Draft>> {
    let user = author(&auth)?;
    let content_url = app.edge.content_url.clone();
    let draft = app
        .db
        .read(&auth.caller, move |read| {
            conversations::find(read, id)?;
            find(read, id, user, &content_url)?.ok_or_else(Error::not_found)
        })
        .await?;
    Ok(Json(draft))
}

/// Saves the caller's draft. 409 when another window saved a newer version.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/draft", tag = "conversations", params(("id" = String, Path)),
    request_body = DraftChange, responses((status = 200, body = Draft)))]
async fn put_draft(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ConversationId>,
    Json(change): Json<DraftChange>,
) -> ApiResult<Response> {
    let user = author(&auth)?;
    auth.caller.require(Role::Agent)?;
    if change.text.chars().count() > MAX_LENGTH {
        return Err(Error::new(Code::TooLong).field("text").into());
    }
    auth.write(&app.db, StatusCode::OK, move |tx| {
        conversations::find(tx, id)?;
        let current = find(tx, id, user, "")?.map_or(0, |draft| draft.version);
        if current != change.version {
            return Err(Error::new(Code::Conflict).field("version").detail(current.to_string()));
        }
        put(tx, id, user, change.mode, &change.text, &change.attachments)
    })
    .await
}

/// Throws the caller's draft away.
#[utoipa::path(delete, path = "/api/v1/conversations/{id}/draft", tag = "conversations", params(("id" = String, Path)),
    responses((status = 204)))]
async fn delete_draft(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ConversationId>,
) -> ApiResult<Response> {
    let user = author(&auth)?;
    auth.done(&app.db, move |tx| {
        conversations::find(tx, id)?;
        remove(tx, id, user)
    })
    .await
}

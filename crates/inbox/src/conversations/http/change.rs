use axum::{Extension, extract::State, http::StatusCode, response::Response};
use kernel::{Code, ConversationId, Error, TagId, TeamId, UserId};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiResult, App, Auth, Json, PathId, PresenceState};

use crate::{
    conversations::{self, ConversationDetail, NewConversation, Priority, Snooze, Status},
    port::Registry,
};

/// Begins a conversation with a first message of ours.
#[utoipa::path(post, path = "/api/v1/conversations", tag = "conversations", request_body = NewConversation,
    responses((status = 201, body = ConversationDetail)))]
pub(super) async fn create(
    auth: Auth,
    State(app): State<App>,
    Extension(registry): Extension<Registry>,
    Json(new): Json<NewConversation>,
) -> ApiResult<Response> {
    let content_url = app.edge.content_url.clone();
    auth.write(&app.db, StatusCode::CREATED, move |tx| {
        let (id, _) = conversations::create(tx, &registry, &new)?;
        conversations::detail(tx, &registry, &content_url, &[], id)
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Assignee {
    #[schema(value_type = Option<String>)]
    user_id: Option<UserId>,
}

/// Makes a user the owner; null for nobody.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/assignee", tag = "conversations", params(("id" = String, Path)),
    request_body = Assignee, responses((status = 204)))]
pub(super) async fn assignee(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ConversationId>,
    Json(body): Json<Assignee>,
) -> ApiResult<Response> {
    auth.done(&app.db, move |tx| conversations::assign(tx, id, body.user_id)).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TeamOf {
    #[schema(value_type = Option<String>)]
    team_id: Option<TeamId>,
}

/// Gives the conversation to a team; null for none.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/team", tag = "conversations", params(("id" = String, Path)),
    request_body = TeamOf, responses((status = 204)))]
pub(super) async fn team(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ConversationId>,
    Json(body): Json<TeamOf>,
) -> ApiResult<Response> {
    auth.done(&app.db, move |tx| conversations::set_team(tx, id, body.team_id)).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PriorityOf {
    priority: Priority,
}

#[utoipa::path(put, path = "/api/v1/conversations/{id}/priority", tag = "conversations", params(("id" = String, Path)),
    request_body = PriorityOf, responses((status = 204)))]
pub(super) async fn priority(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ConversationId>,
    Json(body): Json<PriorityOf>,
) -> ApiResult<Response> {
    auth.done(&app.db, move |tx| conversations::set_priority(tx, id, body.priority)).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StatusOf {
    status: Status,
}

/// Says whose turn it is: `open` = ours, `waiting` = the person's.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/status", tag = "conversations", params(("id" = String, Path)),
    request_body = StatusOf, responses((status = 204)))]
pub(super) async fn status(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ConversationId>,
    Json(body): Json<StatusOf>,
) -> ApiResult<Response> {
    auth.done(&app.db, move |tx| conversations::set_status(tx, id, body.status)).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubjectOf {
    subject: String,
}

#[utoipa::path(put, path = "/api/v1/conversations/{id}/subject", tag = "conversations", params(("id" = String, Path)),
    request_body = SubjectOf, responses((status = 204)))]
pub(super) async fn subject(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ConversationId>,
    Json(body): Json<SubjectOf>,
) -> ApiResult<Response> {
    auth.done(&app.db, move |tx| conversations::set_subject(tx, id, &body.subject)).await
}

#[utoipa::path(put, path = "/api/v1/conversations/{id}/tags/{tag_id}", tag = "conversations",
    params(("id" = String, Path), ("tag_id" = String, Path)), responses((status = 204)))]
pub(super) async fn tag(
    auth: Auth,
    State(app): State<App>,
    PathId((id, tag)): PathId<(ConversationId, TagId)>,
) -> ApiResult<Response> {
    auth.done(&app.db, move |tx| conversations::tag(tx, id, tag)).await
}

#[utoipa::path(delete, path = "/api/v1/conversations/{id}/tags/{tag_id}", tag = "conversations",
    params(("id" = String, Path), ("tag_id" = String, Path)), responses((status = 204)))]
pub(super) async fn untag(
    auth: Auth,
    State(app): State<App>,
    PathId((id, tag)): PathId<(ConversationId, TagId)>,
) -> ApiResult<Response> {
    auth.done(&app.db, move |tx| conversations::untag(tx, id, tag)).await
}

/// Puts the conversation to sleep until a time, or until the person writes.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/snooze", tag = "conversations", params(("id" = String, Path)),
    request_body = Snooze, responses((status = 204)))]
pub(super) async fn snooze(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ConversationId>,
    Json(body): Json<Snooze>,
) -> ApiResult<Response> {
    auth.done(&app.db, move |tx| conversations::sleep(tx, id, &body)).await
}

#[utoipa::path(delete, path = "/api/v1/conversations/{id}/snooze", tag = "conversations", params(("id" = String, Path)),
    responses((status = 204)))]
pub(super) async fn unsnooze(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ConversationId>,
) -> ApiResult<Response> {
    auth.done(&app.db, move |tx| conversations::unsnooze(tx, id)).await
}

/// The matter is done.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/closure", tag = "conversations", params(("id" = String, Path)),
    responses((status = 204)))]
pub(super) async fn close(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ConversationId>,
) -> ApiResult<Response> {
    auth.done(&app.db, move |tx| conversations::close(tx, id)).await
}

/// Takes it up again.
#[utoipa::path(delete, path = "/api/v1/conversations/{id}/closure", tag = "conversations", params(("id" = String, Path)),
    responses((status = 204)))]
pub(super) async fn reopen(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ConversationId>,
) -> ApiResult<Response> {
    auth.done(&app.db, move |tx| conversations::reopen(tx, id)).await
}

/// Unwanted: it goes to the spam, and what comes into it later wakes nobody.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/spam", tag = "conversations", params(("id" = String, Path)),
    responses((status = 204)))]
pub(super) async fn mark_spam(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ConversationId>,
) -> ApiResult<Response> {
    auth.done(&app.db, move |tx| conversations::mark_spam(tx, id)).await
}

/// It was no spam: takes it up again.
#[utoipa::path(delete, path = "/api/v1/conversations/{id}/spam", tag = "conversations", params(("id" = String, Path)),
    responses((status = 204)))]
pub(super) async fn unmark_spam(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ConversationId>,
) -> ApiResult<Response> {
    auth.done(&app.db, move |tx| conversations::unmark_spam(tx, id)).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadUpTo {
    seq: i64,
}

/// The caller has seen the thread up to a number.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/read", tag = "conversations", params(("id" = String, Path)),
    request_body = ReadUpTo, responses((status = 204)))]
pub(super) async fn mark_read(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ConversationId>,
    Json(body): Json<ReadUpTo>,
) -> ApiResult<Response> {
    auth.done(&app.db, move |tx| conversations::mark_read(tx, id, body.seq)).await
}

#[utoipa::path(delete, path = "/api/v1/conversations/{id}/read", tag = "conversations", params(("id" = String, Path)),
    responses((status = 204)))]
pub(super) async fn mark_unread(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ConversationId>,
) -> ApiResult<Response> {
    auth.done(&app.db, move |tx| conversations::mark_unread(tx, id)).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PresenceOf {
    state: PresenceState,
}

/// Says that the caller views or answers the conversation; lapses after 30 s.
#[utoipa::path(put, path = "/api/v1/conversations/{id}/presence", tag = "conversations", params(("id" = String, Path)),
    request_body = PresenceOf, responses((status = 204)))]
pub(super) async fn presence(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<ConversationId>,
    Json(body): Json<PresenceOf>,
) -> ApiResult<StatusCode> {
    let user = auth.caller.user().ok_or_else(|| Error::new(Code::Forbidden))?;
    let (team, name) = app
        .db
        .read(&auth.caller, move |read| {
            let conversation = conversations::find(read, id)?;
            let name = people::access::users::get(read, user)?.name;
            Ok((conversations::private_team(read, &conversation)?, name))
        })
        .await?;
    app.hub.set_presence(&auth.caller, &name, id, team, body.state, app.db.clock().now());
    Ok(StatusCode::NO_CONTENT)
}

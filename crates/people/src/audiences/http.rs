//! Routes of audiences.

use std::collections::BTreeMap;

use axum::{extract::State, http::StatusCode, response::Response};
use kernel::{AudienceId, Code, Error, PersonId, Role, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Value_;
use store::Read;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ApiResult, App, Auth, ErrorBody, Json, Page, PageQuery, PathId, Query, RouterExt};

use super::{
    Audience, AudienceChange, Condition, Explanation, Membership, actions, parse, print, store as rows,
};
use crate::persons::{self, PersonBrief};

pub fn routes() -> RouterExt {
    OpenApiRouter::new()
        .routes(routes!(list_all, post))
        .routes(routes!(read, patch, remove))
        .routes(routes!(post_publication, remove_publication))
        .routes(routes!(members))
        .routes(routes!(why))
        .routes(routes!(post_preview))
        .routes(routes!(of_person))
}

/// An audience with its condition in both forms.
#[derive(Serialize, ToSchema)]
pub struct AudienceView {
    #[schema(value_type = String)]
    id: AudienceId,
    name: String,
    description: String,
    /// As JSON: docs/audiences.md.
    #[schema(value_type = Object)]
    condition: Condition,
    /// The same in words.
    text: String,
    live: bool,
    members: i64,
    /// Not everybody has been asked yet since the last change of a live audience.
    filling: bool,
    /// Names of the audiences that name this one.
    used_by: Vec<String>,
    #[schema(value_type = String, format = "date-time")]
    created_at: Timestamp,
    #[schema(value_type = String, format = "date-time")]
    changed_at: Timestamp,
}

fn names(read: &mut Read<'_>) -> kernel::Result<BTreeMap<String, AudienceId>> {
    Ok(rows::list(read)?.into_iter().map(|one| (one.name, one.id)).collect())
}

fn view(read: &mut Read<'_>, audience: Audience) -> kernel::Result<AudienceView> {
    let text = print(&audience.condition, &names(read)?);
    let fill = rows::fill(read)?;
    Ok(AudienceView {
        id: audience.id,
        text,
        filling: audience.live && !fill.done,
        used_by: actions::used_by(read, audience.id)?,
        name: audience.name,
        description: audience.description,
        condition: audience.condition,
        live: audience.live,
        members: audience.members,
        created_at: audience.created_at,
        changed_at: audience.changed_at,
    })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteAudience {
    name: Option<String>,
    description: Option<String>,
    /// As JSON: docs/audiences.md.
    #[schema(value_type = Option<Object>)]
    condition: Option<Value_>,
    /// The condition in words, instead of `condition`.
    text: Option<String>,
}

impl WriteAudience {
    fn change(&self, read: &mut Read<'_>) -> kernel::Result<AudienceChange> {
        let condition = condition(read, self.condition.as_ref(), self.text.as_deref())?;
        Ok(AudienceChange { name: self.name.clone(), description: self.description.clone(), condition })
    }
}

fn condition(
    read: &mut Read<'_>,
    json: Option<&Value_>,
    text: Option<&str>,
) -> kernel::Result<Option<Condition>> {
    let wrong = |field: &'static str, what: String| Error::new(Code::Invalid).field(field).detail(what);
    match (json, text) {
        (Some(json), None) => {
            Condition::deserialize(json).map(Some).map_err(|error| wrong("condition", error.to_string()))
        }
        (None, Some(text)) => {
            parse(text, &names(read)?).map(Some).map_err(|error| wrong("text", error.to_string()))
        }
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(wrong("text", "either condition or text".into())),
    }
}

/// All audiences.
#[utoipa::path(get, path = "/api/v1/audiences", tag = "audiences",
    responses((status = 200, body = Page<AudienceView>), (status = "default", body = ErrorBody)))]
async fn list_all(auth: Auth, State(app): State<App>) -> ApiResult<Json<Page<AudienceView>>> {
    auth.caller.require(Role::Observer)?;
    let views = app.db.read(&auth.caller, |read| {
        rows::list(read)?.into_iter().map(|audience| view(read, audience)).collect::<kernel::Result<Vec<_>>>()
    });
    Ok(Json(Page::whole(views.await?)))
}

/// An audience.
#[utoipa::path(get, path = "/api/v1/audiences/{id}", tag = "audiences",
    params(("id" = String, Path, description = "audience")),
    responses((status = 200, body = AudienceView), (status = "default", body = ErrorBody)))]
async fn read(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<AudienceId>,
) -> ApiResult<Json<AudienceView>> {
    auth.caller.require(Role::Observer)?;
    let found = app.db.read(&auth.caller, move |read| {
        let audience = rows::find(read, id)?;
        view(read, audience)
    });
    Ok(Json(found.await?))
}

/// Make an audience: a draft, until it is published.
#[utoipa::path(post, path = "/api/v1/audiences", tag = "audiences", request_body = WriteAudience,
    responses((status = 201, body = AudienceView), (status = "default", body = ErrorBody)))]
async fn post(auth: Auth, State(app): State<App>, Json(request): Json<WriteAudience>) -> ApiResult<Response> {
    auth.caller.require(Role::Lead)?;
    let ip = Some(auth.ip);
    auth.write(&app.db, StatusCode::CREATED, move |tx| {
        let change = request.change(tx)?;
        let made = actions::create(tx, &change, ip)?;
        view(tx, made)
    })
    .await
}

/// Change an audience.
#[utoipa::path(patch, path = "/api/v1/audiences/{id}", tag = "audiences", request_body = WriteAudience,
    params(("id" = String, Path, description = "audience")),
    responses((status = 200, body = AudienceView), (status = "default", body = ErrorBody)))]
async fn patch(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<AudienceId>,
    Json(request): Json<WriteAudience>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Lead)?;
    let ip = Some(auth.ip);
    auth.write(&app.db, StatusCode::OK, move |tx| {
        let change = request.change(tx)?;
        let changed = actions::change(tx, id, &change, ip)?;
        view(tx, changed)
    })
    .await
}

/// Delete an audience that no other one names.
#[utoipa::path(delete, path = "/api/v1/audiences/{id}", tag = "audiences",
    params(("id" = String, Path, description = "audience")),
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn remove(auth: Auth, State(app): State<App>, PathId(id): PathId<AudienceId>) -> ApiResult<Response> {
    auth.caller.require(Role::Lead)?;
    let ip = Some(auth.ip);
    auth.done(&app.db, move |tx| actions::delete(tx, id, ip)).await
}

/// Publish: from now on people enter and leave by themselves.
#[utoipa::path(post, path = "/api/v1/audiences/{id}/publication", tag = "audiences",
    params(("id" = String, Path, description = "audience")),
    responses((status = 200, body = AudienceView), (status = "default", body = ErrorBody)))]
async fn post_publication(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<AudienceId>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Lead)?;
    let ip = Some(auth.ip);
    auth.write(&app.db, StatusCode::OK, move |tx| {
        let published = actions::publish(tx, id, ip)?;
        view(tx, published)
    })
    .await
}

/// Make it a draft again. It is empty then.
#[utoipa::path(delete, path = "/api/v1/audiences/{id}/publication", tag = "audiences",
    params(("id" = String, Path, description = "audience")),
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn remove_publication(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<AudienceId>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Lead)?;
    let ip = Some(auth.ip);
    auth.done(&app.db, move |tx| actions::withdraw(tx, id, ip).map(drop)).await
}

#[derive(Serialize, ToSchema)]
pub struct MemberView {
    #[serde(flatten)]
    person: PersonBrief,
    #[schema(value_type = String, format = "date-time")]
    since: Timestamp,
}

/// Who is in it, the newest first.
#[utoipa::path(get, path = "/api/v1/audiences/{id}/members", tag = "audiences", params(PageQuery,
    ("id" = String, Path, description = "audience")),
    responses((status = 200, body = Page<MemberView>), (status = "default", body = ErrorBody)))]
async fn members(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<AudienceId>,
    Query(page): Query<PageQuery>,
) -> ApiResult<Json<Page<MemberView>>> {
    auth.caller.require(Role::Observer)?;
    let after = page.after::<(i64, PersonId)>()?.map(|(since, person)| (Timestamp(since), person));
    let limit = page.limit();
    let found = app.db.read(&auth.caller, move |read| {
        rows::find(read, id)?;
        let found = rows::members(read, id, after, limit + 1)?;
        let ids: Vec<PersonId> = found.iter().map(|(_, person)| *person).collect();
        let briefs = persons::brief(read, &ids)?;
        let page = Page::from_rows(found, limit, |(since, person)| (since.0, *person));
        let known = |(since, id)| briefs.get(&id).map(|person| MemberView { person: person.clone(), since });
        Ok(Page { items: page.items.into_iter().filter_map(known).collect(), next: page.next })
    });
    Ok(Json(found.await?))
}

/// Why somebody is in it, or is not: the condition with what decided each of its parts.
#[utoipa::path(get, path = "/api/v1/audiences/{id}/people/{person_id}", tag = "audiences",
    params(("id" = String, Path, description = "audience"), ("person_id" = String, Path, description = "person")),
    responses((status = 200, body = Object), (status = "default", body = ErrorBody)))]
async fn why(
    auth: Auth,
    State(app): State<App>,
    PathId((id, person)): PathId<(AudienceId, PersonId)>,
) -> ApiResult<Json<Explanation>> {
    auth.caller.require(Role::Observer)?;
    Ok(Json(app.db.read(&auth.caller, move |read| actions::explain(read, id, person)).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostPreview {
    #[schema(value_type = Option<Object>)]
    condition: Option<Value_>,
    /// The condition in words, instead of `condition`.
    text: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct PreviewView {
    /// So many of the newest people were asked.
    checked: usize,
    matching: usize,
    sample: Vec<PersonBrief>,
    /// The condition in both forms.
    #[schema(value_type = Object)]
    condition: Condition,
    text: String,
}

/// Try a condition on the newest 1,000 people. Keeps nothing.
#[utoipa::path(post, path = "/api/v1/audience-previews", tag = "audiences", request_body = PostPreview,
    responses((status = 200, body = PreviewView), (status = "default", body = ErrorBody)))]
async fn post_preview(
    auth: Auth,
    State(app): State<App>,
    Json(request): Json<PostPreview>,
) -> ApiResult<Json<PreviewView>> {
    auth.caller.require(Role::Observer)?;
    let done = app.db.read(&auth.caller, move |read| {
        let wanted = condition(read, request.condition.as_ref(), request.text.as_deref())?;
        let wanted = wanted.ok_or_else(|| Error::new(Code::Required).field("condition"))?;
        let preview = actions::preview(read, wanted.clone())?;
        let mut briefs: BTreeMap<_, _> = persons::brief(read, &preview.sample)?.into_iter().collect();
        let sample = preview.sample.iter().filter_map(|id| briefs.remove(id)).collect();
        let text = print(&wanted, &names(read)?);
        let (checked, matching) = (preview.checked, preview.matching);
        Ok(PreviewView { checked, matching, sample, condition: wanted, text })
    });
    Ok(Json(done.await?))
}

/// The audiences a person is in.
#[utoipa::path(get, path = "/api/v1/people/{id}/audiences", tag = "audiences",
    params(("id" = String, Path, description = "person")),
    responses((status = 200, body = Page<Membership>), (status = "default", body = ErrorBody)))]
async fn of_person(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<PersonId>,
) -> ApiResult<Json<Page<Membership>>> {
    auth.caller.require(Role::Observer)?;
    let found = app.db.read(&auth.caller, move |read| {
        let person = persons::canonical(read, id)?;
        rows::of_person(read, person)
    });
    Ok(Json(Page::whole(found.await?)))
}

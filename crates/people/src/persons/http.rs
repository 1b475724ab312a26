//! Routes of persons.

use axum::{extract::State, http::StatusCode, response::Response};
use kernel::{Actor, Caller, Locale, PersonId, Role, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ApiResult, App, Auth, ErrorBody, Json, Page, PageQuery, PathId, Query, RouterExt};

use super::{
    NewPerson, Person, PersonChange, TimelineCursor, TimelineItem, blocks, change, create, export,
    fold::search_words,
    get,
    store::{ListCursor, find},
    timeline,
};

pub fn routes() -> RouterExt {
    OpenApiRouter::new()
        .routes(routes!(list, post))
        .routes(routes!(export::export))
        .routes(routes!(read, patch))
        .routes(routes!(put_block, remove_block))
        .routes(routes!(read_timeline))
        .merge(super::joining::routes())
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PeopleQuery {
    /// Beginnings of words of the name, the e-mail address or the telephone number; accents do not matter
    query: Option<String>,
    /// 1–200, default 50.
    limit: Option<usize>,
    /// `next` of the page before.
    after: Option<String>,
}

/// People, newest first.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", params(PeopleQuery),
    responses((status = 200, body = Page<Person>), (status = "default", body = ErrorBody)))]
async fn list(
    auth: Auth,
    State(app): State<App>,
    Query(query): Query<PeopleQuery>,
) -> ApiResult<Json<Page<Person>>> {
    auth.caller.require(Role::Observer)?;
    let page = PageQuery { limit: query.limit, after: query.after };
    let (limit, after) = (page.limit(), page.after::<ListPlace>()?);
    let words = search_words(query.query.as_deref().unwrap_or_default());
    let after = after.map(|ListPlace(at, id)| -> ListCursor { (Timestamp(at), id) });
    let found = app.db.read(&auth.caller, move |read| find(read, &words, after, limit + 1)).await?;
    Ok(Json(Page::from_rows(found, limit, |person| ListPlace(person.created_at.0, person.id))))
}

#[derive(Serialize, Deserialize)]
struct ListPlace(i64, PersonId);

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostPerson {
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
}

/// Add a person.
#[utoipa::path(post, path = "/api/v1/people", tag = "people", request_body = PostPerson,
    responses((status = 201, body = Person), (status = "default", body = ErrorBody)))]
async fn post(auth: Auth, State(app): State<App>, Json(request): Json<PostPerson>) -> ApiResult<Response> {
    auth.caller.require(Role::Agent)?;
    let new = NewPerson { name: request.name, email: request.email, phone: request.phone };
    let source = source(&auth.caller);
    let act = move |tx: &mut store::Tx<'_>| {
        let id = create(tx, &new, source)?;
        get(tx, id)
    };
    auth.write(&app.db, StatusCode::CREATED, act).await
}

/// Who wrote an address down.
fn source(caller: &Caller) -> &'static str {
    if matches!(caller.actor, Actor::User(_)) { "agent" } else { "api" }
}

/// A person. The id of a merged person gives the one they are now.
#[utoipa::path(get, path = "/api/v1/people/{id}", tag = "people",
    params(("id" = String, Path, description = "person")),
    responses((status = 200, body = Person), (status = "default", body = ErrorBody)))]
async fn read(auth: Auth, State(app): State<App>, PathId(id): PathId<PersonId>) -> ApiResult<Json<Person>> {
    auth.caller.require(Role::Observer)?;
    Ok(Json(app.db.read(&auth.caller, move |read| get(read, id)).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchPerson {
    /// null empties it; the same for phone and locale.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    name: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    phone: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    locale: Option<Option<Locale>>,
    /// Added to the traits there are; null removes one.
    #[schema(value_type = Option<Object>)]
    traits: Option<Map<String, Value>>,
}

/// Tells a field that is null from one that is absent.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Change what is known of a person.
#[utoipa::path(patch, path = "/api/v1/people/{id}", tag = "people", request_body = PatchPerson,
    params(("id" = String, Path, description = "person")),
    responses((status = 200, body = Person), (status = "default", body = ErrorBody)))]
async fn patch(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<PersonId>,
    Json(request): Json<PatchPerson>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Agent)?;
    let wanted = PersonChange {
        name: request.name,
        phone: request.phone,
        locale: request.locale,
        traits: request.traits,
    };
    let source = source(&auth.caller);
    let act = move |tx: &mut store::Tx<'_>| {
        let id = change(tx, id, &wanted, source)?;
        get(tx, id)
    };
    auth.write(&app.db, StatusCode::OK, act).await
}

/// What they write from now on goes to the spam.
#[utoipa::path(put, path = "/api/v1/people/{id}/block", tag = "people",
    params(("id" = String, Path, description = "person")),
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn put_block(auth: Auth, State(app): State<App>, PathId(id): PathId<PersonId>) -> ApiResult<Response> {
    auth.caller.require(Role::Agent)?;
    auth.done(&app.db, move |tx| blocks::block(tx, id)).await
}

/// What they write is no spam any more.
#[utoipa::path(delete, path = "/api/v1/people/{id}/block", tag = "people",
    params(("id" = String, Path, description = "person")),
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn remove_block(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<PersonId>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Agent)?;
    auth.done(&app.db, move |tx| blocks::unblock(tx, id)).await
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TimelineQuery {
    /// Only facts of these names, separated by commas
    name: Option<String>,
    /// 1–200, default 50.
    limit: Option<usize>,
    /// `next` of the page before.
    after: Option<String>,
}

/// What happened with a person, newest first, under all ids that became them.
#[utoipa::path(get, path = "/api/v1/people/{id}/timeline", tag = "people",
    params(("id" = String, Path, description = "person"), TimelineQuery),
    responses((status = 200, body = Page<TimelineItem>), (status = "default", body = ErrorBody)))]
async fn read_timeline(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<PersonId>,
    Query(query): Query<TimelineQuery>,
) -> ApiResult<Json<Page<TimelineItem>>> {
    auth.caller.require(Role::Observer)?;
    let page = PageQuery { limit: query.limit, after: query.after };
    let (limit, before) = (page.limit(), page.after::<TimelineCursor>()?);
    let names: Vec<String> = query
        .name
        .iter()
        .flat_map(|names| names.split(','))
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .take(50)
        .collect();
    let read = move |read: &mut store::Read<'_>| timeline(read, id, &names, before, limit + 1);
    let found = app.db.read(&auth.caller, read).await?;
    Ok(Json(Page::from_rows(found, limit, |item| item.place)))
}

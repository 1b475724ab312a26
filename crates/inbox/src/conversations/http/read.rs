use axum::{Extension, extract::State};
use kernel::{ConversationId, Error, PersonId, Result};
use serde::{Deserialize, Serialize};
use store::{
    Read,
    search::{AccessFilter, DocumentKind, Order, Query as SearchQuery},
};
use utoipa::{IntoParams, ToSchema};
use web::{ApiResult, App, Auth, Json, Page, PageQuery, PathId, Query};

use crate::{
    conversations::{
        ConversationDetail, ConversationView, ListOrder, ListQuery, Position, Status, by_ids, detail,
        views::{self, View},
    },
    port::Registry,
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// mine, mentions, unassigned, all, snoozed, closed, spam, team:<id>
    view: Option<String>,
    /// new, open, waiting, snoozed, closed
    status: Option<String>,
    /// Words to be found, in Hungarian or English; "exact words", -without.
    query: Option<String>,
    /// Only of this person.
    person: Option<String>,
    /// Among these only, comma-separated, at most 200; no paging.
    ids: Option<String>,
    order: Option<String>,
    limit: Option<usize>,
    after: Option<String>,
}

/// Conversations of a view, newest first; found ones when `query` is given.
#[utoipa::path(get, path = "/api/v1/conversations", tag = "conversations", params(Filter),
    responses((status = 200, body = Page<ConversationView>)))]
pub(super) async fn list(
    auth: Auth,
    State(app): State<App>,
    Query(filter): Query<Filter>,
) -> ApiResult<Json<Page<ConversationView>>> {
    let ids = filter.ids.as_deref().map(among).transpose()?;
    let page = match &ids {
        None => PageQuery { limit: filter.limit, after: filter.after.clone() },
        Some(_) => PageQuery { limit: Some(MOST_IDS), after: None },
    };
    let status =
        filter.status.as_deref().map(|text| Status::parse(text).ok_or_else(|| Error::invalid("status")));
    let status = status.transpose()?;
    if let Some(words) = filter.query.as_deref().filter(|words| !words.trim().is_empty()) {
        let mut found = find(&auth, &app, words, filter.view.clone(), status, &page).await?;
        if let Some(ids) = ids {
            found = Page::whole(found.items.into_iter().filter(|item| ids.contains(&item.id)).collect());
        }
        return Ok(Json(found));
    }
    let query = ListQuery {
        view: filter.view.clone(),
        status,
        person: filter.person.as_deref().map(str::parse).transpose().map_err(|_| Error::invalid("person"))?,
        ids,
        order: order(filter.order.as_deref())?,
        limit: page.limit(),
        after: page.after::<Position>()?,
    };
    let limit = query.limit;
    let rows = app.db.read(&auth.caller, move |read| crate::conversations::list(read, &query)).await?;
    let page = Page::from_rows(rows, limit, |(position, _)| position.clone());
    Ok(Json(Page { items: page.items.into_iter().map(|(_, view)| view).collect(), next: page.next }))
}

/// As many as a page may have.
const MOST_IDS: usize = 200;

fn among(ids: &str) -> Result<Vec<ConversationId>> {
    let ids = ids
        .split(',')
        .map(|id| id.trim().parse().map_err(|_| Error::invalid("ids")))
        .collect::<Result<Vec<ConversationId>>>()?;
    if ids.len() > MOST_IDS { Err(Error::invalid("ids")) } else { Ok(ids) }
}

fn order(text: Option<&str>) -> Result<ListOrder> {
    match text {
        None | Some("newest") => Ok(ListOrder::Newest),
        Some("oldest") => Ok(ListOrder::Oldest),
        Some("waiting") => Ok(ListOrder::Waiting),
        Some("priority") => Ok(ListOrder::Priority),
        Some(_) => Err(Error::invalid("order")),
    }
}

/// Found conversations, best first. A view or a status only keeps those that are in it.
async fn find(
    auth: &Auth,
    app: &App,
    words: &str,
    view: Option<String>,
    status: Option<Status>,
    page: &PageQuery,
) -> Result<Page<ConversationView>> {
    let query = SearchQuery {
        workspace: auth.caller.workspace,
        kinds: vec![DocumentKind::Conversation, DocumentKind::Message],
        text: words.to_owned(),
        access: app.db.read(&auth.caller, access).await?,
        limit: page.limit(),
        after: page.after.as_deref().map(str::parse).transpose()?,
        order: Order::Relevance,
        collapse_by_parent: true,
    };
    let hits = app.search.find(query).await?;
    let ids: Vec<ConversationId> =
        hits.items.iter().map(|hit| ConversationId(uuid::Uuid::from_bytes(hit.parent))).collect();
    let user = auth.caller.user().map(|id| id.to_string());
    let mut items = app.db.read(&auth.caller, move |read| by_ids(read, &ids)).await?;
    items.retain(|item| {
        status.is_none_or(|status| item.status == status) && is_in(item, view.as_deref(), user.as_deref())
    });
    Ok(Page { items, next: hits.next.map(|place| place.to_string()) })
}

/// Every conversation that a search finds, at most so many.
pub(crate) async fn matching(
    auth: &Auth,
    app: &App,
    words: &str,
    view: Option<String>,
    status: Option<Status>,
    most: usize,
) -> Result<Vec<ConversationId>> {
    let mut page = PageQuery { limit: Some(MOST_IDS), after: None };
    let mut ids = Vec::new();
    loop {
        let found = find(auth, app, words, view.clone(), status, &page).await?;
        ids.extend(found.items.iter().map(|item| item.id));
        match found.next {
            Some(next) if ids.len() < most => page.after = Some(next),
            _ => return Ok(ids),
        }
    }
}

fn is_in(item: &ConversationView, view: Option<&str>, user: Option<&str>) -> bool {
    let among_spam = view == Some("spam");
    if among_spam || (item.spam && !matches!(view, None | Some("mentions"))) {
        return among_spam && item.spam;
    }
    match view {
        None | Some("all" | "mentions") => true,
        Some("mine") => item.assignee.as_ref().map(|owner| owner.id.as_str()) == user,
        Some("unassigned") => item.assignee.is_none(),
        Some("snoozed") => item.status == Status::Snoozed,
        Some("closed") => item.status == Status::Closed,
        Some(other) => other.strip_prefix("team:") == item.team.as_ref().map(|team| team.id.as_str()),
    }
}

/// The teams whose conversations the caller may find.
pub(super) fn access(read: &mut Read<'_>) -> Result<AccessFilter> {
    let hidden = people::access::teams::hidden(read)?;
    if hidden.is_empty() {
        return Ok(AccessFilter::All);
    }
    let teams = people::access::teams::list(read)?.into_iter().map(|team| team.id);
    Ok(AccessFilter::Teams(teams.filter(|team| !hidden.contains(team)).collect()))
}

/// A conversation with participants, links, the caller's draft and who has it open.
#[utoipa::path(get, path = "/api/v1/conversations/{id}", tag = "conversations", params(("id" = String, Path)),
    responses((status = 200, body = ConversationDetail)))]
pub(super) async fn get(
    auth: Auth,
    State(app): State<App>,
    Extension(registry): Extension<Registry>,
    PathId(id): PathId<ConversationId>,
) -> ApiResult<Json<ConversationDetail>> {
    Ok(Json(load(&auth, &app, registry, id).await?))
}

/// The detail as the caller sees it.
pub(super) async fn load(
    auth: &Auth,
    app: &App,
    registry: Registry,
    id: ConversationId,
) -> Result<ConversationDetail> {
    let viewers = app.hub.viewers(auth.caller.workspace, id, app.db.clock().now());
    let content_url = app.edge.content_url.clone();
    app.db.read(&auth.caller, move |read| detail(read, &registry, &content_url, &viewers, id)).await
}

/// The caller's views with their live counts.
#[utoipa::path(get, path = "/api/v1/views", tag = "conversations", responses((status = 200, body = Page<View>)))]
pub(super) async fn views(auth: Auth, State(app): State<App>) -> ApiResult<Json<Page<View>>> {
    Ok(Json(Page::whole(app.db.read(&auth.caller, views::list).await?)))
}

/// A person's conversations, newest first.
#[utoipa::path(get, path = "/api/v1/people/{id}/conversations", tag = "people", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<ConversationView>)))]
pub(super) async fn of_person(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<PersonId>,
    Query(page): Query<PageQuery>,
) -> ApiResult<Json<Page<ConversationView>>> {
    let (limit, after) = (page.limit(), page.after::<Position>()?);
    let rows = app
        .db
        .read(&auth.caller, move |read| {
            let person = people::persons::get(read, id)?.id;
            let query = ListQuery { person: Some(person), limit, after, ..ListQuery::default() };
            crate::conversations::list(read, &query)
        })
        .await?;
    let page = Page::from_rows(rows, limit, |(position, _)| position.clone());
    Ok(Json(Page { items: page.items.into_iter().map(|(_, view)| view).collect(), next: page.next }))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Words {
    query: String,
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Found {
    conversations: Vec<ConversationView>,
    people: Vec<people::persons::PersonBrief>,
}

/// Everything that can be found by some words: for the command palette.
#[utoipa::path(get, path = "/api/v1/search", tag = "search", params(Words), responses((status = 200, body = Found)))]
pub(super) async fn search(
    auth: Auth,
    State(app): State<App>,
    Query(words): Query<Words>,
) -> ApiResult<Json<Found>> {
    let page = PageQuery { limit: Some(words.limit.unwrap_or(10)), after: None };
    let conversations = find(&auth, &app, &words.query, None, None, &page).await?.items;
    let query = SearchQuery {
        workspace: auth.caller.workspace,
        kinds: vec![DocumentKind::Person],
        text: words.query,
        access: AccessFilter::All,
        limit: page.limit(),
        after: None,
        order: Order::Relevance,
        collapse_by_parent: false,
    };
    let hits = app.search.find(query).await?;
    let ids: Vec<PersonId> = hits.items.iter().map(|hit| PersonId(uuid::Uuid::from_bytes(hit.id))).collect();
    let people = app
        .db
        .read(&auth.caller, move |read| {
            let mut found = people::persons::brief(read, &ids)?;
            Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
        })
        .await?;
    Ok(Json(Found { conversations, people }))
}

//! Routes by which a colleague makes persons one, or takes them apart again.

use std::sync::{Arc, Mutex};

use axum::{extract::State, http::StatusCode, response::Response};
use kernel::{Caller, Code, Error, PersonId, Result, Role};
use serde::{Deserialize, Serialize};
use store::{Db, Tx};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use web::{ApiResult, App, Auth, ErrorBody, Json, PathId, RouterExt};

use super::{
    Graph, Person, get,
    graph::{self, graph},
    merge,
};

/// Edges changed at once.
const MOST: usize = 200;

pub fn routes() -> RouterExt {
    OpenApiRouter::new().routes(routes!(read_graph)).routes(routes!(post_merge)).routes(routes!(patch_edges))
}

/// Why this person is one: what was met where, and each tie with its reason.
#[utoipa::path(get, path = "/api/v1/people/{id}/graph", tag = "people",
    params(("id" = String, Path, description = "person")),
    responses((status = 200, body = Graph), (status = "default", body = ErrorBody)))]
async fn read_graph(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<PersonId>,
) -> ApiResult<Json<Graph>> {
    auth.caller.require(Role::Observer)?;
    Ok(Json(app.db.read(&auth.caller, move |read| graph(read, id)).await?))
}

#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    #[schema(value_type = String, format = "uuid")]
    person_id: PersonId,
    /// Only shows what would come of it.
    #[serde(default)]
    preview: bool,
}

/// What came of joining two persons.
#[derive(Serialize, ToSchema)]
pub struct Merged {
    person: Person,
    /// Taking this edge back is the undo; absent in a preview, and when they were one already.
    edge: Option<i64>,
    /// They were one person already.
    were_one: bool,
}

/// Makes two persons one. What was said of each stays where it was, so that they can be taken apart again.
#[utoipa::path(post, path = "/api/v1/people/{id}/merge", tag = "people", request_body = Merge,
    params(("id" = String, Path, description = "person")),
    responses((status = 200, body = Merged), (status = "default", body = ErrorBody)))]
async fn post_merge(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<PersonId>,
    Json(wanted): Json<Merge>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Agent)?;
    let act = move |tx: &mut Tx<'_>| join(tx, id, wanted.person_id);
    if wanted.preview {
        let seen = Merged { edge: None, ..try_out(&app.db, &auth.caller, act).await? };
        return Ok(axum::response::IntoResponse::into_response(axum::Json(seen)));
    }
    auth.write(&app.db, StatusCode::OK, act).await
}

fn join(tx: &mut Tx<'_>, a: PersonId, b: PersonId) -> Result<Merged> {
    if super::canonical(tx, a)? == super::canonical(tx, b)? {
        return Ok(Merged { person: get(tx, a)?, edge: None, were_one: true });
    }
    // What could not be taken apart again is not joined by hand.
    graph::refuse_crowd(tx, &[a, b])?;
    let person = merge(tx, a, b, "agent")?;
    let edge = graph::between(tx, a, b, "agent")?;
    Ok(Merged { person: get(tx, person)?, edge, were_one: false })
}

#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EdgeChange {
    /// Ids of edges of this person's graph.
    edges: Vec<i64>,
    /// true takes them back, false gives them back.
    retracted: bool,
    /// Only shows what would come of it.
    #[serde(default)]
    preview: bool,
}

/// Who stands at the ends of the edges now.
#[derive(Serialize, ToSchema)]
pub struct Apart {
    people: Vec<Person>,
}

/// Takes ties back, or gives them back: whoever they alone held together are apart again, each as they were.
#[utoipa::path(patch, path = "/api/v1/people/{id}/edges", tag = "people", request_body = EdgeChange,
    params(("id" = String, Path, description = "person")),
    responses((status = 200, body = Apart), (status = "default", body = ErrorBody)))]
async fn patch_edges(
    auth: Auth,
    State(app): State<App>,
    PathId(id): PathId<PersonId>,
    Json(wanted): Json<EdgeChange>,
) -> ApiResult<Response> {
    auth.caller.require(Role::Agent)?;
    if wanted.edges.is_empty() || wanted.edges.len() > MOST {
        return Err(Error::invalid("edges").into());
    }
    let preview = wanted.preview;
    let act = move |tx: &mut Tx<'_>| change_edges(tx, id, &wanted);
    if preview {
        let seen = try_out(&app.db, &auth.caller, act).await?;
        return Ok(axum::response::IntoResponse::into_response(axum::Json(seen)));
    }
    auth.write(&app.db, StatusCode::OK, act).await
}

fn change_edges(tx: &mut Tx<'_>, id: PersonId, wanted: &EdgeChange) -> Result<Apart> {
    let mut ends = vec![id];
    for seq in &wanted.edges {
        if !graph::is_of(tx, *seq, id)? {
            return Err(Error::not_found());
        }
        ends.extend(graph::ends(tx, *seq)?);
    }
    for seq in &wanted.edges {
        if wanted.retracted { graph::retract(tx, *seq)? } else { graph::reinstate(tx, *seq)? }
    }
    let mut people: Vec<Person> = Vec::new();
    for end in ends {
        let person = get(tx, end)?;
        if people.iter().all(|known| known.id != person.id) {
            people.push(Person { merged_into: None, ..person });
        }
    }
    Ok(Apart { people })
}

/// Does it, looks at what came of it, and undoes it.
async fn try_out<T: Send + 'static>(
    db: &Db,
    caller: &Caller,
    act: impl Fn(&mut Tx<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    let seen = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&seen);
    let done = db.write(caller, move |tx| {
        // An attempt that PostgreSQL wants again has seen nothing.
        *kept.lock().expect("no panic while held") = None;
        let found = act(tx)?;
        *kept.lock().expect("no panic while held") = Some(found);
        Err::<(), _>(Error::new(Code::Conflict))
    });
    let outcome = done.await;
    let found = seen.lock().expect("no panic while held").take();
    found.ok_or_else(|| outcome.expect_err("nothing was seen"))
}

//! Bulk acts: one act on many conversations, one undo for all of it.
//!
//! Invariants: each conversation changes in its own short transaction (nobody waits for a long one); what stood before
//! is kept, so that the undo brings exactly that back; a conversation changed by somebody since is left alone.

use axum::{extract::State, http::StatusCode, response::Response};
use kernel::{Code, ConversationId, Error, Result, Role, TagId, TeamId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Read, Tx, params};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;
use web::{ApiResult, App, Auth, Json, PathId, RouterExt};

use crate::conversations::{self, ListQuery, Priority, Snooze, Status};

/// Conversations changed in one transaction.
const CHUNK: usize = 100;
/// The most one batch may touch.
const MOST: usize = 50_000;

pub fn routes() -> RouterExt {
    OpenApiRouter::new().routes(routes!(create)).routes(routes!(undo))
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewBatch {
    /// Either these …
    #[schema(value_type = Option<Vec<String>>)]
    ids: Option<Vec<ConversationId>>,
    /// … or everything that matches.
    filter: Option<Filter>,
    act: Act,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    view: Option<String>,
    status: Option<Status>,
    /// Words to be found, as in the list.
    query: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum Act {
    Close,
    Reopen,
    Spam,
    Assign {
        #[schema(value_type = Option<String>)]
        user_id: Option<UserId>,
    },
    Team {
        #[schema(value_type = Option<String>)]
        team_id: Option<TeamId>,
    },
    Tag {
        #[schema(value_type = String)]
        tag_id: TagId,
    },
    Untag {
        #[schema(value_type = String)]
        tag_id: TagId,
    },
    Priority {
        priority: Priority,
    },
    Snooze {
        #[schema(value_type = Option<String>)]
        until: Option<Timestamp>,
        #[serde(default)]
        until_reply: bool,
    },
}

impl Act {
    fn run(&self, tx: &mut Tx<'_>, id: ConversationId) -> Result<()> {
        match self {
            Self::Close => conversations::close(tx, id),
            Self::Reopen => conversations::reopen(tx, id),
            Self::Spam => conversations::mark_spam(tx, id),
            Self::Assign { user_id } => conversations::assign(tx, id, *user_id),
            Self::Team { team_id } => conversations::set_team(tx, id, *team_id),
            Self::Tag { tag_id } => conversations::tag(tx, id, *tag_id),
            Self::Untag { tag_id } => conversations::untag(tx, id, *tag_id),
            Self::Priority { priority } => conversations::set_priority(tx, id, *priority),
            Self::Snooze { until, until_reply } => {
                conversations::sleep(tx, id, &Snooze { until: *until, until_reply: *until_reply })
            }
        }
    }
}

#[derive(Clone, Serialize, ToSchema)]
struct Batch {
    #[schema(value_type = String)]
    id: Uuid,
    /// How many were changed.
    count: usize,
}

/// What a conversation was before the batch, and its version after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Before {
    id: ConversationId,
    version: i64,
    status: Status,
    assignee: Option<UserId>,
    team: Option<TeamId>,
    priority: Priority,
    snoozed_until: Option<Timestamp>,
    snoozed_until_reply: bool,
    waiting_since: Option<Timestamp>,
    closed_at: Option<Timestamp>,
    #[serde(default)]
    spam: bool,
}

/// Does one act on many conversations. Undo the whole with DELETE.
#[utoipa::path(post, path = "/api/v1/conversation-batches", tag = "conversations", request_body = NewBatch,
    responses((status = 201, body = Batch)))]
async fn create(auth: Auth, State(app): State<App>, Json(new): Json<NewBatch>) -> ApiResult<Response> {
    auth.caller.require(Role::Agent)?;
    let ids = match (new.ids, new.filter) {
        (Some(ids), None) if ids.len() <= MOST => ids,
        (None, Some(Filter { view, status, query: Some(words) })) if !words.trim().is_empty() => {
            conversations::http::matching(&auth, &app, &words, view, status, MOST).await?
        }
        (None, Some(filter)) => app.db.read(&auth.caller, move |read| matching(read, &filter)).await?,
        _ => return Err(Error::invalid("ids").into()),
    };
    let mut changed = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let (chunk, act) = (chunk.to_vec(), new.act.clone());
        changed.extend(app.db.write(&auth.caller, move |tx| run(tx, &chunk, &act)).await?);
    }
    let (id, count) = (Uuid::now_v7(), changed.len());
    let act = new.act;
    auth.write(&app.db, StatusCode::CREATED, move |tx| {
        let (workspace, user, now) = (tx.workspace(), tx.caller().user(), tx.now());
        tx.execute(
            "INSERT INTO batches (workspace_id, id, user_id, act, before_states, at) VALUES ($1, $2, $3, $4, $5, $6)",
            params![workspace, id.as_bytes().to_vec(), user, &json!(act), &json!(changed), now],
        )?;
        Ok(Batch { id, count })
    })
    .await
}

fn matching(read: &mut Read<'_>, filter: &Filter) -> Result<Vec<ConversationId>> {
    let mut query =
        ListQuery { view: filter.view.clone(), status: filter.status, limit: 500, ..ListQuery::default() };
    let mut ids = Vec::new();
    loop {
        let page = conversations::list(read, &query)?;
        let more = page.len() > query.limit;
        ids.extend(page.iter().take(query.limit).map(|(_, view)| view.id));
        if !more || ids.len() >= MOST {
            return Ok(ids);
        }
        query.after = page.into_iter().take(query.limit).next_back().map(|(position, _)| position);
    }
}

fn run(tx: &mut Tx<'_>, ids: &[ConversationId], act: &Act) -> Result<Vec<Before>> {
    let mut changed = Vec::new();
    for id in ids {
        let before = match conversations::find_for_update(tx, *id) {
            Ok(conversation) => conversation,
            Err(error) if error.code == Code::NotFound => continue,
            Err(error) => return Err(error),
        };
        act.run(tx, *id)?;
        let after = conversations::find(tx, *id)?;
        if after.version != before.version {
            changed.push(Before {
                id: *id,
                version: after.version,
                status: before.status,
                assignee: before.assignee,
                team: before.team,
                priority: before.priority,
                snoozed_until: before.snoozed_until,
                snoozed_until_reply: before.snoozed_until_reply,
                waiting_since: before.waiting_since,
                closed_at: before.closed_at,
                spam: before.spam,
            });
        }
    }
    Ok(changed)
}

/// Brings back what stood before the batch, except where somebody changed it since.
#[utoipa::path(delete, path = "/api/v1/conversation-batches/{id}", tag = "conversations", params(("id" = String, Path)),
    responses((status = 204)))]
async fn undo(auth: Auth, State(app): State<App>, PathId(id): PathId<Uuid>) -> ApiResult<Response> {
    auth.caller.require(Role::Agent)?;
    let (states, act) = app.db.read(&auth.caller, move |read| load(read, id)).await?;
    for chunk in states.chunks(CHUNK) {
        let (chunk, act) = (chunk.to_vec(), act.clone());
        app.db
            .write(&auth.caller, move |tx| chunk.iter().try_for_each(|before| bring_back(tx, before, &act)))
            .await?;
    }
    auth.done(&app.db, move |tx| {
        let (workspace, now) = (tx.workspace(), tx.now());
        let sql = "UPDATE batches SET undone_at = $3 WHERE workspace_id = $1 AND id = $2";
        tx.execute(sql, params![workspace, id.as_bytes().to_vec(), now]).map(drop)
    })
    .await
}

fn load(read: &mut Read<'_>, id: Uuid) -> Result<(Vec<Before>, Act)> {
    let (workspace, user) = (read.workspace(), read.caller().user());
    let sql = "SELECT before_states, act, user_id FROM batches WHERE workspace_id = $1 AND id = $2 AND undone_at IS NULL";
    let row = read.row(sql, params![workspace, id.as_bytes().to_vec()])?.ok_or_else(Error::not_found)?;
    if row.get::<Option<UserId>>(2)? != user {
        return Err(Error::not_found());
    }
    let states = serde_json::from_str(&row.get::<String>(0)?).map_err(Error::internal)?;
    let act = serde_json::from_str(&row.get::<String>(1)?).map_err(Error::internal)?;
    Ok((states, act))
}

fn bring_back(tx: &mut Tx<'_>, before: &Before, act: &Act) -> Result<()> {
    let current = match conversations::find_for_update(tx, before.id) {
        Ok(conversation) => conversation,
        Err(error) if error.code == Code::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if current.version != before.version {
        return Ok(());
    }
    match act {
        Act::Tag { tag_id } => conversations::untag(tx, before.id, *tag_id),
        Act::Untag { tag_id } => conversations::tag(tx, before.id, *tag_id),
        _ => conversations::restore(
            tx,
            &current,
            conversations::Restore {
                status: before.status,
                assignee: before.assignee,
                team: before.team,
                priority: before.priority,
                snoozed_until: before.snoozed_until,
                snoozed_until_reply: before.snoozed_until_reply,
                waiting_since: before.waiting_since,
                closed_at: before.closed_at,
                spam: before.spam,
            },
        ),
    }
}

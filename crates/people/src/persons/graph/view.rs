//! The graph of one person, to be looked at: what was met where, and why it is one.

use kernel::{Actor, Error, PersonId, Result, Timestamp};
use serde::Serialize;
use store::{Read, Row, Value};
use utoipa::ToSchema;

use crate::{
    actors::{self, ActorRef},
    persons::{Identity, PersonBrief, brief, component, store as rows},
    sql,
};

/// What is known of the ties between the homes of a person, and to whom else they lead.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Graph {
    /// The first is the one whose id the person bears.
    pub homes: Vec<HomeView>,
    /// Oldest first, the first 500.
    pub edges: Vec<EdgeView>,
}

/// Where values were met first; what was said of them stays there.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HomeView {
    #[schema(value_type = String, format = "uuid")]
    pub id: PersonId,
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    pub name: Option<String>,
    pub identities: Vec<Identity>,
}

/// A reason why two homes are one person, or would be.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EdgeView {
    pub id: i64,
    #[schema(value_type = String, format = "uuid")]
    pub one: PersonId,
    #[schema(value_type = String, format = "uuid")]
    pub other: PersonId,
    /// identify, alias, verified_email, verified_external, agent, …
    pub reason: String,
    #[schema(value_type = String, format = "date-time")]
    pub at: Timestamp,
    pub by: ActorRef,
    /// joins, refused (a limit holds it back), retracted (a colleague took it back)
    pub state: &'static str,
    /// Of a refused one: the kind of identity of which one person may not have so many.
    pub limit: Option<String>,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub retracted_at: Option<Timestamp>,
    pub retracted_by: Option<ActorRef>,
    /// Who stands at the other end when that is somebody else.
    pub somebody_else: Option<PersonBrief>,
}

/// The graph of the person that an id means now.
pub fn graph(read: &mut Read<'_>, id: PersonId) -> Result<Graph> {
    let ids = component(read, id)?;
    let edges = edges(read, &ids)?;
    Ok(Graph { homes: homes(read, &ids)?, edges })
}

fn homes(read: &mut Read<'_>, ids: &[PersonId]) -> Result<Vec<HomeView>> {
    let mut identities = rows::identities_by_home(read, ids)?;
    let mut values = vec![read.workspace().into()];
    let list = sql::append(&mut values, ids);
    let sql = format!(
        "SELECT p.id, p.created_at, t.value FROM persons p LEFT JOIN person_traits t
           ON t.workspace_id = p.workspace_id AND t.home_id = p.id AND t.name = 'name'
         WHERE p.workspace_id = $1 AND p.id IN ({list}) ORDER BY p.created_at, p.id"
    );
    let found = read.rows(&sql, &values)?;
    let mut homes = found
        .iter()
        .map(|row| {
            let id: PersonId = row.get(0)?;
            let name = row.get::<Option<String>>(2)?;
            let name = name.and_then(|json| serde_json::from_str::<String>(&json).ok());
            let identities = identities.remove(&id).unwrap_or_default();
            Ok(HomeView { id, created_at: row.get(1)?, name, identities })
        })
        .collect::<Result<Vec<_>>>()?;
    homes.sort_by_key(|home| Some(&home.id) != ids.first());
    Ok(homes)
}

fn edges(read: &mut Read<'_>, ids: &[PersonId]) -> Result<Vec<EdgeView>> {
    let found = rows_about(read, ids)?;
    let mut named = Vec::new();
    for row in &found {
        named.push(actor(row.get(4)?)?);
        named.extend(row.get::<Option<String>>(8)?.map(actor).transpose()?);
    }
    let mut names = actors::describe(read, &named)?.into_iter();
    let strangers = brief(read, &strangers(&found, ids)?)?;
    found
        .iter()
        .map(|row| {
            let (one, other): (PersonId, PersonId) = (row.get(1)?, row.get(2)?);
            let (refused, retracted_at): (Option<String>, Option<Timestamp>) = (row.get(6)?, row.get(7)?);
            let state = match (&retracted_at, &refused) {
                (Some(_), _) => "retracted",
                (None, Some(_)) => "refused",
                (None, None) => "joins",
            };
            let mut next = || names.next().ok_or_else(|| Error::internal("every actor was named"));
            let by = next()?;
            let retracted_by = if row.get::<Option<String>>(8)?.is_some() { Some(next()?) } else { None };
            Ok(EdgeView {
                id: row.get(0)?,
                one,
                other,
                reason: row.get(3)?,
                at: row.get(5)?,
                by,
                state,
                limit: refused.filter(|_| state == "refused"),
                retracted_at,
                retracted_by,
                somebody_else: [one, other].iter().find_map(|end| strangers.get(end)).cloned(),
            })
        })
        .collect()
}

fn actor(json: String) -> Result<Actor> {
    serde_json::from_str(&json).map_err(Error::internal)
}

fn strangers(found: &[Row], ids: &[PersonId]) -> Result<Vec<PersonId>> {
    let mut ends = Vec::new();
    for row in found {
        ends.extend([row.get::<PersonId>(1)?, row.get::<PersonId>(2)?]);
    }
    ends.retain(|end| !ids.contains(end));
    ends.sort_unstable();
    ends.dedup();
    Ok(ends)
}

fn rows_about(read: &mut Read<'_>, ids: &[PersonId]) -> Result<Vec<Row>> {
    const COLUMNS: &str = "seq, one_id, other_id, reason, actor, at, refused, retracted_at, retracted_by";
    let mut values: Vec<Value> = vec![read.workspace().into()];
    let list = sql::append(&mut values, ids);
    // Not one condition with OR: it would be answered by looking at everybody. A shared device can be tied to thousands.
    let sql = format!(
        "SELECT {COLUMNS} FROM person_edges WHERE workspace_id = $1 AND one_id IN ({list})
         UNION SELECT {COLUMNS} FROM person_edges WHERE workspace_id = $1 AND other_id IN ({list})
         ORDER BY at, seq LIMIT 500"
    );
    read.rows(&sql, &values)
}

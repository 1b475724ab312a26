//! What happened with a person, newest first, whichever of their ids it was recorded under.

use kernel::{Actor, ConversationId, FactCursor, PersonId, Result, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use store::{Read, Row, Value};
use utoipa::ToSchema;

use super::component;
use crate::{ActorRef, access::teams, describe, sql};

#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct TimelineItem {
    /// The place of the fact in the log, as the live socket names it.
    pub cursor: String,
    pub name: String,
    #[schema(value_type = String, format = "date-time")]
    pub at: Timestamp,
    pub actor: ActorRef,
    pub conversation: Option<TimelineConversation>,
    #[schema(value_type = Object)]
    pub payload: Json,
    #[serde(skip)]
    pub(super) place: TimelineCursor,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct TimelineConversation {
    #[schema(value_type = String, format = "uuid")]
    pub id: ConversationId,
    pub number: String,
    pub subject: String,
}

/// A place on a timeline: when, and the number of the fact.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TimelineCursor(pub i64, pub i64);

/// Facts of a person before a place, newest first; with `names`, only these. Facts of conversations that the caller
/// may not see are left out.
pub fn timeline(
    read: &mut Read<'_>,
    person: PersonId,
    names: &[String],
    before: Option<TimelineCursor>,
    limit: usize,
) -> Result<Vec<TimelineItem>> {
    let ids = component(read, person)?;
    let hidden = teams::hidden(read)?;
    let mut values: Vec<Value> = vec![read.workspace().into()];
    let people = sql::append(&mut values, &ids);
    let mut sql = format!(
        "SELECT f.tx, f.seq, f.name, f.at, f.actor, f.payload, c.id, c.number, c.subject
         FROM facts f LEFT JOIN conversations c ON c.workspace_id = f.workspace_id AND c.id = f.conversation_id
         WHERE f.workspace_id = $1 AND f.person_id IN ({people})"
    );
    if !hidden.is_empty() {
        let hidden = sql::append(&mut values, &hidden);
        sql += &format!(" AND (c.team_id IS NULL OR c.team_id NOT IN ({hidden}))");
    }
    if !names.is_empty() {
        let places = sql::places(values.len(), names.len());
        values.extend(names.iter().map(Value::from));
        sql += &format!(" AND f.name IN ({places})");
    }
    if let Some(TimelineCursor(at, seq)) = before {
        values.extend([at.into(), seq.into()]);
        sql += &format!(" AND (f.at, f.seq) < (${}, ${})", values.len() - 1, values.len());
    }
    values.push(limit.into());
    sql += &format!(" ORDER BY f.at DESC, f.seq DESC LIMIT ${}", values.len());
    let rows = read.rows(&sql, &values)?;
    items(read, &rows)
}

fn items(read: &mut Read<'_>, rows: &[Row]) -> Result<Vec<TimelineItem>> {
    let actors = rows
        .iter()
        .map(|row| {
            let actor: String = row.get(4)?;
            Ok(serde_json::from_str(&actor).unwrap_or_else(|_| Actor::System("unknown".into())))
        })
        .collect::<Result<Vec<_>>>()?;
    let actors = describe(read, &actors)?;
    rows.iter().zip(actors).map(|(row, actor)| item(row, actor)).collect()
}

fn item(row: &Row, actor: ActorRef) -> Result<TimelineItem> {
    let cursor = FactCursor { tx: row.get(0)?, seq: row.get(1)? };
    let at: Timestamp = row.get(3)?;
    let conversation = match row.get::<Option<ConversationId>>(6)? {
        None => None,
        Some(id) => {
            let number = format!("K-{}", row.get::<i64>(7)?);
            Some(TimelineConversation { id, number, subject: row.get(8)? })
        }
    };
    Ok(TimelineItem {
        cursor: cursor.to_string(),
        name: row.get(2)?,
        at,
        actor,
        conversation,
        payload: row.get(5)?,
        place: TimelineCursor(at.0, cursor.seq),
    })
}

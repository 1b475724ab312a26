use std::collections::{HashMap, HashSet};

use kernel::{ConversationId, Error, PersonId, Result, TeamId, UserId};
use serde::{Deserialize, Serialize};
use store::{Read, Value, params};
use utoipa::ToSchema;

use crate::{
    channels::{self, ChannelBrief},
    conversations::{
        message::reference,
        model::{Conversation, ConversationView, Status, number_text},
        store::{self as rows, hide_private},
        views::Filter,
    },
    tags::Tag,
};

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ListOrder {
    #[default]
    Newest,
    Oldest,
    /// Whoever waits longest for us comes first.
    Waiting,
    Priority,
}

/// Which conversations, in which order.
#[derive(Clone, Debug, Default)]
pub struct ListQuery {
    pub view: Option<String>,
    pub status: Option<Status>,
    pub person: Option<PersonId>,
    /// Only among these.
    pub ids: Option<Vec<ConversationId>>,
    pub order: ListOrder,
    pub limit: usize,
    pub after: Option<Position>,
}

/// The place after a row: the values it is ordered by, then its id.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Position {
    pub key: i64,
    pub second: i64,
    pub id: ConversationId,
}

/// One row more than `limit`, when there is one.
pub fn list(read: &mut Read<'_>, query: &ListQuery) -> Result<Vec<(Position, ConversationView)>> {
    let mut sql = Sql::new(read);
    sql.view(read, query.view.as_deref())?;
    if let Some(status) = query.status {
        let n = sql.bind(status.as_str());
        sql.conditions.push(format!("c.status = {n}"));
    }
    if let Some(person) = query.person {
        let homes = match people::persons::component(read, person) {
            Err(error) if error.code == kernel::Code::NotFound => vec![person],
            found => found?,
        };
        let places: Vec<String> = homes.into_iter().map(|home| sql.bind(home)).collect();
        sql.conditions.push(format!("c.person_id IN ({})", places.join(", ")));
    }
    if let Some(ids) = &query.ids {
        let places: Vec<String> = ids.iter().map(|id| sql.bind(*id)).collect();
        sql.conditions.push(if places.is_empty() {
            "1 = 0".to_owned()
        } else {
            format!("c.id IN ({})", places.join(", "))
        });
    }
    sql.conditions.push(hide_private(read, "c.team_id")?);
    let text = sql.finish(query);
    let found = read.rows(&text, &sql.values)?;
    let conversations = found.iter().map(rows::from_row).collect::<Result<Vec<_>>>()?;
    let positions: Vec<Position> = conversations.iter().map(|c| position(c, query.order)).collect();
    Ok(positions.into_iter().zip(view(read, conversations)?).collect())
}

fn position(c: &Conversation, order: ListOrder) -> Position {
    let (key, second) = match order {
        ListOrder::Newest | ListOrder::Oldest => (c.last_message_at.0, 0),
        ListOrder::Waiting => (c.waiting_since.map_or(i64::MAX, |at| at.0), 0),
        ListOrder::Priority => (c.priority.number(), c.last_message_at.0),
    };
    Position { key, second, id: c.id }
}

struct Sql {
    from: &'static str,
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Sql {
    fn new(read: &Read<'_>) -> Self {
        let values = vec![Value::from(read.workspace())];
        Self { from: "conversations c", conditions: vec!["c.workspace_id = $1".to_owned()], values }
    }

    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn view(&mut self, read: &Read<'_>, key: Option<&str>) -> Result<()> {
        const ACTIVE: &str = "c.status IN ('new', 'open', 'waiting')";
        let Some(key) = key else { return Ok(()) };
        let filter = Filter::parse(key).ok_or_else(|| Error::invalid("view"))?;
        let user = read.caller().user();
        match filter {
            Filter::All => self.conditions.push(ACTIVE.to_owned()),
            Filter::Unassigned => self.conditions.push(format!("{ACTIVE} AND c.assignee_id IS NULL")),
            Filter::Snoozed => self.conditions.push("c.status = 'snoozed'".to_owned()),
            Filter::Closed => self.conditions.push("c.status = 'closed' AND c.spam = 0".to_owned()),
            Filter::Spam => self.conditions.push("c.spam = 1".to_owned()),
            Filter::Team(team) => {
                let n = self.bind(team);
                self.conditions.push(format!("{ACTIVE} AND c.team_id = {n}"));
            }
            Filter::Mine => {
                let n = self.bind(user.ok_or_else(|| Error::invalid("view"))?);
                self.conditions.push(format!("{ACTIVE} AND c.assignee_id = {n}"));
            }
            Filter::Mentions => {
                let n = self.bind(user.ok_or_else(|| Error::invalid("view"))?);
                self.conditions.push(format!(
                    "c.id IN (SELECT m.conversation_id FROM mentions m
                              WHERE m.workspace_id = $1 AND m.user_id = {n} AND m.open = 1)"
                ));
            }
        }
        Ok(())
    }

    fn finish(&mut self, query: &ListQuery) -> String {
        let far = i64::MAX;
        let (columns, descending) = match query.order {
            ListOrder::Newest => ("c.last_message_at, c.id".to_owned(), true),
            ListOrder::Oldest => ("c.last_message_at, c.id".to_owned(), false),
            ListOrder::Waiting => (format!("COALESCE(c.waiting_since, {far}), c.id"), false),
            ListOrder::Priority => ("c.priority, c.last_message_at, c.id".to_owned(), true),
        };
        if let Some(after) = &query.after {
            let place = if query.order == ListOrder::Priority {
                let (key, second) = (self.bind(after.key), self.bind(after.second));
                format!("{key}, {second}, {}", self.bind(after.id))
            } else {
                let key = self.bind(after.key);
                format!("{key}, {}", self.bind(after.id))
            };
            let compare = if descending { "<" } else { ">" };
            self.conditions.push(format!("({columns}) {compare} ({place})"));
        }
        let direction = if descending { " DESC" } else { "" };
        let order: Vec<String> = columns.split_inclusive(", ").map(str::to_owned).collect();
        let order = order_by(&order.concat(), direction);
        let limit = self.bind(query.limit + 1);
        let columns: Vec<String> =
            rows::COLUMNS.split(", ").map(|column| format!("c.{}", column.trim())).collect();
        format!(
            "SELECT {} FROM {} WHERE {} ORDER BY {order} LIMIT {limit}",
            columns.join(", "),
            self.from,
            self.conditions.join(" AND ")
        )
    }
}

/// Puts the direction behind each column; a comma inside `COALESCE(…)` is no separator.
fn order_by(columns: &str, direction: &str) -> String {
    let mut depth = 0;
    let mut out = String::new();
    for c in columns.chars() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if c == ',' && depth == 0 {
            out.push_str(direction);
        }
        out.push(c);
    }
    out + direction
}

/// Conversations by id, in the order asked for; what the caller may not see is left out.
pub fn by_ids(read: &mut Read<'_>, ids: &[ConversationId]) -> Result<Vec<ConversationView>> {
    let mut found = Vec::new();
    for id in ids.iter().take(200) {
        match rows::find(read, *id) {
            Ok(conversation) => found.push(conversation),
            Err(error) if error.code == kernel::Code::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    view(read, found)
}

/// Adds the names and marks that lists show.
pub fn view(read: &mut Read<'_>, conversations: Vec<Conversation>) -> Result<Vec<ConversationView>> {
    let ids: Vec<ConversationId> = conversations.iter().map(|c| c.id).collect();
    let people: Vec<PersonId> = distinct(conversations.iter().map(|c| c.person));
    let users: Vec<UserId> = distinct(conversations.iter().filter_map(|c| c.assignee));
    let teams: Vec<TeamId> = distinct(conversations.iter().filter_map(|c| c.team));
    let people = people::persons::brief(read, &people)?;
    let users = people::access::users::names(read, &users)?;
    let teams = people::access::teams::names(read, &teams)?;
    let channels = channels::brief(read)?;
    let mut tags = tags_of(read, &ids)?;
    let seen = seen_by_caller(read, &ids)?;
    conversations
        .into_iter()
        .map(|c| {
            let channel = channels.get(&c.channel).cloned();
            let missing = ChannelBrief { id: c.channel, kind: String::new(), name: String::new() };
            Ok(ConversationView {
                unread: seen.as_ref().is_some_and(|seen| c.last_seq > seen.get(&c.id).copied().unwrap_or(0)),
                number: number_text(c.number),
                channel: channel.unwrap_or(missing),
                person: people.get(&c.person).cloned().ok_or_else(Error::not_found)?,
                assignee: c.assignee.map(|id| reference(id, users.get(&id))),
                team: c.team.map(|id| reference(id, teams.get(&id))),
                tags: tags.remove(&c.id).unwrap_or_default(),
                id: c.id,
                subject: c.subject,
                preview: c.preview,
                status: c.status,
                priority: c.priority,
                message_count: c.message_count,
                last_seq: c.last_seq,
                last_message_kind: c.last_message_kind,
                created_at: c.created_at,
                last_message_at: c.last_message_at,
                waiting_since: c.waiting_since,
                snoozed_until: c.snoozed_until,
                snoozed_until_reply: c.snoozed_until_reply,
                back_from_snooze: c.woken,
                closed_at: c.closed_at,
                spam: c.spam,
                version: c.version,
            })
        })
        .collect()
}

fn distinct<T: std::hash::Hash + Eq>(items: impl Iterator<Item = T>) -> Vec<T> {
    items.collect::<HashSet<_>>().into_iter().collect()
}

/// `$first`, `$first+1` … for a list of ids.
pub(super) fn placeholders(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

fn tags_of(read: &mut Read<'_>, ids: &[ConversationId]) -> Result<HashMap<ConversationId, Vec<Tag>>> {
    let mut found: HashMap<ConversationId, Vec<Tag>> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let sql = format!(
        "SELECT t.conversation_id, g.id, g.name, g.color FROM conversation_tags t
         JOIN tags g ON g.workspace_id = t.workspace_id AND g.id = t.tag_id
         WHERE t.workspace_id = $1 AND t.conversation_id IN ({}) ORDER BY g.name",
        placeholders(2, ids.len())
    );
    let mut values = params![read.workspace()].to_vec();
    values.extend(ids.iter().map(|id| Value::from(*id)));
    for row in read.rows(&sql, &values)? {
        let tag = Tag { id: row.get(1)?, name: row.get(2)?, color: row.get(3)? };
        found.entry(row.get(0)?).or_default().push(tag);
    }
    Ok(found)
}

/// How far the caller has read each; `None` for callers who do not read.
fn seen_by_caller(
    read: &mut Read<'_>,
    ids: &[ConversationId],
) -> Result<Option<HashMap<ConversationId, i64>>> {
    let Some(user) = read.caller().user() else { return Ok(None) };
    if ids.is_empty() {
        return Ok(Some(HashMap::new()));
    }
    let sql = format!(
        "SELECT conversation_id, seq FROM conversation_reads WHERE workspace_id = $1 AND user_id = $2 AND conversation_id IN ({})",
        placeholders(3, ids.len())
    );
    let mut values = params![read.workspace(), user].to_vec();
    values.extend(ids.iter().map(|id| Value::from(*id)));
    read.rows(&sql, &values)?
        .iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect::<Result<_>>()
        .map(Some)
}

//! Views and their counters, kept as conversations change, never counted on request.
//!
//! A conversation stands in the buckets that its state names, each marked with its team, so that the conversations of a
//! private team can be left out of everybody else's numbers. Counters are spread over shards: on PostgreSQL writers
//! would otherwise wait for each other at the row of the commonest bucket.

use std::collections::HashMap;

use kernel::{ConversationId, Result, TeamId, UserId};
use serde::Serialize;
use store::{Read, Tx, params};
use utoipa::ToSchema;

use super::model::{Conversation, Ref, Status};

/// A list of conversations with its live count.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct View {
    /// mine, mentions, unassigned, all, snoozed, closed, spam, team:<id>
    pub key: String,
    pub count: i64,
    pub team: Option<Ref>,
}

/// The buckets of a conversation, each `name@team`.
fn buckets(c: &Conversation) -> Vec<String> {
    let team = c.team.map_or_else(|| "-".to_owned(), |team| team.0.simple().to_string());
    let mut names = Vec::new();
    match c.status {
        Status::Snoozed => names.push("snoozed".to_owned()),
        Status::Closed if c.spam => names.push("spam".to_owned()),
        Status::Closed => names.push("closed".to_owned()),
        _ => {
            names.push("all".to_owned());
            match c.assignee {
                None => names.push("unassigned".to_owned()),
                Some(user) => names.push(mine(user)),
            }
        }
    }
    names.into_iter().map(|name| format!("{name}@{team}")).collect()
}

fn mine(user: UserId) -> String {
    format!("mine:{}", user.0.simple())
}

fn mentions(user: UserId) -> String {
    format!("mentions:{}@-", user.0.simple())
}

/// Takes a conversation out of its old buckets and puts it into its new ones.
pub(super) fn moved(
    tx: &mut Tx<'_>,
    before: Option<&Conversation>,
    after: Option<&Conversation>,
) -> Result<()> {
    let mut change: HashMap<String, i64> = HashMap::new();
    for bucket in before.map(buckets).unwrap_or_default() {
        *change.entry(bucket).or_default() -= 1;
    }
    for bucket in after.map(buckets).unwrap_or_default() {
        *change.entry(bucket).or_default() += 1;
    }
    let mut change: Vec<_> = change.into_iter().filter(|(_, by)| *by != 0).collect();
    // One order for all writers, so that they cannot wait for each other in a circle.
    change.sort();
    change.iter().try_for_each(|(bucket, by)| add(tx, bucket, *by))
}

fn add(tx: &mut Tx<'_>, bucket: &str, by: i64) -> Result<()> {
    let (workspace, shard) = (tx.workspace(), tx.shard());
    tx.execute_later(
        "INSERT INTO view_counts (workspace_id, bucket, shard, count) VALUES ($1, $2, $3, $4)
         ON CONFLICT (workspace_id, bucket, shard) DO UPDATE SET count = view_counts.count + $4",
        params![workspace, bucket, shard, by],
    )?;
    Ok(())
}

/// Opens a mention; counted once per conversation.
pub(super) fn open_mention(tx: &mut Tx<'_>, user: UserId, conversation: ConversationId) -> Result<()> {
    if open_mentions(tx, user, conversation)? == 0 { add(tx, &mentions(user), 1) } else { Ok(()) }
}

/// Closes the user's mentions in a conversation.
pub(super) fn close_mentions(tx: &mut Tx<'_>, user: UserId, conversation: ConversationId) -> Result<()> {
    let workspace = tx.workspace();
    let sql = "UPDATE mentions SET open = 0 WHERE workspace_id = $1 AND user_id = $2 AND conversation_id = $3 AND open = 1";
    if tx.execute(sql, params![workspace, user, conversation])? > 0 {
        add(tx, &mentions(user), -1)
    } else {
        Ok(())
    }
}

fn open_mentions(read: &mut Read<'_>, user: UserId, conversation: ConversationId) -> Result<i64> {
    let workspace = read.workspace();
    let sql = "SELECT COUNT(*) FROM mentions WHERE workspace_id = $1 AND user_id = $2 AND conversation_id = $3 AND open = 1";
    read.one(sql, params![workspace, user, conversation])?.get(0)
}

/// The caller's views with their counts.
pub fn list(read: &mut Read<'_>) -> Result<Vec<View>> {
    let counts = counts(read)?;
    let hidden = people::access::teams::hidden(read)?;
    let teams = people::access::teams::list(read)?;
    let total = |name: &str| {
        let prefix = format!("{name}@");
        let visible = |team: &str| !hidden.iter().any(|id| id.0.simple().to_string() == team);
        counts
            .iter()
            .filter_map(|(bucket, n)| bucket.strip_prefix(&prefix).filter(|team| visible(team)).map(|_| n))
            .sum()
    };
    let user = read.caller().user();
    let mut views = Vec::new();
    if let Some(user) = user {
        views.push(View { key: "mine".into(), count: total(&mine(user)), team: None });
        let kept = counts.get(&mentions(user)).copied().unwrap_or(0);
        let mentioned = if kept == 0 || hidden.is_empty() { kept } else { visible_mentions(read, user)? };
        views.push(View { key: "mentions".into(), count: mentioned, team: None });
    }
    for key in ["unassigned", "all", "snoozed", "closed", "spam"] {
        views.push(View { key: key.into(), count: total(key), team: None });
    }
    for team in teams.into_iter().filter(|team| !hidden.contains(&team.id)) {
        let count = counts.get(&format!("all@{}", team.id.0.simple())).copied().unwrap_or(0);
        let reference = Ref { id: team.id.to_string(), name: team.name };
        views.push(View { key: format!("team:{}", team.id), count, team: Some(reference) });
    }
    Ok(views)
}

/// A mention may lie in a conversation that went to a private team since: few rows, and only for those who are outside
/// of one.
fn visible_mentions(read: &mut Read<'_>, user: UserId) -> Result<i64> {
    let workspace = read.workspace();
    let visible = super::store::hide_private(read, "c.team_id")?;
    let sql = format!(
        "SELECT COUNT(DISTINCT m.conversation_id) FROM mentions m
         JOIN conversations c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
         WHERE m.workspace_id = $1 AND m.user_id = $2 AND m.open = 1 AND {visible}"
    );
    read.one(&sql, params![workspace, user])?.get(0)
}

fn counts(read: &mut Read<'_>) -> Result<HashMap<String, i64>> {
    let workspace = read.workspace();
    let sql =
        "SELECT bucket, CAST(SUM(count) AS BIGINT) FROM view_counts WHERE workspace_id = $1 GROUP BY bucket";
    read.rows(sql, params![workspace])?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// What a view's key means as a condition over `conversations`.
pub(super) enum Filter {
    Mine,
    Mentions,
    Unassigned,
    All,
    Snoozed,
    Closed,
    Spam,
    Team(TeamId),
}

impl Filter {
    pub fn parse(key: &str) -> Option<Self> {
        match key {
            "mine" => Some(Self::Mine),
            "mentions" => Some(Self::Mentions),
            "unassigned" => Some(Self::Unassigned),
            "all" => Some(Self::All),
            "snoozed" => Some(Self::Snoozed),
            "closed" => Some(Self::Closed),
            "spam" => Some(Self::Spam),
            _ => key.strip_prefix("team:")?.parse().ok().map(Self::Team),
        }
    }
}

#[cfg(test)]
pub(super) fn recount(read: &mut Read<'_>) -> Result<(HashMap<String, i64>, HashMap<String, i64>)> {
    let workspace = read.workspace();
    let sql = format!("SELECT {} FROM conversations WHERE workspace_id = $1", super::store::COLUMNS);
    let mut counted: HashMap<String, i64> = HashMap::new();
    for row in read.rows(&sql, params![workspace])? {
        for bucket in buckets(&super::store::from_row(&row)?) {
            *counted.entry(bucket).or_default() += 1;
        }
    }
    let mut kept = counts(read)?;
    kept.retain(|bucket, count| *count != 0 && !bucket.starts_with("mentions:"));
    Ok((kept, counted))
}

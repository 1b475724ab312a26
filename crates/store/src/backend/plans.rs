//! In debug builds only: which statements would look through all rows of a table, or of a workspace.

use std::{collections::BTreeSet, sync::Mutex};

use rusqlite::{Connection, params_from_iter, types::Null};

/// Tables that grow with every word and every fact.
const GROWING: [&str; 21] = [
    "attachments",
    "audience_members",
    "audience_states",
    "blocked_senders",
    "collected",
    "conversations",
    "deliveries",
    "facts",
    "identities",
    "import_errors",
    "imported_facts",
    "inbound",
    "message_references",
    "messages",
    "participants",
    "person_edges",
    "persons",
    "quality_counts",
    "quality_samples",
    "refused_calls",
    "visitors",
];

static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
static LONG: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Every statement seen so far that takes the long way, with its plan.
pub fn long_ways() -> Vec<String> {
    LONG.lock().expect("no panic while held").iter().cloned().collect()
}

pub(super) fn look_at(connection: &Connection, sql: &str) {
    // A count is asked for by people, and knows no other way.
    let is_count = sql.starts_with("SELECT COUNT(*)");
    if is_count || !SEEN.lock().expect("no panic while held").insert(sql.to_owned()) {
        return;
    }
    let plan = plan(connection, sql).unwrap_or_default();
    if is_long(sql, &plan) {
        LONG.lock().expect("no panic while held").insert(format!("{sql}\n  {}", plan.join("\n  ")));
    }
}

fn plan(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let places = vec![Null; statement.parameter_count()];
    statement.query_map(params_from_iter(places), |row| row.get(3))?.collect()
}

fn is_long(sql: &str, plan: &[String]) -> bool {
    let is_sorted = plan.iter().any(|step| step.ends_with("USE TEMP B-TREE FOR ORDER BY"));
    // A page of a list walks along an index and stops.
    let is_page = sql.contains(" LIMIT ") && !is_sorted;
    !is_page && plan.iter().any(|step| walks(step))
}

fn walks(step: &str) -> bool {
    let of_a_workspace = step.ends_with("(workspace_id=?)");
    (step.starts_with("SCAN ") || of_a_workspace) && GROWING.iter().any(|table| step.contains(table))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_through_a_workspace_is_noticed_and_a_page_of_a_list_is_none() {
        let plan = |step: &str| vec![step.to_owned()];
        let walk = plan("SEARCH persons USING INDEX persons_created (workspace_id=?)");
        assert!(is_long("SELECT 1 FROM persons", &walk));
        assert!(!is_long("SELECT 1 FROM persons ORDER BY created_at LIMIT $2", &walk));
        assert!(is_long("SELECT 1 FROM messages", &plan("SCAN messages")));
        assert!(!is_long(
            "SELECT 1",
            &plan("SEARCH persons USING INDEX persons_merged (workspace_id=? AND merged_into=?)")
        ));
        assert!(!is_long("SELECT 1", &plan("SEARCH teams USING INDEX teams_name (workspace_id=?)")));
    }
}

//! The log of facts: append, and read on from a cursor.

use kernel::{Actor, Error, Fact, FactCursor, NewFact, Result};

use crate::{Read, Row, Value, params};

pub(crate) const COLUMNS: &str =
    "tx, seq, workspace_id, name, person_id, conversation_id, thing_id, at, received_at, actor, payload";

/// Facts of one statement: nine parameters each.
const CHUNK: usize = 200;

pub(crate) fn insert(read: &mut Read<'_>, facts: &[NewFact]) -> Result<()> {
    let actor = serde_json::to_string(&read.caller().actor).map_err(Error::internal)?;
    let (workspace, now, tx) = (read.workspace(), read.now(), read.dialect().current_tx());
    for chunk in facts.chunks(CHUNK) {
        let mut values: Vec<Value> = vec![workspace.into(), now.into(), actor.as_str().into()];
        let mut rows = Vec::with_capacity(chunk.len());
        for fact in chunk {
            let first = values.len() + 1;
            values.extend([
                fact.name.as_ref().into(),
                fact.person.into(),
                fact.conversation.into(),
                fact.thing.into(),
                fact.at.unwrap_or(now).into(),
                (&fact.payload).into(),
            ]);
            rows.push(format!(
                "({tx}, $1, ${first}, ${}, ${}, ${}, ${}, $2, $3, ${})",
                first + 1,
                first + 2,
                first + 3,
                first + 4,
                first + 5
            ));
        }
        let sql = format!(
            "INSERT INTO facts (tx, workspace_id, name, person_id, conversation_id, thing_id, at, received_at, actor, payload)
             VALUES {}",
            rows.join(", ")
        );
        read.connection.execute_later(&sql, &values)?;
    }
    Ok(())
}

/// What a reader of the log found.
pub struct Facts {
    pub items: Vec<Fact>,
    /// Facts are there that may not be read yet, because an older transaction is still open.
    pub held_back: bool,
}

/// Facts of all workspaces after `cursor` that can no longer be preceded by anything, oldest first.
pub fn facts_after(read: &mut Read<'_>, cursor: FactCursor, limit: usize) -> Result<Facts> {
    let horizon = horizon(read)?;
    let after = read.dialect().after_cursor();
    let sql = format!("SELECT {COLUMNS} FROM facts WHERE {after} LIMIT $4");
    let rows = read.rows(&sql, params![cursor.tx, cursor.seq, horizon, limit])?;
    let items = rows.iter().map(from_row).collect::<Result<Vec<_>>>()?;
    let held_back = items.is_empty()
        && read.row("SELECT 1 FROM facts WHERE tx >= $1 LIMIT 1", params![horizon])?.is_some();
    Ok(Facts { items, held_back })
}

fn horizon(read: &mut Read<'_>) -> Result<i64> {
    let sql = read.dialect().tx_horizon();
    read.one(sql, &[])?.get(0)
}

/// The cursor after everything that is visible for good now.
pub(crate) fn head(read: &mut Read<'_>) -> Result<FactCursor> {
    let horizon = horizon(read)?;
    let last = read.row(
        "SELECT tx, seq FROM facts WHERE tx < $1 ORDER BY tx DESC, seq DESC LIMIT 1",
        params![horizon],
    )?;
    last.map_or(Ok(FactCursor::default()), |row| Ok(FactCursor { tx: row.get(0)?, seq: row.get(1)? }))
}

/// Reads a row of `COLUMNS`.
pub(crate) fn from_row(row: &Row) -> Result<Fact> {
    let actor: String = row.get(9)?;
    Ok(Fact {
        cursor: FactCursor { tx: row.get(0)?, seq: row.get(1)? },
        workspace: row.get(2)?,
        name: row.get(3)?,
        person: row.get(4)?,
        conversation: row.get(5)?,
        thing: row.get(6)?,
        at: row.get(7)?,
        received_at: row.get(8)?,
        actor: serde_json::from_str(&actor).unwrap_or(Actor::System("unknown".into())),
        payload: row.get(10)?,
    })
}
